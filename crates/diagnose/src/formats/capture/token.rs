//! A token that is a presigned URL, alone or in a line of something else, as the request that its server makes of it.

use crate::formats::note::Note;
use crate::formats::{EKS_PREFIX, Token, parse_url};
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::Request;

use super::UnreadableCapture;
use super::exchange::Exchange;

/// The longest token that there is, with a session token in it.
const LONGEST: usize = 64 * 1024;

/// The request of a text that is a token and nothing else.
pub(super) fn read(text: &[u8]) -> Option<Result<Exchange, UnreadableCapture>> {
    let text = std::str::from_utf8(text.get(..=LONGEST).is_none().then_some(text)?).ok()?;
    Some(Token::parse(text)?.map_err(UnreadableCapture::from).and_then(exchange_of))
}

/// The request of the first token in a line: in JSON, in a variable, in a connection string.
pub(super) fn read_in_line(line: &str) -> Option<Result<Exchange, UnreadableCapture>> {
    let word =
        with_prefix(line).or_else(|| of_database(line)).map(str::to_owned).or_else(|| in_connection_url(line))?;
    read(word.as_bytes())
}

fn with_prefix(line: &str) -> Option<&str> {
    // A token of MSK is the base64 of `https://kafka.…`.
    let start = [EKS_PREFIX, "bedrock-api-key-", "aHR0cHM6Ly9rYWZrYS"].iter().find_map(|prefix| line.find(prefix))?;
    let rest = line.get(start..).unwrap_or_default();
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.+/=".contains(c);
    Some(rest.split(|c| !is_of_token(c)).next().unwrap_or_default())
}

fn of_database(line: &str) -> Option<&str> {
    let at = ["/?Action=connect&", "/?Action=DbConnect"].iter().find_map(|mark| line.find(mark))?;
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    let before = line.get(..at).unwrap_or_default();
    let mut start = before.trim_end_matches(is_of_host).len();
    // In the URL of a connection the user stands before it: `user:host:port/?…@`.
    let colons: Vec<usize> = before.get(start..).unwrap_or_default().match_indices(':').map(|(at, _)| at).collect();
    if let [user, _] = colons.as_slice() {
        start += user + 1;
    }
    let rest = line.get(start..).unwrap_or_default();
    Some(rest.split(|c: char| c.is_whitespace() || "\"'`<>,;@".contains(c)).next().unwrap_or_default())
}

/// The percent-encoded token that is the password in the URL of a connection: `postgresql://user:TOKEN@host/db`.
fn in_connection_url(line: &str) -> Option<String> {
    let at = ["%2F%3FAction%3D", "%2f%3faction%3d", "%2F%3FAction="].iter().find_map(|mark| line.find(mark))?;
    let is_outside = |c: char| c.is_whitespace() || "\"'`<>,;@:=/".contains(c);
    let start = line.get(..at)?.rfind(is_outside).map_or(0, |at| at + 1);
    let word = line.get(start..)?.split(is_outside).next()?;
    String::from_utf8(decode(word.as_bytes(), Plus::Literal)).ok()
}

fn exchange_of(token: Token) -> Result<Exchange, UnreadableCapture> {
    let url = parse_url(&token.url)?;
    let request = Request::new(token.method, &url).map_err(|_| UnreadableCapture::Empty)?;
    let notes = token.unsigned.map(|name| Note::UnsignedParameter { name }).into_iter().collect();
    Ok(Exchange { request: Some(request), url: Some(url), reply: None, notes })
}
