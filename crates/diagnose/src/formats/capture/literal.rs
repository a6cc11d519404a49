//! Values as programs print them: JSON, and its look-alikes in JavaScript and Python, with or without quotes around
//! names.

/// No request is nested deeper.
const DEEPEST: usize = 16;

/// A value in such a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    /// A quoted text.
    Text(String),
    /// An unquoted word: a number, `true`, a name.
    Word(String),
    /// `null`, `undefined` and `None`.
    Nothing,
    /// A list.
    List(Vec<Literal>),
    /// An object, in order.
    Object(Vec<(String, Literal)>),
}

impl Literal {
    /// The value of the first of these names, ignoring case.
    pub(super) fn get(&self, names: &[&str]) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        let of_name = |name: &&str| fields.iter().find(|(found, _)| found.eq_ignore_ascii_case(name));
        names.iter().find_map(of_name).map(|(_, value)| value).filter(|value| **value != Self::Nothing)
    }

    /// The text, or the only text of a list.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Word(text) => Some(text),
            Self::List(values) if values.len() == 1 => values.first()?.text(),
            _ => None,
        }
    }

    /// The texts of a list, or the single text.
    pub(super) fn texts(&self) -> Vec<&str> {
        match self {
            Self::List(values) => values.iter().filter_map(Self::text).collect(),
            value => value.text().into_iter().collect(),
        }
    }
}

/// Parses the object or list at the beginning of a text.
pub(super) fn read(text: &str) -> Option<Literal> {
    read_with_length(text).map(|(literal, _)| literal)
}

/// The same, with its length in bytes.
pub(super) fn read_with_length(text: &str) -> Option<(Literal, usize)> {
    let mut reader = Reader { rest: text, depth: 0 };
    let literal = reader.value()?;
    Some((literal, text.len() - reader.rest.len()))
}

struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl Reader<'_> {
    fn value(&mut self) -> Option<Literal> {
        self.skip_space();
        match self.rest.chars().next()? {
            '{' => self.nested(Self::object),
            '[' => self.list_or_named(),
            '"' | '\'' | '`' => self.texts().map(Literal::Text),
            'b' | 'u' | 'r' if self.begins_prefixed() => {
                self.rest = self.rest.get(1..).unwrap_or_default();
                self.texts().map(Literal::Text)
            }
            _ => self.word(),
        }
    }

    /// Python's `b'…'`.
    fn begins_prefixed(&self) -> bool {
        self.rest.get(1..).is_some_and(|rest| rest.starts_with(['"', '\'']))
    }

    /// A list, or what Node.js writes in brackets before an object: `[Object: null prototype] {`, `[Function: f] {`.
    fn list_or_named(&mut self) -> Option<Literal> {
        let list = self.nested(Self::list)?;
        if self.rest.starts_with(" {") {
            self.skip_space();
            return self.nested(Self::object);
        }
        Some(list)
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Literal>) -> Option<Literal> {
        self.depth += 1;
        let value = if self.depth <= DEEPEST { read(self) } else { None };
        self.depth -= 1;
        value
    }

    fn object(&mut self) -> Option<Literal> {
        self.take('{');
        let mut fields = Vec::new();
        loop {
            self.skip_space();
            if self.take('}') {
                return Some(Literal::Object(fields));
            }
            let name = match () {
                () if self.rest.starts_with(['"', '\'']) => self.quoted()?,
                () if self.begins_prefixed() => {
                    self.rest = self.rest.get(1..).unwrap_or_default();
                    self.quoted()?
                }
                () => self.bare(&[':', '}', ',']),
            };
            self.skip_space();
            if self.take(':') || self.take_arrow() {
                fields.push((name.trim().to_owned(), self.value()?));
            }
            self.skip_space();
            if !self.take(',') && !self.rest.starts_with('}') {
                return None;
            }
        }
    }

    fn list(&mut self) -> Option<Literal> {
        self.take('[');
        let mut values = Vec::new();
        loop {
            self.skip_space();
            if self.take(']') {
                return Some(Literal::List(values));
            }
            values.push(self.value()?);
            self.skip_space();
            if !self.take(',') && !self.rest.starts_with(']') {
                return None;
            }
        }
    }

    /// A text in pieces joined by `+`, as Node.js breaks long ones.
    fn texts(&mut self) -> Option<String> {
        let mut text = self.quoted()?;
        loop {
            self.skip_space();
            if !self.take('+') {
                return Some(text);
            }
            self.skip_space();
            text.push_str(&self.quoted()?);
        }
    }

    fn quoted(&mut self) -> Option<String> {
        let mut characters = self.rest.chars();
        let quote = characters.next().filter(|c| ['"', '\'', '`'].contains(c))?;
        let mut text = String::new();
        loop {
            match characters.next()? {
                c if c == quote => break,
                '\\' => match characters.next()? {
                    'n' => text.push('\n'),
                    'r' => text.push('\r'),
                    't' => text.push('\t'),
                    'u' => {
                        let digits: String = characters.by_ref().take(4).collect();
                        text.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?).unwrap_or('\u{fffd}'));
                    }
                    other => text.push(other),
                },
                c => text.push(c),
            }
        }
        self.rest = characters.as_str();
        Some(text)
    }

    /// A word, or a class name before its object or list: `Headers {`, `Object [AxiosHeaders] {`, `Set(1) [`.
    fn word(&mut self) -> Option<Literal> {
        let word = self.bare(&[',', '}', ']', '{', '[', '\n']);
        match word.trim() {
            _ if self.rest.starts_with('{') => self.nested(Self::object),
            word if self.rest.starts_with('[') && !word.is_empty() => self.list_or_named(),
            "" => None,
            "null" | "undefined" | "None" | "nil" => Some(Literal::Nothing),
            word => Some(Literal::Word(word.to_owned())),
        }
    }

    fn bare(&mut self, ends: &[char]) -> String {
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    /// The arrow in Ruby's hashes and in JavaScript's `Map`.
    fn take_arrow(&mut self) -> bool {
        let rest = self.rest.strip_prefix("=>");
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_several_languages_are_parsed() {
        for text in [
            r#"{"a": "x", "n": null, "l": ["1", "2"]}"#,
            "{ a: 'x', n: undefined, l: [ '1', '2', ], }",
            "HttpRequest {\n  a: 'x',\n  n: None,\n  l: [1, 2]\n}",
        ] {
            let read = read(text).unwrap();
            assert_eq!(read.get(&["A"]).and_then(Literal::text), Some("x"), "{text}");
            assert_eq!(read.get(&["n"]), None);
            assert_eq!(read.get(&["l"]).unwrap().texts(), ["1", "2"]);
        }
        let of_node = "{ f: [Function: f] { g: 1 }, o: Object [C] { a: 'x' }, p: [Object: null prototype] { a: 'y' }, s: Set(1) [ 1 ], b: <Buffer 01 02>, r: <ref *1> C { c: [Circular *1], [Symbol(k)]: null } }";
        let of_node = read(of_node).unwrap();
        assert_eq!(of_node.get(&["o"]).and_then(|o| o.get(&["a"])).and_then(Literal::text), Some("x"));
        assert_eq!(of_node.get(&["p"]).and_then(|o| o.get(&["a"])).and_then(Literal::text), Some("y"));
        let of_others = read("{'a': b'x, y', \"b\"=>\"z\", b'c': u'w'}").unwrap();
        let texts = ["a", "b", "c"].map(|name| of_others.get(&[name]).and_then(Literal::text));
        assert_eq!(texts, [Some("x, y"), Some("z"), Some("w")]);
        assert_eq!(read("{ a: 'x' +\n 'y' }").unwrap().get(&["a"]).and_then(Literal::text), Some("xy"));
    }

    #[test]
    fn an_unterminated_object_is_rejected() {
        for text in ["{", "{ a: 'x", "[1, ", "{ a: { b: [ }"] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"[".repeat(100_000)), None);
    }
}
