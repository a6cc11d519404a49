//! What each fuzz target does with its input. A target fails by a panic, or by taking too long or too much memory; the
//! additional assertions hold for any input.
//!
//! No input can name a file, a program or a host: evidence is read and judged, never obeyed.

use std::ffi::OsString;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use sigvet::batch::{
    Base, CsvHeader, Ending, Judges, Judging, KeyEncoding, OnError, Pipe, PresignFormat, PresignWorker, Refusal,
    Signing, SigningTerms, VerifyFormat, VerifyWorker, WhenWrong, Worker,
};
use sigvet::cli::args::Cli;
use sigvet::cli::curl::config_file;
use sigvet::cli::curl::write_out::WriteOut;
use sigvet::gateway::{Clock, Keyring, Limits as GatewayLimits, NamedKey, Server, Verifier, serve_stream};
use sigvet::profiles::{
    CertificateFiles, CredentialChoice, Environment, Location, ProfileFile, known_keys, tool_profiles,
};
use sigvet_core::claim::Claim;
use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::form::Policy;
use sigvet_core::parse_request;
use sigvet_core::presign::Presigner;
use sigvet_core::request::{Body, Headers, Request, RequestUrl};
use sigvet_core::resign::Outbound;
use sigvet_core::scheme::SigningKey;
use sigvet_core::signer::Signer;
use sigvet_core::stream::{Chunked, DecodeError, Decoder, check, check_framing};
use sigvet_core::time::Timestamp;
use sigvet_core::verify::{ExpectedScope, Judge};
use sigvet_core::x509::{Certificate, parse_chain, parse_presented, read_leniently};
use sigvet_diagnose::formats::{capture, parse_url, reply::Reply, unflatten};
use sigvet_diagnose::{ClientTexts, Diagnosis, Evidence, Hints, Limits, diagnose};

/// Any pasted text, recognised and read.
pub fn capture(data: &[u8]) {
    let _ = capture::read(data, None);
    let _ = capture::read_client_log(data);
    let _ = unflatten(data);
}

/// Bytes that a client sends to a server; the server answers every readable request and ends.
pub fn acceptor(data: &[u8]) {
    static RUNTIME: LazyLock<tokio::runtime::Runtime> = LazyLock::new(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(1).enable_all().build().expect("a runtime can be made")
    });
    let key = NamedKey { name: "the key".to_owned(), credentials: credentials() };
    let verifier =
        Verifier { endpoints: vec!["127.0.0.1:1".to_owned()], ..Verifier::new(Keyring::new([key]), Clock::new(now)) };
    let limits = GatewayLimits {
        memory_bytes: 512,
        head_time: Duration::from_millis(100),
        idle_time: Duration::from_millis(100),
        explain_time: Duration::ZERO,
        ..GatewayLimits::default()
    };
    let server = Arc::new(Server::new(verifier, limits, Arc::new(()), 1));
    RUNTIME.block_on(async {
        let (mut client, stream) = tokio::io::duplex(1024);
        let served = tokio::spawn(serve_stream(stream, ([127, 0, 0, 1], 1).into(), server));
        let (mut reader, mut writer) = tokio::io::split(&mut client);
        let mut answer = Vec::new();
        let sent = async {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut writer, data).await;
            let _ = tokio::io::AsyncWriteExt::shutdown(&mut writer).await;
        };
        let read = tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut answer);
        let (_, read) = tokio::join!(sent, read);
        assert!(read.is_ok() || answer.is_empty());
        served.await.expect("the server does not panic");
        assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.") || data.starts_with(b"PRI"), "{data:?}");
    });
}

/// A server's reply.
pub fn reply(data: &[u8]) {
    if let Ok(reply) = capture::read_reply(data) {
        let _ = reply.summary();
        let _ = reply.kind();
        let _ = reply.skew(now());
    }
    let _ = Reply::parse(Some(403), &Headers::default(), data);
}

/// A HAR file: an input that does not begin like one becomes an entry of one.
pub fn har(data: &[u8]) {
    let _ = capture::read(data, None);
    let text = String::from_utf8_lossy(data);
    let wrapped = format!(r#"{{"log":{{"version":"1.2","entries":[{{"request":{text},"response":{text}}}]}}}}"#);
    let _ = capture::read(wrapped.as_bytes(), Some(1));
}

/// A request as HTTP/1.1 text, with what its head contains.
pub fn raw_http(data: &[u8]) {
    let Ok(mut request) = parse_request(data) else { return };
    assert!(request.headers.len() <= data.split(|byte| *byte == b'\n').count());
    let _ = request.host();
    let _ = sigvet_core::claim::Claim::extract(&request);
    request.body = Body::Unknown;
    let _ = sigvet_core::claim::Claim::extract(&request);
}

/// From a pasted text to a diagnosis. Only one input in 64 gets a search, for one mistake at a time: it takes a second
/// in an unoptimised build, and what it tries does not depend on how an input is parsed.
pub fn explain(data: &[u8]) {
    let Ok(captured) = capture::read(data, None) else { return };
    let is_searched = data.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte)) % 64 == 0;
    let client = captured.client.as_ref().map(ClientTexts::from);
    let credentials = credentials();
    let hints = Hints::default();
    let evidence = Evidence {
        request: captured.request.as_ref(),
        reply: captured.reply.as_ref(),
        client,
        credentials: Some(&credentials),
        ..Evidence::new(now(), &hints)
    };
    let diagnosis: Diagnosis =
        diagnose(&evidence, Limits { deepest: usize::from(is_searched), to_the_end: 1, is_time_up: &|| true });
    for note in &diagnosis.notes {
        let _ = format!("{note:?}");
    }
}

/// Judges a signed request.
pub fn verify(data: &[u8]) {
    if let Ok(request) = parse_request(data) {
        judge(&request);
    }
}

/// A chunked body: its framing, and its signatures after a valid head.
pub fn chunks(data: &[u8]) {
    let parsed = Chunked::parse(data);
    assert!(parsed.decoded_length() <= data.len() as u64);
    for word in ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"] {
        let head = format!(
            "PUT /k HTTP/1.1\r\nHost: b.s3.us-east-1.amazonaws.com\r\nx-amz-date: 20260301T111112Z\r\n\
             x-amz-content-sha256: {word}\r\nx-amz-decoded-content-length: {}\r\nx-amz-trailer: x-amz-checksum-crc32\r\n\
             Content-Length: {}\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260301/us-east-1/s3/\
             aws4_request, SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={}\r\n\r\n",
            parsed.decoded_length(),
            data.len(),
            "0".repeat(64)
        );
        let whole = [head.as_bytes(), data].concat();
        verify(&whole);
        if let Ok(request) = parse_request(&whole) {
            decode(&request, data);
        }
    }
}

/// The streaming reader finds the same as the reader of whole bodies. The body itself decides where the pieces end.
fn decode(request: &Request, body: &[u8]) {
    let Ok(claim) = Claim::extract(request) else { return };
    let key = SigningKey::for_scheme(claim.terms.scheme, &credentials(), &claim.terms.dialect, &claim.terms.scope);
    let Some(mut decoder) = Decoder::new(request, &claim, &key, usize::MAX) else { return };
    let mut payload = Vec::new();
    for piece in body.split_inclusive(|byte| byte % 5 == 0) {
        let _ = decoder.push(piece, &mut payload);
    }
    let errors = decoder.finish().err().unwrap_or_default();
    if errors.iter().all(|error| matches!(error, DecodeError::Fault(_))) {
        let wrong = check(request, &claim.terms, &claim.signature, &key).into_iter();
        let expected: Vec<_> = wrong.chain(check_framing(request, &claim.terms)).map(DecodeError::Fault).collect();
        assert_eq!(errors, expected);
    }
}

/// A request that a client signed, re-signed for the next hop: it is accepted there, or refused here.
pub fn resign(data: &[u8]) {
    let Ok(request) = parse_request(data) else { return };
    let client = Credentials::new("AKIAPLACEHOLDER00001", "secret").with_session_token("placeholder/token+of==clients");
    for (service, expiry) in [("s3", None), ("execute-api", None), ("s3", Some(Duration::from_secs(60)))] {
        let signer = Signer::new(client.clone(), "us-east-1", service);
        let signed = match expiry {
            None => signer.sign(request.clone(), now()),
            Some(expiry) => signer.presign_request(request.clone(), expiry, now()),
        };
        if let Ok(signed) = signed {
            resign_for_next_hop(signed.request, &client);
        }
    }
}

fn resign_for_next_hop(request: Request, client: &Credentials) {
    let accept = |request: &Request, credentials: &Credentials| {
        let verdict = sigvet_core::verify::verify(request, &Judge::new(Some(credentials), now(), ExpectedScope::Any));
        verdict.ok()?.accept_before_body().ok()
    };
    let Some(accepted) = accept(&request, client) else { return };
    let Ok(resigned) = sigvet_core::resign::resign(request, &accepted, &Outbound::new(&credentials()), now()) else {
        return;
    };
    let out = resigned.request;
    assert!(accept(&out, &credentials()).is_some(), "the next hop refuses it");
    let shown =
        out.headers.iter().map(|header| header.value.as_slice()).chain([out.target()]).collect::<Vec<_>>().concat();
    let text = String::from_utf8_lossy(&shown);
    assert!(!text.contains("PLACEHOLDER") || !text.contains("AKIAPLACEHOLDER00001"), "the client's key goes on");
}

/// A body of multipart/form-data, and a policy.
pub fn form(data: &[u8]) {
    let head = format!(
        "POST / HTTP/1.1\r\nHost: b.s3.us-east-1.amazonaws.com\r\nContent-Type: multipart/form-data; boundary=X\r\n\
         Content-Length: {}\r\n\r\n",
        data.len()
    );
    verify(&[head.as_bytes(), data].concat());
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = Policy::parse(text);
    }
}

/// sigvet's own profile file.
pub fn profile_file(data: &[u8]) {
    let file = written(data);
    let location = Location::find(Some(file.path()), &environment(&[]));
    if let Some(Ok(Some(profiles))) = location.map(|location| ProfileFile::load(&location)) {
        profiles.profiles().iter().for_each(|profile| assert!(profiles.get(&profile.name).is_some()));
        let _ = profiles.default_profile();
    }
}

/// AWS's files, which are a kind of INI.
pub fn aws_files(data: &[u8]) {
    let (config, credentials) = (written(data), written(data));
    let environment =
        environment(&[("AWS_CONFIG_FILE", config.path()), ("AWS_SHARED_CREDENTIALS_FILE", credentials.path())]);
    let _ = known_keys(&CredentialChoice::default(), &environment);
}

/// The files of other tools, each read as every tool's.
pub fn tool_files(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary directory can be made");
    let file = |name: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, data).expect("a temporary file can be written");
        path
    };
    let (named, _, _) = (file("file"), file("config.json"), file(".passwd-s3fs"));
    let environment = environment(&[
        ("S3CMD_CONFIG", &named),
        ("RCLONE_CONFIG", &named),
        ("BOTO_CONFIG", &named),
        ("RESTIC_REPOSITORY_FILE", &named),
        ("MC_CONFIG_DIR", folder.path()),
        ("HOME", folder.path()),
    ]);
    let _ = tool_profiles(&environment);
}

/// Files with certificates and their keys, and the headers that carry certificates.
pub fn certificates(data: &[u8]) {
    let folder = tempfile::tempdir().expect("a temporary directory can be made");
    let file = folder.path().join("file");
    std::fs::write(&file, data).expect("a temporary file can be written");
    let own = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/transcripts/files/workload"));
    let files = |certificate: &Path, private_key: &Path| CertificateFiles {
        certificate: certificate.to_owned(),
        private_key: private_key.to_owned(),
        intermediates: Some(file.clone()),
    };
    let passphrase = Secret::new("passphrase");
    let (certificate, key) = (own.with_extension("pem"), own.with_extension("key"));
    for (certificate, key) in [(&file, &file), (&certificate, &file), (&file, &key)] {
        let _ = files(certificate, key).load(Some(&passphrase), now());
    }
    let text = String::from_utf8_lossy(data);
    let _ = parse_presented(&text);
    let _ = parse_chain(&text);
    let _ = read_leniently(&text);
    let Ok(certificate) = Certificate::from_der(data) else { return };
    assert_eq!(certificate.as_der(), data);
    let _ = certificate.is_self_issued();
}

/// A `-K` file, which may name itself.
pub fn config_file(data: &[u8]) {
    let words = ["sigvet", "send", "-K", "file"].map(OsString::from).to_vec();
    let _ = config_file::expand(words, <Cli as clap::CommandFactory>::command, &mut |_| Ok(data.to_vec()));
}

/// A `-w` format.
pub fn write_out(data: &[u8]) {
    if let Ok(format) = std::str::from_utf8(data) {
        let _ = WriteOut::parse(format);
    }
}

/// A URL, as typed and as parsed.
pub fn urls(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let _ = parse_url(text);
    let Ok(url) = RequestUrl::parse(text) else { return };
    let _ = sigvet_core::endpoint::infer(&url.host_header());
    let request = Request::new("GET", &url);
    if let Ok(request) = request {
        assert_eq!(url.for_request(&request).to_string(), url.to_string());
        judge(&request);
    }
}

/// A list, presigned and judged in each format: a line for each record, whatever is in it.
pub fn lists(data: &[u8]) {
    let Some((kind, list)) = data.split_first() else { return };
    let ending = if kind & 1 == 0 { Ending::Newline } else { Ending::Zero };
    let when_wrong = WhenWrong { on_error: OnError::Report, file: None };
    let base = (kind & 2 == 0).then(|| RequestUrl::parse("https://b.s3.us-east-1.amazonaws.com/p/").expect("a URL"));
    let base = base.map(|url| Base { typed: url.to_string(), url: Arc::new(url) });
    let encoding = if kind & 4 == 0 { KeyEncoding::Raw } else { KeyEncoding::Url };
    for format in [PresignFormat::Plain, PresignFormat::Json(None)] {
        let worker =
            || PresignWorker::new(&FixedSigning, (base.clone(), encoding), format.clone(), ending, when_wrong.clone());
        expect_a_line_each(list, ending, &worker);
    }
    let verifier =
        Verifier::new(Keyring::new([NamedKey { name: String::new(), credentials: credentials() }]), Clock::new(now));
    for format in [VerifyFormat::Plain, VerifyFormat::Json(None)] {
        let way = (ending, when_wrong.clone());
        let judges = Judges { verifier: &verifier, namesakes: &[], judging: &FixedJudging };
        let worker = || VerifyWorker::new(judges, format.clone(), way.clone());
        expect_a_line_each(list, ending, &worker);
    }
    let mut rows = list;
    let Ok((row, behind)) = CsvHeader::take(&mut rows) else { return };
    let added = PresignFormat::added_columns(OnError::Report);
    for header in
        [CsvHeader::new(&row, "key", added), CsvHeader::without_names(&row, &behind, "1")].into_iter().flatten()
    {
        let (ending, before) = (header.ending(), header.length_before_records(&row));
        let format = PresignFormat::Csv(header);
        let worker =
            || PresignWorker::new(&FixedSigning, (base.clone(), encoding), format.clone(), ending, when_wrong.clone());
        let rest = [&row[before..], &behind, rows].concat();
        let pipe = Pipe { input: &rest[..], ending, first: 2, output: Vec::new() };
        let _ = sigvet::batch::run(pipe, 1, worker);
    }
}

fn expect_a_line_each<W: Worker>(list: &[u8], ending: Ending, worker: &(impl Fn() -> W + Sync)) {
    let mut written = Vec::new();
    let pipe = Pipe { input: list, ending, first: 1, output: &mut written };
    // UTF-16 is not a list.
    if let Ok(run) = sigvet::batch::run(pipe, 1, worker) {
        assert_eq!(written.iter().filter(|byte| **byte == b'\n').count() as u64, run.records);
    }
}

fn parse_record(text: &str) -> Result<RequestUrl, String> {
    RequestUrl::parse(text).map_err(|error| error.to_string())
}

/// One key, one region, one instant.
struct FixedSigning;

impl Signing for FixedSigning {
    fn signed_host(&self) -> Option<&str> {
        None
    }

    fn now(&self) -> Timestamp {
        now()
    }

    fn locate(&self, url: &str, _region: Option<&str>) -> Result<RequestUrl, Refusal> {
        Ok(parse_record(url)?)
    }

    fn presigner(&self, terms: &SigningTerms, now: Timestamp) -> Result<(Presigner, Timestamp), Refusal> {
        let signer = Signer::new(credentials(), terms.region.as_deref().unwrap_or("us-east-1"), "s3");
        let url = parse_record(&terms.origin)?;
        let template = Request::new("GET", &url).map_err(|error| error.to_string())?;
        let expires = terms.expires.unwrap_or(Duration::from_secs(3_600));
        let presigner = signer.presigner(template, expires, now).map_err(|error| error.to_string())?;
        Ok((presigner, now))
    }

    fn parse_expires(&self, text: &str) -> Result<Duration, String> {
        text.parse().map(Duration::from_secs).map_err(|_| "not seconds".to_owned())
    }

    fn warn(&self, _warning: String) {}

    fn progress(&self, _records: u64) {}
}

/// A judge of URLs as they are.
struct FixedJudging;

impl Judging for FixedJudging {
    fn parse_url(&self, text: &str) -> Result<RequestUrl, String> {
        parse_record(text)
    }

    fn redact(&self, _request: &Request, fields: String) -> String {
        fields
    }

    fn redact_refused(&self, _request: Option<&Request>, _record: &[u8], fields: &str) -> String {
        fields.to_owned()
    }

    fn miss_key(&self, _access_key_id: &str) {}

    fn progress(&self, _records: u64) {}
}

fn judge(request: &Request) {
    let credentials = credentials();
    let judge = Judge::new(Some(&credentials), now(), ExpectedScope::Any);
    if let Ok(verdict) = sigvet_core::verify::verify(request, &judge) {
        verdict.findings.iter().for_each(|finding| drop(finding.to_string()));
        let _ = verdict.accept();
    }
}

fn credentials() -> Credentials {
    Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
}

fn now() -> Timestamp {
    Timestamp::from_epoch_seconds(1_772_363_472)
}

fn environment(variables: &[(&str, &Path)]) -> Environment {
    Environment::new(variables.iter().map(|(name, path)| (*name, path.to_string_lossy().into_owned())), None)
}

fn written(data: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file can be made");
    file.write_all(data).expect("a temporary file can be written");
    file
}
