//! Reads the prose of the manual from the files in `text/`, which use a small subset of Markdown.
//!
//! `## ` begins a section, a blank line a paragraph; `: ` begins the definition of the term on the line above, and
//! fences enclose code. Names in braces stand for lists that exist in the code, and are replaced by them.

use super::section::{Item, Section};
use sigvet_core::checksum::ChecksumAlgorithm;
use sigvet_core::prepare::never_signed;
use sigvet_core::scheme::Dialect;
use sigvet_diagnose::DEEPEST;

const TITLE: &str = "## ";
const DEFINITION: &str = ": ";
const FENCE: &str = "```";

/// Reads the sections of a file.
pub(super) fn read(text: &str) -> Vec<Section> {
    let text = filled_in(text);
    let mut sections: Vec<Section> = Vec::new();
    for block in blocks(&text) {
        let title = block.first().and_then(|line| line.strip_prefix(TITLE));
        match (title, sections.last_mut()) {
            (Some(title), _) => sections.push(Section { title: title.to_owned(), items: Vec::new() }),
            (None, Some(section)) => section.items.push(item(&block)),
            (None, None) => {}
        }
    }
    sections
}

/// Inserts lists from the code, so that the manual cannot disagree with it.
fn filled_in(text: &str) -> String {
    let checksums = ChecksumAlgorithm::ALL.map(ChecksumAlgorithm::name).join(", ");
    let text = text.replace("{checksums}", &checksums).replace("{most-mistakes}", &DEEPEST.to_string());
    let text = text.replace("{s3-family}", &Dialect::AWS4.object_services.join(", "));
    text.replace("{never-signed}", &never_signed().join(", "))
}

/// Splits the text at blank lines, but keeps code together.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    let (mut blocks, mut block, mut is_code) = (Vec::new(), Vec::new(), false);
    for line in text.lines().chain([""]) {
        is_code ^= line == FENCE;
        if line.is_empty() && !is_code {
            blocks.push(std::mem::take(&mut block));
        } else {
            block.push(line);
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

fn item(block: &[&str]) -> Item {
    match block {
        [first, code @ .., _] if *first == FENCE => Item::Code(code.join("\n")),
        [term, first, rest @ ..] if first.starts_with(DEFINITION) => {
            let definition = std::iter::once(&first[DEFINITION.len()..]).chain(rest.iter().copied());
            Item::term(*term, joined(definition))
        }
        lines => Item::text(joined(lines.iter().copied())),
    }
}

fn joined<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    lines.map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_paragraphs_terms_and_code_are_distinguished() {
        let text = "## ONE\n\na\n b\n\n--x, -y\n: what\n  it does\n\n```\nc\n\n  d\n```\n\n## TWO\n\n{most-mistakes}\n";
        let sections = read(text);
        assert_eq!(sections.iter().map(|section| section.title.as_str()).collect::<Vec<_>>(), ["ONE", "TWO"]);
        match sections[0].items.as_slice() {
            [Item::Text(text), Item::Term(term, definition), Item::Code(code)] => {
                assert_eq!((text.as_str(), term.as_str(), definition.as_str()), ("a b", "--x, -y", "what it does"));
                assert_eq!(code, "c\n\n  d");
            }
            _ => panic!("three items"),
        }
        assert!(matches!(sections[1].items.as_slice(), [Item::Text(text)] if *text == DEEPEST.to_string()));
    }
}
