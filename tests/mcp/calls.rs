//! Requests and their answers.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::agent::{Agent, guard};
use crate::stub::{SESSION, Stub, result_of};

/// Catches a missing transport header, and one that is signed although it may change in transit.
#[test]
fn a_session_has_the_headers_of_the_specification() {
    let stub = Stub::with_tools(|_, _| {});
    let mut agent = Agent::start(&stub.url, &["-H", "X-Team: search"]);
    agent.initialize();
    agent.request("list", "tools/list", json!({}));
    assert_eq!(agent.hear(), json!({"jsonrpc": "2.0", "id": "list", "result": {"tools": []}}));
    let (code, rest, errors) = agent.end();
    assert_eq!((code, rest, errors.as_str()), (Some(0), vec![], ""));

    let both = Some("application/json, text/event-stream");
    let first = stub.wait_for(|heard| heard.rpc() == "initialize");
    assert_eq!((first.header("accept"), first.header("content-type")), (both, Some("application/json")));
    assert_eq!((first.header("mcp-session-id"), first.header("mcp-protocol-version")), (None, None));
    for rpc in ["notifications/initialized", "tools/list"] {
        let later = stub.wait_for(|heard| heard.rpc() == rpc);
        assert_eq!((later.method.as_str(), later.header("accept")), ("POST", both));
        assert_eq!(later.header("mcp-session-id"), Some(SESSION));
        assert_eq!(later.header("mcp-protocol-version"), Some("2025-06-18"));
        let authorization = later.header("authorization").unwrap();
        assert!(authorization.contains("/us-west-2/bedrock-agentcore/aws4_request"), "{authorization}");
        assert!(authorization.contains("SignedHeaders=content-type;host;x-amz-date;x-team,"), "{authorization}");
    }
    let listening = stub.wait_for(|heard| heard.method == "GET");
    assert_eq!(listening.header("accept"), Some("text/event-stream"));
    assert_eq!((listening.header("mcp-session-id"), listening.header("content-type")), (Some(SESSION), None));
    let last = stub.heard().pop().unwrap();
    assert_eq!((last.method.as_str(), last.header("mcp-session-id")), ("DELETE", Some(SESSION)));
}

/// The signatures are verified: each request of a session passes `serve`.
#[test]
fn each_request_is_signed_correctly() {
    let stub = Stub::with_tools(|heard, wire| wire.answer(heard, &[], &json!({"tool": heard.tool()})));
    let guard = guard(&stub.url);
    let mut agent = Agent::start(&guard.url, &[]);
    agent.initialize();
    agent.call(1, "add");
    assert_eq!(agent.hear()["result"], json!({"tool": "add"}));
    assert_eq!(agent.end().0, Some(0));
    guard.wait_for("\"verdict\":\"valid\"", 5);
    for method in ["POST", "GET", "DELETE"] {
        assert!(stub.heard().iter().any(|heard| heard.method == method), "{method}");
    }
    assert!(!guard.log().contains("\"verdict\":\"invalid\""), "{}", guard.log());
}

/// Catches a call that waits for another, and answers that are mixed up.
#[test]
fn slow_calls_do_not_block_others() {
    let stub = Stub::with_tools(|heard, wire| {
        if heard.tool() == "slow" {
            std::thread::sleep(Duration::from_secs(2));
        }
        wire.answer(heard, &[], &json!({"tool": heard.tool()}));
    });
    let guard = guard(&stub.url);
    let mut agent = Agent::start(&guard.url, &[]);
    agent.initialize();
    let began = Instant::now();
    (1..=12).for_each(|id| agent.call(id, "slow"));
    agent.call("quick", "quick");
    let (at, quick) = agent.hear_at();
    assert_eq!((&quick["id"], &quick["result"]["tool"]), (&json!("quick"), &json!("quick")));
    assert!(at - began < Duration::from_millis(1800), "{:?}", at - began);
    let slow: BTreeSet<i64> = (1..=12).map(|_| agent.hear()["id"].as_i64().unwrap()).collect();
    assert_eq!(slow, (1..=12).collect());
    assert!(began.elapsed() < Duration::from_secs(6), "{:?}", began.elapsed());
}

/// Catches lines that are written in pieces, and a multi-line answer that is passed on unchanged.
#[test]
fn large_answers_are_whole_lines() {
    let stub = Stub::with_tools(|heard, wire| {
        let id = heard.message()["id"].to_string();
        let result = json!({"text": id.repeat(300_000), "more": [1, 2, {"a": "b\n"}]});
        let pretty = serde_json::to_string_pretty(&result_of(heard, &result)).unwrap();
        wire.body(200, &[], "application/json", &pretty.replace('\n', "\r\n"));
    });
    let mut agent = Agent::start(&stub.url, &[]);
    agent.initialize();
    (1..=8).for_each(|id| agent.call(id, "large"));
    let mut seen = BTreeSet::new();
    for _ in 0..8 {
        let answer = agent.hear();
        let id = answer["id"].to_string();
        assert!(answer["result"]["text"].as_str().unwrap() == id.repeat(300_000));
        assert_eq!(answer["result"]["more"][2]["a"], "b\n");
        seen.insert(id);
    }
    assert_eq!(seen.len(), 8);
}

/// Catches messages that are parsed and reserialised: numbers, order and spaces would change.
#[test]
fn messages_pass_byte_for_byte() {
    const ANSWER: &str = r#"{ "id":7, "jsonrpc":"2.0",  "result":{"n":12345678901234567890.10, "z":1,"a":"\u00e9"}}"#;
    let stub = Stub::start(|_, wire| wire.body(200, &[], "application/json", ANSWER));
    let mut agent = Agent::start(&stub.url, &[]);
    let request = r#"{"method":"x",  "id":7,"params":{"z":1.0,"a":123456789012345678901234567890}, "jsonrpc":"2.0"}"#;
    let batch = r#"[{"jsonrpc":"2.0","id":7,"method":"a"}, {"jsonrpc":"2.0","method":"b"}]"#;
    for text in [request, batch] {
        agent.say(text);
        assert_eq!(agent.hear_line().1, ANSWER);
        assert_eq!(stub.heard().pop().unwrap().body, text);
    }
}

/// Each request in a batch is answered, or gets its own error.
#[test]
fn a_batch_passes_unchanged() {
    let stub = Stub::start(|_, wire| {
        wire.body(200, &[], "application/json", r#"[{"jsonrpc":"2.0","id":2,"result":{}}]"#);
    });
    let mut agent = Agent::start(&stub.url, &[]);
    agent.say(r#"[{"jsonrpc":"2.0","id":2,"method":"a"},{"jsonrpc":"2.0","id":"lost","method":"b"}]"#);
    assert_eq!(agent.hear(), json!([{"jsonrpc": "2.0", "id": 2, "result": {}}]));
    let (code, text) = agent.hear_error("lost");
    assert_eq!((code, text.as_str()), (-32000, "the server ended its reply without an answer to this request"));
}

/// If a server replies with something else, the request's id still gets an answer, which says what to do.
#[test]
fn there_is_an_answer_whatever_a_server_does() {
    let json_error = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"Unsupported version"}}"#;
    let cases: [(&str, u16, &str, &str, &str); 11] = [
        ("html", 200, "text/html", "<p>hello</p>", "the server answered with 'text/html'"),
        ("accepted", 202, "text/plain", "", "without an answer to this request"),
        ("broken", 200, "application/json", "{\"a\":", "not JSON"),
        ("down", 503, "text/plain", "come back later", "503 Service Unavailable: come back later"),
        (
            "denied",
            403,
            "application/json",
            r#"{"__type":"AccessDeniedException","message":"not you"}"#,
            "AccessDeniedException: not you; the signature was not the reason",
        ),
        // Neither is from AWS: a firewall, and a server that says nothing.
        (
            "blocked",
            403,
            "text/html",
            "<h1>Blocked</h1>",
            "403 Forbidden; the answer is a web page instead of an AWS error",
        ),
        ("bare", 403, "text/plain", "no", "403 Forbidden: no; the answer has no AWS error code"),
        ("oauth", 401, "text/plain", "", "accepts bearer tokens (OAuth), not signatures"),
        ("lost", 404, "text/plain", "", "check the URL"),
        ("busy", 429, "text/plain", "", "wait, and try again"),
        ("moved", 307, "text/plain", "", "pass https://elsewhere.example/mcp instead of this URL"),
    ];
    let stub = Stub::start(move |heard, wire| {
        let Some((_, status, kind, body, _)) = cases.iter().find(|(name, ..)| *name == heard.tool()) else {
            return wire.body(400, &[], "application/json", json_error);
        };
        let fields = [
            ("Location", "https://elsewhere.example/mcp"),
            ("WWW-Authenticate", "Bearer resource_metadata=\"https://elsewhere.example/\""),
        ];
        wire.body(*status, &fields, kind, body);
    });
    let mut agent = Agent::start(&stub.url, &[]);
    for (id, (name, .., expected)) in cases.iter().enumerate() {
        agent.call(id, name);
        let (code, text) = agent.hear_error(id);
        assert!(code == -32000 && text.contains(expected), "{name}: {code} {text}");
    }
    // A JSON-RPC error is passed on, with the id that the server could not know.
    agent.call("own", "other");
    assert_eq!(agent.hear_error("own"), (-32602, "Unsupported version".to_owned()));
    // No server is listening.
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut alone = Agent::start(&format!("http://{closed}"), &[]);
    alone.call(1, "x");
    let (_, text) = alone.hear_error(1);
    assert!(text.contains("cannot connect to 127.0.0.1"), "{text}");
}

/// MCP 2026-07-28: no session, and the version, the method and the name are in headers.
#[test]
fn the_stateless_protocol_works_without_a_session() {
    let stub = Stub::start(|heard, wire| match heard.tool().as_str() {
        "endless" => {
            wire.begin_events();
            wire.event(": waiting");
            std::thread::sleep(Duration::from_secs(15));
        }
        _ => wire.answer(heard, &[], &json!({})),
    });
    let mut agent = Agent::start(&stub.url, &[]);
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28"});
    agent.request(1, "tools/call", json!({"name": "add", "_meta": meta}));
    assert_eq!(agent.hear()["id"], 1);
    let heard = stub.heard().pop().unwrap();
    assert_eq!(heard.header("mcp-protocol-version"), Some("2026-07-28"));
    assert_eq!((heard.header("mcp-method"), heard.header("mcp-name")), (Some("tools/call"), Some("add")));
    // Cancelling a request means closing its stream; the notification is not forwarded.
    agent.request(2, "tools/call", json!({"name": "endless", "_meta": meta}));
    stub.wait_for(|heard| heard.tool() == "endless");
    let cancel: Value = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 2}});
    agent.say(&cancel.to_string());
    let began = Instant::now();
    let (code, rest, errors) = agent.end();
    assert_eq!((code, rest, errors.as_str()), (Some(0), vec![], ""));
    assert!(began.elapsed() < Duration::from_secs(10));
    assert_eq!(stub.heard().len(), 2);
}

/// MCP 2025-06-18, *Cancellation*: the server is told, and the client gets no answer. Catches a cancelled request that
/// keeps its connection, that delays the end, or that is answered after all.
#[test]
fn a_cancelled_request_gets_no_answer() {
    let stub = Stub::with_tools(|heard, wire| {
        if heard.tool() == "stream" {
            wire.begin_events();
            wire.event(": waiting");
        }
        assert!(wire.is_closed_within(Duration::from_secs(15)), "{}", heard.tool());
        wire.empty(200);
    });
    let mut agent = Agent::start(&stub.url, &[]);
    agent.initialize();
    let cancel =
        |id: Value| json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}});
    let all = [(json!(1), "silent"), (json!("1"), "stream")];
    for (id, tool) in &all {
        agent.call(id.clone(), tool);
        stub.wait_for(|heard| heard.tool() == *tool);
        agent.say(&cancel(id.clone()).to_string());
        stub.wait_for(|heard| heard.message()["params"]["requestId"] == *id);
    }
    let began = Instant::now();
    let (code, rest, errors) = agent.end();
    assert_eq!((code, rest, errors.as_str()), (Some(0), vec![], ""));
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
}

/// Catches a batch that is ended by the cancellation of one of its requests.
#[test]
fn the_other_requests_of_a_batch_are_not_cancelled() {
    let stub = Stub::start(|heard, wire| match heard.message().is_array() {
        true => {
            std::thread::sleep(Duration::from_secs(1));
            wire.body(200, &[], "application/json", r#"[{"jsonrpc":"2.0","id":2,"result":{}}]"#);
        }
        false => wire.empty(202),
    });
    let mut agent = Agent::start(&stub.url, &[]);
    agent.say(r#"[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":2,"method":"b"}]"#);
    agent.say(r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#);
    let (code, rest, errors) = agent.end();
    let answer = json!([{"jsonrpc": "2.0", "id": 2, "result": {}}]);
    assert_eq!((code, rest, errors.as_str()), (Some(0), vec![answer], ""));
}

/// Catches an option without effect, before the head of an answer and in its middle.
#[test]
fn the_time_for_a_message_is_limited() {
    let stub = Stub::with_tools(|heard, wire| match heard.tool().as_str() {
        "quick" => wire.answer(heard, &[], &json!({})),
        "stream" => {
            wire.begin_events();
            while !wire.is_closed_within(Duration::from_millis(200)) {
                wire.event(": waiting");
            }
        }
        _ => assert!(wire.is_closed_within(Duration::from_secs(15))),
    });
    let mut agent = Agent::start(&stub.url, &["-m", "1.5"]);
    agent.initialize();
    for (id, tool) in [(1, "silent"), (2, "stream")] {
        let began = Instant::now();
        agent.call(id, tool);
        assert_eq!(agent.hear_error(id), (-32000, "no complete answer within 1.5s (--max-time)".to_owned()), "{tool}");
        assert!(began.elapsed() > Duration::from_millis(1400) && began.elapsed() < Duration::from_secs(5), "{tool}");
    }
    agent.call(3, "quick");
    assert_eq!(agent.hear()["id"], 3);
}
