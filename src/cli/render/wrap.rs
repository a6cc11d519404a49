//! Wraps text to a width.

/// Breaks a text into lines of at most that many columns; a longer word gets its own line and stays whole, so that
/// it can be copied. Runs of spaces are kept.
pub fn lines(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        let used = line.chars().count();
        if used > 0 && used + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else {
            if used > 0 {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// The wrapped text, each line indented by `indent` within the width, and with single spaces.
pub fn wrap(text: &str, width: usize, indent: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        return String::new();
    }
    let lines = lines(&words.join(" "), width.saturating_sub(indent.chars().count()));
    lines.iter().map(|line| format!("{indent}{line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_before_the_width() {
        assert_eq!(wrap("one two  three", 9, " "), " one two\n three");
        assert_eq!(wrap("incomprehensible it is", 6, ""), "incomprehensible\nit is");
        assert_eq!(wrap("", 6, "  "), "");
    }
}
