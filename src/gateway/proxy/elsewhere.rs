//! Objects that a request names in other places than its path and the source of a copy: in its body, or in headers and
//! parameters that only some servers know. Rules cannot see most of them, so such a request counts as one about
//! everything that it could name.
//!
//! From the S3 API reference, and the references of the stores that add to it: Ceph, Google Cloud Storage (XML), MinIO,
//! RustFS, Swift (whose S3 API passes headers on), Tigris, Wasabi, and the object stores of Alibaba and Tencent.

use memchr::memmem;
use sigvet_core::internal::canonical::query;
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::request::Request;
use sigvet_core::verify::Claimed;

/// Which objects something may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// The object of the request, in another way than its method says.
    Own,
    /// All that begins with the path of the request.
    Below,
    /// All in the bucket.
    Bucket,
    /// All in all buckets.
    Everywhere,
}

/// Something in a request that names further objects.
struct Name {
    /// The name, or its end if it begins with `*`; in lower case and with `-` for `_`.
    name: &'static str,
    /// The method that does the same.
    method: &'static str,
    extent: Extent,
}

const fn name(name: &'static str, method: &'static str, extent: Extent) -> Name {
    Name { name, method, extent }
}

/// Headers, which may also be parameters or fields of a form.
const HEADERS: [Name; 24] = [
    // The body is an archive, which is unpacked.
    name("*snowball-auto-extract", "PUT", Extent::Bucket),
    // A field of a form with a list of keys.
    name("x-minio-fanout-list", "PUT", Extent::Bucket),
    name("*-force-delete", "DELETE", Extent::Below),
    name("x-wasabi-prefix", "DELETE", Extent::Below),
    // The new name, with the method MOVE or COPY.
    name("destination", "PUT", Extent::Everywhere),
    name("x-copy-from", "GET", Extent::Everywhere),
    name("x-copy-from-account", "GET", Extent::Everywhere),
    name("x-object-manifest", "GET", Extent::Everywhere),
    name("x-symlink-target", "GET", Extent::Everywhere),
    name("x-symlink-target-account", "GET", Extent::Everywhere),
    name("x-oss-symlink-target", "GET", Extent::Everywhere),
    // Pictures that are made of the object and stored elsewhere.
    name("pic-operations", "PUT", Extent::Everywhere),
    name("x-oss-process", "PUT", Extent::Everywhere),
    name("x-oss-async-process", "PUT", Extent::Everywhere),
    name("x-image-save-bucket", "PUT", Extent::Everywhere),
    name("x-image-save-object", "PUT", Extent::Everywhere),
    name("x-tos-save-bucket", "PUT", Extent::Everywhere),
    name("x-tos-save-object", "PUT", Extent::Everywhere),
    // A picture may be laid over the object.
    name("x-bce-process", "GET", Extent::Everywhere),
    name("ci-process", "PUT", Extent::Everywhere),
    name("*-move-source", "DELETE", Extent::Everywhere),
    name("*-fetch-source", "PUT", Extent::Everywhere),
    // What the result of a processing is stored as: `image/resize,w_1|sys/saveas,o_...`.
    name("x-tos-process", "GET", Extent::Everywhere),
    name("x-image-process", "GET", Extent::Everywhere),
];

/// Parameters of requests that have a body.
const PARAMETERS: [Name; 8] = [
    // The body lists the parts of the new object.
    name("compose", "GET", Extent::Bucket),
    // The body may name the bucket for the restored objects.
    name("restore", "PUT", Extent::Everywhere),
    name("select", "GET", Extent::Own),
    name("multipart-manifest", "GET", Extent::Everywhere),
    name("extract-archive", "PUT", Extent::Everywhere),
    name("bulk-delete", "DELETE", Extent::Everywhere),
    // The new name is another parameter, or the source is in the body.
    name("rename", "PUT", Extent::Everywhere),
    name("fetch", "PUT", Extent::Everywhere),
];

/// Headers and parameters that some frameworks read in place of the method.
const METHODS: [&str; 8] = [
    "x-http-method-override",
    "x-http-method",
    "x-http-verb",
    "x-method",
    "x-method-override",
    "x-tunnel-method",
    "-method",
    "$httpmethod",
];

/// The methods that may be in their place.
const KNOWN: [&str; 9] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "COPY", "MOVE"];

/// Headers that some frameworks read in place of the path.
const PATHS: [&str; 3] = ["x-original-url", "x-rewrite-url", "x-forwarded-uri"];

/// Objects that a request names elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elsewhere {
    /// The method that does the same.
    pub method: &'static str,
    /// Which objects.
    pub extent: Extent,
    /// The header or parameter.
    pub because: &'static str,
}

/// What a request to an object store with these fields names elsewhere.
pub fn elsewhere(request: &Request, fields: &[Field]) -> Vec<Elsewhere> {
    let reads = ["GET", "HEAD"].contains(&request.method());
    let is_present = |own: &&Name| fields.iter().any(|(other, _)| own.matches(other));
    // Reading an object in another size or format names no other object, unless it has another picture in it.
    let is_view = |name: &str| name.starts_with("x-oss-") || (name.ends_with("-process") && name != "x-bce-process");
    let is_meant = |own: &&Name| !(reads && is_view(own.name));
    let in_head = HEADERS.iter().filter(is_meant).filter(is_present);
    let in_query = PARAMETERS.iter().filter(|own| !reads && has_parameter(request, own.name));
    let found = |name: &Name| {
        let because = name.name.trim_start_matches(['*', '-']);
        Elsewhere { method: name.method, extent: name.extent, because }
    };
    in_head.chain(in_query).map(found).collect()
}

/// The methods that headers and parameters put in place of the request's, at any service: servers differ in which one
/// they read.
pub fn overriding_methods(request: &Request) -> Vec<&'static str> {
    let known = |(_, value): Field| {
        let value = value.trim_ascii();
        KNOWN.into_iter().find(|method| value.eq_ignore_ascii_case(method.as_bytes())).unwrap_or("UNKNOWN")
    };
    fields(request, None).into_iter().filter(|(name, _)| METHODS.contains(&name.as_str())).map(known).collect()
}

/// The paths that headers put in place of the request's, at any service.
pub fn overriding_paths(request: &Request) -> Vec<Vec<u8>> {
    let headers = request.headers.iter().filter(|header| PATHS.contains(&plain(&header.name).as_str()));
    let path = |value: &[u8]| {
        let value = value.trim_ascii();
        // It may be a URL.
        let behind_scheme = memmem::find(value, b"://").and_then(|at| value.get(at + 3..));
        let start = behind_scheme.map(|rest| rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len()));
        let path = behind_scheme.zip(start).and_then(|(rest, start)| rest.get(start..)).unwrap_or(value);
        path.split(|byte| matches!(byte, b'?' | b'#')).next().unwrap_or_default().to_vec()
    };
    headers.map(|header| path(&header.value)).collect()
}

/// A header, a parameter or a field of a form: its name in lower case and with `-` for `_`, and its value.
pub type Field = (String, Vec<u8>);

/// The headers and parameters of a request, and the fields of a form.
pub fn fields(request: &Request, claimed: Option<&Claimed>) -> Vec<Field> {
    let headers = request.headers.iter().map(|header| (plain(&header.name), header.value.trim_ascii().to_vec()));
    let parameters = query::parameters(request.query().unwrap_or_default());
    let parameters = parameters.map(|(name, value)| (plain(&String::from_utf8_lossy(&name)), value));
    let mut fields: Vec<Field> = headers.chain(parameters).collect();
    if let Some(Claimed::Form(form)) = claimed {
        fields.extend(form.fields.iter().map(|(name, value)| (plain(name), value.as_bytes().to_vec())));
    }
    fields
}

/// Some servers do not tell `_` and `-` apart in names of headers.
fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// Whether a request has a parameter, however a server reads its query.
pub fn has_parameter(request: &Request, name: &str) -> bool {
    let query = request.query().unwrap_or_default();
    query.split(|byte| matches!(byte, b'&' | b';')).any(|piece| {
        let own = decode(piece.split(|byte| *byte == b'=').next().unwrap_or_default(), Plus::Space);
        let is_letter = |byte: &u8| !byte.is_ascii_control() && !byte.is_ascii_whitespace();
        let own: Vec<u8> = own.into_iter().filter(is_letter).collect();
        own.eq_ignore_ascii_case(name.as_bytes())
    })
}

impl Name {
    fn matches(&self, name: &str) -> bool {
        self.name.strip_prefix('*').map_or(name == self.name, |end| name.ends_with(end))
    }
}

#[cfg(test)]
mod tests {
    use sigvet_core::request::RequestUrl;

    use super::super::accesses::{Access, Place, accesses};
    use super::super::storage::Storage;
    use super::*;

    fn shown(method: &str, target: &str, headers: &[(&str, &str)], place: &Place<'_>) -> Vec<String> {
        let url = RequestUrl::parse(&format!("http://127.0.0.1{target}")).unwrap();
        let mut request = Request::new(method, &url).unwrap();
        headers.iter().for_each(|(name, value)| request.headers.push_unchecked(name, *value));
        let shown = |access: &Access<'_>| {
            let end = if access.is_prefix { "*" } else { "" };
            format!("{} {}{end}", access.method, String::from_utf8_lossy(&access.path))
        };
        accesses(&request, None, place).iter().skip(1).map(shown).collect()
    }

    /// Catches rules for some objects that an upload to one of them gets around.
    #[test]
    fn a_request_that_names_other_objects_is_about_all_that_it_may_name() {
        let place = Place { is_fixed: true, storage: Storage::Objects, ..Place::default() };
        for (method, target, headers, expected) in [
            ("PUT", "/own/k", &[("X-Amz-Meta-Snowball-Auto-Extract", "true")][..], &["PUT /own/*"][..]),
            ("PUT", "/own/k", &[("x_amz_meta_snowball_auto_extract", "true")], &["PUT /own/*"]),
            ("PUT", "/own/k?X-Amz-Meta-Snowball-Auto-Extract=true", &[], &["PUT /own/*"]),
            ("DELETE", "/own/k", &[("x-minio-force-delete", "true")], &["DELETE /own/k*"]),
            ("DELETE", "/own/k", &[("X-RustFS-Force-Delete", "true")], &["DELETE /own/k*"]),
            ("MOVE", "/own/k", &[("Destination", "/own/other")], &["PUT /*"]),
            ("PUT", "/own/k", &[("X-Copy-From", "/secret/k")], &["GET /*"]),
            ("PUT", "/own/k", &[("X-Object-Manifest", "secret/")], &["GET /*"]),
            ("PUT", "/own/k", &[("X-Symlink-Target", "secret/k")], &["GET /*"]),
            ("PUT", "/own/k?compose", &[], &["GET /own/*"]),
            ("PUT", "/own/k?Compose=", &[], &["GET /own/*"]),
            ("POST", "/own/k?restore&versionId=1", &[], &["PUT /*"]),
            ("POST", "/own/k?select&select-type=2", &[], &["GET /own/k"]),
            ("POST", "/own/k?x-oss-process", &[], &["PUT /*"]),
            ("GET", "/own/k?x-oss-process=image", &[], &[]),
            ("GET", "/own/k?x-image-process=image/resize,w_1", &[], &[]),
            ("GET", "/own/k?x-image-process=image&x-image-save-bucket=c2VjcmV0", &[], &["PUT /*"]),
            ("GET", "/own/k?x-tos-process=image&x-tos-save-object=YQ", &[], &["PUT /*"]),
            ("PUT", "/own/k", &[("x-bce-process", "system/load,b_c2VjcmV0")], &["GET /*"]),
            ("POST", "/own/k?name=secret&rename", &[], &["PUT /*"]),
            ("PUT", "/own/k", &[("X-QS-Move-Source", "/secret/k")], &["DELETE /*"]),
            ("PUT", "/own/k", &[("x-amz-meta-note", "snowball-auto-extract")], &[]),
            ("PUT", "/own/k?partNumber=1&uploadId=2", &[("x-amz-storage-class", "STANDARD")], &[]),
            ("GET", "/own/?prefix=restore&restore", &[], &[]),
        ] {
            assert_eq!(shown(method, target, headers, &place), expected, "{method} {target} {headers:?}");
        }
    }

    /// Catches a route to one bucket, or below a prefix, whose rules name other buckets otherwise.
    #[test]
    fn everything_is_what_the_route_leads_to() {
        let bucket =
            Place { is_fixed: true, bucket: Some("b".to_owned()), storage: Storage::Objects, ..Place::default() };
        assert_eq!(shown("POST", "/k?restore", &[], &bucket), ["PUT "]);
        assert_eq!(shown("PUT", "/k?compose", &[], &bucket), ["GET /*"]);
        let prefixed = Place { is_fixed: true, storage: Storage::Objects, prefix: "/reports", ..Place::default() };
        assert_eq!(shown("POST", "/reports/b/k?restore", &[], &prefixed), ["PUT /reports/*"]);
        assert_eq!(shown("PUT", "/reports/b/k?compose", &[], &prefixed), ["GET /reports/b/*"]);
    }

    /// Catches a method that is not allowed and comes in a header.
    #[test]
    fn a_method_or_path_in_a_header_counts_at_any_service() {
        let other = Place { is_fixed: true, ..Place::default() };
        let both = [("X-HTTP-Method-Override", "GET"), ("x_http_method_override", "delete")];
        assert_eq!(shown("POST", "/a", &both, &other), ["GET /a", "DELETE /a"]);
        assert_eq!(shown("POST", "/a?_method=PUT&%24httpMethod=x", &[], &other), ["PUT /a", "UNKNOWN /a"]);
        for (name, value) in
            [("X-Original-URL", "/b?c=d"), ("X-Rewrite-URL", "https://h/b"), ("X_Forwarded_Uri", "/b#c")]
        {
            assert_eq!(shown("GET", "/a", &[(name, value)], &other), ["GET /b"], "{name}");
        }
        for name in ["X-HTTP-Method-Override", "x_http_method", "X-Method-Override"] {
            assert_eq!(shown("POST", "/a", &[(name, "DELETE")], &other), ["DELETE /a"], "{name}");
        }
        assert_eq!(shown("POST", "/a?restore", &[("x-copy-from", "b")], &other), [""; 0]);
    }
}
