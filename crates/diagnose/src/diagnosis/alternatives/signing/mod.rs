//! The string to sign around the hash of the canonical request, and the signing key. Both are one choice
//! here, because a wrong day or region shows in both.

mod chain;
mod steps;

pub(in crate::diagnosis) use chain::{Chain, Links, chain_step};

use steps::{Part, StringForm, day_step, days_step, form_step, part_step, timestamp_step};

use super::names::{REGIONS, SERVICES};
use super::secret::{self, SecretBytes};
use super::{Subject, mistyped_secret, times};
use crate::diagnosis::catalogue::{SCOPE_ORDER, SCOPE_REGION, SCOPE_SERVICE};
use crate::diagnosis::certified;
use crate::diagnosis::evidence::Key;
use crate::diagnosis::field::{Choice, Step};
use crate::diagnosis::outcome::AppliedMistake;
use crate::diagnosis::target::Target;
use crate::diagnosis::texts::differing_lines;
use sigvet_core::crypto::{PublicKey, sha256};
use sigvet_core::internal::{Midstate, hmac};
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

/// With fewer lines than this, hashing them one after another is faster.
const WORTH_LANES: usize = 6;

/// The number of decisions.
pub(in crate::diagnosis) const STEPS: usize = 8;

/// A string to sign without its hash, and the key that signs it.
pub(in crate::diagnosis) struct Frame {
    key: FrameKey,
    after: Vec<u8>,
}

enum FrameKey {
    /// The text before the hash is already absorbed.
    Hmac(Midstate),
    /// The string to sign is the HMAC key, and the signing key is its message.
    Exchanged { message: SecretBytes, before: Vec<u8> },
    /// A signature that is verified rather than recomputed.
    Ecdsa { key: PublicKey, before: Vec<u8> },
    /// A signature that is verified with the key of a certificate.
    Certified { key: CertificateKey, before: Vec<u8> },
    /// The hash that was signed is known.
    Hashed { before: Vec<u8> },
}

impl Frame {
    /// Whether the string to sign has the target signature if this line is its hash.
    pub(in crate::diagnosis) fn gives(&self, line: &[u8], target: &Target) -> bool {
        match (&self.key, target) {
            (FrameKey::Hmac(key), Target::Digest { bytes, length }) => {
                key.finish(&[line, &self.after]).0.get(..*length).unwrap_or_default()
                    == bytes.get(..*length).unwrap_or_default()
            }
            (FrameKey::Exchanged { message, before }, Target::Digest { bytes, length }) => {
                hmac(&[before, line, &self.after].concat(), message).0[..*length] == bytes[..*length]
            }
            (FrameKey::Ecdsa { key, before }, Target::Der(signature)) => {
                key.verifies(&[before, line, &self.after].concat(), signature)
            }
            (FrameKey::Certified { key, before }, Target::Der(signature)) => {
                key.verifies(&[before, line, &self.after].concat(), signature)
            }
            (FrameKey::Hashed { before }, Target::Hash(hash)) => {
                sha256(&[before, line, &self.after].concat()).0 == *hash
            }
            _ => false,
        }
    }
}

impl Frame {
    /// The numbers of the lines that give the target signature. The more lines there are, the less each one costs.
    pub(in crate::diagnosis) fn gives_each<'l>(
        &self,
        lines: impl ExactSizeIterator<Item = &'l [u8]>,
        target: &Target,
    ) -> Vec<usize> {
        match (&self.key, target) {
            (FrameKey::Hmac(key), Target::Digest { .. }) if lines.len() >= WORTH_LANES => {
                let codes = key.finish_each(lines, &self.after);
                (0..).zip(&codes).filter(|(_, code)| target.is_digest(&code.0)).map(|(number, _)| number).collect()
            }
            _ => (0..).zip(lines).filter(|(_, line)| self.gives(line, target)).map(|(number, _)| number).collect(),
        }
    }
}

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

    /// The right string to sign and key.
    pub(in crate::diagnosis) fn right_frame(&self) -> Frame {
        self.make(&[0; STEPS], &mut Links::default())
    }

    /// The right signing key of Version 4.
    pub(in crate::diagnosis) fn right_key(&self) -> Midstate {
        Midstate::new(self.derive(&[0; STEPS], &mut Links::default()))
    }

    /// The string to sign before the hash, with another timestamp.
    pub(in crate::diagnosis) fn before_hash_at(&self, timestamp: &str) -> Vec<u8> {
        self.frame(StringForm::Right, timestamp, &self.scope.to_string()).0
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

    /// Builds the string to sign and key for these options, one for each step. `links` caches the links that
    /// consecutive choices share.
    pub(in crate::diagnosis) fn make(&self, options: &[u16; STEPS], links: &mut Links) -> Frame {
        let (before, after) = self.around_hash(options);
        let key = match self.scheme {
            Scheme::V4 if self.chain(options).exchanges_the_last() => {
                FrameKey::Exchanged { message: SecretBytes::new(self.derive(options, links).to_vec()), before }
            }
            Scheme::V4 => FrameKey::Hmac(Midstate::new(self.derive(options, links)).absorb(&before)),
            Scheme::V4a => {
                let first = || self.first_key(options);
                FrameKey::Ecdsa { key: links.public_key(origin(options), first, &self.access_key_id), before }
            }
            Scheme::X509(KeyAlgorithm::Rsa) => FrameKey::Hashed { before },
            Scheme::X509(KeyAlgorithm::Ecdsa) => match &self.certified {
                Some(key) => FrameKey::Certified { key: key.clone(), before },
                None => FrameKey::Hashed { before },
            },
        };
        Frame { key, after }
    }

    /// The signing key of Version 4.
    fn derive<'l>(&self, options: &[u16; STEPS], links: &'l mut Links) -> &'l [u8] {
        let day = self.day.option(options[2].into()).key.as_str();
        let region = self.region.option(options[3].into()).key.as_str();
        let service = self.service.option(options[4].into()).key.as_str();
        let scope = match self.shape.option(options[5].into()) {
            Shape::ExchangedEverywhere => [day, service, region, &self.scope.terminator],
            _ => [day, region, service, &self.scope.terminator],
        };
        let chain = self.chain(options);
        links.derive(origin(options), chain, || self.first_key(options), chain.messages(scope))
    }

    fn chain(&self, options: &[u16; STEPS]) -> Chain {
        *self.derivation.option(options[1].into())
    }

    fn first_key(&self, options: &[u16; STEPS]) -> SecretBytes {
        self.chain(options).first_key(self.prefix.as_bytes(), self.secret.option(options[0].into()))
    }

    fn frame_text(&self, options: &[u16; STEPS]) -> Vec<u8> {
        let (before, after) = self.around_hash(options);
        [before, after].concat()
    }

    /// The string to sign before and after the hash.
    fn around_hash(&self, options: &[u16; STEPS]) -> (Vec<u8>, Vec<u8>) {
        let day = &self.day.option(options[2].into()).signed;
        let region = &self.region.option(options[3].into()).signed;
        // The scope of Version 4A has no region, unless the client put one there by mistake.
        let region = (self.scheme != Scheme::V4a || !region.is_empty()).then_some(region.as_str());
        let service = &self.service.option(options[4].into()).signed;
        let scope =
            self.shape.option(options[5].into()).write([Some(day), region, Some(service)], &self.scope.terminator);
        self.frame(*self.form.option(options[7].into()), self.timestamp.option(options[6].into()), &scope)
    }

    fn frame(&self, form: StringForm, timestamp: &str, scope: &str) -> (Vec<u8>, Vec<u8>) {
        let algorithm = self.algorithm.as_str();
        let lines = |lines: &[&str]| {
            let mut text = String::with_capacity(128);
            for line in lines {
                text.push_str(line);
                text.push('\n');
            }
            text
        };
        let (before, after) = match form {
            StringForm::Right => (lines(&[algorithm, timestamp, scope]), String::new()),
            StringForm::CrLf => (lines(&[algorithm, timestamp, scope]).replace('\n', "\r\n"), String::new()),
            StringForm::NewlineBehind => (lines(&[algorithm, timestamp, scope]), "\n".to_owned()),
            StringForm::NewlineBefore => (lines(&["", algorithm, timestamp, scope]), String::new()),
            StringForm::NoNewlines => (format!("{algorithm}{timestamp}{scope}"), String::new()),
            StringForm::OtherAlgorithm => (lines(&[OF_VERSION_4, timestamp, scope]), String::new()),
            StringForm::NoAlgorithm => (lines(&[timestamp, scope]), String::new()),
            StringForm::NoTimestamp => (lines(&[algorithm, scope]), String::new()),
            StringForm::NoScope => (lines(&[algorithm, timestamp]), String::new()),
            StringForm::ScopeFirst => (lines(&[algorithm, scope, timestamp]), String::new()),
            StringForm::HashBeforeScope => (lines(&[algorithm, timestamp]), format!("\n{scope}")),
            StringForm::ShortDate => {
                (lines(&[algorithm, timestamp.get(..8).unwrap_or(timestamp), scope]), String::new())
            }
            StringForm::FullCredential => {
                (lines(&[algorithm, timestamp, &format!("{}/{scope}", self.access_key_id)]), String::new())
            }
            StringForm::Rfc3339 => (lines(&[algorithm, &times::dashed(timestamp), scope]), String::new()),
        };
        (before.into_bytes(), after.into_bytes())
    }
}

/// Identifies the secret and the kind of chain.
fn origin(options: &[u16; STEPS]) -> (u16, u16) {
    (options[0], options[1])
}

impl Shape {
    fn write(self, [day, region, service]: [Option<&str>; 3], terminator: &str) -> String {
        let terminator = Some(terminator);
        let parts = match self {
            Self::Right => [day, region, service, terminator],
            Self::Exchanged | Self::ExchangedEverywhere => [day, service, region, terminator],
            Self::NoRegion => [day, None, service, terminator],
            Self::NoService => [day, region, None, terminator],
            Self::NoTerminator => [day, region, service, None],
            Self::NoDate => [None, region, service, terminator],
        };
        parts.into_iter().flatten().collect::<Vec<_>>().join("/")
    }
}
