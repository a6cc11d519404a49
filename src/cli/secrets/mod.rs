//! The known secrets, and keeping them out of all output.
//!
//! A secret is known by its value, and searched for in every form in which it may have been written. Where the
//! values come from is up to the callers; all output passes through here last, just before it leaves the program.

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
use crate::redaction::{REDACTED, Starts, spellings_of};
use sigvet_core::credentials::{Credentials, Secret};

/// The shortest value that is removed: a shorter one is not a secret, and would be found in every word.
const SHORTEST: usize = 6;

/// The number of characters of a signature that are shown instead of it.
const START: usize = 8;

/// Words of our own messages. A value equal to one of them is not searched for: a message without the word would
/// only reveal it.
const OWN_WORDS: [&str; 6] = ["secret", "password", "access", "session", "profile", "header"];

/// Values that must not be shown, not even by `Debug`.
#[derive(Clone, Default)]
pub struct Secrets {
    values: Vec<Value>,
    /// Every form of every value, the longest first, so that no part of a value remains. There are hundreds, and a
    /// run without any text output needs none, so they are computed when the first text is shown.
    forms: OnceCell<(Vec<Form>, Starts)>,
}

/// A value that must not be shown.
#[derive(Clone)]
struct Value {
    bytes: Zeroizing<Vec<u8>>,
    remainder: Remainder,
}

/// How much of a value is shown.
#[derive(Clone, Copy)]
enum Remainder {
    Nothing,
    /// The start of a signature, so that signatures can be told apart.
    Start,
}

/// One way to write a value, and its replacement.
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

    /// Adds signatures, whose start is shown.
    pub fn add_signatures<'s>(&mut self, signatures: impl IntoIterator<Item = &'s str>) {
        let signatures = signatures.into_iter().filter(|signature| signature.len() > START);
        self.values.extend(signatures.map(|signature| Value::new(signature.as_bytes(), Remainder::Start)));
        self.forms.take();
    }

    /// Adds the values of `others`.
    pub fn extend(&mut self, others: &Self) {
        self.values.extend(others.values.iter().cloned());
        self.forms.take();
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The text without the values.
    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let (forms, starts) = self.forms();
        if !starts.may_be_in(text.as_bytes()) {
            return Cow::Borrowed(text);
        }
        forms.iter().fold(Cow::Borrowed(text), |text, form| match text.contains(form.text.as_str()) {
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
        spellings_of(&self.bytes, SHORTEST).into_iter().map(move |text| match remainder {
            Remainder::Nothing => Form { text, instead: REDACTED.into() },
            Remainder::Start => Form { instead: short_signature(&text).into(), text },
        })
    }
}

/// The start of a signature, which identifies the signature without making it usable.
pub fn short_signature(signature: &str) -> String {
    let start: String = signature.chars().take(START).collect();
    if start.len() < signature.len() { start + "…" } else { start }
}

impl Secrets {
    fn forms(&self) -> &(Vec<Form>, Starts) {
        self.forms.get_or_init(|| {
            let mut forms: Vec<Form> = self.values.iter().flat_map(Value::forms).collect();
            forms.sort_by(|one, other| other.text.len().cmp(&one.text.len()).then_with(|| one.text.cmp(&other.text)));
            forms.dedup_by(|one, other| one.text == other.text);
            let starts = Starts::of(forms.iter().map(|form| form.text.as_bytes()));
            (forms, starts)
        })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// The secrets of this process; more may be added while it runs.
#[derive(Clone, Debug, Default)]
pub struct KnownSecrets(Rc<RefCell<Secrets>>);

/// The secret parts of credentials.
pub fn values_of(credentials: &Credentials) -> impl Iterator<Item = &str> {
    let Credentials { secret_access_key, session_token, .. } = credentials;
    [secret_access_key].into_iter().chain(session_token).map(Secret::expose_secret)
}

impl KnownSecrets {
    /// Adds values.
    pub fn add<V: AsRef<[u8]>>(&self, values: impl IntoIterator<Item = V>) {
        self.0.borrow_mut().add(values);
    }

    /// Adds the values of `others`.
    pub fn extend(&self, others: &Secrets) {
        self.0.borrow_mut().extend(others);
    }

    /// Adds the secrets of the command line and the environment, which are known before anything is done.
    pub fn add_given(&self, typed: &[TypedSecret], environment: &Environment) {
        self.add(typed.iter().flat_map(|secret| &secret.values).map(|value| value.as_bytes()));
        self.add(environment.secrets());
        let proxies = PROXIES.iter().filter_map(|name| environment.get(name));
        self.add(proxies.chain(environment.endpoint_urls()).flat_map(typed::users_of_url));
    }

    /// Makes a screen hide all these secrets, including ones that are added later.
    pub fn veil(&self, mut screen: Screen) -> Screen {
        screen.redact_with(Rc::new(self.clone()));
        screen
    }

    /// The text without the values.
    pub fn apply<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.0.borrow().apply(text)
    }
}

/// Environment variables with the URL of a proxy, which may contain a user and a password.
const PROXIES: [&str; 5] = ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

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

/// A message without anything that looks like an AWS secret access key, and without the user before the host of a
/// URL: words that were typed in the wrong place and so are not known as secrets.
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

/// Whether a run of characters looks like almost every AWS secret: 40 characters with upper case, lower case and
/// digits. A hex hash has no upper case.
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

/// Whether there is a user before an `@`: in the authority, or further on if what looks like a port is not one.
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
    fn a_known_value_is_removed_unless_it_is_short() {
        let mut secrets = Secrets::default();
        secrets.add(["hush-hush", "ab", "  hush  "]);
        assert_eq!(secrets.apply("ab hush-hush hush."), "ab [redacted] hush.");
        secrets.add(["secret"]);
        assert_eq!(secrets.apply("-u lacks an id or a secret"), "-u lacks an id or a secret");
        assert!(matches!(secrets.apply("nothing"), Cow::Borrowed("nothing")));
        assert_eq!(format!("{secrets:?}"), REDACTED);
    }

    #[test]
    fn the_start_of_a_signature_is_shown() {
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
    fn a_secret_in_the_wrong_place_is_recognized_by_its_form() {
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
