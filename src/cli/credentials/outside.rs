//! What credential sources need from outside: requests over the same connections as everything else, and the clock
//! and the terminal of the command line.

use std::path::Path;
use std::time::Duration;

use crate::cli::context::Context;
use crate::profiles::{Answer, Call, NoAnswer, Outside, Route};
use crate::transport::{self, Options, Outgoing, Proxies};
use sigvet_core::credentials::Secret;
use sigvet_core::time::Timestamp;

/// The maximum length of a response with credentials, in bytes.
const LONGEST_ANSWER: usize = 256 * 1024;

/// Default time to wait for a response, the same as botocore's.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Network access for credential sources.
pub struct Network<'c> {
    connection: &'c Options,
    now: Timestamp,
    mfa_code: Option<&'c str>,
    /// Whether a user can be asked for an MFA code.
    is_attended: bool,
}

impl<'c> Network<'c> {
    /// Connects as the command does; `mfa_code` is a code from an option.
    pub fn new(context: &'c Context, mfa_code: Option<&'c str>) -> Self {
        let is_attended = context.stdin_is_terminal;
        Self { connection: &context.connection, now: context.now, mfa_code, is_attended }
    }

    /// Connects without a user to ask.
    pub fn unattended(connection: &'c Options, now: Timestamp) -> Self {
        Self { connection, now, mfa_code: None, is_attended: false }
    }

    fn options(&self, call: &Call) -> Options {
        let mut options = self.connection.clone().trusting(call.ca_bundle.as_deref());
        if call.route == Route::Direct {
            options.proxies = Proxies::default();
        }
        let limit = call.limit.unwrap_or(LONGEST_WAIT);
        (options.connect_timeout, options.max_time) = (options.connect_timeout.min(limit), Some(limit));
        options
    }
}

impl Outside for Network<'_> {
    fn now(&self) -> Timestamp {
        self.now
    }

    fn send(&self, call: Call) -> Result<Answer, NoAnswer> {
        let options = self.options(&call);
        let mut request = call.request;
        transport::complete(&mut request, &[]);
        let outgoing = Outgoing {
            url: &call.url,
            request: &request,
            body_file: None,
            encoder: None,
            fingerprints: None,
            options: &options,
        };
        let mut exchange = transport::send(&outgoing).map_err(|error| no_answer(&error))?;
        let body = exchange.read_up_to(LONGEST_ANSWER).map_err(|error| no_answer(&error))?;
        let response = exchange.response();
        Ok(Answer { status: response.status, headers: response.headers.clone(), body: body.into() })
    }

    fn mfa_code(&self, serial: &str) -> Option<String> {
        if let Some(code) = self.mfa_code {
            return Some(code.to_owned());
        }
        if !self.is_attended {
            return None;
        }
        rpassword::prompt_password(format!("Code of the MFA device {serial}: ")).ok().filter(|code| !code.is_empty())
    }

    fn passphrase(&self, file: &Path) -> Option<Secret> {
        if !self.is_attended {
            return None;
        }
        let typed = rpassword::prompt_password(format!("Passphrase of the private key in {}: ", file.display()));
        typed.ok().filter(|text| !text.is_empty()).map(Secret::new)
    }
}

/// The whole chain of causes on one line.
fn no_answer(error: &dyn std::error::Error) -> NoAnswer {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    let mut texts: Vec<String> = Vec::new();
    for cause in causes.map(ToString::to_string) {
        if !texts.iter().any(|text| text.contains(&cause)) {
            texts.push(cause);
        }
    }
    NoAnswer(texts.join(": "))
}
