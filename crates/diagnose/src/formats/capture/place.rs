//! Which headers and which URL of a text belong to its signed request: those around the signature.
//!
//! A program may print the reply's headers in the same way, before or after the request's. This module only knows
//! positions; `pairs` knows what a header looks like.

/// No text has more brackets around a header than these.
const DEEPEST: usize = 64;
/// No text has more URLs before the request's.
const MOST_URLS: usize = 64;
/// The length of `HTTP/1.1` with a blank.
const LONGEST_VERSION: usize = 9;
/// What programs write directly before the URL of a request, in lowercase.
const BEFORE_URLS: [&str; 11] =
    ["url", "uri", "get", "put", "post", "delete", "head", "patch", "options", "fetch", "endpoint"];

/// A name with a value, and where both are in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Where the signature is, if a header shows it.
pub(super) fn signature(pairs: &[Pair]) -> Option<usize> {
    let is_signed = |pair: &&Pair| pair.name.eq_ignore_ascii_case("authorization") && pair.value.contains("Signature=");
    pairs.iter().find(is_signed).map(|pair| pair.start)
}

/// The headers in the brackets around the signature, or otherwise those between the replies before and after it.
pub(super) fn around_signature(text: &str, headers: Vec<Pair>) -> Vec<Pair> {
    let Some(at) = signature(&headers) else { return headers };
    let (first, end) = between_replies(text, &headers, at);
    let mut near: Vec<Pair> = headers;
    near.retain(|pair| (first..end).contains(&pair.start));
    let is_in = |pair: &Pair, (open, close): (usize, usize)| (open..close).contains(&pair.start);
    let group =
        brackets(text, &near, at).into_iter().find(|group| near.iter().filter(|pair| is_in(pair, *group)).count() > 1);
    let Some(group) = group else { return near };
    let (mut kept, others): (Vec<Pair>, Vec<Pair>) = near.into_iter().partition(|pair| is_in(pair, group));
    let is_host = |pair: &Pair| pair.name.eq_ignore_ascii_case("host");
    if !kept.iter().any(is_host) {
        // Go prints the host next to the headers.
        kept.extend(others.into_iter().find(is_host));
    }
    kept
}

/// The ends of what lies between the mention of a reply before a position and the one after it.
fn between_replies(text: &str, pairs: &[Pair], at: usize) -> (usize, usize) {
    let is_in_value = |mark: &usize| pairs.iter().any(|pair| (pair.start..pair.end).contains(mark));
    let (mut first, mut end, mut line_start) = (0, text.len(), 0);
    for line in text.split_inclusive('\n') {
        for mark in reply_marks(line).into_iter().map(|mark| line_start + mark).filter(|mark| !is_in_value(mark)) {
            if mark < at {
                first = mark;
            } else if end == text.len() {
                end = mark;
            }
        }
        line_start += line.len();
    }
    (first, end)
}

/// Where a line mentions a reply: the word, an arrow, a status.
fn reply_marks(line: &str) -> Vec<usize> {
    let lower = line.to_ascii_lowercase();
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
    let is_word = |(at, word): &(usize, &str)| {
        let (before, behind) = (lower.get(..*at), lower.get(at + word.len()..));
        !before.is_some_and(|before| before.ends_with(is_part)) && !behind.is_some_and(|rest| rest.starts_with(is_part))
    };
    let mut marks: Vec<usize> = lower.match_indices("response").filter(is_word).map(|(at, _)| at).collect();
    marks.extend(lower.match_indices("<-- ").map(|(at, _)| at));
    let of_version = lower.match_indices("http/").filter(|(at, _)| {
        let length = lower.as_bytes().iter().skip(*at).take(LONGEST_VERSION).position(|byte| *byte == b' ');
        length.is_some_and(|length| lower.get(at + length + 1..).is_some_and(is_status))
    });
    marks.extend(of_version.map(|(at, _)| at));
    if is_status(line)
        && line.get(3..).is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_uppercase()))
    {
        marks.push(0);
    }
    marks
}

/// Whether a text begins with the status of a reply.
fn is_status(text: &str) -> bool {
    let (digits, rest) = text.split_at_checked(3).unwrap_or_default();
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && digits.starts_with(['1', '2', '3', '4', '5']);
    is_number && (rest.is_empty() || rest.starts_with([' ', '\r', '\n']))
}

/// The brackets around a position, the innermost first. What is inside a header's value is not a bracket.
fn brackets(text: &str, pairs: &[Pair], at: usize) -> Vec<(usize, usize)> {
    let mut spans = pairs.iter().map(|pair| (pair.start, pair.end)).peekable();
    let mut open: Vec<(char, usize)> = Vec::new();
    let mut around: Vec<(usize, usize)> = Vec::new();
    let mut depth = None;
    for (position, c) in text.char_indices() {
        while spans.next_if(|(_, end)| *end <= position).is_some() {}
        if position >= at && depth.is_none() {
            depth = Some(open.len());
        }
        if spans.peek().is_some_and(|(start, _)| *start <= position) {
            continue;
        }
        match c {
            '{' | '[' => open.push((c, position)),
            '}' | ']' => {
                let opening = if c == '}' { '{' } else { '[' };
                let Some((_, start)) = open.pop_if(|(last, _)| *last == opening) else { continue };
                if depth.is_some_and(|depth| open.len() < depth) {
                    around.push((start, position));
                    depth = Some(open.len());
                }
            }
            _ => {}
        }
        if depth == Some(0) || around.len() == DEEPEST {
            break;
        }
    }
    around
}

/// The URL of the request: one that follows a method or a name for it, and the nearest to the signature among equals.
/// `is_url` says whether a text is a URL that a request may have. A URL inside a header's value is not counted.
pub(super) fn url<'t>(text: &'t str, headers: &[Pair], is_url: impl Fn(&str) -> bool) -> Option<(usize, &'t str)> {
    let at = signature(headers);
    let (first, end) = at.map_or((0, text.len()), |at| between_replies(text, headers, at));
    let is_end = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | '}' | '{');
    let found = text.match_indices("http").take(MOST_URLS).filter_map(|(start, _)| {
        let rest = text.get(start..).filter(|rest| rest.starts_with("http://") || rest.starts_with("https://"))?;
        let url = rest.get(..rest.find(is_end).unwrap_or(rest.len()))?.trim_end_matches([',', ')', ';', '.']);
        let is_in_value = headers.iter().any(|pair| (pair.start..pair.end).contains(&start));
        (!is_in_value && is_url(url)).then_some((start, url))
    });
    found.min_by_key(|(start, _)| {
        let before = text.get(..*start).unwrap_or_default();
        let is_far = !(first..end).contains(start);
        (is_far, !is_announced(before), at.map_or(*start, |at| at.abs_diff(*start)))
    })
}

/// Whether a URL follows a method or a name for it.
fn is_announced(before: &str) -> bool {
    let before = before.trim_end_matches(|c: char| c.is_whitespace() || "\"'`=:(,\\".contains(c));
    let lower = before.get(before.len().saturating_sub(8)..).unwrap_or_default().to_ascii_lowercase();
    BEFORE_URLS.iter().any(|word| lower.ends_with(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_is_recognised_where_a_line_mentions_it() {
        for (line, expected) in [
            ("      Response Headers:", 1),
            ("200 OK", 1),
            ("D OkHttp: <-- 403 Forbidden https://h/", 1),
            ("  << HTTP/1.1 403 Forbidden", 1),
            ("  response: {", 1),
            ("GET /response/x HTTP/1.1", 0),
            ("responseType: 'json', transformResponse: [", 0),
            ("/k?response-content-type=a", 0),
            ("2026 is a year", 0),
        ] {
            assert_eq!(reply_marks(line).len(), expected, "{line}");
        }
    }

    #[test]
    fn brackets_that_are_not_closed_hide_nothing() {
        let text = "[ { a: { b: 1 }, Authorization: x } ] } (";
        let at = text.find("Auth").unwrap();
        let pair = Pair { name: "Authorization".into(), value: "x".into(), start: at, end: at + 16 };
        assert_eq!(brackets(text, std::slice::from_ref(&pair), at), [(2, 34), (0, 36)]);
        assert_eq!(brackets(&text[..20], &[pair], at), []);
    }
}
