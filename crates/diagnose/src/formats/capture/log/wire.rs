//! The log of Apache's HTTP client, which the AWS SDK for Java and others use: each line of a message with an arrow in
//! front, `http-outgoing-0 >> "PUT / HTTP/1.1[\r][\n]"`, or without quotes if only heads are logged.

use sigvet_core::internal::raw_http::Lines;

use super::event::{Event, find};
use crate::formats::capture::http;

/// No log has more exchanges than are read.
const MOST_STREAMS: usize = 4096;

/// What one connection sent and received, from one request up to the next one.
struct Stream<'t> {
    connection: &'t [u8],
    line: usize,
    is_sending: bool,
    bytes: Vec<u8>,
}

/// The messages of all connections, in the order in which their requests begin.
pub(super) fn read(text: &[u8]) -> Vec<Event> {
    let mut streams = streams(text, quoted);
    if streams.is_empty() {
        streams = self::streams(text, bare);
    }
    let mut events = Vec::new();
    for Stream { line, bytes, .. } in streams {
        events.extend(http::read(&bytes).unwrap_or_default().into_iter().map(|exchange| Event { line, exchange }));
    }
    events
}

fn streams(text: &[u8], part_of: fn(&[u8]) -> Option<Part<'_>>) -> Vec<Stream<'_>> {
    let mut streams: Vec<Stream<'_>> = Vec::new();
    for line in Lines::of(text) {
        let Some(Part { connection, is_sent, content }) = part_of(line.text) else { continue };
        let known = streams.iter().rposition(|stream| stream.connection == connection);
        let begins = is_sent && http::is_request_line(content.trim_ascii_end());
        match known.filter(|_| !begins) {
            Some(known) => {
                let stream = &mut streams[known];
                if stream.is_sending != is_sent {
                    stream.bytes.extend_from_slice(b"\r\n");
                }
                stream.is_sending = is_sent;
                stream.bytes.extend(content);
            }
            None if streams.len() == MOST_STREAMS => break,
            None => streams.push(Stream { connection, line: line.number, is_sending: is_sent, bytes: content }),
        }
    }
    streams
}

/// The content of one line.
struct Part<'t> {
    connection: &'t [u8],
    is_sent: bool,
    content: Vec<u8>,
}

/// Bytes as the `wire` logger shows them: in quotes, with line ends as words.
fn quoted(line: &[u8]) -> Option<Part<'_>> {
    let line = line.trim_ascii_end().strip_suffix(b"\"")?;
    let sent = find(line, b" >> \"").map(|at| (true, at));
    let (is_sent, at) = sent.or_else(|| find(line, b" << \"").map(|at| (false, at)))?;
    let content = String::from_utf8_lossy(line.get(at + 5..)?).replace("[\\r]", "\r").replace("[\\n]", "\n");
    Some(Part { connection: last_word(line.get(..at)?), is_sent, content: content.into_bytes() })
}

/// A line of a head as the `headers` logger shows it.
fn bare(line: &[u8]) -> Option<Part<'_>> {
    let name = find(line, b"http-outgoing-")?;
    let line = line.get(name..)?;
    let sent = find(line, b" >> ").map(|at| (true, at));
    let (is_sent, at) = sent.or_else(|| find(line, b" << ").map(|at| (false, at)))?;
    let connection = line.get(..at).filter(|name| !name.contains(&b' '))?;
    Some(Part { connection, is_sent, content: [line.get(at + 4..)?.trim_ascii_end(), b"\r\n"].concat() })
}

fn last_word(text: &[u8]) -> &[u8] {
    text.rsplit(|byte| *byte == b' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let events = read(text.as_bytes()).into_iter();
        let request = |event: &Event| event.exchange.request.clone().unwrap();
        events
            .map(|event| {
                let status = event.exchange.reply.as_ref().and_then(|reply| reply.status);
                let target = String::from_utf8_lossy(request(&event).target()).into_owned();
                format!("{} {target} {:?} {status:?}", event.line, request(&event).headers.first_text("host"))
            })
            .collect()
    }

    /// The layout is that of `org.apache.http.wire` and `org.apache.http.headers` (HttpClient's logging guide).
    #[test]
    fn connections_are_told_apart() {
        let text = "first\n\
            DEBUG o.a.h.wire - http-outgoing-0 >> \"GET /a HTTP/1.1[\\r][\\n]\"\n\
            DEBUG o.a.h.wire - http-outgoing-1 >> \"GET /b HTTP/1.1[\\r][\\n]\"\n\
            DEBUG o.a.h.wire - http-outgoing-1 >> \"Host: hb[\\r][\\n]\"\n\
            DEBUG o.a.h.wire - http-outgoing-0 >> \"Host: ha[\\r][\\n]\"\n\
            DEBUG o.a.h.wire - http-outgoing-0 >> \"[\\r][\\n]\"\n\
            DEBUG o.a.h.wire - http-outgoing-0 << \"HTTP/1.1 403 Forbidden[\\r][\\n]\"\n\
            DEBUG o.a.h.headers - http-outgoing-0 << HTTP/1.1 403 Forbidden\n\
            DEBUG o.a.h.wire - http-outgoing-0 >> \"GET /c HTTP/1.1[\\r][\\n]\"\n\
            DEBUG o.a.h.wire - http-outgoing-0 >> \"Host: hc[\\r][\\n]\"\n";
        let expected = ["2 /a Some(\"ha\") Some(403)", "3 /b Some(\"hb\") None", "9 /c Some(\"hc\") None"];
        assert_eq!(shown(text), expected);
        let heads = "x\nDEBUG headers - http-outgoing-3 >> GET /a HTTP/1.1\nDEBUG headers - http-outgoing-3 >> Host: ha\n\
            DEBUG headers - http-outgoing-3 << HTTP/1.1 200 OK\nDEBUG headers - http-outgoing-3 << Server: s\n";
        assert_eq!(shown(heads), ["2 /a Some(\"ha\") Some(200)"]);
    }
}
