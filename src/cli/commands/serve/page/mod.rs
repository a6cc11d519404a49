//! The pages for the browser, under a reserved path on the same port: the list of recent requests, and an
//! explanation of each.
//!
//! The pages load nothing from other sites, and other sites cannot load them. Everything that others sent is escaped
//! by a single function.

mod visitors;
mod frame;
mod row;
mod list;
mod detail;
mod events;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::Method;

use self::events::Position;
use self::list::List;
use self::visitors::Visitors;
use super::keys::DEMO_KEY;
use super::report;
use crate::cli::context;
use crate::cli::render::redact::Redactor;
use crate::gateway::{Exchange, Journal, Keyring, Listening, Pages, RESERVED_PATH, Reply, Stop};
use sigvet_core::credentials::Credentials;
use sigvet_core::request::Request;
use sigvet_core::scheme::Dialect;

/// Only allows scripts and styles from this server, and no framing by other sites.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";

/// The pages: their content, and who may see them.
#[derive(Debug)]
pub struct Page {
    journal: Arc<Journal>,
    visitors: Visitors,
    /// The keys whose secrets are redacted wherever a client sends them.
    keys: Vec<Credentials>,
    /// Identifies this run of the server. It is used in URLs, so it has only digits, letters and hyphens.
    run: String,
    stop: Stop,
}

/// The page that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Route {
    List,
    Events,
    Style,
    Script,
    Icon,
    Request(u64),
    File(u64),
    /// The path of the list without its trailing slash.
    Moved,
    Nothing,
}

impl Page {
    /// The pages of a server that accepts these keys. The public demo key is not redacted.
    pub fn for_keys(journal: Arc<Journal>, keys: &Keyring, listening: &Listening, stop: &Stop) -> Self {
        let secret = keys.keys().iter().filter(|key| key.credentials.access_key_id != DEMO_KEY.0);
        let secret = secret.map(|key| key.credentials.clone()).collect();
        let run = format!("{}-{}", std::process::id(), context::now().as_str());
        Self::new(journal, listening, secret, run, stop.clone())
    }

    /// The pages of a server that listens on this address.
    fn new(journal: Arc<Journal>, listening: &Listening, keys: Vec<Credentials>, run: String, stop: Stop) -> Self {
        let scheme = if listening.url().starts_with("https") { "https" } else { "http" };
        let visitors = Visitors { address: listening.address(), scheme };
        Self { journal, visitors, keys, run, stop }
    }

    /// The URL of the list.
    pub fn url(&self) -> String {
        self.visitors.base() + RESERVED_PATH + "/"
    }

    fn reply(self: &Arc<Self>, route: &Route, request: &Request) -> Reply {
        match route {
            Route::List => Reply::new(200, HTML, self.list()),
            Route::Events => events::reply(self, Position::from_request(request)),
            Route::Style => Reply::new(200, "text/css; charset=utf-8", frame::style()),
            Route::Script => Reply::new(200, "text/javascript; charset=utf-8", frame::SCRIPT),
            Route::Icon => Reply::new(200, "image/svg+xml", frame::ICON),
            Route::Request(number) => {
                self.of_exchange(*number, |exchange| Reply::new(200, HTML, detail::to_html(self, exchange)))
            }
            Route::File(number) => self.of_exchange(*number, |exchange| {
                let disposition = format!("attachment; filename=\"request-{number}.http\"");
                Reply::new(200, "application/octet-stream", detail::to_file(self, exchange))
                    .with("content-disposition", &disposition)
            }),
            Route::Moved => Reply::new(308, "", "").with("location", "/_sigvet/"),
            Route::Nothing => Reply::plain(404, "there is no such page; see /_sigvet/"),
        }
    }

    fn list(&self) -> String {
        let entries = self.journal.after(0);
        let position = Position::new(&self.run, entries.last().map_or(0, |entry| entry.place)).to_string();
        let most = self.journal.limits().count;
        List { entries: &entries, most, position: &position, base: &self.visitors.base() }.to_html(&self.redactor())
    }

    fn of_exchange(&self, number: u64, reply: impl Fn(&Exchange) -> Reply) -> Reply {
        match self.journal.find(number) {
            Some(exchange) => reply(&exchange),
            None => Reply::plain(404, "this request is not in the list any more; see /_sigvet/"),
        }
    }

    /// Redacts the secrets of the keys.
    fn redactor(&self) -> Redactor {
        self.keys.iter().fold(Redactor::none(), Redactor::with_key)
    }

    /// Redacts all credentials, including correct signatures.
    fn redactor_for(&self, exchange: &Exchange) -> Redactor {
        self.keys.iter().fold(report::redactor(exchange), Redactor::with_key)
    }

    /// Like `redactor_for`, for copies, which keep the signature.
    fn redactor_for_copies(&self, exchange: &Exchange) -> Redactor {
        let dialect = exchange.judgement.verdict().map_or(Dialect::AWS4, |verdict| verdict.claimed.dialect());
        self.keys.iter().fold(Redactor::of(&exchange.request, &dialect), Redactor::with_key)
    }
}

impl Pages for Arc<Page> {
    fn answer(&self, request: &Request, method: &Method) -> Option<Reply> {
        let route = Route::of_path(request.path())?;
        let reply = match self.visitors.check(request, method) {
            Err(turned_away) => turned_away.reply(&self.visitors.base()),
            // Rendering a long list takes some milliseconds and must not hold up other requests.
            Ok(()) => tokio::task::block_in_place(|| self.reply(&route, request)),
        };
        Some(guarded(if *method == Method::HEAD { without_body(reply) } else { reply }))
    }
}

impl Route {
    /// `None` if the path is not reserved.
    fn of_path(path: &[u8]) -> Option<Self> {
        let rest = path.strip_prefix(RESERVED_PATH.as_bytes())?;
        Some(match rest {
            b"" => Self::Moved,
            b"/" => Self::List,
            b"/events" => Self::Events,
            b"/page.css" => Self::Style,
            b"/page.js" => Self::Script,
            b"/icon.svg" => Self::Icon,
            [b'/', ..] => Self::of_request(rest).unwrap_or(Self::Nothing),
            _ => return None,
        })
    }

    fn of_request(rest: &[u8]) -> Option<Self> {
        let rest = std::str::from_utf8(rest).ok()?.strip_prefix("/requests/")?;
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?;
        match rest.strip_suffix("/request.http") {
            Some(text) => number(text).map(Self::File),
            None => number(rest).map(Self::Request),
        }
    }
}

/// Adds the security headers that every page has.
fn guarded(reply: Reply) -> Reply {
    reply
        .with("content-security-policy", POLICY)
        .with("x-content-type-options", "nosniff")
        .with("referrer-policy", "no-referrer")
        .with("cache-control", "no-store")
        .with("cross-origin-resource-policy", "same-origin")
        .with("cross-origin-opener-policy", "same-origin")
}

fn without_body(reply: Reply) -> Reply {
    Reply { body: Reply::new(reply.status, "", "").body, ..reply }
}
