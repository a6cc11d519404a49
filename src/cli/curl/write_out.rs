//! curl's `-w`, `--write-out FORMAT`: prints information about a transfer after it has ended.
//!
//! The format is parsed before anything is sent, so that unsupported formats are refused in time. The information
//! is passed in as [`Facts`]; nothing is measured here.

use std::io::{self, Read, Write};

use super::facts::{Facts, VARIABLES, Value, quoted};
use crate::cli::failure::Failure;
use crate::cli::options::value::read_settings;
use crate::cli::screen::inert_json;
use crate::files::SETTINGS_LIMIT;
use sigvet_core::request::Headers;

/// A parsed format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteOut(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Vec<u8>),
    /// The index in [`VARIABLES`].
    Variable(usize),
    /// `%header{name}`.
    Header(String),
    Json,
    HeaderJson,
    /// Print the rest only if the transfer failed.
    OnError,
    /// Print the rest to standard output.
    Stdout,
    /// Print the rest to standard error.
    Stderr,
    /// A name that curl does not know either.
    Unknown(String),
}

/// Directives that only newer versions of curl support, with what to do instead.
const NOT_TAKEN: [(&str, &str); 2] = [
    ("%output{", "%{stdout} and %{stderr} choose where it is written, and the shell where these lead"),
    ("%time{", "'date' prints the time"),
];

impl WriteOut {
    /// Reads the option's value: a format, `@FILE`, or `@-` for standard input. Line breaks in a file are ignored.
    ///
    /// # Errors
    /// The file cannot be read, or has an unsupported directive.
    pub fn read(value: &str, stdin: &mut dyn Read) -> Result<Self, Failure> {
        let Some(name) = value.strip_prefix('@') else { return Self::parse(value) };
        let mut format = read_settings(name, SETTINGS_LIMIT, stdin)?;
        format.retain(|byte| !matches!(byte, b'\r' | b'\n'));
        Self::parse_bytes(&format)
    }

    /// Parses a format.
    ///
    /// # Errors
    /// `%output{…}` and `%time{…}` are not supported.
    pub fn parse(format: &str) -> Result<Self, Failure> {
        Self::parse_bytes(format.as_bytes())
    }

    fn parse_bytes(format: &[u8]) -> Result<Self, Failure> {
        let mut pieces = Vec::new();
        let mut text = Vec::new();
        let mut rest = format;
        while let Some(&first) = rest.first() {
            let (piece, length) = match (first, rest.get(1)) {
                (b'%', Some(_)) => directive(rest)?,
                (b'\\', Some(_)) => escape(rest),
                _ => (Piece::Text(vec![first]), 1),
            };
            rest = &rest[length..];
            match piece {
                Piece::Text(more) => text.extend(more),
                piece => {
                    flush(&mut text, &mut pieces);
                    pieces.push(piece);
                }
            }
        }
        flush(&mut text, &mut pieces);
        Ok(Self(pieces))
    }

    /// Writes the line. An unknown variable causes a warning on `err`, as with curl.
    ///
    /// # Errors
    /// `out` or `err` cannot be written to.
    pub fn render(&self, facts: &Facts, out: &mut dyn Write, err: &mut dyn Write) -> io::Result<()> {
        let mut to_stderr = false;
        for piece in &self.0 {
            let sink: &mut dyn Write = if to_stderr { err } else { out };
            match piece {
                Piece::Text(text) => sink.write_all(text)?,
                Piece::Variable(place) => {
                    let value: Value = (VARIABLES[*place].value)(facts);
                    sink.write_all(value.to_text().as_bytes())?;
                }
                Piece::Header(name) => sink.write_all(facts.headers.first(name).unwrap_or_default())?,
                Piece::Json => sink.write_all(inert_json(&all_as_json(facts)).as_bytes())?,
                Piece::HeaderJson => sink.write_all(inert_json(&headers_as_json(&facts.headers)).as_bytes())?,
                Piece::OnError if facts.exit_code == 0 => break,
                Piece::OnError => {}
                Piece::Stdout => to_stderr = false,
                Piece::Stderr => to_stderr = true,
                Piece::Unknown(name) => writeln!(err, "warning: unknown --write-out variable: '{name}'")?,
            }
        }
        Ok(())
    }
}

fn flush(text: &mut Vec<u8>, pieces: &mut Vec<Piece>) {
    if !text.is_empty() {
        pieces.push(Piece::Text(std::mem::take(text)));
    }
}

/// The directive after a `%`, and its length.
fn directive(rest: &[u8]) -> Result<(Piece, usize), Failure> {
    for (start, hint) in NOT_TAKEN {
        if rest.starts_with(start.as_bytes()) {
            return Err(Failure::usage(format!("--write-out does not take {start}…}}")).hint(hint));
        }
    }
    if let Some((name, length)) = braced(rest, b"%header{") {
        return Ok((Piece::Header(name), length));
    }
    if let Some((name, length)) = braced(rest, b"%{") {
        return Ok((named(name), length));
    }
    Ok(match rest {
        [b'%', b'%', ..] => (Piece::Text(b"%".to_vec()), 2),
        _ => (Piece::Text(rest[..2].to_vec()), 2),
    })
}

/// The name between `opening` and the next `}`.
fn braced(rest: &[u8], opening: &[u8]) -> Option<(String, usize)> {
    let inside = rest.strip_prefix(opening)?;
    let end = inside.iter().position(|&byte| byte == b'}')?;
    Some((String::from_utf8_lossy(&inside[..end]).into_owned(), opening.len() + end + 1))
}

fn named(name: String) -> Piece {
    match name.to_ascii_lowercase().as_str() {
        "json" => Piece::Json,
        "header_json" => Piece::HeaderJson,
        "onerror" => Piece::OnError,
        "stdout" => Piece::Stdout,
        "stderr" => Piece::Stderr,
        lower => match VARIABLES.iter().position(|variable| variable.name == lower) {
            Some(place) => Piece::Variable(place),
            None => Piece::Unknown(name),
        },
    }
}

fn escape(rest: &[u8]) -> (Piece, usize) {
    let text = match rest[1] {
        b'n' => b"\n".to_vec(),
        b'r' => b"\r".to_vec(),
        b't' => b"\t".to_vec(),
        _ => rest[..2].to_vec(),
    };
    (Piece::Text(text), 2)
}

/// Every variable on one line, and at the end the version of sigvet.
fn all_as_json(facts: &Facts) -> String {
    let mut json = String::from("{");
    for variable in &VARIABLES {
        json.push_str(&format!("\"{}\":{},", variable.name, (variable.value)(facts).to_json()));
    }
    json.push_str(concat!("\"sigvet_version\":\"", env!("CARGO_PKG_VERSION"), "\"}"));
    json
}

/// One field per line with its values as an array; names are in lower case, in the order received.
fn headers_as_json(headers: &Headers) -> String {
    let mut names: Vec<String> = Vec::new();
    for name in headers.iter().map(|header| header.name.to_ascii_lowercase()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let lines: Vec<String> =
        names.iter().map(|name| format!("{}:[{}]", quoted(name), values_as_json(headers, name))).collect();
    format!("{{{}\n}}", lines.join(",\n"))
}

fn values_as_json(headers: &Headers, name: &str) -> String {
    let values: Vec<String> = headers.values(name).map(|value| quoted(&String::from_utf8_lossy(value))).collect();
    values.join(",")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::cli::failure::Exit;

    /// A transfer from a local server, as curl 7.88 saw it.
    fn facts() -> Facts {
        Facts {
            method: "GET".to_owned(),
            url: "http://127.0.0.1:18999/ok".to_owned(),
            url_effective: "http://127.0.0.1:18999/ok".to_owned(),
            connects: 1,
            http_version: Some("1.1".to_owned()),
            status: 200,
            headers: Headers::from_pairs([
                ("content-type", "text/plain; charset=utf-8"),
                ("x-two", "one"),
                ("x-two", "two \"q\"\\"),
                ("etag", "\"abc\""),
                ("x-l", "caf\ttab"),
                ("content-length", "5"),
            ])
            .unwrap(),
            size_download: 5,
            size_header: 140,
            size_request: 81,
            time_namelookup: Duration::from_micros(22),
            time_connect: Duration::from_micros(160),
            time_pretransfer: Duration::from_micros(197),
            time_starttransfer: Duration::from_micros(1_332),
            time_total: Duration::from_micros(1_392),
            remote: "127.0.0.1:18999".parse().ok(),
            local: "127.0.0.1:58392".parse().ok(),
            scheme: Some("http".to_owned()),
            filename_effective: Some("/dev/null".to_owned()),
            ..Facts::default()
        }
    }

    /// A connection that was refused.
    fn refused() -> Facts {
        Facts {
            exit_code: 7,
            error_message: Some("Failed to connect".to_owned()),
            method: "GET".to_owned(),
            url: "http://127.0.0.1:1/".to_owned(),
            url_effective: "http://127.0.0.1:1/".to_owned(),
            filename_effective: Some("/dev/null".to_owned()),
            time_namelookup: Duration::from_micros(25),
            time_total: Duration::from_micros(179),
            ..Facts::default()
        }
    }

    fn rendered(format: &str, facts: &Facts) -> (String, String) {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        WriteOut::parse(format).unwrap().render(facts, &mut out, &mut err).unwrap();
        (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    /// The right column is what curl 7.88 wrote.
    #[test]
    fn lines_match_those_of_curl() {
        for (format, expected) in [
            (r"A%%B %{http_code}|%{HTTP_CODE}\t|\q|\\n|%q|%|%{open", "A%B 200|200\t|\\q|\\\\n|%q|%|%{open"),
            ("a%", "a%"),
            ("a\\", "a\\"),
            ("%header{etag}|%header{X-TWO}|%header{none}|%header{open", "\"abc\"|one||%header{open"),
            ("%{num_redirects}|%{num_headers}|%{time_redirect}|%{redirect_url}", "0|6|0.000000|"),
            ("%{size_request} %{size_header} %{speed_download} %{time_total}", "81 140 3591 0.001392"),
            ("%{remote_ip} %{remote_port} %{local_ip} %{local_port} %{scheme}", "127.0.0.1 18999 127.0.0.1 58392 HTTP"),
            ("%{onerror}%{errormsg}", ""),
        ] {
            assert_eq!(rendered(format, &facts()), (expected.to_owned(), String::new()), "{format}");
        }
    }

    #[test]
    fn unmeasured_values_are_printed_as_by_curl() {
        let format = "[%{http_code}|%{http_version}|%{content_type}|%{method}|%{scheme}|%{remote_ip}|%{remote_port}|\
            %{time_connect}|%{http_connect}|%{onerror}%{errormsg}|%{exitcode}|%{referer}|%{num_retries}]";
        let expected = "[000|0||GET|||0|0.000000|000|Failed to connect|7||0]";
        assert_eq!(rendered(format, &refused()), (expected.to_owned(), String::new()));
    }

    #[test]
    fn output_switches_and_unknown_names_cause_a_warning() {
        let (out, err) = rendered("a%{stderr}b\\n%{nope}c%{stdout}d%{}", &facts());
        assert_eq!(out, "ad");
        let (nope, empty) = ("unknown --write-out variable: 'nope'", "unknown --write-out variable: ''");
        assert_eq!(err, format!("b\nwarning: {nope}\ncwarning: {empty}\n"));
    }

    /// The output of curl 7.88, plus `num_retries` of newer versions; other newer keys are in between, and our
    /// version is at the end.
    #[test]
    fn json_has_the_keys_and_the_format_of_curl() {
        const EXPECTED: &str = r#"{"certs":"","content_type":null,"errormsg":"Failed to connect","exitcode":7,"filename_effective":"/dev/null","ftp_entry_path":null,"http_code":0,"http_connect":0,"http_version":"0","local_ip":"","local_port":0,"method":"GET","num_certs":0,"num_connects":0,"num_headers":0,"num_redirects":0,"num_retries":0,"proxy_ssl_verify_result":0,"redirect_url":null,"referer":null,"remote_ip":"","remote_port":0,"response_code":0,"scheme":null,"size_download":0,"size_header":0,"size_request":0,"size_upload":0,"speed_download":0,"speed_upload":0,"ssl_verify_result":0,"time_appconnect":0.000000,"time_connect":0.000000,"time_namelookup":0.000025,"time_pretransfer":0.000000,"time_redirect":0.000000,"time_starttransfer":0.000000,"time_total":0.000179,"url":"http://127.0.0.1:1/","url_effective":"http://127.0.0.1:1/","urlnum":0"#;
        let (out, _) = rendered("%{json}", &refused());
        let pairs = EXPECTED.trim_matches(['{', ',']).split(",\"");
        for pair in pairs.map(|pair| pair.trim_start_matches('"')) {
            assert!(out.contains(&format!("\"{pair},")), "{pair}: {out}");
        }
        assert!(out.ends_with(&format!("\"sigvet_version\":\"{}\"}}", env!("CARGO_PKG_VERSION"))), "{out}");
        assert!(serde_json::from_str::<serde_json::Value>(&rendered("%{json}", &facts()).0).is_ok());
        assert!(VARIABLES.is_sorted_by_key(|variable| variable.name));
    }

    /// According to the manual of curl 8.16; 7.88 supports none of them.
    #[test]
    fn newer_variables_are_supported() {
        let facts = Facts {
            url: "https://h.example/a?b=c".to_owned(),
            url_effective: "http://[::1]:8/".to_owned(),
            transfer: 2,
            connections_before: 3,
            proxy_used: true,
            ..facts()
        };
        for (format, expected) in [
            (
                "%{url.scheme} %{url.host} %{url.port} %{url.path} %{url.query}|%{url.fragment}",
                "https h.example 443 /a b=c|",
            ),
            ("%{urle.scheme} %{urle.host} %{urle.port} %{urle.path}|%{urle.query}|%{urle.user}", "http [::1] 8 /||"),
            ("%{xfer_id} %{conn_id} %{urlnum} %{proxy_used} %{tls_earlydata} %{size_delivered}", "2 3 2 1 0 5"),
        ] {
            assert_eq!(rendered(format, &facts).0, expected, "{format}");
        }
    }

    #[test]
    fn header_json_groups_the_values_of_a_name() {
        const EXPECTED: &str = "{\"content-type\":[\"text/plain; charset=utf-8\"],\n\
            \"x-two\":[\"one\",\"two \\\"q\\\"\\\\\"],\n\"etag\":[\"\\\"abc\\\"\"],\n\"x-l\":[\"caf\\ttab\"],\n\
            \"content-length\":[\"5\"]\n}";
        assert_eq!(rendered("%{header_json}", &facts()).0, EXPECTED);
        assert_eq!(rendered("%{header_json}", &refused()).0, "{\n}");
    }

    #[test]
    fn a_format_may_be_in_a_file_whose_line_breaks_are_ignored() {
        let mut stdin = "a\r\nb%{http_code}\n\nc\\n".as_bytes();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        WriteOut::read("@-", &mut stdin).unwrap().render(&facts(), &mut out, &mut err).unwrap();
        assert_eq!(out, b"ab200c\n");
        assert_eq!(WriteOut::read("@/nowhere/format", &mut stdin).unwrap_err().exit, Exit::CannotRead);
    }

    #[test]
    fn file_and_time_directives_are_refused_before_anything_is_sent() {
        for format in ["%output{x}%{http_code}", "%{json} %time{%Y}"] {
            assert_eq!(WriteOut::parse(format).unwrap_err().exit, Exit::Usage, "{format}");
        }
        assert_eq!(rendered("%%output{x}", &facts()).0, "%output{x}");
    }

    #[test]
    fn a_status_keeps_three_digits_and_seconds_their_whole_part() {
        let facts = Facts { status: 7, time_total: Duration::from_millis(61_500), ..Facts::default() };
        assert_eq!(rendered("%{http_code} %{time_total} %{speed_upload}", &facts).0, "007 61.500000 0");
    }
}
