//! Signatures that a server must refuse, or accepts although AWS would not, in each server's words.

use crate::presigned::minutes_from_now;
use crate::server::Server;
use crate::sigvet::{Credentials, Sigvet, curl, shell};

pub fn wrong_secret(server: &Server) {
    let bucket = server.new_bucket("wrong-secret");
    let wrong = Sigvet::new(Credentials { secret: "not the secret", ..server.user });
    wrong.send([&bucket.url("")]).expect_error(403, "SignatureDoesNotMatch");
    wrong.send(["-X", "PUT", "--data-binary", "body", &bucket.url("key")]).expect_error(403, "SignatureDoesNotMatch");
    server.sigvet().send([&bucket.url("key")]).expect_error(404, "NoSuchKey");
}

pub fn payload_that_is_not_the_one_signed(server: &Server) {
    let bucket = server.new_bucket("wrong-payload");
    let sigvet = server.sigvet();
    let put =
        |hash: &str| sigvet.send(["--payload-hash", hash, "-X", "PUT", "--data-binary", "hello", &bucket.url("key")]);
    put(&"0".repeat(64)).expect_error(400, "XAmzContentSHA256Mismatch");
    // FIPS 180: the hash of "hello".
    put("2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824").expect_status(200);
}

/// Fifteen minutes are allowed in either direction.
pub fn clock_within_the_window(server: &Server) {
    let bucket = server.new_bucket("clock-near");
    for minutes in [-14, 14] {
        server.sigvet().send(["--date", &minutes_from_now(minutes), &bucket.url("")]).expect_status(200);
    }
}

pub fn clock_too_far_off(server: &Server) {
    let bucket = server.new_bucket("clock-far");
    let dates =
        [minutes_from_now(-16), minutes_from_now(16), "20130524T000000Z".to_owned(), "20991231T235959Z".to_owned()];
    for date in dates {
        server.sigvet().send(["--date", &date, &bucket.url("")]).expect_error(403, "RequestTimeTooSkewed");
    }
}

pub fn radosgw_knows_no_such_key(server: &Server) {
    unknown_key().send([&server.new_bucket("unknown-key").url("")]).expect_error(403, "InvalidAccessKeyId");
}

pub fn swift_takes_an_unknown_key_for_a_wrong_signature(server: &Server) {
    unknown_key().send([&server.new_bucket("unknown-key").url("")]).expect_error(403, "SignatureDoesNotMatch");
}

/// Unlike AWS: the region in the scope is used for the key, but compared with nothing.
pub fn radosgw_takes_any_region(server: &Server) {
    let bucket = server.new_bucket("any-region");
    bucket.put("key", "body");
    let elsewhere = server.sigvet().scope("eu-nowhere-9", "s3");
    elsewhere.send([&bucket.url("key")]).expect_status(200).expect_body(b"body");
    curl([&elsewhere.presign([&bucket.url("key")])]).expect_status(200).expect_body(b"body");
}

/// Unlike AWS, like the region.
pub fn radosgw_takes_any_service(server: &Server) {
    let bucket = server.new_bucket("any-service");
    bucket.put("key", "body");
    let foreign = server.sigvet().scope("us-east-1", "execute-api");
    foreign.send(["--unsigned-payload", &bucket.url("key")]).expect_status(200).expect_body(b"body");
}

pub fn radosgw_calls_a_signed_url_that_expired_just_denied(server: &Server) {
    let reply = curl([&expired_url(server)]).expect_error(403, "AccessDenied");
    assert_eq!(reply.element("Message").as_deref(), Some(""));
}

pub fn swift_says_that_a_signed_url_has_expired(server: &Server) {
    let reply = curl([&expired_url(server)]).expect_error(403, "AccessDenied");
    assert_eq!(reply.element("Message").as_deref(), Some("Request has expired"));
}

pub fn swift_expects_its_region(server: &Server) {
    let bucket = server.new_bucket("its-region");
    let elsewhere = server.sigvet().scope("eu-nowhere-9", "s3");
    let reply = elsewhere.send([&bucket.url("")]).expect_error(400, "AuthorizationHeaderMalformed");
    let message = "The authorization header is malformed; the region 'eu-nowhere-9' is wrong; expecting 'us-east-1'";
    assert_eq!(reply.element("Message").as_deref(), Some(message));
    assert_eq!(reply.element("Region").as_deref(), Some("us-east-1"));
}

pub fn swift_expects_its_region_in_a_presigned_url(server: &Server) {
    let bucket = server.new_bucket("its-region-presigned");
    let elsewhere = server.sigvet().scope("eu-nowhere-9", "s3");
    let reply = curl([&elsewhere.presign([&bucket.url("")])]).expect_error(400, "AuthorizationQueryParametersError");
    assert_eq!(reply.element("Region").as_deref(), Some("us-east-1"));
}

pub fn swift_expects_its_service(server: &Server) {
    let bucket = server.new_bucket("its-service");
    let foreign = server.sigvet().scope("us-east-1", "execute-api");
    let reply = foreign.send(["--unsigned-payload", &bucket.url("")]).expect_error(400, "AuthorizationHeaderMalformed");
    let message =
        r#"The authorization header is malformed; incorrect service "execute-api". This endpoint belongs to "s3"."#;
    assert_eq!(reply.element("Message").as_deref(), Some(message));
}

fn unknown_key() -> Sigvet {
    Sigvet::new(Credentials { id: "NOSUCHKEY00000000000", secret: "any" })
}

fn expired_url(server: &Server) -> String {
    let bucket = server.new_bucket("expired-wording");
    server.sigvet().presign(["--date", &minutes_from_now(-10), "--expires", "5m", &bucket.url("key")])
}

/// The reason why `proxy --inbound` refuses `x_amz_acl`: the signature does not cover the header, and the server obeys it.
pub fn radosgw_reads_underscores_as_hyphens(server: &Server) {
    let bucket = server.new_bucket("underscores");
    let url = bucket.url("key");
    let printed = server.sigvet().print("sign", ["--as", "curl", "-X", "PUT", "--data-binary", "body", &url]);
    shell(&format!("{printed} -i -sS -H 'x_amz_acl: public-read'")).expect_status(200);
    curl([&url]).expect_status(200).expect_body(b"body");
}
