//! Turns an object key, which may contain any byte, into the path of its URL.

use super::RequestUrl;
use crate::encode::{Slash, encode};

/// The path of an object key, including the leading `/`: every byte except `A-Za-z0-9-._~/` is percent-encoded once.
/// For a key that begins with `/` the path begins with two, because the slash is part of the key.
///
/// ```
/// use sigvet_core::request::path_for_key;
///
/// assert_eq!(path_for_key("50%.png"), "/50%25.png");
/// assert_eq!(path_for_key("a dir/b c.png"), "/a%20dir/b%20c.png");
/// assert_eq!(path_for_key("a?b#c+d"), "/a%3Fb%23c%2Bd");
/// ```
pub fn path_for_key(key: impl AsRef<[u8]>) -> String {
    let key = key.as_ref();
    let mut path = Vec::with_capacity(key.len() + 16);
    write_path_for_key(key, &mut path);
    String::from_utf8(path).expect("percent-encoded text is ASCII")
}

/// Appends the path of an object key, as [`path_for_key`] makes it.
pub fn write_path_for_key(key: &[u8], out: &mut Vec<u8>) {
    out.push(b'/');
    encode(key, Slash::Keep, out);
}

impl RequestUrl {
    /// The URL of an object key below this URL, which is that of a bucket or a prefix; its query is dropped.
    ///
    /// ```
    /// # use sigvet_core::request::RequestUrl;
    /// let bucket: RequestUrl = "https://s3.us-east-1.amazonaws.com/bucket".parse()?;
    /// assert_eq!(bucket.with_key("50%.png").to_string(), "https://s3.us-east-1.amazonaws.com/bucket/50%25.png");
    /// # Ok::<(), sigvet_core::request::InvalidUrl>(())
    /// ```
    #[must_use]
    pub fn with_key(&self, key: impl AsRef<[u8]>) -> Self {
        let path = super::split_target(self.target()).0;
        let base = path.strip_suffix(b"/").unwrap_or(path);
        self.at([base, path_for_key(key).as_bytes()].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expected paths come from Python's `urllib.parse.quote(key, safe='/~')`, which botocore encodes keys with.
    #[test]
    fn each_byte_of_a_key_is_encoded_once() {
        for (key, path) in [
            ("50%.png", "/50%25.png"),
            ("b c.png", "/b%20c.png"),
            ("a?b", "/a%3Fb"),
            ("a%20b", "/a%2520b"),
            ("a+b&c=d;e", "/a%2Bb%26c%3Dd%3Be"),
            ("é/~._-", "/%C3%A9/~._-"),
            ("", "/"),
            ("/a//b/", "//a//b/"),
        ] {
            assert_eq!(path_for_key(key), path, "{key}");
        }
    }

    #[test]
    fn a_key_is_appended_to_the_path_of_its_bucket() {
        for (base, expected) in [
            ("https://b.example", "https://b.example/a%3Fb"),
            ("https://h.example/bucket?list-type=2", "https://h.example/bucket/a%3Fb"),
            ("https://h.example/bucket/", "https://h.example/bucket/a%3Fb"),
        ] {
            assert_eq!(RequestUrl::parse(base).unwrap().with_key("a?b").to_string(), expected);
        }
    }
}
