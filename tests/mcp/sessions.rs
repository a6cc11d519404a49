//! Sessions that end before their client does.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::agent::{Agent, guard};
use crate::stub::{SESSION, Stub};

/// Catches an error that does not tell the client to start over, and a client that cannot start over.
#[test]
fn an_ended_session_is_reported_and_another_can_begin() {
    let is_forgotten = Arc::new(AtomicBool::new(false));
    let forgets = Arc::clone(&is_forgotten);
    let stub = Stub::start(move |heard, wire| match (heard.method.as_str(), heard.rpc().as_str()) {
        ("GET", _) => wire.empty(405),
        (_, "initialize") => {
            forgets.store(false, Ordering::SeqCst);
            wire.answer(heard, &[("Mcp-Session-Id", SESSION)], &json!({"protocolVersion": "2025-06-18"}));
        }
        _ if forgets.load(Ordering::SeqCst) => {
            let error =
                r#"{"jsonrpc":"2.0","id":"server-error","error":{"code":-32600,"message":"Session not found"}}"#;
            wire.body(404, &[], "application/json", error);
        }
        (_, "tools/list") => wire.answer(heard, &[], &json!({})),
        _ => wire.empty(202),
    });
    let guard = guard(&stub.url);
    let mut agent = Agent::start(&guard.url, &[]);
    agent.initialize();
    agent.request(1, "tools/list", json!({}));
    assert_eq!(agent.hear()["result"], json!({}));
    is_forgotten.store(true, Ordering::SeqCst);
    let ended = "the MCP session has ended on the server; reconnect, which sends 'initialize' again".to_owned();
    for id in [2, 3] {
        agent.request(id, "tools/list", json!({}));
        assert_eq!(agent.hear_error(id), (-32600, ended.clone()));
    }
    // sigvet does not ask the server about a session that is known to have ended.
    assert_eq!(stub.heard().iter().filter(|heard| heard.rpc() == "tools/list").count(), 2);
    agent.initialize();
    agent.request(4, "tools/list", json!({}));
    assert_eq!(agent.hear()["id"], 4);
    let again = stub.heard().into_iter().filter(|heard| heard.rpc() == "initialize").nth(1).unwrap();
    assert_eq!(again.header("mcp-session-id"), None);
}

/// Catches a session that ends because the server has no stream of its own messages: a router may answer 404 for a method
/// that it does not know.
#[test]
fn a_server_without_a_stream_keeps_its_session() {
    let stub = Stub::start(|heard, wire| match (heard.method.as_str(), heard.rpc().as_str()) {
        ("GET", _) => wire.empty(404),
        (_, "initialize") => {
            wire.answer(heard, &[("Mcp-Session-Id", SESSION)], &json!({"protocolVersion": "2025-06-18"}));
        }
        (_, "tools/list") => wire.answer(heard, &[], &json!({})),
        _ => wire.empty(202),
    });
    let mut agent = Agent::start(&stub.url, &[]);
    agent.initialize();
    stub.wait_for(|heard| heard.method == "GET");
    for id in [1, 2] {
        agent.request(id, "tools/list", json!({}));
        assert_eq!(agent.hear()["result"], json!({}));
    }
    let asked = stub.wait_for(|heard| heard.rpc() == "tools/list");
    assert_eq!(asked.header("mcp-session-id"), Some(SESSION));
}

/// Catches a client that sends before the session exists, because it did not wait for the answer.
#[test]
fn messages_sent_at_once_go_out_in_order() {
    let stub = Stub::with_tools(|heard, wire| wire.answer(heard, &[], &json!({})));
    let mut agent = Agent::start(&stub.url, &[]);
    agent.request(0, "initialize", json!({}));
    agent.notify("notifications/initialized");
    agent.request(1, "tools/list", json!({}));
    let (code, ..) = agent.end();
    assert_eq!(code, Some(0));
    let heard = stub.heard();
    let posts: Vec<_> = heard.iter().filter(|heard| heard.method == "POST").collect();
    let said: Vec<_> = posts.iter().map(|heard| (heard.rpc(), heard.header("mcp-session-id"))).collect();
    let expected = [("initialize", None), ("notifications/initialized", Some(SESSION)), ("tools/list", Some(SESSION))];
    assert_eq!(said, expected.map(|(rpc, session)| (rpc.to_owned(), session)));
}
