//! The ways to break this signer, by name. A break is written `name` or `name argument`.

/// Every break, and what it does; one that is not listed is a misspelling in a case.
const KNOWN: &[(&str, &str)] = &[
    // What the signer saw, if something else was sent.
    ("saw-method", "METHOD"),
    ("saw-path", "PATH, as raw as on the wire"),
    ("saw-query", "QUERY, without the terms of the signature"),
    ("saw-header", "LINE in the place of all headers of its name, or beside the others"),
    ("saw-no-header", "NAME was not there yet"),
    ("saw-body", "TEXT"),
    ("saw-body-as", "latin-1, utf-16le, byte-order-mark, crlf, with-newline, without-newline"),
    // How it wrote the path.
    ("path-empty", "an empty line for the root"),
    ("path-normalized", "S3: slashes collapsed, dot segments resolved"),
    ("path-not-normalized", "not S3: taken as it is"),
    ("path-twice", "S3: encoded once more"),
    ("path-once", "not S3: the wire path, not encoded again"),
    ("path-kept", "CHARACTERS are not encoded"),
    ("path-decoded", "not encoded at all"),
    ("path-plus-as-space", "%2B became %20"),
    ("path-tilde", "~ became %7E"),
    ("path-slash", "/ became %2F, save the first"),
    ("path-front", "TEXT in the place of the leading slash"),
    ("path-over", "CHARACTERS are encoded though they need not be"),
    ("path-lower-hex", "%2f for %2F"),
    ("path-with-query", "path, question mark and query together as the path; the query line is empty"),
    // How it wrote the query.
    ("query-omitted", "an empty line"),
    ("query-as-sent", "not sorted"),
    ("query-sort-joined", "sorted as name=value texts"),
    ("query-sort-raw", "sorted before encoding"),
    ("query-sort-case", "sorted as if all letters were small"),
    ("query-decoded-first", "decoded before it was split"),
    ("query-value-cut", "cut at the second = of a parameter"),
    ("query-question-mark", "with the ? before it"),
    ("query-values-as-sent", "sorted by name only"),
    ("query-no-equals", "no = after a parameter sent without one"),
    ("query-valueless-dropped", "no parameters without a value"),
    ("query-plus-kept", "+ read as a plus"),
    ("query-plus-as-space", "%2B read as a space"),
    ("query-kept", "CHARACTERS are not encoded"),
    ("query-tilde", "~ became %7E"),
    ("query-twice", "encoded once more"),
    ("query-lower-hex", "%2f for %2F"),
    ("query-signature-signed", "an empty X-Amz-Signature among the parameters"),
    // How it wrote the headers.
    ("spaces-kept", "runs of spaces stay"),
    ("spaces-once", "every two spaces become one, once"),
    ("spaces-in-quotes-kept", "runs of spaces stay between quotes"),
    ("untrimmed", "white space stays wherever it is"),
    ("repeats", "comma-space, first, last, sorted"),
    ("header-lines-sorted", "sorted as name:value lines"),
    ("header-as-sent", "not sorted"),
    ("header-name-case", "names as they are sent"),
    ("signed-headers-as-sent", "the list is not sorted"),
    ("signed-headers-twice", "NAME stands twice in the list"),
    ("unsigned", "NAME is not signed"),
    ("block-newline", "missing, doubled"),
    // What it used as the payload.
    ("payload", "in the payload line: empty, unsigned, upper, base64, double, query, body, of TEXT"),
    ("content-sha256", "in x-amz-content-sha256, and so in the payload line: none, empty, or the value itself"),
    ("checksum", "LINE of a checksum that is of something else, signed and sent"),
    // What it put into the credential, the string to sign and the key.
    ("access-key", "KEY in the credential"),
    ("scope", "DATE/REGION/SERVICE in the credential, the string to sign and the key"),
    ("scope-signed", "DATE/REGION/SERVICE in the string to sign alone"),
    ("time-signed", "TIME in the string to sign alone"),
    ("expires", "SECONDS"),
    ("secret", r"SECRET, with \s \t \r \n for white space, or hex:DIGITS"),
    ("key-prefix", "none, twice; of Version 4A: none, of-v4"),
    ("key-hex-chain", "each step of the key is made from the hex text of the one before"),
    ("key-hex-links", "NUMBERS of the steps of the key whose result is hex text, from 0"),
    ("hmac-swapped", "last, chain: key and message exchanged"),
    ("key-order", "service-first, no-terminator"),
    ("key-day", "DATE in the key alone"),
    ("key-region", "REGION in the key alone"),
    ("key-service", "SERVICE in the key alone"),
    ("canonical-hash", "none, twice, upper, base64, sha512"),
    ("canonical-newlines", "crlf, trailing"),
    ("string-to-sign", "no-time, no-algorithm, scope-first, short-date"),
    ("string-to-sign-newlines", "crlf, trailing"),
    // How it split the payload into chunks.
    ("decoded-length", "LENGTH is declared"),
    ("chunk-previous", "seed, empty, first"),
    ("chunk-no-empty-hash", "the hash of no bytes is left out"),
    ("chunk-hash", "line-end, nothing, so-far"),
    ("chunk-algorithm", "as in the string to sign of a request"),
    ("chunk-final", "none, unsigned"),
    ("chunk-line-end", "LF behind the data"),
    ("chunk-changed", "NUMBERS TEXT, after signing"),
    ("trailer-signed", "crlf, no-newline, over-seed, not"),
    ("trailer-forgotten", "it was announced"),
    ("trailer-value", "VALUE, which is signed"),
    // What it sent.
    ("signature", "base64, upper, truncated"),
    ("random-signature", "no signature of anything"),
    ("token-unsigned", "the session token was put on after signing"),
    ("token-signed", "the session token was signed where it must not be"),
    ("no-region-set", "the set of regions of Version 4A was forgotten"),
    ("no-token", "the session token was forgotten"),
    ("sent-header", "LINE was put on after signing"),
    ("sent-parameter", "PARAMETER was put on after signing"),
    ("sent-replace", "FROM => TO, in the target and in the headers, after signing"),
];

/// The breaks of one request.
#[derive(Debug, Clone, Default)]
pub struct Breaks(Vec<(String, String)>);

impl Breaks {
    pub fn parse(lines: &[String]) -> Self {
        let split = |line: &String| {
            let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
            assert!(is_known(name), "no break is called {name:?}");
            (name.to_owned(), argument.to_owned())
        };
        Self(lines.iter().map(split).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The breaks as written.
    pub fn lines(&self) -> Vec<String> {
        let line = |(name, argument): &(String, String)| match argument.as_str() {
            "" => name.clone(),
            argument => format!("{name} {argument}"),
        };
        self.0.iter().map(line).collect()
    }

    pub fn has(&self, name: &str) -> bool {
        self.of(name).is_some()
    }

    /// The argument of the first break with that name.
    pub fn of(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The arguments of all breaks with that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        assert!(is_known(name), "{name:?} is asked for, and not listed");
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, argument)| argument.as_str())
    }
}

fn is_known(name: &str) -> bool {
    KNOWN.iter().any(|(known, _)| *known == name)
}
