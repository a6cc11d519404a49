//! The texts that were signed, as replies quote them.

use std::fmt::Write;

/// Bytes as text.
pub fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Bytes as S3 writes them beside a text: two digits each, with blanks between.
pub fn hex_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (at, byte) in bytes.iter().enumerate() {
        let blank = if at == 0 { "" } else { " " };
        // A string takes whatever is written.
        let _ = write!(text, "{blank}{byte:02x}");
    }
    text
}
