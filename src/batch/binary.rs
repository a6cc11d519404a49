//! Refuses binary inputs: their lines would be signed as keys, because a key may have any bytes.

use std::io::{self, ErrorKind};

/// How a compressed file begins, its name, and what decompresses it.
const COMPRESSED: [(&[u8], &str, &str); 11] = [
    (b"\x1f\x8b\x08", "gzip", "zcat"),
    (b"\x28\xb5\x2f\xfd", "zstd", "zstdcat"),
    (b"\xfd7zXZ\0", "xz", "xzcat"),
    (b"\x04\x22\x4d\x18", "lz4", "lz4cat"),
    (b"\xff\x06\0\0sNaPpY", "Snappy", "snzip -dc"),
    (b"LZIP\x01", "lzip", "lzip -dc"),
    (b"\x1f\x9d", "compress", "zcat"),
    (b"PK\x03\x04", "zip", "unzip -p"),
    (b"PK\x05\x06", "zip", "unzip -p"),
    (b"7z\xbc\xaf\x27\x1c", "7z", "7z e -so"),
    // Parallel zstd begins with a frame that is skipped.
    (b"\x50\x2a\x4d\x18", "zstd", "zstdcat"),
];

/// How binary files of rows begin, and their names. A beginning of letters could also be that of a key; then the bytes after it
/// decide.
const BINARY: [(&[u8], &str); 7] = [
    (b"PAR1", "Parquet"),
    (b"PARE", "encrypted Parquet"),
    (b"ORC", "ORC"),
    (b"Obj\x01", "Avro"),
    (b"ARROW1\0\0", "Arrow"),
    (b"SEQ\x06", "a Hadoop sequence"),
    (b"SQLite format 3\0", "SQLite"),
];

/// Number of bytes after a beginning among which a binary file has a control character.
const SEARCHED: usize = 64;

/// Refuses a stream that begins like UTF-16, like a compressed file, or like a binary table. `has_zeros` is whether NUL bytes
/// end its records, so that they say nothing about what it is.
///
/// # Errors
/// The stream is binary.
pub(super) fn refuse_binary(beginning: &[u8], has_zeros: bool) -> io::Result<()> {
    let problem = match beginning {
        // Spreadsheets call UTF-16 Unicode.
        [0xff, 0xfe, _, 0, ..] | [0xfe, 0xff, 0, ..] => {
            "the text is UTF-16; convert it to UTF-8 first, for example with iconv -f UTF-16 -t UTF-8".to_owned()
        }
        _ => match compression_of(beginning) {
            Some((name, command)) => {
                format!("the input is compressed ({name}); decompress it first: {command} FILE | sigvet …")
            }
            None => match table_of(beginning, has_zeros) {
                Some(name) => format!(
                    "the input is {name}, not text; write it as CSV or JSON first, for example with duckdb -c \"COPY (FROM 'FILE') \
                     TO '/dev/stdout' (FORMAT csv)\""
                ),
                None => return Ok(()),
            },
        },
    };
    Err(io::Error::new(ErrorKind::InvalidData, problem))
}

fn compression_of(beginning: &[u8]) -> Option<(&'static str, &'static str)> {
    // The beginning of the first block, or of the end if there is no block.
    if let Some([b'1'..=b'9', block @ ..]) = beginning.strip_prefix(b"BZh")
        && (block.starts_with(b"1AY&SY") || block.starts_with(b"\x17rE8P\x90"))
    {
        return Some(("bzip2", "bzcat"));
    }
    let found = COMPRESSED.iter().find(|(magic, ..)| beginning.starts_with(magic));
    found.map(|(_, name, command)| (*name, *command))
}

fn table_of(beginning: &[u8], has_zeros: bool) -> Option<&'static str> {
    let is_end = |byte: &u8| *byte == 0 && has_zeros;
    let is_control = |byte: &u8| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\r' | b'\n') && !is_end(byte);
    let is_of_text = |rest: &[u8]| !rest.iter().take(SEARCHED).any(is_control);
    BINARY.iter().find_map(|(magic, name)| {
        let rest = beginning.strip_prefix(*magic)?;
        let is_certain = magic.iter().any(is_control);
        (is_certain || !is_of_text(rest)).then_some(*name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Catches keys that begin like the files.
    #[test]
    fn text_is_text() {
        for text in [
            "",
            "PAR1",
            "PAR1\nPAR2\n",
            "PAR1/a\nPAR2/b\n",
            "ORC\nELF\n",
            "BZh9/a.bz2\n",
            "BZh91AY.bz2\n",
            "Obj/1\n",
            "SEQ/6\n",
            "PK/03\n",
            "\u{feff}id,key\r\n",
            "LZIP\n",
            "7z/a\n",
            "é\n",
        ] {
            assert!(refuse_binary(text.as_bytes(), false).is_ok(), "{text:?}");
            let ended = text.replace('\n', "\0");
            assert!(refuse_binary(ended.as_bytes(), true).is_ok(), "{text:?}");
        }
    }
}
