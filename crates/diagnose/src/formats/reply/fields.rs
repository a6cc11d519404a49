//! The named fields of an error, whatever its format. The names are those of S3's XML.

use sigvet_core::time::Timestamp;

/// Names and texts in order. The first occurrence of a name counts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn push(&mut self, name: &str, text: &str) {
        self.0.push((name.to_owned(), text.to_owned()));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The text of the first of these names that has one.
    pub(super) fn get(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.texts(name).next()).map(str::to_owned)
    }

    /// A time as servers write it: any format allowed in headers, or milliseconds since 1970.
    pub(super) fn instant(&self, name: &str) -> Option<Timestamp> {
        let text = self.texts(name).next()?;
        let is_milliseconds = text.len() == 13 && text.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = if is_milliseconds { text.get(..10).unwrap_or_default() } else { text };
        Timestamp::parse(seconds).ok()
    }

    /// The field with this name. The hex in `…Bytes` takes precedence, because its line endings survive copying.
    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let dump = self.texts(&format!("{name}Bytes")).next().and_then(read_dump);
        dump.or_else(|| self.texts(name).next().map(|text| text.as_bytes().to_vec()))
    }

    fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, text)| text.trim())
            .filter(|text| !text.is_empty())
    }
}

/// Decodes hex digits with any white space between the bytes.
fn read_dump(dump: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(dump.len() / 3 + 1);
    for digits in dump.split_ascii_whitespace() {
        bytes.extend(hex::decode(digits).ok()?);
    }
    Some(bytes)
}
