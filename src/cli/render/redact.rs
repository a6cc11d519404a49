//! Session tokens taken out of what is shown: the stages of a signature hold them in plain and percent-encoded form.

use sigvet_core::credentials::Secret;
use sigvet_core::form::FormClaim;
use sigvet_core::internal::encode::{Plus, Slash, decode, encode};
use sigvet_core::request::{Header, Request};
use sigvet_core::scheme::Dialect;

/// What stands in place of a token.
pub const REDACTED: &str = "[redacted]";

/// The shortest value that is taken out.
const SHORTEST: usize = 6;

/// The texts to take out.
#[derive(Clone, Default)]
pub struct Redactor(Vec<String>);

impl Redactor {
    /// Takes nothing out.
    pub fn none() -> Self {
        Self::default()
    }

    /// Takes out the session token of a request, wherever it stands, and every other value that gives access but the
    /// signature itself.
    pub fn of(request: &Request, dialect: &Dialect) -> Self {
        let parameters = [dialect.token_query_name(), Dialect::s3_express_session().token_query_name()];
        let in_query = sigvet_core::internal::canonical::query::parameters(request.query().unwrap_or_default())
            .filter(|(name, _)| parameters.iter().any(|token| name.eq_ignore_ascii_case(token.as_bytes())))
            .map(|(_, value)| value);
        let gives_access = |header: &&Header| header.is_bearer() && !header.is_named("authorization");
        let in_headers = request.headers.iter().filter(gives_access).map(|header| header.value.trim_ascii().to_vec());
        // A short value is no secret, and would be found in every word.
        let is_worth_hiding = |value: &Vec<u8>| value.len() >= SHORTEST;
        let found = in_query.chain(in_headers).chain(in_form(request));
        Self(found.filter(is_worth_hiding).flat_map(|token| forms(&token)).collect())
    }

    /// The same for several requests, and for secrets that nothing should show in any case.
    pub fn of_all<'a>(requests: &[&Request], dialect: &Dialect, secrets: impl IntoIterator<Item = &'a Secret>) -> Self {
        let tokens = requests.iter().flat_map(|request| Self::of(request, dialect).0);
        let secrets = secrets.into_iter().map(|secret| secret.expose_secret().as_bytes().to_vec());
        let secrets = secrets.filter(|secret| secret.len() >= SHORTEST).flat_map(|secret| forms(&secret));
        Self(tokens.chain(secrets).collect())
    }

    /// The text without the tokens.
    pub fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, needle| text.replace(needle.as_str(), REDACTED))
    }
}

/// A signature that whoever has it can use, by its first digits.
pub fn short_signature(signature: &str) -> String {
    const DIGITS: usize = 8;
    let start: String = signature.chars().take(DIGITS).collect();
    if start.len() < signature.len() { start + "…" } else { start }
}

/// A text without the rest of a signature, as it stands or percent-encoded.
pub fn with_short_signature(text: &str, signature: &str) -> String {
    let whole = forms(signature.as_bytes()).into_iter().filter(|form| !form.is_empty());
    whole.fold(text.to_owned(), |text, form| text.replace(&form, &short_signature(&form)))
}

/// The session tokens of an upload by form, and its policy where it holds one in base64.
fn in_form(request: &Request) -> Vec<Vec<u8>> {
    match FormClaim::extract(request) {
        Some(Ok(claim)) => claim.bearers(),
        _ => Vec::new(),
    }
}

/// The longest form first, so that no rest of it stays.
fn forms(token: &[u8]) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut encoded = Vec::new();
    encode(token, Slash::Encode, &mut encoded);
    let mut forms = vec![text(&encoded), text(token), text(&decode(token, Plus::Literal))];
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};

    use super::*;
    use sigvet_core::request::RequestUrl;

    #[test]
    fn a_token_is_taken_out_in_each_of_its_forms() {
        let url = RequestUrl::parse("https://h.example/?X-Amz-Security-Token=que%2Fry%2B%3D&x=1").unwrap();
        let mut request = Request::new("GET", &url).unwrap();
        request.headers.push("X-Amz-Security-Token", "to/ken==").unwrap();
        let redactor = Redactor::of(&request, &Dialect::AWS4);
        let shown = redactor.apply("que/ry+= que%2Fry%2B%3D to/ken== to%2Fken%3D%3D rest");
        assert_eq!(shown, "[redacted] [redacted] [redacted] [redacted] rest");
    }

    /// Catches a token that only the policy has, as PHP escapes it, in each base64 that clients send.
    #[test]
    fn a_token_of_a_policy_alone_is_taken_out_of_it() {
        let policy = r#"{"conditions": [["eq", "$x-amz-security-token", "whi\/sper"]]}"#;
        for engine in [&BASE64_STANDARD, &BASE64_URL_SAFE_NO_PAD] {
            let encoded = engine.encode(policy);
            let part = |name: &str, value: &str| {
                format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let fields = [("AWSAccessKeyId", "AKID"), ("signature", "00"), ("policy", encoded.as_str())];
            let body: String = fields.iter().map(|(name, value)| part(name, value)).collect();
            let mut request = Request::new("POST", &RequestUrl::parse("https://h.example/b").unwrap()).unwrap();
            request.headers.push("Content-Type", "multipart/form-data; boundary=b").unwrap();
            request.body = sigvet_core::request::Body::Bytes(format!("{body}--b--").into_bytes());
            let redactor = Redactor::of(&request, &Dialect::AWS4);
            let expected = policy.replace("whi\\/sper", REDACTED);
            assert_eq!([redactor.apply(policy), redactor.apply(&encoded)], [expected, REDACTED.to_owned()]);
        }
    }
}
