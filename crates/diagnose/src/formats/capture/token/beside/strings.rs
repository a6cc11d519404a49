//! Connection strings: `postgresql://user:TOKEN@host:port/db`; Go's form `user:TOKEN@tcp(host:port)/db`; libpq's
//! `host=H user=U password=TOKEN`; and those without a password, such as `jdbc:postgresql://host:port/db?user=…`.

use super::login::Login;
use super::pairs::{Part, in_line, split_name};
use super::place::MARK;
use sigvet_core::internal::encode::{Plus, decode};

/// The URL schemes of databases and caches.
const SCHEMES: [&str; 8] = ["postgres", "postgresql", "mysql", "mariadb", "redis", "rediss", "valkey", "valkeys"];
/// The maximum length of a URL in bytes: a token has 2,000.
const LONGEST: usize = 8192;
/// The maximum number of URLs to read in a line.
const MOST: usize = 64;
/// The user that a cache assumes if a client sends only a password (Redis, *AUTH*).
pub(super) const DEFAULT_USER: &str = "default";

/// Reads the connection string that has the marked token as its password.
pub(super) fn with_token(line: &str) -> Login {
    let (before, behind) = line.split_once(MARK).unwrap_or((line, ""));
    let urls = urls(line).filter(|url| url.contains(MARK));
    if let Some(login) = urls.filter_map(from_url).last() {
        return login;
    }
    match behind.strip_prefix('@') {
        Some(address) => without_scheme(before, address),
        None => quoted_around(line).map(from_words).unwrap_or_default(),
    }
}

/// Reads the URLs without a password in a line.
pub(super) fn without_password(line: &str) -> Login {
    let mut login = Login::default();
    urls(line).filter(|url| !url.contains(MARK)).filter_map(from_url).for_each(|found| login.merge(found));
    login
}

/// Reads an argument that libpq takes for a connection string (`recognized_connection_string`).
pub(super) fn of_argument(word: &str) -> Option<Login> {
    if let Some(url) = urls(word).next().filter(|url| word.starts_with(url)) {
        return from_url(url);
    }
    word.contains('=').then(|| from_words(word))
}

/// `user:TOKEN@tcp(host:port)/db`.
fn without_scheme(before: &str, address: &str) -> Login {
    let mut login = Login::default();
    let end = |c: char| c.is_whitespace() || "/?#)'\"`;&\\<>".contains(c);
    let address = address.strip_prefix("tcp(").unwrap_or(address);
    login.add_address(address.split(end).next().unwrap_or_default());
    let is_between = |c: char| c.is_whitespace() || "\"'`=/".contains(c);
    let user = before.strip_suffix(':').and_then(|before| before.rsplit(is_between).next());
    user.filter(|user| !user.is_empty()).into_iter().for_each(|user| login.user.add(&decoded(user)));
    login
}

/// The URLs of databases in a text, with the scheme in front.
fn urls(text: &str) -> impl Iterator<Item = &str> {
    let starts = text.match_indices("://").filter_map(|(at, _)| {
        let before = text.get(..at)?;
        let start = before.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '+').len();
        let scheme = before.get(start..)?.split('+').next()?;
        SCHEMES.contains(&scheme).then_some(start)
    });
    starts.take(MOST).filter_map(|start| {
        let is_end = |c: char| c.is_whitespace() || "'\"`<>)".contains(c);
        let url = text.get(start..)?;
        let end = url.char_indices().take_while(|(at, _)| *at <= LONGEST).find(|(_, c)| is_end(*c));
        url.get(..end.map_or(url.len(), |(at, _)| at)).filter(|url| url.len() <= LONGEST)
    })
}

/// Reads a URL whose password is missing or the marked token. In libpq, a parameter replaces what the URL says before
/// it (`conninfo_uri_parse_params`).
fn from_url(url: &str) -> Option<Login> {
    let (scheme, rest) = url.split_once("://")?;
    let (main, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = main.split(['/', '#', ';', '\\']).next()?;
    let (userinfo, address) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
    let is_of_cache = !["postgres", "mysql", "maria"].iter().any(|name| scheme.starts_with(name));
    let mut login = Login::default();
    if !address.is_empty() {
        login.add_address(address.strip_prefix("tcp(").unwrap_or(address).trim_end_matches(')'));
    }
    // In `rediss://TOKEN@host`, the token is sent as a password without a user.
    let is_password_alone = user == MARK && password.is_empty();
    match user {
        _ if is_of_cache && (user.is_empty() && password == MARK || is_password_alone) => login.user.add(DEFAULT_USER),
        "" => {}
        user => login.user.add(&decoded(user)),
    }
    let mut is_own = password.is_empty() || password == MARK;
    for (name, value) in query.split('&').filter_map(|pair| pair.split_once('=')) {
        let value = decoded(value);
        match name {
            "user" => login.user.set(&value),
            "host" => login.host.set(&value),
            "port" => login.port.set(&value),
            "hostaddr" => login.address.set(&value),
            "password" => is_own &= value.contains(MARK),
            _ => {}
        }
    }
    is_own.then_some(login)
}

/// The quoted text around the marked token, if it contains other settings.
fn quoted_around(line: &str) -> Option<&str> {
    let at = line.find(MARK)?;
    let (before, behind) = line.split_at(at);
    let around = |quote: char| {
        // A quote after a value's own quote belongs to the value: `password='TOKEN'`.
        let start = before.rfind(quote)? + 1;
        let end = at + behind.find(quote)?;
        line.get(start..end).filter(|text| in_line(text).len() > 1)
    };
    ['"', '\'', '`'].into_iter().find_map(around)
}

/// Reads libpq's `host=H user='U'` or ADO's `Server=H;User Id=U`.
fn from_words(text: &str) -> Login {
    let mut login = Login::default();
    for pair in in_line(text) {
        match split_name(pair.name).filter(|(prefix, _)| prefix.is_empty()).map(|(_, part)| part) {
            Some(Part::User) => login.user.set(pair.value),
            Some(Part::Host) => login.add_address(pair.value),
            Some(Part::Port) => login.port.set(pair.value),
            Some(Part::Address) => login.address.set(pair.value),
            Some(Part::Password | Part::Url) | None => {}
        }
    }
    login
}

fn decoded(text: &str) -> String {
    String::from_utf8_lossy(&decode(text.as_bytes(), Plus::Literal)).into_owned()
}
