//! The string to sign around the hash of the canonical request, and the signing key. Both are one choice
//! here, because a wrong day or region shows in both.

mod chain;
mod derived;
mod frame;
mod steps;

pub(in crate::diagnosis) use chain::{Chain, Links, chain_step};
pub(in crate::diagnosis) use frame::{Frame, Frames};

use derived::{Derivation, DerivedKeys};
use frame::FrameKey;
use steps::{Part, StringForm, day_step, days_step, form_step, part_step, timestamp_step};

use super::names::{REGIONS, SERVICES};
use super::secret::{self, SecretBytes};
use super::{Subject, mistyped_secret, times};
use crate::diagnosis::catalogue::{SCOPE_ORDER, SCOPE_REGION, SCOPE_SERVICE};
use crate::diagnosis::certified;
use crate::diagnosis::evidence::Key;
use crate::diagnosis::field::{Choice, Step};
use crate::diagnosis::outcome::AppliedMistake;
use crate::diagnosis::texts::differing_lines;
use sigvet_core::internal::HmacKey;
use sigvet_core::scheme::{Scheme, Scope};
use sigvet_core::x509::{CertificateKey, KeyAlgorithm};

pub(in crate::diagnosis) struct Signing {
    scheme: Scheme,
    algorithm: String,
    access_key_id: String,
    prefix: String,
    scope: Scope,
    secret: Step<SecretBytes>,
    derivation: Step<Chain>,
    day: Step<Part>,
    region: Step<Part>,
    service: Step<Part>,
    shape: Step<Shape>,
    timestamp: Step<String>,
    form: Step<StringForm>,
    /// The key of the certificate that was sent with the request.
    certified: Option<CertificateKey>,
}

/// The form of the credential scope in the string to sign.
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Right,
    Exchanged,
    NoRegion,
    NoService,
    NoTerminator,
    NoDate,
    /// Exchanged in the key's derivation too.
    ExchangedEverywhere,
}

/// The first line of a Version 4 string to sign.
const OF_VERSION_4: &str = "AWS4-HMAC-SHA256";

/// The number of decisions.
pub(in crate::diagnosis) const STEPS: usize = 8;

impl Signing {
    pub(in crate::diagnosis) fn new(subject: &Subject<'_>, keys: &[Key<'_>]) -> Self {
        let terms = &subject.terms;
        let scope = terms.scope.clone();
        let host = subject.headers.first_text("host").unwrap_or_default();
        let labels: Vec<String> = host.split('.').filter(|label| label.len() > 1).map(str::to_owned).collect();
        let regions = [&subject.hints.regions[..], &labels].concat();
        let services = [&subject.hints.services[..], &labels].concat();
        Self {
            scheme: terms.scheme,
            algorithm: terms.algorithm().into_owned(),
            access_key_id: terms.access_key_id.clone(),
            prefix: terms.secret_prefix(),
            secret: secret::step(keys, &terms.access_key_id),
            derivation: chain_step(terms.scheme),
            day: day_step(subject),
            region: part_step(scope.region(), (&REGIONS, &regions), &SCOPE_REGION, terms.scheme),
            service: part_step(&scope.service, (&SERVICES, &services), &SCOPE_SERVICE, terms.scheme),
            shape: Step::new(Shape::Right)
                .or(&SCOPE_ORDER, Shape::Exchanged)
                .or(&SCOPE_ORDER, Shape::ExchangedEverywhere)
                .or(&SCOPE_ORDER, Shape::NoRegion)
                .or(&SCOPE_ORDER, Shape::NoService)
                .or(&SCOPE_ORDER, Shape::NoTerminator)
                .or(&SCOPE_ORDER, Shape::NoDate),
            timestamp: timestamp_step(subject),
            form: form_step(terms.scheme),
            certified: certified::key_of(&subject.headers, terms),
            scope,
        }
    }

    /// The same, with every typing error of a secret and every day of a year: too many options to combine
    /// with any other.
    pub(in crate::diagnosis) fn with_many_secrets_and_days(subject: &Subject<'_>, keys: &[Key<'_>]) -> Self {
        let day = days_step(subject, times::days_of_a_year(subject.terms.timestamp));
        Self { secret: mistyped_secret::step(keys), day, ..Self::new(subject, keys) }
    }

    /// Each choice that has another secret or another day and is right otherwise.
    pub(in crate::diagnosis) fn single_choices(&self) -> Vec<[u16; STEPS]> {
        let at =
            |step: usize, option: usize| std::array::from_fn(|other| if other == step { option as u16 } else { 0 });
        let secrets = (1..=self.secret.wrong_options()).map(|option| at(0, option));
        secrets.chain((1..=self.day.wrong_options()).map(|option| at(2, option))).collect()
    }

    /// The right string to sign and key, as the only frame.
    pub(in crate::diagnosis) fn right_frame(&self) -> Frames {
        self.make_each(&[[0; STEPS]], &mut Links::default())
    }

    /// The right signing key of Version 4.
    pub(in crate::diagnosis) fn right_key(&self) -> HmacKey {
        HmacKey::new(self.derive(&[0; STEPS], &mut Links::default()))
    }

    /// Writes the string to sign before the hash, with another timestamp and the right scope.
    pub(in crate::diagnosis) fn write_before_hash(&self, timestamp: &str, scope: &str, out: &mut Vec<u8>) {
        write_lines(&[&self.algorithm, timestamp, scope], "\n", out);
    }

    /// The right credential scope.
    pub(in crate::diagnosis) fn scope(&self) -> String {
        self.scope.to_string()
    }

    /// The number of wrong options at each step.
    pub(in crate::diagnosis) fn sizes(&self) -> [usize; STEPS] {
        self.steps().map(Choice::wrong_options)
    }

    /// The mistakes behind these options, with the lines of the string to sign that they change.
    pub(in crate::diagnosis) fn causes(&self, options: &[u16; STEPS]) -> Vec<AppliedMistake> {
        let (signed, expected) = differing_lines(&self.frame_text(options), &self.frame_text(&[0; STEPS]));
        let wrong = self.steps().into_iter().enumerate().zip(options).filter(|(_, option)| **option > 0);
        let made = wrong.map(|((step, choice), option)| {
            let made = AppliedMistake::from(choice.cause((*option).into()).clone());
            // The first two steps make the key and do not change the string to sign.
            if step < 2 { made } else { AppliedMistake { signed: signed.clone(), expected: expected.clone(), ..made } }
        });
        made.collect()
    }

    fn steps(&self) -> [&dyn Choice; STEPS] {
        [
            &self.secret,
            &self.derivation,
            &self.day,
            &self.region,
            &self.service,
            &self.shape,
            &self.timestamp,
            &self.form,
        ]
    }

    /// Builds the strings to sign and keys for many choices, in order. The keys of Version 4 are derived side by side.
    /// `links` caches the links of those that are derived one after another.
    pub(in crate::diagnosis) fn make_each(&self, choices: &[[u16; STEPS]], links: &mut Links) -> Frames {
        let derived = (self.scheme == Scheme::V4).then(|| {
            let chains: Vec<Derivation<'_>> = choices.iter().map(|options| self.derivation(options)).collect();
            DerivedKeys::derive(&chains, |number| self.first_key(&choices[number]))
        });
        let mut frames = Frames::with_capacity(choices.len());
        let mut scope = String::new();
        for (number, options) in choices.iter().enumerate() {
            let key = match &derived {
                Some(derived) if !self.chain(options).exchanges_any() => FrameKey::Hmac(derived.key(number).clone()),
                _ => self.key(options, links),
            };
            scope.clear();
            self.write_scope(options, &mut scope);
            frames.push(key, |before, after| self.write_frame(options, &scope, before, after));
        }
        frames
    }

    /// The key for these options. `links` caches the links that consecutive choices share.
    fn key(&self, options: &[u16; STEPS], links: &mut Links) -> FrameKey {
        match self.scheme {
            Scheme::V4 if self.chain(options).exchanges_the_last() => {
                FrameKey::Exchanged(SecretBytes::new(self.derive(options, links).to_vec()))
            }
            Scheme::V4 => FrameKey::Hmac(HmacKey::new(self.derive(options, links))),
            Scheme::V4a => {
                let first = || self.first_key(options);
                FrameKey::Ecdsa(links.public_key(origin(options), first, &self.access_key_id))
            }
            Scheme::X509(KeyAlgorithm::Rsa) => FrameKey::Hashed,
            Scheme::X509(KeyAlgorithm::Ecdsa) => match &self.certified {
                Some(key) => FrameKey::Certified(key.clone()),
                None => FrameKey::Hashed,
            },
        }
    }

    /// The signing key of Version 4.
    fn derive<'l>(&self, options: &[u16; STEPS], links: &'l mut Links) -> &'l [u8] {
        let Derivation { origin, chain, messages } = self.derivation(options);
        links.derive(origin, chain, || self.first_key(options), messages)
    }

    /// How the signing key of Version 4 is derived.
    fn derivation(&self, options: &[u16; STEPS]) -> Derivation<'_> {
        let day = self.day.option(options[2].into()).key.as_str();
        let region = self.region.option(options[3].into()).key.as_str();
        let service = self.service.option(options[4].into()).key.as_str();
        let scope = match self.shape.option(options[5].into()) {
            Shape::ExchangedEverywhere => [day, service, region, &self.scope.terminator],
            _ => [day, region, service, &self.scope.terminator],
        };
        let chain = self.chain(options);
        Derivation { origin: origin(options), chain, messages: chain.messages(scope) }
    }

    fn chain(&self, options: &[u16; STEPS]) -> Chain {
        *self.derivation.option(options[1].into())
    }

    fn first_key(&self, options: &[u16; STEPS]) -> SecretBytes {
        self.chain(options).first_key(self.prefix.as_bytes(), self.secret.option(options[0].into()))
    }

    fn frame_text(&self, options: &[u16; STEPS]) -> Vec<u8> {
        let (mut scope, mut before, mut after) = (String::new(), Vec::new(), Vec::new());
        self.write_scope(options, &mut scope);
        self.write_frame(options, &scope, &mut before, &mut after);
        [before, after].concat()
    }

    fn write_scope(&self, options: &[u16; STEPS], out: &mut String) {
        let day = &self.day.option(options[2].into()).signed;
        let region = &self.region.option(options[3].into()).signed;
        // The scope of Version 4A has no region, unless the client put one there by mistake.
        let region = (self.scheme != Scheme::V4a || !region.is_empty()).then_some(region.as_str());
        let service = &self.service.option(options[4].into()).signed;
        let shape = self.shape.option(options[5].into());
        shape.write([Some(day), region, Some(service)], &self.scope.terminator, out);
    }

    /// Writes the string to sign before and after the hash.
    fn write_frame(&self, options: &[u16; STEPS], scope: &str, before: &mut Vec<u8>, after: &mut Vec<u8>) {
        let algorithm = self.algorithm.as_str();
        let timestamp = self.timestamp.option(options[6].into()).as_str();
        let mut write = |lines: &[&str]| write_lines(lines, "\n", before);
        match self.form.option(options[7].into()) {
            StringForm::Right => write(&[algorithm, timestamp, scope]),
            StringForm::CrLf => write_lines(&[algorithm, timestamp, scope], "\r\n", before),
            StringForm::NewlineBehind => {
                write(&[algorithm, timestamp, scope]);
                after.push(b'\n');
            }
            StringForm::NewlineBefore => write(&["", algorithm, timestamp, scope]),
            StringForm::NoNewlines => write_lines(&[algorithm, timestamp, scope], "", before),
            StringForm::OtherAlgorithm => write(&[OF_VERSION_4, timestamp, scope]),
            StringForm::NoAlgorithm => write(&[timestamp, scope]),
            StringForm::NoTimestamp => write(&[algorithm, scope]),
            StringForm::NoScope => write(&[algorithm, timestamp]),
            StringForm::ScopeFirst => write(&[algorithm, scope, timestamp]),
            StringForm::HashBeforeScope => {
                write(&[algorithm, timestamp]);
                after.push(b'\n');
                after.extend_from_slice(scope.as_bytes());
            }
            StringForm::ShortDate => write(&[algorithm, timestamp.get(..8).unwrap_or(timestamp), scope]),
            StringForm::FullCredential => {
                write(&[algorithm, timestamp, &format!("{}/{scope}", self.access_key_id)]);
            }
            StringForm::Rfc3339 => write(&[algorithm, &times::dashed(timestamp), scope]),
        }
    }
}

/// Writes lines, each with a newline at its end.
fn write_lines(lines: &[&str], newline: &str, out: &mut Vec<u8>) {
    for line in lines {
        out.extend_from_slice(line.as_bytes());
        out.extend_from_slice(newline.as_bytes());
    }
}

/// Identifies the secret and the kind of chain.
fn origin(options: &[u16; STEPS]) -> (u16, u16) {
    (options[0], options[1])
}

impl Shape {
    fn write(self, [day, region, service]: [Option<&str>; 3], terminator: &str, out: &mut String) {
        let terminator = Some(terminator);
        let parts = match self {
            Self::Right => [day, region, service, terminator],
            Self::Exchanged | Self::ExchangedEverywhere => [day, service, region, terminator],
            Self::NoRegion => [day, None, service, terminator],
            Self::NoService => [day, region, None, terminator],
            Self::NoTerminator => [day, region, service, None],
            Self::NoDate => [None, region, service, terminator],
        };
        for (at, part) in parts.into_iter().flatten().enumerate() {
            if at > 0 {
                out.push('/');
            }
            out.push_str(part);
        }
    }
}
