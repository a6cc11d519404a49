//! A proxy between client and server that changes each request.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use super::live::send;

/// Takes one request without a body, applies `change`, and passes on the server's reply. Returns its port.
pub fn once(port: u16, change: impl FnOnce(String) -> String + Send + 'static) -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let own = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let changed = change(head(&mut client));
        client.write_all(&send(changed.as_bytes(), port)).unwrap();
    });
    own
}

fn head(client: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}
