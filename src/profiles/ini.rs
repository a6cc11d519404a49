//! Parses files in the format of Python's `configparser`, such as AWS's `config` and `credentials`: sections,
//! properties, nested properties.
//!
//! Files are parsed as `configparser` does for the AWS CLI, which writes them, but more leniently where
//! `configparser` gives up: an invalid line only invalidates its section, and repeated sections are merged.
//! This module does not know what the sections mean.

use std::collections::{BTreeMap, HashMap};

use zeroize::Zeroizing;

/// A parsed file. It does not implement `Debug`, because it contains secrets, which are wiped on drop.
#[derive(Default)]
pub(super) struct Ini {
    /// The sections in order.
    pub(super) sections: Vec<Section>,
    /// The first line that belongs to no section, if there is one.
    pub(super) stray_line: Option<usize>,
}

/// A section: everything under one header, even if the header is repeated.
#[derive(Default)]
pub(super) struct Section {
    /// The text between the brackets, as written.
    pub(super) header: String,
    /// The properties, with their names in lower case.
    pub(super) properties: BTreeMap<String, Value>,
    /// Why the section is invalid, if it is.
    pub(super) problem: Option<Problem>,
}

/// A line that cannot be parsed. Its text is not stored, because it may be a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Problem {
    /// The line number, starting at 1.
    pub(super) line: usize,
    /// What is wrong with the line.
    pub(super) message: &'static str,
}

/// The value of a property.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text. It has several lines if more deeply indented lines follow it.
    Text(Zeroizing<String>),
    /// Nested properties: `s3 =` with indented lines under it.
    Nested(BTreeMap<String, Zeroizing<String>>),
}

const UNCLOSED: &str = "a section begins with '[' and has no ']'";
const NO_SEPARATOR: &str = "expected NAME = VALUE";

impl Ini {
    /// Parses a file. Bytes that are not UTF-8 are replaced: they can only occur in comments and in values
    /// that nobody needs.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let replaced;
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) => {
                replaced = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
                replaced.as_str()
            }
        };
        let mut reader = Reader::default();
        for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            reader.take(number + 1, line.trim_end());
        }
        reader.into_ini()
    }
}

#[derive(Default)]
struct Reader {
    ini: Ini,
    /// The place of each section by its header.
    places: HashMap<String, usize>,
    /// How many headers were read before each section was opened last.
    opened: Vec<usize>,
    headers: usize,
    /// The section that the current lines belong to.
    section: Option<usize>,
    /// The property that more deeply indented lines continue, and its indentation.
    property: Option<String>,
    indentation: usize,
}

impl Reader {
    fn take(&mut self, number: usize, line: &str) {
        let text = line.trim_start();
        let indentation = line.len() - text.len();
        if text.is_empty() || text.starts_with(['#', ';']) {
            return;
        }
        if indentation > self.indentation && self.property.is_some() && self.continues(text) {
            return self.add_line(number, text);
        }
        self.indentation = indentation;
        match text.strip_prefix('[') {
            Some(header) => self.open(number, header),
            None => self.add_property(number, text),
        }
    }

    /// Whether an indented line continues the value above it. If that value is not empty, a line in the form
    /// of a property is a property of its own, because people indent by accident.
    fn continues(&self, text: &str) -> bool {
        let is_property = text.split_once('=').is_some_and(|(name, _)| is_plain_name(name.trim_end()));
        match self.value() {
            Some(Value::Text(value)) => value.is_empty() || !is_property,
            _ => true,
        }
    }

    fn value(&self) -> Option<&Value> {
        self.ini.sections.get(self.section?)?.properties.get(self.property.as_ref()?)
    }

    fn open(&mut self, number: usize, header: &str) {
        self.property = None;
        let (header, problem) = match header.split_once(']') {
            Some((header, _)) => (header, None),
            None => (header, Some(Problem { line: number, message: UNCLOSED })),
        };
        let at = match self.places.get(header) {
            Some(at) => *at,
            None => {
                self.ini.sections.push(Section { header: header.to_owned(), ..Section::default() });
                self.opened.push(0);
                self.places.insert(header.to_owned(), self.opened.len() - 1);
                self.opened.len() - 1
            }
        };
        let section = &mut self.ini.sections[at];
        section.problem = section.problem.or(problem);
        self.opened[at] = self.headers;
        self.headers += 1;
        self.section = Some(at);
    }

    /// The file with its sections in the order in which they were opened last: a later section takes precedence over others
    /// with the same meaning, even if its header is spelt differently.
    fn into_ini(self) -> Ini {
        let Self { ini: Ini { sections, stray_line }, opened, .. } = self;
        let mut ordered: Vec<(usize, Section)> = opened.into_iter().zip(sections).collect();
        ordered.sort_unstable_by_key(|(opened, _)| *opened);
        Ini { sections: ordered.into_iter().map(|(_, section)| section).collect(), stray_line }
    }

    fn current(&mut self, number: usize) -> Option<&mut Section> {
        if self.section.is_none() {
            self.ini.stray_line.get_or_insert(number);
        }
        self.section.and_then(|at| self.ini.sections.get_mut(at))
    }

    fn add_property(&mut self, number: usize, text: &str) {
        self.property = None;
        let split = text.find(['=', ':']).map(|at| (text[..at].trim_end(), text[at + 1..].trim_start()));
        let Some(section) = self.current(number) else { return };
        let Some((name, value)) = split.filter(|(name, _)| !name.is_empty()) else {
            section.problem.get_or_insert(Problem { line: number, message: NO_SEPARATOR });
            return;
        };
        let name = name.to_lowercase();
        section.properties.insert(name.clone(), Value::Text(value.to_owned().into()));
        self.property = Some(name);
    }

    /// Adds a line to the value above it, or a nested property if that value is empty.
    fn add_line(&mut self, number: usize, text: &str) {
        let Some(name) = self.property.clone() else { return };
        let Some(section) = self.current(number) else { return };
        let Some(value) = section.properties.get_mut(&name) else { return };
        if matches!(value, Value::Text(text) if text.is_empty()) {
            *value = Value::Nested(BTreeMap::new());
        }
        match (value, text.split_once('=')) {
            (Value::Text(value), _) => {
                value.push('\n');
                value.push_str(text);
            }
            (Value::Nested(properties), Some((name, value))) => {
                properties.insert(name.trim_end().to_lowercase(), value.trim_start().to_owned().into());
            }
            (Value::Nested(_), None) => {
                section.problem.get_or_insert(Problem { line: number, message: NO_SEPARATOR });
            }
        }
    }
}

fn is_plain_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let ini = Ini::parse(text.as_bytes());
        let pairs = ini.sections.iter().flat_map(|section| {
            section.properties.iter().map(|(name, value)| match value {
                Value::Text(text) => (format!("{}/{name}", section.header), text.to_string()),
                Value::Nested(nested) => {
                    let nested: Vec<_> =
                        nested.iter().map(|(name, text)| format!("{name}={}", text.as_str())).collect();
                    (format!("{}/{name}", section.header), nested.join(","))
                }
            })
        });
        pairs.collect()
    }

    fn is(text: &str, expected: &[(&str, &str)]) {
        let expected: Vec<_> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(read(text), expected, "{text:?}");
    }

    /// Source: `configparser` of Python 3.11 on the same texts.
    #[test]
    fn files_written_by_programs_are_parsed() {
        is("[a]\nx=1\ny : 2\nZ\t=\t3", &[("a/x", "1"), ("a/y", "2"), ("a/z", "3")]);
        is("[a] # words\nx = h://y:9 # c\n# c\n; c\n\ny = %", &[("a/x", "h://y:9 # c"), ("a/y", "%")]);
        is("\u{feff}  [a]\r\n  x = 1\r\n  y = 2\r\n", &[("a/x", "1"), ("a/y", "2")]);
        is("[a]\ns3 =\n  # c\n  p=1\n\n    q = 2=3\nx = 1", &[("a/s3", "p=1,q=2=3"), ("a/x", "1")]);
        is("[profile 'b c']\nx = 1\n  --more = 2", &[("profile 'b c'/x", "1\n--more = 2")]);
        is("[a]\nx = 1\n[b]\ny = 1\n[a]\nx = 2\nz = 3", &[("b/y", "1"), ("a/x", "2"), ("a/z", "3")]);
        is("[a]\nx =\ny = 1", &[("a/x", ""), ("a/y", "1")]);
    }

    /// Catches a list that is searched for each section: with the longest file that is read, that takes minutes.
    #[test]
    fn many_sections_keep_their_order() {
        const MANY: usize = 60_000;
        let text: String = (0..MANY).chain([7, 0]).map(|number| format!("[{number}]\nx={number}\n")).collect();
        let ini = Ini::parse(text.as_bytes());
        let headers: Vec<usize> = ini.sections.iter().map(|section| section.header.parse().unwrap()).collect();
        assert_eq!(headers, (1..7).chain(8..MANY).chain([7, 0]).collect::<Vec<_>>());
    }

    #[test]
    fn an_accidentally_indented_property_is_not_a_continuation() {
        is("[a]\nregion = r\n  output = json", &[("a/output", "json"), ("a/region", "r")]);
    }

    #[test]
    fn an_invalid_line_invalidates_its_section() {
        let ini = Ini::parse(b"stray = 1\n[a]\nx = 1\nhush\n[b]\ny = 1\n[c\nz = 1\n[d]\ns3 =\n  hush\n");
        let problems: Vec<_> = ini.sections.iter().map(|s| (s.header.as_str(), s.problem.map(|p| p.line))).collect();
        assert_eq!(problems, [("a", Some(4)), ("b", None), ("c", Some(7)), ("d", Some(11))]);
        assert_eq!(ini.stray_line, Some(1));
        assert!(!format!("{:?}", ini.sections[0].problem).contains("hush"));
    }
}
