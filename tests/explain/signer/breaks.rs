//! The ways in which this signer can be broken, by name. A break is written `name` or `name argument`.

/// Every break there is; one that is not listed is a misspelling in a case.
const KNOWN: [&str; 71] = [
    // What the signer saw, where something else was sent.
    "saw-method",
    "saw-path",
    "saw-query",
    "saw-header",
    "saw-header-twice",
    "saw-no-header",
    "saw-body",
    "saw-body-as",
    // How it wrote the path.
    "path-twice",
    "path-once",
    "path-decoded",
    "path-plus-as-space",
    "path-kept",
    "path-tilde",
    "path-lower-hex",
    "path-slash",
    "path-normalized",
    "path-not-normalized",
    "path-empty",
    "path-with-query",
    // How it wrote the query.
    "query-as-sent",
    "query-sort-joined",
    "query-sort-raw",
    "query-values-as-sent",
    "query-no-equals",
    "query-valueless-dropped",
    "query-plus-kept",
    "query-plus-as-space",
    "query-kept",
    "query-twice",
    "query-lower-hex",
    "query-omitted",
    "query-signature-signed",
    // How it wrote the headers.
    "spaces-kept",
    "spaces-once",
    "spaces-in-quotes-kept",
    "untrimmed",
    "repeats",
    "header-lines-sorted",
    "header-as-sent",
    "header-name-case",
    "signed-headers-as-sent",
    "signed-headers-twice",
    "block-newline",
    // What it took for the payload.
    "payload",
    "content-sha256",
    // What it put into the string to sign, and into the key.
    "scope",
    "scope-signed",
    "time-signed",
    "secret",
    "key-prefix",
    "key-hex-chain",
    "key-order",
    "key-day",
    "key-region",
    "key-service",
    "canonical-hash",
    "canonical-newlines",
    "string-to-sign-newlines",
    "string-to-sign",
    // What it sent.
    "signature",
    "token-unsigned",
    "token-signed",
    "no-token",
    "sent-replace",
    "sent-header",
    "sent-parameter",
    "random-signature",
    "unsigned",
    "expires",
    "access-key",
];

/// The breaks of one request.
#[derive(Debug, Clone, Default)]
pub struct Breaks(Vec<(String, String)>);

impl Breaks {
    pub fn parse(lines: &[String]) -> Self {
        let split = |line: &String| {
            let (name, argument) = line.split_once(' ').unwrap_or((line, ""));
            assert!(KNOWN.contains(&name), "no break is called {name:?}");
            (name.to_owned(), argument.to_owned())
        };
        Self(lines.iter().map(split).collect())
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As they were written.
    pub fn lines(&self) -> Vec<String> {
        self.0
            .iter()
            .map(|(name, argument)| if argument.is_empty() { name.clone() } else { format!("{name} {argument}") })
            .collect()
    }

    pub fn has(&self, name: &str) -> bool {
        self.of(name).is_some()
    }

    /// The argument of the first break of that name.
    pub fn of(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The arguments of all breaks of that name.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        assert!(KNOWN.contains(&name), "{name:?} is asked for, and not listed");
        self.0.iter().filter(move |(other, _)| other == name).map(|(_, argument)| argument.as_str())
    }
}
