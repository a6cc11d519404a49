//! A server's answer, as `curl -i` and `sigvet send -i` print it, and the few parts of S3's XML that the cases check.

pub struct Reply {
    /// The command that got this reply; every failure shows it.
    asked: String,
    head: String,
    pub body: Vec<u8>,
}

impl Reply {
    /// Reads headers and body. `100 Continue` comes before the headers of the reply itself.
    #[track_caller]
    pub fn parse(asked: String, printed: &[u8]) -> Self {
        let mut rest = printed;
        loop {
            let Some(end) = rest.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
                panic!("{asked}\nno headers in what was printed: {}", String::from_utf8_lossy(printed));
            };
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            rest = &rest[end + 4..];
            if !head.starts_with("HTTP/1.1 1") {
                return Self { asked, head, body: rest.to_vec() };
            }
        }
    }

    #[track_caller]
    pub fn expect_status(self, expected: u16) -> Self {
        assert_eq!(self.status(), expected, "{}\n{}\n{}", self.asked, self.head, self.text());
        self
    }

    #[track_caller]
    pub fn expect_body(self, expected: &[u8]) -> Self {
        // Not `assert_eq`: a difference of megabytes is not worth printing.
        let shown = self.text().chars().take(500).collect::<String>();
        assert!(
            self.body == expected,
            "{}\n{}\nthe body differs ({} bytes):\n{shown}",
            self.asked,
            self.head,
            self.body.len()
        );
        self
    }

    /// An S3 error: its status and its code.
    #[track_caller]
    pub fn expect_error(self, status: u16, code: &str) -> Self {
        let reply = self.expect_status(status);
        assert_eq!(reply.element("Code").as_deref(), Some(code), "{}\n{}", reply.asked, reply.text());
        reply
    }

    /// A refusal by any server: an unknown key gets 403 from radosgw, 400 from Swift.
    #[track_caller]
    pub fn expect_refused(self) {
        let status = self.status();
        assert!(matches!(status, 400 | 401 | 403), "{}\n{}", self.asked, self.head);
    }

    /// The value of a header, exactly as sent.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.split("\r\n").skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// The text of the first element with that name.
    pub fn element(&self, name: &str) -> Option<String> {
        self.elements(name).into_iter().next()
    }

    /// The texts of all elements with that name, in order.
    pub fn elements(&self, name: &str) -> Vec<String> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        self.text().split(&open).skip(1).filter_map(|part| Some(unescape(part.split_once(&close)?.0))).collect()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    fn status(&self) -> u16 {
        let code = self.head.split(' ').nth(1).and_then(|code| code.parse().ok());
        code.unwrap_or_else(|| panic!("{}\nno status line: {}", self.asked, self.head))
    }
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'").replace("&amp;", "&")
}
