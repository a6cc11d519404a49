//! Invalid input from agents.

use serde_json::json;

use crate::agent::Agent;
use crate::stub::Stub;

/// Catches a line that ends the program, or that reaches a server.
#[test]
fn lines_that_are_not_messages_are_answered() {
    let stub = Stub::with_tools(|_, _| {});
    let mut agent = Agent::start(&stub.url, &[]);
    for (line, id, code) in [
        ("hello", json!(null), -32700),
        ("{\"jsonrpc\":\"2.0\",\"id\":1,", json!(null), -32700),
        ("\u{feff}{}", json!(null), -32700),
        ("7", json!(null), -32600),
        ("[]", json!(null), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":5}", json!(5), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":{\"a\":1},\"method\":\"ping\"}", json!(null), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}", json!(null), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"ping\"}", json!(null), -32600),
        ("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", json!(null), -32600),
    ] {
        agent.say(line);
        assert_eq!(agent.hear_error(id).0, code, "{line}");
    }
    // Each request of a batch gets an answer, also the valid ones.
    agent.say("[{\"id\":1,\"method\":\"a\"},3,{\"id\":[],\"method\":\"b\"}]");
    for id in [json!(null), json!(null), json!(1)] {
        assert_eq!(agent.hear_error(id).0, -32600);
    }
    assert!(stub.heard().is_empty());
    for empty in ["", "   ", "\r"] {
        agent.say(empty);
    }
    agent.request(1, "tools/list", json!({}));
    assert_eq!(agent.hear()["id"], 1);
    assert_eq!(agent.end().2, "");
}

/// Catches an endless line that fills the memory, and one that breaks the next.
#[test]
fn a_message_that_is_too_long_is_refused() {
    let stub = Stub::with_tools(|heard, wire| match heard.tool().as_str() {
        "long" => wire.answer(heard, &[], &json!("x".repeat(200_000))),
        _ => {
            wire.begin_events();
            wire.event(&format!("data: \"{}\"", "x".repeat(200_000)));
        }
    });
    let mut agent = Agent::start(&stub.url, &["--max-message", "100kB"]);
    agent.request(0, "tools/list", json!({}));
    agent.hear();
    agent.say(&"x".repeat(50_000_000));
    let text = "a message is longer than 100000 bytes; pass a larger --max-message";
    assert_eq!(agent.hear_error(json!(null)), (-32600, text.to_owned()));
    if let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", agent.child.id())) {
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: u64 = line.split_whitespace().next().unwrap().parse().unwrap();
        assert!(peak < 48 * 1024, "{peak} KiB");
    }
    // The SDKs for TypeScript and Python write the ID after the parameters.
    let long = "x".repeat(200_000);
    agent.say(&format!(r#"{{"method":"ping","params":{{"id":9,"text":"{long}"}},"jsonrpc":"2.0","id":"last"}}"#));
    assert_eq!(agent.hear_error("last"), (-32600, text.to_owned()));
    agent.say(&format!(r#"[{{"id":7,"method":"a","params":["{long}"]}},{{"method":"b"}},{{"id":8,"method":"c"}}]"#));
    assert_eq!([agent.hear_error(7), agent.hear_error(8)], [(-32600, text.to_owned()), (-32600, text.to_owned())]);
    // A notification and a response get no answer.
    assert_eq!(agent.errors(), "");
    agent.say(&format!(r#"{{"jsonrpc":"2.0","id":1,"result":{{"text":"{long}"}}}}"#));
    agent.wait_for_errors(&format!("sigvet: {text}"));
    // Server messages are bounded too.
    for (id, tool) in [(1, "long"), (2, "events")] {
        agent.call(id, tool);
        let (_, text) = agent.hear_error(id);
        assert!(text.contains("longer than 100000 bytes"), "{text}");
    }
    agent.request(3, "tools/list", json!({}));
    assert_eq!(agent.hear()["id"], 3);
}
