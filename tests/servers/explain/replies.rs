//! Refusals for reasons other than a wrong signature, in each server's own words, and changes in transit.

use super::between;
use super::live::{Exchange, Has, Said};
use super::rows::{LIST, PUT, Row, URL, shifted};
use crate::server::{Bucket, Server};
use crate::signer::Recipe;

/// A server's answer, and the expected explanation.
struct Story {
    what: &'static str,
    row: Row,
    /// Other changes to the recipe.
    change: fn(&mut Recipe),
    /// Status and code.
    answer: &'static str,
    /// Any of these; empty if nothing should be named, because the server accepted it.
    expect: &'static [&'static [&'static str]],
    /// Whether it is evident without a secret.
    is_evident: bool,
}

fn stories(server: &Server) -> [Story; 12] {
    let is_swift = server.user.id.contains(':');
    let by = |swift, radosgw| if is_swift { swift } else { radosgw };
    let swift_only = |sets: &'static [&'static [&'static str]]| if is_swift { sets } else { &[] };
    let as_it_is: fn(&mut Recipe) = |_| {};
    let story = |what, row, answer, expect| Story { what, row, change: as_it_is, answer, expect, is_evident: true };
    let skewed: &[&[&str]] = &[&["time-skewed"], &["time-local"]];
    let mismatch = by("400 XAmzContentSHA256Mismatch", "400 XAmzContentSHA256Mismatch");
    [
        Story {
            change: |recipe| recipe.date = shifted(&recipe.date, -20),
            ..story("the clock is behind", LIST, "403 RequestTimeTooSkewed", &[&["time-skewed"]])
        },
        Story {
            change: |recipe| recipe.date = shifted(&recipe.date, 120),
            ..story("the clock is in another zone", LIST, "403 RequestTimeTooSkewed", skewed)
        },
        Story {
            change: |recipe| recipe.date = shifted(&recipe.date, -30),
            ..story("the URL has expired", URL, "403 AccessDenied", &[&["expired"]])
        },
        Story {
            change: |recipe| recipe.expires = Some("604801".to_owned()),
            ..story(
                "the URL is to last too long",
                URL,
                by("400 AuthorizationQueryParametersError", "403 AccessDenied"),
                &[&["expires-too-long"]],
            )
        },
        Story {
            change: |recipe| recipe.keys.access_key = "NOSUCHKEY00000000000".to_owned(),
            is_evident: !is_swift,
            ..story(
                "the key is unknown",
                LIST,
                by("403 SignatureDoesNotMatch", "403 InvalidAccessKeyId"),
                &[&["access-key-unknown"]],
            )
        },
        Story {
            change: |recipe| recipe.region = "eu-west-1".to_owned(),
            ..story(
                "another region",
                LIST,
                by("400 AuthorizationHeaderMalformed", "200"),
                swift_only(&[&["scope-region"]]),
            )
        },
        Story {
            change: |recipe| recipe.service = "s3express".to_owned(),
            ..story(
                "another service",
                LIST,
                by("400 AuthorizationHeaderMalformed", "200"),
                swift_only(&[&["scope-service"]]),
            )
        },
        story(
            "the body was changed after hashing",
            Row { breaks: &["saw-body another body"], ..PUT },
            mismatch,
            &[&["payload-header-mismatch"]],
        ),
        story(
            "the body lost its final newline after hashing",
            Row { breaks: &["saw-body-as with-newline"], ..PUT },
            mismatch,
            &[&["payload-newline"]],
        ),
        story(
            "the hash of no body is declared",
            Row { breaks: &["content-sha256 empty"], ..PUT },
            mismatch,
            &[&["payload-empty-hash"]],
        ),
        story(
            "the payload's hash is not declared",
            Row { breaks: &["content-sha256 none"], ..LIST },
            by("400 InvalidRequest", "403 SignatureDoesNotMatch"),
            &[&["payload-header-missing"]],
        ),
        story(
            "signed twice",
            Row {
                breaks: &[
                    "sent-header Authorization: AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00",
                ],
                ..URL
            },
            // Swift checks only the URL, and accepts it; AWS does not.
            by("200", "403 AccessDenied"),
            &[&["mechanism-twice"]],
        ),
    ]
}

/// Each reply from the server, with and without the secret.
pub fn other_refusals_are_named(server: &'static Server) {
    let bucket = server.new_bucket("explain-replies");
    let mut faults = Vec::new();
    for story in stories(server) {
        let mut recipe = story.row.recipe(&bucket);
        (story.change)(&mut recipe);
        let exchange = Exchange::with(&bucket, recipe.sign());
        let mut fault = |how: &str, said: &Said| {
            let Story { what, answer, expect, .. } = &story;
            faults.push(format!("{what}, {how}: expected {answer}, {expect:?}\n{exchange}{said:#?}"));
        };
        let said = exchange.explain(Has::Secret);
        if exchange.answer() != story.answer || !is_told(&story, &said) {
            fault("with the secret", &said);
        }
        let said = exchange.explain(Has::Nothing);
        if story.is_evident && !is_told(&story, &said) {
            fault("without the secret", &said);
        }
    }
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

fn is_told(story: &Story, said: &Said) -> bool {
    match story.expect {
        [] => said.verdict != "invalid" && said.explanations.is_empty(),
        sets => {
            said.verdict == "invalid"
                && ["reproduced", "server", "time", "observed"].iter().any(|p| said.names(p, sets))
        }
    }
}

/// A proxy's change shows in what Swift computed, with and without the secret.
pub fn changes_on_the_way_are_named(server: &'static Server) {
    let bucket = server.new_bucket("explain-between");
    let authority = server.authority();
    let renamed = format!("localhost:{}", server.port);
    let host = move |head: String| head.replace(&format!("Host: {authority}"), &format!("Host: {renamed}"));
    through(&bucket, LIST, host, "host-rewritten");
    let prefixed = Row { target: "/api/{bucket}?prefix=b", ..LIST };
    through(&bucket, prefixed, |head| head.replacen("GET /api/", "GET /", 1), "path-prefix-changed");
    let encoded = Row { headers: &["Accept-Encoding: gzip"], ..LIST };
    let appended = |head: String| head.replace("Encoding: gzip", "Encoding: gzip,gzip(gfe)");
    through(&bucket, encoded, appended, "header-hop-by-hop");
}

fn through(bucket: &Bucket<'static>, row: Row, change: impl Fn(String) -> String + Send + 'static, id: &str) {
    let port = between::once(bucket.server.port, change);
    let recipe = Recipe { also_signed: vec!["accept-encoding".to_owned()], ..row.recipe(bucket) };
    let exchange = Exchange::through(bucket, recipe.sign(), port);
    assert_eq!(exchange.answer(), "403 SignatureDoesNotMatch", "{exchange}");
    for has in [Has::Secret, Has::Log, Has::Nothing] {
        let said = exchange.explain(has);
        assert!(said.verdict == "invalid" && said.names("server", &[&[id]]), "{id}, {has:?}\n{exchange}{said:#?}");
    }
}
