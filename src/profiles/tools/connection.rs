//! Parses `remote,option=value:path`, rclone's notation for a remote with extra options inside another remote.
//!
//! Source: `fs/fspath/path.go` of rclone 1.75.

/// A parsed remote: its name, and the options that override those of its section.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Connection {
    /// The name; a leading colon, as in `:s3`, means a backend type instead of a remote.
    pub(super) name: String,
    pub(super) options: Vec<(String, String)>,
}

impl Connection {
    /// Parses a remote with its path; `None` for a local path, and for text that cannot be parsed.
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

    /// Parses the option at the start of the text, and returns the rest.
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

/// Parses a value, bare or quoted, and returns the text after it. In a quoted value, the quote itself is written
/// twice.
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
