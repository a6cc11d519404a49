//! What a terminal obeys and what turns a line around, and the scan that finds it in what was printed.

/// A title set, a screen cleared, a colour by a control of one byte, lines turned around, a line written over.
pub const HOSTILE: &str = "\x1b]0;pwn\x07\x1b[2J\u{9b}31m\u{202e}x\u{2066}\u{200f}\u{61c}\u{200b}\rover\x7f";

/// What may stand in a line of a captured request, so that it is read and quoted: all but the CR, for which it is refused.
pub const IN_LINES: &str = "\x1b]0;pwn\x07\x1b[2J\u{9b}31m\u{202e}x\u{2066}\u{200f}\u{61c}\u{200b}\x7f";

/// What HTTP lets through in a header: its controls are of bytes above 0x7f alone.
pub const IN_HEADERS: &str = "\u{9b}31m\u{9d}0;pwn\u{9c}\u{202e}x\u{2066}\u{200f}\u{61c}";

/// Fails if a stream holds anything but inert text. CR LF ends the lines of a signed request.
#[track_caller]
pub fn assert_inert(stream: &[u8], what: &str) {
    let text = std::str::from_utf8(stream).unwrap_or_else(|error| panic!("{what}: {error}: {}", stream.escape_ascii()));
    let text = text.replace("\r\n", "\n");
    if let Some(found) = text.chars().find(|character| is_treacherous(*character)) {
        panic!("{what}: U+{:04X} in {}", u32::from(found), text.escape_debug());
    }
}

/// The same where colours are shown: they are those of `explain`, and each ends.
#[track_caller]
pub fn assert_inert_but_for_colours(stream: &[u8], what: &str) {
    const OURS: [&str; 6] = ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"];
    let text = String::from_utf8_lossy(stream).into_owned();
    assert_inert(OURS.iter().fold(text, |text, colour| text.replace(colour, "")).as_bytes(), what);
}

/// By the issue that asked for it, and not by the code that is tried.
fn is_treacherous(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => true,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
        _ => false,
    }
}
