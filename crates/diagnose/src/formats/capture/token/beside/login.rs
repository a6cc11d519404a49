//! The host, port and user that a client logs in with, and the sources of its settings.

/// A host, its port and a user, as far as a text shows them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) user: Seen,
    pub(super) host: Seen,
    pub(super) port: Seen,
    /// The address to connect to instead of the host's own (`hostaddr`): a tunnel may be there.
    pub(super) address: Seen,
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
        let new = Self::of(value);
        *self = match self {
            Self::Nothing => new,
            Self::One(known) if known == value => new,
            _ => Self::Several,
        };
    }

    /// Replaces the value, as the last of several equal options does.
    pub(super) fn set(&mut self, value: &str) {
        *self = Self::of(value);
    }

    fn of(value: &str) -> Self {
        let is_value = !value.is_empty() && !value.contains(['$', '{', '<', '%', '*']);
        if is_value { Self::One(value.to_owned()) } else { Self::Several }
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

    fn merge(&mut self, other: Self) {
        match other {
            Self::Nothing => {}
            Self::One(value) => self.add(&value),
            Self::Several => *self = Self::Several,
        }
    }
}

impl Login {
    /// Takes the values that are missing here from the other login.
    pub(super) fn fill(&mut self, other: Self) {
        self.user.fill(other.user);
        self.host.fill(other.host);
        self.port.fill(other.port);
        self.address.fill(other.address);
    }

    /// Adds the values of another login that may be the right one too; a value that differs becomes unknown.
    pub(super) fn merge(&mut self, other: Self) {
        self.user.merge(other.user);
        self.host.merge(other.host);
        self.port.merge(other.port);
        self.address.merge(other.address);
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

/// The settings of one client, by their source. A client takes each value from the first source that has it: libpq
/// prefers its connection string to its options, and those to the environment (*PQconnectdbParams*, *Environment
/// Variables*); the clients of MySQL and Redis prefer their options to the environment.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// A URL, or text such as `host=H user=U`.
    pub(super) connection: Login,
    /// The options of the command.
    pub(super) options: Login,
    /// Variables before the command, or exported above it.
    pub(super) environment: Login,
}

impl Settings {
    /// The login that the client makes of its settings.
    pub(super) fn into_login(self) -> Login {
        let mut login = self.connection;
        login.fill(self.options);
        login.fill(self.environment);
        login
    }
}
