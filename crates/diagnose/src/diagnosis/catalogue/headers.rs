//! Mistakes in the canonical headers and in the list of signed ones.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search};

mistakes! {
    HEADER_SPACES_KEPT = "header-spaces-kept" {
        title: "runs of spaces inside a header value were kept",
        place: "headers",
        explanation: "In the canonical headers a run of spaces inside a value is one space, and the client signed \
            the value as it is sent. The server collapses the run, and hashes a shorter line.",
        fix: "Replace each run of spaces in a value by one space before signing, or send single spaces.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    HEADER_SPACES_ONCE = "header-spaces-once" {
        title: "runs of spaces in a header value were collapsed only in part",
        place: "headers",
        explanation: "The client replaced two spaces by one in a single pass, so that three leave two, or it spared \
            the text between quotes. The server leaves one space of every run.",
        fix: "Collapse each run of spaces to one, whatever its length and wherever it stands.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    HEADER_UNTRIMMED = "header-untrimmed" {
        title: "a header value was signed with white space around it",
        place: "headers",
        explanation: "The client signed a value with a leading or trailing space, which HTTP does not count as part \
            of it. The server trims the value, and hashes another line.",
        fix: "Trim values before they are signed and sent.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    HEADER_REPEATS = "header-repeats" {
        title: "a repeated header was not joined as the server joins it",
        place: "headers",
        explanation: "A header that is sent more than once becomes one line, its values joined by commas in the \
            order sent, and the client joined them otherwise, sorted them, or kept one. The server's line has all of \
            them.",
        fix: "Join the values with a bare comma in the order in which they are sent, or send the header once.",
        clients: &[("curl", "8.13.0 or later joins repeated headers")],
        proofs: &[Search, Compare],
    }
    HEADER_SORTED_BY_LINE = "header-sorted-by-line" {
        title: "the headers were sorted as whole 'name:value' lines",
        place: "headers",
        explanation: "The client sorted lines, so that 'x-amz-meta-a-b:' came before 'x-amz-meta-a:', for a hyphen \
            sorts before a colon. The server sorts by name alone.",
        fix: "Sort the names, and write the lines afterwards.",
        clients: &[("curl", "8.10.0 or later sorts headers by name")],
        proofs: &[Search, Compare],
    }
    HEADER_UNSORTED = "header-unsorted" {
        title: "the canonical headers were not sorted",
        place: "headers",
        explanation: "The canonical headers are listed by name, and the client wrote them in the order sent or in \
            that of a map. The server sorts them, and hashes another block.",
        fix: "Sort the headers by their lower-case names before signing.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    HEADER_NAME_CASE = "header-name-case" {
        title: "header names were not lower-cased in the canonical headers",
        place: "headers",
        explanation: "The client signed names as they are sent, such as Host or X-Amz-Date. The server writes them \
            in lower case.",
        fix: "Lower-case the names in the canonical headers and in the list of signed headers.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    SIGNED_HEADERS_UNSORTED = "signed-headers-unsorted" {
        title: "the list of signed headers is not sorted",
        place: "signed-headers",
        explanation: "The names in SignedHeaders stand in another order than the alphabet's. The server sorts them \
            for its own canonical request, or refuses them.",
        fix: "Sort the lower-case names, and use the same list in the canonical request and in the request.",
        clients: &[],
        proofs: &[Lint, Search],
    }
    SIGNED_HEADERS_DUPLICATE = "signed-headers-duplicate" {
        title: "a name stands twice in the list of signed headers",
        place: "signed-headers",
        explanation: "A header was listed once for each time that it is sent, or was added by two parts of the \
            client. The server lists every name once.",
        fix: "List each name once, and join the values of a header that is sent more than once.",
        clients: &[],
        proofs: &[Lint, Search],
    }
    SIGNED_HEADERS_SEPARATOR = "signed-headers-separator" {
        title: "the signed headers were separated by something other than ';'",
        place: "signed-headers",
        explanation: "The names of the signed headers stand in one list with ';' between them, in the Authorization header, in \
            X-Amz-SignedHeaders and in the canonical request. With another separator the server reads one name that no \
            header has, or another part of the header.",
        fix: "Join the names with ';', without spaces.",
        clients: &[],
        proofs: &[Lint, Search],
    }
    HEADER_MISSING = "header-missing" {
        title: "a header was signed but not sent",
        place: "headers",
        explanation: "SignedHeaders names a header that did not arrive, because the HTTP client or a proxy left it \
            out. The server signs it as empty or leaves its line out, and the client signed a value.",
        fix: "Send every signed header exactly as signed, or leave it out of the signed ones; whoever uses a \
            presigned URL must send its signed headers too.",
        clients: &[
            ("boto3", "ContentType, ACL and the like in Params are headers that the uploader must send"),
            ("aws-sdk-js v3", "send each header of signableHeaders and unhoistableHeaders"),
            ("aws-sdk-net", "send x-amz-server-side-encryption if GetPreSignedUrlRequest sets it"),
        ],
        proofs: &[Lint, Compare],
    }
    HEADER_CHANGED = "header-changed" {
        title: "a signed header arrived with another value",
        place: "headers",
        explanation: "A header was changed between signing and arrival, by the HTTP client, by a proxy, or by \
            whoever uses a presigned URL. The server signs the value that it received.",
        fix: "Send the value that was signed, and let nothing on the way edit it; sign only headers that nobody \
            changes.",
        clients: &[("aws4", "extraHeadersToIgnore: { 'content-length': true } leaves a header unsigned")],
        proofs: &[Compare, Search],
    }
    HEADER_HOP_BY_HOP = "header-hop-by-hop" {
        title: "a header was signed that proxies drop or rewrite",
        place: "signed-headers",
        explanation: "Headers such as connection, te, transfer-encoding, expect, accept-encoding and via belong to \
            one hop or are rewritten by gateways, and one of them was signed. The server receives another value or \
            none.",
        fix: "Sign host, content-type and x-amz-* headers, and no header that is about the connection or its route.",
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
        title: "a header was signed that the service does not take among the signed ones",
        place: "signed-headers",
        explanation: "OpenSearch Serverless refuses a signature that covers Content-Length, for its own gateway sets that \
            header anew. The same signature is right for other services.",
        fix: "Leave Content-Length out of the signed headers.",
        clients: &[
            ("botocore", "delete Content-Length before SigV4Auth signs, and set it afterwards"),
            ("aws4", "extraHeadersToIgnore: { 'content-length': true }"),
        ],
        proofs: &[Lint],
    }
    HEADER_CONTENT_TYPE = "header-content-type" {
        title: "the HTTP client added or altered Content-Type after signing",
        place: "headers",
        explanation: "The signed Content-Type and the one that arrived differ, mostly by a '; charset=…' or a form \
            default that the HTTP client put there. The server signs the one that it received.",
        fix: "Set the full Content-Type yourself, as bytes rather than text where the client would add a charset, \
            and sign that; or do not sign it.",
        clients: &[
            ("OkHttp", "make the RequestBody of bytes; of a String it appends '; charset=utf-8'"),
            ("Retrofit", "send a RequestBody made of bytes, with the MediaType that was signed"),
            ("fetch", "a string gets text/plain;charset=UTF-8, a Blob its type; set Content-Type as signed"),
            ("axios", "headers: { 'Content-Type': … }, as signed; else it may send a form's type"),
            ("jQuery", "contentType: file.type, processData: false"),
            (".NET", "ByteArrayContent with Content-Type set; StringContent adds a charset"),
            ("Dart http", "send bodyBytes; for text it adds a charset"),
            ("aws4", "set Content-Type; for a body without one it signs a form's type"),
        ],
        proofs: &[Search, Compare],
    }
    HEADER_NON_ASCII = "header-non-ascii" {
        title: "a header value is not ASCII, and was read otherwise by the server",
        place: "headers",
        explanation: "A header value holds characters outside ASCII, for which HTTP has no encoding of its own. \
            Client and server decode its bytes differently, as UTF-8 or Latin-1, and sign different texts.",
        fix: "Encode the value in ASCII, by percent-encoding or RFC 2047, and decode it when it is read back.",
        clients: &[("boto3", "encode metadata before put_object, for instance with urllib.parse.quote")],
        proofs: &[Lint, Compare],
    }
    HEADER_AMZ_UNSIGNED = "header-amz-unsigned" {
        title: "an x-amz-* header was sent but not signed",
        place: "signed-headers",
        explanation: "S3 refuses a request with an x-amz-* header that is not among the signed ones. The header was \
            added after signing, or the signer was told of other headers only.",
        fix: "Add all x-amz-* headers before signing, and sign them; for a presigned URL, name them when it is made.",
        clients: &[
            ("aws-sdk-js v3", "getSignedUrl(…, { unhoistableHeaders: new Set(['x-amz-checksum-sha256']) })"),
            ("aws-requests-auth", "leaves x-amz-content-sha256 unsigned; take requests-aws4auth for S3"),
        ],
        proofs: &[Lint, Error],
    }
    HEADER_BLOCK_NEWLINE = "header-block-newline" {
        title: "the blank line after the canonical headers is missing or doubled",
        place: "canonical-request",
        explanation: "Each header line ends with a newline, and an empty line follows the last one; the client wrote \
            one newline too few or too many. The server hashes a text with exactly one blank line there.",
        fix: "End each canonical header with a newline, then join the six parts of the canonical request with \
            newlines.",
        clients: &[],
        proofs: &[Search, Compare],
    }
}
