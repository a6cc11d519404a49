//! A `sigvet serve` under way, on a free port, which ends with the value.

use std::io::{BufRead, BufReader};
use std::process::Child;

use crate::Sigvet;

/// A server, and where it is.
pub struct Serving {
    child: Child,
    /// `http://127.0.0.1:1`.
    pub url: String,
}

impl Serving {
    /// Starts `sigvet serve` with the demo key and these options besides.
    pub fn start(options: &[&str]) -> Self {
        let words = [&["serve", "--demo-keys", "--port", "0"], options].concat();
        let mut child = Sigvet::anonymous(&words).into_command().spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let url = line.trim_end().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}")).to_owned();
        // Nobody else reads it, and a full pipe would stop the server.
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        Self { child, url }
    }

    /// `sigvet` with the demo key, for S3 at this server.
    pub fn sigvet(&self, words: &[&str]) -> Sigvet {
        Sigvet::anonymous(words)
            .env("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ENDPOINT_URL", &self.url)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
