//! A request that a program printed with its headers as pairs, in any syntax: Go's `map[Name:[value]]`, Rust's and
//! Python's `"name": "value"`, PowerShell's `"name"="value"`, Envoy's `'name', 'value'`, `Name: value` in a list or on
//! lines.
//!
//! The program does not matter. A header is recognised by a name that only headers have, and a request by an
//! `Authorization` among them that is a signature, or by a signed URL.

use std::borrow::Cow;

use super::exchange::{Exchange, is_signed, valid_headers};
use super::log::python;
use super::object::Printed;
use super::place::{self, Pair};
use crate::formats::parse_url;
use sigvet_core::internal::METHODS;
use sigvet_core::request::RequestUrl;

/// No program prints one request with more bytes.
const LONGEST: usize = 256 * 1024;
/// No header value is longer, not even a session token.
const LONGEST_VALUE: usize = 8 * 1024;
/// No text's requests have more headers.
const MOST_PAIRS: usize = 2000;
/// Names of headers without a dash.
const PLAIN: [&str; 11] =
    ["host", "date", "authorization", "accept", "range", "expect", "cookie", "connection", "origin", "referer", "via"];
/// What holds the path and the query if there is no URL.
const TARGETS: [&str; 4] = [":path", "requesturi", "rawpath", "request_uri"];

/// The signed request in a text.
pub(super) fn read(text: &[u8]) -> Option<Exchange> {
    let text = String::from_utf8_lossy(text.get(..text.len().min(LONGEST)).unwrap_or_default());
    let text = in_one_line(&text);
    let mut pairs = pairs(&text);
    let signature = place::signature(&pairs);
    let mut take = |names: &[&str]| {
        let is_named = |(_, pair): &(usize, &Pair)| names.contains(&pair.name.to_ascii_lowercase().as_str());
        let found = pairs.iter().enumerate().filter(is_named);
        let distance = |(at, pair): &(usize, &Pair)| signature.map_or(*at, |signature| signature.abs_diff(pair.start));
        let at = found.min_by_key(distance).map(|(at, _)| at)?;
        Some(pairs.remove(at).value)
    };
    let (authority, target, query) = (take(&[":authority"]), take(&TARGETS), take(&["rawquerystring"]));
    let method = take(&[":method", "method", "httpmethod"]);
    take(&[":scheme"]);
    pairs.retain(|pair| !pair.name.starts_with(':') && is_header_name(&pair.name));
    let is_target = |url: &str| parse_url(url).is_ok_and(|url| url.target() != b"/");
    let found = place::url(&text, &pairs, is_target);
    let found =
        found.or_else(|| place::url(&text, &pairs, |url| text.matches("http").count() == 1 && parse_url(url).is_ok()));
    let method = found.and_then(|(at, _)| method_before(text.get(..at)?)).or(method);
    let url = found.and_then(|(_, url)| parse_url(url).ok()).or_else(|| url_in_parts(&text));
    let mut pairs: Vec<(String, String)> =
        place::around_signature(&text, pairs).into_iter().map(|pair| (pair.name, pair.value)).collect();
    // PowerShell's separate option for this header, which may not be in its table of headers.
    let content_type = text.split_once("-ContentType \"").and_then(|(_, rest)| rest.split_once('"'));
    pairs.extend(content_type.map(|(value, _)| ("content-type".to_owned(), value.to_owned())));
    // A log may also show the same request before it was signed.
    let (headers, notes) = valid_headers(each_once(pairs));
    let host = authority.or_else(|| if url.is_none() { host_argument(&text) } else { None });
    let target = match (url.as_ref(), target) {
        (Some(url), None) => url.target().to_vec(),
        (_, Some(path)) => match query.filter(|query| !query.is_empty()) {
            Some(query) => format!("{path}?{query}").into_bytes(),
            None => path.into_bytes(),
        },
        (None, None) => path_argument(&text)?.into_bytes(),
    };
    let method = method.filter(|method| METHODS.contains(&method.to_ascii_uppercase().as_str()));
    let method = method
        .map(|method| method.to_ascii_uppercase())
        .or_else(|| method_by_url(&text))
        .or_else(|| default_method(&text))?;
    let exchange = Printed { method, url, target, host, headers, body: None, notes }.into_exchange()?;
    exchange.request.as_ref().is_some_and(is_signed).then_some(exchange)
}

/// Everything that looks like a name with a value, in order.
fn pairs(text: &str) -> Vec<Pair> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut last = ' ';
    while let Some(c) = rest.chars().next().filter(|_| found.len() < MOST_PAIRS) {
        let begins = (c.is_ascii_alphabetic() || c == ':') && !is_name_part(last) && last != ':';
        if let Some((pair, behind)) = begins.then(|| pair_at(rest, last)).flatten() {
            let (start, end) = (text.len() - rest.len(), text.len() - behind.len());
            found.push(Pair { name: pair.0, value: pair.1, start, end });
            last = ' ';
            rest = behind;
            continue;
        }
        last = c;
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
    }
    found
}

fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// The pair that begins here, possibly after a quote, and the rest.
fn pair_at(text: &str, before: char) -> Option<((String, String), &str)> {
    let start = usize::from(text.starts_with(':'));
    let end = text.get(start..)?.find(|c| !is_name_part(c))? + start;
    let name = text.get(..end).filter(|name| is_known(name))?;
    let quote = matches!(before, '"' | '\'').then_some(before);
    let rest = text.get(end..)?;
    let rest = match quote {
        Some(quote) => rest.strip_prefix(quote)?,
        None => rest,
    };
    let rest = rest.trim_start_matches(' ');
    let separators: &[&str] = if quote.is_some() { &[": ", ":", "=>", "=", ", "] } else { &[": ", ":", "=>", "="] };
    let rest = separators.iter().find_map(|separator| rest.strip_prefix(separator))?.trim_start_matches(' ');
    let (value, rest) = if is_word(name) { word(rest)? } else { value(rest)? };
    Some(((name.to_owned(), value), rest))
}

/// Whether an unquoted value contains no blank.
fn is_word(name: &str) -> bool {
    !is_header_name(name) || name.eq_ignore_ascii_case("host")
}

fn word(text: &str) -> Option<(String, &str)> {
    if text.starts_with(['"', '\'', '[']) || ["Some(", "b\"", "b'"].iter().any(|open| text.starts_with(open)) {
        return value(text);
    }
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, ',' | '}' | ')' | ';')).unwrap_or(text.len());
    let value = text.get(..end).filter(|value| !value.is_empty())?;
    Some((value.to_owned(), text.get(end..)?))
}

/// A value in quotes, in brackets, or up to the end of its line or item.
fn value<'t>(text: &'t str) -> Option<(String, &'t str)> {
    let inner =
        ["[]string{", "[", "Some(", "Sensitive("].iter().find_map(|open| text.strip_prefix(open)).unwrap_or(text);
    let is_nested = inner.len() < text.len();
    let behind = |rest: &'t str| if is_nested { rest.strip_prefix([']', '}', ')']).unwrap_or(rest) } else { rest };
    if let Some((bytes, rest)) = python::string_alone(inner) {
        return Some((String::from_utf8_lossy(&bytes).into_owned(), behind(rest)));
    }
    let end = if is_nested { inner.find(']')? } else { end_of_item(text) };
    let value = inner.get(..end)?.trim_end();
    (!value.is_empty()).then(|| (value.to_owned(), behind(inner.get(end..).unwrap_or_default())))
}

/// The end of an unquoted value: the end of the line, the next name of a list, or the bracket that closes the list.
fn end_of_item(text: &str) -> usize {
    let text = up_to(text, LONGEST_VALUE);
    let line = text.find(['\n', '\r']).unwrap_or(text.len());
    let is_next = |at: &usize| {
        let behind = text.get(at + 2..).unwrap_or_default();
        let end = behind.find(|c| !is_name_part(c)).unwrap_or(behind.len());
        let name = behind.get(..end).unwrap_or_default();
        behind.get(end..).is_some_and(|rest| rest.starts_with(": ")) && is_known(name)
    };
    let next = text.match_indices(", ").map(|(at, _)| at).take_while(|at| *at < line).find(is_next);
    let item = text.get(..next.unwrap_or(line)).unwrap_or_default();
    // A bracket that was opened inside the value closes nothing else.
    let mut depth = 0_usize;
    let closing = item.char_indices().find(|(_, c)| {
        let closes = *c == ')' && depth == 0;
        depth = (depth + usize::from(*c == '(')).saturating_sub(usize::from(*c == ')'));
        closes
    });
    closing.map_or(item.len(), |(at, _)| at)
}

/// The beginning of a text, at most `length` bytes long.
fn up_to(text: &str, length: usize) -> &str {
    let end = (0..=length.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    text.get(..end.unwrap_or_default()).unwrap_or_default()
}

fn is_header_name(name: &str) -> bool {
    name.contains('-') || PLAIN.contains(&name.to_ascii_lowercase().as_str())
}

fn is_known(name: &str) -> bool {
    const FURTHER: [&str; 6] = ["method", "httpmethod", "rawpath", "rawquerystring", "requesturi", "request_uri"];
    let lower = name.to_ascii_lowercase();
    is_header_name(name) || name.starts_with(':') || FURTHER.contains(&lower.as_str())
}

/// Each pair once: the same name and value twice is one header printed twice.
fn each_once(pairs: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut kept: Vec<(String, String)> = Vec::new();
    for (name, value) in pairs {
        if !kept.iter().any(|(known, same)| known.eq_ignore_ascii_case(&name) && *same == value) {
            kept.push((name, value));
        }
    }
    kept
}

/// The method directly before a URL: `--> GET https://…`.
fn method_before(before: &str) -> Option<String> {
    let before = before.trim_end_matches([' ', '"', '\'', '(', ',']);
    let word = before.rsplit(|c: char| !c.is_ascii_alphabetic()).next()?;
    METHODS.contains(&word).then(|| word.to_owned())
}

/// Rust prints URLs in parts: `Url { scheme: "https", …, host: Some(Domain("…")), …, path: "/", query: Some("…"), … }`.
fn url_in_parts(text: &str) -> Option<RequestUrl> {
    let (_, parts) = text.split_once("Url { ")?;
    let part = |mark: &str| parts.split_once(mark)?.1.split_once('"').map(|(value, _)| value);
    let mut url = format!("{}://{}", part("scheme: \"")?, part("Domain(\"")?);
    if let Some((port, _)) = parts.split_once("port: Some(").and_then(|(_, rest)| rest.split_once(')')) {
        url = format!("{url}:{port}");
    }
    url.push_str(part("path: \"")?);
    if let Some(query) = part("query: Some(\"") {
        url = format!("{url}?{query}");
    }
    parse_url(&url).ok()
}

/// Chrome's developer tools put each name on a line, and its value on the next one.
fn in_one_line(text: &str) -> Cow<'_, str> {
    if !text.contains("Request Method") {
        return text.into();
    }
    let mut lines = text.lines().peekable();
    let mut joined = String::new();
    while let Some(line) = lines.next() {
        let name = line.trim_end_matches(':');
        joined.push_str(line);
        if !name.is_empty() && name.chars().skip(1).all(is_name_part) && is_known(name) {
            joined.push_str(if line.ends_with(':') && name.len() > 1 { " " } else { ": " });
            joined.push_str(lines.next().unwrap_or_default());
        }
        joined.push('\n');
    }
    joined.into()
}

/// What a browser's `fetch` and PowerShell send by default.
fn default_method(text: &str) -> Option<String> {
    let has_default = ["fetch(", "Invoke-WebRequest", "Invoke-RestMethod"].iter().any(|call| text.contains(call));
    has_default.then(|| "GET".to_owned())
}

/// The path of `conn.request("GET", "/path", …)`, as Python's `http.client` takes it.
fn path_argument(text: &str) -> Option<String> {
    let (_, rest) = text.split_once(".request(")?;
    let (_, rest) = rest.split_once(',')?;
    let (path, _) = python::string_alone(rest.trim_start())?;
    Some(String::from_utf8_lossy(&path).into_owned()).filter(|path| path.starts_with('/'))
}

/// The host of `http.client.HTTPSConnection("host")`.
fn host_argument(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("HTTPSConnection(").or_else(|| text.split_once("HTTPConnection("))?;
    python::string_alone(rest.trim_start()).map(|(host, _)| String::from_utf8_lossy(&host).into_owned())
}

/// The method before the URL: `--> GET https://…`, `requests.request("GET", …`.
fn method_by_url(text: &str) -> Option<String> {
    let is_word = |word: &&str| METHODS.contains(word);
    text.split(|c: char| !c.is_ascii_alphabetic()).find(is_word).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigvet_core::request::Body;

    const SIGNED: &str =
        "AWS4-HMAC-SHA256 Credential=A/20250915/us-east-1/es/aws4_request, SignedHeaders=host;x-amz-date, Signature=ab";

    /// The same request as different programs print it.
    #[test]
    fn pairs_are_read_in_each_syntax() {
        let (url, date) = ("https://b.example/p%20q?a=b&c", "20250915T120000Z");
        for (name, text) in [
            (
                "Go",
                format!(
                    "&{{Method:PUT URL:{url} Proto:HTTP/1.1 Header:map[Authorization:[{SIGNED}] X-Amz-Date:[{date}]] ContentLength:0 Host:b.example Form:map[]}}"
                ),
            ),
            (
                "Go, %#v",
                format!(
                    "&http.Request{{Method:\"PUT\", URL:(*url.URL)(0xc0), Header:http.Header{{\"Authorization\":[]string{{\"{SIGNED}\"}}, \"X-Amz-Date\":[]string{{\"{date}\"}}}}, Host:\"b.example\", RequestURI:\"/p%20q?a=b&c\"}}"
                ),
            ),
            (
                "Rust",
                format!(
                    "Request {{ method: PUT, uri: {url}, version: HTTP/1.1, headers: {{\"authorization\": \"{SIGNED}\", \"x-amz-date\": \"{date}\"}} }}"
                ),
            ),
            (
                "reqwest",
                format!(
                    "Request {{ method: PUT, url: Url {{ scheme: \"https\", host: Some(Domain(\"b.example\")), port: None, path: \"/p%20q\", query: Some(\"a=b&c\"), fragment: None }}, headers: {{\"authorization\": \"{SIGNED}\", \"x-amz-date\": \"{date}\"}} }}"
                ),
            ),
            ("http4s", format!("HTTP/1.1 PUT {url} Headers(Authorization: {SIGNED}, x-amz-date: {date}) body=\"\"")),
            (
                "PowerShell",
                format!(
                    "Invoke-WebRequest -Uri \"{url}\" `\n-Method \"PUT\" `\n-Headers @{{\n\"authorization\"=\"{SIGNED}\"\n  \"x-amz-date\"=\"{date}\"\n}}"
                ),
            ),
            (
                "fetch",
                format!(
                    "fetch(\"{url}\", {{\n  \"headers\": {{\n    \"authorization\": \"{SIGNED}\",\n    \"x-amz-date\": \"{date}\"\n  }},\n  \"method\": \"PUT\"\n}});"
                ),
            ),
            (
                "axios",
                format!(
                    "headers: Object [AxiosHeaders] {{\n  'Authorization': '{SIGNED}',\n  'x-amz-date': '{date}' }},\nmethod: 'put',\nurl: '{url}',"
                ),
            ),
            (
                "requests",
                format!(
                    "requests.request(\"PUT\", \"{url}\", headers={{'Authorization': '{SIGNED}', 'x-amz-date': '{date}'}})"
                ),
            ),
            ("OkHttp", format!("--> PUT {url} http/1.1\nAuthorization: {SIGNED}\nx-amz-date: {date}\n--> END PUT")),
            (
                "Envoy",
                format!(
                    "':authority', 'b.example'\n':path', '/p%20q?a=b&c'\n':method', 'PUT'\n'authorization', '{SIGNED}'\n'x-amz-date', '{date}'\n"
                ),
            ),
            (
                "a Lambda event",
                format!(
                    "{{\"rawPath\":\"/p%20q\",\"rawQueryString\":\"a=b&c\",\"headers\":{{\"authorization\":\"{SIGNED}\",\"x-amz-date\":\"{date}\",\"host\":\"b.example\"}},\"http\":{{\"method\":\"PUT\"}}}}"
                ),
            ),
        ] {
            let request = read(text.as_bytes()).unwrap_or_else(|| panic!("{name}: {text}")).request.unwrap();
            assert_eq!((request.method(), request.target()), ("PUT", &b"/p%20q?a=b&c"[..]), "{name}");
            let header = |name: &str| request.headers.first_text(name);
            assert_eq!(
                [header("host"), header("authorization"), header("x-amz-date")],
                [Some("b.example"), Some(SIGNED), Some(date)],
                "{name}"
            );
            assert_eq!(request.body, Body::Unknown, "{name}");
        }
    }

    /// What is printed of the reply, or of another request, is not part of the request.
    #[test]
    fn the_headers_of_a_reply_are_left_out() {
        let (url, date) = ("https://b.example/p%20q?a=b&c", "20250915T120000Z");
        let of_request = format!("'X-Amz-Date': '{date}', 'Authorization': '{SIGNED}'");
        let of_reply = "'x-amz-request-id': 'A', 'Content-Type': 'text/xml', 'Content-Length': '9'";
        let lines = |text: &str| text.replace("', '", "\n").replace("': '", ": ").replace('\'', "");
        for (name, text) in [
            (
                "requests",
                format!(
                    "PUT {url}\n{{{of_request}}}\n200 OK\n{{{of_reply}}}\n<a xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>"
                ),
            ),
            (
                "the reply first",
                format!("403 {{{of_reply}}}\nsent: {{'headers': {{{of_request}}}, 'method': 'put', 'url': '{url}'}}"),
            ),
            (
                ".NET",
                format!(
                    "Sending HTTP request PUT {url}\nRequest Headers:\n{}\nReceived HTTP response headers after 2ms - 403\nResponse Headers:\n{}",
                    lines(&of_request),
                    lines(of_reply)
                ),
            ),
            (
                "OkHttp",
                format!(
                    "--> PUT {url} h2\n{}\n--> END PUT\n<-- 403 {url} (2ms)\n{}",
                    lines(&of_request),
                    lines(of_reply)
                ),
            ),
            ("a hint with a URL", format!("See https://a.example/more\nPUT {url}\n{}", lines(&of_request))),
            (
                "an endpoint",
                format!(
                    "Endpoint result: https://b.example/p\nurl={url}, method=PUT, headers={{{of_request}}}\nResponse headers: {{{of_reply}}}"
                ),
            ),
            (
                "Ruby",
                format!(
                    "{{\"Referer\"=>\"https://c.example/d\", \"X-Amz-Date\"=>\"{date}\", \"Authorization\"=>\"{SIGNED}\"}}\nPUT {url}\n-> \"HTTP/1.1 403 Forbidden\"\n{of_reply}"
                ),
            ),
        ] {
            let request = read(text.as_bytes()).unwrap_or_else(|| panic!("{name}: {text}")).request.unwrap();
            assert_eq!((request.method(), request.target()), ("PUT", &b"/p%20q?a=b&c"[..]), "{name}");
            let names = request.headers.iter().map(|header| header.name.to_ascii_lowercase());
            let others: Vec<String> = names
                .filter(|name| !["host", "x-amz-date", "authorization", "referer"].contains(&name.as_str()))
                .collect();
            assert_eq!(others, [""; 0], "{name}");
            assert_eq!(request.headers.first_text("x-amz-date"), Some(date), "{name}");
        }
    }

    #[test]
    fn an_unsigned_print_is_not_a_request() {
        for text in [
            "",
            "https://b.example/",
            "GET https://b.example/ Host: b.example",
            "authorization: Signature=",
            ":path: /",
        ] {
            assert!(read(text.as_bytes()).is_none(), "{text}");
        }
    }
}
