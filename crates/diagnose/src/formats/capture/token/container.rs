//! Finds what a text adds to the token that is a value in it: a line break, quotation marks, a second percent-encoding.
//! The client sends that too, and the server refuses the password.

use super::beside::{Place, names_password};
use crate::formats::Token;
use crate::formats::note::Alteration;

/// What surrounds the token inside its value, if the value is not the token alone.
pub(super) fn altered(place: &Place<'_>, token: &Token) -> Option<Alteration> {
    let line = place.line();
    if place.above().next().is_some_and(keeps_line_break) && is_alone(line.trim(), token) {
        return Some(Alteration::LineBreak);
    }
    let (before, behind) = around(&line, token)?;
    if is_quoted(before, behind) || is_set_in_cmd(before, behind) {
        return Some(Alteration::Quotes);
    }
    ends_in_json(before, behind).then_some(Alteration::LineBreak)
}

/// The text before and behind the token in a line. Escapes change neither its beginning nor its end.
fn around<'l>(line: &'l str, token: &Token) -> Option<(&'l str, &'l str)> {
    let (_, bare) = token.url.split_once("://")?;
    let (authority, _) = bare.split_once('/')?;
    let (_, signature) = bare.split_once("X-Amz-Signature=")?;
    let start = line.find(authority)?;
    let end = start + line.get(start..)?.find(signature)? + signature.len();
    Some((line.get(..start)?, line.get(end..)?))
}

fn is_alone(line: &str, token: &Token) -> bool {
    around(line, token).is_some_and(|(before, behind)| before.is_empty() && behind.is_empty())
}

/// Whether a line begins a block in YAML whose last line break is kept (YAML 1.2 §8.1.1.2), as the value of a password.
fn keeps_line_break(line: &str) -> bool {
    let header = [": |", ": >", ": |+", ": >+"].iter().find_map(|header| line.trim_end().strip_suffix(header));
    header.is_some_and(|name| names_password(name.trim_start_matches(['-', ' ']).trim_matches(['"', '\''])))
}

/// Whether the value is in quotation marks inside others: `'"TOKEN"'`, `"\"TOKEN\""`.
fn is_quoted(before: &str, behind: &str) -> bool {
    let quotes = [("\"'", "'\""), ("'\"", "\"'"), ("\"\\\"", "\\\"\"")];
    quotes.into_iter().any(|(opening, closing)| {
        let name = before.strip_suffix(opening).filter(|_| behind.starts_with(closing));
        // In a quoted command, the outer marks are the shell's own.
        let is_open = |name: &str| ['"', '\''].iter().any(|quote| name.matches(*quote).count() % 2 == 1);
        name.is_some_and(|name| name.trim_end().ends_with(['=', ':']) && !is_open(name))
    })
}

/// Whether cmd sets a variable: its `set` keeps the quotation marks of `set NAME="VALUE"`.
fn is_set_in_cmd(before: &str, behind: &str) -> bool {
    let name = before.strip_suffix("=\"").filter(|_| behind.starts_with('"')).unwrap_or_default();
    let command = name.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let command = command.trim_end().rsplit(['>', '&', ' ']).next().unwrap_or_default();
    name.contains(' ') && command.eq_ignore_ascii_case("set")
}

/// Whether a string in JSON ends with a line break: `"password": "TOKEN\n"`.
fn ends_in_json(before: &str, behind: &str) -> bool {
    let escape = |text: &'_ str, letter: char| {
        let rest = text.trim_start_matches('\\');
        rest.strip_prefix(letter).filter(|_| rest.len() < text.len()).map(str::to_owned)
    };
    let without_return = escape(behind, 'r').unwrap_or_else(|| behind.to_owned());
    let is_broken = escape(&without_return, 'n').is_some_and(|rest| rest.trim_start_matches('\\').starts_with('"'));
    let opened = |text: &'_ str| text.strip_suffix('"').map(|text| text.trim_end_matches('\\').to_owned());
    let name = opened(before).and_then(|text| text.trim_end().strip_suffix(':').and_then(opened));
    let name = name.as_deref().and_then(|name| name.rsplit(['"', '\\']).next());
    is_broken && name.is_some_and(names_password)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::capture::read;
    use crate::formats::note::Note;

    const TOKEN: &str = "db.abc.eu-west-1.rds.amazonaws.com:5432/?Action=connect&DBUser=app&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260101%2Feu-west-1%2Frds-db%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature=0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a";

    fn encoded(text: &str) -> String {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        };
        text.bytes().map(digit).collect()
    }

    fn base64(text: &str) -> String {
        use ::base64::Engine;
        ::base64::engine::general_purpose::STANDARD.encode(text)
    }

    fn found(text: &str) -> Vec<Alteration> {
        let capture = read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{text}: {error}"));
        let notes = capture.notes.into_iter();
        notes.filter_map(|note| if let Note::PasswordAltered(altered) = note { Some(altered) } else { None }).collect()
    }

    /// The values follow from the rules of each format: RFC 8259 §7, YAML 1.2 §8.1.1.2, POSIX *Quoting*, the `data` of a
    /// Kubernetes Secret. psql decodes a URI once: it sends `a%3Ab` for `a%253Ab`.
    #[test]
    fn a_value_that_is_more_than_the_token_is_noticed() {
        let t = TOKEN;
        let host = "db.abc.eu-west-1.rds.amazonaws.com:5432";
        for (text, expected) in [
            (format!("kind: Secret\ndata:\n  password: {}\n", base64(&format!("{t}\n"))), Alteration::LineBreak),
            (base64(&format!("{t}\n")), Alteration::LineBreak),
            (format!("{{\"PGPASSWORD\": \"{t}\\n\"}}"), Alteration::LineBreak),
            (format!("{{\"user\":\"app\",\"password\":\"{t}\\r\\n\"}}"), Alteration::LineBreak),
            (format!("{{\"secret\":\"{{\\\"password\\\":\\\"{t}\\\\n\\\"}}\"}}"), Alteration::LineBreak),
            (format!("stringData:\n  password: |\n    {t}\n"), Alteration::LineBreak),
            (format!("postgresql://app:{}@{host}/o", encoded(&format!("{t}\n"))), Alteration::LineBreak),
            (format!("postgresql://app:{}@{host}/o", encoded(&format!("{t}\r\n"))), Alteration::LineBreak),
            (format!("PGPASSWORD='\"{t}\"'"), Alteration::Quotes),
            (format!("PGPASSWORD=\"'{t}'\" psql -h h"), Alteration::Quotes),
            (format!("  password: '\"{t}\"'"), Alteration::Quotes),
            (format!("{{\"password\": \"\\\"{t}\\\"\"}}"), Alteration::Quotes),
            (format!("C:\\>set PGPASSWORD=\"{t}\""), Alteration::Quotes),
            (format!("postgresql://app:{}@{host}/o", encoded(&format!("\"{t}\""))), Alteration::Quotes),
            (format!("postgresql://app:{}@{host}/o", encoded(&encoded(t))), Alteration::EncodedTwice),
            (
                format!("jdbc:postgresql://{host}/o?user=app&password={}", encoded(&encoded(t))),
                Alteration::EncodedTwice,
            ),
        ] {
            assert_eq!(found(&text), [expected], "{text}");
        }
    }

    /// Catches a claim about what belongs to the text around the value.
    #[test]
    fn what_is_around_a_value_does_not_alter_it() {
        let t = TOKEN;
        for text in [
            format!("kind: Secret\ndata:\n  password: {}\n", base64(t)),
            format!("kind: Secret\ndata:\n  .env: {}\n", base64(&format!("PGPASSWORD={t}\n"))),
            format!("{{\"log\":\"PGPASSWORD={t}\\n\",\"stream\":\"stdout\"}}"),
            format!("{{\"log\":\"{t}\\n\",\"stream\":\"stdout\"}}"),
            format!("password: |-\n  {t}\n"),
            format!("run: |\n  {t}\n"),
            format!("ssh h \"PGPASSWORD='{t}' psql\""),
            format!("sh -c 'PGPASSWORD=\"{t}\" psql'"),
            format!("set \"PGPASSWORD={t}\""),
            format!("export PGPASSWORD=\"{t}\"\n"),
            format!("{{\"cmd\": \"PGPASSWORD='\\\"{t}\\\"'\"}}"),
            format!("postgresql://app:{}@h:5432/o", encoded(t)),
        ] {
            assert_eq!(found(&text), [], "{text}");
        }
    }
}
