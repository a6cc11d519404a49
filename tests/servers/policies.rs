//! Bucket policies, as a provider with radosgw documents them: a project is a user, and each of its keys a separate
//! principal.

use crate::reply::Reply;
use crate::server::{OTHER_PROJECT_KEY, PROJECT_KEY_A, PROJECT_KEY_B, Server};
use crate::sigvet::{Credentials, Sigvet, curl};

/// Every key of a project may use all its buckets, until a policy denies all but one key.
pub fn only_one_key(server: &Server) {
    let bucket = server.new_bucket("only-one-key");
    bucket.put("key", "body");
    let (key, policy) = (bucket.url("key"), bucket.url("?policy"));
    reads(PROJECT_KEY_B, &key, "body");

    put_policy(&policy, "only-one-key.json").expect_status(204);
    reads(PROJECT_KEY_A, &key, "body");
    Sigvet::new(PROJECT_KEY_A).send(["-X", "PUT", "--data-binary", "changed", &key]).expect_status(200);
    for refused in [PROJECT_KEY_B, OTHER_PROJECT_KEY] {
        let other = Sigvet::new(refused);
        other.send([&key]).expect_error(403, "AccessDenied");
        other.send([&bucket.url("")]).expect_error(403, "AccessDenied");
        other.send(["-X", "PUT", "--data-binary", "intruded", &key]).expect_error(403, "AccessDenied");
        other.send(["-X", "DELETE", &policy]).expect_error(403, "AccessDenied");
    }
    curl([&key]).expect_error(403, "AccessDenied");

    // AWS would say 204.
    Sigvet::new(PROJECT_KEY_A).send(["-X", "DELETE", &policy]).expect_status(200);
    reads(PROJECT_KEY_B, &key, "changed");
}

/// Anyone may read what is under `public/`, another project may read everything, and neither may do more.
pub fn shared_read(server: &Server) {
    let bucket = server.new_bucket("shared-read");
    bucket.put("public/key", "public body");
    bucket.put("private/key", "private body");
    let (public, private, policy) = (bucket.url("public/key"), bucket.url("private/key"), bucket.url("?policy"));
    let other = Sigvet::new(OTHER_PROJECT_KEY);
    curl([&public]).expect_error(403, "AccessDenied");
    other.send([&private]).expect_error(403, "AccessDenied");

    put_policy(&policy, "shared-read.json").expect_status(204);
    curl([&public]).expect_status(200).expect_body(b"public body");
    curl([&private]).expect_error(403, "AccessDenied");
    curl([&bucket.url("")]).expect_error(403, "AccessDenied");
    curl(["--request", "PUT", "--data-binary", "intruded", &public]).expect_error(403, "AccessDenied");

    reads(OTHER_PROJECT_KEY, &private, "private body");
    assert_eq!(other.send([&bucket.url("")]).expect_status(200).elements("Key"), ["private/key", "public/key"]);
    other.send(["-X", "PUT", "--data-binary", "intruded", &private]).expect_error(403, "AccessDenied");
    other.send(["-X", "DELETE", &private]).expect_error(403, "AccessDenied");
}

/// What radosgw says about an invalid policy; AWS says `MalformedPolicy`.
pub fn refused_policy(server: &Server) {
    let bucket = server.new_bucket("refused-policy");
    let unfinished = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow""#;
    let sigvet = server.sigvet();
    sigvet.send(["-X", "PUT", "--data", unfinished, &bucket.url("?policy")]).expect_error(400, "InvalidArgument");
    sigvet.send([&bucket.url("?policy")]).expect_error(404, "NoSuchBucketPolicy");
}

#[track_caller]
fn put_policy(url: &str, file: &str) -> Reply {
    let policy = format!("@{}/tests/servers/policies/{file}", env!("CARGO_MANIFEST_DIR"));
    Sigvet::new(PROJECT_KEY_A).send(["-X", "PUT", "--data", &policy, url])
}

#[track_caller]
fn reads(who: Credentials, url: &str, body: &str) {
    Sigvet::new(who).send([url]).expect_status(200).expect_body(body.as_bytes());
}
