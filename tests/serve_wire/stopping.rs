//! How a server ends.

use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sigvet_testing::serving::Serving;

use crate::answers::statuses;
use crate::signed::request;

/// Each client sends over new connections until one is refused; whatever was connected is answered.
#[test]
fn an_accepted_request_is_answered_although_the_server_is_asked_to_stop() {
    let server = Serving::start(&["--log", "json"]);
    let lost = Arc::new(AtomicUsize::new(0));
    let answered = Arc::new(AtomicUsize::new(0));
    let text = request("GET", server.address(), "/b/k", b"");
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let (address, text) = (server.address().to_owned(), text.clone());
            let (lost, answered) = (Arc::clone(&lost), Arc::clone(&answered));
            std::thread::spawn(move || {
                while let Ok(mut stream) = std::net::TcpStream::connect(&address) {
                    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
                    // The system refuses what it had not yet passed to the server; the server never saw it.
                    if stream.write_all(&text).is_err() {
                        break;
                    }
                    let mut answer = [0; 12];
                    match stream.read_exact(&mut answer) {
                        Ok(()) if &answer == b"HTTP/1.1 200" => answered.fetch_add(1, Ordering::Relaxed),
                        _ => lost.fetch_add(1, Ordering::Relaxed),
                    };
                }
            })
        })
        .collect();
    std::thread::sleep(Duration::from_millis(500));
    server.terminate();
    clients.into_iter().for_each(|client| client.join().unwrap());
    let (code, log) = server.wait();
    let (lost, answered) = (lost.load(Ordering::Relaxed), answered.load(Ordering::Relaxed));
    assert_eq!(code, Some(0));
    assert!(answered > 20, "{answered} answered");
    assert!(log.matches("\"status\":200").count() >= answered, "every answer has a line");
    // A connection completed by the system at the moment of closing was never passed to the server.
    assert!(lost <= 8, "{lost} of {answered} were lost");
}

#[test]
fn a_running_request_is_finished_first() {
    let server = Serving::start(&[]);
    let put = request("PUT", server.address(), "/b/k", b"hello");
    let mut stream = server.connect();
    stream.write_all(&put[..put.len() - 2]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.terminate();
    std::thread::sleep(Duration::from_millis(300));
    assert!(std::net::TcpStream::connect(server.address()).is_err(), "nobody new is let in");
    stream.write_all(&put[put.len() - 2..]).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(statuses(&answer), [200]);
    assert_eq!(server.wait().0, Some(0));
}

#[test]
fn a_client_that_does_not_end_is_cut_off() {
    let server = Serving::start(&["--stop-timeout", "1s"]);
    let put = request("PUT", server.address(), "/b/k", b"hello");
    let mut stream = server.connect();
    stream.write_all(&put[..put.len() - 2]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    server.terminate();
    assert_eq!(server.wait().0, Some(0));
}

#[test]
fn it_ends_after_so_many_requests_and_reports_whether_one_was_refused() {
    let once = Serving::start(&["--once", "--exit-code"]);
    assert_eq!(statuses(&once.converse(&request("GET", once.address(), "/", b""))), [200]);
    assert_eq!(once.wait().0, Some(0));
    let twice = Serving::start(&["--once=2", "--exit-code"]);
    assert_eq!(statuses(&twice.converse(&request("GET", twice.address(), "/", b""))), [200]);
    assert_eq!(statuses(&twice.converse(b"GET /b/k HTTP/1.1\r\nHost: h\r\n\r\n")), [403]);
    assert_eq!(twice.wait().0, Some(1));
}

/// Catches a server that ends, or is called failed, because of a loop that waits until it listens, a browser's icon, or
/// a scanner.
#[test]
fn clients_that_only_check_that_it_is_there_are_not_counted() {
    let server = Serving::start(&["--once", "--exit-code"]);
    for stray in ["GET / HTTP/1.1\r\nHost: h\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", "nonsense\r\n\r\n"] {
        assert!(server.converse(stray.as_bytes()).starts_with("HTTP/1.1 40"), "{stray}");
    }
    let icon = b"GET /favicon.ico HTTP/1.1\r\nHost: h\r\n\r\n";
    assert_eq!(statuses(&server.converse(icon)), [403]);
    assert_eq!(statuses(&server.converse(&request("GET", server.address(), "/", b""))), [200]);
    assert_eq!(server.wait().0, Some(0));
    // A client that forgot to sign is what it should find.
    let server = Serving::start(&["--once", "--exit-code"]);
    let unsigned = b"GET / HTTP/1.1\r\nHost: h\r\namz-sdk-request: attempt=1\r\n\r\n";
    assert_eq!(statuses(&server.converse(unsigned)), [403]);
    assert_eq!(server.wait().0, Some(1));
}
