//! The two signers: each gets a case in the form of its API and returns the signature.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials as AwsCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use sigvet_core::credentials::Credentials;
use sigvet_core::derivation::TokenTravel;
use sigvet_core::internal::captured_request;
use sigvet_core::prepare::{Identity, PayloadChoice, Settings, prepare};
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_core::scheme::SigningKey;
use sigvet_core::time::Timestamp;

use crate::case::{Case, Form, Payload, Service, Token};

const KEY_ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22+/w==";
const NOW: u64 = 1_440_938_160;
const EXPIRES: Duration = Duration::from_secs(3_600);
const REGION: &str = "us-east-1";
const TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

pub fn by_sigvet(case: &Case) -> String {
    let url = RequestUrl::parse(&format!("https://{}/", case.host)).unwrap();
    let unaltered = Request::new(case.method, &url).unwrap();
    // Allows raw spaces and letters outside ASCII too, which no client should send.
    let mut request = captured_request(case.method, case.target(), unaltered.headers, unaltered.body);
    for (name, value) in &case.headers {
        request.headers.push(name, value.as_str()).unwrap();
    }
    request.body = Body::Bytes(case.body.clone());
    let mut credentials = Credentials::new(KEY_ID, SECRET);
    if case.token != Token::None {
        credentials = credentials.with_session_token(TOKEN);
    }
    let now = Timestamp::from_epoch_seconds(i64::try_from(NOW).unwrap());
    let prepared = prepare(request, &Identity::from(&credentials), &settings(case), now).unwrap();
    let key = SigningKey::derive(&credentials.secret_access_key, &prepared.terms.dialect, &prepared.terms.scope);
    prepared.sign(&key).unwrap().signature.as_str().to_owned()
}

fn settings(case: &Case) -> Settings {
    let mut settings = Settings::new(REGION, service(case));
    settings.token = if case.token == Token::Unsigned { TokenTravel::Unsigned } else { TokenTravel::Signed };
    settings.payload = match case.payload {
        Payload::Hashed => PayloadChoice::Hashed,
        Payload::Unsigned => PayloadChoice::Unsigned,
        Payload::Trailer => PayloadChoice::Declared(TRAILER.to_owned()),
    };
    match case.form {
        Form::Header => settings,
        Form::Query => settings.presigned(EXPIRES),
    }
}

/// Signs as aws-sdk-rust does: its client crates set the path options for S3 this way, and add the payload's header if
/// it is not a hash.
pub fn by_aws_sigv4(case: &Case) -> String {
    let mut settings = SigningSettings::default();
    if case.service == Service::S3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    if case.service == Service::S3 || case.payload != Payload::Hashed {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if case.token == Token::Unsigned {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    if case.form == Form::Query {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(EXPIRES);
    }
    let body = match case.payload {
        Payload::Hashed => SignableBody::Bytes(&case.body),
        Payload::Unsigned => SignableBody::UnsignedPayload,
        Payload::Trailer => SignableBody::StreamingUnsignedPayloadTrailer,
    };
    let token = (case.token != Token::None).then(|| TOKEN.to_owned());
    let identity = AwsCredentials::new(KEY_ID, SECRET, token, None, "test").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(REGION)
        .name(service(case))
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let headers = case.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let request =
        SignableRequest::new(case.method, format!("https://{}{}", case.host, case.target()), headers, body).unwrap();
    sign(request, &parameters).unwrap().signature().to_owned()
}

fn service(case: &Case) -> &'static str {
    match case.service {
        Service::S3 => "s3",
        Service::Other => "execute-api",
    }
}
