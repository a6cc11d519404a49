//! Finds names with values in a line: `NAME=VALUE`, `NAME: VALUE`, `"NAME": "VALUE"`, and what each name means.

/// The meaning of a setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Password,
    User,
    Host,
    Address,
    Port,
    Url,
}

/// The endings of the names of settings. A longer ending precedes a shorter one.
const ENDINGS: [(&str, Part); 26] = [
    ("password", Part::Password),
    ("passwd", Part::Password),
    ("pass", Part::Password),
    ("pwd", Part::Password),
    ("auth_token", Part::Password),
    ("token", Part::Password),
    ("secret", Part::Password),
    ("auth", Part::Password),
    ("user id", Part::User),
    ("user_name", Part::User),
    ("username", Part::User),
    ("user", Part::User),
    ("uid", Part::User),
    ("login", Part::User),
    ("hostname", Part::Host),
    ("hostaddr", Part::Address),
    ("host", Part::Host),
    ("server", Part::Host),
    ("address", Part::Host),
    ("addr", Part::Host),
    ("endpoint", Part::Host),
    ("tcp_port", Part::Port),
    ("port", Part::Port),
    ("jdbc_url", Part::Url),
    ("url", Part::Url),
    ("uri", Part::Url),
];

/// A name of two words, in connection strings of ADO.NET.
const USER_ID: &str = "user id";

/// The maximum length of a value, in bytes. Nothing longer is a host, a user or a URL with them; in `a=a=a=...`, each
/// value would contain all that follow.
const LONGEST: usize = 1024;

/// A name with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair<'t> {
    pub(super) name: &'t str,
    pub(super) value: &'t str,
    /// The braces around it: how many open before it, and how many close before it.
    braces: (usize, usize),
}

impl Pair<'_> {
    /// Whether both pairs are in the same braces, or nothing shows that they are not.
    pub(super) fn is_beside(&self, other: &Self) -> bool {
        self.braces == other.braces
    }
}

/// Splits a name into its prefix, in lower case, and its meaning: `PGHOST` into `pg` and the host.
pub(super) fn split_name(name: &str) -> Option<(String, Part)> {
    let name = name.to_ascii_lowercase();
    let (ending, part) = ENDINGS.into_iter().find(|(ending, _)| name.ends_with(ending))?;
    let prefix = name.strip_suffix(ending)?.trim_end_matches(['_', '.', '-', ' ']);
    Some((prefix.to_owned(), part))
}

/// The names and values in lines. A list of names and values, as for a container (`name: PGUSER`, `value: app`), is
/// read as settings with those names.
pub(super) fn in_lines(lines: &[String]) -> Vec<Pair<'_>> {
    let mut all: Vec<Pair<'_>> = Vec::new();
    let mut before = (0, 0);
    for line in lines {
        for mut pair in in_line(line) {
            pair.braces = (pair.braces.0 + before.0, pair.braces.1 + before.1);
            all.push(pair);
        }
        before = (before.0 + line.matches('{').count(), before.1 + line.matches('}').count());
    }
    joined(all)
}

fn joined(all: Vec<Pair<'_>>) -> Vec<Pair<'_>> {
    let is_named = |pair: &Pair<'_>, names: &[&str]| names.iter().any(|name| pair.name.eq_ignore_ascii_case(name));
    let mut joined: Vec<Pair<'_>> = Vec::new();
    for pair in all {
        match joined.last_mut() {
            Some(last) if is_named(&pair, &["value"]) && is_named(last, &["name", "key"]) => {
                // The items of a list are one block.
                *last = Pair { name: last.value, value: pair.value, braces: (usize::MAX, usize::MAX) };
            }
            _ => joined.push(pair),
        }
    }
    joined
}

/// The names and values in a line.
pub(super) fn in_line(line: &str) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    let (mut braces, mut ends) = ((0, 0), Ends::new(line));
    for (at, character) in line.char_indices() {
        match character {
            '{' => braces.0 += 1,
            '}' => braces.1 += 1,
            '=' | ':' => pairs.extend(pair(line, at, &mut ends).map(|(name, value)| Pair { name, value, braces })),
            _ => {}
        }
    }
    pairs
}

const QUOTES: [char; 3] = ['"', '\'', '`'];

fn is_quote(c: char) -> bool {
    QUOTES.contains(&c)
}

/// The name before the sign at `at`, and the value behind it.
fn pair<'t>(line: &'t str, at: usize, ends: &mut Ends<'t>) -> Option<(&'t str, &'t str)> {
    let (before, behind) = (line.get(..at)?, line.get(at + 1..)?);
    // The colon in `host:5432` does not separate a name from a value.
    let is_colon = line.get(at..)?.starts_with(':');
    if is_colon && !behind.is_empty() && !behind.starts_with(|c: char| c.is_whitespace() || is_quote(c)) {
        return None;
    }
    let before = before.trim_end().trim_end_matches(is_quote);
    let is_between = |c: char| c.is_whitespace() || is_quote(c) || ",;{}()[]<>&?:=".contains(c);
    let name = before.rsplit(is_between).next().filter(|name| !name.is_empty())?;
    let user_id = before.len().checked_sub(USER_ID.len()).and_then(|start| before.get(start..));
    let name = if user_id.is_some_and(|text| text.eq_ignore_ascii_case(USER_ID)) { USER_ID } else { name };
    let behind = behind.trim_start();
    let quote = QUOTES.iter().position(|quote| behind.starts_with(*quote));
    let start = line.len() - behind.len() + usize::from(quote.is_some());
    let value = line.get(start..ends.of_value(start, quote))?;
    (1..=LONGEST).contains(&value.len()).then_some((name, value))
}

/// Where the values of a line end: at the next quote of a kind, or where a word ends. Each is searched for once, because
/// many values may end at the same place.
struct Ends<'t> {
    line: &'t str,
    /// The last ends found: of quotes, in the order of [`QUOTES`], and of words.
    found: [Option<usize>; QUOTES.len() + 1],
}

impl<'t> Ends<'t> {
    fn new(line: &'t str) -> Self {
        Self { line, found: [None; QUOTES.len() + 1] }
    }

    /// The end of a value that begins at `start`, which never decreases from call to call.
    fn of_value(&mut self, start: usize, quote: Option<usize>) -> usize {
        let is_end = |c: char| match quote {
            Some(quote) => QUOTES.get(quote) == Some(&c),
            None => c.is_whitespace() || is_quote(c) || ",;{}()[]<>&".contains(c),
        };
        let Some(known) = self.found.get_mut(quote.unwrap_or(QUOTES.len())) else { return start };
        if let Some(end) = known.filter(|end| *end >= start) {
            return end;
        }
        let behind = self.line.get(start..).unwrap_or_default();
        let end = start + behind.find(is_end).unwrap_or(behind.len());
        *known = Some(end);
        end
    }
}
