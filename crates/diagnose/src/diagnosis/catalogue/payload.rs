//! Mistakes in the payload line, and in the headers that describe the body.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search};

mistakes! {
    PAYLOAD_EMPTY_HASH = "payload-empty-hash" {
        title: "the hash of an empty body was signed, but a body was sent",
        place: "payload",
        explanation: "The client signed e3b0c442..., the hash of zero bytes, because the signer did not get the \
            body or the body had already been read to its end. The server hashes the body it received.",
        fix: "Pass the body that you send to the signer, rewound to its start.",
        clients: &[
            ("aws-sdk-go-v2", "pass SignHTTP the hex SHA-256 of the body; it does not read the body"),
            ("aws-sdk-go v1", "signer.Sign(req, body, …) with the body as io.ReadSeeker"),
            ("aws4", "with axios, also set body to the serialized data before signing"),
        ],
        proofs: &[Search, Compare, Error],
    }
    PAYLOAD_NOT_EMPTY = "payload-not-empty" {
        title: "the hash of a body was signed, but no body was sent",
        place: "payload",
        explanation: "The client signed the hash of some bytes, but the request arrived without a body, for example \
            because the HTTP client or a proxy drops the body of a GET. The server hashes an empty body.",
        fix: "Sign the hash of an empty body if you send none, or use a method whose body is sent.",
        clients: &[("OpenSearch", "POST for _search with a body; some clients drop the body of a GET")],
        proofs: &[Search, Compare, Error],
    }
    PAYLOAD_CHANGED = "payload-changed" {
        title: "the body that arrived is not the body that was hashed",
        place: "payload",
        explanation: "The signed hash belongs to another body than the one the server received, and no known \
            mistake turns one into the other. Something changed the body between the signer and the server, or the \
            signer was given another body.",
        fix: "Hash exactly the bytes that you send, after serializing, compressing and encoding them, and make sure \
            nothing on the way changes them.",
        clients: &[],
        proofs: &[Compare, Error],
    }
    PAYLOAD_UNSIGNED = "payload-unsigned" {
        title: "the body was signed as UNSIGNED-PAYLOAD, but its hash is required",
        place: "payload",
        explanation: "The client signed UNSIGNED-PAYLOAD instead of the body's hash, which only S3 and a few other \
            services accept. The server uses the hash of the body.",
        fix: "Sign the SHA-256 of the body, in hex.",
        clients: &[
            ("botocore", "config=Config(s3={'payload_signing_enabled': True})"),
            ("aws-sdk-go v1", "leave signer.UnsignedPayload false"),
            ("aws-sdk-java v2", ".putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, true)"),
            ("aws4fetch", "set X-Amz-Content-Sha256; for S3 it signs UNSIGNED-PAYLOAD by default"),
            ("curl", "-H \"x-amz-content-sha256: HASH\"; for S3 it may sign UNSIGNED-PAYLOAD"),
        ],
        proofs: &[Search, Compare, Lint],
    }
    PAYLOAD_HASHED = "payload-hashed" {
        title: "a presigned URL was signed with a payload hash",
        place: "payload",
        explanation: "The payload line of a presigned S3 URL is UNSIGNED-PAYLOAD, because the body is not known \
            yet, but the client put a hash there. The server uses UNSIGNED-PAYLOAD if the URL declares no hash.",
        fix: "Use UNSIGNED-PAYLOAD in the canonical request of a presigned S3 URL, or sign x-amz-content-sha256 \
            with the hash.",
        clients: &[
            ("botocore", "use S3SigV4QueryAuth instead of SigV4QueryAuth"),
            ("aws-sdk-js v3", "use S3RequestPresigner instead of SignatureV4.presign"),
            ("aws-sigv4 (Rust)", "SignableBody::UnsignedPayload"),
            ("aws4", "service: 's3' together with signQuery: true"),
        ],
        proofs: &[Search, Compare],
    }
    PAYLOAD_NEWLINE = "payload-newline" {
        title: "the line endings of the body changed after it was hashed",
        place: "payload",
        explanation: "The body that arrived has one trailing newline more or fewer than the one that was hashed, or \
            CRLF instead of LF. The server hashes the bytes it received.",
        fix: "Hash exactly the bytes that you send, and open files in binary mode for both.",
        clients: &[("curl", "--data-binary @FILE; -d @FILE removes line breaks")],
        proofs: &[Search, Compare, Error],
    }
    PAYLOAD_JSON_REFORMATTED = "payload-json-reformatted" {
        title: "the JSON body was serialized again after it was hashed",
        place: "payload",
        explanation: "The client hashed one serialization of the JSON, but the HTTP library sent another one, with \
            other spaces, key order or escapes. The server hashes the text it received.",
        fix: "Serialize the JSON once, to bytes; hash those bytes and send those bytes.",
        clients: &[
            ("requests", "data=body with the hashed bytes, not json="),
            ("axios", "data: the string that was hashed, and transformRequest: [d => d]"),
        ],
        proofs: &[Search, Compare, Error],
    }
    PAYLOAD_CHARSET = "payload-charset" {
        title: "the body was hashed in one charset and sent in another",
        place: "payload",
        explanation: "The client hashed the text in one charset, such as UTF-16 or Latin-1, or with a byte-order \
            mark, and sent it in another. The server hashes the bytes it received.",
        fix: "Encode the text once, as UTF-8 without a byte-order mark; hash those bytes and send those bytes.",
        clients: &[
            ("Java", "text.getBytes(StandardCharsets.UTF_8)"),
            ("Apache HttpClient", "new StringEntity(text, StandardCharsets.UTF_8)"),
            (".NET", "new UTF8Encoding(false)"),
            ("PowerShell", "-Encoding utf8NoBOM"),
        ],
        proofs: &[Search, Compare, Error],
    }
    PAYLOAD_FROM_QUERY = "payload-from-query" {
        title: "the query string was hashed as if it were the body",
        place: "payload",
        explanation: "The client hashed the parameters as the body of a POST but sent them in the URL; some frameworks \
            mix the two. The server hashes the body, which is empty or contains something else.",
        fix: "Hash only the body, and sign the query in its own line.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    PAYLOAD_HASH_FORM = "payload-hash-form" {
        title: "the payload hash is not written in lowercase hex",
        place: "payload",
        explanation: "The payload line is the SHA-256 of the body in lowercase hex, but the client wrote it in \
            uppercase or base64, or hashed it twice. The server writes 64 lowercase hex digits.",
        fix: "Hash the bytes of the body once, and write the hash in lowercase hex.",
        clients: &[
            ("Go", "hex.EncodeToString(sum[:])"),
            ("Node.js", "createHash('sha256').update(body).digest('hex')"),
        ],
        proofs: &[Search, Compare],
    }
    PAYLOAD_HEADER_MISMATCH = "payload-header-mismatch" {
        title: "x-amz-content-sha256 is not the hash of the body that was sent",
        place: "payload",
        explanation: "The header declares one hash, but the payload line of the canonical request or the body \
            itself has another. S3 takes the payload line from the header and checks the body against it.",
        fix: "Compute the hash of the body once, send it in x-amz-content-sha256, and sign that same text.",
        clients: &[
            ("aws4", "signs an existing X-Amz-Content-Sha256 unchanged; remove a stale one"),
            ("aws4fetch", "signs an existing X-Amz-Content-Sha256 unchanged; remove a stale one"),
        ],
        proofs: &[Lint, Search, Compare, Error],
    }
    PAYLOAD_HEADER_MISSING = "payload-header-missing" {
        title: "the x-amz-content-sha256 header is missing",
        place: "payload",
        explanation: "S3 and OpenSearch Serverless require requests signed in their headers to declare the payload \
            in x-amz-content-sha256, but the header is missing. Most other services compute the hash themselves, so \
            a signer written for them leaves it out.",
        fix: "Send x-amz-content-sha256 with the hash of the body, or with UNSIGNED-PAYLOAD over TLS, and sign it.",
        clients: &[
            ("botocore", "S3SigV4Auth sends it, SigV4Auth does not"),
            ("aws-sdk-js v3", "new SignatureV4({ …, applyChecksum: true }), which is the default"),
            ("aws-sdk-go-v2", "req.Header.Set(\"X-Amz-Content-Sha256\", hash) before SignHTTP"),
            ("curl", "8.0.0 or later sends it to S3"),
            ("aws4", "set X-Amz-Content-Sha256 yourself for aoss (OpenSearch Serverless)"),
        ],
        proofs: &[Lint, Error],
    }
    LENGTH_AMBIGUOUS = "length-ambiguous" {
        title: "the length of the body is given in two contradictory ways",
        place: "payload",
        explanation: "Content-Length occurs twice, is not a number, or is sent together with Transfer-Encoding. A \
            proxy and the server behind it may disagree about where the body ends, so HTTP tells servers to refuse \
            such a request.",
        fix: "Send one Content-Length, or Transfer-Encoding: chunked without it.",
        clients: &[],
        proofs: &[Lint],
    }
    CHECKSUM_MISMATCH = "checksum-mismatch" {
        title: "the checksum header does not match the body",
        place: "payload",
        explanation: "The x-amz-checksum-... or Content-MD5 header was computed from other bytes than the ones that \
            arrived, or is not written as base64 of the raw big-endian bytes. The signature may be right, but the store computes \
            the checksum itself and refuses the body.",
        fix: "Compute the checksum over exactly the bytes that you send, and write its raw bytes, big-endian, in \
            base64.",
        clients: &[
            ("Python", "base64.b64encode(zlib.crc32(body).to_bytes(4, 'big'))"),
            ("hashlib", "base64.b64encode(hashlib.md5(body).digest()) for Content-MD5"),
            ("aws-sdk-js v3", "requestChecksumCalculation: 'WHEN_REQUIRED' to presign a PUT without a body"),
            ("botocore", "pass ChecksumAlgorithm instead of ChecksumCRC32"),
        ],
        proofs: &[Lint, Error],
    }
    PAYLOAD_STREAMING = "payload-streaming" {
        title: "a streaming payload was declared, but the body is not in that format",
        place: "payload",
        explanation: "x-amz-content-sha256 says STREAMING-..., but the body is not in signed chunks, or the server \
            does not support that kind of chunks. One side sends plain data where the other expects chunk lengths, \
            signatures or trailers.",
        fix: "Send the body in one piece with its hash or UNSIGNED-PAYLOAD, and turn off default checksums for \
            servers that do not support trailers.",
        clients: &[
            ("AWS CLI and SDKs", "AWS_REQUEST_CHECKSUM_CALCULATION=when_required"),
            ("botocore", "config=Config(request_checksum_calculation='when_required')"),
            ("aws-sdk-js v3", "requestChecksumCalculation: 'WHEN_REQUIRED'"),
            ("aws-sdk-go-v2", "o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired"),
            ("aws-sdk-java v2", ".requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)"),
            ("aws-sdk-java v1", "disableChunkedEncoding()"),
            ("Terraform", "skip_s3_checksum = true in the s3 backend, from 1.6.3 on"),
        ],
        proofs: &[Lint, Error],
    }
    PAYLOAD_TRANSFORMED = "payload-transformed" {
        title: "the body was compressed or re-encoded after it was hashed",
        place: "payload",
        explanation: "The body was compressed, decompressed or base64-encoded, or its form fields were written \
            again in another order or encoding, after the hash was computed. The server hashes the bytes it \
            received.",
        fix: "Transform the body first, then hash and sign the bytes that you send.",
        clients: &[
            ("API Gateway", "isBase64Encoded and binaryMediaTypes decide whether a body is decoded on its way"),
        ],
        proofs: &[Search, Lint],
    }
    CHECKSUM_UNSUPPORTED = "checksum-unsupported" {
        title: "the store does not support the checksum that the SDK sends",
        place: "payload",
        explanation: "SDKs released since January 2025 send a CRC32 checksum with every upload, as an \
            x-amz-checksum-... header or in the trailer of an aws-chunked body, and no Content-MD5 with \
            DeleteObjects. The signature may be right, but the store refuses the checksum, the chunks or the \
            missing Content-MD5.",
        fix: "Set the SDK's request checksum calculation to 'when required'. If the store requires Content-MD5, \
            send that header, or use a release of the SDK that still sends it.",
        clients: &[
            ("AWS CLI and SDKs", "AWS_REQUEST_CHECKSUM_CALCULATION=when_required"),
            ("boto3", "config=Config(request_checksum_calculation='when_required'); before 1.36 nothing is needed"),
            ("aws-sdk-js v3", "requestChecksumCalculation: 'WHEN_REQUIRED'"),
            ("aws-sdk-java v2", ".requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)"),
            ("aws-sdk-java v2, Content-MD5", ".addPlugin(LegacyMd5Plugin.create())"),
            ("aws-sdk-go-v2", "o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired"),
            ("aws-sdk-php", "'request_checksum_calculation' => 'when_required'"),
            ("aws-sdk-ruby", "request_checksum_calculation: 'when_required'"),
            ("AWS SDK for .NET", "RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED"),
            ("AWS SDK for Rust", ".request_checksum_calculation(RequestChecksumCalculation::WhenRequired)"),
            ("AWS SDK for C++", "checksumConfig.requestChecksumCalculation = RequestChecksumCalculation::WHEN_REQUIRED"),
            ("Terraform", "skip_s3_checksum = true in the s3 backend, from 1.6.3 on"),
            ("rclone", "set provider to the store's name in the remote's configuration"),
        ],
        proofs: &[Error],
    }
    CHECKSUM_OF_NOTHING = "checksum-of-nothing" {
        title: "the presigned URL contains the checksum of an empty body",
        place: "payload",
        explanation: "The SDK computed a default checksum when it created the URL, before there was a body, and \
            signed it into the query: x-amz-checksum-crc32=AAAAAA== is the CRC32 of zero bytes. The store compares \
            it with the uploaded body and refuses every other body.",
        fix: "Set the SDK's request checksum calculation to 'when required' before you create the URL.",
        clients: &[
            ("aws-sdk-js v3", "new S3Client({ requestChecksumCalculation: 'WHEN_REQUIRED' })"),
            ("AWS CLI and SDKs", "AWS_REQUEST_CHECKSUM_CALCULATION=when_required"),
        ],
        proofs: &[Lint],
    }
}
