//! The bytes of a pasted text: emptiness, binary data, and the encodings that shells of Windows write files in.

use std::borrow::Cow;

use super::UnreadableCapture;

/// The text in UTF-8, as far as it is: what is not is kept as bytes.
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
    let looked_at = text.get(..text.len().min(64 * 1024)).unwrap_or_default();
    let strange = |byte: &&u8| matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127);
    // A body may hold anything; what comes first has to be text.
    let first_line = looked_at.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let is_binary = first_line.contains(&0) || looked_at.iter().filter(strange).count() * 10 > looked_at.len() * 3;
    if is_binary { Err(UnreadableCapture::Binary) } else { Ok(text) }
}

fn from_utf16<'a>(bytes: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Cow<'a, [u8]> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    Cow::Owned(String::from_utf16_lossy(&units).into_bytes())
}
