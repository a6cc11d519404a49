//! Extracts facts from the message itself: the expected region or service, two clocks, the server's canonical request.
//!
//! AWS services that answer in JSON have no other place for them.

use sigvet_core::time::Timestamp;

pub(super) const CANONICAL_REQUEST: &str = "The Canonical String for this request should have been";
pub(super) const STRING_TO_SIGN: &str = "The String-to-Sign should have been";

/// The facts in a message, and its text without the long ones.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ErrorFields {
    pub(super) text: Option<String>,
    pub(super) region: Option<String>,
    pub(super) service: Option<String>,
    pub(super) server_time: Option<Timestamp>,
    pub(super) request_time: Option<Timestamp>,
    pub(super) canonical_request: Option<Vec<u8>>,
    pub(super) string_to_sign: Option<Vec<u8>>,
}

impl ErrorFields {
    pub(super) fn in_message(message: &str) -> Self {
        let blocks_at = [CANONICAL_REQUEST, STRING_TO_SIGN].iter().filter_map(|mark| message.find(mark)).min();
        let text = message.get(..blocks_at.unwrap_or(message.len())).unwrap_or_default().trim();
        let clocks = clocks(text);
        Self {
            text: Some(text.to_owned()).filter(|text| !text.is_empty()),
            region: quoted_after(text, "expecting "),
            service: quoted_after(text, "scoped to correct service: "),
            request_time: clocks.map(|(request, _)| request).or_else(|| dated(text)),
            server_time: clocks.map(|(_, server)| server),
            canonical_request: block(message, CANONICAL_REQUEST, STRING_TO_SIGN),
            string_to_sign: block(message, STRING_TO_SIGN, CANONICAL_REQUEST),
        }
    }
}

/// The quoted block after its mark. Header values may contain quotes, so the canonical request ends at the last quote
/// before the other mark; a string to sign contains none. A truncated block is ignored.
fn block(message: &str, mark: &str, other: &str) -> Option<Vec<u8>> {
    let (_, after) = message.split_once(mark)?;
    let after = after.split(other).next()?;
    let (_, quoted) = after.split_once('\'')?;
    let ends_early = mark == STRING_TO_SIGN;
    let (block, _) = if ends_early { quoted.split_once('\'')? } else { quoted.rsplit_once('\'')? };
    Some(block.replace("\r\n", "\n").into_bytes()).filter(|block| !block.is_empty())
}

fn quoted_after(text: &str, words: &str) -> Option<String> {
    let (_, after) = text.split_once(words)?;
    let (word, _) = after.strip_prefix('\'')?.split_once('\'')?;
    Some(word.to_owned()).filter(|word| !word.is_empty())
}

/// The request's time, from
/// `Date in Credential scope does not match …: '20151124' != '20151125', from '20151125T154140Z'.`
fn dated(text: &str) -> Option<Timestamp> {
    let (_, after) = text.split_once("Date in Credential scope does not match")?;
    Timestamp::parse_amz_date(&quoted_after(after, ", from ")?).ok()
}

/// The request's time and the server's, from `Signature expired: A is now earlier than B (C - 15 min.)` and
/// `Signature not yet current: A is still later than B (C + 15 min.)`, where C is the server's time.
fn clocks(text: &str) -> Option<(Timestamp, Timestamp)> {
    let after = ["Signature expired: ", "Signature not yet current: "].iter().find_map(|mark| text.split_once(mark))?.1;
    let instant = |text: &str| Timestamp::parse_amz_date(text.split(' ').next()?).ok();
    let (_, bracket) = after.split_once('(')?;
    Some((instant(after)?, instant(bracket)?))
}
