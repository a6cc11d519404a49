//! What the options of one section of a command say about its requests. Files are recorded by the option that names
//! them.

use super::data::Piece;
use crate::formats::capture::shell::EXPANDED;
use crate::formats::note::Note;

/// Replaces an unknown part of a value.
pub(super) const HIDDEN: &str = "…";

/// One section of a command line: its URLs, and the options that apply to them.
#[derive(Default)]
pub(super) struct Section {
    pub(super) urls: Vec<UrlWord>,
    pub(super) uploads: Vec<String>,
    pub(super) method: Option<String>,
    pub(super) request_target: Option<String>,
    pub(super) headers: Vec<String>,
    pub(super) data: Vec<Piece>,
    pub(super) query: Vec<Piece>,
    pub(super) form: Vec<FormField>,
    pub(super) is_json: bool,
    pub(super) agent: Option<String>,
    pub(super) referer: Option<String>,
    pub(super) cookies: Vec<String>,
    pub(super) range: Option<String>,
    pub(super) bearer: Option<String>,
    pub(super) time_condition: Option<String>,
    pub(super) is_head: bool,
    pub(super) is_get: bool,
    pub(super) is_path_as_is: bool,
    pub(super) is_glob_off: bool,
    pub(super) is_compressed: bool,
    pub(super) wants_transfer_encoding: bool,
    /// Whether a config file, which was not opened, may say more.
    pub(super) has_config: bool,
    pub(super) notes: Vec<Note>,
}

/// A word that is a URL, unless it is the value of an option that curl does not have.
pub(super) struct UrlWord {
    pub(super) text: String,
    pub(super) may_be_value: bool,
}

/// A `-F`, or a `--form-string`, whose value is literal.
pub(super) struct FormField {
    pub(super) text: String,
    pub(super) is_literal: bool,
}

/// The text with a mark wherever the shell would have inserted something unknown.
pub(super) fn hidden(text: String) -> String {
    if text.contains(EXPANDED) { text.replace(EXPANDED, HIDDEN) } else { text }
}

impl Section {
    /// Applies a flag, or its opposite.
    pub(super) fn set_flag(&mut self, name: &'static str, is_on: bool) {
        match name {
            "head" => self.is_head = is_on,
            "get" => self.is_get = is_on,
            "path-as-is" => self.is_path_as_is = is_on,
            "globoff" => self.is_glob_off = is_on,
            "compressed" => self.is_compressed = is_on,
            "tr-encoding" => self.wants_transfer_encoding = is_on,
            "netrc" | "netrc-optional" if is_on => self.note(Note::KeysInCommand),
            _ => {}
        }
    }

    /// Applies an option with its value.
    pub(super) fn set(&mut self, name: &'static str, value: String) {
        let is_open = value.contains(EXPANDED) && !value.starts_with('@');
        let value = hidden(value);
        match name {
            "data" | "data-ascii" | "data-raw" | "data-binary" | "data-urlencode" | "json" if is_open => {
                self.data.push(Piece::FROM_SHELL);
                self.is_json |= name == "json";
            }
            "url-query" if is_open => self.query.push(Piece::FROM_SHELL),
            "url" => self.urls.push(UrlWord { text: value, may_be_value: false }),
            "request" => self.method = Some(value),
            "request-target" => self.request_target = Some(value),
            "header" if value.starts_with('@') => self.file("-H @", "headers"),
            "header" => self.headers.push(value),
            "data" | "data-ascii" => self.data.push(Piece::form("-d @", value)),
            "data-raw" => self.data.push(Piece::raw(value)),
            "data-binary" => self.data.push(Piece::form("--data-binary @", value)),
            "data-urlencode" => self.data.push(Piece::urlencoded("--data-urlencode", &value)),
            "json" => {
                self.data.push(Piece::json(value));
                self.is_json = true;
            }
            "url-query" => self.query.push(Piece::query(&value)),
            "form" => self.form.push(FormField { text: value, is_literal: false }),
            "form-string" => self.form.push(FormField { text: value, is_literal: true }),
            "upload-file" => self.uploads.push(value),
            "user-agent" => self.agent = Some(value),
            "referer" => self.referer = Some(value),
            "cookie" if value.contains('=') => self.cookies.push(value),
            "cookie" if !value.is_empty() => self.file("-b", "cookies"),
            "range" => self.range = Some(value),
            "continue-at" if value.bytes().all(|byte| byte.is_ascii_digit()) => self.range = Some(format!("{value}-")),
            "continue-at" => self.file("-C -", "range"),
            "time-cond" => self.time_condition = Some(value),
            "oauth2-bearer" => self.bearer = Some(value),
            "config" => {
                self.has_config = true;
                self.file("-K", "options");
            }
            "etag-compare" => self.file("--etag-compare", "ETag"),
            "user" | "aws-sigv4" | "netrc-file" => self.note(Note::KeysInCommand),
            _ => {}
        }
    }

    /// Applies an option whose value curl would have expanded from its variables.
    pub(super) fn set_unknown(&mut self, name: &'static str, is_unknown: bool, value: String) {
        match name {
            "data" | "data-ascii" | "data-raw" | "data-binary" | "data-urlencode" | "json" if is_unknown => {
                self.data.push(Piece::Unknown { option: "--variable" });
                self.is_json |= name == "json";
            }
            "url-query" if is_unknown => self.query.push(Piece::Unknown { option: "--variable" }),
            _ if is_unknown => {}
            _ => self.set(name, value),
        }
    }

    fn file(&mut self, option: &'static str, what: &'static str) {
        self.note(Note::FileNotOpened { option, what });
    }

    pub(super) fn note(&mut self, note: Note) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
