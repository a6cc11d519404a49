//! Running text in lines of a width.

/// The text in lines of at most `width` columns, each begun with `indent`. A word that is longer stands on its own line.
pub fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length <= width {
            out.push(' ');
            column += 1 + length;
        } else {
            if column > 0 {
                out.push('\n');
            }
            out.push_str(indent);
            column = indent.chars().count() + length;
        }
        out.push_str(word);
    }
    out
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
