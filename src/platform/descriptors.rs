//! How many files and sockets a process may have open.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};

/// Descriptors that tokio takes before it does anything.
pub const OF_RUNTIME: usize = 5;

/// What systems call it: `ENFILE`, `EMFILE`, and `WSAEMFILE`.
const EXHAUSTED: [i32; 3] = [23, 24, 10_024];

/// Makes sure that so many files or sockets more can be open. tokio panics if it gets none for its signals, and a server that gets
/// none for a connection lets its client wait.
///
/// # Errors
/// There are too few.
pub fn ensure_descriptors(count: usize) -> io::Result<()> {
    let mut held = Vec::with_capacity(count);
    for _ in 0..count {
        match UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) {
            Ok(socket) => held.push(socket),
            Err(error) if error.raw_os_error().is_some_and(|code| EXHAUSTED.contains(&code)) => {
                let problem = format!("too few files can be open at a time: {count} more are needed (ulimit -n)");
                return Err(io::Error::new(error.kind(), problem));
            }
            // Whoever may have no such socket has learned nothing about descriptors.
            Err(_) => break,
        }
    }
    Ok(())
}
