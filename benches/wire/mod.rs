//! The cost of a small request over a kept connection, for the benchmarks of whole gateways.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use criterion::BenchmarkGroup;
use criterion::measurement::WallTime;

/// Measures one exchange with the server at an address, which has to answer with status 200.
pub(crate) fn measure(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, address: SocketAddr, request: &[u8]) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = vec![0; 64 * 1024];
    let length = converse(&mut stream, request, &mut buffer);
    assert!(buffer[..length].starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&buffer[..length]));
    group.bench_function(name, |bencher| bencher.iter(|| converse(&mut stream, request, &mut buffer)));
}

fn converse(stream: &mut TcpStream, request: &[u8], buffer: &mut [u8]) -> usize {
    stream.write_all(request).unwrap();
    stream.read(buffer).unwrap()
}
