//! Values that are numbers: the port of the host, and the length of the body.

use super::{Hole, Series, place_of_header};
use crate::diagnosis::alternatives::Subject;
use crate::diagnosis::alternatives::host::{INNER_NAMES, split_port};
use crate::diagnosis::catalogue::{HEADER_CHANGED, HOST_OTHER_ENDPOINT, HOST_PORT_MISSING, HOST_REWRITTEN};
use crate::diagnosis::evidence::Key;
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::canonical::CanonicalRequest;

/// The ports of TCP, from 1 on.
const PORTS: usize = 65_535;
/// What servers inside of a network listen at, beside the ports above 30,000 that Kubernetes gives out.
const INNER_PORTS: [std::ops::RangeInclusive<usize>; 9] =
    [0..=0, 80..=90, 443..=443, 3000..=3010, 4566..=4576, 5000..=5010, 7480..=7490, 8000..=9500, 30_000..=32_767];
/// Bodies of up to so many bytes.
const LENGTHS: usize = 1_048_577;

pub(super) fn series<'a>(
    subject: &'a Subject<'_>,
    keys: &[Key<'_>],
    right: &CanonicalRequest,
) -> Vec<Box<dyn Series + 'a>> {
    let mut all: Vec<Box<dyn Series + 'a>> = Vec::new();
    if let (Some(host), Some(place)) = (subject.headers.first_text("host"), place_of_header(right, "host")) {
        let (name, port) = split_port(host);
        let names = std::iter::once(name).chain(INNER_NAMES.into_iter().filter(|inner| *inner != name));
        for other in names {
            let numbers: Vec<usize> = match other {
                _ if other == name || ["localhost", "127.0.0.1"].contains(&other) => (0..=PORTS).collect(),
                _ => INNER_PORTS.into_iter().flatten().collect(),
            };
            all.extend(ports(subject, keys, (right, place.clone()), (host, other, port.is_some()), numbers));
        }
    }
    if let (Some(sent), Some(place)) =
        (subject.headers.first_text("content-length"), place_of_header(right, "content-length"))
    {
        let sent = sent.to_owned();
        let write = |number: usize, out: &mut Vec<u8>| out.extend(number.to_string().into_bytes());
        let describe = move |number: usize| {
            let detail = format!("content-length was signed as '{number}'");
            AppliedMistake::new(&HEADER_CHANGED, number.to_string(), sent.as_str()).with_detail(detail)
        };
        let hole = Hole::new((subject, keys), (right, place), (LENGTHS, Box::new(write), Box::new(describe)));
        all.extend(hole.map(|hole| Box::new(hole) as Box<dyn Series>));
    }
    all
}

fn ports<'a>(
    subject: &'a Subject<'_>,
    keys: &[Key<'_>],
    at: (&CanonicalRequest, std::ops::Range<usize>),
    (sent, name, has_port): (&'a str, &'a str, bool),
    numbers: Vec<usize>,
) -> Option<Box<dyn Series + 'a>> {
    let is_other = split_port(sent).0 != name;
    // At 0 stands the name alone.
    let host = move |port: usize| if port == 0 { name.to_owned() } else { format!("{name}:{port}") };
    let count = numbers.len();
    let numbers = std::sync::Arc::new(numbers);
    let written = std::sync::Arc::clone(&numbers);
    let write = move |number: usize, out: &mut Vec<u8>| {
        let port = written.get(number).copied().unwrap_or_default();
        out.extend_from_slice(name.as_bytes());
        if port > 0 {
            out.push(b':');
            out.extend(port.to_string().into_bytes());
        }
    };
    let describe = move |number: usize| {
        let port = numbers.get(number).copied().unwrap_or_default();
        let mistake = match port {
            _ if is_other && has_port => &HOST_REWRITTEN,
            0 if !is_other => &HOST_PORT_MISSING,
            _ => &HOST_OTHER_ENDPOINT,
        };
        AppliedMistake::new(mistake, host(port), sent).with_detail(format!("host was signed as '{}'", host(port)))
    };
    let hole = Hole::new((subject, keys), at, (count, Box::new(write), Box::new(describe)));
    hole.map(|hole| Box::new(hole) as Box<dyn Series>)
}
