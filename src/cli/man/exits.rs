//! The exit codes, told once: for the page of `sigvet`, and for that of `send` in its own words.

use super::section::{Item, Section};

/// Who ends with a code.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Everybody,
    Judges,
    Send,
}

/// The codes, each with what it means as the end of a sentence.
const EXITS: [(&str, Who, &str); 20] = [
    ("0", Who::Everybody, "done; the signature is valid."),
    ("1", Who::Judges, "the signature is not valid."),
    ("2", Who::Everybody, "the command line makes no sense, or the input cannot be read."),
    (
        "3",
        Who::Everybody,
        "there are no usable credentials, they cannot sign for this scope, or `verify` has none to judge by.",
    ),
    ("4", Who::Everybody, "the profile file is broken, unreadable, or not where it was said to be."),
    ("5", Who::Send, "the name of the proxy does not resolve, or is not a name."),
    ("6", Who::Send, "the host name does not resolve."),
    ("7", Who::Send, "no connection."),
    ("18", Who::Send, "the response ended before its length was reached."),
    ("22", Who::Send, "the server answered with status 400 or above, and `--fail` or `--fail-with-body` asked for it."),
    ("23", Who::Everybody, "the output cannot be written."),
    ("26", Who::Everybody, "a file to send cannot be read."),
    ("28", Who::Send, "out of time."),
    ("35", Who::Send, "the TLS handshake failed."),
    ("47", Who::Send, "more redirects than `--max-redirs` allows."),
    ("52", Who::Send, "the server closed the connection without an answer."),
    ("56", Who::Send, "the transfer broke off, or what arrived is not what its checksum says."),
    ("60", Who::Send, "the server's certificate is not trusted."),
    ("77", Who::Send, "the file of `--cacert` has no certificates that can be used."),
    ("97", Who::Send, "the SOCKS proxy does not connect to the host."),
];

/// Every code, with the command that ends so.
pub(super) fn section() -> Section {
    let item = |(code, who, text): &(&str, Who, &str)| match who {
        Who::Everybody => Item::term(*code, capitalized(text)),
        Who::Judges => Item::term(*code, format!("`verify` and `explain`: {text}")),
        Who::Send => Item::term(*code, format!("`send`: {text}")),
    };
    Section { title: "EXIT STATUS", items: EXITS.iter().map(item).collect() }
}

/// The codes of `send`, most of which are curl's.
pub(super) fn of_send() -> Section {
    let codes = EXITS.iter().filter(|(_, who, _)| *who != Who::Judges);
    let items = codes.map(|(code, _, text)| Item::term(*code, capitalized(of_sender(code, text)))).collect();
    Section { title: "EXIT STATUS", items }
}

/// What is said otherwise where nothing is judged.
fn of_sender<'a>(code: &str, text: &'a str) -> &'a str {
    match code {
        "0" => "done, whatever the status of the response.",
        "3" => "there are no usable credentials, or they cannot sign for this scope.",
        _ => text,
    }
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
        let told: Vec<i32> = EXITS.iter().map(|(code, ..)| code.parse().unwrap()).collect();
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
