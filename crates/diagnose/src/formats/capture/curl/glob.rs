//! curl's patterns in URLs: `{one,two}`, `[1-10]`, `[001-100:2]`, `[a-z]`. One URL may stand for many requests.

/// A piece of a URL.
#[derive(Debug, PartialEq, Eq)]
enum Pattern {
    /// One of these texts; a piece without a pattern has one text.
    Set(Vec<String>),
    /// One of these numbers, padded with zeros to a width.
    Numbers { first: u64, count: u64, step: u64, width: usize },
    /// One of these letters.
    Letters(Vec<char>),
}

/// The first URLs that a word stands for, in curl's order; none if curl refuses the pattern.
pub(super) fn expand(text: &str, most: usize) -> Option<Vec<String>> {
    let patterns = parse(text)?;
    let total = patterns.iter().fold(1_u64, |total, pattern| total.saturating_mul(pattern.count()));
    let wanted = total.min(u64::try_from(most).unwrap_or(u64::MAX));
    Some((0..wanted).map(|number| written(&patterns, number)).collect())
}

/// The URL with this number: the last pattern changes fastest.
fn written(patterns: &[Pattern], mut number: u64) -> String {
    let mut pieces: Vec<String> = Vec::with_capacity(patterns.len());
    for pattern in patterns.iter().rev() {
        let count = pattern.count().max(1);
        pieces.push(pattern.text(number % count));
        number /= count;
    }
    pieces.reverse();
    pieces.concat()
}

impl Pattern {
    fn count(&self) -> u64 {
        match self {
            Self::Set(texts) => texts.len() as u64,
            Self::Numbers { count, .. } => *count,
            Self::Letters(letters) => letters.len() as u64,
        }
    }

    fn text(&self, number: u64) -> String {
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        match self {
            Self::Set(texts) => texts.get(at).cloned().unwrap_or_default(),
            Self::Numbers { first, step, width, .. } => {
                let value = first.saturating_add(number.saturating_mul(*step));
                format!("{value:0width$}", width = *width)
            }
            Self::Letters(letters) => letters.get(at).map(char::to_string).unwrap_or_default(),
        }
    }
}

fn parse(text: &str) -> Option<Vec<Pattern>> {
    let mut patterns = Vec::new();
    let mut fixed = String::new();
    let mut rest = text;
    loop {
        if let Some((literal, behind)) = literal_brackets(rest) {
            fixed.push_str(literal);
            rest = behind;
            continue;
        }
        let mut characters = rest.chars();
        let Some(first) = characters.next() else { break };
        rest = characters.as_str();
        match first {
            '{' | '[' => {
                patterns.push(Pattern::Set(vec![std::mem::take(&mut fixed)]));
                let (pattern, behind) = if first == '{' { set(rest)? } else { range(rest)? };
                patterns.push(pattern);
                rest = behind;
            }
            '}' | ']' => return None,
            '\\' if rest.starts_with(['{', '[', '}', ']']) => {
                fixed.extend(characters.next());
                rest = characters.as_str();
            }
            other => fixed.push(other),
        }
    }
    patterns.push(Pattern::Set(vec![fixed]));
    Some(patterns)
}

/// `[]`, and an IPv6 address, which are not patterns.
fn literal_brackets(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix('[')?;
    let (inside, _) = inside.split_once(']')?;
    let is_address = inside.matches(':').count() >= 2
        && inside.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, ':' | '.' | '%'));
    (inside.is_empty() || is_address).then(|| text.split_at_checked(inside.len() + 2)).flatten()
}

/// The texts between `{` and `}`.
fn set(text: &str) -> Option<(Pattern, &str)> {
    let mut texts = vec![String::new()];
    let mut characters = text.chars();
    loop {
        let character = characters.next()?;
        match character {
            '}' if texts == [""] => return None,
            '}' => return Some((Pattern::Set(texts), characters.as_str())),
            '{' | '[' | ']' => return None,
            ',' => texts.push(String::new()),
            '\\' => texts.last_mut()?.push(characters.next()?),
            other => texts.last_mut()?.push(other),
        }
    }
}

/// The content between `[` and `]`.
fn range(text: &str) -> Option<(Pattern, &str)> {
    let (inside, behind) = text.split_once(']')?;
    let (ends, step) = match inside.split_once(':') {
        Some((ends, step)) => (ends, step.parse::<u64>().ok().filter(|&step| step > 0)?),
        None => (inside, 1),
    };
    let (first, last) = ends.split_once('-')?;
    let pattern = letters(first, last, step).or_else(|| numbers(first, last.trim_start_matches(' '), step))?;
    Some((pattern, behind))
}

fn letters(first: &str, last: &str, step: u64) -> Option<Pattern> {
    let only = |text: &str| {
        let mut characters = text.chars();
        characters.next().filter(|c| c.is_ascii_alphabetic() && characters.next().is_none())
    };
    let (first, last, step) = (only(first)?, only(last)?, usize::try_from(step).ok()?);
    let letters: Vec<char> = (first..=last).step_by(step).collect();
    (!letters.is_empty() && (first..=last).count() <= 26).then_some(Pattern::Letters(letters))
}

fn numbers(first: &str, last: &str, step: u64) -> Option<Pattern> {
    let width = if first.starts_with('0') { first.len() } else { 0 };
    let (first, last) = (first.parse::<u64>().ok()?, last.parse::<u64>().ok()?);
    let count = last.checked_sub(first)?.checked_div(step)?.checked_add(1)?;
    // No number of curl's has more digits.
    (width <= 64).then_some(Pattern::Numbers { first, count, step, width })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What curl 7.88 requested from a listener.
    #[test]
    fn a_pattern_stands_for_the_urls_that_curl_makes_from_it() {
        for (text, expected) in [
            ("h/{a,b}[1-2]", Some(vec!["h/a1", "h/a2", "h/b1", "h/b2"])),
            ("h/[08-10]", Some(vec!["h/08", "h/09", "h/10"])),
            ("h/[1-5:2]", Some(vec!["h/1", "h/3", "h/5"])),
            ("h/[a-c]", Some(vec!["h/a", "h/b", "h/c"])),
            ("h/a\\{b\\}", Some(vec!["h/a{b}"])),
            ("h/[]?a[]=1", Some(vec!["h/[]?a[]=1"])),
            ("http://[::1]:80/", Some(vec!["http://[::1]:80/"])),
            ("h/{,a}", Some(vec!["h/", "h/a"])),
            ("", Some(vec![""])),
            ("h/}", None),
            ("h/{a", None),
            ("h/{}", None),
            ("h/[x]", None),
            ("h/{a{b}}", None),
            ("h/[2-1]", None),
            ("h/[1-2:0]", None),
            ("h/{é,ü}\\", Some(vec!["h/é\\", "h/ü\\"])),
        ] {
            let expected = expected.map(|urls| urls.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(expand(text, 100), expected, "{text}");
        }
    }

    #[test]
    fn no_more_urls_are_made_than_requested() {
        let many = "[0-18446744073709551614]".repeat(4);
        assert_eq!(expand(&many, 2).unwrap(), ["0000", "0001"]);
        assert_eq!(expand("{a,b}", 0), Some(Vec::new()));
    }
}
