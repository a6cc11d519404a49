//! Bodies in chunks that arrive in pieces. The reader of pieces must find what the reader of whole bodies finds,
//! whatever is wrong and wherever the pieces are cut; what is signed again must be valid for the reader of whole
//! bodies.

use proptest::prelude::*;
use proptest::sample::Index;
use sigvet_core::checksum::{Checksum, ChecksumAlgorithm};
use sigvet_core::claim::Claim;
use sigvet_core::credentials::Credentials;
use sigvet_core::crypto::sha256;
use sigvet_core::prepare::{Identity, PayloadChoice, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::{Dialect, Scheme, SigningKey};
use sigvet_core::stream::{
    Chain, Chunked, DecodeError, Decoder, Resigner, ResignerError, StreamFault, check, check_framing,
};
use sigvet_core::time::Timestamp;

use crate::{KEY_ID, NOW, SECRET};

const UNSIGNED: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// A head and the key that signed it.
struct Head {
    request: Request,
    claim: Claim,
    key: SigningKey,
}

/// The content of a body.
#[derive(Debug, Clone)]
struct Shape {
    is_signed: bool,
    trailer: Option<ChecksumAlgorithm>,
    chunks: Vec<Vec<u8>>,
}

impl Shape {
    fn word(&self, scheme: Scheme) -> String {
        let algorithm = Dialect::AWS4.algorithm_for(scheme);
        match (self.is_signed, self.trailer) {
            (false, _) => UNSIGNED.to_owned(),
            (true, None) => format!("STREAMING-{algorithm}-PAYLOAD"),
            (true, Some(_)) => format!("STREAMING-{algorithm}-PAYLOAD-TRAILER"),
        }
    }

    fn payload(&self) -> Vec<u8> {
        self.chunks.concat()
    }

    fn head(&self, scheme: Scheme, credentials: &Credentials) -> Head {
        self.head_for("store.example", scheme, credentials)
    }

    fn head_for(&self, host: &str, scheme: Scheme, credentials: &Credentials) -> Head {
        let url = RequestUrl::parse(&format!("https://{host}/examplebucket/chunkObject.txt")).unwrap();
        let mut request = Request::new("PUT", &url).unwrap();
        request.headers.push("X-Amz-Decoded-Content-Length", self.payload().len().to_string()).unwrap();
        if let Some(algorithm) = self.trailer {
            request.headers.push("X-Amz-Trailer", algorithm.header()).unwrap();
        }
        let mut settings = Settings::new("us-east-1", "s3");
        settings.scheme = scheme;
        settings.payload = PayloadChoice::Declared(self.word(scheme));
        let now = Timestamp::parse(NOW).unwrap();
        let prepared = prepare(request, &Identity::from(credentials), &settings, now).unwrap();
        let key = SigningKey::for_scheme(scheme, credentials, &prepared.terms.dialect, &prepared.terms.scope);
        let request = prepared.sign(&key).unwrap().request;
        Head { claim: Claim::extract(&request).unwrap(), request, key }
    }

    /// The body, in chunks of any size, which our encoder does not make.
    fn body(&self, head: &Head) -> Vec<u8> {
        let mut chain = head.chain();
        let mut body = Vec::new();
        for data in self.chunks.iter().map(Vec::as_slice).chain([&b""[..]]) {
            body.extend(format!("{:x}", data.len()).bytes());
            if self.is_signed {
                body.extend(format!(";chunk-signature={}", chain.sign_chunk(&sha256(data))).bytes());
            }
            body.extend([b"\r\n", data].concat());
            body.extend(if data.is_empty() { &b""[..] } else { b"\r\n" });
        }
        if let Some(algorithm) = self.trailer {
            let line = format!("{}:{}", algorithm.header(), Checksum::compute(algorithm, &self.payload()));
            body.extend(format!("{line}\r\n").bytes());
            if self.is_signed {
                let signature = chain.sign_trailer(format!("{line}\n").as_bytes());
                body.extend(format!("x-amz-trailer-signature:{signature}\r\n").bytes());
            }
        }
        body.extend(b"\r\n");
        body
    }
}

impl Head {
    fn chain(&self) -> Chain {
        Chain::new(&self.claim.terms, &self.key, &self.claim.signature)
    }

    fn decoder(&self) -> Decoder {
        Decoder::new(&self.request, &self.claim, &self.key, Decoder::CHUNK_LIMIT).unwrap()
    }

    /// The faults that the readers of the whole body find.
    fn faults(&self, body: &[u8]) -> Vec<StreamFault> {
        let mut request = self.request.clone();
        request.body = Body::Bytes(body.to_vec());
        let (terms, signature) = (&self.claim.terms, &self.claim.signature);
        let wrong = check(&request, terms, signature, &self.key);
        wrong.into_iter().chain(check_framing(&request, terms)).filter(|fault| !fault.is_tolerated()).collect()
    }

    /// The decoded payload, whether a piece was refused, and the faults found at the end.
    fn decode(&self, pieces: &[&[u8]]) -> (Vec<u8>, bool, Vec<StreamFault>) {
        let (mut decoder, mut payload, mut is_refused) = (self.decoder(), Vec::new(), false);
        for piece in pieces {
            let before = payload.len();
            let refused = decoder.push(piece, &mut payload).is_err();
            assert!(!is_refused || (refused && payload.len() == before), "it goes on after an error");
            is_refused |= refused;
        }
        (payload, is_refused, faults(decoder.finish()))
    }

    fn resign(&self, outbound: &Self, pieces: &[&[u8]]) -> (Vec<u8>, Result<(), Vec<DecodeError>>) {
        let mut resigner = Resigner::new(self.decoder(), outbound.chain()).unwrap();
        let mut body = Vec::new();
        pieces.iter().for_each(|piece| drop(resigner.push(piece, &mut body)));
        let end = resigner.finish(&mut body);
        (body, end)
    }
}

fn faults<T>(end: Result<T, Vec<DecodeError>>) -> Vec<StreamFault> {
    let fault = |error: DecodeError| match error {
        DecodeError::Fault(fault) => fault,
        other => panic!("{other}"),
    };
    end.err().unwrap_or_default().into_iter().map(fault).collect()
}

fn inbound() -> Credentials {
    Credentials::new(KEY_ID, SECRET)
}

fn outbound() -> Credentials {
    Credentials::new("AKIDEXAMPLEOUTBOUND1", "another/secret+of+the+gateway")
}

fn pieces<'b>(body: &'b [u8], cuts: &[Index]) -> Vec<&'b [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
    places.extend([0, body.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| &body[pair[0]..pair[1]]).collect()
}

/// One change to a body.
#[derive(Debug, Clone)]
enum Damage {
    Replace(Index, u8),
    Cut(Index),
    Remove(Index, usize),
    Insert(Index, &'static [u8]),
    Repeat(Index, Index),
    /// Removes the signature of one chunk.
    Unsign(Index),
}

impl Damage {
    fn apply(&self, body: &mut Vec<u8>) {
        let at = |index: &Index, body: &[u8]| index.index(body.len() + 1);
        match self {
            Self::Replace(index, byte) if !body.is_empty() => {
                let at = index.index(body.len());
                body[at] = *byte;
            }
            Self::Replace(..) => {}
            Self::Cut(index) => body.truncate(at(index, body)),
            Self::Remove(index, count) => {
                let start = at(index, body);
                body.drain(start..(start + count).min(body.len()));
            }
            Self::Insert(index, text) => {
                let start = at(index, body);
                body.splice(start..start, text.iter().copied());
            }
            Self::Repeat(one, other) => {
                let (one, other) = (at(one, body), at(other, body));
                let copy = body[one.min(other)..one.max(other)].to_vec();
                body.splice(one..one, copy);
            }
            Self::Unsign(index) => {
                let places = body.windows(3).enumerate().filter(|(_, text)| text == b";ch").map(|(at, _)| at);
                let places: Vec<usize> = places.collect();
                if !places.is_empty() {
                    let start = places[index.index(places.len())];
                    body.drain(start..(start + 81).min(body.len()));
                }
            }
        }
    }
}

fn damage() -> impl Strategy<Value = Damage> {
    let texts = [
        &b"\r\n"[..],
        b"\n",
        b"\r",
        b"0",
        b"0\r\n\r\n",
        b"5\r\nhello\r\n",
        b";chunk-signature=00",
        b":",
        b"x-a:b\r\n",
        b"\xff",
        b"x-amz-checksum-sha1:AAAA\r\n",
        b"x-amz-trailer-signature:00\r\n",
        b"ffffffffffffffff\r\n",
        b"X-AMZ-Checksum-CRC32:AAAA\n\r\n",
    ];
    prop_oneof![
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Replace(at, byte)),
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), 1..40_usize).prop_map(|(at, count)| Damage::Remove(at, count)),
        (any::<Index>(), proptest::sample::select(texts.to_vec())).prop_map(|(at, text)| Damage::Insert(at, text)),
        (any::<Index>(), any::<Index>()).prop_map(|(one, other)| Damage::Repeat(one, other)),
        any::<Index>().prop_map(Damage::Unsign),
    ]
}

fn shape() -> impl Strategy<Value = Shape> {
    let chunk = proptest::collection::vec(any::<u8>(), 1..60);
    let trailer = proptest::option::of(proptest::sample::select(ChecksumAlgorithm::ALL.to_vec()));
    (any::<bool>(), trailer, proptest::collection::vec(chunk, 0..6)).prop_map(|(is_signed, trailer, chunks)| {
        let trailer = trailer.or((!is_signed).then_some(ChecksumAlgorithm::Crc32));
        Shape { is_signed, trailer, chunks }
    })
}

fn cuts() -> impl Strategy<Value = Vec<Index>> {
    proptest::collection::vec(any::<Index>(), 0..12)
}

/// Compares both readers of one body, and the re-signer.
fn assert_alike(scheme: Scheme, shape: &Shape, body: &[u8], cuts: &[Index]) {
    let head = shape.head(scheme, &inbound());
    let expected = head.faults(body);
    let (whole, ..) = head.decode(&[body]);
    for pieces in [vec![body], pieces(body, cuts), body.chunks(1).collect()] {
        let (payload, is_refused, faults) = head.decode(&pieces);
        assert_eq!(faults, expected, "{pieces:?}");
        assert!(!is_refused || !faults.is_empty(), "refused, and nothing wrong: {pieces:?}");
        assert_eq!(payload, whole, "the payload depends on where the body is cut");
        let (signed, end) = head.resign(&shape.head(scheme, &outbound()), &pieces);
        assert_eq!(self::faults(end), expected);
        assert_resigned(scheme, shape, body, &signed, &expected);
    }
    assert!(!shape.is_signed || shape.payload().starts_with(&whole), "what nobody signed came out");
    assert!(!expected.is_empty() || whole.len() as u64 == Chunked::parse(body).decoded_length());
}

fn assert_resigned(scheme: Scheme, shape: &Shape, body: &[u8], signed: &[u8], expected: &[StreamFault]) {
    let by_outbound = shape.head(scheme, &outbound());
    if expected.is_empty() {
        assert_eq!(signed.len(), body.len());
        assert_eq!(by_outbound.faults(signed), []);
        let sizes = |body: &[u8]| Chunked::parse(body).chunks.iter().map(|chunk| chunk.data.len()).collect::<Vec<_>>();
        assert_eq!(sizes(signed), sizes(body));
    } else {
        assert!(Chunked::parse(signed).final_chunk().is_none(), "the next hop takes the body for whole");
        let fault =
            by_outbound.faults(signed).into_iter().find(|fault| matches!(fault, StreamFault::ChunkSignature { .. }));
        assert_eq!(fault, None, "what came out before the fault is signed right");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Catches a position, a count or a fault that depends on where pieces end, and data that is released unverified.
    #[test]
    fn pieces_are_read_like_the_whole_body(
        shape in shape(), damages in proptest::collection::vec(damage(), 0..3), cuts in cuts(),
    ) {
        let mut body = shape.body(&shape.head(Scheme::V4, &inbound()));
        damages.iter().for_each(|damage| damage.apply(&mut body));
        assert_alike(Scheme::V4, &shape, &body, &cuts);
    }

    /// Bytes that were never a body.
    #[test]
    fn noise_in_pieces_is_read_like_the_whole(
        shape in shape(), body in "(0|5|05|a|;chunk-signature=0|\r\n|\n|hello|x:y|:|x-amz-trailer-signature:0|\u{e9}){0,12}", cuts in cuts(),
    ) {
        assert_alike(Scheme::V4, &shape, body.as_bytes(), &cuts);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn pieces_of_version_4a_are_read_like_the_whole_body(
        shape in shape(), damages in proptest::collection::vec(damage(), 0..2), cuts in cuts(),
    ) {
        let mut body = shape.body(&shape.head(Scheme::V4a, &inbound()));
        damages.iter().for_each(|damage| damage.apply(&mut body));
        let head = shape.head(Scheme::V4a, &inbound());
        let pieces = pieces(&body, &cuts);
        let (_, _, faults) = head.decode(&pieces);
        prop_assert_eq!(without_expected(faults), without_expected(head.faults(&body)));
        if damages.is_empty() {
            let outbound = shape.head(Scheme::V4a, &outbound());
            let (signed, end) = head.resign(&outbound, &pieces);
            prop_assert_eq!(end, Ok(()));
            prop_assert_eq!((signed.len(), outbound.faults(&signed)), (body.len(), Vec::new()));
        }
    }
}

/// Removes expected signatures, because with ECDSA many are valid.
fn without_expected(faults: Vec<StreamFault>) -> Vec<StreamFault> {
    let without = |fault| match fault {
        StreamFault::ChunkSignature { chunk, presented, .. } => {
            StreamFault::ChunkSignature { chunk, presented, expected: String::new() }
        }
        StreamFault::TrailerSignature { presented, .. } => {
            StreamFault::TrailerSignature { presented, expected: String::new() }
        }
        other => other,
    };
    faults.into_iter().map(without).collect()
}

fn of_letters(trailer: Option<ChecksumAlgorithm>) -> (Shape, Head) {
    let shape = Shape { is_signed: true, trailer, chunks: vec![vec![b'a'; 100], vec![b'b'; 10]] };
    let head = shape.head(Scheme::V4, &inbound());
    (shape, head)
}

/// Each head is wrong about its length. Catches a reader that releases data before the end shows it.
#[test]
fn a_head_without_a_length_releases_nothing() {
    let (shape, head) = of_letters(None);
    let body = shape.body(&head);
    for declared in [None, Some(""), Some("0110"), Some("+110"), Some("ten")] {
        let mut request = head.request.clone();
        request.headers.remove("x-amz-decoded-content-length");
        if let Some(declared) = declared {
            request.headers.push("x-amz-decoded-content-length", declared).unwrap();
        }
        let mut decoder = Decoder::new(&request, &head.claim, &head.key, 1000).unwrap();
        let mut payload = Vec::new();
        assert!(matches!(decoder.push(&body, &mut payload), Err(DecodeError::Fault(_))), "{declared:?}");
        assert_eq!((payload.len(), decoder.finish().unwrap_err().len()), (0, 1), "{declared:?}");
    }
}

#[test]
fn no_more_is_released_than_the_head_declares() {
    for (is_signed, trailer, first_chunk) in
        [(true, None, 64 + 21 + 102), (false, Some(ChecksumAlgorithm::Sha1), 4 + 102)]
    {
        let shape = Shape { is_signed, trailer, chunks: vec![vec![b'a'; 100], vec![b'b'; 10]] };
        let mut head = shape.head(Scheme::V4, &inbound());
        head.request.headers.remove("x-amz-decoded-content-length");
        head.request.headers.push("x-amz-decoded-content-length", "109").unwrap();
        let body = shape.body(&head);
        let (mut decoder, mut payload) = (head.decoder(), Vec::new());
        let fault = DecodeError::Fault(StreamFault::DecodedLength { declared: "109".to_owned(), arrived: 110 });
        assert_eq!(decoder.push(&body, &mut payload), Err(fault.clone()));
        assert_eq!((payload.len(), decoder.finish()), (100, Err(vec![fault])));
        let (out, _) = head.resign(&shape.head(Scheme::V4, &outbound()), &[&body]);
        assert_eq!(out.len(), first_chunk, "the first chunk, and no head of the second");
    }
}

/// Sizes that S3 refuses, with the number of the refused chunk, taken from another implementation of its rule that was
/// checked against S3 (versitygw, `UnsignedStreamingPayloadTrailer_invalid_chunk_size`). Catches a payload that is
/// forwarded beyond that chunk.
#[test]
fn a_small_chunk_that_is_not_the_last_stops_the_reader_before_the_next_one() {
    for (sizes, number) in [
        (&[100, 8192, 100][..], 1),
        (&[8192, 10, 100], 2),
        (&[10, 10, 10], 1),
        (&[10000, 10, 8192, 8192], 2),
        (&[8191, 1], 1),
    ] {
        for (is_signed, trailer) in [(true, None), (false, Some(ChecksumAlgorithm::Crc32))] {
            let chunks = sizes.iter().map(|size| vec![b'a'; *size]).collect();
            let shape = Shape { is_signed, trailer, chunks };
            let head = shape.head_for("s3.us-east-1.amazonaws.com", Scheme::V4, &inbound());
            let body = shape.body(&head);
            let (mut decoder, mut payload, mut read) = (head.decoder(), Vec::new(), 0);
            let error = body.iter().find_map(|byte| {
                read += 1;
                decoder.push(&[*byte], &mut payload).err()
            });
            let Some(DecodeError::Fault(StreamFault::ChunkTooSmall { chunk, .. })) = &error else {
                panic!("{error:?}")
            };
            assert_eq!((chunk.number, chunk.length), (number, sizes[number - 1]), "{sizes:?}");
            let before: usize = sizes[..number].iter().sum();
            assert_eq!(payload.len(), before, "{sizes:?}: data behind the small chunk came out");
            let heads: usize = if is_signed { 90 } else { 10 };
            assert!(read < before + (number + 1) * heads, "{sizes:?}: it read {read} bytes before it stopped");
            assert_eq!(decoder.push(b"x", &mut payload).err(), error, "it stays so");
            let told = error.into_iter().collect::<Vec<_>>();
            let mut decoder = head.decoder();
            let _ = decoder.push(&body, &mut Vec::new());
            assert_eq!(decoder.finish(), Err(told), "{sizes:?}");
        }
    }
    let shape = Shape { is_signed: true, trailer: None, chunks: vec![vec![b'a'; 8192], vec![b'b'; 10]] };
    let head = shape.head_for("s3.us-east-1.amazonaws.com", Scheme::V4, &inbound());
    assert_eq!(head.decode(&[&shape.body(&head)]), (shape.payload(), false, Vec::new()), "the last one may be small");
}

/// The value is the payload's checksum, computed with Python's `zlib.crc32`. Catches a trailer that is lost, or
/// released with its signature.
#[test]
fn the_trailer_is_returned_at_the_end() {
    for is_signed in [true, false] {
        let shape = Shape { is_signed, trailer: Some(ChecksumAlgorithm::Crc32), chunks: vec![b"hello".to_vec()] };
        let head = shape.head(Scheme::V4, &inbound());
        let mut decoder = head.decoder();
        decoder.push(&shape.body(&head), &mut Vec::new()).unwrap();
        assert_eq!(decoder.finish(), Ok(vec![("x-amz-checksum-crc32".to_owned(), "NhCmhg==".to_owned())]));
    }
}

/// Heads around the maximum length, and trailers with only a signature: bodies that mutating a valid one does not
/// produce.
#[test]
fn odd_bodies_in_pieces_are_read_like_the_whole() {
    let long_head = |length: usize| format!("5;chunk-signature={}\r\nhello\r\n0\r\n\r\n", "0".repeat(length - 20));
    let mut bodies: Vec<String> = (250..262).map(long_head).collect();
    bodies.extend((250..262).map(|length| "0".repeat(length)));
    bodies.extend((250..262).map(|length| "0".repeat(length) + "\r\n"));
    for end in ["", "\r", "\r\n", "\r\n\r\n", "\n", "x:y\r\n\r\n"] {
        for trailer in
            ["", "x:y\r\n", "x-amz-trailer-signature:0\r\n", "x-amz-trailer-signature:0\r\n\r\n", "x:y\n\r\n", "\r\n"]
        {
            bodies.push(format!("5;chunk-signature=0\r\nhello\r\n0;chunk-signature=0\r\n{trailer}{end}"));
            bodies.push(format!("0\r\n{trailer}{end}"));
        }
    }
    for (is_signed, trailer) in
        [(true, None), (true, Some(ChecksumAlgorithm::Crc32)), (false, Some(ChecksumAlgorithm::Crc32))]
    {
        let shape = Shape { is_signed, trailer, chunks: vec![b"hello".to_vec()] };
        bodies.iter().for_each(|body| assert_alike(Scheme::V4, &shape, body.as_bytes(), &[]));
    }
}

/// Catches memory use that grows with what a client declares or sends.
#[test]
fn what_is_kept_is_limited() {
    let (shape, head) = of_letters(None);
    let body = shape.body(&head);
    let read = |limit| {
        let mut decoder = Decoder::new(&head.request, &head.claim, &head.key, limit).unwrap();
        let mut payload = Vec::new();
        (decoder.push(&body, &mut payload), payload.len())
    };
    assert_eq!(read(100), (Ok(()), 110));
    let (Err(DecodeError::ChunkTooLong { chunk, limit: 99 }), 0) = read(99) else { panic!("{:?}", read(99)) };
    assert_eq!((chunk.number, chunk.offset, chunk.length), (1, 0, 100));

    let (shape, head) = of_letters(Some(ChecksumAlgorithm::Crc32));
    let mut body = shape.body(&head);
    body.truncate(body.len() - 2);
    for line in ["x", "\n"] {
        let (mut decoder, mut payload) = (head.decoder(), Vec::new());
        decoder.push(&body, &mut payload).unwrap();
        let error = (0..20_000).find_map(|_| decoder.push(line.as_bytes(), &mut payload).err());
        let error = error.expect("a trailer without an end is refused");
        assert!(matches!(error, DecodeError::TrailerTooLong { limit: 16_384 }), "{error}");
        assert_eq!(decoder.finish(), Err(vec![error]));
    }
}

/// An ECDSA signature with another length than the one it replaces would make the body longer than declared.
#[test]
fn bodies_that_cannot_be_signed_again_in_place_are_refused() {
    let (shape, head) = of_letters(None);
    let of_v4a = shape.head(Scheme::V4a, &inbound());
    let error = Resigner::new(head.decoder(), of_v4a.chain()).unwrap_err();
    assert_eq!(error, ResignerError::SchemesDiffer { inbound: Scheme::V4, outbound: Scheme::V4a });
    let mut begun = head.decoder();
    begun.push(b"6", &mut Vec::new()).unwrap();
    assert_eq!(Resigner::new(begun, head.chain()).unwrap_err(), ResignerError::AlreadyBegun);

    let body = String::from_utf8(shape.body(&of_v4a)).unwrap().replace('*', "");
    let is_padded = body.len() == shape.body(&of_v4a).len();
    assert!(!is_padded, "all three signatures have the longest form");
    let (signed, end) = of_v4a.resign(&shape.head(Scheme::V4a, &outbound()), &[body.as_bytes()]);
    let errors = end.unwrap_err();
    assert!(matches!(errors[..], [DecodeError::SignatureLength { expected: 144, .. }]), "{errors:?}");
    assert!(Chunked::parse(&signed).final_chunk().is_none());
    assert_eq!(of_v4a.faults(body.as_bytes()), [], "the signatures themselves are right");
}
