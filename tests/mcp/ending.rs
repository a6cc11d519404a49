//! How the bridge ends: end of input, signals, and a client that stops reading.

use std::io::Write;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;
use sigvet_testing::Sigvet;

use crate::agent::{Agent, KEY, SCOPE};
use crate::stub::{SESSION, Stub};

fn slow_stub() -> Stub {
    Stub::with_tools(|heard, wire| {
        std::thread::sleep(Duration::from_millis(if heard.tool() == "endless" { 20_000 } else { 700 }));
        wire.answer(heard, &[], &json!({}));
    })
}

fn assert_session_is_deleted(stub: &Stub) {
    let last = stub.heard().pop().unwrap();
    assert_eq!((last.method.as_str(), last.header("mcp-session-id")), ("DELETE", Some(SESSION)));
}

/// Catches an answer that is lost because the input ended, as with `printf … | sigvet mcp`.
#[test]
fn running_requests_are_answered_when_the_input_ends() {
    let stub = slow_stub();
    let mut agent = Agent::start(&stub.url, &[]);
    agent.initialize();
    agent.call(1, "slow");
    let (code, rest, errors) = agent.end();
    assert_eq!((code, rest, errors.as_str()), (Some(0), vec![json!({"jsonrpc": "2.0", "id": 1, "result": {}})], ""));
    assert_session_is_deleted(&stub);
}

/// Catches an end that a server can delay, and a request that then gets no answer at all.
#[test]
fn the_wait_at_the_end_is_bounded() {
    let stub = slow_stub();
    let mut agent = Agent::start(&stub.url, &["--stop-timeout", "1s"]);
    agent.initialize();
    agent.call(1, "endless");
    stub.wait_for(|heard| heard.tool() == "endless");
    let began = Instant::now();
    let (code, rest, _) = agent.end();
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!(code, Some(0));
    assert_eq!(rest[0]["error"]["message"], "sigvet was asked to stop before the server answered");
    assert_session_is_deleted(&stub);
}

/// Clients send TERM two seconds after they closed the input, and KILL two seconds later: by then the session has to be
/// deleted.
#[cfg(unix)]
#[test]
fn a_signal_ends_it_in_time() {
    let stub = slow_stub();
    let mut agent = Agent::start(&stub.url, &[]);
    agent.initialize();
    agent.call(1, "slow");
    agent.call(2, "endless");
    stub.wait_for(|heard| heard.tool() == "endless");
    let began = Instant::now();
    agent.terminate();
    let (code, rest, _) = agent.wait();
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    assert_eq!(code, Some(0));
    assert_eq!((&rest[0]["id"], &rest[0]["result"]), (&json!(1), &json!({})));
    assert_eq!(rest[1]["id"], 2);
    assert_session_is_deleted(&stub);
}

/// Catches a panic, a message, or a process that keeps running when nobody reads its output any more.
#[test]
fn a_client_that_stops_reading_ends_it_quietly() {
    let stub = Stub::with_tools(|_, _| {});
    let url = format!("{}/mcp", stub.url);
    let words = [&["mcp", &url][..], &SCOPE].concat();
    let sigvet = Sigvet::anonymous(&words).env("AWS_ACCESS_KEY_ID", KEY.0).env("AWS_SECRET_ACCESS_KEY", KEY.1);
    let mut child = sigvet.into_command().stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\"}\n").unwrap();
    // The input stays open.
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""));
    assert_session_is_deleted(&stub);
    drop(stdin);
}
