//! Finds the tokens in a line: in JSON, in a variable, in a connection string, in a password file, in a Kubernetes
//! Secret.

use crate::formats::note::{Alteration, Note};
use crate::formats::token::{EKS_FAMILY, decoded};
use crate::formats::{BEDROCK_PREFIX, DamagedToken, EKS_PREFIX, Token};
use sigvet_core::internal::encode::{Plus, decode};

use super::{LONGEST, beside, escapes};

/// The text after the host in the token of a database or cache.
const DATABASE_MARKS: [&str; 2] = ["/?Action=connect&", "/?Action=DbConnect"];
/// The same text percent-encoded, once or several times, in lower case: .NET writes `%3f`.
const ENCODED_MARKS: [&str; 4] = ["%3faction%3d", "%3faction=", "%253faction%253d", "%25253faction%25253d"];
/// The beginning of an MSK token: the base64 of `https://kafka`.
const MSK_START: &str = "aHR0cHM6Ly9rYWZrYS";
/// The minimum length after the prefix of a damaged token; a shorter text only mentions the prefix.
const SHORTEST: usize = 16;
/// The minimum length of a base64 token.
pub(super) const SHORTEST_BASE64: usize = 64;
/// The maximum number of times that a token may be percent-encoded or base64-encoded.
const DEEPEST: usize = 3;

/// A token in a line, and notes on the text around it.
pub(super) struct FoundToken {
    pub(super) token: Result<Token, DamagedToken>,
    pub(super) notes: Vec<Note>,
}

impl FoundToken {
    fn parse(word: &str) -> Option<Self> {
        Some(Self { token: Token::parse(word)?, notes: Vec::new() })
    }

    fn with_note(mut self, note: Option<Note>) -> Self {
        self.notes.extend(note);
        self
    }
}

/// The tokens in a line.
pub(super) fn all(line: &str) -> Vec<FoundToken> {
    within(line, 0)
}

/// Whether the line contains an unencoded token of a database or cache.
pub(in crate::formats::capture) fn is_of_database(line: &str) -> bool {
    DATABASE_MARKS.iter().any(|mark| line.contains(mark))
}

/// Counts the tokens that begin in a text.
pub(super) fn starts(text: &str) -> usize {
    let marks = ["?Action=connect", "?Action=DbConnect", EKS_FAMILY, BEDROCK_PREFIX, MSK_START];
    marks.iter().map(|mark| text.matches(mark).count()).sum()
}

fn within(line: &str, depth: usize) -> Vec<FoundToken> {
    if let Some(found) = in_password_file(line) {
        return vec![found];
    }
    let plain = escapes::unescaped(line);
    pieces(&plain).filter_map(|(start, piece)| in_piece(&plain, start, piece, depth)).flatten().collect()
}

/// The parts of a line between white space, quotes and brackets, with their positions.
fn pieces(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_between = |c: char| {
        c.is_whitespace()
            || "\"'`<>,;@()[]{}|\\".contains(c)
            || ('\u{2018}'..='\u{201f}').contains(&c)
            || "«»".contains(c)
    };
    let mut start = 0;
    line.split(is_between).filter_map(move |piece| {
        let at = start;
        start += piece.len() + line.get(at + piece.len()..)?.chars().next().map_or(0, char::len_utf8);
        (piece.len() >= SHORTEST && piece.len() <= LONGEST).then_some((at, piece))
    })
}

fn in_piece(line: &str, start: usize, piece: &str, depth: usize) -> Option<Vec<FoundToken>> {
    let mark = DATABASE_MARKS.iter().find_map(|mark| piece.find(mark));
    let one = |found: FoundToken| vec![found];
    match mark {
        Some(at) => of_database(line, start + at, start + piece.len()).map(one),
        None => with_prefix(piece)
            .map(one)
            .or_else(|| percent_encoded(piece).map(one))
            .or_else(|| Some(in_base64(piece, depth)).filter(|found| !found.is_empty())),
    }
}

fn with_prefix(piece: &str) -> Option<FoundToken> {
    // The prefixes are in lower case, but people and programs capitalise them.
    let lower = piece.to_ascii_lowercase();
    let behind_prefix = || [EKS_FAMILY, BEDROCK_PREFIX].iter().find_map(|prefix| lower.find(prefix));
    let start = behind_prefix().or_else(|| piece.find(MSK_START))?;
    let rest = piece.get(start..)?;
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.+/=%".contains(c);
    let word = rest.split(|c| !is_of_token(c)).next()?;
    // In a form, padding and the digits `+` and `/` are percent-encoded.
    let word = String::from_utf8(decode(word.as_bytes(), Plus::Literal)).ok()?;
    let is_mentioned = word.len() < EKS_PREFIX.len() + SHORTEST;
    FoundToken::parse(&word).filter(|found| found.token.is_ok() || !is_mentioned)
}

/// The password in a line of libpq's password file: `host:port:database:user:password`, where colons and backslashes
/// within a field are escaped with a backslash (PostgreSQL, *The Password File*).
fn in_password_file(line: &str) -> Option<FoundToken> {
    let fields = password_file_fields(line)?;
    let rest = fields.get(4..)?;
    let password = rest.join(":");
    Some(FoundToken::parse(&password)?.with_note((rest.len() > 1).then_some(Note::PasswordNotEscaped)))
}

/// The fields of a password-file line. All fields after the fourth belong to the password.
pub(super) fn password_file_fields(line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    if !is_of_database(line) || line.contains(char::is_whitespace) {
        return None;
    }
    let fields = unescaped_fields(line);
    let [_, port, _, _, rest @ ..] = fields.as_slice() else { return None };
    let is_port = port == "*" || !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    (is_port && is_of_database(&rest.join(":"))).then_some(fields)
}

/// Splits a line at its unescaped colons, and removes the backslashes.
fn unescaped_fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (character, fields.last_mut()) {
            (':', _) => fields.push(String::new()),
            ('\\', Some(field)) => field.extend(characters.next()),
            (other, Some(field)) => field.push(other),
            (_, None) => {}
        }
    }
    fields
}

/// Reads the token around the mark at this position. `end` is the end of the piece that the mark is in.
fn of_database(line: &str, mark: usize, end: usize) -> Option<FoundToken> {
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    let before = line.get(..mark)?;
    let mut start = before.trim_end_matches(is_of_host).len();
    // In a connection URL, the user precedes the token: `user:host:port/?…@`.
    let authority = before.get(start..)?;
    let ends_in_port = authority.rsplit(':').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    let own_colons = usize::from(ends_in_port);
    let colons: Vec<usize> = authority.match_indices(':').map(|(at, _)| at).collect();
    let user = colons.len().checked_sub(own_colons + 1).and_then(|last| colons.get(last));
    start += user.map_or(0, |user| user + 1);
    let is_behind_user = user.is_some() && line.get(end..)?.starts_with('@');
    if let Some(end) = end_in_query(line, start, end) {
        return Some(FoundToken::parse(line.get(start..end)?)?.with_note(Some(Note::PasswordNotEscaped)));
    }
    let note = match is_behind_user {
        true if !has_scheme(before) && is_before_address(line.get(end..)?) => None,
        true => Some(Note::PasswordNotEscaped),
        false => kept_scheme(before, start),
    };
    Some(FoundToken::parse(line.get(start..end)?)?.with_note(note))
}

/// Whether the word at the end of a text has a scheme, as a URL has.
fn has_scheme(before: &str) -> bool {
    let is_between = |c: char| c.is_whitespace() || "\"'`=".contains(c);
    before.rsplit(is_between).next().is_some_and(|word| word.contains("://"))
}

/// Whether a password ends here in the form of go-sql-driver, which takes all up to the last `@` as it is (`ParseDSN`):
/// `user:TOKEN@tcp(host:port)/db`.
fn is_before_address(behind: &str) -> bool {
    let Some(address) = behind.strip_prefix('@') else { return false };
    address.starts_with('/') || address.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).starts_with('(')
}

/// Where a token ends that is a parameter of a URL, such as JDBC's `…?user=app&password=TOKEN&sslmode=require`: there its
/// own `&` separate parameters.
fn end_in_query(line: &str, start: usize, end: usize) -> Option<usize> {
    const SIGNATURE: &str = "X-Amz-Signature=";
    let (url, name) = line.get(..start)?.strip_suffix('=')?.rsplit_once(['?', '&'])?;
    if !beside::names_password(name) || !url.contains("://") {
        return None;
    }
    let token = line.get(start..end)?;
    let value = token.find(SIGNATURE)? + SIGNATURE.len();
    let digits = token.get(value..)?.bytes().take_while(u8::is_ascii_hexdigit).count();
    Some(start + value + digits)
}

/// A note if a value begins with the token's scheme: the client then uses the token together with its scheme.
fn kept_scheme(before: &str, start: usize) -> Option<Note> {
    let before = before.get(..start)?;
    let scheme = ["https://", "http://"].into_iter().find(|scheme| before.ends_with(scheme))?;
    let is_value = before.strip_suffix(scheme)?.ends_with(['=', ':', '"', '\'']);
    is_value.then_some(Note::TokenScheme { scheme, expected: "" })
}

/// Reads a percent-encoded token: the password in a connection URL (`postgresql://user:TOKEN@host/db`), or a field of
/// a form.
fn percent_encoded(piece: &str) -> Option<FoundToken> {
    let lower = piece.to_ascii_lowercase();
    let at = ENCODED_MARKS.iter().find_map(|mark| lower.find(mark))?;
    let is_outside = |c: char| ":=&?".contains(c);
    let start = piece.get(..at)?.rfind(is_outside).map_or(0, |at| at + 1);
    let is_in_url = piece.get(..start)?.contains("://");
    // In `rediss://TOKEN@host`, the token follows the scheme.
    let mut word = piece.get(start..)?.split(is_outside).next()?.trim_start_matches('/').to_owned();
    for times in 1..=DEEPEST {
        word = String::from_utf8(decode(word.as_bytes(), Plus::Literal)).ok()?;
        if word.contains("?Action=") {
            let twice = (is_in_url && times > 1).then_some(Alteration::EncodedTwice);
            let altered = twice.or_else(|| altered_in(&word)).map(Note::PasswordAltered);
            return Some(FoundToken::parse(&word)?.with_note(altered));
        }
    }
    None
}

/// What surrounds a token in a decoded text.
fn altered_in(text: &str) -> Option<Alteration> {
    let is_broken = text.ends_with(['\n', '\r']);
    let is_quoted = ['"', '\''].into_iter().any(|quote| text.trim().starts_with(quote) && text.trim().ends_with(quote));
    is_quoted.then_some(Alteration::Quotes).or(is_broken.then_some(Alteration::LineBreak))
}

/// Reads base64 words: those that are a token, and those that encode a text with tokens, as in a Kubernetes Secret.
fn in_base64(piece: &str, depth: usize) -> Vec<FoundToken> {
    let is_digit = |c: char| c.is_ascii_alphanumeric() || "+/-_=".contains(c);
    let words = piece.split(|c| !is_digit(c)).map(behind_name).filter(|word| word.len() >= SHORTEST_BASE64);
    words.flat_map(|word| of_base64(word, depth)).collect()
}

/// The base64 digits after `NAME=`, with their padding.
pub(super) fn behind_name(word: &str) -> &str {
    let digits = word.trim_end_matches('=');
    let start = digits.rfind('=').map_or(0, |at| at + 1);
    word.get(start..).unwrap_or_default()
}

fn of_base64(word: &str, depth: usize) -> Vec<FoundToken> {
    if depth >= DEEPEST {
        return Vec::new();
    }
    let Some(text) = decoded(word) else { return Vec::new() };
    // Any URL may be encoded in base64; one with a signature is a token.
    let is_token = text.contains("X-Amz-") && !text.contains(char::is_whitespace);
    let own = FoundToken::parse(word).filter(|_| is_token);
    if let Some(altered) = altered_in(&text)
        && !text.trim().contains(char::is_whitespace)
        && let Some(found) = FoundToken::parse(text.trim()).filter(|found| found.token.is_ok())
    {
        return vec![found.with_note(Some(Note::PasswordAltered(altered)))];
    }
    own.map_or_else(|| text.lines().flat_map(|line| within(line, depth + 1)).collect(), |found| vec![found])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> (String, Vec<Note>) {
        let found = all(line).into_iter().next().unwrap_or_else(|| panic!("{line}"));
        (found.token.unwrap().url, found.notes)
    }

    const URL: &str = "https://db.example:5432/?Action=connect&DBUser=u&X-Amz-Signature=0";

    /// Reads the lines as libpq does, which splits them at colons without a backslash (`passwordFromFile`).
    #[test]
    fn a_line_of_a_password_file_is_read_as_libpq_reads_it() {
        for (line, notes) in [
            ("db.example:5432:*:u:db.example\\:5432/?Action=connect&DBUser=u&X-Amz-Signature=0", vec![]),
            ("*:*:d\\:b:a\\\\b:db.example\\:5432/?Action=connect&DBUser=u&X-Amz-Signature=0\n", vec![]),
            (
                "db.example:5432:*:u:db.example:5432/?Action=connect&DBUser=u&X-Amz-Signature=0",
                vec![Note::PasswordNotEscaped],
            ),
        ] {
            assert_eq!(found(line), (URL.to_owned(), notes), "{line}");
        }
        let dsql = "x.dsql.us-east-1.on.aws/?Action=DbConnectAdmin&X-Amz-Signature=0";
        assert_eq!(found(&format!("h:5432:postgres:admin:{dsql}")), (format!("https://{dsql}"), vec![]));
    }

    #[test]
    fn a_token_in_a_value_is_found_and_mistakes_around_it_are_noted() {
        let token = URL.trim_start_matches("https://");
        let scheme = |scheme| vec![Note::TokenScheme { scheme, expected: "" }];
        for (line, notes) in [
            (format!("export PGPASSWORD='{token}'"), vec![]),
            (format!("PGPASSWORD=https://{token}"), scheme("https://")),
            (format!("\"password\": \"http://{token}\","), scheme("http://")),
            (format!("the URL is https://{token}"), vec![]),
            (format!("postgresql://u:{token}@db.example:5432/d"), vec![Note::PasswordNotEscaped]),
            (format!("user:{token}"), vec![]),
            // go-sql-driver's form, in which nothing is escaped; JDBC's, whose parameters are.
            (format!("dsn := \"app:{token}@tcp(db.example:5432)/d?allowCleartextPasswords=true\""), vec![]),
            (format!("MYSQL_DSN=app:{token}@/d"), vec![]),
            (format!("mysql://app:{token}@tcp(db.example:5432)/d"), vec![Note::PasswordNotEscaped]),
            (
                format!("url=jdbc:postgresql://db.example:5432/d?user=app&password={token}&sslmode=require"),
                vec![Note::PasswordNotEscaped],
            ),
        ] {
            assert_eq!(found(&line), (URL.to_owned(), notes), "{line}");
        }
        let dsql = "x.dsql.us-east-1.on.aws/?Action=DbConnect&X-Amz-Signature=0";
        let line = format!("psql postgresql://app:{dsql}@x.dsql.us-east-1.on.aws/postgres");
        assert_eq!(found(&line), (format!("https://{dsql}"), vec![Note::PasswordNotEscaped]));
    }

    const WHOLE: &str = "db.example:5432/?Action=connect&DBUser=u&X-Amz-Credential=A%2F1&X-Amz-Signature=0";

    /// The token as written by Python's `json.dumps` and `urllib.parse.quote` (once, twice, with `safe=""`), by
    /// bash's `printf %q`, by coreutils' `base64 -w0`, and by Go's and PHP's JSON encoders.
    #[test]
    fn each_spelling_of_a_token_is_read() {
        for line in [
            "{\"password\":\"db.example:5432/?Action=connect\\u0026DBUser=u\\u0026X-Amz-Credential=A%2F1\\u0026X-Amz-Signature=0\"}",
            "{\"token\":\"db.example:5432\\/?Action=connect&DBUser=u&X-Amz-Credential=A%2F1&X-Amz-Signature=0\"}",
            "{\\\"a\\\":\\\"db.example:5432\\\\/?Action=connect\\\\u0026DBUser=u\\\\u0026X-Amz-Credential=A%2F1\\\\u0026X-Amz-Signature=0\\\"}",
            "PGPASSWORD=db.example:5432/\\?Action=connect\\&DBUser=u\\&X-Amz-Credential=A%2F1\\&X-Amz-Signature=0",
            "set PGPASSWORD=db.example:5432/?Action=connect^&DBUser=u^&X-Amz-Credential=A%2F1^&X-Amz-Signature=0",
            "postgresql://u:db.example%3A5432%2F%3FAction%3Dconnect%26DBUser%3Du%26X-Amz-Credential%3DA%252F1%26X-Amz-Signature%3D0@h/d",
            "postgresql://u:db.example%3A5432/%3FAction%3Dconnect%26DBUser%3Du%26X-Amz-Credential%3DA%252F1%26X-Amz-Signature%3D0@h/d",
            "p=db.example%253A5432%252F%253FAction%253Dconnect%2526DBUser%253Du%2526X-Amz-Credential%253DA%25252F1%2526X-Amz-Signature%253D0",
            "  password: ZGIuZXhhbXBsZTo1NDMyLz9BY3Rpb249Y29ubmVjdCZEQlVzZXI9dSZYLUFtei1DcmVkZW50aWFsPUElMkYxJlgtQW16LVNpZ25hdHVyZT0w",
        ] {
            assert_eq!(found(line).0, format!("https://{WHOLE}"), "{line}");
        }
    }

    #[test]
    fn a_token_in_a_form_may_have_percent_encoded_padding() {
        let key = "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbiZYLUFtei1TaWduYXR1cmU9MSZWZXJzaW9uPTE%3D";
        let url = "https://bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Signature=1";
        assert_eq!(found(&format!("key={key}&b=c")).0, url);
    }

    #[test]
    fn words_are_not_tokens() {
        for line in [
            "tokens begin with k8s-aws-v1. and keys with bedrock-api-key-.",
            "k8s-aws-v1.short",
            "https://sts.amazonaws.com/?Action=GetCallerIdentity&X-Amz-Signature=0",
            "eyJhbGciOiJub25lIn0eyJhbGciOiJub25lIn0eyJhbGciOiJub25lIn0eyJhbGciOiJub25lIn0",
            "%3FAction%3D",
            "",
        ] {
            assert!(all(line).is_empty(), "{line}");
        }
    }
}
