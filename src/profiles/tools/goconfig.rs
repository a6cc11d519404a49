//! Parses `rclone.conf` into sections and values, as Go's `goconfig` does for rclone.
//!
//! Source: `read.go` and `conf.go` of unknwon/goconfig 1.0. There are no continuation lines; values may be in
//! backquotes or triple quotes; `%(NAME)s` is replaced; and a section `a.b` inherits the values of `a`. This module
//! does not interpret the values.

use std::collections::{BTreeMap, HashMap};

use zeroize::Zeroizing;

/// The section for lines before the first header, and for values that every section may refer to.
const DEFAULT: &str = "DEFAULT";

/// The maximum length of a value in bytes; real values are shorter.
const LONGEST: usize = 64 * 1024;

/// A parsed file. It has no `Debug`, because it contains secrets; they are wiped on drop.
pub(super) struct GoConfig {
    sections: Vec<Section>,
    /// The index of each section by name.
    places: HashMap<String, usize>,
}

struct Section {
    name: String,
    line: usize,
    /// The line of a second header with the same name.
    again: Option<usize>,
    values: BTreeMap<String, Zeroizing<String>>,
}

/// A line that cannot be parsed. Its text is not kept, because it may be a secret.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Problem {
    /// The line number, starting at 1.
    pub(super) line: usize,
    /// The reason why the line cannot be parsed.
    pub(super) message: &'static str,
}

impl GoConfig {
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let mut config = Self { sections: Vec::new(), places: HashMap::new() };
        let mut section = config.open(DEFAULT, 0);
        for (number, line) in text.split('\n').enumerate().map(|(at, line)| (at + 1, line.trim())) {
            let problem = |message| Problem { line: number, message };
            if line.is_empty() || line.starts_with(['#', ';']) {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = config.open(name.trim(), number);
                continue;
            }
            if config.sections[section].name.is_empty() {
                return Err(problem("a section begins with '[]', without a name"));
            }
            let (name, value) = assignment(line).ok_or_else(|| problem("expected NAME = VALUE"))?;
            config.sections[section].values.insert(name.to_owned(), Zeroizing::new(value.to_owned()));
        }
        Ok(config)
    }

    fn open(&mut self, name: &str, line: usize) -> usize {
        if let Some(&at) = self.places.get(name) {
            self.sections[at].again.get_or_insert(line);
            return at;
        }
        self.sections.push(Section { name: name.to_owned(), line, again: None, values: BTreeMap::new() });
        let at = self.sections.len() - 1;
        self.places.insert(name.to_owned(), at);
        at
    }

    fn section(&self, name: &str) -> Option<&Section> {
        self.places.get(name).map(|&at| &self.sections[at])
    }

    /// Whether the file has this section.
    pub(super) fn has(&self, name: &str) -> bool {
        self.section(name).is_some_and(Section::is_written)
    }

    /// The names of the sections, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.iter().filter(|section| section.is_written()).map(|section| section.name.as_str())
    }

    /// The lines of two headers with this name, if there are two.
    pub(super) fn lines_of_twins(&self, name: &str) -> Option<(usize, usize)> {
        let section = self.section(name)?;
        section.again.map(|again| (section.line, again)).filter(|(first, _)| *first > 0)
    }

    /// A value with its references replaced. Circular references are replaced up to a limit; rclone itself would loop
    /// forever.
    pub(super) fn get(&self, section: &str, name: &str) -> Option<Zeroizing<String>> {
        /// The maximum number of replacements in goconfig.
        const MOST: usize = 200;
        self.look_up(section, name, &mut MOST.clone())
    }

    fn look_up(&self, section: &str, name: &str, left: &mut usize) -> Option<Zeroizing<String>> {
        let Some(value) = self.section(section)?.values.get(name) else {
            let (outer, _) = section.rsplit_once('.')?;
            return self.look_up(outer, name, left);
        };
        let mut value = value.clone();
        while *left > 0 {
            let Some(reference) = reference_in(&value) else { break };
            *left -= 1;
            // goconfig strips these characters as a set, so `%(keys)s` refers to `key`.
            let wanted = reference.trim_start_matches(['%', '(']).trim_end_matches([')', 's']);
            let of_default = self.look_up(DEFAULT, wanted, left);
            let found = of_default.or_else(|| self.section(section)?.values.get(wanted).cloned()).unwrap_or_default();
            // Nested references, each repeated twice, would otherwise use up the memory.
            if value.len() + value.matches(reference).count() * found.len() > LONGEST {
                break;
            }
            value = Zeroizing::new(value.replace(reference, &found));
        }
        Some(value)
    }
}

impl Section {
    /// The section before the first header exists even if it has no lines.
    fn is_written(&self) -> bool {
        self.line > 0 || !self.values.is_empty()
    }
}

/// The first `%(NAME)s` in a value.
fn reference_in(value: &str) -> Option<&str> {
    value.match_indices("%(").find_map(|(start, _)| {
        let inner = &value[start + 2..];
        let end = inner.find(')').filter(|end| *end > 0)?;
        inner[end..].starts_with(")s").then(|| &value[start..start + 2 + end + 2])
    })
}

fn assignment(line: &str) -> Option<(&str, &str)> {
    let quote = ["\"\"\"", "\"", "`"].into_iter().find(|quote| line.starts_with(quote));
    let quote = if quote == Some("\"\"\"") && line.len() < 6 { Some("\"") } else { quote };
    let (name, rest) = match quote {
        Some(quote) => {
            let (name, behind) = line[quote.len()..].split_once(quote)?;
            (name, &behind[behind.find(['=', ':'])? + 1..])
        }
        None => {
            let at = line.find(['=', ':']).filter(|at| *at > 0)?;
            (line[..at].trim(), &line[at + 1..])
        }
    };
    Some((name, unquoted(rest.trim())?))
}

/// Removes backquotes or triple quotes, inside which white space is kept. `None` if they are not closed.
fn unquoted(value: &str) -> Option<&str> {
    let quote = match value {
        _ if value.len() >= 2 && value.starts_with('`') => "`",
        _ if value.len() >= 6 && value.starts_with("\"\"\"") => "\"\"\"",
        _ => return Some(value),
    };
    let inner = &value[quote.len()..];
    inner.rfind(quote).map(|end| &inner[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(text: &str, section: &str, name: &str) -> Option<String> {
        GoConfig::parse(text).unwrap().get(section, name).map(|value| value.to_string())
    }

    /// Source: `rclone config dump` of rclone 1.60 with the same texts.
    #[test]
    fn values_equal_those_that_rclone_dumps() {
        for (text, expected) in [
            ("[r]\nk = v # no comment", "v # no comment"),
            ("[r]\r\n  k:v\r\n", "v"),
            ("[r]\nk = ` v `", " v "),
            ("[r]\nk = \"v\"", "\"v\""),
            ("[r]\nk = \"\"\" v \"\"\"", " v "),
            ("[r]\n\"k\" = v", "v"),
            ("[ r ]\nk = 1\n; c\n[r]\nk = 2", "2"),
            ("[r]\nk = a%(x)sb\nx = 1", "a1b"),
            ("x = 0\n[r]\nk = a%(x)sb\nx = 1", "a0b"),
            ("[r]\nk = a%(keys)sb\nkey = 1", "a1b"),
            ("[r]\nk = a%(none)sb", "ab"),
            ("[r]\nk = 100%", "100%"),
        ] {
            assert_eq!(get(text, "r", "k").as_deref(), Some(expected), "{text:?}");
        }
        assert_eq!(get("[a]\nk = v\n[a.b]\nx = y", "a.b", "k").as_deref(), Some("v"));
        assert_eq!(get("[a]\nk = v", "b", "k"), None);
        // These must terminate; the resulting value does not matter.
        for text in ["k = %(k)s\n[r]", "k = %(k)s%(k)s\n[r]", "[r]\nk = %(k)s%(k)s\n[DEFAULT]\nk = %(k)s%(k)s%(k)s"] {
            assert!(get(text, "DEFAULT", "k").is_some(), "{text}");
        }
        let doubled: String = (0..60).map(|at| format!("k{at} = %(k{})s%(k{})s\n", at + 1, at + 1)).collect();
        assert!(get(&doubled, "DEFAULT", "k0").is_some_and(|value| value.len() <= LONGEST));
    }

    #[test]
    fn a_line_that_cannot_be_parsed_is_reported_by_its_number() {
        for (text, line) in
            [("[r]\nk = v\nhush", 3), ("[r]\n= hush", 2), ("[]\nk = hush", 2), ("\"hush", 1), ("k = `hush", 1)]
        {
            let problem = GoConfig::parse(text).err().unwrap();
            assert_eq!(problem.line, line, "{text:?}");
            assert!(!format!("{problem:?}").contains("hush"));
        }
    }

    #[test]
    fn duplicate_sections_are_reported_with_both_lines() {
        let config = GoConfig::parse("[a]\nx=1\n[b]\n[a]\ny=2\n[DEFAULT]\n").unwrap();
        assert_eq!(config.lines_of_twins("a"), Some((1, 4)));
        assert_eq!((config.lines_of_twins("b"), config.lines_of_twins("DEFAULT")), (None, None));
        assert_eq!(config.names().collect::<Vec<_>>(), ["a", "b"]);
    }
}
