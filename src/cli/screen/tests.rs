use super::testing::written;
use super::*;

#[test]
fn foreign_text_cannot_move_the_cursor_or_reverse_a_line() {
    let hostile = "a\x1b[2Jb\u{9b}31m\r\u{202e}c\u{200b}\n\td\u{2028}é\0\x7f\u{2066}\u{61c}\u{e0041}";
    let shown =
        "a\\u{1b}[2Jb\\u{9b}31m\\u{d}\\u{202e}c\\u{200b}\n\td\\u{2028}é\\u{0}\\u{7f}\\u{2066}\\u{61c}\\u{e0041}";
    assert_eq!(written(Palette::Plain, |screen| write!(screen, "{hostile}")), shown);
    assert_eq!(written(Palette::Coloured, |screen| screen.write_all(hostile.as_bytes())), shown);
    assert_eq!(inert_line("a\n\tb…"), "a\\u{a}\\u{9}b…");
}

/// Catches a colour in foreign text that passes for one of ours.
#[test]
fn only_paint_adds_colour() {
    let painted = |palette| written(palette, |screen| screen.paint(Role::Mark, "\x1b[32mgood\x1b[0m"));
    assert_eq!(painted(Palette::Coloured), "\x1b[31m\\u{1b}[32mgood\\u{1b}[0m\x1b[0m");
    assert_eq!(painted(Palette::Plain), "\\u{1b}[32mgood\\u{1b}[0m");
}

/// Catches a two-byte control that is written in two pieces, and a byte that is a control in Latin-1.
#[test]
fn bytes_are_read_as_characters_wherever_they_are_split() {
    let text = "é\u{9b}\u{202e}\u{e0041}😀".as_bytes();
    let expected = "é\\u{9b}\\u{202e}\\u{e0041}😀";
    assert_eq!(written(Palette::Plain, |screen| text.chunks(1).try_for_each(|byte| screen.write_all(byte))), expected);
    assert_eq!(written(Palette::Plain, |screen| screen.write_all(b"a\x9b1m\xff\xe2\x80")), "a\\x9b1m\\xff\\xe2\\x80");
    assert_eq!(
        written(Palette::Plain, |screen| {
            screen.write_all(b"\xe2")?;
            screen.write_all(b"abc")
        }),
        "\\xe2abc"
    );
}

/// Catches JSON whose strings have different values from those that were written.
#[test]
fn json_is_inert_and_keeps_its_value() {
    let value = serde_json::json!({ "k\u{202e}": "\x1b\u{9b}\x7f\u{e0041}é\n\t\u{200f}" });
    for text in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
        let shown = written(Palette::Plain, |screen| screen.json(&text));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        assert_eq!(inert(&shown), shown);
    }
}

#[test]
fn output_for_programs_is_exact() {
    assert_eq!(written(Palette::Plain, |screen| screen.exact().write_all(b"\x1b\r\n")), "\x1b\r\n");
}

/// Catches a secret that spans two arguments, and a redactor that gets text that is already spelled out.
#[test]
fn secrets_are_removed_before_controls_are_spelled_out() {
    struct Hush;
    impl Redact for Hush {
        fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
            Cow::Owned(text.replace("a\x1bb", "[redacted]"))
        }
    }
    let shown = written(Palette::Plain, |screen| {
        screen.redact_with(Rc::new(Hush));
        let (start, end) = ("a\x1b", "b");
        write!(screen, "{start}{end}.")
    });
    assert_eq!(shown, "[redacted].");
}
