//! What a request does: its own method and path, and the objects that it names elsewhere. Rules about methods and paths
//! hold for all of them, or a copy could read what may not be read.
//!
//! At S3 an object may be `/key` at the host of its bucket or `/bucket/key` at the host of the region. Rules name it by
//! bucket and key, or one for `/uploads/agent/*` would open `/uploads/agent/` in every other bucket.

use std::borrow::Cow;

use sigvet_core::endpoint::{self, BucketRule};
use sigvet_core::form::FormClaim;
use sigvet_core::internal::canonical::query;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::without_port;
use sigvet_core::request::Request;
use sigvet_core::verify::Claimed;

use crate::gateway::refusal::is_object_store;

/// Something that a request does to one path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access<'r> {
    /// The method, or the one that would do the same.
    pub method: &'r str,
    /// The host that the request names; for an object in another bucket, that bucket's host.
    pub host: Cow<'r, str>,
    /// The path. Empty if it is in a bucket that no rule can name.
    pub path: Cow<'r, [u8]>,
    /// Whether it is about everything that begins with the path.
    pub is_prefix: bool,
    /// Whether it is about a bucket itself, whose path has no slash at its end.
    pub is_bucket: bool,
}

impl Access<'_> {
    /// What is accessed, for messages.
    pub fn describe(&self) -> String {
        match (String::from_utf8_lossy(&self.path), self.is_prefix) {
            (path, _) if path.is_empty() => "another bucket".to_owned(),
            (path, true) => format!("everything below {path}"),
            (path, false) => format!("the path {path}"),
        }
    }
}

/// How a request names buckets.
#[derive(Debug, Clone, Default)]
pub struct Place<'p> {
    /// Whether all requests go to one server. Then paths are those on the wire.
    pub is_fixed: bool,
    /// The bucket in the name of the host that the request goes to.
    pub bucket: Option<String>,
    /// Whether the service stores objects, as S3 does.
    pub stores_objects: bool,
    /// What precedes the bucket in the path: the prefix that the route removes.
    pub prefix: &'p str,
}

/// Whether a service stores objects. Signatures without a service (Version 2) are for S3.
pub fn stores_objects(service: Option<&str>) -> bool {
    service.is_none_or(is_object_store)
}

/// What follows the name of an access point, or the ID of an account, in the names of S3's hosts.
const BEHIND_ACCESS_POINTS: [&str; 5] =
    [".accesspoint.", ".s3-accesspoint", ".s3-object-lambda", ".s3-outposts", ".s3-control"];

/// The bucket in the name of a host: known from the provider, or whatever precedes one of these domains. An access point
/// counts as a bucket, for its paths are not those of a bucket with another name.
pub fn bucket_of(host: &str, domains: &[String]) -> Option<String> {
    let name = without_port(host);
    let access_point = || {
        let name = name.to_ascii_lowercase();
        let at = BEHIND_ACCESS_POINTS.iter().filter_map(|marker| name.find(marker)).min()?;
        name.get(..at).map(str::to_owned)
    };
    match endpoint::infer(name) {
        Some(inferred) => inferred.bucket.or_else(access_point),
        None => BucketRule { chosen: None, endpoints: domains }.bucket_of(name),
    }
}

/// All that a request does. The request itself comes first.
pub fn accesses<'r>(request: &'r Request, claimed: Option<&Claimed>, place: &Place<'_>) -> Vec<Access<'r>> {
    let own_host = || Cow::Borrowed(request.host().unwrap_or_default());
    let mut found = vec![own(request, claimed, place)];
    if let Some(Claimed::Form(form)) = claimed {
        found.extend(with_file_name(form, request, place));
    }
    for source in sources(request, claimed, "-copy-source") {
        let (bucket, key) = split_source(&source);
        let (host, path) = (host_of(request, &bucket, place), place.path_in(&bucket, &key).into());
        found.push(Access { method: "GET", host, path, ..Access::default() });
    }
    // The source of a renaming is in the same bucket.
    for key in sources(request, claimed, "-rename-source") {
        let path = in_bucket(request, place, &key);
        let access = |method| Access { method, host: own_host(), path: path.clone().into(), ..Access::default() };
        found.extend(["GET", "DELETE"].map(access));
    }
    // The keys are in the body.
    if place.stores_objects && request.method() == "POST" && deletes_several(request) {
        let path = in_bucket(request, place, b"").into();
        found.push(Access { method: "DELETE", host: own_host(), path, is_prefix: true, is_bucket: false });
    }
    found
}

/// The method and the path of a request. A form is about the key in one of its fields.
fn own<'r>(request: &'r Request, claimed: Option<&Claimed>, place: &Place<'_>) -> Access<'r> {
    let (method, host) = (request.method(), request.host().unwrap_or_default().into());
    let Some(Claimed::Form(form)) = claimed else {
        let (path, bucket) = (place.own_path(request.path()), bucket_path(request, place));
        let is_bucket = place.stores_objects
            && bucket.len() > place.prefix.len() + 1
            && path.strip_prefix(bucket.as_slice()).is_some_and(|rest| rest.iter().all(|byte| *byte == b'/'));
        let path = if is_bucket { bucket.into() } else { path };
        return Access { method, host, path, is_prefix: false, is_bucket };
    };
    let key = form.fields.get("key").unwrap_or_default();
    // S3 puts the name of the file in place of `${filename}`.
    let (key, is_prefix) = key.split_once("${").map_or((key, false), |(before, _)| (before, true));
    let path = in_bucket(request, place, key.as_bytes()).into();
    Access { method, host, path, is_prefix, is_bucket: false }
}

/// The object of a form whose key contains the name of the file.
fn with_file_name<'r>(form: &FormClaim, request: &'r Request, place: &Place<'_>) -> Option<Access<'r>> {
    let name = form.file.as_ref()?.name.as_deref()?;
    let key = form.fields.get("key").filter(|key| key.contains("${filename}"))?.replace("${filename}", name);
    let (host, path) = (request.host().unwrap_or_default().into(), in_bucket(request, place, key.as_bytes()).into());
    Some(Access { method: request.method(), host, path, ..Access::default() })
}

/// Whether a request deletes the objects in its body, however a server reads its query.
fn deletes_several(request: &Request) -> bool {
    let query = request.query().unwrap_or_default();
    query.split(|byte| matches!(byte, b'&' | b';')).any(|piece| {
        let name = decode(piece.split(|byte| *byte == b'=').next().unwrap_or_default(), Plus::Space);
        let is_letter = |byte: &u8| !byte.is_ascii_control() && !byte.is_ascii_whitespace();
        let name: Vec<u8> = name.into_iter().filter(is_letter).collect();
        name.eq_ignore_ascii_case(b"delete")
    })
}

/// The path of a key in the bucket that a request is sent to.
fn in_bucket(request: &Request, place: &Place<'_>, key: &[u8]) -> Vec<u8> {
    [bucket_path(request, place).as_slice(), b"/", key].concat()
}

/// The path of the bucket that a request is sent to, without a slash at its end.
fn bucket_path(request: &Request, place: &Place<'_>) -> Vec<u8> {
    let path = place.own_path(request.path());
    // A path that consists of slashes is the host's bucket itself.
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |at| at + 1);
    let path = path.get(..end).unwrap_or_default();
    if place.bucket.is_some() && place.is_fixed {
        return Vec::new();
    }
    let behind_slash = place.prefix.len() + 1;
    let length = path.get(behind_slash..).and_then(|rest| rest.iter().position(|byte| *byte == b'/'));
    let end = length.map_or(path.len(), |length| behind_slash + length);
    path.get(..end).unwrap_or_default().to_vec()
}

/// The host of the bucket of a source.
fn host_of<'r>(request: &'r Request, bucket: &[u8], place: &Place<'_>) -> Cow<'r, str> {
    let host = request.host().unwrap_or_default();
    let rest = place.bucket.as_deref().and_then(|own| host.get(own.len()..).filter(|rest| rest.starts_with('.')));
    rest.map_or_else(|| host.into(), |rest| format!("{}{rest}", String::from_utf8_lossy(bucket)).into())
}

/// The values of headers that name another object, and of parameters and fields of a form of the same names. Some
/// servers do not tell `_` and `-` apart in names of headers.
fn sources(request: &Request, claimed: Option<&Claimed>, kind: &str) -> Vec<Vec<u8>> {
    let headers = request.headers.iter().filter(|header| names_source(&header.name, kind));
    let parameters = query::parameters(request.query().unwrap_or_default())
        .filter(|(name, _)| names_source(&String::from_utf8_lossy(name), kind));
    let mut values: Vec<Vec<u8>> = headers.map(|header| header.value.trim_ascii().to_vec()).collect();
    values.extend(parameters.map(|(_, value)| value));
    if let Some(Claimed::Form(form)) = claimed {
        let fields = form.fields.iter().filter(|(name, _)| names_source(name, kind));
        values.extend(fields.map(|(_, value)| value.as_bytes().to_vec()));
    }
    values
}

fn names_source(name: &str, kind: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('_', "-");
    name.starts_with("x-") && name.ends_with(kind)
}

/// The bucket and the key of a copy's source: `bucket/key` or `/bucket/key`, with an optional `?versionId=`.
fn split_source(value: &[u8]) -> (Vec<u8>, Vec<u8>) {
    const VERSION: &[u8] = b"?versionId=";
    let value = value.strip_prefix(b"/").unwrap_or(value);
    let at = value.windows(VERSION.len()).position(|window| window == VERSION);
    // What has a slash is no version.
    let is_version = |at: &usize| !value.get(*at..).unwrap_or_default().iter().any(|byte| matches!(byte, b'/' | b'%'));
    let value = value.get(..at.filter(is_version).unwrap_or(value.len())).unwrap_or_default();
    // The slash behind the bucket may be escaped too.
    let slash = value.iter().position(|byte| *byte == b'/').map(|at| (at, 1));
    let escaped = value.windows(3).position(|window| window.eq_ignore_ascii_case(b"%2f")).map(|at| (at, 3));
    let (at, length) = slash.into_iter().chain(escaped).min().unwrap_or((value.len(), 0));
    let (bucket, key) = value.split_at(at);
    (bucket.to_vec(), key.get(length..).unwrap_or_default().to_vec())
}

impl Place<'_> {
    /// The path of a request as rules name it.
    fn own_path<'r>(&self, path: &'r [u8]) -> Cow<'r, [u8]> {
        match &self.bucket {
            Some(bucket) if !self.is_fixed => [b"/", bucket.as_bytes(), path].concat().into(),
            _ => path.into(),
        }
    }

    /// The path of an object as rules name it.
    fn path_in(&self, bucket: &[u8], key: &[u8]) -> Vec<u8> {
        match &self.bucket {
            Some(own) if self.is_fixed && own.as_bytes() == bucket => [b"/", key].concat(),
            Some(_) if self.is_fixed => Vec::new(),
            Some(_) => [b"/", bucket, b"/", key].concat(),
            None => [self.prefix.trim_end_matches('/').as_bytes(), b"/", bucket, b"/", key].concat(),
        }
    }
}

#[cfg(test)]
mod tests {
    use sigvet_core::request::RequestUrl;

    use super::*;

    fn request(method: &str, url: &str, headers: &[(&str, &str)]) -> Request {
        let mut request = Request::new(method, &RequestUrl::parse(url).unwrap()).unwrap();
        headers.iter().for_each(|(name, value)| request.headers.push_unchecked(name, *value));
        request
    }

    fn shown(request: &Request, place: &Place<'_>) -> Vec<String> {
        let shown = |access: Access<'_>| {
            let (path, end) =
                (String::from_utf8_lossy(&access.path).into_owned(), if access.is_prefix { "*" } else { "" });
            format!("{} {}{path}{end}", access.method, access.host)
        };
        accesses(request, None, place).into_iter().map(shown).collect()
    }

    fn at_s3(host: &str, domains: &[&str]) -> Place<'static> {
        let domains: Vec<String> = domains.iter().map(|domain| (*domain).to_owned()).collect();
        Place { bucket: bucket_of(host, &domains), stores_objects: true, ..Place::default() }
    }

    #[test]
    fn an_object_has_one_path_however_its_bucket_is_addressed() {
        for (host, target, path) in [
            ("uploads.s3.eu-west-1.amazonaws.com", "/agent/f", "/uploads/agent/f"),
            ("s3.eu-west-1.amazonaws.com", "/uploads/agent/f", "/uploads/agent/f"),
            ("uploads.s3-accelerate.amazonaws.com", "/agent/f", "/uploads/agent/f"),
            ("uploads.s3.dualstack.eu-west-1.amazonaws.com", "/", "/uploads"),
            ("s3.eu-west-1.amazonaws.com", "/uploads/", "/uploads"),
            ("s3.eu-west-1.amazonaws.com", "/", "/"),
            ("ap-123456789012.s3-accesspoint.us-east-1.amazonaws.com", "/pub/f", "/ap-123456789012/pub/f"),
            ("mrap.accesspoint.s3-global.amazonaws.com", "/pub/f", "/mrap/pub/f"),
            ("123456789012.s3-control.us-east-1.amazonaws.com", "/pub/f", "/123456789012/pub/f"),
            ("my.dotted.bucket.s3.eu-west-1.amazonaws.com", "/f", "/my.dotted.bucket/f"),
            ("b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com", "/f", "/b--use1-az4--x-s3/f"),
            ("uploads.minio.corp", "/f", "/uploads/f"),
            ("minio.corp", "/uploads/f", "/uploads/f"),
            ("127.0.0.1", "/uploads/f", "/uploads/f"),
        ] {
            let request = request("PUT", &format!("https://{host}{target}"), &[]);
            assert_eq!(shown(&request, &at_s3(host, &["minio.corp"])), [format!("PUT {host}{path}")]);
        }
    }

    /// The names are from the S3 API reference (`CopyObject`, `UploadPartCopy`, `RenameObject`, `DeleteObjects`).
    #[test]
    fn objects_that_a_request_names_elsewhere_count() {
        let place = at_s3("b.s3.us-east-1.amazonaws.com", &[]);
        let to = "https://b.s3.us-east-1.amazonaws.com/k";
        for source in ["secret/a", "/secret/a", "secret/a?versionId=7", "secret%2Fa", "/secret%2fa"] {
            for name in ["x-amz-copy-source", "X-Amz-Copy-Source", "x_amz_copy_source"] {
                let copy = request("PUT", to, &[(name, source)]);
                let (to, from) =
                    ("PUT b.s3.us-east-1.amazonaws.com/b/k", "GET secret.s3.us-east-1.amazonaws.com/secret/a");
                assert_eq!(shown(&copy, &place), [to, from], "{source}");
            }
        }
        let trick = request("PUT", to, &[("x-amz-copy-source", "pub/k?versionId=1/../../secret/k")]);
        assert!(shown(&trick, &place)[1].ends_with("/pub/k?versionId=1/../../secret/k"), "{:?}", shown(&trick, &place));
        let copy = request("PUT", &format!("{to}?x-amz-copy-source=%2Fsecret%2Fa"), &[]);
        assert_eq!(shown(&copy, &place)[1], "GET secret.s3.us-east-1.amazonaws.com/secret/a");
        let rename = request("PUT", &format!("{to}?renameObject"), &[("x-amz-rename-source", "old/a")]);
        let host = "b.s3.us-east-1.amazonaws.com";
        assert_eq!(shown(&rename, &place)[1..], [format!("GET {host}/b/old/a"), format!("DELETE {host}/b/old/a")]);
        let plain = request("PUT", to, &[("x-amz-copy-source-if-match", "\"e\"")]);
        assert_eq!(shown(&plain, &place).len(), 1);
    }

    #[test]
    fn deleting_several_objects_is_about_the_whole_bucket() {
        for target in ["/b?delete", "/b/?delete=", "/b/?a;delete", "/b/?Delete", "/b/?%20delete", "/b?delete%00"] {
            let delete = request("POST", &format!("https://s3.us-east-1.amazonaws.com{target}"), &[]);
            assert_eq!(
                shown(&delete, &at_s3("s3.us-east-1.amazonaws.com", &[]))[1],
                "DELETE s3.us-east-1.amazonaws.com/b/*"
            );
        }
        let delete = request("POST", "https://b.s3.us-east-1.amazonaws.com/?delete", &[]);
        let place = at_s3("b.s3.us-east-1.amazonaws.com", &[]);
        assert_eq!(shown(&delete, &place)[1], "DELETE b.s3.us-east-1.amazonaws.com/b/*");
        let other = Place { stores_objects: false, ..Place::default() };
        assert_eq!(shown(&request("POST", "https://api.example/x?delete", &[]), &other).len(), 1);
    }

    /// Catches a rule about one bucket that another bucket with an equal key passes.
    #[test]
    fn behind_a_fixed_upstream_paths_are_those_on_the_wire() {
        let fixed = Place { is_fixed: true, bucket: Some("b".to_owned()), stores_objects: true, prefix: "" };
        let copy = |source| request("PUT", "http://127.0.0.1/pub/k", &[("x-amz-copy-source", source)]);
        assert_eq!(shown(&copy("b/pub/a"), &fixed), ["PUT 127.0.0.1/pub/k", "GET 127.0.0.1/pub/a"]);
        assert_eq!(shown(&copy("pub/a"), &fixed), ["PUT 127.0.0.1/pub/k", "GET 127.0.0.1"]);
        let delete = request("POST", "http://127.0.0.1/?delete", &[]);
        assert_eq!(shown(&delete, &fixed)[1], "DELETE 127.0.0.1/*");
        let behind_prefix = Place { is_fixed: true, bucket: None, stores_objects: true, prefix: "/reports" };
        let copy = request("PUT", "http://127.0.0.1/reports/b/k", &[("x-amz-copy-source", "b/a")]);
        assert_eq!(shown(&copy, &behind_prefix)[1], "GET 127.0.0.1/reports/b/a");
        let delete = request("POST", "http://127.0.0.1/reports/b?delete", &[]);
        assert_eq!(shown(&delete, &behind_prefix)[1], "DELETE 127.0.0.1/reports/b/*");
    }
}
