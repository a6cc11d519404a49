//! The exit codes, told once: for the page of `sigvet`, and for that of `send` in its own words.

use super::prose::read;
use super::section::{Item, Section};

const TEXT: &str = include_str!("text/exits.md");

/// A code, who ends with it, and what it means as the end of a sentence.
struct ExitCode {
    code: String,
    /// Empty for every command.
    commands: String,
    meaning: String,
}

/// Every code, with the command that ends so.
pub(super) fn section() -> Section {
    let item = |exit: ExitCode| match exit.commands.as_str() {
        "" => Item::term(exit.code, capitalized(&exit.meaning)),
        command @ ("send" | "watch") => Item::term(exit.code, format!("`{command}`: {}", exit.meaning)),
        _ => Item::term(exit.code, format!("`verify` and `explain`: {}", exit.meaning)),
    };
    Section { title: "EXIT STATUS".to_owned(), items: codes("EXIT STATUS").into_iter().map(item).collect() }
}

/// The codes of `send`, most of which are curl's.
pub(super) fn of_send() -> Section {
    let own = codes("EXIT STATUS OF SEND");
    let item = |exit: ExitCode| {
        let own = own.iter().find(|own| own.code == exit.code).map(|own| own.meaning.as_str());
        Item::term(exit.code, capitalized(own.unwrap_or(&exit.meaning)))
    };
    let codes = codes("EXIT STATUS").into_iter().filter(|exit| ["", "send"].contains(&exit.commands.as_str()));
    Section { title: "EXIT STATUS".to_owned(), items: codes.map(item).collect() }
}

/// The codes in the section of this title.
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

    /// Catches a code of the contract that the manual does not tell.
    #[test]
    fn every_code_is_told() {
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
