//! The handshake of AppSync's WebSockets (*Building a Real-Time WebSocket Client*, *Understanding the Event API
//! WebSocket protocol*): signed headers as JSON in base64, in the URL's `header` parameter or after `header-` in a
//! subprotocol. The signature covers a POST that nobody sends: to `/graphql/connect`, or to `/event`.

use ::base64::alphabet::{STANDARD, URL_SAFE};
use serde_json::Value;

use super::exchange::{Exchange, valid_headers};
use crate::formats::note::Note;
use crate::formats::{base64, parse_url};
use sigvet_core::internal::captured_request;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::{Body, Request};

/// The name in the host of the endpoint for WebSockets, and in the host of the one for HTTP, which is signed
/// (*Understanding the Event API WebSocket protocol*).
const REALTIME: &str = ".appsync-realtime-api.";
const HTTP: &str = ".appsync-api.";
/// Maximum length of a handshake that contains a session token.
const LONGEST: usize = 64 * 1024;
/// Minimum length of a word that may be a handshake.
const SHORTEST: usize = 64;

/// The request that a handshake signs; none if the text is something else.
pub(super) fn read(text: &[u8]) -> Option<Exchange> {
    let text = std::str::from_utf8(text.get(..=LONGEST).is_none().then_some(text)?).ok()?.trim();
    if text.starts_with('{') {
        return of_message(text);
    }
    if let Some(encoded) = text.strip_prefix("header-").filter(|text| !text.contains(char::is_whitespace)) {
        return exchange_of(encoded, "/event", b"{}".to_vec());
    }
    let rest = ["wss://", "https://"].iter().find_map(|scheme| text.strip_prefix(scheme))?;
    let (address, query) = rest.split_once('?')?;
    let parameter = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let header = parameter("header").filter(|_| !text.contains(char::is_whitespace))?;
    let path = if address.ends_with("/event/realtime") { "/event" } else { "/graphql/connect" };
    let body = parameter("payload").and_then(from_base64).unwrap_or_else(|| b"{}".to_vec());
    exchange_of(header, path, body)
}

/// The handshake that a request carries: in the subprotocols (`Sec-WebSocket-Protocol`), or in the parameter `header`.
pub(super) fn carried_by(request: &Request) -> Option<Exchange> {
    let mut protocols = request.headers.values("sec-websocket-protocol").filter_map(|value| str::from_utf8(value).ok());
    let protocol = protocols.find_map(|value| value.split(',').find_map(|name| read(name.trim().as_bytes())));
    let of_url = || {
        let (host, target) = (request.host()?, str::from_utf8(request.target()).ok()?);
        read(format!("https://{host}{target}").as_bytes()).filter(|_| host.contains(".appsync-"))
    };
    protocol.or_else(of_url)
}

/// The handshake in a line of other text: a subprotocol or a URL in a command, in source code, in a log.
pub(super) fn read_in_line(line: &str) -> Option<Exchange> {
    let is_end = |c: char| c.is_whitespace() || "\"'`<>,;()[]{}".contains(c);
    let words = line.split(is_end).filter(|word| word.len() >= SHORTEST);
    let mut starts = words.filter(|word| ["header-", "wss://", "https://"].iter().any(|start| word.starts_with(start)));
    starts.find_map(|word| read(word.as_bytes()))
}

fn exchange_of(encoded: &str, path: &str, body: Vec<u8>) -> Option<Exchange> {
    of_fields(&serde_json::from_slice(&from_base64(encoded)?).ok()?, path, body)
}

/// A message with its header fields, or a handshake with its URL beside them.
fn of_message(text: &str) -> Option<Exchange> {
    let message: Value = serde_json::from_str(text).ok()?;
    let places = [&message["authorization"], &message["payload"]["extensions"]["authorization"]];
    let fields = places.into_iter().find(|place| place.is_object())?;
    let data = [&message["data"], &message["payload"]["data"]].into_iter().find_map(Value::as_str);
    let (path, body) = match (message["url"].as_str(), data) {
        (Some(url), _) if url.contains("/event/realtime") => ("/event", "{}".to_owned()),
        (Some(_), _) => ("/graphql/connect", "{}".to_owned()),
        (None, Some(data)) => (if is_of_channel(data) { "/event" } else { "/graphql" }, data.to_owned()),
        (None, None) => ("/event", channel_of(&message)?),
    };
    of_fields(fields, path, body.into_bytes())
}

fn is_of_channel(data: &str) -> bool {
    serde_json::from_str::<Value>(data).is_ok_and(|data| data["channel"].is_string())
}

/// What is signed of a message about a channel: the channel, and the events that are published.
fn channel_of(message: &Value) -> Option<String> {
    let channel = message["channel"].as_str()?;
    let events = message.get("events").map(|events| format!(",\"events\":{events}")).unwrap_or_default();
    Some(format!("{{\"channel\":{}{events}}}", Value::from(channel)))
}

fn of_fields(fields: &Value, path: &str, body: Vec<u8>) -> Option<Exchange> {
    let Value::Object(fields) = fields else { return None };
    let texts = fields.iter().filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
    let (headers, mut notes) = valid_headers(texts);
    let is_signed = headers.first_text("authorization").is_some_and(|value| value.starts_with("AWS4-"));
    let host = headers.first_text("host").filter(|_| is_signed)?;
    if host.contains(REALTIME) {
        let expected = host.replacen(REALTIME, HTTP, 1);
        notes.push(Note::RealtimeHost { presented: host.to_owned(), expected });
    }
    let url = parse_url(&format!("https://{host}{path}")).ok()?;
    let request = captured_request("POST", path.as_bytes().to_vec(), headers, Body::Bytes(body));
    Some(Exchange { request: Some(request), url: Some(url), reply: None, notes })
}

/// Decodes base64 in either alphabet, percent-encoded or not.
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let text = String::from_utf8(decode(text.as_bytes(), Plus::Literal)).ok()?;
    let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    base64::decode(&text, alphabet)
}

#[cfg(test)]
mod tests {
    use ::base64::Engine;
    use ::base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    use super::*;

    const FIELDS: &str = r#"{"accept": "application/json", "host": "x.appsync-api.eu-west-1.amazonaws.com", "x-amz-date": "20241111T173413Z", "Authorization": "AWS4-HMAC-SHA256 Credential=A/20241111/eu-west-1/appsync/aws4_request, SignedHeaders=accept;host;x-amz-date, Signature=00"}"#;

    fn target(text: &str) -> Option<(String, usize, Body)> {
        let request = read(text.as_bytes())?.request?;
        assert_eq!((request.method(), request.host()), ("POST", Some("x.appsync-api.eu-west-1.amazonaws.com")));
        Some((String::from_utf8(request.target().to_vec()).unwrap(), request.headers.iter().count(), request.body))
    }

    #[test]
    fn each_handshake_is_a_post_to_the_signed_path() {
        let body = || Body::Bytes(b"{}".to_vec());
        let encoded = STANDARD.encode(FIELDS);
        let host = "wss://x.appsync-realtime-api.eu-west-1.amazonaws.com";
        for url in [
            format!("{host}/graphql?header={encoded}&payload=e30="),
            format!("{host}/graphql?payload=e30%3D&header={encoded}\n"),
        ] {
            assert_eq!(target(&url), Some(("/graphql/connect".to_owned(), 4, body())), "{url}");
        }
        let events = format!("{host}/event/realtime?header={}", encoded.replace('=', "%3D"));
        assert_eq!(target(&events), Some(("/event".to_owned(), 4, body())));
        let protocol = format!("header-{}", URL_SAFE_NO_PAD.encode(FIELDS));
        assert_eq!(target(&protocol), Some(("/event".to_owned(), 4, body())));
        for (message, path, expected) in [
            (format!(r#"{{"url":"wss://h/graphql?header=x","authorization":{FIELDS}}}"#), "/graphql/connect", "{}"),
            (format!(r#"{{"url":"wss://h/event/realtime","authorization":{FIELDS}}}"#), "/event", "{}"),
            (format!(r#"{{"data":"{{\"query\":\"q\"}}","authorization":{FIELDS}}}"#), "/graphql", r#"{"query":"q"}"#),
            (
                format!(r#"{{"data":"{{\"channel\":\"/c\"}}","authorization":{FIELDS}}}"#),
                "/event",
                r#"{"channel":"/c"}"#,
            ),
            (
                format!(
                    r#"{{"id":"1","type":"start","payload":{{"data":"d","extensions":{{"authorization":{FIELDS}}}}}}}"#
                ),
                "/graphql",
                "d",
            ),
            (
                format!(r#"{{"type":"subscribe","channel":"/c","authorization":{FIELDS}}}"#),
                "/event",
                r#"{"channel":"/c"}"#,
            ),
            (
                format!(r#"{{"type":"publish","channel":"/c","events":["{{}}"],"authorization":{FIELDS}}}"#),
                "/event",
                r#"{"channel":"/c","events":["{}"]}"#,
            ),
        ] {
            let body = Body::Bytes(expected.as_bytes().to_vec());
            assert_eq!(target(&message), Some((path.to_owned(), 4, body)), "{message}");
        }
        for line in [
            format!("wscat -s aws-appsync-event-ws -s {protocol} -c {host}/event/realtime"),
            format!("new WebSocket('{host}/event/realtime', ['aws-appsync-event-ws', '{protocol}'])"),
            format!("websocat -H='Sec-WebSocket-Protocol: aws-appsync-event-ws, {protocol}' {host}/event/realtime"),
            format!("connecting to {events} failed"),
        ] {
            let request = read_in_line(&line).and_then(|exchange| exchange.request).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(request.target(), b"/event", "{line}");
        }
        for text in [
            format!(
                "GET /event/realtime HTTP/1.1\nHost: x.appsync-realtime-api.eu-west-1.amazonaws.com\nUpgrade: websocket\nSec-WebSocket-Protocol: aws-appsync-event-ws, {protocol}\n\n"
            ),
            format!(
                "GET /event/realtime?header={encoded} HTTP/1.1\nHost: x.appsync-realtime-api.eu-west-1.amazonaws.com\n\n"
            ),
            format!(
                "curl 'https://x.appsync-realtime-api.eu-west-1.amazonaws.com/event/realtime' -H 'Sec-WebSocket-Protocol: aws-appsync-event-ws, {protocol}'"
            ),
            format!(
                "{{\"log\":{{\"entries\":[{{\"request\":{{\"method\":\"GET\",\"url\":\"{host}/event/realtime\",\"headers\":[{{\"name\":\"Host\",\"value\":\"x\"}},{{\"name\":\"Sec-WebSocket-Protocol\",\"value\":\"aws-appsync-event-ws, {protocol}\"}}]}},\"response\":{{\"status\":401,\"headers\":[],\"content\":{{}}}}}}]}}}}"
            ),
        ] {
            let capture =
                crate::formats::capture::read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{text}: {error}"));
            let request = capture.request.unwrap();
            assert_eq!((request.method(), request.target()), ("POST", &b"/event"[..]), "{text}");
        }
        let realtime = STANDARD.encode(FIELDS.replace("appsync-api", "appsync-realtime-api"));
        let expected = Note::RealtimeHost {
            presented: "x.appsync-realtime-api.eu-west-1.amazonaws.com".to_owned(),
            expected: "x.appsync-api.eu-west-1.amazonaws.com".to_owned(),
        };
        assert_eq!(read(format!("{host}/event/realtime?header={realtime}").as_bytes()).unwrap().notes, [expected]);
        for other in ["https://h/?header=e30=", "header-e30", "header-x y", "https://h/?header=%%%"] {
            assert_eq!(target(other), None, "{other}");
        }
    }
}
