//! A token that is a presigned URL, alone or in a line of something else, as the request that its server makes of it.

use crate::formats::note::Note;
use crate::formats::{BEDROCK_PREFIX, EKS_PREFIX, Token, parse_url};
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::Request;

use super::UnreadableCapture;
use super::exchange::Exchange;

/// The longest token that there is, with a session token in it.
const LONGEST: usize = 64 * 1024;

/// What follows the host in the token of a database or a cache.
const DATABASE_MARKS: [&str; 2] = ["/?Action=connect&", "/?Action=DbConnect"];

/// A token in a line, and what there is to say of the place.
struct Found {
    word: String,
    note: Option<Note>,
}

impl Found {
    fn new(word: impl Into<String>) -> Self {
        Self { word: word.into(), note: None }
    }
}

/// The request of a text that is a token and nothing else.
pub(super) fn read(text: &[u8]) -> Option<Result<Exchange, UnreadableCapture>> {
    let text = std::str::from_utf8(text.get(..=LONGEST).is_none().then_some(text)?).ok()?;
    Some(Token::parse(text)?.map_err(UnreadableCapture::from).and_then(exchange_of))
}

/// The request of the first token in a line: in JSON, in a variable, in a connection string, in a password file.
pub(super) fn read_in_line(line: &str) -> Option<Result<Exchange, UnreadableCapture>> {
    let found = with_prefix(line).map(Found::new);
    let found = found.or_else(|| in_password_file(line)).or_else(|| of_database(line));
    let Found { word, note } = found.or_else(|| in_connection_url(line).map(Found::new))?;
    let mut exchange = read(word.as_bytes())?;
    if let Ok(exchange) = &mut exchange {
        exchange.notes.extend(note);
    }
    Some(exchange)
}

/// Whether a line has the token of a database or a cache in it, as it is.
pub(super) fn is_of_database(line: &str) -> bool {
    DATABASE_MARKS.iter().any(|mark| line.contains(mark))
}

fn with_prefix(line: &str) -> Option<&str> {
    // A token of MSK is the base64 of `https://kafka.…`.
    let start = [EKS_PREFIX, BEDROCK_PREFIX, "aHR0cHM6Ly9rYWZrYS"].iter().find_map(|prefix| line.find(prefix))?;
    let rest = line.get(start..).unwrap_or_default();
    let is_of_token = |c: char| c.is_ascii_alphanumeric() || "-_.+/=".contains(c);
    Some(rest.split(|c| !is_of_token(c)).next().unwrap_or_default())
}

/// The password in a line of libpq's password file: `host:port:database:user:password`, where colons and backslashes of a field
/// have a backslash in front of them (PostgreSQL, *The Password File*).
fn in_password_file(line: &str) -> Option<Found> {
    let line = line.trim();
    let fields = unescaped_fields(line);
    let [_, port, _, _, rest @ ..] = fields.as_slice() else { return None };
    let is_port = port == "*" || !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let password = rest.join(":");
    let is_line = is_port && !line.contains(char::is_whitespace) && is_of_database(&password);
    is_line.then(|| Found { word: password, note: (rest.len() > 1).then_some(Note::PasswordNotEscaped) })
}

/// The fields between colons that no backslash stands in front of, without the backslashes.
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

fn of_database(line: &str) -> Option<Found> {
    let at = DATABASE_MARKS.iter().find_map(|mark| line.find(mark))?;
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || ".-_:".contains(c);
    let before = line.get(..at).unwrap_or_default();
    let mut start = before.trim_end_matches(is_of_host).len();
    // In the URL of a connection the user stands before it: `user:host:port/?…@`.
    let authority = before.get(start..).unwrap_or_default();
    let ends_in_port = authority.rsplit(':').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
    let own_colons = usize::from(ends_in_port);
    let colons: Vec<usize> = authority.match_indices(':').map(|(at, _)| at).collect();
    let user = colons.len().checked_sub(own_colons + 1).and_then(|last| colons.get(last));
    start += user.map_or(0, |user| user + 1);
    let rest = line.get(start..).unwrap_or_default();
    let word = rest.split(|c: char| c.is_whitespace() || "\"'`<>,;@".contains(c)).next().unwrap_or_default();
    let is_behind_user = user.is_some() && rest.get(word.len()..).is_some_and(|rest| rest.starts_with('@'));
    let note = if is_behind_user { Some(Note::PasswordNotEscaped) } else { kept_scheme(before, start) };
    Some(Found { word: word.to_owned(), note })
}

/// A scheme in front of the token where a value begins: the token is used with it.
fn kept_scheme(before: &str, start: usize) -> Option<Note> {
    let before = before.get(..start)?;
    let scheme = ["https://", "http://"].into_iter().find(|scheme| before.ends_with(scheme))?;
    let is_value = before.strip_suffix(scheme)?.ends_with(['=', ':', '"', '\'']);
    is_value.then_some(Note::TokenScheme { scheme, expected: "" })
}

/// The percent-encoded token that is the password in the URL of a connection: `postgresql://user:TOKEN@host/db`.
fn in_connection_url(line: &str) -> Option<String> {
    let at = ["%2F%3FAction%3D", "%2f%3faction%3d", "%2F%3FAction="].iter().find_map(|mark| line.find(mark))?;
    let is_outside = |c: char| c.is_whitespace() || "\"'`<>,;@:=/".contains(c);
    let start = line.get(..at)?.rfind(is_outside).map_or(0, |at| at + 1);
    let word = line.get(start..)?.split(is_outside).next()?;
    String::from_utf8(decode(word.as_bytes(), Plus::Literal)).ok()
}

fn exchange_of(token: Token) -> Result<Exchange, UnreadableCapture> {
    let url = parse_url(&token.url)?;
    let request = Request::new(token.method, &url).map_err(|_| UnreadableCapture::Empty)?;
    let notes = token.unsigned.map(|name| Note::UnsignedParameter { name }).into_iter().chain(token.flaws).collect();
    Ok(Exchange { request: Some(request), url: Some(url), reply: None, notes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> (String, Vec<Note>) {
        let exchange = read_in_line(line).unwrap_or_else(|| panic!("{line}")).unwrap();
        let url = exchange.url.unwrap().to_string();
        (url, exchange.notes)
    }

    const URL: &str = "https://db.example:5432/?Action=connect&DBUser=u&X-Amz-Signature=0";

    /// What libpq makes of such a line: it takes the fields apart at colons without a backslash (`passwordFromFile`).
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
    fn a_token_in_a_value_is_found_with_what_is_wrong_around_it() {
        let token = URL.trim_start_matches("https://");
        let scheme = |scheme| vec![Note::TokenScheme { scheme, expected: "" }];
        for (line, notes) in [
            (format!("export PGPASSWORD='{token}'"), vec![]),
            (format!("PGPASSWORD=https://{token}"), scheme("https://")),
            (format!("\"password\": \"http://{token}\","), scheme("http://")),
            (format!("the URL is https://{token}"), vec![]),
            (format!("postgresql://u:{token}@db.example:5432/d"), vec![Note::PasswordNotEscaped]),
            (format!("user:{token}"), vec![]),
        ] {
            assert_eq!(found(&line), (URL.to_owned(), notes), "{line}");
        }
        let dsql = "x.dsql.us-east-1.on.aws/?Action=DbConnect&X-Amz-Signature=0";
        let line = format!("psql postgresql://app:{dsql}@x.dsql.us-east-1.on.aws/postgres");
        assert_eq!(found(&line), (format!("https://{dsql}"), vec![Note::PasswordNotEscaped]));
    }
}
