//! The variables of `-w`, with curl's names.
//!
//! [`Facts`] is plain data that the sender fills in. A fact with its default value is printed as curl prints what
//! it did not measure: nothing, 0, or 0.000000.

use std::net::SocketAddr;
use std::time::Duration;

use sigvet_core::request::Headers;

/// The facts about a finished transfer. Times are relative to its start; sizes are in bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// The exit code of the process.
    pub exit_code: u8,
    /// Why the transfer failed.
    pub error_message: Option<String>,
    /// The method of the last request.
    pub method: String,
    /// The URL as typed.
    pub url: String,
    /// The URL of the last request.
    pub url_effective: String,
    /// The target of the last redirect, if it was not followed.
    pub redirect_url: Option<String>,
    /// Number of redirects followed.
    pub redirects: u64,
    /// Number of retries.
    pub retries: u64,
    /// Number of connections made.
    pub connects: u64,
    /// The HTTP version of the last response, such as `1.1` or `2`.
    pub http_version: Option<String>,
    /// The status of the last response; 0 if there was none.
    pub status: u16,
    /// The status of the proxy's response to CONNECT.
    pub connect_status: u16,
    /// The fields of the last response, in order.
    pub headers: Headers,
    /// Size of the received body.
    pub size_download: u64,
    /// Size of the sent body.
    pub size_upload: u64,
    /// Size of the heads of all responses.
    pub size_header: u64,
    /// Size of all sent requests, heads and bodies.
    pub size_request: u64,
    /// When the name was resolved.
    pub time_namelookup: Duration,
    /// When the connection was made.
    pub time_connect: Duration,
    /// When the TLS handshake was complete.
    pub time_appconnect: Duration,
    /// When the request was ready to be sent.
    pub time_pretransfer: Duration,
    /// Duration of all requests before the last one.
    pub time_redirect: Duration,
    /// When the first byte of the response was received.
    pub time_starttransfer: Duration,
    /// When the request had been sent.
    pub time_posttransfer: Duration,
    /// Number of earlier transfers of the command line.
    pub transfer: u64,
    /// Number of connections they made.
    pub connections_before: u64,
    /// Whether a proxy was used.
    pub proxy_used: bool,
    /// When the transfer ended.
    pub time_total: Duration,
    /// The peer's address of the last connection.
    pub remote: Option<SocketAddr>,
    /// The local address of the last connection.
    pub local: Option<SocketAddr>,
    /// `http` or `https`.
    pub scheme: Option<String>,
    /// The `Referer` of the last request.
    pub referer: Option<String>,
    /// The file that the body was written to.
    pub filename_effective: Option<String>,
    /// 0 if the server's certificate is trusted or was not verified.
    pub ssl_verify_result: i64,
}

impl Facts {
    fn speed(&self, size: u64) -> u64 {
        let per_second = u128::from(size) * 1_000_000;
        let speed = per_second.checked_div(self.time_total.as_micros()).unwrap_or_default();
        u64::try_from(speed).unwrap_or(u64::MAX)
    }
}

/// The value of a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// Text, or nothing (`null` in JSON).
    Text(Option<String>),
    Number(i128),
    /// At least three digits; a plain number in JSON.
    Status(u16),
    /// Seconds with six decimals.
    Time(Duration),
}

impl Value {
    /// The value in a line of text.
    pub(super) fn to_text(&self) -> String {
        match self {
            Self::Text(text) => text.clone().unwrap_or_default(),
            Self::Number(number) => number.to_string(),
            Self::Status(status) => format!("{status:03}"),
            Self::Time(time) => format!("{}.{:06}", time.as_secs(), time.subsec_micros()),
        }
    }

    /// The value in JSON.
    pub(super) fn to_json(&self) -> String {
        match self {
            Self::Text(Some(text)) => quoted(text),
            Self::Text(None) => "null".to_owned(),
            Self::Status(status) => status.to_string(),
            other => other.to_text(),
        }
    }
}

/// Text as a JSON string.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A name in `%{…}`, and the function for its value.
pub(super) struct Variable {
    pub(super) name: &'static str,
    pub(super) value: fn(&Facts) -> Value,
}

const fn variable(name: &'static str, value: fn(&Facts) -> Value) -> Variable {
    Variable { name, value }
}

/// Sorted by name, which is the order of `%{json}`. Variables for FTP or a list of URLs have their value for one
/// HTTP URL, so that a script finds all the keys that curl has.
pub(super) const VARIABLES: [Variable; 68] = [
    variable("certs", |_| text("")),
    variable("conn_id", |facts| match facts.connects {
        0 => Value::Number(-1),
        made => Value::Number(i128::from(facts.connections_before + made) - 1),
    }),
    variable("content_type", |facts| {
        Value::Text(facts.headers.first("content-type").map(|value| String::from_utf8_lossy(value).into_owned()))
    }),
    variable("errormsg", |facts| Value::Text(facts.error_message.clone())),
    variable("exitcode", |facts| Value::Number(facts.exit_code.into())),
    variable("filename_effective", |facts| Value::Text(facts.filename_effective.clone())),
    variable("ftp_entry_path", |_| Value::Text(None)),
    variable("http_code", |facts| Value::Status(facts.status)),
    variable("http_connect", |facts| Value::Status(facts.connect_status)),
    variable("http_version", |facts| text(facts.http_version.as_deref().unwrap_or("0"))),
    variable("local_ip", |facts| ip(facts.local)),
    variable("local_port", |facts| port(facts.local)),
    variable("method", |facts| text(&facts.method)),
    variable("num_certs", |_| Value::Number(0)),
    variable("num_connects", |facts| Value::Number(facts.connects.into())),
    variable("num_headers", |facts| Value::Number(facts.headers.len() as i128)),
    variable("num_redirects", |facts| Value::Number(facts.redirects.into())),
    variable("num_retries", |facts| Value::Number(facts.retries.into())),
    variable("proxy_ssl_verify_result", |_| Value::Number(0)),
    variable("proxy_used", |facts| Value::Number(facts.proxy_used.into())),
    variable("redirect_url", |facts| Value::Text(facts.redirect_url.clone())),
    variable("referer", |facts| Value::Text(facts.referer.clone())),
    variable("remote_ip", |facts| ip(facts.remote)),
    variable("remote_port", |facts| port(facts.remote)),
    variable("response_code", |facts| Value::Status(facts.status)),
    variable("scheme", |facts| Value::Text(facts.scheme.as_ref().map(|scheme| scheme.to_ascii_uppercase()))),
    variable("size_delivered", |facts| Value::Number(facts.size_download.into())),
    variable("size_download", |facts| Value::Number(facts.size_download.into())),
    variable("size_header", |facts| Value::Number(facts.size_header.into())),
    variable("size_request", |facts| Value::Number(facts.size_request.into())),
    variable("size_upload", |facts| Value::Number(facts.size_upload.into())),
    variable("speed_download", |facts| Value::Number(facts.speed(facts.size_download).into())),
    variable("speed_upload", |facts| Value::Number(facts.speed(facts.size_upload).into())),
    variable("ssl_verify_result", |facts| Value::Number(facts.ssl_verify_result.into())),
    variable("time_appconnect", |facts| Value::Time(facts.time_appconnect)),
    variable("time_connect", |facts| Value::Time(facts.time_connect)),
    variable("time_namelookup", |facts| Value::Time(facts.time_namelookup)),
    variable("time_posttransfer", |facts| Value::Time(facts.time_posttransfer)),
    variable("time_pretransfer", |facts| Value::Time(facts.time_pretransfer)),
    variable("time_queue", |_| Value::Time(Duration::ZERO)),
    variable("time_redirect", |facts| Value::Time(facts.time_redirect)),
    variable("time_starttransfer", |facts| Value::Time(facts.time_starttransfer)),
    variable("time_total", |facts| Value::Time(facts.time_total)),
    variable("tls_earlydata", |_| Value::Number(0)),
    variable("url", |facts| text(&facts.url)),
    variable("url.fragment", |facts| url_part(&facts.url, Part::Fragment)),
    variable("url.host", |facts| url_part(&facts.url, Part::Host)),
    variable("url.options", |_| Value::Text(None)),
    variable("url.password", |facts| url_part(&facts.url, Part::Password)),
    variable("url.path", |facts| url_part(&facts.url, Part::Path)),
    variable("url.port", |facts| url_part(&facts.url, Part::Port)),
    variable("url.query", |facts| url_part(&facts.url, Part::Query)),
    variable("url.scheme", |facts| url_part(&facts.url, Part::Scheme)),
    variable("url.user", |facts| url_part(&facts.url, Part::User)),
    variable("url.zoneid", |_| Value::Text(None)),
    variable("url_effective", |facts| text(&facts.url_effective)),
    variable("urle.fragment", |facts| url_part(&facts.url_effective, Part::Fragment)),
    variable("urle.host", |facts| url_part(&facts.url_effective, Part::Host)),
    variable("urle.options", |_| Value::Text(None)),
    variable("urle.password", |facts| url_part(&facts.url_effective, Part::Password)),
    variable("urle.path", |facts| url_part(&facts.url_effective, Part::Path)),
    variable("urle.port", |facts| url_part(&facts.url_effective, Part::Port)),
    variable("urle.query", |facts| url_part(&facts.url_effective, Part::Query)),
    variable("urle.scheme", |facts| url_part(&facts.url_effective, Part::Scheme)),
    variable("urle.user", |facts| url_part(&facts.url_effective, Part::User)),
    variable("urle.zoneid", |_| Value::Text(None)),
    variable("urlnum", |facts| Value::Number(facts.transfer.into())),
    variable("xfer_id", |facts| Value::Number(facts.transfer.into())),
];

#[derive(Clone, Copy)]
enum Part {
    Scheme,
    User,
    Password,
    Host,
    Port,
    Path,
    Query,
    Fragment,
}

/// A part of a URL as it is written; the port is included even if it is the scheme's default, as with curl.
fn url_part(url: &str, part: Part) -> Value {
    let Some((scheme, rest)) = url.split_once("://") else { return Value::Text(None) };
    let (rest, fragment) = rest.split_once('#').map_or((rest, None), |(rest, fragment)| (rest, Some(fragment)));
    let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (login, place) = authority.rsplit_once('@').map_or((None, authority), |(login, place)| (Some(login), place));
    let in_host = place.rfind(']').unwrap_or_default();
    let port = place.rfind(':').filter(|colon| *colon > in_host);
    let default_port = if scheme.eq_ignore_ascii_case("http") { "80" } else { "443" };
    let found = match part {
        Part::Scheme => Some(scheme),
        Part::User => login.map(|login| login.split(':').next().unwrap_or(login)),
        Part::Password => login.and_then(|login| login.split_once(':')).map(|(_, password)| password),
        Part::Host => Some(place.get(..port.unwrap_or(place.len())).unwrap_or(place)),
        Part::Port => Some(port.and_then(|colon| place.get(colon + 1..)).unwrap_or(default_port)),
        Part::Path => Some(if path.is_empty() { "/" } else { path }),
        Part::Query => query,
        Part::Fragment => fragment,
    };
    Value::Text(found.map(str::to_owned))
}

fn text(text: &str) -> Value {
    Value::Text(Some(text.to_owned()))
}

fn ip(address: Option<SocketAddr>) -> Value {
    text(&address.map(|address| address.ip().to_string()).unwrap_or_default())
}

fn port(address: Option<SocketAddr>) -> Value {
    Value::Number(address.map(|address| address.port()).unwrap_or_default().into())
}
