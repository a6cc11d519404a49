//! Values that are numbers: the port of the host, and the length of the body.

use std::ops::RangeInclusive;

use super::{Filled, Filling, Gap, Right, Series};
use crate::diagnosis::alternatives::host::{INNER_NAMES, split_port};
use crate::diagnosis::catalogue::{HEADER_CHANGED, HOST_OTHER_ENDPOINT, HOST_PORT_MISSING, HOST_REWRITTEN};
use crate::diagnosis::outcome::AppliedMistake;

/// The TCP ports, starting at 1.
const PORTS: usize = 65_535;
/// Ports that servers inside a network listen on, and the ports above 30,000 that Kubernetes assigns.
const INNER_PORTS: [RangeInclusive<usize>; 9] =
    [0..=0, 80..=90, 443..=443, 3000..=3010, 4566..=4576, 5000..=5010, 7480..=7490, 8000..=9500, 30_000..=32_767];
/// The number of body lengths to try, starting at 0.
const LENGTHS: usize = 1_048_577;

pub(super) fn series<'a>(right: &Right<'a, '_>) -> Vec<Box<dyn Series + 'a>> {
    ports(right).into_iter().chain(lengths(right)).collect()
}

/// The name that was sent, and the names of inner networks, each with its ports.
fn ports<'a>(right: &Right<'a, '_>) -> Vec<Box<dyn Series + 'a>> {
    let Some(sent) = right.subject.headers.first_text("host") else { return Vec::new() };
    let (own, _) = split_port(sent);
    let names = std::iter::once(own).chain(INNER_NAMES.into_iter().filter(|inner| *inner != own));
    let of_name = |name: &'a str| {
        let has_all = name == own || ["localhost", "127.0.0.1"].contains(&name);
        let ports = if has_all { (0..=PORTS).collect() } else { INNER_PORTS.into_iter().flatten().collect() };
        let filling = Ports { sent, name, ports };
        let gap = Gap::in_header(&right.text, "host")?;
        Some(Box::new(Filled { gap, frame: right.signing.right_frame(), filling }) as Box<dyn Series>)
    };
    names.filter_map(of_name).collect()
}

fn lengths<'a>(right: &Right<'a, '_>) -> Option<Box<dyn Series + 'a>> {
    let filling = Lengths { sent: right.subject.headers.first_text("content-length")? };
    let gap = Gap::in_header(&right.text, "content-length")?;
    Some(Box::new(Filled { gap, frame: right.signing.right_frame(), filling }))
}

/// A host name with these ports. Port 0 means the name without a port.
struct Ports<'a> {
    sent: &'a str,
    name: &'a str,
    ports: Vec<usize>,
}

impl Ports<'_> {
    fn port(&self, number: usize) -> usize {
        self.ports.get(number).copied().unwrap_or_default()
    }
}

impl Filling for Ports<'_> {
    fn count(&self) -> usize {
        self.ports.len()
    }

    fn write(&self, number: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(self.name.as_bytes());
        if let port @ 1.. = self.port(number) {
            out.extend(format!(":{port}").into_bytes());
        }
    }

    fn cause(&self, number: usize) -> AppliedMistake {
        let (own, own_port) = split_port(self.sent);
        let mistake = match self.port(number) {
            _ if own != self.name && own_port.is_some() => &HOST_REWRITTEN,
            0 if own == self.name => &HOST_PORT_MISSING,
            _ => &HOST_OTHER_ENDPOINT,
        };
        let mut signed = Vec::new();
        self.write(number, &mut signed);
        let detail = format!("host was signed as '{}'", String::from_utf8_lossy(&signed));
        AppliedMistake::new(mistake, signed, self.sent).with_detail(detail)
    }
}

struct Lengths<'a> {
    sent: &'a str,
}

impl Filling for Lengths<'_> {
    fn count(&self) -> usize {
        LENGTHS
    }

    fn write(&self, number: usize, out: &mut Vec<u8>) {
        out.extend(number.to_string().into_bytes());
    }

    fn cause(&self, number: usize) -> AppliedMistake {
        let detail = format!("content-length was signed as '{number}'");
        AppliedMistake::new(&HEADER_CHANGED, number.to_string(), self.sent).with_detail(detail)
    }
}
