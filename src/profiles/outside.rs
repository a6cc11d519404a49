//! What finding credentials needs other than files and variables: the network, the clock, a person to ask.

use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use sigvet_core::credentials::Secret;
use sigvet_core::request::{Headers, Request, RequestUrl};
use sigvet_core::time::Timestamp;

/// The outside world, passed as an argument.
pub trait Outside {
    /// The current time.
    fn now(&self) -> Timestamp;

    /// Sends a request, and reads the whole response.
    ///
    /// # Errors
    /// There was no response.
    fn send(&self, call: Call) -> Result<Answer, NoAnswer>;

    /// The code of this MFA device, if somebody can be asked for it.
    fn mfa_code(&self, serial: &str) -> Option<String>;

    /// The passphrase of the private key in this file, if somebody can be asked for it.
    fn passphrase(&self, file: &Path) -> Option<Secret>;
}

/// A request to a service that issues credentials. It does not implement `Debug`, because it may contain a token.
pub struct Call {
    /// Where the request is sent.
    pub url: RequestUrl,
    /// The request, signed if it has to be.
    pub request: Request,
    /// How long to wait for the response. `None` means as long as for any request.
    pub limit: Option<Duration>,
    /// Whether the request may go through a proxy.
    pub route: Route,
    /// The CA certificates that the profile trusts.
    pub ca_bundle: Option<String>,
}

/// The route that a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Like all other requests, through a proxy if one is configured.
    Usual,
    /// Directly to the host, because it is this machine or as near as that.
    Direct,
}

/// A response. It does not implement `Debug`, because the body contains secrets.
pub struct Answer {
    /// The HTTP status, such as `200`.
    pub status: u16,
    /// The headers. Some services name an error only there.
    pub headers: Headers,
    /// The body.
    pub body: Zeroizing<Vec<u8>>,
}

/// Why there was no response, in words that contain no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoAnswer(pub String);

/// The outside world with other trusted CA certificates.
pub(super) struct Trusting<'a> {
    pub(super) outside: &'a dyn Outside,
    pub(super) ca_bundle: Option<String>,
}

impl Outside for Trusting<'_> {
    fn now(&self) -> Timestamp {
        self.outside.now()
    }

    fn send(&self, mut call: Call) -> Result<Answer, NoAnswer> {
        call.ca_bundle = call.ca_bundle.or_else(|| self.ca_bundle.clone());
        self.outside.send(call)
    }

    fn mfa_code(&self, serial: &str) -> Option<String> {
        self.outside.mfa_code(serial)
    }

    fn passphrase(&self, file: &Path) -> Option<Secret> {
        self.outside.passphrase(file)
    }
}

#[cfg(test)]
pub(super) mod testing {
    use super::*;

    /// An outside world with nothing in it.
    pub(in crate::profiles) struct Nowhere;

    impl Outside for Nowhere {
        fn now(&self) -> Timestamp {
            Timestamp::from_epoch_seconds(1_700_000_000)
        }

        fn send(&self, _: Call) -> Result<Answer, NoAnswer> {
            Err(NoAnswer("there is no network here".to_owned()))
        }

        fn mfa_code(&self, _: &str) -> Option<String> {
            None
        }

        fn passphrase(&self, _: &Path) -> Option<Secret> {
            None
        }
    }
}
