//! One request to a running `sigvet serve`, and its parsed answer.

use std::io::{Read, Write};

use sigvet_testing::serving::Serving;

/// A parsed answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Sends the bytes of one request, which has to ask for the connection to be closed, and reads the answer.
pub fn ask(server: &Serving, request: &[u8]) -> Answer {
    let mut stream = server.connect();
    stream.write_all(request).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    Answer::parse(&String::from_utf8_lossy(&answer))
}

impl Answer {
    fn parse(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Self { status: status.unwrap(), head: head.to_owned(), body: body.to_owned() }
    }

    /// The value of a header, if the answer has it.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn cause(&self) -> &str {
        self.header("x-sigvet-cause").unwrap_or_default()
    }

    pub fn verdict(&self) -> &str {
        self.header("x-sigvet-verdict").unwrap_or_default()
    }
}
