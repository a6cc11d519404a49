//! The header block of the canonical request, and the list of signed headers.

use super::breaks::Breaks;
use super::wire::Wire;

/// Headers that clients leave unsigned, because they may change in transit.
const SELDOM_SIGNED: [&str; 12] = [
    "accept",
    "accept-encoding",
    "authorization",
    "cf-ray",
    "connection",
    "expect",
    "origin",
    "te",
    "transfer-encoding",
    "user-agent",
    "via",
    "x-amzn-trace-id",
];

/// The names of the signed headers, in lowercase, sorted; those in `also` even if they are seldom signed.
pub fn signed_names(seen: &Wire, also: &[String], never: &[String], breaks: &Breaks) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (name, _) in &seen.headers {
        let name = name.to_ascii_lowercase();
        let listed = |list: &[String]| list.contains(&name);
        let wanted = listed(also) || !(SELDOM_SIGNED.contains(&name.as_str()) || listed(never));
        if wanted && !names.contains(&name) {
            names.push(name);
        }
    }
    names.retain(|name| !breaks.all("unsigned").any(|other| other == name));
    if !breaks.has("signed-headers-as-sent") {
        names.sort();
    }
    if let Some(name) = breaks.of("signed-headers-twice") {
        let at = names.iter().position(|other| other == name).unwrap();
        names.insert(at, name.to_owned());
    }
    names
}

/// Writes a line for each signed header.
pub fn block(seen: &Wire, names: &[String], breaks: &Breaks) -> String {
    let mut names = names.to_vec();
    names.dedup();
    match breaks.has("header-as-sent") {
        true => names.sort_by_key(|name| seen.headers.iter().position(|(other, _)| other.eq_ignore_ascii_case(name))),
        false => names.sort(),
    }
    let mut lines: Vec<String> = names.iter().map(|name| line(seen, name, breaks)).collect();
    if breaks.has("header-lines-sorted") {
        lines.sort();
    }
    lines.concat()
}

fn line(seen: &Wire, name: &str, breaks: &Breaks) -> String {
    let of_name = || seen.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
    let values: Vec<String> = of_name().map(|(_, value)| tidy(value, breaks)).collect();
    let name = of_name().next().filter(|_| breaks.has("header-name-case")).map_or(name, |(written, _)| written);
    format!("{name}:{}\n", joined(values, breaks))
}

fn joined(mut values: Vec<String>, breaks: &Breaks) -> String {
    match breaks.of("repeats") {
        Some("comma-space") => values.join(", "),
        Some("first") => values.swap_remove(0),
        Some("last") => values.pop().unwrap(),
        Some("sorted") => {
            values.sort();
            values.join(",")
        }
        _ => values.join(","),
    }
}

fn tidy(value: &str, breaks: &Breaks) -> String {
    let value = if breaks.has("untrimmed") { value } else { value.trim() };
    if breaks.has("spaces-kept") || breaks.has("untrimmed") {
        value.to_owned()
    } else if breaks.has("spaces-once") {
        value.replace("  ", " ")
    } else if breaks.has("spaces-in-quotes-kept") {
        let parts: Vec<String> = value.split('"').enumerate().map(|(at, part)| outside(at, part)).collect();
        parts.join("\"")
    } else {
        value.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Every second part is between quotes.
fn outside(at: usize, part: &str) -> String {
    if at % 2 == 1 {
        return part.to_owned();
    }
    let mut text = part.to_owned();
    while text.contains("  ") {
        text = text.replace("  ", " ");
    }
    text
}
