//! The secrets that are known, and how they are kept out of what is shown.
//!
//! A secret is known by its value and looked for in every form that it may have been written in. Where the values come from is
//! for others to say; what is shown passes through here last, where it leaves the program.

mod forms;
mod typed;
mod process_list;

pub use process_list::leave_process_list;
pub use typed::{Place, TypedSecret, typed_secrets};

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::fmt;
use std::rc::Rc;

use zeroize::Zeroizing;

use crate::cli::screen::{Redact, Screen};
use crate::profiles::{Environment, looks_like_secret, without_user};
use sigvet_core::credentials::{Credentials, Secret};

/// What stands in place of a secret.
pub const REDACTED: &str = "[redacted]";

/// The shortest value that is taken out: a shorter one is no secret, and would be found in every word.
const SHORTEST: usize = 6;

/// So much of a signature is shown in place of it.
const START: usize = 8;

/// Words of our own messages. A value like them is not looked for: a message without the word would only give it away.
const OWN_WORDS: [&str; 6] = ["secret", "password", "access", "session", "profile", "header"];

/// Values that are not to be shown. `Debug` does not show them.
#[derive(Clone, Default)]
pub struct Secrets {
    values: Vec<Value>,
    /// Every form of every value, the longest first, so that no rest of one stays. There are hundreds, and a run that shows no
    /// text needs none: so they are made when the first text is shown.
    forms: OnceCell<Vec<Form>>,
}

/// A value that is not to be shown.
#[derive(Clone)]
struct Value {
    bytes: Zeroizing<Vec<u8>>,
    remainder: Remainder,
}

/// What is shown of a value.
#[derive(Clone, Copy)]
enum Remainder {
    Nothing,
    /// Its start, by which people tell signatures apart.
    Start,
}

/// One way to write a value, and what stands in place of it.
#[derive(Clone)]
struct Form {
    text: Zeroizing<String>,
    instead: Cow<'static, str>,
}

impl Secrets {
    /// Adds values.
    pub fn add<V: AsRef<[u8]>>(&mut self, values: impl IntoIterator<Item = V>) {
        let is_own_word = |value: &[u8]| OWN_WORDS.iter().any(|word| word.as_bytes() == value.trim_ascii());
        let is_wanted = |value: &[u8]| value.trim_ascii().len() >= SHORTEST && !is_own_word(value);
        let values = values.into_iter().filter(|value| is_wanted(value.as_ref()));
        self.values.extend(values.map(|value| Value::new(value.as_ref(), Remainder::Nothing)));
        self.forms.take();
    }

    /// Adds signatures: of each, the start is shown.
    pub fn add_signatures<'s>(&mut self, signatures: impl IntoIterator<Item = &'s str>) {
        let signatures = signatures.into_iter().filter(|signature| signature.len() > START);
        self.values.extend(signatures.map(|signature| Value::new(signature.as_bytes(), Remainder::Start)));
        self.forms.take();
    }

    /// Adds what others know.
    pub fn extend(&mut self, others: &Self) {
        self.values.extend(others.values.iter().cloned());
        self.forms.take();
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The text without them.
    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.forms().iter().fold(Cow::Borrowed(text), |text, form| match text.contains(form.text.as_str()) {
            true => Cow::Owned(text.replace(form.text.as_str(), &form.instead)),
            false => text,
        })
    }
}

impl Value {
    fn new(value: &[u8], remainder: Remainder) -> Self {
        Self { bytes: Zeroizing::new(value.to_vec()), remainder }
    }

    fn forms(&self) -> impl Iterator<Item = Form> {
        let remainder = self.remainder;
        forms::of_value(&self.bytes).into_iter().map(move |text| match remainder {
            Remainder::Nothing => Form { text: Zeroizing::new(text), instead: REDACTED.into() },
            Remainder::Start => Form { instead: short_signature(&text).into(), text: Zeroizing::new(text) },
        })
    }
}

/// A signature that whoever has it can use, by its first digits.
pub fn short_signature(signature: &str) -> String {
    let start: String = signature.chars().take(START).collect();
    if start.len() < signature.len() { start + "…" } else { start }
}

impl Secrets {
    fn forms(&self) -> &[Form] {
        self.forms.get_or_init(|| {
            let mut forms: Vec<Form> = self.values.iter().flat_map(Value::forms).collect();
            forms.sort_by(|one, other| other.text.len().cmp(&one.text.len()).then_with(|| one.text.cmp(&other.text)));
            forms.dedup_by(|one, other| one.text == other.text);
            forms
        })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// The secrets of this process, which grow while it finds more.
#[derive(Clone, Debug, Default)]
pub struct KnownSecrets(Rc<RefCell<Secrets>>);

/// What of credentials is secret.
pub fn values_of(credentials: &Credentials) -> impl Iterator<Item = &str> {
    let Credentials { secret_access_key, session_token, .. } = credentials;
    [secret_access_key].into_iter().chain(session_token).map(Secret::expose_secret)
}

impl KnownSecrets {
    /// Adds values.
    pub fn add<V: AsRef<[u8]>>(&self, values: impl IntoIterator<Item = V>) {
        self.0.borrow_mut().add(values);
    }

    /// Adds what others know.
    pub fn extend(&self, others: &Secrets) {
        self.0.borrow_mut().extend(others);
    }

    /// Adds what was typed and what the environment holds: known before anything is done.
    pub fn add_given(&self, typed: &[TypedSecret], environment: &Environment) {
        self.add(typed.iter().flat_map(|secret| &secret.values).map(|value| value.as_bytes()));
        self.add(KEYS.iter().filter_map(|name| environment.get(name)));
        let proxies = PROXIES.iter().filter_map(|name| environment.get(name)).map(typed::users_of_url);
        self.add(proxies.flatten());
    }

    /// A screen that shows none of them, nor of those that are found later.
    pub fn veil(&self, mut screen: Screen) -> Screen {
        screen.redact_with(Rc::new(self.clone()));
        screen
    }

    /// The text without them.
    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.borrow().apply(text)
    }
}

/// Variables that hold a secret.
const KEYS: [&str; 3] = ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"];

/// Variables with a URL that may have a user and a password in it.
const PROXIES: [&str; 6] = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "AWS_ENDPOINT_URL"];

impl Redact for KnownSecrets {
    fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.apply(text)
    }
}

impl Redact for Secrets {
    fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.apply(text)
    }
}

/// A message without what looks like a secret access key of AWS, and without what stands in front of the host of a URL: words
/// that were typed in the wrong place, which nobody knows as secrets.
pub fn without_lookalikes(text: &str) -> String {
    let is_of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '-' | '_');
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| is_of_key(c) != is_of_key(first)).unwrap_or(rest.len());
        let (run, behind) = rest.split_at(end);
        shown.push_str(if is_key_of_aws(run) { REDACTED } else { run });
        rest = behind;
    }
    without_users(&shown)
}

/// 40 characters, capitals, small letters and digits among them, as good as all secrets of AWS. A hash in hex has no capitals.
fn is_key_of_aws(run: &str) -> bool {
    run.len() == 40 && run.contains(|c: char| c.is_ascii_digit()) && looks_like_secret(run)
}

/// `https://user:password@host` without the user, in each word of a text.
fn without_users(text: &str) -> String {
    let ends_word = |c: char| c.is_whitespace() || matches!(c, '\'' | '"' | '<' | '>');
    let hidden = text.split_inclusive(ends_word).map(|word| match word.split_once("://") {
        Some((_, rest)) if has_user(rest) => without_user(word),
        _ => Cow::Borrowed(word),
    });
    hidden.collect()
}

/// Whether a user stands in front of an `@`: the authority holds one, or what seems to be a port is none.
fn has_user(rest: &str) -> bool {
    let (authority, target) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let port = authority.rsplit(':').next().filter(|_| authority.contains(':') && !authority.starts_with('['));
    let is_no_port = port.is_some_and(|port| !port.bytes().all(|byte| byte.is_ascii_digit()));
    authority.contains('@') || (is_no_port && target.contains('@'))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::cli::screen::Palette;
    use crate::cli::screen::testing::written;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    #[test]
    fn a_known_value_is_taken_out_and_a_short_one_is_not_looked_for() {
        let mut secrets = Secrets::default();
        secrets.add(["hush-hush", "ab", "  hush  "]);
        assert_eq!(secrets.apply("ab hush-hush hush."), "ab [redacted] hush.");
        secrets.add(["secret"]);
        assert_eq!(secrets.apply("-u lacks an id or a secret"), "-u lacks an id or a secret");
        assert!(matches!(secrets.apply("nothing"), Cow::Borrowed("nothing")));
        assert_eq!(format!("{secrets:?}"), REDACTED);
    }

    #[test]
    fn of_a_signature_the_start_is_shown() {
        let mut secrets = Secrets::default();
        secrets.add_signatures(["5d672d79c15b13162d9279b0855cfba6", "aWjzRs2k+1c7ZFyk8MYi0EXAMPLE=", "short"]);
        let shown = secrets.apply("5d672d79c15b13162d9279b0855cfba6 aWjzRs2k%2B1c7ZFyk8MYi0EXAMPLE%3D short");
        assert_eq!(shown, "5d672d79… aWjzRs2k… short");
    }

    #[test]
    fn a_stream_shows_no_secret_however_it_is_written() {
        let secrets = KnownSecrets::default();
        let proxy = [("https_proxy", "http://user:pass%2Fword@proxy:1")];
        secrets.add_given(&typed_secrets(&["-u".into(), "AKID:hush-hush".into()]), &Environment::new(proxy, None));
        let veiled = |screen: &mut Screen| {
            screen.redact_with(Rc::new(secrets.clone()));
            let (start, end, whole) = ("hush-", "hush", "user:pass%2Fword");
            write!(screen, "{start}{end} pass/word {whole}")
        };
        assert_eq!(written(Palette::Plain, veiled), "[redacted] [redacted] [redacted]");
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_known_by_its_form() {
        for (text, shown) in [
            (format!("unexpected argument '{SECRET}' found"), "unexpected argument '[redacted]' found"),
            (format!("no profile '{SECRET}' in x"), "no profile '[redacted]' in x"),
            (format!("x https://AKID:{SECRET}@h/p y"), "x https://[redacted]@h/p y"),
            ("'http://user:pa/ss@proxy:1' y@z".to_owned(), "'http://[redacted]@proxy:1' y@z"),
        ] {
            assert_eq!(without_lookalikes(&text), shown);
        }
        let hash = "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d";
        for text in [hash, "see https://h:9000/a@b", "/home/me/a/rather/long/path/to/some/file.http", ""] {
            assert_eq!(without_lookalikes(text), text);
        }
    }
}
