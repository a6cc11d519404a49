//! PEM: blocks of base64 between lines that name them (RFC 7468). What stands around the blocks is no part of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// One block. It may be a private key, and so has no `Debug`.
pub(super) struct Block {
    /// `CERTIFICATE`, `PRIVATE KEY`.
    pub(super) label: String,
    /// What the base64 stands for; none if it is no base64.
    pub(super) der: Option<Zeroizing<Vec<u8>>>,
    /// Whether it is encrypted in the way of old, with fields above the base64 (RFC 1421): nothing of that is read.
    pub(super) is_encrypted_as_of_old: bool,
}

/// All blocks of a text.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        let label = line.strip_prefix(BEGIN).and_then(|rest| rest.strip_suffix(DASHES));
        if let Some(label) = label {
            blocks.push(block(label, lines.by_ref().take_while(|line| !line.starts_with(END))));
        }
    }
    blocks
}

fn block<'t>(label: &str, lines: impl Iterator<Item = &'t str>) -> Block {
    // Base64 needs four digits for three bytes, so that nothing is moved about in memory while this grows.
    let mut digits = Zeroizing::new(String::with_capacity(16 * 1024));
    let mut is_encrypted_as_of_old = false;
    for line in lines {
        match line.contains(':') {
            true => is_encrypted_as_of_old |= line.starts_with("Proc-Type:") && line.contains("ENCRYPTED"),
            false => digits.push_str(line),
        }
    }
    let der = STANDARD.decode(digits.as_bytes()).ok().map(Zeroizing::new);
    Block { label: label.to_owned(), der, is_encrypted_as_of_old }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_other_lines_whatever_the_line_ends() {
        let text = "Bag Attributes\r\n    friendlyName: x\r\n-----BEGIN A-----\r\nAQID\r\nBA==\r\n-----END A-----\r\n\
                    -----BEGIN B KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n!!\n-----END B KEY-----";
        let found = blocks(text);
        assert_eq!(found.iter().map(|block| block.label.as_str()).collect::<Vec<_>>(), ["A", "B KEY"]);
        assert_eq!(found[0].der.as_deref().map(Vec::as_slice), Some(&[1, 2, 3, 4][..]));
        assert!(!found[0].is_encrypted_as_of_old && found[1].is_encrypted_as_of_old && found[1].der.is_none());
        assert!(blocks("no PEM at all").is_empty());
    }
}
