//! Compares `sigvet proxy` with other relays, each in its own process: CPU and throughput of small requests, the
//! delay of a stream's first byte, and the speed and memory of an upload.
//!
//! `cargo bench --bench relays [-- --size GIB --seconds N]`. The peers are a plain hyper relay (this program,
//! started again), nginx if it is in /usr/sbin, mitmproxy with a signing script if `$MITMDUMP` names it (botocore
//! next to it), and any other proxy that `$PEER_PROXY` starts: `sh -c` runs it, with `$UPSTREAM` and `$LISTEN` as
//! HOST:PORT. With one connection, a relay sleeps between two requests, and most of its CPU goes into waking up; with
//! 16 it is busy. Client and upstream are in this process and share the machine with the relay; CPU is that of the
//! relay only, as Linux counts it.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark fails by panicking, and prints")]
#![cfg(target_os = "linux")]

mod load;
mod peers;
mod relay;
mod uploads;

use std::time::Duration;

use load::Upstream;
use peers::Peer;

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let value = |name: &str| words.iter().position(|word| word == name).and_then(|at| words.get(at + 1));
    if let Some(upstream) = value("--relay") {
        return relay::run(upstream.parse().unwrap());
    }
    let gibibytes: f64 = value("--size").map_or(1.0, |text| text.parse().unwrap());
    let span = Duration::from_secs(value("--seconds").map_or(3, |text| text.parse().unwrap()));
    let upstream = Upstream::start();
    println!(
        "{:24} {:>12} {:>12} {:>12} {:>14}",
        "small signed GET", "CPU us, 1", "CPU us, 16", "requests/s", "first byte us"
    );
    for start in peers::ALL {
        let Some(peer) = start(upstream.address()) else { continue };
        let alone = load::ask(&peer, 1, span);
        let together = load::ask(&peer, 16, span);
        let delay = upstream.delay_of_first_byte(&peer);
        let (one, many) = (alone.cpu_of_one(), together.cpu_of_one());
        let rate = f64::from(together.count) / span.as_secs_f64();
        println!("{:24} {one:12.1} {many:12.1} {rate:12.0} {:14.0}", peer.name, delay.as_secs_f64() * 1e6);
    }
    uploads::run(upstream.address(), gibibytes);
}

/// Starts a peer if it is installed on this machine.
type Start = fn(std::net::SocketAddr) -> Option<Peer>;
