//! The Cookie header of each hop: the cookies of `-b`, and those that servers have set.

use std::io::Write;
use std::path::Path;

use super::args::{CookieOptions, SendArgs};
use crate::cli::context::Context;
use crate::cli::curl::cookies::{CookiesKept, Jar};
use crate::cli::failure::Failure;
use crate::cli::options::value::read_settings;
use crate::cli::terminal::notes::warn;
use crate::cli::terminal::output::Output;
use crate::files::SETTINGS_LIMIT;
use sigvet_core::request::{Headers, RequestUrl};

/// The cookies of a transfer.
#[derive(Debug)]
pub struct Cookies {
    /// `NAME=VALUE; …` as typed.
    typed: Option<String>,
    /// The URL whose host gets these.
    first: RequestUrl,
    /// Whether servers may set cookies.
    is_engine_on: bool,
    /// Whether the user set a Cookie header, which replaces all of these, as with curl.
    is_overruled: bool,
}

impl Cookies {
    /// The cookies for this URL according to the options. Cookie files are read into the jar.
    pub fn of(
        args: &SendArgs,
        url: &RequestUrl,
        headers: &Headers,
        jar: &mut Jar,
        context: &mut Context,
    ) -> Result<Self, Failure> {
        let CookieOptions { cookies, cookie_jar, junk_session_cookies } = &args.cookies;
        let (typed, files): (Vec<&String>, Vec<&String>) = cookies.iter().partition(|text| text.contains('='));
        let kept = if *junk_session_cookies { CookiesKept::Lasting } else { CookiesKept::All };
        for file in files.iter().filter(|file| !file.is_empty()) {
            read(file, kept, jar, context)?;
        }
        let typed: Vec<&str> = typed.into_iter().map(|text| text.trim_end_matches([';', ' '])).collect();
        Ok(Self {
            typed: (!typed.is_empty()).then(|| typed.join("; ")),
            first: url.clone(),
            is_engine_on: !files.is_empty() || cookie_jar.is_some(),
            is_overruled: headers.contains("cookie"),
        })
    }

    /// Replaces the Cookie header of the previous hop with that of this hop.
    pub fn put(&self, url: &RequestUrl, trusts_every_host: bool, jar: &Jar, headers: &mut Headers) {
        if self.is_overruled || (self.typed.is_none() && !self.is_engine_on) {
            return;
        }
        headers.remove("cookie");
        let typed = self.typed.as_ref().filter(|_| trusts_every_host || self.first.is_same_origin(url)).cloned();
        let kept = jar.header_for(url).filter(|_| self.is_engine_on);
        let all: Vec<String> = kept.into_iter().chain(typed).collect();
        if !all.is_empty() {
            headers.push_unchecked("Cookie", all.join("; "));
        }
    }

    /// Stores the cookies that a response sets, if cookies are stored.
    pub fn receive(&self, url: &RequestUrl, headers: &Headers, jar: &mut Jar) {
        if self.is_engine_on {
            jar.receive(url, headers);
        }
    }
}

/// As with curl, a missing file contains no cookies, but here there is a warning.
fn read(file: &str, kept: CookiesKept, jar: &mut Jar, context: &mut Context) -> Result<(), Failure> {
    match read_settings(file, SETTINGS_LIMIT, &mut *context.stdin) {
        Ok(bytes) => {
            jar.read(&String::from_utf8_lossy(&bytes), kept, context.now.epoch_seconds());
            Ok(())
        }
        Err(failure) => warn(context, &format!("cookies were not read: {failure}; to send one, use -b NAME=VALUE")),
    }
}

/// Writes the file of `-c`, readable only by its owner.
pub fn write(file: &Path, jar: &Jar, context: &mut Context) -> Result<(), Failure> {
    let mut output = Output::open_secret(Some(file), context)?;
    output.write_all(jar.to_text().as_bytes()).map_err(|error| output.failure(error))?;
    output.finish()
}

/// Joins several Cookie headers into one. HTTP/2 may split them, and a server joins them in this way before it
/// verifies the signature (RFC 9113 §8.2.3).
pub fn join(headers: &mut Headers) {
    let values: Vec<Vec<u8>> = headers.values("cookie").map(<[u8]>::to_vec).collect();
    if values.len() > 1 {
        headers.remove("cookie");
        headers.push_unchecked("Cookie", values.join(&b"; "[..]));
    }
}
