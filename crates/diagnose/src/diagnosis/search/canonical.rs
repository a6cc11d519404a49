//! Generates every canonical request that a number of mistakes lead to, as the line that represents it in the
//! string to sign.

use rayon::prelude::*;

use crate::diagnosis::allowance::Allowance;
use crate::diagnosis::alternatives::{Fields, Subject, base64};
use crate::diagnosis::catalogue::{CANONICAL_HASH_FORM, CANONICAL_NEWLINES};
use crate::diagnosis::field::{Choice, Field, Step, Variant};
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::crypto::sha256;
use sigvet_core::internal::{Head, Hex, Texts, sha1, sha512};

/// Variants with more mistakes than this are generated on demand and not kept.
const KEPT: usize = 1;
/// Maximum number of lines that one core makes and tries at a time.
const CHUNK: usize = 128;
/// Number of bytes that one core hashes before it checks the time again.
const CHUNK_BYTES: usize = 512 * 1024;
const FIELDS: usize = 5;

/// The canonical variants of one request.
#[derive(Default)]
pub(super) struct Canonical {
    fields: Option<Fields>,
    assembly: Assemblies,
    lines: Vec<Vec<Hashed>>,
}

/// The variant of each field, how the fields were joined, and how the result was hashed.
#[derive(Clone, Copy, Default)]
pub(super) struct Combination {
    costs: [u8; FIELDS],
    variants: [u32; FIELDS],
    joining: u8,
    form: u8,
}

/// A combination and its line in the string to sign.
pub(super) struct Hashed {
    pub(super) combination: Combination,
    pub(super) line: Line,
}

/// The last line of the string to sign.
pub(super) enum Line {
    Hex(Hex),
    Other(Vec<u8>),
}

struct Assemblies {
    joining: Step<Joining>,
    form: Step<CanonicalForm>,
}

/// How the fields are joined.
#[derive(Clone, Copy, PartialEq)]
enum Joining {
    Newlines,
    CrLf,
    /// With a backslash and an `n`, as a shell may leave them.
    Spelled,
    NewlineBehind,
    NewlineBefore,
    /// Without the line for an empty query.
    NoEmptyLine,
}

/// The form in which the canonical request goes into the string to sign.
#[derive(Clone, Copy, PartialEq)]
enum CanonicalForm {
    Hex,
    UpperHex,
    HashOfHex,
    HashOfBytes,
    Bytes,
    Base64,
    NotHashed,
    Sha1,
    Sha512,
}

impl Default for Assemblies {
    fn default() -> Self {
        let mut joining = Step::new(Joining::Newlines);
        joining.add(&CANONICAL_NEWLINES, "CR LF in the canonical request", Joining::CrLf);
        joining.add(&CANONICAL_NEWLINES, "'\\n' spelled out in the canonical request", Joining::Spelled);
        joining.add(&CANONICAL_NEWLINES, "a newline at the end of the canonical request", Joining::NewlineBehind);
        joining.add(&CANONICAL_NEWLINES, "a newline before the canonical request", Joining::NewlineBefore);
        joining.add(&CANONICAL_NEWLINES, "no line for the empty query", Joining::NoEmptyLine);
        let mut form = Step::new(CanonicalForm::Hex);
        form.add(&CANONICAL_HASH_FORM, "in uppercase hex", CanonicalForm::UpperHex);
        form.add(&CANONICAL_HASH_FORM, "the hash of the hash in hex", CanonicalForm::HashOfHex);
        form.add(&CANONICAL_HASH_FORM, "the hash of the hash", CanonicalForm::HashOfBytes);
        form.add(&CANONICAL_HASH_FORM, "the raw bytes of the hash instead of hex", CanonicalForm::Bytes);
        form.add(&CANONICAL_HASH_FORM, "in base64", CanonicalForm::Base64);
        form.add(&CANONICAL_HASH_FORM, "the canonical request itself, unhashed", CanonicalForm::NotHashed);
        form.add(&CANONICAL_HASH_FORM, "hashed with SHA-1", CanonicalForm::Sha1);
        form.add(&CANONICAL_HASH_FORM, "hashed with SHA-512", CanonicalForm::Sha512);
        Self { joining, form }
    }
}

impl Line {
    pub(super) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Hex(hex) => hex.as_bytes(),
            Self::Other(bytes) => bytes,
        }
    }
}

impl Canonical {
    /// Generates the variants of each field with at most `most` mistakes, within the allowance, and keeps the
    /// lines of those with the fewest mistakes.
    pub(super) fn prepare(&mut self, subject: &Subject<'_>, most: usize, allowance: &Allowance<'_>) {
        self.fields = None;
        self.fields = Some(subject.fields(most, allowance));
        while self.lines.len() <= most.min(KEPT) {
            let cost = self.lines.len();
            let kept = std::sync::Mutex::new(Vec::new());
            self.make(cost, &|| allowance.ends_trying(), &|lines| {
                kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).extend(lines);
            });
            self.lines.push(kept.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()));
        }
    }

    /// The lines with exactly this number of mistakes, if they were kept.
    pub(super) fn lines(&self, cost: usize) -> &[Hashed] {
        self.lines.get(cost).map_or(&[], Vec::as_slice)
    }

    /// Calls `visit` with the variants that have exactly this number of mistakes, in batches, on all cores.
    pub(super) fn for_each(
        &self,
        cost: usize,
        is_over: &(dyn Fn() -> bool + Sync),
        visit: &(dyn Fn(&[Hashed]) + Sync),
    ) {
        if cost <= KEPT {
            let lines = self.lines(cost);
            return lines.par_chunks(evenly(lines.len(), CHUNK)).for_each(|lines| {
                if !is_over() {
                    visit(lines);
                }
            });
        }
        self.make(cost, is_over, &|lines| visit(&lines));
    }

    /// Every set of mistakes that leads to a combination.
    pub(super) fn causes(&self, combination: &Combination) -> Vec<Vec<AppliedMistake>> {
        let Some(fields) = self.fields.as_ref().map(Fields::in_order) else { return Vec::new() };
        let mut sets: Vec<Vec<AppliedMistake>> = vec![Vec::new()];
        for (at, field) in fields.into_iter().enumerate() {
            let variant = &field.of_cost(combination.costs[at].into())[combination.variants[at] as usize];
            let of_field = field.explained(variant);
            sets = sets.iter().flat_map(|set| of_field.iter().map(|more| [set.as_slice(), more].concat())).collect();
        }
        let whole: [(&dyn Choice, u8); 2] =
            [(&self.assembly.joining, combination.joining), (&self.assembly.form, combination.form)];
        for (step, option) in whole.into_iter().filter(|(_, option)| *option > 0) {
            let made = AppliedMistake::from(step.cause(option.into()).clone());
            sets.iter_mut().for_each(|set| set.push(made.clone()));
        }
        sets
    }

    fn make(&self, cost: usize, is_over: &(dyn Fn() -> bool + Sync), visit: &(dyn Fn(Vec<Hashed>) + Sync)) {
        let Some(fields) = self.fields.as_ref().map(Fields::in_order) else { return };
        let (joinings, forms) = (self.assembly.joining.wrong_options(), self.assembly.form.wrong_options());
        for joining in 0..=joinings {
            for form in 0..=forms {
                let spent = usize::from(joining > 0) + usize::from(form > 0);
                let Some(left) = cost.checked_sub(spent) else { continue };
                for costs in splits(left) {
                    let whole = (joining as u8, form as u8);
                    let group = Group { assembly: &self.assembly, fields, costs, whole };
                    group.for_each(is_over, visit);
                }
            }
        }
    }
}

/// The size of chunks of almost the same size, at most `most`, so that no core waits for the other's.
fn evenly(count: usize, most: usize) -> usize {
    count.div_ceil(count.div_ceil(most).max(1)).max(1)
}

/// All ways to distribute a number of mistakes over the fields.
fn splits(cost: usize) -> Vec<[u8; FIELDS]> {
    let mut all = Vec::new();
    for code in 0..(cost + 1).pow(FIELDS as u32) {
        let costs: [u8; FIELDS] = std::array::from_fn(|at| (code / (cost + 1).pow(at as u32) % (cost + 1)) as u8);
        if costs.iter().map(|cost| usize::from(*cost)).sum::<usize>() == cost {
            all.push(costs);
        }
    }
    all
}

/// The combinations with the same number of mistakes in each field.
struct Group<'a> {
    assembly: &'a Assemblies,
    fields: [&'a Field; FIELDS],
    costs: [u8; FIELDS],
    whole: (u8, u8),
}

impl Group<'_> {
    fn for_each(&self, is_over: &(dyn Fn() -> bool + Sync), visit: &(dyn Fn(Vec<Hashed>) + Sync)) {
        let variants: [&[Variant]; FIELDS] = std::array::from_fn(|at| self.fields[at].of_cost(self.costs[at].into()));
        let counts = variants.map(<[Variant]>::len);
        let heads: usize = counts[..FIELDS - 1].iter().product();
        let lines_at_once = (CHUNK_BYTES / self.length_of_one().max(1)).clamp(1, CHUNK);
        let chunk_size = evenly(heads, (lines_at_once / counts[FIELDS - 1].max(1)).max(1));
        let work = |chunk: usize| {
            if !is_over() {
                self.work(chunk * chunk_size..heads.min((chunk + 1) * chunk_size), &variants, visit);
            }
        };
        match heads.div_ceil(chunk_size) {
            1 => work(0),
            chunks => (0..chunks).into_par_iter().for_each(work),
        }
    }

    /// The length of one canonical request in bytes.
    fn length_of_one(&self) -> usize {
        self.fields.iter().flat_map(|field| field.of_cost(0)).map(|right| right.text.len()).sum()
    }

    /// Processes a range of heads. A head consists of all fields but the last. Heads are numbered, and
    /// consecutive heads share their beginning, which is hashed once.
    fn work(
        &self,
        heads: std::ops::Range<usize>,
        variants: &[&[Variant]; FIELDS],
        visit: &(dyn Fn(Vec<Hashed>) + Sync),
    ) {
        let joining = *self.assembly.joining.option(self.whole.0.into());
        let form = *self.assembly.form.option(self.whole.1.into());
        let heads: Vec<[u32; FIELDS]> = heads.map(|head| numbered(head, variants)).collect();
        let mut made = Vec::with_capacity(heads.len() * variants[4].len());
        for heads in heads.chunk_by(|one, next| one[..3] == next[..3]) {
            let chosen = heads
                .iter()
                .flat_map(|head| (0..variants[4].len()).map(|last| [head[0], head[1], head[2], head[3], last as u32]));
            match form {
                CanonicalForm::Hex => self.hash(joining, chosen, variants, &mut made),
                form => made.extend(chosen.map(|chosen| {
                    let line = Line::Other(form.write(&self.text(joining, &chosen, 0..FIELDS, variants)));
                    Hashed { combination: self.combination(chosen), line }
                })),
            }
        }
        visit(made);
    }

    /// Hashes, in parallel lanes, canonical requests that are equal up to their headers.
    fn hash(
        &self,
        joining: Joining,
        chosen: impl Iterator<Item = [u32; FIELDS]> + Clone,
        variants: &[&[Variant]; FIELDS],
        made: &mut Vec<Hashed>,
    ) {
        let Some(first) = chosen.clone().next() else { return };
        let head = Head::new(&self.text(joining, &first, 0..3, variants));
        let mut rests = Texts::with_capacity(CHUNK, 256);
        for chosen in chosen.clone() {
            rests.push(|out| self.write(joining, &chosen, 3..FIELDS, variants, out));
        }
        let hashes = head.finish_each(rests.iter(), b"");
        made.extend(
            chosen.zip(&hashes).map(|(chosen, hash)| Hashed {
                combination: self.combination(chosen),
                line: Line::Hex(Hex::new(hash)),
            }),
        );
    }

    fn combination(&self, variants: [u32; FIELDS]) -> Combination {
        Combination { costs: self.costs, variants, joining: self.whole.0, form: self.whole.1 }
    }

    fn text(
        &self,
        joining: Joining,
        chosen: &[u32; FIELDS],
        fields: std::ops::Range<usize>,
        variants: &[&[Variant]; FIELDS],
    ) -> Vec<u8> {
        let mut text = Vec::new();
        self.write(joining, chosen, fields, variants, &mut text);
        text
    }

    fn write(
        &self,
        joining: Joining,
        chosen: &[u32; FIELDS],
        fields: std::ops::Range<usize>,
        variants: &[&[Variant]; FIELDS],
        out: &mut Vec<u8>,
    ) {
        for field in fields {
            let variant = &variants[field][chosen[field] as usize];
            joining.write(field, &variant.text, &mut |bytes| out.extend_from_slice(bytes));
        }
    }
}

/// The variants that make up a head, by its number. The variants of the headers change fastest.
fn numbered(head: usize, variants: &[&[Variant]; FIELDS]) -> [u32; FIELDS] {
    let mut at = [0; FIELDS];
    let mut rest = head;
    for field in (0..FIELDS - 1).rev() {
        at[field] = (rest % variants[field].len()) as u32;
        rest /= variants[field].len();
    }
    at
}

impl Joining {
    /// Writes the field with this position, and the newline before it.
    fn write(self, field: usize, text: &[u8], out: &mut impl FnMut(&[u8])) {
        let newline: &[u8] = match self {
            Self::CrLf => b"\r\n",
            Self::Spelled => b"\\n",
            _ => b"\n",
        };
        if field == 2 && text.is_empty() && self == Self::NoEmptyLine {
            return;
        }
        if field > 0 || self == Self::NewlineBefore {
            out(newline);
        }
        match self {
            Self::CrLf | Self::Spelled => {
                for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
                    if at > 0 {
                        out(newline);
                    }
                    out(line);
                }
            }
            _ => out(text),
        }
        if field == FIELDS - 1 && self == Self::NewlineBehind {
            out(newline);
        }
    }
}

impl CanonicalForm {
    fn write(self, text: &[u8]) -> Vec<u8> {
        let hash = sha256(text);
        let hex = Hex::new(&hash);
        match self {
            Self::Hex => hex.as_bytes().to_vec(),
            Self::UpperHex => hex.as_bytes().to_ascii_uppercase(),
            Self::HashOfHex => Hex::new(&sha256(hex.as_bytes())).as_bytes().to_vec(),
            Self::HashOfBytes => Hex::new(&sha256(&hash.0)).as_bytes().to_vec(),
            Self::Bytes => hash.0.to_vec(),
            Self::Base64 => base64(&hash.0).into_bytes(),
            Self::NotHashed => text.to_vec(),
            Self::Sha1 => hex::encode(sha1(text)).into_bytes(),
            Self::Sha512 => hex::encode(sha512(text)).into_bytes(),
        }
    }
}
