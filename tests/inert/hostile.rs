//! Characters that control a terminal or reorder a line, and the scan that finds them in the output.

/// Sets a title, clears the screen, sets a colour with a one-byte control, reorders lines, overwrites a line.
pub const HOSTILE: &str = "\x1b]0;pwn\x07\x1b[2J\u{9b}31m\u{202e}x\u{2066}\u{200f}\u{61c}\u{200b}\rover\x7f";

/// Characters that may be in a line of a captured request, so that it is parsed and quoted: all except CR, for which it
/// is refused.
pub const IN_LINES: &str = "\x1b]0;pwn\x07\x1b[2J\u{9b}31m\u{202e}x\u{2066}\u{200f}\u{61c}\u{200b}\x7f";

/// Characters that HTTP allows in a header: its only control characters are bytes above 0x7f.
pub const IN_HEADERS: &str = "\u{9b}31m\u{9d}0;pwn\u{9c}\u{202e}x\u{2066}\u{200f}\u{61c}";

/// Fails if a stream contains anything other than inert text. CR LF ends the lines of a signed request.
#[track_caller]
pub fn assert_inert(stream: &[u8], what: &str) {
    let text = std::str::from_utf8(stream).unwrap_or_else(|error| panic!("{what}: {error}: {}", stream.escape_ascii()));
    let text = text.replace("\r\n", "\n");
    if let Some(found) = text.chars().find(|character| is_treacherous(*character)) {
        panic!("{what}: U+{:04X} in {}", u32::from(found), text.escape_debug());
    }
}

/// The same if colours are shown: only those of `explain`, and each is reset.
#[track_caller]
pub fn assert_inert_but_for_colours(stream: &[u8], what: &str) {
    const OURS: [&str; 6] = ["\x1b[0m", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m"];
    let text = String::from_utf8_lossy(stream).into_owned();
    assert_inert(OURS.iter().fold(text, |text, colour| text.replace(colour, "")).as_bytes(), what);
}

/// Follows the issue that requested it, not the code under test.
fn is_treacherous(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' => true,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        '\u{200b}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
        _ => false,
    }
}
