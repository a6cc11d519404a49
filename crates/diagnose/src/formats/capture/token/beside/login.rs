//! The host, port and user that a client logs in with.

/// A host, its port and a user, as far as a text shows them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) user: Seen,
    pub(super) host: Seen,
    pub(super) port: Seen,
}

/// A value in a text.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// The text shows no value.
    #[default]
    Nothing,
    /// The text shows one value.
    One(String),
    /// The text shows several different values, so the right one is unknown.
    Several,
}

impl Seen {
    /// Adds a value. A placeholder that a shell or a template would fill in makes the value unknown.
    pub(super) fn add(&mut self, value: &str) {
        let is_value = !value.is_empty() && !value.contains(['$', '{', '<', '%', '*']);
        let new = if is_value { Self::One(value.to_owned()) } else { Self::Several };
        *self = match self {
            Self::Nothing => new,
            Self::One(known) if known == value => new,
            _ => Self::Several,
        };
    }

    /// The value, if exactly one is known.
    pub(super) fn known(&self) -> Option<&str> {
        if let Self::One(value) = self { Some(value) } else { None }
    }

    fn fill(&mut self, other: Self) {
        if *self == Self::Nothing {
            *self = other;
        }
    }
}

impl Login {
    /// Takes the values that are missing here from the other login.
    pub(super) fn fill(&mut self, other: Self) {
        self.user.fill(other.user);
        self.host.fill(other.host);
        self.port.fill(other.port);
    }

    /// Adds a host with an optional port. The host in a list is unknown, because a client may connect to any of them.
    pub(super) fn add_address(&mut self, address: &str) {
        let address = address.trim_end_matches('.');
        let port = address
            .rsplit_once(':')
            .filter(|(_, port)| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
        let host = port.map_or(address, |(host, _)| host);
        self.host.add(if host.contains(',') { "" } else { host });
        if let Some((_, port)) = port {
            self.port.add(port);
        }
    }
}
