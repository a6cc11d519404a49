//! Server-sent events: those of an answer, and those that the server starts.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::agent::{Agent, guard};
use crate::stub::{SESSION, Stub, result_of};

const PROGRESS: &str = r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}"#;

/// Catches events that are held back until their stream ends.
#[test]
fn events_arrive_as_they_are_sent() {
    let stub = Stub::with_tools(|heard, wire| {
        wire.begin_events();
        wire.event(&format!(": hello\nid: 1\nevent: message\ndata: {PROGRESS}"));
        std::thread::sleep(Duration::from_secs(1));
        let result = result_of(heard, &json!({"ok": true})).to_string();
        let (one, other) = result.split_at(result.find(",\"result\"").unwrap());
        wire.event(&format!("data: {one}\ndata: {other}"));
    });
    let guard = guard(&stub.url);
    let mut agent = Agent::start(&guard.url, &[]);
    agent.initialize();
    agent.call(1, "stream");
    let (first, line) = agent.hear_line();
    assert_eq!(line, PROGRESS);
    let (second, answer) = agent.hear_at();
    assert_eq!(answer, json!({"jsonrpc": "2.0", "id": 1, "result": {"ok": true}}));
    assert!(second - first > Duration::from_millis(700), "{:?}", second - first);
}

/// Catches an answer that is lost because of the event before it.
#[test]
fn an_event_that_is_not_json_is_skipped() {
    let stub = Stub::with_tools(|heard, wire| {
        wire.begin_events();
        wire.event("data: not json");
        wire.event(&format!("data: {}", result_of(heard, &json!({"ok": true}))));
    });
    let mut agent = Agent::start(&stub.url, &[]);
    agent.initialize();
    agent.call(1, "stream");
    assert_eq!(agent.hear(), json!({"jsonrpc": "2.0", "id": 1, "result": {"ok": true}}));
}

/// Catches a stream that stays open after its answer and keeps the next request waiting.
#[test]
fn a_stream_that_continues_after_its_answer_blocks_nobody() {
    let stub = Stub::start(|heard, wire| {
        wire.begin_events();
        wire.event(&format!("data: {}", result_of(heard, &json!({"protocolVersion": "2025-06-18"}))));
        std::thread::sleep(Duration::from_secs(4));
        wire.event(&format!("data: {PROGRESS}"));
    });
    let mut agent = Agent::start(&stub.url, &[]);
    agent.request(1, "initialize", json!({}));
    agent.request(2, "tools/list", json!({}));
    let ((first, one), (second, other)) = (agent.hear_at(), agent.hear_at());
    assert_eq!((&one["id"], &other["id"]), (&json!(1), &json!(2)));
    assert!(second - first < Duration::from_secs(2), "{:?}", second - first);
    assert_eq!(agent.hear_line().1, PROGRESS);
}

/// Catches a server whose requests to the client are lost when its stream is renewed.
#[test]
fn the_servers_own_messages_arrive_and_their_stream_is_renewed() {
    let times = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&times);
    let stub = Stub::start(move |heard, wire| match (heard.method.as_str(), heard.rpc().as_str()) {
        ("GET", _) => {
            let number = count.fetch_add(1, Ordering::SeqCst);
            if number == 1 {
                return wire.empty(503);
            }
            wire.begin_events();
            let id = if number == 0 { "first" } else { "second" };
            let request = json!({"jsonrpc": "2.0", "id": id, "method": "sampling/createMessage", "params": {}});
            wire.event(&format!("retry: 100\nid: event-{number}\ndata: {request}"));
            if number > 1 {
                std::thread::sleep(Duration::from_secs(15));
            }
        }
        ("DELETE", _) => wire.empty(405),
        (_, "initialize") => {
            wire.answer(heard, &[("mcp-session-id", SESSION)], &json!({"protocolVersion": "2025-06-18"}));
        }
        _ => wire.empty(202),
    });
    let guard = guard(&stub.url);
    let mut agent = Agent::start(&guard.url, &[]);
    agent.initialize();
    assert_eq!(agent.hear()["id"], "first");
    let response = r#"{"jsonrpc":"2.0","id":"first","result":{"text":"hi"}}"#;
    agent.say(response);
    stub.wait_for(|heard| heard.body == response);
    assert_eq!(agent.hear()["id"], "second");
    let gets: Vec<_> = stub.heard().into_iter().filter(|heard| heard.method == "GET").collect();
    let last: Vec<_> = gets.iter().map(|heard| heard.header("last-event-id")).collect();
    assert_eq!(last, [None, Some("event-0"), Some("event-0")]);
    agent.wait_for_errors("503 Service Unavailable");
    // The open stream does not prevent the end.
    assert_eq!(agent.end().0, Some(0));
}

/// A server without such a stream is asked only once.
#[test]
fn a_server_without_its_own_messages_is_asked_once() {
    let stub = Stub::with_tools(|heard, wire| wire.answer(heard, &[], &json!({})));
    let mut agent = Agent::start(&stub.url, &[]);
    agent.initialize();
    stub.wait_for(|heard| heard.method == "GET");
    std::thread::sleep(Duration::from_millis(1500));
    assert_eq!(stub.heard().iter().filter(|heard| heard.method == "GET").count(), 1);
    assert_eq!(agent.end().2, "");
}

/// A stream that breaks before its answer is resumed if its events have ids; otherwise there is an error.
#[test]
fn a_broken_stream_is_resumed() {
    let asked = Arc::new(Mutex::new(None));
    let kept = Arc::clone(&asked);
    let stub = Stub::start(move |heard, wire| match (heard.method.as_str(), heard.tool().as_str()) {
        ("POST", "resumable") => {
            *kept.lock().unwrap() = Some(result_of(heard, &json!({"late": true})).to_string());
            wire.begin_events();
            wire.event("retry: 50\nid: 42\ndata: ");
        }
        ("POST", _) => {
            wire.begin_events();
            wire.event(&format!("data: {PROGRESS}"));
        }
        _ => {
            assert_eq!(heard.header("last-event-id"), Some("42"));
            wire.begin_events();
            wire.event(&format!("id: 43\ndata: {}", kept.lock().unwrap().clone().unwrap()));
        }
    });
    let mut agent = Agent::start(&stub.url, &[]);
    agent.call(1, "resumable");
    assert_eq!(agent.hear(), json!({"jsonrpc": "2.0", "id": 1, "result": {"late": true}}));
    agent.call(2, "lost");
    assert_eq!(agent.hear_line().1, PROGRESS);
    assert_eq!(agent.hear_error(2).1, "the server ended its reply without an answer to this request");
}

/// Catches signed requests without end for a server that closes each stream at once and asks for no delay.
#[test]
fn streams_that_end_at_once_are_opened_more_and_more_rarely() {
    let stub = Stub::start(|heard, wire| match heard.method.as_str() {
        "GET" => {
            wire.begin_events();
            wire.event("retry: 0");
        }
        "DELETE" => wire.empty(405),
        _ if heard.rpc() == "initialize" => wire.answer(heard, &[], &json!({"protocolVersion": "2025-06-18"})),
        _ => wire.empty(202),
    });
    let mut agent = Agent::start(&stub.url, &[]);
    agent.initialize();
    stub.wait_for(|heard| heard.method == "GET");
    std::thread::sleep(Duration::from_secs(2));
    let count = stub.heard().iter().filter(|heard| heard.method == "GET").count();
    assert!((2..8).contains(&count), "{count}");
}
