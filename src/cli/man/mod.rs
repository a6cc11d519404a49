//! The manual: a page for `sigvet` and one for each command, generated from the definition of the command line.
//!
//! What the definition does not contain (files, environment, exit status, the rules of signing) is prose in
//! `text/`. This module writes no files: a test compares the pages with those in `man/`.

mod section;
mod prose;
mod exits;
mod explain;
mod send;
mod sections;

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, italic, roman};

use self::section::{Item, Section};
use crate::cli::args::Cli;

/// A page: its file name, and its text in roff.
pub type Page = (String, Vec<u8>);

/// All pages, starting with that of `sigvet`.
///
/// # Errors
/// Writing to memory fails.
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
    let sections = sections::of(command.get_name());
    sections.iter().try_for_each(|section| write_section(section, &mut out))?;
    write_section(&see_also(command, is_root), &mut out)?;
    Ok((man.get_filename(), out))
}

/// The title without a date, so that a page changes only with its command. Names of options must not be hyphenated.
fn write_title(command: &Command, out: &mut dyn Write) -> io::Result<()> {
    let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_uppercase();
    let source = concat!("sigvet ", env!("CARGO_PKG_VERSION"));
    writeln!(out, ".TH \"{name}\" \"1\" \"\" \"{source}\" \"User Commands\"\n.nh\n.ad l")
}

/// The list of commands on the page of `sigvet`; every other page refers to that page.
fn see_also(command: &Command, is_root: bool) -> Section {
    let text = if is_root {
        let names = command.get_subcommands().map(|command| format!("sigvet-{}(1)", command.get_name()));
        names.collect::<Vec<_>>().join(", ")
    } else {
        "sigvet(1), for files, environment, exit status and the rules of signing".to_owned()
    };
    Section { title: "SEE ALSO".to_owned(), items: vec![Item::text(text)] }
}

/// Writes a text of the definition whose first line is its title, such as `Examples:`.
fn write_titled(help: &str, out: &mut dyn Write) -> io::Result<()> {
    let (title, body) = help.split_once(":\n").unwrap_or(("Notes", help));
    let mut roff = Roff::new();
    roff.control("SH", [title.to_uppercase().as_str()]);
    put_code(body.lines().map(|line| line.strip_prefix("  ").unwrap_or(line)), &mut roff);
    roff.to_writer(out)
}

fn write_section(section: &Section, out: &mut dyn Write) -> io::Result<()> {
    let mut roff = Roff::new();
    roff.control("SH", [section.title.as_str()]);
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

/// Running text; text in backquotes is set in italics.
fn put_prose(text: &str, roff: &mut Roff) {
    let set = |(at, part): (usize, &str)| if at % 2 == 0 { roman(part) } else { italic(part) };
    let inlines: Vec<Inline> = text.split('`').enumerate().filter(|(_, part)| !part.is_empty()).map(set).collect();
    roff.text(inlines);
}

/// Lines of code, indented.
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
    fn each_command_except_help_has_a_page() {
        let names: Vec<String> = pages().unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[0], "sigvet.1");
        assert!(names.contains(&"sigvet-presign.1".to_owned()), "{names:?}");
        assert!(names.contains(&"sigvet-profile-add.1".to_owned()), "{names:?}");
        assert!(!names.iter().any(|name| name.contains("help")), "{names:?}");
    }

    /// The list in the manual comes from the code, so that they cannot differ.
    #[test]
    fn the_manual_names_every_header_that_is_not_signed() {
        let (_, page) = pages().unwrap().remove(0);
        let page = String::from_utf8(page).unwrap().replace("\\-", "-");
        for name in sigvet_core::prepare::never_signed() {
            assert!(page.contains(&name), "{name}");
        }
    }

    /// Catches a mistake that is missing in the manual, and text that roff would interpret as a request.
    #[test]
    fn the_manual_of_explain_names_every_mistake() {
        let (_, page) = pages().unwrap().into_iter().find(|(name, _)| name == "sigvet-explain.1").unwrap();
        let page = String::from_utf8(page).unwrap().replace("\\-", "-");
        for mistake in sigvet_diagnose::catalogue::all() {
            assert!(page.contains(&format!("\n\\fB{}\\fR\n", mistake.id)), "{}", mistake.id);
            assert!(!mistake.fix.contains('`'), "{}: a backquote would set the rest in italics", mistake.id);
        }
    }

    /// Catches a group of curl's options that is missing in the manual.
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
