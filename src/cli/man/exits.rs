//! The exit codes, defined once: for the page of `sigvet`, and in other words for the page of `send`.

use super::prose::read;
use super::section::{Item, Section};

const TEXT: &str = include_str!("text/exits.md");

/// A code, the commands that use it, and its meaning as the end of a sentence.
struct ExitCode {
    code: String,
    /// Empty if all commands use it.
    commands: String,
    meaning: String,
}

/// All codes, with the commands that use them.
pub(super) fn section() -> Section {
    let item = |exit: ExitCode| match exit.commands.as_str() {
        "" => Item::term(exit.code, capitalized(&exit.meaning)),
        command @ ("send" | "watch") => Item::term(exit.code, format!("`{command}`: {}", exit.meaning)),
        _ => Item::term(exit.code, format!("`verify` and `explain`: {}", exit.meaning)),
    };
    Section { title: "EXIT STATUS".to_owned(), items: codes("EXIT STATUS").into_iter().map(item).collect() }
}

/// The codes of `send`, most of which are the same as curl's.
pub(super) fn of_send() -> Section {
    let own = codes("EXIT STATUS OF SEND");
    let item = |exit: ExitCode| {
        let own = own.iter().find(|own| own.code == exit.code).map(|own| own.meaning.as_str());
        Item::term(exit.code, capitalized(own.unwrap_or(&exit.meaning)))
    };
    let codes = codes("EXIT STATUS").into_iter().filter(|exit| ["", "send"].contains(&exit.commands.as_str()));
    Section { title: "EXIT STATUS".to_owned(), items: codes.map(item).collect() }
}

/// The codes in the section with this title.
fn codes(title: &str) -> Vec<ExitCode> {
    let sections = read(TEXT).into_iter().filter(|section| section.title == title);
    let exit = |item| match item {
        Item::Term(term, meaning) => {
            let (code, commands) = term.split_once(' ').unwrap_or((&term, ""));
            Some(ExitCode { code: code.to_owned(), commands: commands.to_owned(), meaning })
        }
        Item::Text(_) | Item::Code(_) => None,
    };
    sections.flat_map(|section| section.items).filter_map(exit).collect()
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::failure::Exit;

    /// Catches an exit code that is missing in the manual.
    #[test]
    fn every_code_is_documented() {
        let told: Vec<i32> = codes("EXIT STATUS").iter().map(|exit| exit.code.parse().unwrap()).collect();
        for exit in [
            Exit::ProxyNotFound,
            Exit::ProxyRefused,
            Exit::CutOff,
            Exit::TooManyRedirects,
            Exit::BadRoots,
            Exit::TlsCertificate,
            Exit::TimedOut,
        ] {
            assert!(told.contains(&(exit as i32)), "{exit:?}");
        }
        assert!(told.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
