//! A request in the form of a script: JavaScript's `fetch` with its options, PowerShell's `Invoke-WebRequest`. Browsers
//! copy requests this way.
//!
//! Nothing is run: a value that the text does not contain literally is unknown.

use super::exchange::{Exchange, valid_headers};
use super::literal::{self, Literal};
use super::log::python;
use super::object::{self, Printed};
use super::power::{self, Invocation};
use crate::formats::note::Note;
use sigvet_core::request::{Body, Headers};

/// No script that sends one request is longer.
const LONGEST: usize = 256 * 1024;
/// No text has more calls.
const MOST_CALLS: usize = 1024;

/// The requests of a script.
pub(super) fn read(text: &[u8]) -> Vec<Exchange> {
    let text = String::from_utf8_lossy(text.get(..text.len().min(LONGEST)).unwrap_or_default());
    let calls = text.match_indices("fetch(").map(|(at, call)| text.get(at + call.len()..).unwrap_or_default());
    let of_fetch = calls.take(MOST_CALLS).filter_map(fetch);
    of_fetch.chain(power::invocations(&text).into_iter().filter_map(invoke)).collect()
}

/// The arguments of `fetch`: a URL, and an object of options.
fn fetch(arguments: &str) -> Option<Exchange> {
    let (url, rest) = python::string_alone(arguments.trim_start())?;
    let url = String::from_utf8(url).ok()?;
    let rest = rest.trim_start();
    let options = match rest.strip_prefix(',') {
        Some(options) if options.trim_start().starts_with('{') => literal::read(options.trim_start())?,
        None if rest.starts_with(')') => Literal::Nothing,
        // The options are in a variable.
        _ => return None,
    };
    let method = options.get(&["method"]).and_then(Literal::text).unwrap_or("GET");
    let pairs = options.get(&["headers"]).map(object::headers).unwrap_or_default();
    let (mut headers, notes) = valid_headers(pairs);
    let body = match options.get(&["body"]) {
        None => Some(Body::Bytes(Vec::new())),
        Some(Literal::Text(text)) => {
            // The default type of a text body (Fetch Standard, "extract a body").
            add_default(&mut headers, "content-type", "text/plain;charset=UTF-8");
            Some(Body::Bytes(text.as_bytes().to_vec()))
        }
        Some(_) => None,
    };
    sent(&in_upper_case(method), &url, headers, body, notes)
}

/// What PowerShell sends.
fn invoke(invocation: Invocation) -> Option<Exchange> {
    let Invocation { url, method, headers, content_type, agent, body } = invocation;
    let pairs = headers.into_iter().filter(|(name, _)| !is_of_http2(name));
    let (mut headers, notes) = valid_headers(pairs);
    let method = method.unwrap_or_else(|| "GET".to_owned()).to_ascii_uppercase();
    if let Some(content_type) = content_type {
        add_default(&mut headers, "content-type", &content_type);
    } else if method == "POST" {
        add_default(&mut headers, "content-type", "application/x-www-form-urlencoded");
    }
    if let Some(agent) = agent {
        add_default(&mut headers, "user-agent", &agent);
    }
    let body = match body {
        power::Value::Missing => Some(Body::Bytes(Vec::new())),
        power::Value::Text(text) => Some(Body::Bytes(text.into_bytes())),
        power::Value::Other => None,
    };
    sent(&method, &url, headers, body, notes)
}

fn sent(method: &str, url: &str, headers: Headers, body: Option<Body>, mut notes: Vec<Note>) -> Option<Exchange> {
    if body.is_none() {
        notes.push(Note::BodyNotCaptured);
    }
    let printed = Printed::new(method, url, headers, notes);
    printed.url.as_ref()?;
    Printed { body: Some(body.unwrap_or(Body::Unknown)), ..printed }.into_exchange()
}

fn add_default(headers: &mut Headers, name: &str, value: &str) {
    if !headers.contains(name) {
        // A pair that cannot be a header is not sent.
        let _ = headers.push(name, value);
    }
}

/// Fetch turns only the usual methods into uppercase.
fn in_upper_case(method: &str) -> String {
    let upper = method.to_ascii_uppercase();
    if ["GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS"].contains(&upper.as_str()) {
        upper
    } else {
        method.to_owned()
    }
}

/// What browsers show about HTTP/2 in addition to the headers.
fn is_of_http2(name: &str) -> bool {
    ["authority", "method", "path", "scheme"].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://h.example/k?X-Amz-Signature=0a";

    fn shown(text: &str) -> Vec<String> {
        let of_request = |exchange: Exchange| {
            let request = exchange.request.unwrap();
            let mut text = format!("{} {}", request.method(), String::from_utf8_lossy(request.target()));
            for header in request.headers.iter().filter(|header| header.name != "Host") {
                text.push_str(&format!("\n{}: {}", header.name, String::from_utf8_lossy(&header.value)));
            }
            match request.body {
                Body::Bytes(bytes) => text + "\n\n" + &String::from_utf8_lossy(&bytes),
                _ => text + "\n\n(unknown)",
            }
        };
        read(text.as_bytes()).into_iter().map(of_request).collect()
    }

    #[test]
    fn a_call_of_fetch_gives_the_request_that_it_sends() {
        let put = "PUT /k?X-Amz-Signature=0a";
        for (text, expected) in [
            (format!("fetch('{URL}')"), "GET /k?X-Amz-Signature=0a\n\n".to_owned()),
            (
                format!(
                    "fetch(\"{URL}\", {{\n \"headers\": {{\"content-type\": \"a/b\"}},\n \"body\": \"{{\\\"a\\\":1}}\",\n \"method\": \"PUT\"\n}}); x"
                ),
                format!("{put}\ncontent-type: a/b\n\n{{\"a\":1}}"),
            ),
            (
                format!("await fetch('{URL}', {{ method: 'put', body: 'x' }})"),
                format!("{put}\ncontent-type: text/plain;charset=UTF-8\n\nx"),
            ),
            (format!("fetch('{URL}', {{ method: 'PUT', body: null }})"), format!("{put}\n\n")),
            (format!("fetch('{URL}', {{ method: 'PUT', body: file }})"), format!("{put}\n\n(unknown)")),
        ] {
            assert_eq!(shown(&text), [expected], "{text}");
        }
        for text in
            ["fetch(url, { method: 'PUT' })", "fetch('/k')", "fetch('https://h/', options)", "fetch('https://h/'"]
        {
            assert!(shown(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_powershell_call_gives_the_request_that_it_sends() {
        for (text, expected) in [
            (
                format!("PS C:\\> iwr '{URL}' -OutFile a.pdf\nInvoke-WebRequest : no"),
                "GET /k?X-Amz-Signature=0a\n\n".to_owned(),
            ),
            (
                format!(
                    "$session.UserAgent = \"UA\"\nInvoke-WebRequest -UseBasicParsing -Uri \"{URL}\" `\n-Method \"POST\" `\n-WebSession $session `\n-Headers @{{\n\"authority\"=\"h\"\n  \"x-a\"=\"b `\"c`\"\"\n}} `\n-ContentType \"a/b\" `\n-Body \"{{`\"a`\":1}}\""
                ),
                "POST /k?X-Amz-Signature=0a\nx-a: b \"c\"\ncontent-type: a/b\nuser-agent: UA\n\n{\"a\":1}".to_owned(),
            ),
            (
                format!(
                    "$h = @{{ 'x-a' = '1'; 'x-b' = '2' }}\n$u = '{URL}'\nInvoke-RestMethod -Uri $u -Method Put -Headers $h -InFile a.bin"
                ),
                "PUT /k?X-Amz-Signature=0a\nx-a: 1\nx-b: 2\n\n(unknown)".to_owned(),
            ),
            (
                format!(
                    "Invoke-WebRequest -Uri \"{URL}\" -Method \"POST\" -Body ([System.Text.Encoding]::UTF8.GetBytes(\"a$([char]8364)`n\"))"
                ),
                "POST /k?X-Amz-Signature=0a\ncontent-type: application/x-www-form-urlencoded\n\na\u{20ac}\n".to_owned(),
            ),
        ] {
            assert_eq!(shown(&text), [expected], "{text}");
        }
        for text in ["Invoke-WebRequest", "Invoke-WebRequest -Uri $url", "iwr 'open", "irm -Headers @{ a"] {
            assert!(shown(text).is_empty(), "{text}");
        }
    }
}
