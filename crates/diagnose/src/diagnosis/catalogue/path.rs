//! Mistakes in the canonical path.

use super::Mistake;
use super::Proof::{Compare, Error, Lint, Search};

mistakes! {
    PATH_DOUBLE_ENCODED = "path-double-encoded" {
        title: "the path was percent-encoded twice",
        place: "path",
        explanation: "S3 signs the path encoded once, but the client encoded an already encoded path, so %20 became \
            %2520. The server computes its signature over the path encoded once.",
        fix: "Pass the signer a path that is encoded once, and turn off its second encoding; S3 has none.",
        clients: &[
            ("botocore", "use S3SigV4Auth instead of SigV4Auth"),
            ("aws-sdk-js v3", "new SignatureV4({ …, uriEscapePath: false })"),
            ("aws-sdk-go v1", "signer.DisableURIPathEscaping = true"),
            ("aws-sdk-go-v2", "func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }"),
            ("aws-sdk-java v1", "new AWS4Signer(false)"),
            ("aws-sdk-java v2", ".putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)"),
            ("aws-sigv4 (Rust)", "settings.percent_encoding_mode = PercentEncodingMode::Single"),
            ("aws4", "service: 's3'; for a service of another name, doNotEncodePath: true"),
            ("aws4fetch", "service: 's3'; for a service of another name, singleEncode: true"),
            ("requests-aws4auth", "AWS4Auth(…, 's3'); other service names are encoded twice"),
            ("aws-requests-auth", "always encodes once more; use requests-aws4auth for S3"),
            ("Spring", "pass a java.net.URI; a String is treated as a template and encoded again"),
            ("Retrofit", "@Url for a whole URL, @Path(value = …, encoded = true) for an encoded part"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_ENCODED_ONCE = "path-encoded-once" {
        title: "the path was percent-encoded once, but this service expects it twice",
        place: "path",
        explanation: "Every service except S3 encodes the path a second time in the canonical request, but the \
            client signed the path as it is sent. The server's path has %2520 where the client's has %20.",
        fix: "Percent-encode each path segment a second time in the canonical request, or turn on the signer's \
            second encoding.",
        clients: &[
            ("botocore", "SigV4Auth; S3SigV4Auth is only for S3"),
            ("aws-sdk-js v3", "new SignatureV4({ …, uriEscapePath: true }), which is the default"),
            ("aws-sdk-go-v2", "leave DisableURIPathEscaping false"),
            ("aws-sdk-java v2", "leave AwsV4HttpSigner.DOUBLE_URL_ENCODE at true, its default"),
            ("aws-sigv4 (Rust)", "settings.percent_encoding_mode = PercentEncodingMode::Double"),
            ("aws4fetch", "remove singleEncode"),
            ("curl", "8.14.0 or later encodes twice for all services but S3"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_NOT_ENCODED = "path-not-encoded" {
        title: "the path was signed without percent-encoding",
        place: "path",
        explanation: "The client signed the raw path, with literal spaces or UTF-8, and the HTTP library encoded it \
            when sending. The server only sees the encoded path and computes its signature over that.",
        fix: "Percent-encode the path before signing, and send exactly the text that was signed.",
        clients: &[
            ("curl", "8.9.0 or later encodes the canonical path"),
            ("Go net/http", "set URL.RawPath, or URL.Opaque, to the encoded path before signing"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_PLUS_AS_SPACE = "path-plus-as-space" {
        title: "a '+' in the path was read as a space, or the other way round",
        place: "path",
        explanation: "S3 reads a raw '+' in a path as a space, most other servers read it as a plus, and the two \
            sides disagree here. One side's canonical path has %20 where the other's has %2B.",
        fix: "Write a plus in a key as %2B and a space as %20, both in the URL you send and in the one you sign.",
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
        title: "reserved characters in the path were not percent-encoded",
        place: "path",
        explanation: "In the canonical path only letters, digits, '-', '.', '_', '~' and the separating '/' stay \
            unencoded, but the client left others as they were, such as '=', '@', '(' or ':'. The server encodes \
            them, so its canonical path differs.",
        fix: "Percent-encode everything except A-Z a-z 0-9 - . _ ~ and the slashes between segments. The URL \
            encoders of standard libraries leave some of the other characters alone.",
        clients: &[
            ("JavaScript", "encodeURIComponent, then also encode ! ' ( ) *, which it leaves alone"),
            ("Python", "urllib.parse.quote(path, safe='/~')"),
            ("Java", "URLEncoder.encode(…).replace(\"+\", \"%20\").replace(\"*\", \"%2A\"), each segment"),
            ("PHP", "rawurlencode of each segment"),
            (".NET", "Uri.EscapeDataString of each segment"),
            ("curl", "8.9.0 or later encodes = and similar characters in the path"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_TILDE_ENCODED = "path-tilde-encoded" {
        title: "'~' in the path was encoded as %7E",
        place: "path",
        explanation: "The tilde is an unreserved character that AWS never encodes, but the client's encoder follows \
            an older rule. The server's canonical path has a plain '~'.",
        fix: "Replace %7E with ~ after encoding.",
        clients: &[
            ("Java", "URLEncoder.encode(…).replace(\"%7E\", \"~\")"),
            ("Python", "3.7 or later, or quote(path, safe='/~')"),
            (".NET", "Uri.EscapeDataString, not HttpUtility.UrlEncode"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_HEX_LOWERCASE = "path-hex-lowercase" {
        title: "the path was percent-encoded with lowercase hex digits",
        place: "path",
        explanation: "The client wrote escapes such as %2f or %c3, but the canonical path uses uppercase hex \
            digits. The server writes %2F and %C3, so its canonical path differs.",
        fix: "Use uppercase hex digits when you percent-encode.",
        clients: &[(".NET", "Uri.EscapeDataString; HttpUtility.UrlEncode writes lowercase digits")],
        proofs: &[Search, Compare],
    }
    PATH_SLASH_ENCODED = "path-slash-encoded" {
        title: "the slashes in the path were encoded as %2F",
        place: "path",
        explanation: "The client encoded the whole path as one segment, including its slashes. The server leaves \
            the slashes between segments as they are.",
        fix: "Split the path at its slashes, encode each segment, and join them again.",
        clients: &[
            ("JavaScript", "key.split('/').map(encodeURIComponent).join('/')"),
            ("Python", "urllib.parse.quote(key, safe='/~')"),
            ("aws-sdk-java v1", "pass only the bucket as bucketName; prefixes belong to the key"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_NORMALIZED = "path-normalized" {
        title: "the path of an S3 key was normalized before signing or sending",
        place: "path",
        explanation: "An S3 key may contain '//', '.' and '..', but something collapsed or resolved them, in the \
            text that was signed or in the one that was sent. The server uses the path exactly as it arrives.",
        fix: "Turn off path normalization in the signer, in the HTTP client and in any proxy between them.",
        clients: &[
            ("aws-sdk-java v2", ".putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false)"),
            ("aws-sigv4 (Rust)", "settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled"),
            ("curl", "--path-as-is"),
            ("requests", "2.34.0 with urllib3 2.7.0 keeps a leading //, which 2.32.0 began to strip"),
            ("requests-aws4auth", "normalizes S3 paths too; avoid //, . and .. in keys"),
            ("Apache HttpClient", "RequestConfig.custom().setNormalizeUri(false), from 4.5.8 on"),
            (".NET", "new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }"),
            ("nginx", "proxy_pass without a path after the address; merge_slashes off"),
            ("Apache httpd", "ProxyPass … nocanon"),
            ("Envoy", "normalize_path: false, merge_slashes: false"),
            ("Traefik", "--entrypoints.NAME.http.sanitizepath=false"),
            ("Cloudflare", "turn off 'Normalize URLs to origin'"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_NOT_NORMALIZED = "path-not-normalized" {
        title: "the path was signed without being normalized",
        place: "path",
        explanation: "Every service except S3 collapses '//' and resolves '.' and '..' in the canonical path, but \
            the client left them in. The server computes its signature over the normalized path.",
        fix: "Remove empty and dot segments from the path before signing, or better, do not send them.",
        clients: &[
            ("aws-sdk-java v2", "leave AwsV4HttpSigner.NORMALIZE_PATH at true, its default"),
            ("aws-sigv4 (Rust)", "settings.uri_path_normalization_mode = UriPathNormalizationMode::Enabled"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_TRAILING_SLASH = "path-trailing-slash" {
        title: "a trailing slash was added to the path or removed from it",
        place: "path",
        explanation: "The path that was signed and the path that arrived differ in the last slash, which the \
            signer, the HTTP client or a proxy added or removed. The server uses the path exactly as it arrives.",
        fix: "Sign and send the same path, either with the slash or without it. A redirect to the other form needs \
            a new signature.",
        clients: &[
            ("nginx", "end both location and proxy_pass with a slash, or neither"),
            ("botocore", "Config(signature_version='s3v4') in place of 's3', or s3={'addressing_style': 'virtual'}"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_EMPTY = "path-empty" {
        title: "an empty path was signed instead of '/'",
        place: "path",
        explanation: "The URL has no path, and the client left the second line of the canonical request empty. HTTP \
            sends '/' for an empty path, and the server signs that.",
        fix: "Sign '/' when the URL has no path.",
        clients: &[],
        proofs: &[Search],
    }
    PATH_BUCKET_MISSING = "path-bucket-missing" {
        title: "the bucket is missing from the signed path",
        place: "path",
        explanation: "The request uses a path-style address, where the bucket is the first path segment, but the \
            client signed only the key. The server's canonical path is the one in the request line, including the \
            bucket.",
        fix: "Sign the whole path of the URL that you send: /bucket/key.",
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
        title: "the bucket was added to the signed path",
        place: "path",
        explanation: "The request uses a virtual-hosted address, where the bucket is in the host name, but the \
            client signed it in the path as well, as Signature Version 2 requires. The server's canonical path is \
            the one in the request line, without the bucket.",
        fix: "Sign only /key when the bucket is in the host name.",
        clients: &[
            ("botocore", "config=Config(s3={'addressing_style': 'virtual'})"),
            ("AWS CLI", "aws configure set default.s3.addressing_style virtual"),
            ("aws-sdk-js v3", "forcePathStyle: false"),
            ("rclone", "--s3-force-path-style=false"),
            ("s3cmd", "host_bucket = %(bucket)s.HOST, with your server's host name"),
        ],
        proofs: &[Search, Compare],
    }
    BUCKET_MALFORMED = "bucket-malformed" {
        title: "the bucket was given as a URL, an ARN or a path instead of its name",
        place: "path",
        explanation: "A setting for the bucket contains s3://NAME, an ARN, a URL or NAME/PREFIX, and the client put all \
            of it into the path or the host. The server looks for a bucket of that name, but no bucket name contains a \
            colon or a slash.",
        fix: "Use the bare name of the bucket, and put a key prefix into its own setting.",
        clients: &[("aws-s3-proxy", "AWS_S3_BUCKET is the bare name, without s3://")],
        proofs: &[Lint],
    }
    PATH_PREFIX_CHANGED = "path-prefix-changed" {
        title: "a path prefix was added or removed after signing",
        place: "path",
        explanation: "Something between client and server changed the beginning of the path: a proxy's rewrite \
            rule, a base URL or the stage of an API. The server computes its signature over the path that reaches \
            it, which is not the one the client signed.",
        fix: "Make the proxy forward the path unchanged, or sign the path that the server will see.",
        clients: &[
            ("nginx", "no path in proxy_pass and no rewrite; give the S3 server its own host name"),
            ("Traefik", "no StripPrefix or ReplacePath on the route"),
            ("Caddy", "handle, not handle_path, which removes the prefix"),
            ("aws4", "include the API stage in path: /prod/items"),
            ("API Gateway", "sign the path with its stage, for example /prod/items"),
            ("CloudFront", "leave the origin path empty; it is prepended to the signed path"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_WITH_QUERY = "path-with-query" {
        title: "the query string was signed as part of the path",
        place: "path",
        explanation: "The client passed path and query together as the path, so the second line of the canonical \
            request contains the '?' and the third line lacks the parameters. The server splits the target at the \
            '?', so both lines differ.",
        fix: "Pass the path (up to the '?') and the query string to the signer separately.",
        clients: &[("aws-sdk-js v3", "new HttpRequest({ path: url.pathname, query: … }): pass the query separately")],
        proofs: &[Search, Compare],
    }
    PATH_UNICODE_FORM = "path-unicode-form" {
        title: "the path was signed in one Unicode form and sent in another",
        place: "path",
        explanation: "A letter such as e with an acute accent can be written as one code point or as a letter with a \
            combining accent, and the client signed one form and sent the other. The server sees only the bytes that \
            were sent, which percent-encode to a different path.",
        fix: "Normalize names to NFC once, when you read them, and use that text both for signing and for sending. \
            macOS file systems return NFD.",
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
        explanation: "The client encoded '-', '.', '_' or letters and digits as escapes such as %2D. SigV4 leaves \
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
            signed. The server computes its signature over the spelling that arrives, so another spelling has a \
            different signature.",
        fix: "Give the HTTP client the path exactly as it was signed, and turn off its own escaping.",
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
        explanation: "The client signed an object key or a relative path. The canonical path is the absolute path \
            of the URL, so the server's path begins with '/'.",
        fix: "Put '/' in front of the key before you sign.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    PATH_WHOLE_URL = "path-whole-url" {
        title: "the whole URL, or its host and path, was signed as the path",
        place: "path",
        explanation: "The client passed the full URL to the part of the signer that expects the path. The server's \
            canonical path starts after the host.",
        fix: "Pass only the path of the parsed URL to the signer: '/' and what follows, without scheme, host and \
            query.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    PATH_SLASHES = "path-slashes" {
        title: "slashes in the path were doubled or merged after signing",
        place: "path",
        explanation: "A base URL that ends in '/' was joined with a path that begins with one, or a proxy merged '//' \
            into '/'. The path that arrives has more or fewer slashes than the path that was signed.",
        fix: "Join the base URL and the path with exactly one slash, and make the proxy forward the path unchanged.",
        clients: &[
            ("nginx", "merge_slashes off; and proxy_pass without a path, so that it passes the URI as it came"),
        ],
        proofs: &[Search, Compare],
    }
    PATH_CHARSET = "path-charset" {
        title: "the path was percent-encoded in a charset other than UTF-8",
        place: "path",
        explanation: "One side encoded a non-ASCII letter from Latin-1, for example as %FC, and the other side from \
            UTF-8, as %C3%BC. The two canonical paths differ.",
        fix: "Encode names as UTF-8 before percent-encoding them.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    PATH_CHANGED = "path-changed" {
        title: "the path was changed between signing and arrival",
        place: "path",
        explanation: "The path that arrived is not the path that was signed: a proxy, a rewrite rule or the \
            client's HTTP library decoded it, changed its case or replaced it. The server computes its signature \
            over the path it received.",
        fix: "Make everything between client and server forward the path unchanged, or sign the path that the \
            server will receive.",
        clients: &[
            ("nginx", "proxy_pass without a path, and no rewrite before it"),
            ("CloudFront", "no default root object and no function that rewrites the URI of signed requests"),
        ],
        proofs: &[Compare, Search],
    }
    ROUTE_MISSING = "route-missing" {
        title: "the API has no route for this method and path",
        place: "path",
        explanation: "API Gateway says Missing Authentication Token about a method or resource that does not exist, as it \
            does about an unsigned request. It looks for the route before it checks a signature, so signing \
            differently changes nothing.",
        fix: "Check stage, path and method against the deployed API, and deploy it again after a change. For a custom \
            domain, check its API mapping, which takes the place of the stage.",
        clients: &[
            ("API Gateway", "https://ID.execute-api.REGION.amazonaws.com/STAGE/PATH, with the stage first"),
            ("custom domain", "https://DOMAIN/BASE-PATH/PATH, without the stage"),
        ],
        proofs: &[Error],
    }
    URL_DOUBLE_ENCODED = "url-double-encoded" {
        title: "the whole presigned URL was percent-encoded again",
        place: "query",
        explanation: "A client, a template or a redirect encoded the finished URL once more, so %2F became %252F in \
            its credential and its path. The server decodes it once, so the values it reads are not the signed ones.",
        fix: "Pass the presigned URL on unchanged, and tell the HTTP client that it is already encoded.",
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
        explanation: "The URL ends before X-Amz-Signature: a shell treated its first '&' as the end of the command, \
            a database field was too short, or only the first of several lines was copied. The server does not \
            receive the parameters it has to check.",
        fix: "Put the URL in single quotes in a shell, and copy and store all of it. A URL with a session token can be \
            longer than 2,000 characters.",
        clients: &[
            ("shell", "curl 'https://…', in single quotes"),
            ("cmd", "curl \"https://…\", in double quotes"),
        ],
        proofs: &[Lint, Error],
    }
    URL_DAMAGED = "url-damaged" {
        title: "the presigned URL was altered by a shell, script or mail program",
        place: "query",
        explanation: "A shell, a batch file or a mail program put its own escapes into the URL, such as ^&, %%2F or \
            \\&. The server reads them as part of the values, but they were not signed.",
        fix: "Copy the URL again from the program that made it, and remove the escapes of other programs.",
        clients: &[
            ("cmd", "\"…\" around the URL, and no ^ before &"),
            ("batch file", "double each % only in the file itself"),
            ("zsh", "'…' around the URL, and no backslashes"),
        ],
        proofs: &[Lint, Search],
    }
}
