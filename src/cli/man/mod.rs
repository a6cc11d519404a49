//! The manual: a page for `sigvet` and one for each command, made from the definition of the command line.
//!
//! What the definition does not hold, files, environment, exit status and the rules of signing, is a table of sections of
//! its own. Nothing is written here: a test compares the pages with those in `man/`.

mod section;
mod checksums;
mod exits;
mod explain;
mod form;
mod send;
mod serve;
mod services;
mod streaming;
mod tokens;
mod version_2;
mod sections;

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use self::section::{Item, Section};
use self::sections::of_sigvet;
use crate::cli::args::Cli;

/// A page: the name of its file, and its text in roff.
pub type Page = (String, Vec<u8>);

/// All pages, that of `sigvet` first.
///
/// # Errors
/// None that memory does not give.
pub fn pages() -> io::Result<Vec<Page>> {
    let mut root = Cli::command().disable_help_subcommand(true);
    root.build();
    let mut pages = Vec::new();
    add_pages(&root, &mut pages)?;
    Ok(pages)
}

fn add_pages(command: &Command, pages: &mut Vec<Page>) -> io::Result<()> {
    pages.push(page(command)?);
    command.get_subcommands().try_for_each(|command| add_pages(command, pages))
}

fn page(command: &Command) -> io::Result<Page> {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    let is_root = command.get_name() == "sigvet";
    let man = Man::new(command.clone().override_usage(usage));
    let mut out = Vec::new();
    write_title(command, &mut out)?;
    man.render_name_section(&mut out)?;
    man.render_synopsis_section(&mut out)?;
    man.render_description_section(&mut out)?;
    if let Some(help) = command.get_before_help() {
        write_titled(&help.to_string(), &mut out)?;
    }
    man.render_options_section(&mut out)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut out)?;
    }
    if let Some(help) = command.get_after_help() {
        write_titled(&help.to_string(), &mut out)?;
    }
    let sections = match command.get_name() {
        "sigvet" => of_sigvet(),
        "explain" => explain::sections(),
        "form" => form::sections(),
        "send" => send::sections(),
        "serve" => serve::sections(),
        _ => Vec::new(),
    };
    sections.iter().try_for_each(|section| write_section(section, &mut out))?;
    write_section(&see_also(command, is_root), &mut out)?;
    Ok((man.get_filename(), out))
}

/// The title, without a date, so that a page changes with its command only. Names of options are not to be hyphenated.
fn write_title(command: &Command, out: &mut dyn Write) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_uppercase();
    let source = concat!("sigvet ", env!("CARGO_PKG_VERSION"));
    writeln!(out, ".TH \"{name}\" \"1\" \"\" \"{source}\" \"User Commands\"\n.nh\n.ad l")
}

/// The commands of `sigvet`; every other page leads back to that of `sigvet`.
fn see_also(command: &Command, is_root: bool) -> Section {
    let text = if is_root {
        let names = command.get_subcommands().map(|command| format!("sigvet-{}(1)", command.get_name()));
        names.collect::<Vec<_>>().join(", ")
    } else {
        "sigvet(1), for files, environment, exit status and the rules of signing".to_owned()
    };
    Section { title: "SEE ALSO", items: vec![Item::text(text)] }
}

/// Writes a text of the definition whose first line is its title: `Examples:`.
fn write_titled(help: &str, out: &mut dyn Write) -> io::Result<()> {
    let (title, body) = help.split_once(":\n").unwrap_or(("Notes", help));
    let mut roff = Roff::new();
    roff.control("SH", [title.to_uppercase().as_str()]);
    put_code(body.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)), &mut roff);
    roff.to_writer(out)
}

fn write_section(section: &Section, out: &mut dyn Write) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", [section.title]);
    for (at, item) in section.items.iter().enumerate() {
        match item {
            Item::Text(text) => {
                if at > 0 {
                    roff.control("PP", []);
                }
                put_prose(text, &mut roff);
            }
            Item::Code(text) => {
                roff.control("PP", []);
                put_code(text.lines(), &mut roff);
            }
            Item::Term(term, text) => {
                roff.control("TP", []);
                roff.text([bold(term.as_str())]);
                put_prose(text, &mut roff);
            }
        }
    }
    roff.to_writer(out)
}

/// Running text; what stands in backquotes is set in italics.
fn put_prose(text: &str, roff: &mut Roff) {
    let set = |(at, part): (usize, &str)| if at % 2 == 0 { roman(part) } else { italic(part) };
    let inlines: Vec<Inline> = text.split('`').enumerate().filter(|(_, part)| !part.is_empty()).map(set).collect();
    roff.text(inlines);
}

/// Lines as they are, set off from the text.
fn put_code<'a>(lines: impl Iterator<Item = &'a str>, roff: &mut Roff) {
    roff.control("RS", ["4"]);
    roff.control("nf", []);
    for line in lines {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff.control("RE", []);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_page_for_each_command_and_none_for_help() {
        let names: Vec<String> = pages().unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[0], "sigvet.1");
        assert!(names.contains(&"sigvet-presign.1".to_owned()), "{names:?}");
        assert!(names.contains(&"sigvet-profile-add.1".to_owned()), "{names:?}");
        assert!(!names.iter().any(|name| name.contains("help")), "{names:?}");
    }

    /// The list of the manual is the list of the code, so that the two cannot part.
    #[test]
    fn the_manual_names_every_header_that_is_not_signed() {
        let (_, page) = pages().unwrap().remove(0);
        let page = String::from_utf8(page).unwrap().replace("\\-", "-");
        for name in sigvet_core::prepare::NEVER_SIGNED {
            assert!(page.contains(name), "{name}");
        }
    }

    /// Catches a mistake that is found and not told, and text that roff would take for a request of its own.
    #[test]
    fn the_manual_of_explain_names_every_mistake() {
        let (_, page) = pages().unwrap().into_iter().find(|(name, _)| name == "sigvet-explain.1").unwrap();
        let page = String::from_utf8(page).unwrap().replace("\\-", "-");
        for mistake in sigvet_diagnose::catalogue::all() {
            assert!(page.contains(&format!("\n\\fB{}\\fR\n", mistake.id)), "{}", mistake.id);
            assert!(!mistake.fix.contains('`'), "{}: a backquote would set the rest in italics", mistake.id);
        }
    }

    /// Catches a group of curl's options that no list of the manual takes up.
    #[test]
    fn the_manual_of_send_names_every_option_of_curl() {
        let (_, page) = pages().unwrap().into_iter().find(|(name, _)| name == "sigvet-send.1").unwrap();
        let page = String::from_utf8(page).unwrap().replace("\\-", "-");
        let page = page.replace("\\fB", " ").replace("\\fR", " ");
        let (_, lists) = page.split_once(".SH \"OPTIONS OF CURL").unwrap();
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
        let words: Vec<&str> = lists.split(|c| !is_name(c)).map(|word| word.trim_end_matches('.')).collect();
        for row in crate::cli::curl::table::rows() {
            let name = format!("--{}", row.long);
            assert!(words.contains(&name.as_str()), "{name}");
        }
    }
}
