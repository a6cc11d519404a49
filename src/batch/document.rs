//! Recognizes a JSON document over several lines, or a list in one line: it is not a record a line, and some of its lines would
//! be taken for records.

use serde_json::error::Category;
use serde_json::value::RawValue;

use super::blocks::{Block, Ending};
use super::other_text::LIST_HINT;
use super::problem::{Extent, Refusal};
use super::quotes::BYTE_ORDER_MARK;

/// Why an input that begins with this block is not a list of records, if it is a JSON document. `is_json` is whether the
/// records are JSON objects.
pub(super) fn refusal(block: &Block, ending: Ending, is_json: bool) -> Option<Refusal> {
    if block.first != 1 || ending != Ending::Newline {
        return None;
    }
    let text = block.bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&block.bytes);
    let mut lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let (first, second) = (lines.next()?, lines.next().unwrap_or_default());
    let is_list = match (first, is_json) {
        (b"{", true) => false,
        (b"{", false) if second.starts_with(b"\"") => false,
        ([b'[', ..], true) if is_list_of_objects(first) => true,
        (b"[", false) if matches!(second.first(), Some(b'{' | b'[' | b'"' | b']')) => true,
        ([b'[', b'{', b'"', ..], false) => true,
        _ => return None,
    };
    let hint = match is_list {
        true => LIST_HINT,
        false => {
            "write an object a line, for example with jq -c '.Contents[]' for 'aws s3api list-objects-v2', and pass \
             --jsonl"
        }
    };
    let what = "the input is a JSON document, and not a record a line".to_owned();
    Some(Refusal { what, hint: Some(hint.to_owned()), extent: Extent::Input })
}

/// Whether a line begins a list that continues in the next lines, or is a list of objects.
fn is_list_of_objects(line: &[u8]) -> bool {
    match serde_json::from_slice::<Vec<&RawValue>>(line) {
        Ok(elements) => elements.is_empty() || elements.iter().any(|element| element.get().starts_with('{')),
        Err(error) => error.classify() == Category::Eof,
    }
}
