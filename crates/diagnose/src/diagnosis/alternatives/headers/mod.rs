//! Canonical headers that a client may have signed, together with the list of signed headers: other values, or
//! another rule. Both are one field here, because a mistake in the list also shows in the canonical headers.

mod values;

use std::collections::HashMap;

use super::Subject;
use super::header_values::{Signed, candidates};
use crate::diagnosis::catalogue::{
    HEADER_BLOCK_NEWLINE, HEADER_NAME_CASE, HEADER_NON_ASCII, HEADER_REPEATS, HEADER_SORTED_BY_LINE,
    HEADER_SPACES_KEPT, HEADER_SPACES_ONCE, HEADER_UNSORTED, HEADER_UNTRIMMED, SIGNED_HEADERS_DUPLICATE,
    SIGNED_HEADERS_SEPARATOR, SIGNED_HEADERS_UNSORTED,
};
use crate::diagnosis::field::{Choice, Making, Step};
use sigvet_core::request::Header;
use values::{Edges, Letters, Repeats, Spaces};

pub(super) struct Headers {
    /// The signed names in order, each with its values as sent.
    lines: Vec<Line>,
    /// The names as the request lists them, in lowercase.
    listed: Vec<String>,
    values: Vec<Step<Signed>>,
    spaces: Step<Spaces>,
    edges: Step<Edges>,
    repeats: Step<Repeats>,
    letters: Step<Letters>,
    order: Step<Order>,
    case: Step<NameCase>,
    list: Step<List>,
    end: Step<End>,
}

#[derive(Clone)]
struct Line {
    name: String,
    /// The name as it was sent.
    sent_name: String,
    values: Vec<Vec<u8>>,
    /// Position of the first field of that name in the request.
    sent_at: usize,
    /// Position of the name in the request's list of signed headers.
    listed_at: Option<usize>,
}

#[derive(Clone, Copy)]
enum Order {
    ByName,
    ByLine,
    AsSent,
    AsListed,
}

#[derive(Clone, Copy)]
enum NameCase {
    Lower,
    /// As sent in the canonical headers only.
    AsSent,
    /// As sent in the canonical headers and in the list of signed headers.
    AsSentEverywhere,
}

#[derive(Clone, Copy)]
enum List {
    Sorted,
    /// In the order of the request's list of signed headers, which is not sorted.
    AsListed,
    /// With names repeated as in the request's list.
    WithDuplicates,
    /// In the order in which the headers were sent.
    AsSent,
    /// With this separator between the names.
    Separated(&'static str),
}

/// Separators that clients put between the names of signed headers instead of `;`.
const SEPARATORS: [&str; 4] = [",", ", ", " ", "; "];

#[derive(Clone, Copy)]
enum End {
    BlankLine,
    NoBlankLine,
    TwoBlankLines,
}

impl Headers {
    pub(super) fn new(subject: &Subject<'_>) -> Self {
        let listed: Vec<String> = subject.listed.split(';').map(|name| name.trim().to_ascii_lowercase()).collect();
        let lines = lines(subject, &listed);
        Self {
            values: lines.iter().map(|line| candidates(&line.name, &line.values, subject)).collect(),
            spaces: Step::new(Spaces::Collapsed)
                .or(&HEADER_SPACES_KEPT, Spaces::Kept)
                .or(&HEADER_SPACES_ONCE, Spaces::Once)
                .or(&HEADER_SPACES_ONCE, Spaces::OutsideQuotes)
                .or(&HEADER_SPACES_KEPT, Spaces::TabsKept)
                .or(&HEADER_SPACES_KEPT, Spaces::TabsLost),
            edges: Step::new(Edges::Trimmed)
                .or(&HEADER_UNTRIMMED, Edges::Kept)
                .or(&HEADER_UNTRIMMED, Edges::Collapsed)
                .or(&HEADER_UNTRIMMED, Edges::LeadingSpace),
            repeats: Step::new(Repeats::Comma)
                .or(&HEADER_REPEATS, Repeats::CommaSpace)
                .or(&HEADER_REPEATS, Repeats::Sorted)
                .or(&HEADER_REPEATS, Repeats::First)
                .or(&HEADER_REPEATS, Repeats::Last)
                .or(&HEADER_REPEATS, Repeats::Lines),
            letters: Step::new(Letters::AsSent)
                .or(&HEADER_NON_ASCII, Letters::Latin1ToUtf8)
                .or(&HEADER_NON_ASCII, Letters::Utf8ToLatin1)
                .or(&HEADER_NON_ASCII, Letters::QuestionMarks)
                .or(&HEADER_NON_ASCII, Letters::Escaped)
                .or(&HEADER_NON_ASCII, Letters::Dropped),
            order: Step::new(Order::ByName)
                .or(&HEADER_SORTED_BY_LINE, Order::ByLine)
                .or(&HEADER_UNSORTED, Order::AsSent)
                .or(&HEADER_UNSORTED, Order::AsListed),
            case: Step::new(NameCase::Lower)
                .or(&HEADER_NAME_CASE, NameCase::AsSent)
                .or(&HEADER_NAME_CASE, NameCase::AsSentEverywhere),
            list: list_step(&listed),
            end: Step::new(End::BlankLine)
                .or(&HEADER_BLOCK_NEWLINE, End::NoBlankLine)
                .or(&HEADER_BLOCK_NEWLINE, End::TwoBlankLines),
            lines,
            listed,
        }
    }
}

fn lines(subject: &Subject<'_>, listed: &[String]) -> Vec<Line> {
    let mut sent: HashMap<String, Vec<(usize, &Header)>> = HashMap::new();
    for (at, header) in subject.headers.iter().enumerate() {
        sent.entry(header.name.to_ascii_lowercase()).or_default().push((at, header));
    }
    let places = first_places(listed.iter().map(String::as_str));
    let line = |name: &str| {
        let fields = sent.get(&name.to_ascii_lowercase()).map_or(&[][..], Vec::as_slice);
        let first = fields.first();
        Line {
            name: name.to_owned(),
            sent_name: first.map_or_else(|| name.to_owned(), |(_, field)| field.name.clone()),
            sent_at: first.map_or(usize::MAX, |(at, _)| *at),
            listed_at: places.get(name).copied(),
            values: fields.iter().map(|(_, field)| field.value.clone()).collect(),
        }
    };
    subject.terms.signed_headers.iter().map(line).collect()
}

/// The first position of each name.
fn first_places<'a>(names: impl Iterator<Item = &'a str>) -> HashMap<&'a str, usize> {
    let mut places = HashMap::new();
    for (at, name) in names.enumerate() {
        places.entry(name).or_insert(at);
    }
    places
}

/// Variants of the request's list of signed headers that may have been signed.
fn list_step(listed: &[String]) -> Step<List> {
    let mut sorted = listed.to_vec();
    sorted.sort();
    let is_sorted = sorted == listed;
    sorted.dedup();
    let mut step = Step::new(List::Sorted).or(&SIGNED_HEADERS_UNSORTED, List::AsSent);
    for between in SEPARATORS {
        step.add(&SIGNED_HEADERS_SEPARATOR, format!("signed with '{between}' between them"), List::Separated(between));
    }
    match (is_sorted, sorted.len() == listed.len()) {
        (true, true) => step,
        (_, false) => step.or(&SIGNED_HEADERS_DUPLICATE, List::WithDuplicates),
        (false, true) => step.or(&SIGNED_HEADERS_UNSORTED, List::AsListed),
    }
}

impl Making for Headers {
    fn steps(&self) -> Vec<&dyn Choice> {
        let mut steps: Vec<&dyn Choice> = vec![
            &self.spaces,
            &self.edges,
            &self.repeats,
            &self.letters,
            &self.order,
            &self.case,
            &self.list,
            &self.end,
        ];
        steps.extend(self.values.iter().map(|values| values as &dyn Choice));
        steps
    }

    fn text(&self, options: &[usize]) -> Option<Vec<u8>> {
        let values = options.get(8..).unwrap_or_default();
        let mut signed: Vec<(&Line, &[Vec<u8>])> = Vec::with_capacity(self.lines.len());
        for (at, line) in self.lines.iter().enumerate() {
            match self.values[at].option(values[at]) {
                Signed::AsSent => signed.push((line, &line.values)),
                Signed::Values(values) => signed.push((line, values)),
                Signed::NotAtAll => {}
            }
        }
        let list = *self.list.option(options[6]);
        self.sort(&mut signed, *self.order.option(options[4]), list);
        let mut lines: Vec<Vec<u8>> = signed.iter().map(|(line, values)| self.line(line, values, options)).collect();
        if let Order::ByLine = self.order.option(options[4]) {
            lines.sort();
        }
        if let List::WithDuplicates = list {
            lines = self.with_duplicates(&signed, lines);
        }
        let mut out = lines.concat();
        match self.end.option(options[7]) {
            End::BlankLine => out.push(b'\n'),
            End::NoBlankLine => {}
            End::TwoBlankLines => out.extend_from_slice(b"\n\n"),
        }
        let names: Vec<&str> = signed.iter().map(|(line, _)| self.listed_name(line, options)).collect();
        out.extend_from_slice(self.list_text(list, names).as_bytes());
        Some(out)
    }
}

impl Headers {
    fn sort(&self, signed: &mut [(&Line, &[Vec<u8>])], order: Order, list: List) {
        match (order, list) {
            (Order::AsSent, _) | (Order::ByName, List::AsSent) => signed.sort_by_key(|(line, _)| line.sent_at),
            (Order::AsListed, _) | (Order::ByName, List::AsListed) => signed.sort_by_key(|(line, _)| line.listed_at),
            (Order::ByName | Order::ByLine, _) => {}
        }
    }

    /// The canonical line, or lines, of one header.
    fn line(&self, line: &Line, values: &[Vec<u8>], options: &[usize]) -> Vec<u8> {
        let spaces = *self.spaces.option(options[0]);
        let edges = *self.edges.option(options[1]);
        let letters = *self.letters.option(options[3]);
        let values = values.iter().map(|value| letters.apply(edges.apply(value, spaces)));
        let name = match self.case.option(options[5]) {
            NameCase::Lower => &line.name,
            NameCase::AsSent | NameCase::AsSentEverywhere => &line.sent_name,
        };
        let repeats = *self.repeats.option(options[2]);
        let joined = repeats.join(values.collect());
        let mut text = Vec::with_capacity(joined.iter().map(|value| name.len() + value.len() + 2).sum());
        for value in &joined {
            [name.as_bytes(), b":", value, b"\n"].iter().for_each(|part| text.extend_from_slice(part));
        }
        text
    }

    fn listed_name<'a>(&self, line: &'a Line, options: &[usize]) -> &'a str {
        match self.case.option(options[5]) {
            NameCase::AsSentEverywhere => &line.sent_name,
            _ => &line.name,
        }
    }

    fn with_duplicates(&self, signed: &[(&Line, &[Vec<u8>])], lines: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        let places = first_places(signed.iter().map(|(line, _)| line.name.as_str()));
        self.listed.iter().filter_map(|name| Some(lines.get(*places.get(name.as_str())?)?.clone())).collect()
    }

    fn list_text(&self, list: List, mut names: Vec<&str>) -> String {
        match list {
            List::Sorted | List::Separated(_) => names.sort_by_cached_key(|name| name.to_ascii_lowercase()),
            List::AsSent | List::AsListed => {}
            List::WithDuplicates => return self.listed.join(";"),
        }
        names.join(if let List::Separated(between) = list { between } else { ";" })
    }
}
