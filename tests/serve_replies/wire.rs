//! One conversation with a server, and its answer read by independent parsers.

use std::io::{Read, Write};

use sigvet_testing::serving::Serving;

/// An answer as received.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

/// Sends a request, which has to ask for the connection to be closed, and reads everything that comes.
pub fn ask(server: &Serving, request: &[u8]) -> Answer {
    let mut stream = server.connect();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("an answer has a head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("the head is text");
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head, body: answer[end + 4..].to_vec() }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn content_type(&self) -> &str {
        self.header("content-type").unwrap_or_default()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("the body is text")
    }

    /// The name of its root with its namespace, and the names and texts of its leaf elements.
    pub fn elements(&self) -> (String, Vec<(String, String)>) {
        let document = roxmltree::Document::parse(self.text()).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        let root = document.root_element();
        let name = format!("{{{}}}{}", root.tag_name().namespace().unwrap_or_default(), root.tag_name().name());
        let leaves =
            root.descendants().filter(|node| node.is_element() && !node.children().any(|node| node.is_element()));
        let text = |node: roxmltree::Node<'_, '_>| node.text().unwrap_or_default().to_owned();
        (name, leaves.map(|node| (node.tag_name().name().to_owned(), text(node))).collect())
    }

    pub fn element(&self, name: &str) -> Option<String> {
        self.elements().1.into_iter().find(|(other, _)| other == name).map(|(_, text)| text)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// An entry of a CBOR map.
    pub fn cbor(&self, name: &str) -> Option<String> {
        let value: ciborium::Value = ciborium::from_reader(self.body.as_slice()).expect("the body is CBOR");
        let members = value.into_map().expect("it is a map");
        let found = members.into_iter().find(|(other, _)| other.as_text() == Some(name));
        found.map(|(_, value)| value.into_text().expect("it is text"))
    }
}
