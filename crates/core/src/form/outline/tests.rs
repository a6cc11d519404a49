//! The outline must read like the whole form, wherever the pieces are cut and whatever is wrong with the form.

use super::*;
use crate::form::FormClaim;
use crate::request::RequestUrl;

const FIELDS: &str = "--B\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\na/${filename}\r\n\
    --B\r\nContent-Disposition: form-data; name=\"X-Amz-Algorithm\"\r\n\r\nAWS4-HMAC-SHA256\r\n\
    --B\r\nContent-Disposition: form-data; name=\"X-Amz-Credential\"\r\n\r\nAKID/20151229/us-east-1/s3/aws4_request\r\n\
    --B\r\nContent-Disposition: form-data; name=\"X-Amz-Date\"\r\n\r\n20151229T000000Z\r\n\
    --B\r\nContent-Disposition: form-data; name=\"Policy\"\r\n\r\ne30=\r\n\
    --B \t\r\nContent-Disposition: form-data; name=\"X-Amz-Signature\"\r\n\r\n00\r\n";
const FILE: &str =
    "--B\r\nContent-Disposition: form-data; name=\"File\"; filename=\"b.txt\"\r\n\r\nhello\r\n--\r\n--A\r\n--\r\n";
const BEHIND: &str = "--B\r\nContent-Disposition: form-data; name=\"submit\"\r\n\r\nUpload\r\n";
const END: &str = "--B--\r\nepilogue\r\n";

fn upload(body: Body) -> Request {
    let mut request = Request::new("POST", &RequestUrl::parse("http://h.example/bucket").unwrap()).unwrap();
    request.headers.push("Content-Type", "multipart/form-data; boundary=B").unwrap();
    request.body = body;
    request
}

fn outline(body: &[u8], piece: usize, limit: usize) -> Result<Body, OutlineTooLong> {
    let mut outliner = Outliner::new(&upload(Body::Unknown), limit).unwrap();
    body.chunks(piece).for_each(|piece| outliner.push(piece));
    outliner.finish(None)
}

#[test]
fn the_file_is_left_out_and_counted() {
    let body = [FIELDS, FILE, BEHIND, END].concat();
    let Ok(Body::Form { outline, file_length, length, .. }) = outline(body.as_bytes(), 7, 2048) else { panic!() };
    assert_eq!((file_length, length), ("hello\r\n--\r\n--A\r\n--".len() as u64, body.len() as u64));
    let outline = String::from_utf8(outline).unwrap();
    assert!(outline.starts_with(FIELDS) && !outline.contains("hello") && !outline.contains("Upload"), "{outline}");
}

/// Catches a second way of reading forms: cut off at any byte, or with any byte changed, both must give the same
/// result.
#[test]
fn an_outline_reads_like_the_whole_form() {
    let whole = [FIELDS, FILE, BEHIND, END].concat().into_bytes();
    let mut bodies: Vec<Vec<u8>> = (0..=whole.len()).map(|end| whole[..end].to_vec()).collect();
    for at in 0..whole.len() {
        for byte in [b'\r', b'\n', b'-', b'"', b'B', 0] {
            let mut body = whole.clone();
            body[at] = byte;
            bodies.push(body);
        }
    }
    bodies.push([b"\r\n", whole.as_slice()].concat());
    bodies.push([FILE, FIELDS, END].concat().into_bytes());
    bodies.push([FIELDS, FILE, FILE, END].concat().into_bytes());
    bodies.push([FIELDS, END].concat().into_bytes());
    for body in bodies {
        let expected = FormClaim::extract(&upload(Body::Bytes(body.clone())));
        for piece in [1, 13, body.len().max(1)] {
            let outline = outline(&body, piece, 4096).unwrap();
            assert_eq!(outline.length(), Some(body.len() as u64));
            assert_eq!(FormClaim::extract(&upload(outline)), expected, "{}", body.escape_ascii());
        }
    }
}

/// Catches memory use that grows with the file, and fields that are kept however long they are.
#[test]
fn what_is_kept_is_limited() {
    let file = "a".repeat(100_000);
    let long = format!("{FIELDS}{}", FILE.replace("hello", &file));
    for end in ["", END, &format!("{END}{file}"), &format!("{BEHIND}{END}").replace("Upload", &file)] {
        let body = format!("{long}{end}");
        assert!(outline(body.as_bytes(), 1000, 2048).is_ok(), "{} bytes behind the file", end.len());
    }
    let body = format!("{}{FILE}{END}", FIELDS.replace("00", &file));
    assert_eq!(outline(body.as_bytes(), 1000, 2048), Err(OutlineTooLong { limit: 2048, is_signed: true }));
    let body = format!("{}{END}", FILE.replace("File", "other").replace("hello", &file));
    assert_eq!(outline(body.as_bytes(), 1000, 2048), Err(OutlineTooLong { limit: 2048, is_signed: false }));
}

#[test]
fn other_bodies_have_no_outline() {
    let with = |change: fn(&mut Request)| {
        let mut request = upload(Body::Unknown);
        change(&mut request);
        Outliner::new(&request, 1).is_some()
    };
    assert!(with(|_| ()));
    assert!(!with(|request| request.method = "PUT".to_owned()));
    assert!(!with(|request| request.headers.push("Authorization", "x").unwrap()));
    assert!(!with(|request| {
        request.headers.remove("content-type");
    }));
}
