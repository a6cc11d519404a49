//! The headers of a curl request: those from `-H`, and those that curl adds, in the order in which it sends them.
//!
//! Some headers that curl adds depend on its version or on a file. They are left out, and named if the signature covers
//! them.

use super::section::Section;

/// The parts of a request that do not come from its options.
pub(super) struct Wire<'a> {
    pub(super) host: &'a str,
    pub(super) target: &'a [u8],
    /// The type that curl gives to the body.
    pub(super) content_type: Option<&'a str>,
    /// The length of a known body.
    pub(super) content_length: Option<usize>,
    /// Headers that depend on a file or on randomness.
    pub(super) unknown: Vec<&'static str>,
}

/// The headers, and those that are signed but unknown.
pub(super) struct SentHeaders {
    pub(super) pairs: Vec<(String, Vec<u8>)>,
    pub(super) unknown: Vec<&'static str>,
}

/// One `-H` by curl's rules. curl sends no other text.
enum Custom<'a> {
    Set { name: &'a str, value: &'a str },
    Remove { name: &'a str },
}

impl<'a> Custom<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        match line.split_once(':') {
            Some((name, value)) if value.trim_ascii().is_empty() => Some(Self::Remove { name: name.trim_ascii() }),
            Some((name, value)) => {
                let name = name.trim_ascii_end();
                Some(Self::Set { name, value: value.strip_prefix(' ').unwrap_or(value) })
            }
            None => line.strip_suffix(';').map(|name| Self::Set { name, value: "" }),
        }
    }

    fn name(&self) -> &'a str {
        match self {
            Self::Set { name, .. } | Self::Remove { name } => name,
        }
    }
}

impl Section {
    /// All headers of a request of this section.
    pub(super) fn sent_headers(&self, wire: Wire<'_>) -> SentHeaders {
        let custom: Vec<Custom<'_>> = self.headers.iter().filter_map(|line| Custom::parse(line)).collect();
        let is_own = |name: &str| custom.iter().any(|custom| custom.name().eq_ignore_ascii_case(name));
        let (host, others): (Vec<_>, Vec<_>) =
            custom.iter().partition(|custom| custom.name().eq_ignore_ascii_case("host"));
        let mut sent = Sent { pairs: Vec::new(), is_own: &is_own };
        sent.custom(&host);
        sent.add("Host", Some(wire.host));
        sent.add("Authorization", self.bearer.as_ref().map(|token| format!("Bearer {token}")));
        sent.add("Range", self.range.as_ref().map(|range| format!("bytes={range}")));
        sent.add("User-Agent", self.agent.as_deref().filter(|agent| !agent.is_empty()));
        sent.add("Accept", (!self.is_json).then_some("*/*"));
        if self.wants_transfer_encoding {
            sent.add("Connection", Some("TE"));
            sent.add("TE", Some("gzip"));
        }
        let referer = self.referer.as_deref().map(|referer| referer.strip_suffix(";auto").unwrap_or(referer));
        sent.add("Referer", referer.filter(|referer| !referer.is_empty()));
        sent.add("Cookie", (!self.cookies.is_empty()).then(|| self.cookies.join(";")));
        sent.custom(&others);
        if self.is_json {
            sent.add("Content-Type", Some("application/json"));
            sent.add("Accept", Some("application/json"));
        }
        let is_chunked = is_own("transfer-encoding");
        sent.add("Content-Length", wire.content_length.filter(|_| !is_chunked).map(|length| length.to_string()));
        sent.add("Content-Type", wire.content_type.filter(|_| !self.is_json));
        let pairs = sent.pairs;
        let unknown = self.unknown_headers(&wire).into_iter().filter(|name| !is_own(name));
        let signed = signed_names(&pairs, wire.target);
        let unknown = unknown.filter(|name| signed.iter().any(|own| own == name)).collect();
        SentHeaders { pairs, unknown }
    }

    fn unknown_headers(&self, wire: &Wire<'_>) -> Vec<&'static str> {
        let by_version = [(self.agent.is_none(), "user-agent"), (self.is_compressed, "accept-encoding")].into_iter();
        let by_clock = [(self.time_condition.is_some(), "if-modified-since")];
        let unknown = by_version.chain(by_clock).filter(|(is_sent, _)| *is_sent).map(|(_, name)| name);
        unknown.chain(wire.unknown.iter().copied()).collect()
    }
}

struct Sent<'a> {
    pairs: Vec<(String, Vec<u8>)>,
    is_own: &'a dyn Fn(&str) -> bool,
}

impl Sent<'_> {
    /// Adds one of curl's headers, unless `-H` sets or removes it.
    fn add(&mut self, name: &str, value: Option<impl AsRef<str>>) {
        if let Some(value) = value.filter(|_| !(self.is_own)(name)) {
            self.pairs.push((name.to_owned(), value.as_ref().as_bytes().to_vec()));
        }
    }

    fn custom(&mut self, headers: &[&Custom<'_>]) {
        for header in headers {
            if let Custom::Set { name, value } = header {
                self.pairs.push(((*name).to_owned(), value.as_bytes().to_vec()));
            }
        }
    }
}

/// Every word that may be the name of a signed header, in lowercase: a false positive does no harm.
fn signed_names(pairs: &[(String, Vec<u8>)], target: &[u8]) -> Vec<String> {
    let authorization = pairs.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    let texts = authorization.map(|(_, value)| value.as_slice()).chain([target]);
    let mut names = Vec::new();
    for text in texts {
        let text = String::from_utf8_lossy(text).to_ascii_lowercase().replace("%3b", ";");
        let Some((_, signed)) = text.split_once("signedheaders=") else { continue };
        let list = signed.split([',', '&', ' ']).next().unwrap_or_default();
        names.extend(list.split(';').map(str::to_owned));
    }
    names
}
