//! What a form leads to at a server that splits it in another way.

use sigvet_core::request::{Body, Headers, Request};
use sigvet_core::resign::{InboundPart, Outbound, ResignError};

use crate::by_botocore::{now, oracle, upload};
use crate::{credentials, passed_on};

/// What follows the key in the form of the test.
struct Sent<'a> {
    content_type: &'a str,
    /// Parts before the file, each with its boundary line.
    before: &'a str,
    filename: &'a str,
    /// The end of the body, behind the file.
    end: &'a str,
}

const USUAL: Sent<'_> = Sent {
    content_type: "multipart/form-data; boundary=AaB03x",
    before: "",
    filename: "a.txt",
    end: "\r\n--AaB03x--\r\n",
};

/// Signs an upload of botocore's again that was changed in this way.
fn resigned(sent: &Sent<'_>) -> Result<Request, ResignError> {
    let oracle = oracle();
    let post = &oracle["posts"][2];
    let (from, to) = (credentials(&post["inbound"]), credentials(&post["outbound"]));
    assert!(from.session_token.is_some() && post["version"] == "s3v4");
    let mut request = upload(&post["arrived"]);
    let Body::Bytes(body) = &request.body else { panic!("it has a body") };
    let text = String::from_utf8(body.clone()).unwrap();
    let (fields, file) = text.split_once("--AaB03x\r\nContent-Disposition: form-data; name=\"file\"").unwrap();
    let (_, content) = file.split_once("\r\n\r\n").unwrap();
    let content = content.strip_suffix("\r\n--AaB03x--\r\n").unwrap();
    let file = format!("--AaB03x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"", sent.filename);
    let text = format!("{fields}{}{file}\r\n\r\n{content}{}", sent.before, sent.end);
    request.headers = Headers::from_pairs([
        ("Host", request.host().unwrap().to_owned()),
        ("Content-Type", sent.content_type.to_owned()),
        ("Content-Length", text.len().to_string()),
    ])
    .unwrap();
    request.body = Body::Bytes(text.into_bytes());
    passed_on(request, &from, &Outbound::new(&to), now(&oracle)).map(|resigned| resigned.request)
}

fn part(head: &str, content: &str) -> String {
    format!("--AaB03x\r\n{head}\r\n\r\n{content}\r\n")
}

/// Reads the fields like Ceph's gateway (`rgw_rest.cc`): a boundary is found anywhere, and a parameter ends at each `;`,
/// also inside quotes; the last one of a name counts.
fn as_ceph_reads(request: &Request) -> Vec<(String, String)> {
    let Body::Bytes(body) = &request.body else { panic!("it has a body") };
    let text = String::from_utf8_lossy(body).into_owned();
    let parts = text.split("--AaB03x").skip(1).filter_map(|part| part.split_once("\r\n\r\n"));
    let name_in = |head: &str| {
        let pieces = head.split([';', '\r', '\n']).filter_map(|piece| piece.trim().split_once('='));
        let mut names = pieces.filter(|(name, _)| *name == "name").map(|(_, value)| value.trim_matches('"').to_owned());
        names.next_back().unwrap_or_default()
    };
    parts.map(|(head, content)| (name_in(head), content.trim_end().to_owned())).collect()
}

/// Catches a field that only some servers take for the key, which no policy and no rule has seen.
#[test]
fn a_server_that_splits_forms_in_another_way_finds_what_was_judged() {
    let plain = as_ceph_reads(&resigned(&USUAL).unwrap());
    assert_eq!(plain.iter().filter(|(name, _)| name == "key").count(), 1);
    assert!(plain.len() > 5 && plain.last().is_some_and(|(name, _)| name == "file"), "{plain:?}");
    for (head, content) in [
        ("Content-Disposition: form-data; name=\"x-ignore-a\"; z=\"; name=key; a=\"", "other/x"),
        ("Content-Disposition: form-data; name=\"x-ignore-a\"; name*0=\"ke\"; name*1=\"y\"", "other/x"),
        ("Content-Disposition: form-data; name=x-ignore-a\r\nContent-Transfer-Encoding: quoted-printable", "=6B"),
        ("Content-Disposition: form-data; name=x-ignore-a\r\nContent-Type: text/plain; charset=utf-7", "+AC8-"),
        ("Content-Disposition: form-data; name=x-ignore-a; filename=b\r\nContent-Type: text/plain; charset=utf-7", "b"),
    ] {
        let before = part(head, content);
        let request = resigned(&Sent { before: &before, ..USUAL }).unwrap_or_else(|error| panic!("{head}: {error}"));
        let mut found = as_ceph_reads(&request);
        found.retain(|(name, _)| name != "x-ignore-a");
        assert_eq!(found.len(), plain.len(), "{found:?}");
        assert_eq!(found.iter().filter(|(name, _)| name == "key").count(), 1, "{head}");
        let Body::Bytes(body) = &request.body else { panic!("it has a body") };
        let kept = format!("--AaB03x\r\nContent-Disposition: form-data; name=\"x-ignore-a\"\r\n\r\n{content}\r\n--");
        assert!(String::from_utf8_lossy(body).contains(&kept), "{head}");
    }
    let last = |name: &str| format!("Content-Disposition: form-data; name={name}\r\n\r\nother/x\r\n--AaB03x--\r\n");
    let behind_file = format!("\r\n--AaB03x\r\n{}", last("success_action_redirect"));
    for end in [behind_file, format!("\r\n--AaB03x--\r\n--AaB03x\r\n{}", last("key"))] {
        let found = as_ceph_reads(&resigned(&Sent { end: &end, ..USUAL }).unwrap());
        assert_eq!(found.len(), plain.len(), "{found:?}");
    }
    let request = resigned(&Sent { filename: "../../z/it \\\"is\\\".txt", ..USUAL }).unwrap();
    let Body::Bytes(body) = &request.body else { panic!("it has a body") };
    assert!(String::from_utf8_lossy(body).contains("name=\"file\"; filename=\"it \\\"is\\\".txt\"\r\n"));
}

#[test]
fn a_form_that_servers_split_in_different_ways_is_refused() {
    let ignored = "Content-Disposition: form-data; name=\"x-ignore-a\"";
    let named = part("Content-Disposition: form-data; name=\"x-ignore-a\\\"; name=\\\"key\"", "other/x");
    let with_file =
        part("Content-Disposition: form-data; name=\"x-ignore-a\\\"; name=\\\"key\"; filename=\"a\"", "other/x");
    let nested = part(ignored, "a--AaB03xb\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nother/x");
    let broken = part(ignored, "a\n--AaB03x");
    let types = "multipart/form-data; boundary=\"AaB03x\"; x=\"; boundary=other\"";
    for (sent, problem) in [
        (Sent { before: &named, ..USUAL }, "the name of a field"),
        (Sent { before: &with_file, ..USUAL }, "the name of a field"),
        (Sent { before: &nested, ..USUAL }, "the boundary inside the field x-ignore-a"),
        (Sent { before: &broken, ..USUAL }, "the boundary inside the field x-ignore-a"),
        (Sent { filename: "a; name=key", ..USUAL }, "the name of the file"),
    ] {
        let expected = ResignError::Form { problem: format!("servers read {problem} in different ways") };
        assert_eq!(resigned(&sent), Err(expected));
    }
    let request = resigned(&Sent { content_type: types, ..USUAL }).unwrap();
    assert_eq!(request.headers.first_text("content-type"), Some("multipart/form-data; boundary=AaB03x"));
}

/// Other places in which a form can carry the client's key: a field that S3 ignores.
#[test]
fn a_form_that_carries_the_clients_key_elsewhere_is_refused() {
    let submit = part("Content-Disposition: form-data; name=\"x-ignore-submit\"", "Upload");
    assert!(resigned(&Sent { before: &submit, ..USUAL }).is_ok());
    let oracle = oracle();
    let from = credentials(&oracle["posts"][2]["inbound"]);
    let note = part("Content-Disposition: form-data; name=\"X-Ignore-Note\"", &from.access_key_id);
    let expected = ResignError::Leak { part: InboundPart::AccessKeyId, place: "field x-ignore-note".to_owned() };
    assert_eq!(resigned(&Sent { before: &note, ..USUAL }), Err(expected));
}
