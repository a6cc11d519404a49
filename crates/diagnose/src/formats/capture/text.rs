//! The bytes of a pasted text: empty or binary data, the encodings in which Windows shells write files, and colours.

use std::borrow::Cow;

use super::UnreadableCapture;
use super::colours::{self, Bodies};
use super::{har, http, shell};

/// The text in UTF-8; invalid sequences are kept as bytes.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, [u8]>, UnreadableCapture> {
    let text = match bytes {
        [0xff, 0xfe, rest @ ..] => from_utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => from_utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => Cow::Borrowed(rest),
        bytes => Cow::Borrowed(bytes),
    };
    if text.trim_ascii().is_empty() {
        return Err(UnreadableCapture::Empty);
    }
    // A body may contain anything; what precedes it has to be text.
    let head = head(text.get(..text.len().min(64 * 1024)).unwrap_or_default());
    let strange = |byte: &&u8| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127);
    let first_line = head.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_binary = first_line.contains(&0) || head.iter().filter(strange).count() * 10 > head.len() * 3;
    if is_binary {
        return Err(UnreadableCapture::Binary);
    }
    let bodies = bodies(&text);
    Ok(colours::without(text, bodies))
}

fn bodies(text: &[u8]) -> Bodies {
    let head = String::from_utf8_lossy(text.get(..text.len().min(1024)).unwrap_or_default());
    match () {
        () if http::begins(text) => Bodies::AsTheyAre,
        () if har::begins(text) || shell::begins(&head) => Bodies::Escaped,
        () => Bodies::Unlikely,
    }
}

/// The text before the first empty line.
fn head(text: &[u8]) -> &[u8] {
    let start = text.len() - text.trim_ascii_start().len();
    let lines = text.get(start..).unwrap_or_default();
    let end = (0..lines.len()).find(|&at| {
        let rest = lines.get(at..).unwrap_or_default();
        rest.starts_with(b"\n\n") || rest.starts_with(b"\n\r\n")
    });
    text.get(..end.map_or(text.len(), |end| start + end)).unwrap_or_default()
}

fn from_utf16<'a>(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Cow<'a, [u8]> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
}
