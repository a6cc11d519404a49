//! Mistakes in the canonical query.

use super::Mistake;
use super::Proof::{Compare, Lint, Search};

mistakes! {
    QUERY_UNSORTED = "query-unsorted" {
        title: "the query parameters were not sorted before signing",
        place: "query",
        explanation: "The canonical query lists the parameters sorted by name, but the client left them in the \
            order of the URL. The server sorts them, so its canonical query differs.",
        fix: "Sort the encoded parameters by the bytes of their names before signing. The order in the URL itself \
            does not matter.",
        clients: &[("curl", "8.3.0 or later sorts the query; 8.4.0 or later also with empty parts")],
        proofs: &[Search],
    }
    QUERY_SORTED_JOINED = "query-sorted-joined" {
        title: "the query was sorted as 'name=value' strings",
        place: "query",
        explanation: "The client sorted name and value as one string, so 'q.parser=' came before 'q=', because a \
            dot sorts before an equals sign. The server sorts by name, then by value.",
        fix: "Sort the pairs by name first and then by value, and join them with '=' afterwards.",
        clients: &[
            ("curl", "8.14.0 or later sorts by name, then by value"),
            ("aws-requests-auth", "sorts joined strings; use requests-aws4auth"),
        ],
        proofs: &[Search],
    }
    QUERY_SORTED_RAW = "query-sorted-raw" {
        title: "the query was sorted before it was percent-encoded",
        place: "query",
        explanation: "Encoding changes the order of some names, such as a[1] and a[10], but the client sorted the \
            decoded names. The server sorts the encoded names.",
        fix: "Percent-encode names and values first, then sort by the bytes of the encoded text.",
        clients: &[("curl", "8.14.0 or later sorts the encoded names")],
        proofs: &[Search],
    }
    QUERY_VALUES_UNSORTED = "query-values-unsorted" {
        title: "the values of a repeated query parameter were not sorted",
        place: "query",
        explanation: "A parameter occurs more than once, and the client kept its values in the order they were \
            sent. The server sorts parameters with the same name by value.",
        fix: "Sort by encoded name, and by encoded value when names are equal.",
        clients: &[("requests-aws4auth", "1.1.1 or later sorts the values of a name")],
        proofs: &[Search],
    }
    QUERY_NO_EQUALS = "query-no-equals" {
        title: "a query parameter without a value was signed without its '='",
        place: "query",
        explanation: "In the canonical query every name is followed by an equals sign, even if the URL has only \
            '?acl', but the client signed the bare name. The server writes 'acl='.",
        fix: "Write name= for a parameter without a value when signing. In the URL itself both forms work.",
        clients: &[("curl", "8.5.0 or later writes name= for a parameter without value")],
        proofs: &[Search, Compare],
    }
    QUERY_VALUELESS_DROPPED = "query-valueless-dropped" {
        title: "a query parameter without a value was left out of the signature",
        place: "query",
        explanation: "The client's parser dropped parameters without a value, such as uploads or 'prefix=', and \
            signed only the others. The server signs every parameter it receives.",
        fix: "Keep parameters without a value when you parse the query, and sign them as name=.",
        clients: &[("Python", "parse_qsl(query, keep_blank_values=True)")],
        proofs: &[Search, Compare],
    }
    QUERY_PLUS = "query-plus" {
        title: "a '+' in the query was read as a space, or the other way round",
        place: "query",
        explanation: "A '+' in a query can mean a space or a plus, and client and server read it differently, in the \
            signed or in the sent text. One side's canonical query has %20 where the other's has %2B.",
        fix: "Write a space as %20 and a plus as %2B, and never put a raw '+' in a query.",
        clients: &[
            ("Java", "URLEncoder.encode(s, UTF_8).replace(\"+\", \"%20\")"),
            ("Python", "urlencode(params, quote_via=quote)"),
            ("JavaScript", "params.toString().replaceAll('+', '%20')"),
            ("Go", "strings.ReplaceAll(values.Encode(), \"+\", \"%20\")"),
            ("PHP", "http_build_query($params, '', '&', PHP_QUERY_RFC3986)"),
            ("curl", "8.19.0 or later signs %2B in the query correctly"),
        ],
        proofs: &[Search, Compare],
    }
    QUERY_RESERVED_RAW = "query-reserved-raw" {
        title: "reserved characters in the query were not percent-encoded",
        place: "query",
        explanation: "In the names and values of the canonical query only letters, digits, '-', '.', '_' and '~' \
            stay unencoded, but the client left others as they were, such as '/', ':', ',' or '*'. The server \
            encodes them, so its canonical query differs.",
        fix: "Percent-encode everything except A-Z a-z 0-9 - . _ ~ in names and values, including the slash.",
        clients: &[
            ("JavaScript", "encodeURIComponent, then also encode ! ' ( ) *, which it leaves alone"),
            ("Python", "urllib.parse.quote(value, safe='~')"),
            ("curl", "8.3.0 or later encodes the canonical query"),
            ("requests-aws4auth", "1.1.2 or later keeps reserved characters encoded"),
            ("aws-requests-auth", "signs the query unchanged; encode it fully first"),
        ],
        proofs: &[Search, Compare],
    }
    QUERY_TILDE_ENCODED = "query-tilde-encoded" {
        title: "'~' in the query was encoded as %7E",
        place: "query",
        explanation: "The tilde is an unreserved character that AWS never encodes, but the client's form encoder \
            does. The server's canonical query has a plain '~'.",
        fix: "Replace %7E with ~ after encoding.",
        clients: &[
            ("Java", "URLEncoder.encode(…).replace(\"%7E\", \"~\")"),
            ("Python", "3.7 or later, or urlencode(params, quote_via=quote, safe='~')"),
            (".NET", "Uri.EscapeDataString, not HttpUtility.UrlEncode"),
        ],
        proofs: &[Search, Compare],
    }
    QUERY_DOUBLE_ENCODED = "query-double-encoded" {
        title: "the query was percent-encoded twice",
        place: "query",
        explanation: "The client encoded an already encoded query, so %2F became %252F. The server decodes the \
            query it receives once and encodes it once, whatever the service.",
        fix: "Pass the signer decoded names and values, or tell it that they are already encoded. Queries are never \
            encoded twice.",
        clients: &[
            ("Spring", "UriComponentsBuilder … .build(true).toUri(), and pass the URI, not a String"),
            ("Spring RestClient", "new DefaultUriBuilderFactory() with EncodingMode.NONE, or pass a URI"),
            ("Retrofit", "@Query(value = …, encoded = true), or the whole URL as @Url"),
            ("OkHttp", "addEncodedQueryParameter for already encoded values"),
            ("curl", "8.14.0 or later does not encode an encoded query again"),
            ("awscurl", "pass the query decoded; an encoded one may be encoded again"),
        ],
        proofs: &[Search, Compare],
    }
    QUERY_HEX_LOWERCASE = "query-hex-lowercase" {
        title: "the query was percent-encoded with lowercase hex digits",
        place: "query",
        explanation: "The client wrote escapes such as %2f, but the canonical query uses uppercase hex digits. The \
            server writes %2F, so its canonical query differs.",
        fix: "Use uppercase hex digits when you percent-encode.",
        clients: &[
            ("curl", "8.3.0 or later signs uppercase digits"),
            (".NET", "Uri.EscapeDataString; HttpUtility.UrlEncode writes lowercase digits"),
        ],
        proofs: &[Search, Compare],
    }
    QUERY_OMITTED = "query-omitted" {
        title: "the query string was not signed",
        place: "query",
        explanation: "The client signed an empty query although the URL has parameters, often because the HTTP \
            library adds them later. The server signs every parameter it receives.",
        fix: "Build the whole URL before signing, and pass its query to the signer.",
        clients: &[
            ("aws4", "put the query into path"),
            ("axios", "put the parameters into the URL before signing; params is added when sending"),
        ],
        proofs: &[Search, Compare],
    }
    QUERY_CHANGED_AFTER = "query-changed-after" {
        title: "a query parameter was added, removed or changed after signing",
        place: "query",
        explanation: "The query that arrived is not the one that was signed: a tracking parameter, a cache buster \
            or a download name was added, or a proxy removed one. The server computes its signature over the query \
            that arrives.",
        fix: "Sign the URL with all parameters in place and change nothing afterwards, and make proxies forward the \
            query unchanged.",
        clients: &[
            ("boto3", "ResponseContentDisposition in Params, not appended to the URL"),
            ("aws-sdk-js v3", "ResponseContentDisposition in GetObjectCommand, not appended to the URL"),
            ("CloudFront", "forward all query strings with an origin request policy"),
        ],
        proofs: &[Search, Compare],
    }
    QUERY_HTML_ESCAPED = "query-html-escaped" {
        title: "the URL was copied from HTML with '&amp;' in it",
        place: "query",
        explanation: "The URL was copied from HTML or XML source without unescaping it, so its parameters are named \
            'amp;X-Amz-...'. The server reads those names literally and finds a different query, or no signature at \
            all.",
        fix: "Replace each &amp; with &, or read the URL with an HTML or XML parser.",
        clients: &[("Python", "html.unescape(url)")],
        proofs: &[Lint, Search],
    }
    QUERY_JSON_ESCAPED = "query-json-escaped" {
        title: "the URL was copied from JSON with '\\u0026' in it",
        place: "query",
        explanation: "Some JSON writers turn '&' into '\\u0026', and the URL was copied from the text without a \
            JSON parser. The server sees one long parameter instead of several.",
        fix: "Replace each \\u0026 with &, or read the URL with a JSON parser.",
        clients: &[
            ("jq", "jq -r .url"),
            ("Go", "encoder.SetEscapeHTML(false) writes & as it is"),
            ("Gson", "new GsonBuilder().disableHtmlEscaping()"),
        ],
        proofs: &[Lint, Search],
    }
    QUERY_SIGNATURE_SIGNED = "query-signature-signed" {
        title: "the X-Amz-Signature parameter itself was signed",
        place: "query",
        explanation: "All parameters of a presigned URL are signed except X-Amz-Signature, but the client signed \
            that too, either empty or left over from an earlier attempt. The server removes it before it computes \
            the signature.",
        fix: "Add X-Amz-Signature after signing, and start from a URL that has none.",
        clients: &[],
        proofs: &[Search],
    }
    QUERY_SORTED_CASE = "query-sorted-case" {
        title: "the query was sorted case-insensitively or by a locale",
        place: "query",
        explanation: "The client sorted the parameters with a comparison that puts 'a' before 'B'. SigV4 sorts by \
            byte value, so uppercase letters come before lowercase letters.",
        fix: "Sort the encoded parameters by byte value.",
        clients: &[
            (".NET", "StringComparer.Ordinal"),
            ("Java", "String::compareTo, not a Collator"),
            ("JavaScript", "compare with < and >, not with localeCompare"),
        ],
        proofs: &[Search, Compare],
    }
    QUERY_DECODED_FIRST = "query-decoded-first" {
        title: "the query was decoded before it was split into parameters",
        place: "query",
        explanation: "The client decoded the whole query first, so an encoded '&' or '=' inside a value became a \
            separator. The server splits the query at the separators that were sent, and decodes names and values \
            afterwards.",
        fix: "Split the raw query at '&' and at the first '=' of each part, then decode the parts.",
        clients: &[],
        proofs: &[Search, Compare],
    }
    QUERY_VALUE_CUT = "query-value-cut" {
        title: "a query value was cut off at its second '='",
        place: "query",
        explanation: "The client split a parameter at every '=' and used only the first two pieces. The server \
            splits at the first '=' and keeps the rest as the value.",
        fix: "Split each parameter only at its first '='.",
        clients: &[
            ("JavaScript", "take the value from URLSearchParams instead of split('=')[1]"),
            ("Python", "parameter.split('=', 1) or partition('=')"),
        ],
        proofs: &[Search, Compare],
    }
    QUERY_QUESTION_MARK = "query-question-mark" {
        title: "the canonical query begins with '?'",
        place: "query",
        explanation: "The client included the '?' that separates path and query in the canonical query. The \
            server's canonical query begins with the first parameter.",
        fix: "Remove the leading '?' before you sign; URL.search and similar properties include it.",
        clients: &[],
        proofs: &[Search, Compare],
    }
}
