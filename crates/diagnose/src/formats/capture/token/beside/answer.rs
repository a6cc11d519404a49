//! Reads the user and host from the messages of servers and clients about a failed login.

use super::login::Login;
use crate::formats::capture::token::escapes;

/// Words of a refusal that names the user (PostgreSQL's `auth.c`, MySQL's `ER_ACCESS_DENIED_ERROR`).
const REFUSALS: [&str; 4] =
    ["authentication failed for", "Access denied for", "no pg_hba.conf entry", "rejects connection"];
/// The words that begin libpq's messages about a connection.
const CONNECTION: &str = "connection to server at ";

/// Reads a line of a log, or of a client's output.
pub(super) fn read(line: &str, login: &mut Login) {
    let line = escapes::unescaped(line);
    if REFUSALS.iter().any(|words| line.contains(words))
        && let Some(user) = quoted_behind(&line, "user ")
    {
        login.user.add(user);
    }
    if let Some(host) = quoted_behind(&line, CONNECTION).filter(|host| host.contains('.')) {
        login.host.add(host);
        let port = line.split_once(", port ").and_then(|(_, rest)| rest.split([' ', ',']).next());
        port.into_iter().for_each(|port| login.port.add(port));
        // libpq shows the address that it connected to after the host: one of this machine is a tunnel.
        let address = line.split_once("\" (").and_then(|(_, rest)| rest.split(')').next());
        address.filter(|address| is_local(address)).into_iter().for_each(|address| login.address.add(address));
    }
}

/// Whether an address is one of the machine itself.
pub(super) fn is_local(address: &str) -> bool {
    address.starts_with("127.") || address == "::1"
}

/// The quoted text after the given words.
fn quoted_behind<'t>(line: &'t str, words: &str) -> Option<&'t str> {
    let behind = line.match_indices(words).filter_map(|(at, found)| line.get(at + found.len()..));
    behind.into_iter().find_map(|behind| {
        let quote = behind.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        behind.get(1..)?.split_once(quote).map(|(quoted, _)| quoted)
    })
}
