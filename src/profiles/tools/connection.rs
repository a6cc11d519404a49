//! `remote,option=value:path`: how rclone writes a remote inside another, with options of its own.
//!
//! Source: `fs/fspath/path.go` of rclone 1.75.

/// A remote as it is written: its name, and the options that go before those of its section.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Connection {
    /// The name; `:s3` is a type in place of one.
    pub(super) name: String,
    pub(super) options: Vec<(String, String)>,
}

impl Connection {
    /// Reads a remote with its path; `None` for a path of this machine, and for what cannot be read.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let start = usize::from(text.starts_with(':'));
        let end = start + text[start..].find([':', ',', '/', '\\'])?;
        let (name, rest) = text.split_at(end);
        let mut connection = Self { name: name.to_owned(), options: Vec::new() };
        let mut rest = rest;
        while let Some(behind) = rest.strip_prefix(',') {
            rest = connection.take_option(behind)?;
        }
        rest.starts_with(':').then_some(connection)
    }

    /// Takes an option off the front of a text, and gives the rest.
    fn take_option<'t>(&mut self, text: &'t str) -> Option<&'t str> {
        let end = text.find(['=', ',', ':']).filter(|end| *end > 0)?;
        let (name, rest) = text.split_at(end);
        let (value, rest) = match rest.strip_prefix('=') {
            Some(behind) => value_of(behind)?,
            None => ("true".to_owned(), rest),
        };
        self.options.push((name.to_owned(), value));
        Some(rest)
    }
}

/// A value, bare or in quotes, which are doubled inside, and what stands behind it.
fn value_of(text: &str) -> Option<(String, &str)> {
    let Some(quote) = text.chars().next().filter(|first| matches!(first, '\'' | '"')) else {
        let (value, rest) = text.split_at(text.find([':', ','])?);
        return Some((value.to_owned(), rest));
    };
    let mut value = String::new();
    let mut rest = &text[1..];
    loop {
        let (part, behind) = rest.split_once(quote)?;
        value.push_str(part);
        match behind.strip_prefix(quote) {
            Some(more) => {
                value.push(quote);
                rest = more;
            }
            None => return Some((value, behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: `fs/fspath/path_test.go` of rclone 1.75.
    #[test]
    fn a_remote_is_read_with_its_options() {
        for (text, name, options) in [
            ("remote:path/to/file", "remote", &[][..]),
            ("remote,potato:/path", "remote", &[("potato", "true")]),
            ("remote,a=1,b=2:", "remote", &[("a", "1"), ("b", "2")]),
            (":s3,provider=AWS:bucket", ":s3", &[("provider", "AWS")]),
            ("r,endpoint=\"http://h:9\":b", "r", &[("endpoint", "http://h:9")]),
            ("r,a='it''s':b", "r", &[("a", "it's")]),
            ("my remote:b", "my remote", &[]),
        ] {
            let connection = Connection::parse(text).unwrap();
            let found: Vec<_> = connection.options.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert_eq!((connection.name.as_str(), found.as_slice()), (name, options), "{text}");
        }
        for local in ["/path", "path/a:b", "", "remote,a='1:b", "remote,=1:b", "remote"] {
            assert_eq!(Connection::parse(local), None, "{local}");
        }
    }
}
