//! The examples in *Signing and authenticating REST requests* of S3's API reference. Strings to sign and signatures are
//! AWS's own: from the current edition of the page (bucket `awsexamplebucket1`) and, if that does not print a correct
//! signature for its request, from the previous edition (bucket `johnsmith`).

use super::*;
use crate::credentials::Credentials;
use crate::endpoint::BucketRule;
use crate::prepare::Identity;
use crate::request::{Body, RequestUrl};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

fn claim(text: &str, rule: BucketRule<'_>) -> (Request, Claim) {
    let mut lines = text.lines();
    let mut start = lines.next().unwrap().split(' ');
    let (method, target) = (start.next().unwrap().to_owned(), start.next().unwrap().as_bytes().to_vec());
    let mut headers = crate::request::Headers::default();
    for line in lines {
        let (name, value) = line.split_once(':').unwrap();
        headers.push(name, value).unwrap();
    }
    let request = Request { method, target, authority: None, wire: Vec::new(), headers, body: Body::Unknown };
    let claim = Claim::extract(&request, rule).unwrap().unwrap();
    (request, claim)
}

/// Method and target, headers, string to sign, signature.
const EXAMPLES: [(&str, &str, &str, &str); 8] = [
    (
        "GET /photos/puppy.jpg",
        "Host: awsexamplebucket1.s3.us-west-1.amazonaws.com\nDate: Tue, 27 Mar 2007 19:36:42 +0000",
        "GET\n\n\nTue, 27 Mar 2007 19:36:42 +0000\n/awsexamplebucket1/photos/puppy.jpg",
        "qgk2+6Sv9/oM7G3qLEjTH1a1l1g=",
    ),
    (
        "PUT /photos/puppy.jpg",
        "Content-Type: image/jpeg\nContent-Length: 94328\nHost: awsexamplebucket1.s3.us-west-1.amazonaws.com\n\
         Date: Tue, 27 Mar 2007 21:15:45 +0000",
        "PUT\n\nimage/jpeg\nTue, 27 Mar 2007 21:15:45 +0000\n/awsexamplebucket1/photos/puppy.jpg",
        "iqRzw+ileNPu1fhspnRs8nOjjIA=",
    ),
    (
        "GET /?prefix=photos&max-keys=50&marker=puppy",
        "User-Agent: Mozilla/5.0\nHost: awsexamplebucket1.s3.us-west-1.amazonaws.com\n\
         Date: Tue, 27 Mar 2007 19:42:41 +0000",
        "GET\n\n\nTue, 27 Mar 2007 19:42:41 +0000\n/awsexamplebucket1/",
        "m0WP8eCtspQl5Ahe6L1SozdX9YA=",
    ),
    (
        "GET /?acl",
        "Host: awsexamplebucket1.s3.us-west-1.amazonaws.com\nDate: Tue, 27 Mar 2007 19:44:46 +0000",
        "GET\n\n\nTue, 27 Mar 2007 19:44:46 +0000\n/awsexamplebucket1/?acl",
        "82ZHiFIjc+WbcwFKGUVEQspPn+0=",
    ),
    (
        "DELETE /awsexamplebucket1/photos/puppy.jpg",
        "User-Agent: Python\nHost: s3.us-west-1.amazonaws.com\nDate: Tue, 27 Mar 2007 21:20:26 +0000",
        "DELETE\n\n\nTue, 27 Mar 2007 21:20:26 +0000\n/awsexamplebucket1/photos/puppy.jpg",
        "XbyTlbQdu9Xw5o8P4iMwPktxQd8=",
    ),
    (
        "PUT /db-backup.dat.gz",
        "User-Agent: curl/7.15.5\nHost: static.johnsmith.net:8080\nDate: Tue, 27 Mar 2007 21:06:08 +0000\n\
         x-amz-acl: public-read\ncontent-type: application/x-download\nContent-MD5: 4gJE4saaMU4BqNR0kLY+lw==\n\
         X-Amz-Meta-ReviewedBy: joe@johnsmith.net\nX-Amz-Meta-ReviewedBy: jane@johnsmith.net\n\
         X-Amz-Meta-FileChecksum: 0x02661779\nX-Amz-Meta-ChecksumAlgorithm: crc32\n\
         Content-Disposition: attachment; filename=database.dat\nContent-Encoding: gzip\nContent-Length: 5913339",
        "PUT\n4gJE4saaMU4BqNR0kLY+lw==\napplication/x-download\nTue, 27 Mar 2007 21:06:08 +0000\nx-amz-acl:public-read\n\
         x-amz-meta-checksumalgorithm:crc32\nx-amz-meta-filechecksum:0x02661779\n\
         x-amz-meta-reviewedby:joe@johnsmith.net,jane@johnsmith.net\n/static.johnsmith.net/db-backup.dat.gz",
        "ilyl83RwaSoYIEdixDQcA4OnAnc=",
    ),
    (
        "GET /",
        "Host: s3.us-west-1.amazonaws.com\nDate: Wed, 28 Mar 2007 01:29:59 +0000",
        "GET\n\n\nWed, 28 Mar 2007 01:29:59 +0000\n/",
        "qGdzdERIC03wnaRNKh6OqZehG9s=",
    ),
    (
        "GET /dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re",
        "Host: s3.us-west-1.amazonaws.com\nDate: Wed, 28 Mar 2007 01:49:49 +0000",
        "GET\n\n\nWed, 28 Mar 2007 01:49:49 +0000\n/dictionary/fran%C3%A7ais/pr%c3%a9f%c3%a8re",
        "DNEZGsoieTZ92F3bUfSPQcbGmlM=",
    ),
];

#[test]
fn awss_examples_are_reproduced_as_printed() {
    for (start, headers, string_to_sign, signature) in EXAMPLES {
        let text = format!("{start} HTTP/1.1\n{headers}\nAuthorization: AWS AKIAIOSFODNN7EXAMPLE:{signature}");
        let chosen = headers.contains("static.johnsmith.net").then_some("static.johnsmith.net");
        let (request, claim) = claim(&text, BucketRule { chosen, endpoints: &[] });
        let derived = claim.terms.derive(&request).to_bytes();
        assert_eq!(String::from_utf8_lossy(&derived), string_to_sign, "{start}");
        assert_eq!(sign(&Secret::new(SECRET), &derived).as_str(), signature, "{start}");
        assert_eq!((claim.terms.access_key_id.as_str(), claim.signature.as_str()), ("AKIAIOSFODNN7EXAMPLE", signature));
    }
}

/// The query from the page's section on query strings, previous edition.
#[test]
fn the_query_example_is_reproduced_as_printed() {
    let url = RequestUrl::parse("http://johnsmith.s3.amazonaws.com/photos/puppy.jpg").unwrap();
    let now = Timestamp::from_epoch_seconds(1_175_139_620 - 60);
    let placement = crate::derivation::Placement::Query { expires: std::time::Duration::from_secs(60) };
    let settings = Settings {
        names: &Names::AWS,
        placement,
        bucket: Some("johnsmith".to_owned()),
        sub_resources: SubResources::Standard,
    };
    let identity = Identity::from(&Credentials::new("AKIAIOSFODNN7EXAMPLE", SECRET));
    let prepared = prepare(Request::new("GET", &url).unwrap(), &identity, &settings, now).unwrap();
    let signed = prepared.sign(&Secret::new(SECRET));
    assert_eq!(
        String::from_utf8(signed.request.target.clone()).unwrap(),
        "/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Expires=1175139620\
         &Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D"
    );
    let claim = Claim::extract(&signed.request, BucketRule::default()).unwrap().unwrap();
    assert_eq!(claim.signature.as_str(), "NpgCjnDzrM+WFzoENXmpNDUsSn8=");
    assert_eq!(claim.terms.bucket.as_deref(), Some("johnsmith"));
}

/// A URL that botocore 1.44.8 presigned for `put_object` with `signature_version='s3'`: it repeats the headers of the
/// request as parameters. Swift's `SigCheckerV2` and MinIO's `getStringToSignV2` read the headers only.
#[test]
fn a_header_that_repeats_a_parameter_is_signed_once() {
    const SIGNED: &str = "PUT\n\ntext/plain\n1796054228\nx-amz-meta-a:b\n/photos/k";
    let text = |headers: &str| {
        format!(
            "PUT /k?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Signature=IuZlE4PXgld6oCfTnxm%2FewzvOqk%3D&content-type=text%2Fplain\
             &x-amz-meta-a=b&Expires=1796054228 HTTP/1.1\nHost: photos.s3.eu-west-1.amazonaws.com\nContent-Type: text/plain{headers}"
        )
    };
    for headers in ["", "\nx-amz-meta-a: b", "\nX-Amz-Meta-A:  b "] {
        let (request, claim) = claim(&text(headers), BucketRule::default());
        let derived = claim.terms.derive(&request).to_bytes();
        assert_eq!(String::from_utf8_lossy(&derived), SIGNED, "{headers}");
        assert_eq!(sign(&Secret::new(SECRET), &derived), claim.signature, "{headers}");
    }
    // A different value is not left out.
    let (request, claim) = claim(&text("\nx-amz-meta-a: c"), BucketRule::default());
    assert_eq!(claim.terms.derive(&request).amz_headers, b"x-amz-meta-a:c,b\n");
}

#[test]
fn an_access_key_may_have_colons() {
    let (_, claim) = claim(
        "GET /b HTTP/1.1\nHost: h\nDate: Wed, 28 Mar 2007 01:49:49 GMT\nAuthorization: AWS test:tester:c2ln=",
        BucketRule::default(),
    );
    assert_eq!((claim.terms.access_key_id.as_str(), claim.signature.as_str()), ("test:tester", "c2ln="));
}

#[test]
fn a_signature_that_cannot_be_read_says_what_is_missing() {
    for (text, expected) in [
        (
            "GET / HTTP/1.1\nHost: h\nAuthorization: AWS nothing",
            "the Authorization header is not of the form AWS ID:signature",
        ),
        ("GET / HTTP/1.1\nHost: h\nAuthorization: AWS a:b", "the request has no date: neither x-amz-date nor Date"),
        ("GET / HTTP/1.1\nHost: h\nDate: soon\nAuthorization: AWS a:b", "Date: invalid date and time 'soon'"),
        ("GET /?AWSAccessKeyId=a&Signature=b HTTP/1.1\nHost: h", "the query has no Expires"),
        ("GET /?AWSAccessKeyId=a&Signature=b&Expires=1h HTTP/1.1\nHost: h", "not a number of seconds since 1970: '1h'"),
        (
            "GET /?AWSAccessKeyId=a&Signature=b HTTP/1.1\nHost: h\nAuthorization: AWS a:b",
            "the request is authenticated twice",
        ),
    ] {
        let mut headers = crate::request::Headers::default();
        let mut lines = text.lines();
        let target = lines.next().unwrap().split(' ').nth(1).unwrap().as_bytes().to_vec();
        lines.for_each(|line| {
            let (name, value) = line.split_once(": ").unwrap();
            headers.push(name, value).unwrap();
        });
        let request = Request {
            method: "GET".to_owned(),
            authority: None,
            wire: Vec::new(),
            target,
            headers,
            body: Body::Unknown,
        };
        let error = Claim::extract(&request, BucketRule::default()).unwrap().unwrap_err().to_string();
        assert!(error.starts_with(expected), "{text}: {error}");
    }
}

#[test]
fn debug_shows_no_token() {
    let mut request = Request::new("GET", &RequestUrl::parse("https://b.s3.amazonaws.com/").unwrap()).unwrap();
    request.headers.push("x-amz-security-token", "hush").unwrap();
    request.headers.push("Authorization", "AWS AKID:qgk2+6Sv9/oM7G3qLEjTH1a1l1g=").unwrap();
    request.headers.push("Date", "Tue, 27 Mar 2007 19:36:42 +0000").unwrap();
    let claim = Claim::extract(&request, BucketRule::default()).unwrap().unwrap();
    let derived = claim.terms.derive(&request);
    assert!(String::from_utf8(derived.to_bytes()).unwrap().contains("hush"));
    let hushed = format!("{:?}", b"hush");
    assert!(!format!("{derived:?}").contains(&hushed[1..hushed.len() - 1]), "{derived:?}");
}

/// RGW's list does not have `object-lock`, and no server signs `x`.
#[test]
fn a_servers_own_list_replaces_the_standard_one() {
    let url = RequestUrl::parse("http://h/b?acl&object-lock&x=1&versionId=2").unwrap();
    let request = Request::new("GET", &url).unwrap();
    let identity = Identity::from(&Credentials::new("AKID", SECRET));
    let resource = |sub_resources: SubResources| {
        let placement = crate::derivation::Placement::Header;
        let settings = Settings { names: &Names::AWS, placement, bucket: None, sub_resources };
        let prepared = prepare(request.clone(), &identity, &settings, Timestamp::from_epoch_seconds(0)).unwrap();
        String::from_utf8(prepared.derive().to_bytes()).unwrap().lines().last().unwrap().to_owned()
    };
    assert_eq!(resource(SubResources::Standard), "/b?acl&object-lock&versionId=2");
    let own = ["versionId", "x"].map(str::to_owned).to_vec();
    assert_eq!(resource(SubResources::Named(own)), "/b?versionId=2&x=1");
    assert_eq!(resource(SubResources::Named(Vec::new())), "/b");
}
