//! Removes the control sequences with which programs colour their output (ECMA-48 §5.4), as the bytes that a terminal
//! reads, or as the text that JSON, shells and `cat -v` show for them.

use std::borrow::Cow;

/// How a sequence begins: ESC and a bracket.
const START: &[u8] = b"\x1b[";
/// Texts for the same.
const WRITTEN_STARTS: [&[u8]; 5] = [b"\\u001b[", b"\\u001B[", b"\\x1b[", b"\\033[", b"^[["];

/// The kind of text, by what may be part of a body in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bodies {
    /// A request as it is on the wire.
    AsTheyAre,
    /// A text in which a body may have escapes: a command, a HAR file.
    Escaped,
    /// Any other text.
    Unlikely,
}

/// The text without control sequences. Bytes that only resemble one stay, and so does a body, unless what precedes it
/// is coloured too.
pub(super) fn without(text: Cow<'_, [u8]>, bodies: Bodies) -> Cow<'_, [u8]> {
    let head = if bodies == Bodies::AsTheyAre { end_of_head(&text) } else { text.len() };
    let sequence = |text: &[u8]| sequence(text, bodies == Bodies::Unlikely);
    let is_coloured = |part: &[u8]| (0..part.len()).any(|at| sequence(part.get(at..).unwrap_or_default()).is_some());
    if !is_coloured(text.get(..head).unwrap_or_default()) {
        return text;
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some((&first, behind)) = rest.split_first() {
        rest = match sequence(rest) {
            Some(length) => rest.get(length..).unwrap_or_default(),
            None => {
                plain.push(first);
                behind
            }
        };
    }
    Cow::Owned(plain)
}

fn end_of_head(text: &[u8]) -> usize {
    let ends: [&[u8]; 2] = [b"\n\n", b"\n\r\n"];
    let is_end = |at: &usize| ends.iter().any(|end| text.get(*at..).is_some_and(|rest| rest.starts_with(end)));
    (0..text.len()).find(is_end).unwrap_or(text.len())
}

/// The length of the control sequence that begins the text: parameters, intermediate bytes, and a final byte. If ESC is
/// written out, only those count that select a colour (SGR) or erase a line (EL).
fn sequence(text: &[u8], is_written: bool) -> Option<usize> {
    if !matches!(text.first()?, b'\x1b' | b'\\' | b'^') {
        return None;
    }
    let written = WRITTEN_STARTS.into_iter().filter(|_| is_written);
    let start = [START].into_iter().chain(written).find(|start| text.starts_with(start))?;
    let rest = text.get(start.len()..)?;
    let parameters = rest.iter().take_while(|byte| (0x20..=0x3f).contains(*byte)).count();
    let last = *rest.get(parameters)?;
    let is_end = if start == START { (0x40..=0x7e).contains(&last) } else { matches!(last, b'm' | b'K') };
    is_end.then_some(start.len() + parameters + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The sequences are those of ncurses' `tput setaf 2`, `tput sgr0`, `tput el`, of 256 colours and of true colour.
    #[test]
    fn sequences_are_removed_and_other_text_stays() {
        for (text, expected) in [
            ("\u{1b}[32mtoken\u{1b}[0m", "token"),
            ("\u{1b}[36mpassword=\u{1b}[0mtoken", "password=token"),
            ("\u{1b}[38;5;208mA\u{1b}[m\u{1b}[K\u{1b}[38:2::1:2:3mB\u{1b}[?25l", "AB"),
            ("\\u001b[32mtoken\\u001b[0m\\n", "token\\n"),
            ("\\x1b[1mtoken\\033[0m^[[0m", "token"),
            ("a[32m] \\u001b[32x ^[[", "a[32m] \\u001b[32x ^[["),
            ("\u{1b}", "\u{1b}"),
        ] {
            assert_eq!(without(Cow::Borrowed(text.as_bytes()), Bodies::Unlikely), expected.as_bytes(), "{text}");
        }
    }

    /// The same request as `docker compose`, pino and a JSON log show it in colours.
    #[test]
    fn a_coloured_request_is_read() {
        const URL: &str = "https://h.example/k?X-Amz-Algorithm=A&X-Amz-Credential=C&X-Amz-Signature=0a";
        for text in [
            "\u{1b}[1;36mGET /k HTTP/1.1\u{1b}[0m\n\u{1b}[1;36mHost: h.example\u{1b}[0m\n\n".to_owned(),
            "\u{1b}[36mapp-1  |\u{1b}[0m GET /k?X-Amz-Signature=0a HTTP/1.1\n\u{1b}[36mapp-1  |\u{1b}[0m Host: h.example\n".to_owned(),
            ["\u{1b}[32m", URL, "\u{1b}[0m"].concat(),
            format!("{{\"log\":\"\\u001b[32m{URL}\\u001b[0m\"}}"),
            ["curl \u{1b}[32m'", URL, "'\u{1b}[0m"].concat(),
        ] {
            let capture = crate::formats::capture::read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{text}: {error}"));
            let request = capture.request.unwrap_or_else(|| panic!("{text}"));
            assert!(request.target().starts_with(b"/k") && !request.target().contains(&b'['), "{text}");
        }
    }

    #[test]
    fn an_escape_in_the_body_of_a_command_stays() {
        let command = b"curl -d $'\\x1b[32m' https://h/".to_vec();
        assert_eq!(without(Cow::Borrowed(&command), Bodies::Escaped), command.as_slice());
    }

    #[test]
    fn the_body_of_a_request_keeps_its_bytes_unless_the_head_is_coloured() {
        let plain = b"POST / HTTP/1.1\r\nHost: h\r\n\r\n\x1b[32m".to_vec();
        assert_eq!(without(Cow::Borrowed(&plain), Bodies::AsTheyAre), plain.as_slice());
        let coloured = b"\x1b[1mPOST\x1b[0m / HTTP/1.1\n\n\x1b[32m{}\x1b[0m".to_vec();
        assert_eq!(without(Cow::Borrowed(&coloured), Bodies::AsTheyAre), &b"POST / HTTP/1.1\n\n{}"[..]);
    }
}
