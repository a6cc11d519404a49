//! Presigned URLs of services other than plain S3: websockets, tokens made from URLs, access points.
//!
//! Source: botocore 1.44.5 with its clock at 2026-03-01T11:11:12Z: `S3SigV4QueryAuth` for the S3 family,
//! `SigV4QueryAuth` for everything else, each given the URL of the row. Region and service of a row must also be
//! inferred from its host.

use sigvet_core::credentials::Credentials;
use sigvet_core::endpoint::infer;
use sigvet_core::prepare::Settings;
use sigvet_core::request::{Request, RequestUrl};

use super::{SECRET, assert_valid, request, seconds, sign};

const TOKEN: &str = "IQoJb3JpZ2luX2VjE+/==";

#[derive(Clone, Copy, PartialEq)]
enum Token {
    None,
    Signed,
}

type Row = (&'static str, &'static str, &'static str, &'static str, u64, Token, &'static str);

/// Method, URL, region, service, expiry in seconds, token, signature.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    ("GET", "wss://transcribestreaming.us-west-2.amazonaws.com:8443/stream-transcription-websocket?language-code=en-US&media-encoding=flac&sample-rate=16000", "us-west-2", "transcribe", 300, Token::Signed, "0d24c14ee42ebf7ad40a37f6eb790da5f9ad2d20bc2b7fdb11e87d75a6ff865d"),
    ("GET", "wss://a1b2c3-ats.iot.eu-west-1.amazonaws.com/mqtt", "eu-west-1", "iotdevicegateway", 86400, Token::None, "2d6cd87cac4190e27acf00b796ec491dae56f0be56fb0ae7ca33cc098f1967ac"),
    ("GET", "wss://v-a1b2c3d4.kinesisvideo.us-west-2.amazonaws.com/?X-Amz-ChannelARN=arn%3Aaws%3Akinesisvideo%3Aus-west-2%3A123456789012%3Achannel%2Fdemo-channel%2F1234567890123&X-Amz-ClientId=d7d1c6e2", "us-west-2", "kinesisvideo", 299, Token::Signed, "9f6c42cd6eb1868410166529da026781661dbbb062f362c3d0ae041a35e80324"),
    ("GET", "wss://bedrock-agentcore.us-west-2.amazonaws.com/runtimes/arn%3Aaws%3Abedrock-agentcore%3Aus-west-2%3A123456789012%3Aruntime%2Fmy-agent/ws?X-Amzn-Bedrock-AgentCore-Runtime-Session-Id=abc", "us-west-2", "bedrock-agentcore", 300, Token::Signed, "6b561527b85af6c793e48bf1364e827a202f0f375cc6972bf83e8c730407a465"),
    ("GET", "https://polly.eu-central-1.amazonaws.com/v1/speech?OutputFormat=mp3&Text=Hi%20there&VoiceId=Joanna", "eu-central-1", "polly", 3600, Token::None, "87b40f1527a141fc40c59edcbf944d6974d503662abe4c353cf27f87d6d4e3a8"),
    ("GET", "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", "us-east-1", "sts", 60, Token::Signed, "a6d85f9390e81778690ce5c76afa3ca6dd85e453a5acdc5d2b133229ba2066e3"),
    ("GET", "https://db.abc.us-east-1.rds.amazonaws.com:5432/?Action=connect&DBUser=jane", "us-east-1", "rds-db", 900, Token::None, "aa1431c3e9718773b57e74d0f26a287253ce5ee5355ac71dacedf6ed29703c0c"),
    ("GET", "https://abcdefg.lambda-url.us-east-1.on.aws/a%20b/?x=1", "us-east-1", "lambda", 900, Token::None, "559668c1ee58b2aad092c6bf3b931ab6905d8cffa1cfd376793c8344cb74adc9"),
    ("GET", "wss://db.cluster-abc.us-east-1.neptune.amazonaws.com:8182/gremlin", "us-east-1", "neptune-db", 900, Token::None, "23999c6231d253a68e2191de1a0152961a37c740aa8bf5d8fa5a2f6f3cf5713f"),
    ("GET", "wss://a1b2c3.execute-api.eu-west-2.amazonaws.com/prod", "eu-west-2", "execute-api", 900, Token::None, "50ca478d92f0b6bdb1d160a8acaa6d8ffe97b6682ade9ba0fb52108a21af184f"),
    ("PUT", "https://bucket.s3.eu-west-1.amazonaws.com/a%20b", "eu-west-1", "s3", 900, Token::Signed, "7a1461d030b6f78c6189f393204ffc7b3ee7cb35f5b29a2fd3d84226dfed90e2"),
    ("GET", "https://mybanner-123456789012.s3-object-lambda.us-east-1.amazonaws.com/a%20b", "us-east-1", "s3-object-lambda", 900, Token::None, "cbdf2cc7e8a407e7ee624e90204df273434d018a955edea19d0f2ad328b7032a"),
    ("GET", "https://reports-123456789012.op-01234567890123456.s3-outposts.us-west-2.amazonaws.com/k", "us-west-2", "s3-outposts", 900, Token::None, "246fdd5cd88cb1b095ba2bd35431462b85e342359b2117cc274cebf70f826830"),
    ("GET", "https://b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com/k", "us-east-1", "s3express", 300, Token::None, "a90dfb9b16b70614b65bf91b10dde001ec1081f20dd65221d776716ca73352e8"),
];

fn presign((method, url, region, service, life, token, _): Row) -> (Request, Credentials, String) {
    let mut credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    if token == Token::Signed {
        credentials = credentials.with_session_token(TOKEN);
    }
    let settings = Settings::new(region, service).presigned(seconds(life));
    let signed = sign(request(method, url, &[], b""), &credentials, &settings);
    (signed.request, credentials, signed.signature.as_str().to_owned())
}

#[test]
fn urls_are_presigned_as_botocore_does() {
    for row in ROWS {
        let (request, credentials, signature) = presign(*row);
        assert_eq!(signature, row.6, "{}", row.1);
        assert_valid(&request, &credentials);
    }
}

/// IoT's data plane and its message broker have the same host; only the URL's scheme distinguishes them.
#[test]
fn hosts_imply_region_and_service() {
    for (_, url, region, service, ..) in ROWS {
        let found = infer(RequestUrl::parse(url).unwrap().host()).unwrap();
        let told = found.service.as_deref().map(|told| if told == "iotdata" { "iotdevicegateway" } else { told });
        assert_eq!((found.region.as_deref(), told), (Some(*region), Some(*service)), "{url}");
    }
}

/// In AWS's guide for IoT, the token is appended to a URL that was signed without it: the signature is the one that
/// botocore computes for that URL.
#[test]
fn iots_token_is_appended_after_the_signature() {
    let iot = ROWS.iter().find(|row| row.3 == "iotdevicegateway").unwrap();
    let (request, credentials, signature) = presign((iot.0, iot.1, iot.2, iot.3, iot.4, Token::Signed, iot.6));
    assert_eq!(signature, iot.6);
    let target = String::from_utf8(request.target().to_vec()).unwrap();
    assert!(target.ends_with(&format!("{signature}&X-Amz-Security-Token=IQoJb3JpZ2luX2VjE%2B%2F%3D%3D")), "{target}");
    assert_valid(&request, &credentials);
}

/// Outside the S3 family, the body is hashed. Source: `SigV4QueryAuth` with `payload` overridden to hash this body,
/// because botocore itself moves bodies into the query.
#[test]
fn the_body_of_a_presigned_post_is_hashed() {
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET);
    let url = "https://search-logs-abc.us-east-1.es.amazonaws.com/_search";
    let settings = Settings::new("us-east-1", "es").presigned(seconds(900));
    let signed = sign(request("POST", url, &[], b"{\"q\":1}"), &credentials, &settings);
    let expected = "3bb71a0ddefc272034c410f5d7d10bf60ff8eba8d9028d72c28dc001438dcda5";
    assert_eq!(signed.signature.as_str(), expected);
    assert_valid(&signed.request, &credentials);
}
