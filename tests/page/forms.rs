//! The page of `sigvet form`, opened in a browser and submitted: the browser uploads what the policy allows.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use super::browser::{VIEWS, dump};
use super::{unguarded, write};

/// Chooses a file and submits the form, as a person would.
const UPLOAD: &str = "<script>
const files = new DataTransfer();
files.items.add(new File(['hello'], 'a \"b\" é.txt'));
document.querySelector('[type=file]').files = files.files;
document.querySelector('[name=Content-Type]').value = 'text/csv';
document.querySelector('button').click();
</script>";

fn sigvet(words: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sigvet"));
    command.args(words).env_clear().env("AWS_EC2_METADATA_DISABLED", "true").env("HOME", env!("CARGO_TARGET_TMPDIR"));
    command
        .env("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
        .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap()
}

/// Catches a value that the page or the browser changes, a file that is not the last field, and a page that runs
/// something.
#[test]
fn the_browser_uploads_what_the_policy_allows() {
    let (address, heard) = listen();
    let url = format!("http://{address}/bucket/in ü/${{filename}}");
    let mut words = vec!["form", "--as", "html", "--region", "us-east-1", "--starts-with", "Content-Type=text/"];
    words.extend(["--content-length-range", "5,5", "--field", "x-amz-meta-a=it's \"ü\" <&>; x", &url]);
    let page = sigvet(&words, b"");
    let html = String::from_utf8(page.stdout).unwrap();
    assert!(html.starts_with("<!doctype html>"), "{}", String::from_utf8_lossy(&page.stderr));
    let guarded = html.replace("</body>", &format!("{UPLOAD}</body>"));
    dump(&write("form-guarded", &guarded), VIEWS[0]);
    assert!(heard.try_recv().is_err(), "the page runs nothing");
    dump(&write("form", &unguarded(&html, UPLOAD)), VIEWS[0]);
    let request = heard.recv_timeout(Duration::from_secs(20)).expect("the browser uploads");
    let verdict = sigvet(&["verify", "-"], &request);
    let said = String::from_utf8_lossy(&verdict.stdout).into_owned();
    assert!(said.starts_with("valid: signed by AKIDEXAMPLE"), "{said}\n{}", String::from_utf8_lossy(&request));
}

/// A server that passes on each form that it receives.
fn listen() -> (SocketAddr, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (heard, receiver) = channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
            let mut request = Vec::new();
            let mut piece = [0; 4096];
            while !request.ends_with(b"--\r\n") {
                match stream.read(&mut piece) {
                    Ok(length) if length > 0 => request.extend_from_slice(&piece[..length]),
                    _ => break,
                }
            }
            // After a 204 the browser would stay on the page, and wait for ever.
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
            if request.starts_with(b"POST ") && heard.send(request).is_err() {
                break;
            }
        }
    });
    (address, receiver)
}
