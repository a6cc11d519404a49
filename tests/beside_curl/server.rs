//! The server that both send to: one answer for each path.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::recorder::{Captured, Recorder};

/// Starts it. Field names are in lowercase, because both print them that way then.
pub fn start() -> Recorder {
    Recorder::replying(|_, request| answer(request))
}

fn answer(request: &Captured) -> Vec<u8> {
    let path = request.line.split([' ', '?']).nth(1).unwrap_or_default();
    let is_head = request.line.starts_with("HEAD ");
    let coded = |coding: &str, body: &str| {
        whole(200, &format!("content-encoding: {coding}\r\n"), &BASE64_STANDARD.decode(body).unwrap(), is_head)
    };
    match path.rsplit('/').next().unwrap_or_default() {
        "gzip" => coded("gzip", "H4sIAAAAAAACA8tIzcnJV8hAkACAiPnlEQAAAA=="),
        "zlib" => coded("deflate", "eJzLSM3JyVfIQJAAOi4GfQ=="),
        "raw" => coded("deflate", "y0jNyclXyECQAA=="),
        "br" => coded("br", "CwKAaGVsbG8D"),
        "zstd" => coded("zstd", "KLUv/QRYZQAAMGhlbGxvIAEAMUoRou0eDA=="),
        "badgzip" => coded("gzip", "AAAA"),
        "compress" => coded("compress", "AAAA"),
        "range" => match request.values("range").first() {
            Some(range) => part(range, is_head),
            None => whole(200, "", b"0123456789", is_head),
        },
        "cookie" => whole(200, "set-cookie: got=1; path=/\r\nset-cookie: deep=2; path=/a\r\n", b"set", is_head),
        "redirect" => whole(302, "location: /ok\r\n", b"moved", is_head),
        "cookie-redirect" => whole(302, "set-cookie: hop=1; path=/\r\nlocation: /ok\r\n", b"moved", is_head),
        "named" => whole(200, "content-disposition: attachment; filename=\"from server.txt\"\r\n", b"named", is_head),
        "traversal" => whole(200, "content-disposition: attachment; filename=\"../../up.txt\"\r\n", b"up", is_head),
        "hidden" => whole(200, "content-disposition: attachment; filename=\".bashrc\"\r\n", b"hidden", is_head),
        "taken" => whole(200, "content-disposition: attachment; filename=\"kept\"\r\n", b"new", is_head),
        "missing" => whole(404, "", b"no such thing", is_head),
        "busy" => whole(503, "retry-after: 0\r\n", b"busy", is_head),
        "short" => b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345".to_vec(),
        _ => {
            whole(200, "content-type: text/plain\r\netag: \"abc\"\r\nx-two: one\r\nx-two: two\r\n", b"hello\n", is_head)
        }
    }
}

fn part(range: &str, is_head: bool) -> Vec<u8> {
    let all = b"0123456789";
    let (from, to) = range.trim_start_matches("bytes=").split_once('-').unwrap();
    let (from, to) = match (from.parse::<usize>(), to.parse::<usize>()) {
        (Ok(from), Ok(to)) => (from, to.min(9)),
        (Ok(from), Err(_)) => (from, 9),
        (Err(_), Ok(last)) => (10 - last.min(10), 9),
        _ => (10, 9),
    };
    match all.get(from..=to) {
        Some(piece) if from <= 9 => whole(206, &format!("content-range: bytes {from}-{to}/10\r\n"), piece, is_head),
        _ => whole(416, "content-range: bytes */10\r\n", b"", is_head),
    }
}

fn whole(status: u16, fields: &str, body: &[u8], is_head: bool) -> Vec<u8> {
    let reason = match status {
        200 => "OK",
        206 => "Partial Content",
        302 => "Found",
        404 => "Not Found",
        416 => "Range Not Satisfiable",
        _ => "Service Unavailable",
    };
    let head = format!("HTTP/1.1 {status} {reason}\r\n{fields}content-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), if is_head { b"" } else { body }].concat()
}
