//! Parses tokens that are presigned URLs: of databases (`host:port/?Action=connect&…`), of MSK (base64), of EKS and
//! Bedrock (base64 after a prefix).
//!
//! Clients do not send these requests over HTTP: the server that receives the token rebuilds the signed request from
//! it. Parsing does the same: it restores the scheme that the generator removed, and removes the parameters that it
//! appended after signing.

mod around;
mod cache;
mod kind;
mod endpoint;
mod written;

pub use cache::{Cache, CacheRegion};
pub(crate) use endpoint::is_of_rds;
pub(in crate::formats) use endpoint::is_other_endpoint;
pub use kind::{CLUSTER_HEADER, TokenKind, TokenServer};
pub use written::note_of_url;

use ::base64::alphabet::{STANDARD, URL_SAFE};

use super::note::Note;
use super::{base64, is_url};

/// The signed request that a token was made from.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// The method that was signed.
    pub method: &'static str,
    /// The URL that was signed.
    pub url: String,
    /// The parameter that the generator appended to the signed URL.
    pub appended: Option<&'static str>,
    /// Faults in the token that make its server refuse it, whatever was signed.
    pub flaws: Vec<Note>,
}

/// Does not print the token: it is as good as a password.
impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A token with a known prefix but without valid content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is damaged: {prefix} is not followed by {expected}")]
pub struct DamagedToken {
    /// The prefix of the token.
    pub prefix: &'static str,
    /// The content that must follow the prefix.
    pub expected: &'static str,
}

/// The content that must follow the prefixes of EKS and Bedrock.
const URL_IN_BASE64: &str = "a URL in base64";

/// The prefix of an EKS token, including its version.
pub const EKS_PREFIX: &str = "k8s-aws-v1.";
/// The prefix of an EKS token of any version; there is only version 1.
pub(in crate::formats) const EKS_FAMILY: &str = "k8s-aws-v";
/// The prefix of a short-term Bedrock API key.
pub const BEDROCK_PREFIX: &str = "bedrock-api-key-";
/// The parameter that AWS's generators append to a signed URL: the client's name for MSK, the version of the token
/// for Bedrock.
const ADDED: [(&str, &str); 2] = [("Action=kafka-cluster", "User-Agent"), ("Action=CallWithBearerToken", "Version")];
/// Shorter texts are not tokens: this excludes words that only look like base64.
const SHORTEST: usize = 64;

impl Token {
    /// Parses a token. Returns `None` if the text is not one.
    ///
    /// # Errors
    /// Fails if the prefix of EKS or Bedrock is followed by something else.
    pub fn parse(text: &str) -> Option<Result<Self, DamagedToken>> {
        let text = around::cleaned(text);
        if text.contains(char::is_whitespace) {
            return None;
        }
        Some(Self::read(text)?.map(|token| token.with_flaws(text)))
    }

    pub(in crate::formats) fn kind(&self) -> Option<&'static TokenKind> {
        TokenKind::of_url(&self.url)
    }

    /// Whether the token contains everything that a presigned URL has.
    pub(in crate::formats) fn is_whole(&self) -> bool {
        around::is_whole(&self.url)
    }

    fn read(text: &str) -> Option<Result<Self, DamagedToken>> {
        for (prefix, method) in [(EKS_PREFIX, "GET"), (BEDROCK_PREFIX, "POST")] {
            if let Some((encoded, flaw)) = written::behind_prefix(text, prefix) {
                let encoded = encoded.trim_end_matches(['.', '\u{2026}']);
                let url = decoded(encoded)
                    .and_then(|url| with_scheme(&url))
                    .ok_or(DamagedToken { prefix, expected: URL_IN_BASE64 });
                return Some(url.map(|url| Self::of_url(method, url).with_flaw(flaw)));
            }
        }
        if text.strip_prefix(EKS_FAMILY).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
            return Some(Err(DamagedToken { prefix: EKS_FAMILY, expected: "1. and a URL in base64" }));
        }
        if let Some(url) = without_scheme(text) {
            return Some(Ok(Self::of_url("GET", url)));
        }
        if is_url(text) {
            let token = Self::of_url("GET", text.to_owned());
            return token.appended.is_some().then_some(Ok(token));
        }
        let url = Some(text).filter(|text| text.len() >= SHORTEST).and_then(decoded)?;
        Self::without_prefix(url).map(Ok)
    }

    /// The token for a decoded URL that had no prefix. Only MSK tokens have none.
    fn without_prefix(url: String) -> Option<Self> {
        if is_url(&url) {
            let is_of_eks = TokenKind::of_url(&url) == Some(&TokenKind::EKS);
            let flaw = is_of_eks.then_some(Note::TokenPrefix { expected: EKS_PREFIX });
            return Some(Self::of_url("GET", url).with_flaw(flaw));
        }
        let url = without_scheme(&url).filter(|url| TokenKind::of_url(url) == Some(&TokenKind::BEDROCK))?;
        Some(Self::of_url("POST", url).with_flaw(Some(Note::TokenPrefix { expected: BEDROCK_PREFIX })))
    }

    fn with_flaw(mut self, flaw: Option<Note>) -> Self {
        self.flaws.extend(flaw);
        self
    }

    fn of_url(method: &'static str, url: String) -> Self {
        let added = ADDED.iter().find(|(action, _)| url.contains(action));
        let found = added.and_then(|(_, name)| Some((*name, url.rfind(&format!("&{name}="))?)));
        let is_behind = |at: usize| url.find("X-Amz-Signature=").is_some_and(|signature| signature < at);
        let Some((name, at)) = found.filter(|(_, at)| is_behind(*at)) else {
            return Self { method, url, appended: None, flaws: Vec::new() };
        };
        let is_usual = name == "User-Agent" || url.get(at..).is_some_and(|rest| rest == "&Version=1");
        let flaws = (!is_usual).then_some(Note::UnsignedParameter { name }).into_iter().collect();
        Self { method, url: without_parameter(&url, at), appended: Some(name), flaws }
    }

    /// Adds the faults in the text that the token was parsed from. Servers that take a URL with its scheme require
    /// https.
    fn with_flaws(mut self, text: &str) -> Self {
        let is_plain = self.url.starts_with("http://") && !text.contains('?');
        self.flaws.extend(is_plain.then_some(Note::TokenScheme { scheme: "http://", expected: "https://" }));
        let kind = self.kind();
        self.flaws.extend(kind.and_then(|kind| written::odd_base64(text, kind)));
        let most = kind.and_then(|kind| kind.most_bytes).filter(|most| text.len() > *most);
        self.flaws.extend(most.map(|expected| Note::TokenLength { expected, presented: text.len() }));
        self
    }
}

/// Removes the parameter whose `&` is at this position.
fn without_parameter(url: &str, at: usize) -> String {
    let (before, parameter) = url.split_at(at);
    let rest = parameter.get(1..).and_then(|text| text.find('&').map(|end| text.get(end..).unwrap_or_default()));
    format!("{before}{}", rest.unwrap_or_default())
}

/// `host:port/?…` as the URL that was signed, if the query has the parameters of a token or a signature.
fn without_scheme(text: &str) -> Option<String> {
    let (address, query) = text.split_once('?')?;
    let (authority, path) = address.split_once('/').unwrap_or((address, ""));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    let is_of_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_host = !host.is_empty() && host.bytes().all(is_of_host) && !host.starts_with(['.', '-']) && is_port;
    let is_action =
        path.is_empty() && ["Action=connect", "Action=DbConnect"].iter().any(|word| query.starts_with(word));
    let is_token = is_action || ["X-Amz-", "X-Goog-"].iter().any(|name| query.contains(name));
    let is_one_word = !text.contains(char::is_whitespace);
    // In an https URL, port 443 would not be part of the signed host.
    let scheme = if port == "443" { "http" } else { "https" };
    (is_host && is_token && is_one_word).then(|| format!("{scheme}://{text}"))
}

/// Decodes base64 in either alphabet. In a text that was cut off, the last digits may not make up whole bytes; they
/// are dropped.
pub(in crate::formats) fn decoded(text: &str) -> Option<String> {
    let alphabet = if text.contains(['-', '_']) { &URL_SAFE } else { &STANDARD };
    let whole = || text.get(..text.len() - text.len() % 4).and_then(|text| base64::decode(text, alphabet));
    String::from_utf8(base64::decode(text, alphabet).or_else(whole)?).ok()
}

/// Adds the missing scheme: EKS tokens contain it, Bedrock keys do not.
fn with_scheme(url: &str) -> Option<String> {
    if is_url(url) { Some(url.to_owned()) } else { without_scheme(url) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Option<String> {
        Token::parse(text).map(|token| token.map_or_else(|error| error.to_string(), |token| token.url))
    }

    /// The texts in base64 are coreutils' `printf %s URL | base64 -w0`.
    #[test]
    fn each_token_format_is_parsed_to_the_signed_url() {
        for (text, expected) in [
            (
                "db.example:5432/?Action=connect&DBUser=u&X-Amz-Algorithm=A",
                "https://db.example:5432/?Action=connect&DBUser=u&X-Amz-Algorithm=A",
            ),
            ("my-group/?Action=connect&User=u", "https://my-group/?Action=connect&User=u"),
            (
                "x.dsql.eu-west-1.on.aws/?Action=DbConnectAdmin&X-Amz-Date=D",
                "https://x.dsql.eu-west-1.on.aws/?Action=DbConnectAdmin&X-Amz-Date=D",
            ),
            ("b.s3.amazonaws.com/a/k.txt?X-Amz-Algorithm=A", "https://b.s3.amazonaws.com/a/k.txt?X-Amz-Algorithm=A"),
            ("k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8_YT1i\n", "https://sts.amazonaws.com/?a=b"),
            (
                "aHR0cHM6Ly9rYWZrYS5ldS13ZXN0LTEuYW1hem9uYXdzLmNvbS8/QWN0aW9uPWthZmthLWNsdXN0ZXIlM0FDb25uZWN0",
                "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect",
            ),
            // Cut off within the base64.
            ("k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8_Y", "https://sts.amazonaws.com/?"),
            ("k8s-aws-v1.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8_YT", "https://sts.amazonaws.com/?"),
            ("db.example:443/?Action=connect&DBUser=u", "http://db.example:443/?Action=connect&DBUser=u"),
            (
                "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Signature=1&User-Agent=a%2F1",
                "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Signature=1",
            ),
            (
                "bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbiZYLUFtei1TaWduYXR1cmU9MSZWZXJzaW9uPTE=",
                "https://bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Signature=1",
            ),
        ] {
            assert_eq!(url(text).as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_signed_parameter_is_kept() {
        let text =
            "https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect&User-Agent=a&X-Amz-Signature=1";
        assert_eq!(url(text), None);
    }

    #[test]
    fn file_names_and_words_are_not_tokens() {
        for text in [
            "request.http",
            "./a?b",
            "dir/a.txt?x=1",
            "GET /?X-Amz-Date=1 HTTP/1.1",
            "https://h/?a=b",
            "aHR0cHM6Ly9oLw",
            "",
        ] {
            assert_eq!(url(text), None, "{text}");
        }
    }

    /// The texts in base64 are coreutils' `printf %s URL | base64 -w0`.
    #[test]
    fn a_token_without_its_prefix_is_parsed_and_the_missing_prefix_noted() {
        let flaws = |text: &str| Token::parse(text).and_then(Result::ok).map(|token| (token.method, token.flaws));
        let without = |expected| vec![Note::TokenPrefix { expected }];
        let slash = Note::TokenBase64 { found: '/' };
        for (text, expected) in [
            (
                "YmVkcm9jay5hbWF6b25hd3MuY29tLz9BY3Rpb249Q2FsbFdpdGhCZWFyZXJUb2tlbiZYLUFtei1TaWduYXR1cmU9MSZWZXJzaW9uPTE=",
                ("POST", without(BEDROCK_PREFIX)),
            ),
            (
                "aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8/QWN0aW9uPUdldENhbGxlcklkZW50aXR5JlgtQW16LVNpZ25hdHVyZT0x",
                ("GET", vec![Note::TokenPrefix { expected: EKS_PREFIX }, slash.clone()]),
            ),
            (
                "aHR0cHM6Ly9rYWZrYS5ldS13ZXN0LTEuYW1hem9uYXdzLmNvbS8/QWN0aW9uPWthZmthLWNsdXN0ZXIlM0FDb25uZWN0",
                ("GET", vec![slash]),
            ),
        ] {
            assert_eq!(flaws(text), Some(expected), "{text}");
        }
    }

    /// Only parameters that AWS's generators do not append are noted.
    #[test]
    fn the_usual_appended_parameter_is_removed_without_a_note() {
        let token = |behind: &str| {
            let url = format!("bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Signature=1{behind}");
            Token::of_url("POST", with_scheme(&url).unwrap()).flaws
        };
        assert_eq!(token("&Version=1"), []);
        for other in ["&Version=2", "&Version=1&x=2"] {
            assert_eq!(token(other), [Note::UnsignedParameter { name: "Version" }]);
        }
    }

    #[test]
    fn a_damaged_token_is_not_quoted() {
        for (text, prefix) in [
            ("k8s-aws-v1.aHVzaA", EKS_PREFIX),
            ("k8s-aws-v1.", EKS_PREFIX),
            ("bedrock-api-key-aHVzaA==", BEDROCK_PREFIX),
        ] {
            assert_eq!(url(text), Some(DamagedToken { prefix, expected: URL_IN_BASE64 }.to_string()));
        }
        let other = url("k8s-aws-v2.aHR0cHM6Ly9zdHMuYW1hem9uYXdzLmNvbS8_YT1i").unwrap();
        assert_eq!(other, "the token is damaged: k8s-aws-v is not followed by 1. and a URL in base64");
    }
}
