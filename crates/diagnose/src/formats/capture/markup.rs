//! Links in markup, where `&` is written as `&amp;`: in HTML and XML, in Markdown, in the messages of Slack.
//!
//! There the escape belongs to the text around the URL, and whoever follows the link does not see it. Anywhere else it is damage, which stays.

use crate::formats::reply::unescape;

/// The longest link in bytes, and how much of the text before and after it is searched for a tag.
const LONGEST: usize = 16 * 1024;
/// Escapes that end a link, because no URL contains the characters.
const ENDS: [&str; 7] = ["&quot;", "&#34;", "&#x22;", "&lt;", "&gt;", "&apos;", "]]>"];

/// A link in markup.
pub(super) struct Link {
    /// The URL, as a browser reads it.
    pub(super) url: String,
    /// Where it ends in the text.
    pub(super) end: usize,
    /// Whether the text has escapes in it.
    pub(super) is_escaped: bool,
}

/// The link that begins here, if the text around it is markup.
pub(super) fn link_at(text: &str, start: usize) -> Option<Link> {
    let before = last_part(text.get(..start)?);
    let behind = text.get(start..)?;
    let length = length_of_link(before, behind)?;
    let (link, after) = behind.split_at(length);
    let depth = depth(before, first_part(after))?;
    let url = (0..depth).fold(link.to_owned(), |url, _| unescape(&url));
    let is_escaped = url != link;
    Some(Link { url, end: start + length, is_escaped })
}

/// The length of the link up to a character that no URL has, if there is one.
fn length_of_link(before: &str, behind: &str) -> Option<usize> {
    let is_markdown = before.ends_with("](");
    let is_end = |c: char| c.is_whitespace() || "\"'<>`\\|".contains(c) || is_markdown && c == ')';
    let end = behind.char_indices().take_while(|(at, _)| *at <= LONGEST).find(|(_, c)| is_end(*c))?.0;
    let link = behind.get(..end)?;
    Some(ENDS.iter().filter_map(|escape| link.find(escape)).min().unwrap_or(end))
}

/// How often a link is escaped: once in markup, twice in markup that is a value in other markup, such as the HTML of a feed.
fn depth(before: &str, after: &str) -> Option<usize> {
    let is_of_chat = before.ends_with('<') && after.starts_with(['|', '>']);
    let is_markdown = before.ends_with("](") && after.starts_with(')');
    if before.contains("&lt;") && is_in_markup(&unescape(before), &unescape(after)) {
        return Some(2);
    }
    (is_of_chat || is_markdown || is_in_markup(before, after)).then_some(1)
}

/// Whether a link between these texts is the value of an attribute, or in the content of an element.
fn is_in_markup(before: &str, after: &str) -> bool {
    let Some((_, tag)) = before.rsplit_once('<') else { return false };
    let is_opening = tag.starts_with(|c: char| c.is_ascii_alphabetic());
    if !tag.contains('>') {
        return is_opening && tag.contains('=');
    }
    let Some((_, next)) = after.split_once('<') else { return false };
    let is_tag = |text: &str| text.trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic());
    (is_opening || next.starts_with('/')) && is_tag(tag) && is_tag(next)
}

fn last_part(text: &str) -> &str {
    let start = text.len().saturating_sub(LONGEST);
    let start = (start..=text.len()).find(|at| text.is_char_boundary(*at));
    start.and_then(|start| text.get(start..)).unwrap_or_default()
}

fn first_part(text: &str) -> &str {
    let end = (0..=text.len().min(LONGEST)).rev().find(|at| text.is_char_boundary(*at));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "https://h.example/k?a=b&X-Amz-Signature=0a";

    /// The link in a text, found where its URL begins.
    fn link(text: &str) -> Option<String> {
        link_at(text, text.find("http").unwrap()).map(|link| link.url)
    }

    #[test]
    fn a_link_in_markup_is_read_as_a_browser_reads_it() {
        let once = PLAIN.replace('&', "&amp;");
        let twice = once.replace('&', "&amp;");
        for text in [
            format!("<url><loc>{once}</loc></url>"),
            format!("<url><loc>\n  {once}\n</loc></url>"),
            format!("<property name=\"u\" value='{once}'/>"),
            format!("<img srcset=\"{once} 1x, /other 2x\">"),
            format!("<p>see {} or ask</p>", PLAIN.replace('&', "&#38;")),
            format!("<p>see {} or ask</p>", PLAIN.replace('&', "&#x26;")),
            format!("1,\"<a href=\"\"{once}\"\">x</a>\""),
            format!("{{\"m\":\"<a href=\\\"{once}\\\">x</a>\"}}"),
            format!("see <{once}|the file> please"),
            format!("see <{once}>"),
            format!("see [the file]({once}) please"),
            format!("<item>&lt;a href=&quot;{twice}&quot;&gt;x&lt;/a&gt;</item>"),
            format!("<item>&lt;a href=\"{twice}\"&gt;x&lt;/a&gt;</item>"),
            format!("<item>&lt;p&gt;see &lt;a href=\"{twice}\"&gt;x&lt;/a&gt; please&lt;/p&gt;</item>"),
            format!("<item><![CDATA[<a href=\"{once}\">x</a>]]></item>"),
        ] {
            assert_eq!(link(&text).as_deref(), Some(PLAIN), "{text}");
        }
    }

    #[test]
    fn an_escape_outside_of_markup_is_damage() {
        let once = PLAIN.replace('&', "&amp;");
        for text in [
            once.clone(),
            format!("see {once} please"),
            format!("\"{once}\"\n"),
            format!("url = {once}\n<Error><Code>AccessDenied</Code></Error>\n"),
            format!("if a < b then {once} ends"),
            format!("<Error>x</Error>\n{once}\n<Error>y</Error>\n"),
            format!("<a><![CDATA[{once}]]></a>"),
        ] {
            assert_eq!(link(&text), None, "{text}");
        }
    }
}
