//! Buckets named in the host, and endpoints from a profile.

use std::fs;

use tempfile::{TempDir, tempdir};

use crate::reply::Reply;
use crate::server::{Bucket, Server};
use crate::sigvet::{Sigvet, curl};

/// The signed host is the one in the request, not the one that is connected to.
pub fn host_header_names_the_bucket(server: &Server) {
    let bucket = server.new_bucket("host-header");
    bucket.put("a%20key", "body");
    let url = format!("http://{}/a%20key", server.authority());
    for host in [bucket.host(), "host-header.s3.localhost".to_owned()] {
        server.sigvet().send(["-H", &format!("Host: {host}"), &url]).expect_status(200).expect_body(b"body");
    }
}

pub fn host_name_names_the_bucket(server: &Server) {
    let bucket = server.new_bucket("host-name");
    let url = format!("http://{}/a%20key", bucket.host());
    let sigvet = server.sigvet();
    sigvet.send(["--resolve", &bucket.resolve(), "-X", "PUT", "--data-binary", "body", &url]).expect_status(200);
    sigvet.send(["--resolve", &bucket.resolve(), &url]).expect_status(200).expect_body(b"body");
    sigvet.send([&bucket.url("a%20key")]).expect_status(200).expect_body(b"body");
}

pub fn presigned_url_of_a_virtual_host(server: &Server) {
    let bucket = server.new_bucket("host-presigned");
    bucket.put("a%20key", "body");
    let url = server.sigvet().presign([format!("http://{}/a%20key", bucket.host())]);
    curl(["--resolve", &bucket.resolve(), &url]).expect_status(200).expect_body(b"body");
    // The host is signed: the same path and query are not valid for the server's other name.
    let elsewhere = url.replace(&bucket.host(), &format!("{}/host-presigned", server.authority()));
    curl([&elsewhere]).expect_error(403, "SignatureDoesNotMatch");
}

pub fn profile_with_path_addressing(server: &Server) {
    let bucket = server.new_bucket("profile-path");
    let profiles = Profiles::new(&bucket, &server.authority(), "path");
    profiles.send(["-X", "PUT", "--data-binary", "body", "s3://profile-path/key"]).expect_status(200);
    profiles.send(["s3://profile-path/key"]).expect_status(200).expect_body(b"body");
    server.sigvet().send([&bucket.url("key")]).expect_status(200).expect_body(b"body");
}

pub fn profile_with_virtual_addressing(server: &Server) {
    let bucket = server.new_bucket("profile-virtual");
    let profiles = Profiles::new(&bucket, &format!("s3.localhost:{}", server.port), "virtual");
    let resolve = bucket.resolve();
    let here = ["--resolve", &resolve];
    profiles
        .send(here.into_iter().chain(["-X", "PUT", "--data-binary", "body", "s3://profile-virtual/key"]))
        .expect_status(200);
    profiles.send(here.into_iter().chain(["s3://profile-virtual/key"])).expect_status(200).expect_body(b"body");
    server.sigvet().send([&bucket.url("key")]).expect_status(200).expect_body(b"body");
}

/// sigvet gets credentials and endpoint only from a profile file.
struct Profiles {
    file: String,
    _directory: TempDir,
}

impl Profiles {
    fn new(bucket: &Bucket, endpoint: &str, addressing: &str) -> Self {
        let directory = tempdir().unwrap();
        let user = bucket.server.user;
        let text = format!(
            "default = \"unused\"\n[profile.unused]\naccess_key_id = \"NONE\"\nsecret_access_key = \"none\"\n\
             [profile.throwaway]\naccess_key_id = \"{}\"\nsecret_access_key = \"{}\"\nregion = \"us-east-1\"\nservice = \"s3\"\n\
             endpoint_url = \"http://{endpoint}\"\naddressing = \"{addressing}\"\n",
            user.id, user.secret
        );
        let file = directory.path().join("profiles.toml");
        fs::write(&file, text).unwrap();
        Self { file: file.to_str().unwrap().to_owned(), _directory: directory }
    }

    #[track_caller]
    fn send<'a>(&'a self, args: impl IntoIterator<Item = &'a str>) -> Reply {
        let profile = ["--profile-file", &self.file, "--profile", "throwaway"];
        Sigvet::without_credentials().send(profile.into_iter().chain(args))
    }
}
