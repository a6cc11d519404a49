//! The sections of each page in addition to its options, in order.

use super::prose::read;
use super::section::Section;
use super::{exits, explain, send};

/// The sections of the page of a command.
pub(super) fn of(command: &str) -> Vec<Section> {
    match command {
        "sigvet" => of_sigvet(),
        "explain" => explain::sections(),
        "form" => read(include_str!("text/form.md")),
        "send" => send::sections(),
        "presign" => read(include_str!("text/presign.md")),
        "verify" => read(include_str!("text/verify.md")),
        "proxy" => read(include_str!("text/proxy.md")),
        "serve" => read(include_str!("text/serve.md")),
        "watch" => read(include_str!("text/watch.md")),
        _ => Vec::new(),
    }
}

fn of_sigvet() -> Vec<Section> {
    let mut sections = read(include_str!("text/sigvet.md"));
    sections.push(exits::section());
    sections.extend(read(include_str!("text/signing.md")));
    sections.extend(read(include_str!("text/recipes.md")));
    sections
}
