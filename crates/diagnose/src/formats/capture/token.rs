//! A token that is a presigned URL, alone or in a line of something else, as the request that its server makes of it.

use crate::formats::note::Note;
use crate::formats::{EKS_PREFIX, Token, parse_url};
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
    let word = with_prefix(line).or_else(|| of_database(line))?;
    read(word.as_bytes())
}

fn with_prefix(line: &str) -> Option<&str> {
    let start = [EKS_PREFIX, "bedrock-api-key-"].iter().find_map(|prefix| line.find(prefix))?;
    let rest = line.get(start..).unwrap_or_default();
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.+/=".contains(c);
    Some(rest.split(|c| !is_of_token(c)).next().unwrap_or_default())
}

fn of_database(line: &str) -> Option<&str> {
    let at = ["/?Action=connect&", "/?Action=DbConnect"].iter().find_map(|mark| line.find(mark))?;
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    let before = line.get(..at).unwrap_or_default();
    let start = before.trim_end_matches(is_of_host).len();
    let rest = line.get(start..).unwrap_or_default();
    Some(rest.split(|c: char| c.is_whitespace() || "\"'`<>,;".contains(c)).next().unwrap_or_default())
}

fn exchange_of(token: Token) -> Result<Exchange, UnreadableCapture> {
    let url = parse_url(&token.url)?;
    let request = Request::new(token.method, &url).map_err(|_| UnreadableCapture::Empty)?;
    let notes = token.unsigned.map(|name| Note::UnsignedParameter { name }).into_iter().collect();
    Ok(Exchange { request: Some(request), url: Some(url), reply: None, notes })
}
