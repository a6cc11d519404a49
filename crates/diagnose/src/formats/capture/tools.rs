//! Exchanges that tools print in their own layout, turned into HTTP messages: OkHttp's log, `mc admin trace -v`,
//! mitmdump; and text as word processors change it.

use sigvet_core::internal::METHODS;

/// Each layout, tried in order.
pub(super) const LAYOUTS: [fn(&str) -> Option<String>; 5] = [okhttp, mc_trace, mitmdump, without_typography, slashes];

/// OkHttp: `--> GET https://… http/1.1`, headers and body, `--> END GET`, `<-- 400 Bad Request https://… (77ms)`, the same again.
fn okhttp(text: &str) -> Option<String> {
    let is_first = |line: &str| METHODS.iter().any(|method| line.contains(&format!("--> {method} http")));
    let first = text.lines().find(|line| is_first(line))?;
    let prefix = first.get(..first.find("--> ")?)?;
    let mut lines =
        text.lines().skip_while(|line| !is_first(line)).map(|line| line.strip_prefix(prefix).unwrap_or(line));
    let mut words = lines.next()?.split(' ').skip(1);
    let mut message = format!("{} {} HTTP/1.1\n", words.next()?, words.next()?);
    for line in lines {
        if line.starts_with("<-- END") || is_first(line) {
            break;
        } else if let Some(status) =
            line.strip_prefix("<-- ").filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
        {
            message.push('\n');
            message.push_str(&format!("HTTP/1.1 {}", status.split(" http").next()?));
        } else if !line.starts_with("--> END") {
            message.push_str(line);
        }
        message.push('\n');
    }
    Some(message)
}

/// `mc admin trace -v`: `HOST [REQUEST s3.PutObject] …`, then after `HOST ` a request line without a version, headers,
/// `<BLOB>` for a body, `[RESPONSE] …`, a status, headers, a body.
fn mc_trace(text: &str) -> Option<String> {
    let first = text.lines().find(|line| line.contains("[REQUEST "))?;
    let prefix = first.split_once("[REQUEST ")?.0;
    let lines = text.lines().skip_while(|line| !line.contains("[REQUEST ")).skip(1);
    let mut lines = lines.map(|line| line.strip_prefix(prefix).unwrap_or(line));
    let mut message = format!("{} HTTP/1.1\n", lines.next()?.trim_end());
    while let Some(line) = lines.next() {
        if line.starts_with("[REQUEST ") {
            break;
        } else if line.starts_with("[RESPONSE]") {
            message.push_str(&format!("\nHTTP/1.1 {}\n", lines.next()?));
        } else if line.starts_with('<') && !line.starts_with("<BLOB>") {
            message.push_str(&format!("\n{line}\n"));
        } else if !line.starts_with("Proto: ") && !line.starts_with("<BLOB>") {
            message.push_str(&format!("{line}\n"));
        }
    }
    Some(message)
}

/// mitmdump: `ADDRESS: POST https://… HTTP/2.0`, indented headers and body, ` << HTTP/2.0 403 Forbidden 192b`, the same again.
fn mitmdump(text: &str) -> Option<String> {
    let is_answer = |line: &str| line.trim_start().starts_with("<< ");
    text.lines().find(|line| is_answer(line))?;
    let start = |line: &str| {
        let at = METHODS.iter().filter_map(|method| line.find(&format!(": {method} http"))).min()?;
        line.get(at + 2..).map(str::to_owned)
    };
    let mut lines = text.lines().skip_while(|line| start(line).is_none());
    let mut first = start(lines.next()?)?;
    if !first.contains(" HTTP/") {
        first.push_str(" HTTP/1.1");
    }
    let mut message = first + "\n";
    for line in lines.take_while(|line| start(line).is_none()) {
        match line.trim_start().strip_prefix("<< ") {
            Some(status) if status.starts_with("HTTP/") => message.push_str(status),
            Some(status) => message.push_str(&format!("\nHTTP/1.1 {status}")),
            None => message.push_str(line.strip_prefix("    ").unwrap_or(line)),
        }
        message.push('\n');
    }
    Some(message)
}

/// Restores the quotes and blanks of keyboards where word processors, chats and pages replaced them.
pub(super) fn without_typography(text: &str) -> Option<String> {
    let plain: String = text.chars().filter_map(in_ascii).collect();
    (plain != text).then_some(plain)
}

fn in_ascii(character: char) -> Option<char> {
    match character {
        '\u{a0}' | '\u{2007}' | '\u{202f}' => Some(' '),
        '\u{201c}' | '\u{201d}' | '\u{201e}' => Some('"'),
        '\u{2018}' | '\u{2019}' => Some('\''),
        '\u{200b}' | '\u{feff}' => None,
        other => Some(other),
    }
}

/// JSON in which each slash is escaped, as PHP writes it.
fn slashes(text: &str) -> Option<String> {
    text.contains(":\\/\\/").then(|| text.replace("\\/", "/").replace("\\u0026", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OKHTTP: &str = "OkHttp: --> GET https://h/k http/1.1\nOkHttp: Host: h\nOkHttp: --> END GET\nOkHttp: <-- 403 Forbidden https://h/k (7ms)\nOkHttp: Date: x\nOkHttp: \nOkHttp: <Error/>\nOkHttp: <-- END HTTP (8-byte body)";
    const MC: &str = "h:9000 [REQUEST s3.PutObject] [12:00] [Client IP: ::1]\nh:9000 PUT /b/k\nh:9000 Proto: HTTP/1.1\nh:9000 Host: h\nh:9000 <BLOB>\nh:9000 [RESPONSE] [12:00] [ Duration 1ms ]\nh:9000 403 Forbidden\nh:9000 Server: MinIO\nh:9000 <Error/>";
    const MITMDUMP: &str = "127.0.0.1:5: POST https://h/k HTTP/2.0\n    content-length: 2\n\n    {}\n\n << HTTP/2.0 403 Forbidden 192b\n    date: x\n\n    <Error/>";

    #[test]
    fn each_layout_becomes_http_messages() {
        for (layout, text, expected) in [
            (
                LAYOUTS[0],
                OKHTTP,
                "GET https://h/k HTTP/1.1\nHost: h\n\n\nHTTP/1.1 403 Forbidden\nDate: x\n\n<Error/>\n",
            ),
            (LAYOUTS[1], MC, "PUT /b/k HTTP/1.1\nHost: h\n\nHTTP/1.1 403 Forbidden\nServer: MinIO\n\n<Error/>\n"),
            (
                LAYOUTS[2],
                MITMDUMP,
                "POST https://h/k HTTP/2.0\ncontent-length: 2\n\n{}\n\nHTTP/2.0 403 Forbidden 192b\ndate: x\n\n<Error/>\n",
            ),
            (LAYOUTS[3], "curl\u{a0}\u{201c}x\u{201d} \u{2018}y\u{2019}\u{200b}", "curl \"x\" 'y'"),
            (LAYOUTS[4], "\"https:\\/\\/h\\/?a\\u0026b\"", "\"https://h/?a&b\""),
        ] {
            assert_eq!(layout(text).as_deref(), Some(expected), "{text}");
        }
        for layout in LAYOUTS {
            assert_eq!(layout("GET /k HTTP/1.1\nHost: h\n\n"), None);
        }
    }
}
