//! Canonical queries that a client may have signed: other parameters, or another rule.

mod writing;

use super::Subject;
use super::escaping::{Escaping, HexCase, is_encoded_again, raw_sets};
use super::text::replaced;
use crate::diagnosis::catalogue::{
    QUERY_CHANGED_AFTER, QUERY_DECODED_FIRST, QUERY_DOUBLE_ENCODED, QUERY_HEX_LOWERCASE, QUERY_HTML_ESCAPED,
    QUERY_JSON_ESCAPED, QUERY_NO_EQUALS, QUERY_OMITTED, QUERY_PLUS, QUERY_QUESTION_MARK, QUERY_RESERVED_RAW,
    QUERY_SIGNATURE_SIGNED, QUERY_SORTED_CASE, QUERY_SORTED_JOINED, QUERY_SORTED_RAW, QUERY_TILDE_ENCODED,
    QUERY_UNSORTED, QUERY_VALUE_CUT, QUERY_VALUELESS_DROPPED, QUERY_VALUES_UNSORTED, TOKEN_NOT_SIGNED,
    TOKEN_PLUS_AS_SPACE, TOKEN_SIGNED,
};
use crate::diagnosis::field::{Choice, Making, Step};
use sigvet_core::derivation::{Placement, TokenTravel};
use sigvet_core::internal::encode::{Plus, decode};
use sigvet_core::internal::split_query;
use writing::{Order, Pair, Passes, PlusReading, Style, Valueless};

/// Reserved characters that may be left unencoded in a query.
const RESERVED: &[u8] = b"/:=,*()@!$&';+?[]{}|\" ";
/// Common expiries of presigned URLs, in seconds.
const EXPIRIES: [u32; 17] =
    [1, 10, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400, 172_800, 259_200, 604_800];

pub(super) struct Query {
    /// The parameters in the order in which they were sent.
    parameters: Vec<Parameter>,
    placement: Placement,
    whole: Step<Whole>,
    edits: Vec<Step<Edit>>,
    passes: Step<Passes>,
    plus: Step<PlusReading>,
    raw: Step<Vec<u8>>,
    tilde: Step<&'static [u8]>,
    hex: Step<HexCase>,
    order: Step<Order>,
    valueless: Step<Valueless>,
}

/// One parameter as it is on the wire.
#[derive(Clone)]
struct Parameter {
    name: Vec<u8>,
    value: Option<Vec<u8>>,
    /// Whether the parameter belongs to the signature, such as `X-Amz-Date`.
    is_of_signature: bool,
    /// Whether the right query omits the parameter: the signature itself, or a token that is not signed.
    is_omitted: bool,
}

/// A change of the whole query.
#[derive(Clone, Copy, PartialEq)]
enum Whole {
    AsSent,
    Unescaped(&'static [(&'static str, &'static str)]),
    Empty,
    /// Only the parameters of the signature.
    OnlySignature,
    /// Without the parameters of the signature.
    WithoutSignature,
    /// With the signature's parameter, but with an empty value.
    WithEmptySignature,
    /// Decoded before it was split.
    DecodedFirst,
    /// Only the last, or only the first, of repeated parameters.
    LastOfEach,
    FirstOfEach,
    /// With its question mark.
    WithQuestionMark,
}

/// A change of one parameter.
enum Edit {
    None,
    Dropped,
    Kept,
    Value(Vec<u8>),
    /// Everything after a second `=` is cut off.
    Cut(Vec<u8>),
    /// It did not arrive, and had this value.
    Lost(Vec<u8>),
}

const HTML: &[(&str, &str)] = &[("&amp;", "&"), ("&#38;", "&"), ("&#x26;", "&")];
const JSON: &[(&str, &str)] = &[("\\u0026", "&"), ("\\u003d", "="), ("\\u003D", "="), ("\\/", "/")];

impl Query {
    pub(super) fn new(subject: &Subject<'_>) -> Self {
        let wire = subject.query.clone().unwrap_or_default();
        let parameters = parameters(&wire, subject);
        let decoded = decode(&wire, Plus::Space);
        Self {
            edits: parameters.iter().map(|parameter| edit_step(parameter, subject)).collect(),
            placement: subject.terms.placement,
            whole: whole_step(&parameters, subject),
            passes: passes_step(&wire),
            plus: Step::new(PlusReading::Space)
                .or(&QUERY_PLUS, PlusReading::Literal)
                .or(&QUERY_PLUS, PlusReading::Written)
                .or(&QUERY_PLUS, PlusReading::WrittenAndEncoded)
                .or(&QUERY_PLUS, PlusReading::EvenEscaped),
            raw: raw_step(&decoded),
            tilde: Step::new(&b""[..]).or(&QUERY_TILDE_ENCODED, b"~"),
            hex: Step::new(HexCase::AsIs).or(&QUERY_HEX_LOWERCASE, HexCase::Lower),
            order: Step::new(Order::Sorted)
                .or(&QUERY_UNSORTED, Order::AsSent)
                .or(&QUERY_UNSORTED, Order::SignatureFirst)
                .or(&QUERY_UNSORTED, Order::SignatureLast)
                .or(&QUERY_SORTED_CASE, Order::IgnoringCase)
                .or(&QUERY_SORTED_CASE, Order::UpperCase)
                .or(&QUERY_VALUES_UNSORTED, Order::NamesOnly)
                .or(&QUERY_SORTED_JOINED, Order::Joined)
                .or(&QUERY_SORTED_RAW, Order::Raw)
                .or(&QUERY_SORTED_RAW, Order::Decoded),
            valueless: Step::new(Valueless::WithEquals)
                .or(&QUERY_NO_EQUALS, Valueless::AsSent)
                .or(&QUERY_NO_EQUALS, Valueless::WithoutEquals)
                .or(&QUERY_VALUELESS_DROPPED, Valueless::Dropped)
                .or(&QUERY_VALUELESS_DROPPED, Valueless::EmptyDropped),
            parameters,
        }
    }
}

impl Making for Query {
    fn steps(&self) -> Vec<&dyn Choice> {
        let mut steps: Vec<&dyn Choice> = vec![
            &self.whole,
            &self.passes,
            &self.plus,
            &self.raw,
            &self.tilde,
            &self.hex,
            &self.order,
            &self.valueless,
        ];
        steps.extend(self.edits.iter().map(|edit| edit as &dyn Choice));
        steps
    }

    fn text(&self, options: &[usize]) -> Option<Vec<u8>> {
        let whole = *self.whole.option(options[0]);
        let is_edited = options.get(8..).unwrap_or_default().iter().any(|option| *option > 0);
        let takes_edits = matches!(whole, Whole::AsSent | Whole::WithEmptySignature | Whole::WithQuestionMark);
        if !takes_edits && is_edited {
            return None;
        }
        let parameters = self.chosen(whole, options.get(8..).unwrap_or_default())?;
        let style = Style {
            passes: *self.passes.option(options[1]),
            plus: *self.plus.option(options[2]),
            escaping: Escaping {
                raw: self.raw.option(options[3]),
                keeps_slash: false,
                also: self.tilde.option(options[4]),
            },
            hex: *self.hex.option(options[5]),
        };
        let pairs = parameters.iter().map(|parameter| Pair::new(parameter, style.of(parameter))).collect();
        let pairs = self.order.option(options[6]).apply(pairs);
        let text = self.valueless.option(options[7]).join(&pairs);
        Some(match whole {
            Whole::WithQuestionMark => [b"?", text.as_slice()].concat(),
            _ => text,
        })
    }
}

impl Query {
    /// The parameters that are signed with these options.
    fn chosen(&self, whole: Whole, edits: &[usize]) -> Option<Vec<Parameter>> {
        if let Whole::Unescaped(entities) = whole {
            return self.unescaped(entities);
        }
        if whole == Whole::DecodedFirst {
            return Some(self.decoded_first());
        }
        let mut chosen = Vec::with_capacity(self.parameters.len());
        for (at, parameter) in self.parameters.iter().enumerate() {
            let is_signature = parameter.is_of_signature && parameter.name.ends_with(b"-Signature");
            let kept = match whole {
                Whole::Empty => false,
                Whole::OnlySignature => parameter.is_of_signature && !parameter.is_omitted,
                Whole::WithoutSignature => !parameter.is_of_signature,
                Whole::WithEmptySignature => is_signature || !parameter.is_omitted,
                Whole::LastOfEach => !parameter.is_omitted && !is_among(parameter, self.parameters.get(at + 1..)),
                Whole::FirstOfEach => !parameter.is_omitted && !is_among(parameter, self.parameters.get(..at)),
                _ => !parameter.is_omitted,
            };
            let mut parameter = parameter.clone();
            if whole == Whole::WithEmptySignature && is_signature {
                parameter.value = Some(Vec::new());
            }
            match self.edits[at].option(edits[at]) {
                Edit::None => chosen.extend(kept.then_some(parameter)),
                Edit::Kept => chosen.push(parameter),
                Edit::Dropped if kept => {}
                Edit::Value(value) | Edit::Cut(value) if kept => {
                    chosen.push(Parameter { value: Some(value.clone()), ..parameter })
                }
                Edit::Lost(value) if whole == Whole::AsSent => {
                    chosen.push(Parameter { value: Some(value.clone()), ..parameter });
                }
                Edit::Dropped | Edit::Value(_) | Edit::Cut(_) | Edit::Lost(_) => return None,
            }
        }
        Some(chosen)
    }

    /// The parameters that result from decoding a query before splitting it.
    fn decoded_first(&self) -> Vec<Parameter> {
        let kept: Vec<Parameter> = self.parameters.iter().filter(|parameter| !parameter.is_omitted).cloned().collect();
        let escaping = Escaping { raw: b"", keeps_slash: false, also: b"" };
        let decoded = decode(&join_wire(&kept), Plus::Space);
        let encoded = |bytes: Vec<u8>| escaping.escape(&bytes);
        split_parameters(&decoded)
            .map(|(name, value)| Parameter {
                name: encoded(name),
                value: value.map(encoded),
                is_of_signature: false,
                is_omitted: false,
            })
            .collect()
    }

    /// The parameters of the query before something escaped it.
    fn unescaped(&self, entities: &[(&str, &str)]) -> Option<Vec<Parameter>> {
        let wire = join_wire(&self.parameters);
        let replace = |text: Vec<u8>, (from, to): &(&str, &str)| replaced(&text, from.as_bytes(), to.as_bytes());
        let plain = entities.iter().fold(wire.clone(), replace);
        let parameters = split_parameters(&plain)
            .map(|(name, value)| Parameter {
                is_omitted: matches!(self.placement, Placement::Query { .. }) && name.ends_with(b"-Signature"),
                is_of_signature: false,
                name,
                value,
            })
            .filter(|parameter| !parameter.is_omitted)
            .collect();
        (plain != wire).then_some(parameters)
    }
}

fn is_among(parameter: &Parameter, others: Option<&[Parameter]>) -> bool {
    others.unwrap_or_default().iter().any(|other| other.name == parameter.name)
}

fn parameters(wire: &[u8], subject: &Subject<'_>) -> Vec<Parameter> {
    let prefix = subject.terms.dialect.query_prefix.as_bytes();
    let is_presigned = matches!(subject.terms.placement, Placement::Query { .. });
    let mut parameters: Vec<Parameter> = split_parameters(wire)
        .map(|(name, value)| {
            let plain = decode(&name, Plus::Space);
            let mut encoded = Vec::new();
            sigvet_core::internal::encode::encode(&plain, sigvet_core::internal::encode::Slash::Encode, &mut encoded);
            Parameter {
                is_of_signature: is_presigned && plain.starts_with(prefix),
                is_omitted: subject.terms.omits_parameter(&encoded),
                name,
                value,
            }
        })
        .collect();
    // Services other than S3 do without the expiry, so that it may have been lost.
    let name = subject.terms.dialect.query_name("Expires").into_bytes();
    if is_presigned && !parameters.iter().any(|parameter| parameter.name == name) {
        parameters.push(Parameter { name, value: None, is_of_signature: true, is_omitted: true });
    }
    parameters
}

type RawPair = (Vec<u8>, Option<Vec<u8>>);

fn split_parameters(wire: &[u8]) -> impl Iterator<Item = RawPair> {
    split_query(wire).map(|(name, value)| (name.to_vec(), value.map(<[u8]>::to_vec)))
}

fn join_wire(parameters: &[Parameter]) -> Vec<u8> {
    let piece = |parameter: &Parameter| match &parameter.value {
        Some(value) => [&parameter.name, &b"="[..], value].concat(),
        None => parameter.name.clone(),
    };
    parameters.iter().map(piece).collect::<Vec<_>>().join(&b'&')
}

fn passes_step(wire: &[u8]) -> Step<Passes> {
    let mut step = Step::new(Passes::Once).or(&QUERY_DOUBLE_ENCODED, Passes::Twice);
    match is_encoded_again(wire) {
        true => step.add(&QUERY_DOUBLE_ENCODED, "it was encoded again when it was sent", Passes::Decoded),
        false => step = step.or(&QUERY_RESERVED_RAW, Passes::Decoded),
    }
    step.or(&QUERY_RESERVED_RAW, Passes::Verbatim)
}

fn whole_step(parameters: &[Parameter], subject: &Subject<'_>) -> Step<Whole> {
    let mut step = Step::new(Whole::AsSent)
        .or(&QUERY_OMITTED, Whole::Empty)
        .or(&QUERY_DECODED_FIRST, Whole::DecodedFirst)
        .or(&QUERY_QUESTION_MARK, Whole::WithQuestionMark)
        .or(&QUERY_HTML_ESCAPED, Whole::Unescaped(HTML))
        .or(&QUERY_JSON_ESCAPED, Whole::Unescaped(JSON));
    let mut seen = std::collections::HashSet::new();
    if !parameters.iter().all(|parameter| seen.insert(parameter.name.as_slice())) {
        step.add(&QUERY_CHANGED_AFTER, "only the last of a repeated parameter was signed", Whole::LastOfEach);
        step.add(&QUERY_CHANGED_AFTER, "only the first of a repeated parameter was signed", Whole::FirstOfEach);
    }
    if matches!(subject.terms.placement, Placement::Query { .. }) {
        step = step.or(&QUERY_SIGNATURE_SIGNED, Whole::WithEmptySignature).or(&QUERY_OMITTED, Whole::WithoutSignature);
        if parameters.iter().filter(|parameter| !parameter.is_of_signature).count() > 1 {
            step.add(&QUERY_CHANGED_AFTER, "all parameters but the signature's own were added", Whole::OnlySignature);
        }
    }
    step
}

fn edit_step(parameter: &Parameter, subject: &Subject<'_>) -> Step<Edit> {
    let mut step = Step::new(Edit::None);
    let name = decode(&parameter.name, Plus::Space);
    let shown = String::from_utf8_lossy(&name).into_owned();
    let plain = |end: &str| name == subject.terms.dialect.query_name(end).as_bytes();
    if plain("Signature") {
        return step;
    }
    if plain(&subject.terms.dialect.token_parameter) {
        if parameter.is_omitted {
            step = step.or(&TOKEN_SIGNED, Edit::Kept);
        } else if subject.terms.token == TokenTravel::Signed {
            step = step.or(&TOKEN_NOT_SIGNED, Edit::Dropped);
        }
        for value in plus_and_space_exchanged(parameter.value.as_deref().unwrap_or_default()) {
            step = step.or(&TOKEN_PLUS_AS_SPACE, Edit::Value(value));
        }
        return step;
    }
    if plain("Expires") && parameter.is_omitted {
        for expires in EXPIRIES {
            let detail = format!("{shown}={expires} was removed");
            step.add(&QUERY_CHANGED_AFTER, detail, Edit::Lost(expires.to_string().into_bytes()));
        }
        return step;
    }
    step.add(&QUERY_CHANGED_AFTER, format!("parameter {shown} was added"), Edit::Dropped);
    let value = parameter.value.as_deref().unwrap_or_default();
    if let Some(at) = value.iter().position(|byte| *byte == b'=') {
        let cut = value.get(..at).unwrap_or_default().to_vec();
        step.add(&QUERY_VALUE_CUT, format!("the value of {shown} was cut off at its '='"), Edit::Cut(cut));
    }
    if plain("Expires") {
        for expires in EXPIRIES {
            let detail = format!("{shown} was {expires} when it was signed");
            step.add(&QUERY_CHANGED_AFTER, detail, Edit::Value(expires.to_string().into_bytes()));
        }
    }
    step
}

/// The value with plus signs replaced by spaces, and with spaces replaced by plus signs.
fn plus_and_space_exchanged(value: &[u8]) -> Vec<Vec<u8>> {
    let plain = decode(value, Plus::Space);
    let escaping = Escaping { raw: b"", keeps_slash: false, also: b"" };
    [(&b" "[..], &b"+"[..]), (b"+", b" ")].map(|(from, to)| escaping.escape(&replaced(&plain, from, to))).to_vec()
}

fn raw_step(decoded: &[u8]) -> Step<Vec<u8>> {
    let mut step = Step::new(Vec::new());
    for set in raw_sets(decoded, RESERVED) {
        let shown = String::from_utf8_lossy(&set).into_owned();
        step.add(&QUERY_RESERVED_RAW, format!("not encoded: {shown}"), set);
    }
    step
}
