//! Mistakes in the canonical headers and in the list of signed headers.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search};

mistakes! {
    HEADER_SPACES_KEPT = "header-spaces-kept" {
        title: "repeated spaces inside a header value were kept",
        place: "headers",
        explanation: "In the canonical headers, consecutive spaces inside a value become one space, but the client \
            signed the value as it is sent. The server collapses the spaces, so its header line is shorter.",
        fix: "Replace consecutive spaces in a header value with one space before signing, or send single spaces.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    HEADER_SPACES_ONCE = "header-spaces-once" {
        title: "repeated spaces in a header value were only partly collapsed",
        place: "headers",
        explanation: "The client replaced two spaces with one in a single pass, so three spaces became two, or it \
            skipped the text between quotes. The server reduces every run of spaces to one.",
        fix: "Collapse each run of spaces to one, whatever its length and wherever it is.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    HEADER_UNTRIMMED = "header-untrimmed" {
        title: "a header value was signed with leading or trailing whitespace",
        place: "headers",
        explanation: "The client signed a value with leading or trailing whitespace, which HTTP does not count as \
            part of the value. The server trims the value, so its header line differs.",
        fix: "Trim header values before you sign and send them.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    HEADER_REPEATS = "header-repeats" {
        title: "a repeated header was not joined into one line with commas",
        place: "headers",
        explanation: "A header that is sent more than once becomes one line with its values joined by commas in the \
            order sent, but the client joined them differently, sorted them, or kept only one. The server's line \
            has all values.",
        fix: "Join the values with a bare comma in the order you send them, or send the header once.",
        clients: &[("curl", "8.13.0 or later joins repeated headers")],
        proofs: &[Search, Compare],
    }
    HEADER_SORTED_BY_LINE = "header-sorted-by-line" {
        title: "the headers were sorted as whole 'name:value' lines",
        place: "headers",
        explanation: "The client sorted whole lines, so 'x-amz-meta-a-b:' came before 'x-amz-meta-a:', because a \
            hyphen sorts before a colon. The server sorts by name only.",
        fix: "Sort the header names first, and write the lines afterwards.",
        clients: &[("curl", "8.10.0 or later sorts headers by name")],
        proofs: &[Search, Compare],
    }
    HEADER_UNSORTED = "header-unsorted" {
        title: "the canonical headers were not sorted",
        place: "headers",
        explanation: "The canonical headers are sorted by name, but the client wrote them in the order sent or in \
            the order of a map. The server sorts them, so its canonical request differs.",
        fix: "Sort the headers by their lowercase names before signing.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    HEADER_NAME_CASE = "header-name-case" {
        title: "header names were not lowercased in the canonical headers",
        place: "headers",
        explanation: "The client signed the names as they are sent, such as Host or X-Amz-Date. The server writes \
            them in lowercase.",
        fix: "Lowercase the names in the canonical headers and in SignedHeaders.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    SIGNED_HEADERS_UNSORTED = "signed-headers-unsorted" {
        title: "the SignedHeaders list is not sorted",
        place: "signed-headers",
        explanation: "The names in SignedHeaders are not in alphabetical order. The server sorts them for its own \
            canonical request, or refuses the request.",
        fix: "Sort the lowercase names, and use the same list in the canonical request and in the Authorization \
            header or URL.",
        clients: &[],
        proofs: &[Lint, Search],
    }
    SIGNED_HEADERS_DUPLICATE = "signed-headers-duplicate" {
        title: "a header name is listed twice in SignedHeaders",
        place: "signed-headers",
        explanation: "A header was listed once for each time it is sent, or two parts of the client added it. The \
            server lists every name once.",
        fix: "List each name once, and join the values of a header that is sent more than once.",
        clients: &[],
        proofs: &[Lint, Search],
    }
    SIGNED_HEADERS_SEPARATOR = "signed-headers-separator" {
        title: "the signed headers were not separated by ';'",
        place: "signed-headers",
        explanation: "SignedHeaders is one list with ';' between the names, in the Authorization header, in the query \
            and in the canonical request. With any other separator, the server reads a single unknown name or splits \
            the Authorization header in the wrong place.",
        fix: "Join the names with ';', without spaces.",
        clients: &[],
        proofs: &[Lint, Search],
    }
    HEADER_MISSING = "header-missing" {
        title: "a header was signed but not sent",
        place: "headers",
        explanation: "SignedHeaders names a header that did not arrive, because the HTTP client or a proxy left it \
            out. The server signs an empty value or no line at all, but the client signed a value.",
        fix: "Send every signed header exactly as signed, or do not sign it. Whoever uses a presigned URL must also \
            send its signed headers.",
        clients: &[
            ("boto3", "ContentType, ACL and the like in Params are headers that the uploader must send"),
            ("aws-sdk-js v3", "send each header of signableHeaders and unhoistableHeaders"),
            ("aws-sdk-net", "send x-amz-server-side-encryption if GetPreSignedUrlRequest sets it"),
        ],
        proofs: &[Lint, Compare],
    }
    HEADER_CHANGED = "header-changed" {
        title: "a signed header was changed after signing",
        place: "headers",
        explanation: "A header was changed between signing and arrival, by the HTTP client, by a proxy, or by \
            whoever uses a presigned URL. The server computes its signature over the value it received.",
        fix: "Send the value that was signed and make sure nothing changes it on the way, or sign only headers that \
            nobody changes.",
        clients: &[("aws4", "extraHeadersToIgnore: { 'content-length': true } leaves a header unsigned")],
        proofs: &[Compare, Search],
    }
    HEADER_HOP_BY_HOP = "header-hop-by-hop" {
        title: "a header was signed that proxies remove or rewrite",
        place: "signed-headers",
        explanation: "Headers such as connection, te, transfer-encoding, expect, accept-encoding and via belong to a \
            single hop or are rewritten by gateways, but one of them was signed. The server receives a different value \
            or none.",
        fix: "Sign host, content-type and the x-amz-* headers, but no header about the connection or its route.",
        clients: &[
            ("aws-sdk-go-v2", "wrap HTTPSignerV4 and delete Accept-Encoding before it signs"),
            ("rclone", "--s3-sign-accept-encoding=false, or provider = GCS"),
            ("aws4", "extraHeadersToIgnore: { 'accept-encoding': true }"),
            ("opensearch-py", "3.2.0 signs connection and accept-encoding; 3.1.0 does not"),
            ("Cloudflare", "rewrites Accept-Encoding; do not sign it"),
            ("Google Cloud Storage", "its front end appends to Accept-Encoding; do not sign it"),
        ],
        proofs: &[Lint, Compare],
    }
    HEADER_NOT_SIGNABLE = "header-not-signable" {
        title: "a header was signed that this service does not accept as signed",
        place: "signed-headers",
        explanation: "OpenSearch Serverless refuses a signature that covers Content-Length, because its own gateway \
            sets that header again. The same signature is right for other services.",
        fix: "Do not sign Content-Length.",
        clients: &[
            ("botocore", "delete Content-Length before SigV4Auth signs, and set it afterwards"),
            ("aws4", "extraHeadersToIgnore: { 'content-length': true }"),
        ],
        proofs: &[Lint],
    }
    HEADER_CONTENT_TYPE = "header-content-type" {
        title: "the Content-Type header was added or changed after signing",
        place: "headers",
        explanation: "The signed Content-Type and the one that arrived differ, usually because the HTTP client \
            appended '; charset=...' or added a default. The server computes its signature over the one it \
            received.",
        fix: "Set the full Content-Type yourself and sign exactly that, or do not sign it. Pass the body as bytes \
            if the client adds a charset to text.",
        clients: &[
            ("OkHttp", "create the RequestBody from bytes; for a String it appends '; charset=utf-8'"),
            ("Retrofit", "create the RequestBody from bytes, with the MediaType that was signed"),
            ("fetch", "set Content-Type as signed; a string gets text/plain;charset=UTF-8, a Blob its type"),
            ("axios", "headers: { 'Content-Type': … }, as signed; otherwise it may send a form's type"),
            ("jQuery", "contentType: file.type, processData: false"),
            (".NET", "ByteArrayContent with Content-Type set; StringContent adds a charset"),
            ("Dart http", "send bodyBytes; for text it adds a charset"),
            ("aws4", "set Content-Type; otherwise it signs a form's type for a body"),
        ],
        proofs: &[Search, Compare],
    }
    HEADER_NON_ASCII = "header-non-ascii" {
        title: "a signed header value contains non-ASCII characters",
        place: "headers",
        explanation: "A header value contains non-ASCII characters, for which HTTP defines no encoding. Client and \
            server decode its bytes differently, as UTF-8 or as Latin-1, and sign different texts.",
        fix: "Encode the value in ASCII, with percent-encoding or RFC 2047, and decode it when you read it back.",
        clients: &[("boto3", "encode metadata before put_object, for instance with urllib.parse.quote")],
        proofs: &[Lint, Compare],
    }
    HEADER_AMZ_UNSIGNED = "header-amz-unsigned" {
        title: "an x-amz-* header was sent but not signed",
        place: "signed-headers",
        explanation: "S3 refuses a request with an x-amz-* header that is not listed in SignedHeaders. The header \
            was added after signing, or the signer was not told about it.",
        fix: "Add all x-amz-* headers before signing, and sign them. For a presigned URL, name them when you create \
            it.",
        clients: &[
            ("aws-sdk-js v3", "getSignedUrl(…, { unhoistableHeaders: new Set(['x-amz-checksum-sha256']) })"),
            ("aws-requests-auth", "leaves x-amz-content-sha256 unsigned; use requests-aws4auth for S3"),
        ],
        proofs: &[Lint, Error],
    }
    HTTP_TRAILER_UNSIGNED = "http-trailer-unsigned" {
        title: "a header was sent in the trailer of the HTTP chunks",
        place: "headers",
        explanation: "A header that matters to the request follows the chunks of Transfer-Encoding: chunked, where no \
            signature covers it. Some servers add it to the other headers and some drop it, so a proxy and the server \
            behind it may act on different requests.",
        fix: "Send the header before the body and sign it; a trailing checksum belongs in the aws-chunked body.",
        clients: &[],
        proofs: &[Lint],
    }
    HEADER_BLOCK_NEWLINE = "header-block-newline" {
        title: "the blank line after the canonical headers is missing or doubled",
        place: "canonical-request",
        explanation: "Every header line ends with a newline and one empty line follows the last, but the client \
            wrote one newline too few or too many. The server's canonical request has exactly one blank line there.",
        fix: "End each canonical header with a newline, then join the six parts of the canonical request with \
            newlines.",
        clients: &[],
        proofs: &[Search, Compare],
    }
}
