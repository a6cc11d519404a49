//! Builds HTML: markup comes only from the source code of this program, everything else is escaped.

use crate::cli::screen::{inert, is_treacherous};

/// A piece of a page. Only literals become markup, so no input can.
#[derive(Default)]
pub(in crate::cli) struct Markup(String);

impl Markup {
    /// Appends markup.
    pub(in crate::cli) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Appends text for people, which may also be in a quoted attribute; characters that would change its direction
    /// are spelled out.
    pub(in crate::cli) fn text(&mut self, text: &str) -> &mut Self {
        inert(text).chars().for_each(|character| self.character(character));
        self
    }

    /// Appends the unchanged value of a quoted attribute: line breaks and invisible characters are written as
    /// numeric references.
    pub(in crate::cli) fn value(&mut self, text: &str) -> &mut Self {
        for character in text.chars() {
            match is_treacherous(character) {
                true => self.0.push_str(&format!("&#x{:x};", u32::from(character))),
                false => self.character(character),
            }
        }
        self
    }

    fn character(&mut self, character: char) {
        match character {
            '&' => self.0.push_str("&amp;"),
            '<' => self.0.push_str("&lt;"),
            '>' => self.0.push_str("&gt;"),
            '"' => self.0.push_str("&quot;"),
            '\'' => self.0.push_str("&#39;"),
            character => self.0.push(character),
        }
    }

    /// Appends a number.
    pub(in crate::cli) fn number(&mut self, number: i32) -> &mut Self {
        self.0.push_str(&number.to_string());
        self
    }

    /// Appends text in which parts in backticks become code.
    pub(in crate::cli) fn prose(&mut self, text: &str) -> &mut Self {
        for (at, part) in text.split('`').enumerate() {
            match at % 2 {
                0 => self.text(part),
                _ => self.raw("<code>").text(part).raw("</code>"),
            };
        }
        self
    }

    /// Appends ` name="number"`.
    pub(in crate::cli) fn attribute(&mut self, name: &'static str, number: i32) -> &mut Self {
        self.raw(" ").raw(name).raw("=\"").number(number).raw("\"")
    }

    /// The page.
    pub(in crate::cli) fn finish(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let mut markup = Markup::default();
        markup.raw("<p>").text("<a href=\"x\" title='y'>&amp;").prose("`<b>` c").raw("</p>");
        let expected = "<p>&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;<code>&lt;b&gt;</code> c</p>";
        assert_eq!(markup.finish(), expected);
    }

    /// Catches a value that an HTML parser changes, and one that is displayed in a different order.
    #[test]
    fn a_value_keeps_its_characters_and_text_shows_invisible_ones() {
        let mut markup = Markup::default();
        markup.value("a\r\nb\t\u{202e}\"").text("\u{202e}\x1b");
        assert_eq!(markup.finish(), "a&#xd;&#xa;b&#x9;&#x202e;&quot;\\u{202e}\\u{1b}");
    }
}
