//! A minimal XML writer: only elements and text.

/// An XML document under construction.
#[derive(Debug)]
pub struct Xml(String);

impl Xml {
    /// A document with only the XML declaration.
    pub fn new() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    /// Adds an element with text.
    pub fn element(&mut self, name: &str, text: &str) {
        self.within(name, |xml| xml.text(text));
    }

    /// Adds an element with the content that the function writes.
    pub fn within(&mut self, name: &str, write: impl FnOnce(&mut Self)) {
        self.within_namespace(name, None, write);
    }

    /// Like [`within`](Self::within), with a default namespace.
    pub fn within_namespace(&mut self, name: &str, namespace: Option<&'static str>, write: impl FnOnce(&mut Self)) {
        self.0.extend(["<", name]);
        if let Some(namespace) = namespace {
            self.0.extend([" xmlns=\"", namespace, "\""]);
        }
        self.0.push('>');
        write(self);
        self.0.extend(["</", name, ">"]);
    }

    fn text(&mut self, text: &str) {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '\r' => self.0.push_str("&#13;"),
                '\n' | '\t' => self.0.push(character),
                // XML 1.0 cannot represent these.
                '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => self.0.push('\u{fffd}'),
                other => self.0.push(other),
            }
        }
    }

    /// The document as text.
    pub fn into_text(self) -> String {
        self.0
    }

    /// The document as bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_survives_a_round_trip() {
        let text = "a<b>&\"'\r\n\tü]]>";
        let mut xml = Xml::new();
        xml.within("A", |xml| xml.element("B", text));
        let document = xml.into_text();
        let read = roxmltree::Document::parse(&document).unwrap();
        let found = read.descendants().find(|node| node.has_tag_name("B")).and_then(|node| node.text());
        assert_eq!(found, Some(text));
    }
}
