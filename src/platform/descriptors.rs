//! The number of files and sockets that a process may have open.

use std::io;
use std::net::{Ipv4Addr, UdpSocket};

/// Number of descriptors that tokio opens at startup.
pub const OF_RUNTIME: usize = 5;

/// The error codes for it: `ENFILE`, `EMFILE`, and `WSAEMFILE`.
const EXHAUSTED: [i32; 3] = [23, 24, 10_024];

/// Makes sure that `count` more files or sockets can be opened. tokio panics if it gets no descriptor for its
/// signal handling, and a server without a descriptor for a connection keeps the client waiting.
///
/// # Errors
/// There are too few descriptors.
pub fn ensure_descriptors(count: usize) -> io::Result<()> {
    let mut held = Vec::with_capacity(count);
    for _ in 0..count {
        match UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)) {
            Ok(socket) => held.push(socket),
            Err(error) if error.raw_os_error().is_some_and(|code| EXHAUSTED.contains(&code)) => {
                let problem = format!("too few files can be open at a time: {count} more are needed (ulimit -n)");
                return Err(io::Error::new(error.kind(), problem));
            }
            // If UDP sockets are not allowed at all, this says nothing about descriptors.
            Err(_) => break,
        }
    }
    Ok(())
}
