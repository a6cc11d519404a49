//! A text as copied from a terminal, a tracker or a log: with a prefix on every line, as a program's
//! string literal or the message of a structured log. Each function here removes one of these, if present.
//!
//! The result is read like any other text, and used only if it shows a signed request that the original text does not.

use std::borrow::Cow;

use serde_json::Value;

use super::log::python;
use super::tools;
use sigvet_core::internal::METHODS;

/// No capture of one request is longer, not counting its body.
const LONGEST: usize = 1024 * 1024;
/// Maximum number of nested wrappings.
const DEEPEST: usize = 2;
/// No structured log has more texts about one request.
const MOST_TEXTS: usize = 256;
/// A network dump repeats the request line once.
const MOST_REQUESTS: usize = 4;
/// What the debug logs of nginx and HAProxy write before the request line and before each header, and what ends them.
const MARKED: [(&str, &str, Option<char>); 2] =
    [("http request line: \"", "http header: \"", Some('"')), (".clireq[", ".clihdr[", None)];

/// The result of `read` for the text as it may have been before copying: the first, likeliest version that it can read.
pub(super) fn first_original<T>(text: &[u8], read: &mut dyn FnMut(&str) -> Option<T>) -> Option<T> {
    let text = String::from_utf8_lossy(text.get(..text.len().min(LONGEST)).unwrap_or_default());
    inside(&text, DEEPEST, read)
}

fn inside<T>(text: &str, depth: usize, read: &mut dyn FnMut(&str) -> Option<T>) -> Option<T> {
    const OF_LINES: [fn(&str) -> Option<String>; 6] =
        [without_prefixes, without_outer_prefixes, around_blocks, marked, literals, dotted];
    let of_lines = tools::LAYOUTS
        .iter()
        .chain(&OF_LINES)
        .filter_map(|original| original(text))
        .find_map(|original| read(&original));
    let found = of_lines.or_else(|| from_middle(text).find_map(|original| read(&original)));
    if found.is_some() || depth == 0 {
        return found;
    }
    let values = json_values(text);
    let inner = [messages(&values), column(text)].into_iter().flatten().chain(nested(&values));
    inner.take(MOST_TEXTS).find_map(|text| read(&text).or_else(|| inside(&text, depth - 1, read)))
}

/// Where a request line begins in a line; the end of the line or a quote ends it.
fn request_line(line: &str) -> Option<usize> {
    let is_start =
        |at: usize| !line.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_ascii_alphanumeric()));
    let starts = METHODS.iter().flat_map(|method| line.match_indices(method));
    let is_request = |(at, method): &(usize, &str)| is_start(*at) && is_target_behind(line, at + method.len());
    starts.filter(is_request).map(|(at, _)| at).min()
}

fn is_target_behind(line: &str, end: usize) -> bool {
    let mut words = line.get(end..).and_then(|rest| rest.strip_prefix(' ')).unwrap_or_default().split(' ');
    let is_target = words.next().is_some_and(|target| target.starts_with('/') || target.starts_with("http"));
    is_target && words.next().is_some_and(|version| version.starts_with("HTTP/"))
}

/// The text before the request line is also before each line of the request: a container's name, a time, `> `.
fn without_prefixes(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let (first, at) =
        lines.iter().enumerate().find_map(|(number, line)| Some((number, request_line(line).filter(|at| *at > 0)?)))?;
    let prefix = lines.get(first)?.get(..at)?;
    let mut kept: Vec<&str> = Vec::new();
    let mut is_body = false;
    for line in lines.get(first..)? {
        match without_prefix(line, prefix) {
            Some(line) => {
                // A log that shows only headers continues with the response.
                if line.starts_with("HTTP/") && !is_body {
                    kept.push("");
                }
                is_body |= line.is_empty();
                kept.push(line);
            }
            None if is_body => break,
            // Another program's line in between.
            None => {}
        }
    }
    (kept.len() > 1).then(|| kept.join("\n"))
}

/// The same for a curl trace, whose own marks follow the prefix and are not on every line.
fn without_outer_prefixes(text: &str) -> Option<String> {
    let of_request = |line: &'_ str| line.get(..request_line(line)?)?.strip_suffix("> ").map(str::to_owned);
    let prefix = text.lines().find_map(of_request).filter(|prefix| !prefix.is_empty())?;
    Some(text.lines().map(|line| without_prefix(line, &prefix).unwrap_or(line)).collect::<Vec<_>>().join("\n"))
}

/// The same for a log of what was signed: the prefix precedes the algorithm, which is on a separate line.
fn around_blocks(text: &str) -> Option<String> {
    let of_algorithm = |line: &str| {
        let prefix = line.trim_end().strip_suffix("AWS4-HMAC-SHA256")?;
        // After an element or a quote it is the server's text, or part of something else.
        let is_prefix = !prefix.is_empty() && !prefix.contains('<') && !prefix.ends_with(['"', '\'', '=', ':']);
        is_prefix.then(|| prefix.to_owned())
    };
    let prefix = text.lines().find_map(of_algorithm)?;
    Some(text.lines().map(|line| without_prefix(line, &prefix).unwrap_or(line)).collect::<Vec<_>>().join("\n"))
}

/// ngrep writes a dot for each carriage return and line feed of a request on one line.
fn dotted(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.contains(" HTTP/1.1..") && request_line(line).is_some())?;
    Some(line.get(request_line(line)?..)?.replace("..", "\n"))
}

/// A line without its prefix: its digits, and the direction of an arrow, may differ.
pub(super) fn without_prefix<'a>(line: &'a str, prefix: &str) -> Option<&'a str> {
    let mut rest = line;
    let mut pattern = prefix.chars().peekable();
    while let Some(expected) = pattern.next() {
        let Some(found) = rest.chars().next() else {
            return (expected.is_whitespace() && pattern.all(char::is_whitespace)).then_some("");
        };
        let is_same = match expected {
            '0'..='9' => found.is_ascii_digit(),
            '<' | '>' => matches!(found, '<' | '>'),
            expected => expected == found,
        };
        if !is_same {
            return None;
        }
        rest = rest.get(found.len_utf8()..)?;
        if expected.is_ascii_digit() {
            while pattern.next_if(char::is_ascii_digit).is_some() {}
            rest = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        }
    }
    Some(rest)
}

/// The request line and the headers that a proxy's debug log shows on separate lines.
fn marked(text: &str) -> Option<String> {
    MARKED.iter().find_map(|(of_line, of_header, quote)| {
        let value = |line: &'_ str, mark: &str| {
            let (_, rest) = line.split_once(mark)?;
            let rest = if quote.is_some() { rest } else { rest.split_once("]: ")?.1 };
            Some(quote.map_or(rest, |quote| rest.strip_suffix(quote).unwrap_or(rest)).to_owned())
        };
        let mut lines = text.lines().skip_while(|line| !line.contains(of_line));
        let first = value(lines.next()?, of_line)?;
        let headers = lines.take_while(|line| !line.contains(of_line)).filter_map(|line| value(line, of_header));
        Some(std::iter::once(first).chain(headers).collect::<Vec<_>>().join("\n") + "\n\n")
    })
}

/// A request as a program's string literal, with escaped line ends; consecutive literals are joined.
fn literals(text: &str) -> Option<String> {
    let escaped = text.match_indices(" HTTP/").map(|(at, _)| at).find(|at| {
        let behind = text.get(at + " HTTP/1.1".len()..).unwrap_or_default();
        behind.starts_with("\\r\\n") || behind.starts_with("\\n")
    })?;
    let start = text.get(..escaped)?.rfind(['"', '\''])?;
    // The text before `send:` is also before each line of it.
    let line_start = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let prefix = text.get(line_start..start)?.split("send: ").next().unwrap_or_default();
    let (mut bytes, mut rest) = python::string_alone(text.get(start..)?)?;
    while let Some((more, behind)) = python::string_alone(between_pieces(rest, prefix)) {
        bytes.extend(more);
        rest = behind;
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What JavaScript, Python and Ruby write between the pieces that they send.
fn between_pieces<'a>(text: &'a str, prefix: &str) -> &'a str {
    let below = text.strip_prefix('\n').and_then(|below| below.strip_prefix(prefix));
    let text = below.filter(|below| below.starts_with("send: ")).unwrap_or(text);
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '+' | ','));
    let text = ["send: b", "send: ", "<- "].iter().find_map(|mark| text.strip_prefix(mark)).unwrap_or(text);
    text.strip_prefix('b').filter(|text| text.starts_with(['"', '\''])).unwrap_or(text)
}

/// A request after bytes of another layer, or after words on its line; ngrep writes a dot for each carriage return.
fn from_middle(text: &str) -> impl Iterator<Item = Cow<'_, str>> {
    let mut end = 0;
    let starts = text.split_inclusive('\n').filter_map(move |line| {
        let begin = end;
        end += line.len();
        request_line(line).map(|at| begin + at)
    });
    starts.take(MOST_REQUESTS).map(|start| {
        let rest = text.get(start..).unwrap_or_default();
        let is_dotted = rest.lines().take(3).all(|line| line.ends_with('.'));
        if is_dotted { without_dots(rest).into() } else { rest.into() }
    })
}

fn without_dots(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.strip_suffix('.').unwrap_or(line)).collect();
    lines.join("\n")
}

/// The JSON of the whole text, otherwise of its lines, with or without a prefix.
pub(super) fn json_values(text: &str) -> Vec<Value> {
    let of_line = |line: &str| {
        let starts = [line.find('{'), line.find('"')].into_iter().flatten();
        starts.filter_map(|start| line.get(start..)).find_map(|json| serde_json::from_str(json.trim_end()).ok())
    };
    match serde_json::from_str(text.trim()) {
        Ok(whole) => vec![whole],
        Err(_) => text.lines().filter_map(of_line).collect(),
    }
}

/// The messages of a structured log, each with one or more of the logged lines.
pub(super) fn messages(values: &[Value]) -> Option<String> {
    const NAMES: [&str; 7] = ["log", "message", "msg", "MESSAGE", "textPayload", "@message", "line"];
    let of_value = |value: &Value| {
        let message = NAMES.iter().find_map(|name| value.get(name)?.as_str())?;
        Some(message.trim_end_matches(['\n', '\r']).to_owned() + "\n")
    };
    let all: String = values.iter().flat_map(records).filter_map(of_value).collect();
    Some(all).filter(|all| !all.is_empty())
}

/// The records of a list, or of a list that an object has: `aws logs get-log-events` prints `{"events": […]}`.
fn records(value: &Value) -> Vec<&Value> {
    let is_record = |value: &&Value| value.is_object();
    let of_list =
        |value: &'_ Value| value.as_array().is_some_and(|values| values.iter().all(|value| is_record(&value)));
    let list = match value {
        Value::Object(fields) => {
            fields.values().find(|value| of_list(value) && value.as_array().is_some_and(|list| list.len() > 1))
        }
        value => Some(value).filter(|value| of_list(value)),
    };
    list.and_then(Value::as_array).map_or_else(|| vec![value], |values| values.iter().collect())
}

/// Texts inside JSON that contain a request: a dump, or an object as a string.
fn nested(values: &[Value]) -> Vec<String> {
    let mut texts = Vec::new();
    values.iter().for_each(|value| add_texts(value, &mut texts));
    texts
}

fn add_texts(value: &Value, texts: &mut Vec<String>) {
    let is_request = |text: &str| {
        text.contains(" HTTP/") || (text.starts_with('{') && text.to_ascii_lowercase().contains("authorization"))
    };
    match value {
        Value::String(text) if is_request(text) && texts.len() < MOST_TEXTS => texts.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| add_texts(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| add_texts(value, texts)),
        _ => {}
    }
}

/// The message column of a CSV table, as CloudWatch exports it (RFC 4180).
pub(super) fn column(text: &str) -> Option<String> {
    let head = text.lines().next()?;
    let named = |name: &str| name.trim_matches(['"', '\r']).to_ascii_lowercase();
    let at = head.split(',').position(|name| ["message", "@message"].contains(&named(name).as_str()))?;
    let mut rest = text.get(head.len()..)?.trim_start_matches(['\r', '\n']);
    let mut all = String::new();
    while !rest.is_empty() {
        let (record, behind) = record(rest);
        all.push_str(record.get(at).map(String::as_str).unwrap_or_default());
        all.push('\n');
        rest = behind;
    }
    Some(all)
}

/// The fields of the first record, and the rest.
fn record(text: &str) -> (Vec<String>, &str) {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let field = fields.last_mut().expect("there is one from the beginning");
        match c {
            '"' if is_quoted && chars.peek().is_some_and(|(_, next)| *next == '"') => {
                chars.next();
                field.push('"');
            }
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => fields.push(String::new()),
            '\n' if !is_quoted => return (fields, text.get(at + 1..).unwrap_or_default()),
            '\r' if !is_quoted => {}
            c => field.push(c),
        }
    }
    (fields, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_originals(text: &str) -> Vec<String> {
        let mut all = Vec::new();
        let none: Option<()> = first_original(text.as_bytes(), &mut |original| {
            all.push(original.to_owned());
            None
        });
        assert_eq!(none, None);
        all
    }

    /// The same request in each row, as people paste it.
    #[test]
    fn wrappings_around_a_request_are_removed() {
        const REQUEST: &str = "GET /k HTTP/1.1\nHost: h.example\nX-A: b, c\n\n";
        let each = |around: fn(&str) -> String| REQUEST.lines().map(around).collect::<Vec<_>>().join("\n");
        for (name, text) in [
            ("docker compose", each(|line| format!("app-1  | {line}"))),
            ("a trailing blank lost", each(|line| format!("app-1  | {line}").trim_end().to_owned())),
            ("kubectl", each(|line| format!("[pod/app-5d/app] {line}"))),
            ("a quotation", each(|line| format!("> {line}"))),
            ("Terraform", each(|line| format!("\u{2502} {line}"))),
            ("a wire log", each(|line| format!("DEBUG headers - http-outgoing-0 >> {line}"))),
            ("lines of JSON", each(|line| serde_json::json!({ "log": format!("{line}\n") }).to_string())),
            ("a dump in JSON", serde_json::json!({ "msg": "sent", "dump": REQUEST }).to_string()),
            ("JSON in JSON", serde_json::json!({ "log": serde_json::json!({ "d": REQUEST }).to_string() }).to_string()),
            ("a table", format!("timestamp,message\n1,\"{REQUEST}\"\n")),
            ("a table of lines", format!("a,@message\n{}", each(|line| format!("1,\"{line}\"")))),
            ("a string of Python", format!("send: b'{}'", REQUEST.escape_default())),
            ("pieces of JavaScript", "_header: 'GET /k HTTP/1.1\\r\\n' +\n  'Host: h.example\\r\\n' +\n  'X-A: b, c\\r\\n\\r\\n',".to_owned()),
            ("bytes of another layer", format!("E..@.@..{REQUEST}")),
            ("ngrep", REQUEST.replace('\n', ".\n")),
            (
                "nginx",
                "1 [debug] *1 http request line: \"GET /k HTTP/1.1\"\n1 [debug] *1 http header: \"Host: h.example\"\n1 [debug] \
                 *1 http header: \"X-A: b, c\"\n1 [debug] *1 http header done"
                    .to_owned(),
            ),
            (
                "HAProxy",
                "00000000:fe.clireq[0009:ffff]: GET /k HTTP/1.1\n00000000:fe.clihdr[0009:ffff]: Host: \
                 h.example\n00000000:fe.clihdr[0009:ffff]: X-A: b, c\n"
                    .to_owned(),
            ),
        ] {
            let found = all_originals(&text);
            let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n");
            assert!(found.iter().any(|original| lines(original).starts_with(REQUEST.trim_end())), "{name}: {found:#?}");
        }
    }

    /// Times and numbers change from line to line; lines of other programs in between are left out.
    #[test]
    fn a_prefix_is_recognised_by_its_shape() {
        let text = "2026-11-28T11:57:00.123Z stdout F GET /k HTTP/1.1\n2026-11-28T11:57:00.98Z stdout F Host: h.example\nother: \
                    line\n2026-11-28T11:57:01.5Z stdout F\n2026-11-28T11:57:01.5Z stdout F body\nother\n";
        assert_eq!(without_prefixes(text).as_deref(), Some("GET /k HTTP/1.1\nHost: h.example\n\nbody"));
    }

    #[test]
    fn text_without_a_request_gives_none() {
        for text in ["", "GET", "a { b", "{\"a\":", "to GET /k is easy", "\u{1b}[", "a,message\n\"", "x HTTP/1.1\\r\\n"]
        {
            let found = all_originals(text);
            assert!(found.iter().all(|original| request_line(original).is_none()), "{text}: {found:?}");
        }
    }
}
