//! Mistakes in the canonical path.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search};

mistakes! {
    PATH_DOUBLE_ENCODED = "path-double-encoded" {
        title: "the path was encoded twice",
        place: "path",
        explanation: "S3 wants the path encoded once, and the client encoded what was encoded already, so that %20 \
            became %2520. The server has the path encoded once, and hashes a shorter line.",
        fix: "Hand the signer the path once encoded, and switch its second encoding off; for S3 there is none.",
        clients: &[
            ("botocore", "S3SigV4Auth in place of SigV4Auth"),
            ("aws-sdk-js v3", "new SignatureV4({ …, uriEscapePath: false })"),
            ("aws-sdk-go v1", "signer.DisableURIPathEscaping = true"),
            ("aws-sdk-go-v2", "func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }"),
            ("aws-sdk-java v1", "new AWS4Signer(false)"),
            ("aws-sdk-java v2", ".putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)"),
            ("aws-sigv4 (Rust)", "settings.percent_encoding_mode = PercentEncodingMode::Single"),
            ("aws4", "service: 's3'; for a service of another name, doNotEncodePath: true"),
            ("aws4fetch", "service: 's3'; for a service of another name, singleEncode: true"),
            ("requests-aws4auth", "AWS4Auth(…, 's3'); other service names are encoded twice"),
            ("aws-requests-auth", "always encodes once more; take requests-aws4auth for S3"),
            ("Spring", "pass a java.net.URI; a URL given as String is a template, encoded again"),
            ("Retrofit", "@Url for a whole URL, @Path(value = …, encoded = true) for an encoded part"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_ENCODED_ONCE = "path-encoded-once" {
        title: "the path was encoded once where the service wants it twice",
        place: "path",
        explanation: "All services but S3 encode the path of the request line once more for the canonical request, \
            and the client signed it as it is sent. The server's path has %2520 where the client's has %20.",
        fix: "Encode each segment of the path as it is sent a second time in the canonical request, or switch the \
            signer's second encoding on.",
        clients: &[
            ("botocore", "SigV4Auth; S3SigV4Auth is for S3 alone"),
            ("aws-sdk-js v3", "new SignatureV4({ …, uriEscapePath: true }), which is the default"),
            ("aws-sdk-go-v2", "leave DisableURIPathEscaping false"),
            ("aws-sdk-java v2", "leave AwsV4HttpSigner.DOUBLE_URL_ENCODE at true, its default"),
            ("aws-sigv4 (Rust)", "settings.percent_encoding_mode = PercentEncodingMode::Double"),
            ("aws4fetch", "leave singleEncode out"),
            ("curl", "8.14.0 or later encodes twice for all services but S3"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_NOT_ENCODED = "path-not-encoded" {
        title: "the path was signed unencoded",
        place: "path",
        explanation: "The client signed the path as a person reads it, with raw spaces or raw UTF-8, while the HTTP \
            library encoded it to send it. The server has only the encoded path, and hashes that.",
        fix: "Encode the path before signing, by the rules of AWS, and send the very text that was signed.",
        clients: &[
            ("curl", "8.9.0 or later encodes the canonical path"),
            ("Go net/http", "set URL.RawPath, or URL.Opaque, to the encoded path before signing"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_PLUS_AS_SPACE = "path-plus-as-space" {
        title: "a '+' in the path was taken for a space, or sent raw",
        place: "path",
        explanation: "S3 reads a raw '+' in a path as a space, though elsewhere it is a plus, and one of the two \
            ends took it the other way. The canonical path then has %20 at one end and %2B at the other.",
        fix: "Write a plus in a key as %2B and a space as %20, in the URL that is sent as well as in the one that is \
            signed.",
        clients: &[
            ("Java", "URLEncoder.encode(s, UTF_8).replace(\"+\", \"%20\")"),
            ("Python", "urllib.parse.quote(key, safe='/~'), not quote_plus"),
            ("PHP", "rawurlencode, not urlencode"),
            ("aws4", "write %2B; a raw + in an S3 path is signed as a space"),
            ("aws4fetch", "write %2B; a raw + in an S3 path is signed as a space"),
        ],
        proofs: &[Search, Compare, Lint],
    }
    PATH_RESERVED_RAW = "path-reserved-raw" {
        title: "reserved characters were left unencoded in the canonical path",
        place: "path",
        explanation: "In the canonical path only letters, digits, '-', '.', '_', '~' and the separating '/' stand \
            unencoded, and the client left others as they were, such as '=', '@', '(' or ':'. The server encodes \
            them, and hashes another path.",
        fix: "Encode everything but A-Z a-z 0-9 - . _ ~ and the slashes between segments; URL encoders of standard \
            libraries leave some of the others alone.",
        clients: &[
            ("JavaScript", "encodeURIComponent, then ! ' ( ) * encoded as well, which it leaves alone"),
            ("Python", "urllib.parse.quote(path, safe='/~')"),
            ("Java", "URLEncoder.encode(…).replace(\"+\", \"%20\").replace(\"*\", \"%2A\"), each segment"),
            ("PHP", "rawurlencode of each segment"),
            (".NET", "Uri.EscapeDataString of each segment"),
            ("curl", "8.9.0 or later encodes = and its like in the path"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_TILDE_ENCODED = "path-tilde-encoded" {
        title: "'~' was encoded as %7E in the canonical path",
        place: "path",
        explanation: "The tilde is an unreserved character that AWS never encodes, and the client's encoder follows \
            an older rule that does. The server writes '~', and hashes another path.",
        fix: "Turn %7E back into ~ after encoding.",
        clients: &[
            ("Java", "URLEncoder.encode(…).replace(\"%7E\", \"~\")"),
            ("Python", "3.7 or later, or quote(path, safe='/~')"),
            (".NET", "Uri.EscapeDataString, not HttpUtility.UrlEncode"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_HEX_LOWERCASE = "path-hex-lowercase" {
        title: "the path was encoded with lower-case hex digits",
        place: "path",
        explanation: "The client wrote escapes such as %2f or %c3, and the canonical path has capital digits. The \
            server writes %2F and %C3, and hashes another path.",
        fix: "Encode with the digits 0-9 A-F, capitals only.",
        clients: &[(".NET", "Uri.EscapeDataString; HttpUtility.UrlEncode writes lower-case digits")],
        proofs: &[Search, Compare],
    }
    PATH_SLASH_ENCODED = "path-slash-encoded" {
        title: "the slashes between segments were encoded as %2F",
        place: "path",
        explanation: "The client encoded the path as if it were one segment, slashes and all. The server leaves the \
            slashes between segments as they are, and hashes another path.",
        fix: "Split the path at its slashes, encode each segment, and join them again.",
        clients: &[
            ("JavaScript", "key.split('/').map(encodeURIComponent).join('/')"),
            ("Python", "urllib.parse.quote(key, safe='/~')"),
            ("aws-sdk-java v1", "the bucket alone as bucketName; prefixes belong to the key"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_NORMALIZED = "path-normalized" {
        title: "the path of an S3 key was normalised before signing",
        place: "path",
        explanation: "In S3 a key may hold '//', '.' and '..', and the client collapsed or resolved them, in what it \
            signed or in what it sent. The server takes the path as it comes, and hashes it with all its segments.",
        fix: "Switch path normalisation off, in the signer, in the HTTP client and in what stands between.",
        clients: &[
            ("aws-sdk-java v2", ".putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)"),
            ("aws-sigv4 (Rust)", "settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled"),
            ("curl", "--path-as-is"),
            ("requests", "2.34.0 with urllib3 2.7.0 keeps a leading //, which 2.32.0 began to strip"),
            ("requests-aws4auth", "normalises S3 paths too; avoid //, . and .. in keys"),
            ("Apache HttpClient", "RequestConfig.custom().setNormalizeUri(false), from 4.5.8 on"),
            (".NET", "new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }"),
            ("nginx", "proxy_pass without a path behind the address; merge_slashes off"),
            ("Apache httpd", "ProxyPass … nocanon"),
            ("Envoy", "normalize_path: false, merge_slashes: false"),
            ("Traefik", "--entrypoints.NAME.http.sanitizepath=false"),
            ("Cloudflare", "switch 'Normalize URLs to origin' off"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_NOT_NORMALIZED = "path-not-normalized" {
        title: "the path was signed without being normalised",
        place: "path",
        explanation: "All services but S3 collapse '//' and resolve '.' and '..' for the canonical path, and the \
            client left them in. The server hashes the shorter path.",
        fix: "Remove empty and dot segments from the path before signing, or better, do not send them.",
        clients: &[
            ("aws-sdk-java v2", "leave AwsV4HttpSigner.NORMALIZE_PATH at true, its default"),
            ("aws-sigv4 (Rust)", "settings.uri_path_normalization_mode = UriPathNormalizationMode::Enabled"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_TRAILING_SLASH = "path-trailing-slash" {
        title: "a trailing slash was dropped or added",
        place: "path",
        explanation: "The path that was signed and the path that arrived differ in their last slash, which the \
            signer, the HTTP client or a proxy took for decoration. The server keeps it as it came, and hashes that.",
        fix: "Sign and send the same path, with the slash or without; a redirect to the other form needs a new \
            signature.",
        clients: &[("nginx", "a slash at the end of both location and proxy_pass, or of neither")],
        proofs: &[Search, Compare],
    }
    PATH_EMPTY = "path-empty" {
        title: "an empty path was signed instead of '/'",
        place: "path",
        explanation: "The URL has no path, and the client left the second line of the canonical request empty. HTTP \
            sends '/' in that place, and the server hashes a line with '/'.",
        fix: "Sign / where the URL has no path.",
        clients: &[],
        proofs: &[Search],
    }
    PATH_BUCKET_MISSING = "path-bucket-missing" {
        title: "the bucket was left out of the canonical path",
        place: "path",
        explanation: "The request goes to a path-style address, where the bucket is the first segment, and the \
            client signed the key alone. The server's canonical path is that of the request line, bucket included.",
        fix: "Sign the whole path of the URL that is sent, /bucket/key.",
        clients: &[
            ("botocore", "config=Config(s3={'addressing_style': 'path'})"),
            ("AWS CLI", "aws configure set default.s3.addressing_style path"),
            ("aws-sdk-js v3", "forcePathStyle: true"),
            ("aws-sdk-go-v2", "o.UsePathStyle = true"),
            ("aws-sdk-java v2", ".forcePathStyle(true)"),
            ("aws-sdk-php", "'use_path_style_endpoint' => true"),
            ("Terraform", "use_path_style = true in the s3 backend"),
            ("rclone", "--s3-force-path-style=true"),
            ("Hadoop S3A", "fs.s3a.path.style.access = true"),
            ("Laravel", "AWS_USE_PATH_STYLE_ENDPOINT=true"),
            ("django-storages", "AWS_S3_ADDRESSING_STYLE = 'path'"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_BUCKET_ADDED = "path-bucket-added" {
        title: "the bucket was put into the canonical path",
        place: "path",
        explanation: "The request goes to a virtual-hosted address, where the bucket is in the host name, and the \
            client signed it in the path as well, as Signature Version 2 wanted it. The server's canonical path is \
            that of the request line, without the bucket.",
        fix: "Sign /key alone when the bucket is in the host name.",
        clients: &[
            ("botocore", "config=Config(s3={'addressing_style': 'virtual'})"),
            ("AWS CLI", "aws configure set default.s3.addressing_style virtual"),
            ("aws-sdk-js v3", "forcePathStyle: false"),
            ("rclone", "--s3-force-path-style=false"),
            ("s3cmd", "host_bucket = %(bucket)s.HOST, with the host of your server"),
        ],
        proofs: &[Search, Compare],
    }
    BUCKET_MALFORMED = "bucket-malformed" {
        title: "the bucket was given as a URL, not by its name",
        place: "path",
        explanation: "A setting for the bucket holds s3://NAME, an ARN or a URL, and the client put all of it into the path. \
            The server looks for a bucket of that name, and no bucket has a colon in its name.",
        fix: "Give the bare name of the bucket, and a prefix of the keys in its own setting.",
        clients: &[("aws-s3-proxy", "AWS_S3_BUCKET is the bare name, without s3://")],
        proofs: &[Lint],
    }
    PATH_PREFIX_CHANGED = "path-prefix-changed" {
        title: "a prefix of the path was added or removed after signing",
        place: "path",
        explanation: "Something between client and server, such as a proxy's rewrite rule, a base URL or the stage \
            of an API, changed the beginning of the path. The server signs the path that reaches it, which is not \
            the one that the client had.",
        fix: "Let the proxy pass the path on as it came, or sign the path that the server will see.",
        clients: &[
            ("nginx", "no path in proxy_pass and no rewrite; give the S3 server a host name of its own"),
            ("Traefik", "no StripPrefix or ReplacePath on the route"),
            ("Caddy", "handle, not handle_path, which takes the prefix off"),
            ("aws4", "path holds the stage of the API, too: /prod/items"),
            ("API Gateway", "sign the path with its stage, as in /prod/items"),
            ("CloudFront", "an origin path is put before the signed path; leave it empty"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_WITH_QUERY = "path-with-query" {
        title: "the query was signed as part of the path",
        place: "path",
        explanation: "The client handed path and query together to the signer, so that the second line of the \
            canonical request holds the question mark or its escape, and the third lacks the parameters. The server \
            splits them at the '?', and hashes two other lines.",
        fix: "Give the signer the path up to the question mark, and the query apart from it.",
        clients: &[("aws-sdk-js v3", "new HttpRequest({ path: url.pathname, query: … }): the query apart")],
        proofs: &[Search, Compare],
    }
    PATH_UNICODE_FORM = "path-unicode-form" {
        title: "the path was signed in one Unicode form and sent in another",
        place: "path",
        explanation: "A letter such as 'é' can be one code point or a letter and an accent, and the client signed \
            one form and sent the other. The server sees only the bytes that were sent, which encode to another \
            path.",
        fix: "Normalise names to NFC once, when they are read, and use that text for signing and for sending; macOS \
            file systems give out NFD.",
        clients: &[
            ("Python", "unicodedata.normalize('NFC', key)"),
            ("JavaScript", "key.normalize('NFC')"),
            ("Java", "Normalizer.normalize(key, Normalizer.Form.NFC)"),
        ],
        proofs: &[Search, Compare, Lint],
    }
    PATH_UNRESERVED_ENCODED = "path-unreserved-encoded" {
        title: "unreserved characters in the path were percent-encoded",
        place: "path",
        explanation: "The client signed '-', '.', '_' or letters and digits as escapes such as %2D. SigV4 leaves \
            the unreserved characters of RFC 3986 as they are, so the server's canonical path has the plain \
            characters.",
        fix: "Percent-encode every byte except A-Z, a-z, 0-9, '-', '.', '_' and '~'.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    PATH_REENCODED = "path-reencoded" {
        title: "the path was signed in one percent-encoding and sent in another",
        place: "path",
        explanation: "The HTTP client or a proxy encoded or decoded characters of the path after the request was \
            signed. Services other than S3 encode the path that arrives once more, so each spelling gives another \
            canonical path.",
        fix: "Give the HTTP client the path exactly as it was signed, and switch off its own escaping.",
        clients: &[
            ("Dart http", "build the Uri with the escaped path, and sign uri.path"),
            ("Java Apache HttpClient", "setNormalizeUri(false) in RequestConfig"),
            ("Go", "set both URL.Path and URL.RawPath, and sign URL.EscapedPath()"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_NO_SLASH = "path-no-slash" {
        title: "the canonical path has no leading slash",
        place: "path",
        explanation: "The client took an object key or a relative path as the path. The canonical path is the \
            absolute path of the URL, so the server's begins with '/'.",
        fix: "Put '/' in front of the key before you sign.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    PATH_WHOLE_URL = "path-whole-url" {
        title: "the whole URL, or its host and path, was signed as the path",
        place: "path",
        explanation: "The client passed the full URL to the part of the signer that expects the path. The \
            server's canonical path begins behind the host.",
        fix: "Pass only the path of the parsed URL to the signer: '/' and what follows, without scheme, \
            host and query.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    PATH_SLASHES = "path-slashes" {
        title: "slashes in the path were doubled or merged between client and server",
        place: "path",
        explanation: "A base URL that ends in '/' was joined with a path that begins with one, or a proxy merged \
            '//' into '/'. The path that arrives has another number of slashes than the path that was signed.",
        fix: "Join base URL and path with exactly one slash, and let the proxy pass the path unchanged.",
        clients: &[
            ("nginx", "merge_slashes off; and proxy_pass without a path, so that it passes the URI as it came"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_CHARSET = "path-charset" {
        title: "the path was percent-encoded from another character encoding than UTF-8",
        place: "path",
        explanation: "One side encoded a letter outside of ASCII from Latin-1, for example as %FC, and the other from \
            UTF-8, as %C3%BC. The two canonical paths differ.",
        fix: "Encode names as UTF-8 before percent-encoding them.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    PATH_CHANGED = "path-changed" {
        title: "the path was changed between signing and arrival",
        place: "path",
        explanation: "The path that arrived is not the path that was signed: a proxy, a rewrite rule or the \
            client's HTTP library decoded it, changed its case or replaced it. The server signs the path that it \
            received.",
        fix: "Let everything between client and server pass the path unchanged, or sign the path that \
            the server will receive.",
        clients: &[
            ("nginx", "proxy_pass without a path, and no rewrite before it"),
            ("CloudFront", "no default root object and no function that rewrites the URI of signed requests"),
        ],
        proofs: &[Compare, Search],
    }
    URL_DOUBLE_ENCODED = "url-double-encoded" {
        title: "the whole presigned URL was percent-encoded again",
        place: "query",
        explanation: "A client, a template or a redirect encoded the finished URL once more, so that %2F became %252F \
            in its credential and in its path. The server decodes it once, and reads other values than were signed.",
        fix: "Pass the presigned URL on as it is; an HTTP client has to take it as already encoded.",
        clients: &[
            ("Java", "URI.create(url), not the URI constructor of several parts"),
            ("Spring RestTemplate", "pass a URI, not a String, which it encodes again"),
            ("Python requests", "pass the URL itself, not quote(url)"),
            ("Guzzle", "new Uri($url), without rawurlencode"),
        ],
        proofs: &[Lint, Search],
    }
    URL_CUT = "url-cut" {
        title: "the presigned URL was cut off",
        place: "query",
        explanation: "The URL ends before X-Amz-Signature: a shell took its first '&' for the end of the command, a \
            field was too short, or only the first of several lines was copied. The server misses the parameters \
            that it has to check.",
        fix: "Put the URL in single quotes in a shell, and copy and store all of it; with a session token it can have \
            2,000 characters and more.",
        clients: &[
            ("shell", "curl 'https://…', in single quotes"),
            ("cmd", "curl \"https://…\", in double quotes"),
        ],
        proofs: &[Lint, Error],
    }
    URL_DAMAGED = "url-damaged" {
        title: "the presigned URL was altered by what it passed through",
        place: "query",
        explanation: "A shell, a batch file or a mail program put its own escapes into the URL, such as ^&, %%2F or \
            \\&. They are part of the values for the server, and no part of what was signed.",
        fix: "Take the URL from where it was made, and write it without escapes of another program.",
        clients: &[
            ("cmd", "\"…\" around the URL, and no ^ before &"),
            ("batch file", "double each % only in the file itself"),
            ("zsh", "'…' around the URL, and no backslashes"),
        ],
        proofs: &[Lint, Search],
    }
}
