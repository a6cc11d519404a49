//! What a request does: its own method and path, and the objects that it names elsewhere. Rules about methods and paths
//! hold for all of them, or a copy could read what may not be read.
//!
//! At S3 an object may be `/key` at the host of its bucket or `/bucket/key` at the host of the region. Rules name it by
//! bucket and key, or one for `/uploads/agent/*` would open `/uploads/agent/` in every other bucket.

use std::borrow::Cow;

use sigvet_core::form::FormClaim;
use sigvet_core::request::Request;
use sigvet_core::verify::Claimed;

use super::elsewhere::{Extent, Field, elsewhere, fields, has_parameter, overriding_methods, overriding_paths};
use super::storage::Storage;

/// Something that a request does to one path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access<'r> {
    /// The method, or the one that would do the same.
    pub method: &'r str,
    /// The host that is reached; for an object in another bucket, that bucket's host.
    pub host: Cow<'r, str>,
    /// The port that is reached.
    pub port: u16,
    /// The path. Empty if it is in a bucket that no rule can name.
    pub path: Cow<'r, [u8]>,
    /// Whether it is about everything that begins with the path.
    pub is_prefix: bool,
    /// Whether it is about a bucket itself, whose path has no slash at its end.
    pub is_bucket: bool,
    /// Whether it changes settings of the bucket, or the bucket itself.
    pub changes_bucket: bool,
    /// What in the request it comes from, if not from its method and path.
    pub because: &'static str,
}

impl Access<'_> {
    /// What is accessed, for messages.
    pub fn describe(&self) -> String {
        let what = match (String::from_utf8_lossy(&self.path), self.is_prefix) {
            (path, _) if path.is_empty() => "another bucket".to_owned(),
            (path, true) => format!("everything below {path}"),
            (path, false) => format!("the path {path}"),
        };
        if self.because.is_empty() { what } else { format!("{what} ({})", self.because) }
    }
}

/// How a request names buckets.
#[derive(Debug, Clone, Default)]
pub struct Place<'p> {
    /// Whether all requests go to one server. Then paths are those on the wire.
    pub is_fixed: bool,
    /// The host that rules about hosts are compared with.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The bucket in the name of the host that the request goes to.
    pub bucket: Option<String>,
    /// Whether the server stores objects, as S3 does.
    pub storage: Storage,
    /// What precedes the bucket in the path: the prefix that the route removes.
    pub prefix: &'p str,
}

/// All that a request does. The request itself comes first.
pub fn accesses<'r>(request: &'r Request, claimed: Option<&Claimed>, place: &Place<'_>) -> Vec<Access<'r>> {
    let plain = || Access { method: request.method(), path: request.path().into(), ..place.access() };
    let mut found = match place.storage {
        Storage::Other => vec![plain()],
        Storage::Objects => vec![own(request, claimed, place)],
        Storage::Unclear => {
            let (plain, own) = (plain(), own(request, claimed, place));
            let is_other = own.path != plain.path;
            std::iter::once(plain).chain(is_other.then_some(Access { because: AS_S3, ..own })).collect()
        }
    };
    if place.storage.may_store() {
        find_others(request, claimed, place, &mut found);
    }
    let own = found.first().cloned().unwrap_or_default();
    let changes_bucket = own.is_bucket;
    for method in overriding_methods(request) {
        let because = "a header or parameter with another method";
        found.push(Access { method, changes_bucket, because, ..own.clone() });
    }
    for path in overriding_paths(request) {
        found.push(Access { path: path.into(), because: "a header with another path", ..own.clone() });
    }
    found
}

/// Why a path is refused that looks as if it were allowed.
const AS_S3: &str = "as S3 reads it; if this is another service, name it with --service";

/// Finds the objects that a request to an object store names elsewhere.
fn find_others<'r>(request: &'r Request, claimed: Option<&Claimed>, place: &Place<'_>, found: &mut Vec<Access<'r>>) {
    if let Some(Claimed::Form(form)) = claimed {
        found.extend(with_file_name(form, request, place));
    }
    let (fields, bucket) = (fields(request, claimed), bucket_path(request, place));
    let is_renamed = request.headers.contains("x-tigris-rename");
    for source in sources(&fields, "-copy-source") {
        let (bucket, key) = split_source(source);
        let (host, path) = (place.host_of(&bucket), place.path_in(&bucket, &key));
        let access = |method| Access { method, host: host.clone().into(), path: path.clone().into(), ..place.access() };
        found.push(access("GET"));
        found.extend(is_renamed.then(|| access("DELETE")));
    }
    // The source of a renaming is in the same bucket.
    for key in sources(&fields, "-rename-source") {
        let path = [bucket.as_slice(), b"/", key].concat();
        let access = |method| Access { method, path: path.clone().into(), ..place.access() };
        found.extend(["GET", "DELETE"].map(access));
    }
    // The keys are in the body.
    let everything = |method| {
        let path = [bucket.as_slice(), b"/"].concat();
        Access { method, path: path.into(), is_prefix: true, ..place.access() }
    };
    let is_form = matches!(claimed, Some(Claimed::Form(_)));
    if request.method() == "POST" && !is_form {
        let is_bucket = found.iter().any(|access| access.is_bucket);
        let deletes = has_parameter(request, "delete");
        found.extend(deletes.then(|| everything("DELETE")));
        found.extend((is_bucket && !deletes).then(|| Access { because: "the body of the form", ..everything("POST") }));
    }
    for named in elsewhere(request, &fields) {
        let (path, is_prefix) = match named.extent {
            Extent::Own => (place.own_path(request.path()).into_owned(), false),
            Extent::Below => (place.own_path(request.path()).into_owned(), true),
            Extent::Bucket => ([bucket.as_slice(), b"/"].concat(), true),
            Extent::Everywhere => place.root().map_or((Vec::new(), false), |root| (root, true)),
        };
        let (method, because) = (named.method, named.because);
        found.push(Access { method, path: path.into(), is_prefix, because, ..place.access() });
    }
}

/// The method and the path of a request to an object store. A form is about the key in one of its fields.
fn own<'r>(request: &'r Request, claimed: Option<&Claimed>, place: &Place<'_>) -> Access<'r> {
    let method = request.method();
    let Some(Claimed::Form(form)) = claimed else {
        let (path, bucket) = (place.own_path(request.path()), bucket_path(request, place));
        let is_bucket = bucket.len() > place.prefix.len() + 1
            && path.strip_prefix(bucket.as_slice()).is_some_and(|rest| rest.iter().all(|byte| *byte == b'/'));
        let path = if is_bucket { bucket.into() } else { path };
        let changes_bucket = is_bucket && changes_bucket(request);
        return Access { method, path, is_bucket, changes_bucket, ..place.access() };
    };
    let key = form.fields.get("key").unwrap_or_default();
    // S3 puts the name of the file in place of `${filename}`.
    let (key, is_prefix) = key.split_once("${").map_or((key, false), |(before, _)| (before, true));
    Access { method, path: in_bucket(request, place, key.as_bytes()).into(), is_prefix, ..place.access() }
}

/// Whether a request to a bucket changes the bucket, and does not only read it or its objects. A POST without
/// parameters is a form, and one with `delete` is about objects.
fn changes_bucket(request: &Request) -> bool {
    match request.method() {
        "GET" | "HEAD" => false,
        "POST" => request.query().is_some_and(|query| !query.is_empty()) && !has_parameter(request, "delete"),
        _ => true,
    }
}

/// The object of a form whose key contains the name of the file.
fn with_file_name<'r>(form: &FormClaim, request: &'r Request, place: &Place<'_>) -> Option<Access<'r>> {
    let name = form.file.as_ref()?.name.as_deref()?;
    let key = form.fields.get("key").filter(|key| key.contains("${filename}"))?.replace("${filename}", name);
    let path = in_bucket(request, place, key.as_bytes()).into();
    Some(Access { method: request.method(), path, ..place.access() })
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

/// The values of the fields that name another object in this way.
fn sources<'f>(fields: &'f [Field], kind: &str) -> impl Iterator<Item = &'f [u8]> {
    let named = fields.iter().filter(move |(name, _)| name.starts_with("x-") && name.ends_with(kind));
    named.map(|(_, value)| value.as_slice())
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
    /// An access without its method and path.
    pub fn access<'r>(&self) -> Access<'r> {
        Access { host: Cow::Owned(self.host.clone()), port: self.port, ..Access::default() }
    }

    /// The path under which rules name everything that the route leads to. `None` if that is one bucket.
    pub fn root(&self) -> Option<Vec<u8>> {
        let is_one = self.is_fixed && self.bucket.is_some();
        (!is_one).then(|| [self.prefix.trim_end_matches('/').as_bytes(), b"/"].concat())
    }

    /// The host of the bucket of a source.
    fn host_of(&self, bucket: &[u8]) -> String {
        let rest = self.bucket.as_deref().and_then(|own| self.host.get(own.len()..));
        let rest = rest.filter(|rest| !self.is_fixed && rest.starts_with('.'));
        rest.map_or_else(|| self.host.clone(), |rest| format!("{}{rest}", String::from_utf8_lossy(bucket)))
    }

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

    use super::super::storage::bucket_of;
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
        Place {
            host: host.to_owned(),
            port: 443,
            bucket: bucket_of(host, &domains),
            storage: Storage::Objects,
            ..Place::default()
        }
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
            ("123456789012.s3-control.us-east-1.amazonaws.com", "/v20180820/jobs", "/v20180820/jobs"),
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
        let other = Place::default();
        assert_eq!(shown(&request("POST", "https://api.example/x?delete", &[]), &other).len(), 1);
    }

    /// Catches a rule about one bucket that another bucket with an equal key passes.
    #[test]
    fn behind_a_fixed_upstream_paths_are_those_on_the_wire() {
        let fixed = Place {
            is_fixed: true,
            host: "127.0.0.1".to_owned(),
            bucket: Some("b".to_owned()),
            storage: Storage::Objects,
            ..Place::default()
        };
        let copy = |source| request("PUT", "http://127.0.0.1/pub/k", &[("x-amz-copy-source", source)]);
        assert_eq!(shown(&copy("b/pub/a"), &fixed), ["PUT 127.0.0.1/pub/k", "GET 127.0.0.1/pub/a"]);
        assert_eq!(shown(&copy("pub/a"), &fixed), ["PUT 127.0.0.1/pub/k", "GET 127.0.0.1"]);
        let delete = request("POST", "http://127.0.0.1/?delete", &[]);
        assert_eq!(shown(&delete, &fixed)[1], "DELETE 127.0.0.1/*");
        let behind_prefix = Place { bucket: None, prefix: "/reports", ..fixed };
        let copy = request("PUT", "http://127.0.0.1/reports/b/k", &[("x-amz-copy-source", "b/a")]);
        assert_eq!(shown(&copy, &behind_prefix)[1], "GET 127.0.0.1/reports/b/a");
        let delete = request("POST", "http://127.0.0.1/reports/b?delete", &[]);
        assert_eq!(shown(&delete, &behind_prefix)[1], "DELETE 127.0.0.1/reports/b/*");
    }

    /// Catches a POST that changes the settings of a bucket, of which S3 and Ceph have some
    /// (`CreateBucketMetadataConfiguration`, `mdsearch`).
    #[test]
    fn what_changes_a_bucket_is_told_from_what_its_objects_need() {
        let place = at_s3("s3.us-east-1.amazonaws.com", &[]);
        for (method, target, changes) in [
            ("GET", "/b/?list-type=2", false),
            ("HEAD", "/b", false),
            ("POST", "/b?delete", false),
            ("POST", "/b/", false),
            ("POST", "/b?metadataTable", true),
            ("POST", "/b/?mdsearch", true),
            ("PUT", "/b/?policy", true),
            ("PUT", "/b", true),
            ("DELETE", "/b//", true),
            ("PATCH", "/b", true),
            ("PUT", "/b/k?acl", false),
        ] {
            let request = request(method, &format!("https://s3.us-east-1.amazonaws.com{target}"), &[]);
            assert_eq!(accesses(&request, None, &place)[0].changes_bucket, changes, "{method} {target}");
        }
        let form = request("POST", "https://s3.us-east-1.amazonaws.com/b", &[]);
        assert_eq!(shown(&form, &place)[1], "POST s3.us-east-1.amazonaws.com/b/*");
    }

    /// Catches a service in the scope that nobody has, at a server that does not look at it.
    #[test]
    fn a_server_that_may_store_objects_is_read_both_ways() {
        let place = Place { is_fixed: true, storage: Storage::Unclear, ..Place::default() };
        for (method, target, expected) in [
            ("PUT", "/own/?policy", &["PUT /own/", "PUT /own"][..]),
            ("POST", "/own/?delete", &["POST /own/", "POST /own", "DELETE /own/*"]),
            ("POST", "/own/k?delete", &["POST /own/k", "DELETE /own/*"]),
            ("GET", "/logs", &["GET /logs"]),
            ("GET", "/logs/_search?q=1", &["GET /logs/_search"]),
            ("POST", "/api/v1/remote_write", &["POST /api/v1/remote_write"]),
            ("POST", "/", &["POST /"]),
        ] {
            let request = request(method, &format!("http://127.0.0.1{target}"), &[]);
            let shown: Vec<String> = shown(&request, &place).iter().map(|text| text.replacen("  ", " ", 1)).collect();
            assert_eq!(shown, expected, "{method} {target}");
        }
    }

    /// Tigris: a copy with this header is a renaming.
    #[test]
    fn a_copy_that_renames_deletes_its_source() {
        let place = at_s3("s3.us-east-1.amazonaws.com", &[]);
        let headers = [("x-amz-copy-source", "b/old"), ("X-Tigris-Rename", "true")];
        let renamed = request("PUT", "https://s3.us-east-1.amazonaws.com/b/new", &headers);
        let host = "s3.us-east-1.amazonaws.com";
        assert_eq!(shown(&renamed, &place)[1..], [format!("GET {host}/b/old"), format!("DELETE {host}/b/old")]);
    }
}
