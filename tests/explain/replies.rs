//! Replies of servers that show the texts they computed, and logs of clients that show theirs.
//!
//! Other replies are stored in their cases as observed: these must follow the request.

use serde_json::json;

use crate::signer::{Recipe, Signed, Stages, sha256_hex};

const MISMATCH: &str =
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
const MISMATCH_JSON: &str = "The request signature we calculated does not match the signature you provided. Check your \
                             AWS Secret Access Key and signing method. Consult the service documentation for details.";

/// The reply of a server, of the named kind, that computed `expected`.
pub fn reply(who: &str, recipe: &Recipe, signed: &Signed, expected: &Stages) -> Vec<u8> {
    match who {
        "s3" => xml("application/xml", &s3(recipe, signed, expected)),
        "s3-flattened" => xml("application/xml", &flattened(s3(recipe, signed, expected))),
        "s3-texts-only" => xml("application/xml", &texts_only(expected)),
        "gcs" => xml("application/xml; charset=UTF-8", &gcs(expected)),
        "minio" => xml("application/xml", &minio(recipe)),
        "query" => xml("text/xml", &query_protocol()),
        "gateway" => gateway(json!({ "message": both(expected) })),
        "gateway-redacted" => {
            let token = recipe.keys.token.as_deref().unwrap();
            gateway(json!({ "message": both(expected).replace(token, "X-Amz-Security-Token") }))
        }
        "gateway-request-only" => gateway(json!({ "message": one(expected) })),
        "selling-partner" => {
            let error = json!({ "message": both(expected), "code": "InvalidSignature" });
            gateway(json!({ "errors": [error] }))
        }
        other => panic!("no server is called {other}"),
    }
}

/// What the client's own log says it computed.
pub fn log(who: &str, signed: &Signed) -> Vec<u8> {
    let Stages { canonical_request, string_to_sign } = &signed.stages;
    let text = match who {
        "botocore" => {
            let at = "2025-09-15 12:00:00,214 - MainThread - botocore.auth - DEBUG -";
            format!(
                "{at} Calculating signature using v4 auth.\n{at} CanonicalRequest:\n{canonical_request}\n{at} \
                 StringToSign:\n{string_to_sign}\n{at} Signature:\n{}\n",
                signed.signature
            )
        }
        "go" => format!(
            "SDK 2025/09/15 12:00:00 DEBUG Request Signature:\n---[ CANONICAL STRING  ]-----------------------------\n\
             {canonical_request}\n---[ STRING TO SIGN ]--------------------------------\n{string_to_sign}\n\
             -----------------------------------------------------\n"
        ),
        "java-1" => {
            let at = "DEBUG com.amazonaws.auth.AWS4Signer -";
            format!(
                "{at} AWS4 Canonical Request: '\"{canonical_request}\"\n{at} AWS4 String to Sign: \
                 '\"{string_to_sign}\"\n"
            )
        }
        "java-2" => {
            let at = "12:00:00.093 [main] DEBUG s.a.a.h.a.a.i.signer.DefaultV4RequestSigner -";
            let hash = sha256_hex(canonical_request.as_bytes());
            format!(
                "{at} AWS4 Canonical Request: {canonical_request}\n{at} AWS4 Canonical Request Hash: {hash}\n{at} AWS4 \
                 String to sign: {string_to_sign}\n12:00:00.094 [main] DEBUG org.apache.http.wire - >> \"GET / \"\n"
            )
        }
        // This client does not log the string to sign.
        "s3cmd" => format!(
            "DEBUG: Using signature v4\nDEBUG: Canonical Request:\n{canonical_request}\n----------------------\nDEBUG: \
             signature-v4 headers: {{}}\nDEBUG: Processing request, please wait...\n"
        ),
        other => panic!("no client is called {other}"),
    };
    text.into_bytes()
}

fn s3(recipe: &Recipe, signed: &Signed, expected: &Stages) -> String {
    let Stages { canonical_request, string_to_sign } = expected;
    format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>{MISMATCH}</Message><AWSAccessKeyId>{}</AWSAccessKeyId>\
         <StringToSign>{string_to_sign}</StringToSign><SignatureProvided>{}</SignatureProvided><StringToSignBytes>{}\
         </StringToSignBytes><CanonicalRequest>{}</CanonicalRequest><CanonicalRequestBytes>{}</CanonicalRequestBytes>\
         <RequestId>0A1B2C3D4E5F6071</RequestId><HostId>ZXhhbXBsZS1ob3N0LWlkLW9mLXRoZS1zZXJ2ZXI=</HostId></Error>",
        recipe.keys.access_key,
        signed.signature,
        spaced_hex(string_to_sign),
        escaped(canonical_request),
        spaced_hex(canonical_request),
    )
}

/// As a browser shows it: each line break has become a space. The byte dump shows the original.
fn flattened(body: String) -> String {
    body.replace('\n', " ")
}

fn texts_only(expected: &Stages) -> String {
    format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>{MISMATCH}</Message><StringToSign>{}</StringToSign>\
         <CanonicalRequest>{}</CanonicalRequest></Error>",
        expected.string_to_sign,
        escaped(&expected.canonical_request),
    )
}

fn gcs(expected: &Stages) -> String {
    format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>Access denied.</Message><Details>The request signature we \
         calculated does not match the signature you provided. Check your Google secret key and signing method.\
         </Details><StringToSign>{}</StringToSign><CanonicalRequest>{}</CanonicalRequest></Error>",
        expected.string_to_sign,
        escaped(&expected.canonical_request),
    )
}

fn minio(recipe: &Recipe) -> String {
    format!(
        "<Error><Code>SignatureDoesNotMatch</Code><Message>{MISMATCH}</Message><Resource>{}</Resource>\
         <RequestId>17F3A5C2B1D09E44</RequestId><HostId>dd9025bab4ad464b049177c95eb6ebf3</HostId></Error>",
        escaped(recipe.wire.path()),
    )
}

fn query_protocol() -> String {
    format!(
        "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type>\
         <Code>SignatureDoesNotMatch</Code><Message>{MISMATCH_JSON}</Message></Error>\
         <RequestId>3f1d7c52-8a5e-4b8e-9d0a-5f6c2b7a1e00</RequestId></ErrorResponse>"
    )
}

fn both(expected: &Stages) -> String {
    format!("{}\nThe String-to-Sign should have been\n'{}'\n", one(expected), expected.string_to_sign)
}

fn one(expected: &Stages) -> String {
    format!(
        "{MISMATCH_JSON}\n\nThe Canonical String for this request should have been\n'{}'\n",
        expected.canonical_request
    )
}

fn gateway(body: serde_json::Value) -> Vec<u8> {
    let headers = "Content-Type: application/json\r\nx-amzn-ErrorType: InvalidSignatureException\r\n";
    respond("403 Forbidden", headers, &body.to_string())
}

fn xml(kind: &str, body: &str) -> Vec<u8> {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}");
    respond("403 Forbidden", &format!("Content-Type: {kind}\r\n"), &body)
}

fn respond(status: &str, headers: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

fn spaced_hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
