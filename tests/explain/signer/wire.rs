//! A request exactly as on the wire: nothing is decoded, normalised or reordered.

/// Method, raw target, headers in order, body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wire {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Wire {
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path)
    }

    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    pub fn put_path(&mut self, path: &str) {
        self.target = join(path, self.query());
    }

    pub fn put_query(&mut self, query: &str) {
        self.target = join(self.path(), query);
    }

    pub fn add_parameter(&mut self, parameter: &str) {
        let query = self.query();
        let query = if query.is_empty() { parameter.to_owned() } else { format!("{query}&{parameter}") };
        self.put_query(&query);
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Replaces all headers with the line's name, at the position of the first, or adds the line at the end.
    pub fn put_header(&mut self, line: &str) {
        let (name, value) = header_line(line);
        let place = self.headers.iter().position(|(other, _)| other.eq_ignore_ascii_case(&name));
        self.remove_header(&name);
        self.headers.insert(place.unwrap_or(self.headers.len()), (name, value));
    }

    pub fn remove_header(&mut self, name: &str) {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    /// The request as HTTP/1.1 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str("\r\n");
        [text.as_bytes(), &self.body].concat()
    }
}

/// Parses `Name: value`; only one space after the colon is not part of the value.
pub fn header_line(line: &str) -> (String, String) {
    let (name, value) = line.split_once(':').unwrap_or_else(|| panic!("{line:?} is no header"));
    (name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned())
}

fn join(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
