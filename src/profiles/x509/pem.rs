//! Parses PEM: blocks of base64 between labeled lines (RFC 7468). Text outside of blocks is ignored.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";

/// One block. It has no `Debug`, because it may be a private key.
pub(super) struct Block {
    /// The label: `CERTIFICATE`, `PRIVATE KEY`.
    pub(super) label: String,
    /// The decoded base64. `None` if it is not base64.
    pub(super) der: Option<Zeroizing<Vec<u8>>>,
    /// Whether the block is encrypted in the old format, with header fields above the base64 (RFC 1421). That format
    /// is not supported.
    pub(super) is_encrypted_as_of_old: bool,
}

/// Parses all blocks in a text.
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
    // Large enough for any key, so that growing does not leave copies of the secret in memory.
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
    fn blocks_are_found_among_other_lines_with_any_line_endings() {
        let text = "Bag Attributes\r\n    friendlyName: x\r\n-----BEGIN A-----\r\nAQID\r\nBA==\r\n-----END A-----\r\n\
                    -----BEGIN B KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n!!\n-----END B KEY-----";
        let found = blocks(text);
        assert_eq!(found.iter().map(|block| block.label.as_str()).collect::<Vec<_>>(), ["A", "B KEY"]);
        assert_eq!(found[0].der.as_deref().map(Vec::as_slice), Some(&[1, 2, 3, 4][..]));
        assert!(!found[0].is_encrypted_as_of_old && found[1].is_encrypted_as_of_old && found[1].der.is_none());
        assert!(blocks("no PEM at all").is_empty());
    }
}
