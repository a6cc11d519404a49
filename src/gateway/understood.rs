//! The answer to a valid request: what sigvet understood of it.
//!
//! The answer is JSON for people and scripts. Clients of services that use XML or CBOR get the same facts in their own
//! format, because their SDK could not parse JSON.

use serde_json::{Value, json};
use sigvet_core::verify::Verdict;

use super::refusal::xml::Xml;
use super::refusal::{Dialect, RPC_V2_CBOR, SMITHY_PROTOCOL, action_of, cbor};
use super::{Reply, Verifier};
use sigvet_core::request::Request;

/// Answers a valid request when nothing else is configured to answer it.
pub fn reply(request: &Request, verdict: &Verdict, length: u64, verifier: &Verifier, dialect: Dialect) -> Reply {
    let facts = facts(request, verdict, length, verifier);
    if dialect == Dialect::Cbor {
        let members: Vec<(&str, &Value)> = facts.iter().map(|(name, value)| (*name, value)).collect();
        return Reply::new(200, "application/cbor", cbor::map(&members)).with(SMITHY_PROTOCOL, RPC_V2_CBOR);
    }
    let asks_for_anything = request.headers.contains("accept");
    match action_of(request).filter(|_| dialect.speaks_xml()) {
        Some(action) => return Reply::new(200, "text/xml", result_of(action, &facts)),
        None if dialect.speaks_xml() && !asks_for_anything => {
            let mut xml = Xml::new();
            xml.within("Understood", |xml| write(&facts, xml));
            return Reply::new(200, "application/xml", xml.into_text());
        }
        None => {}
    }
    let object: serde_json::Map<String, Value> =
        facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Reply::new(200, "application/json", format!("{:#}\n", Value::Object(object)))
}

/// Clients of the query protocol expect an element named after the operation.
fn result_of(action: &str, facts: &[(&'static str, Value)]) -> String {
    let mut xml = Xml::new();
    xml.within(&format!("{action}Response"), |xml| xml.within(&format!("{action}Result"), |xml| write(facts, xml)));
    xml.into_text()
}

fn write(facts: &[(&'static str, Value)], xml: &mut Xml) {
    facts.iter().for_each(|(name, value)| xml.element(name, &plain(value)));
}

fn facts(request: &Request, verdict: &Verdict, length: u64, verifier: &Verifier) -> Vec<(&'static str, Value)> {
    let claimed = &verdict.claimed;
    let scope = claimed.scope();
    let key = verifier.keys.find(claimed.access_key_id()).map(|key| key.name.clone());
    let signed_headers = verdict.as_v4().map(|(claim, _)| claim.terms.signed_headers.as_str().to_owned());
    vec![
        ("verdict", verdict.outcome().as_str().into()),
        ("scheme", claimed.scheme_name().into()),
        ("access_key_id", claimed.access_key_id().into()),
        ("key", json!(key)),
        ("region", json!(scope.map(|scope| &scope.region))),
        ("service", json!(scope.map(|scope| &scope.service))),
        ("signed_headers", json!(signed_headers)),
        ("method", request.method().into()),
        ("path", String::from_utf8_lossy(request.path()).into()),
        ("body_bytes", length.into()),
        ("expires_at", json!(claimed.expires_at().map(|at| at.to_rfc3339()))),
    ]
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
