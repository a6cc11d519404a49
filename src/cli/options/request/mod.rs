//! Request options with curl's names, and building a request from them.

mod header;
mod unsigned;
mod supplied;

pub use sigvet_diagnose::formats::CLUSTER_HEADER;
pub use supplied::{Supplied, SupplyOptions};
pub use unsigned::{BodyDigests, BodyHash, Unsigned};

use std::io::Read;
use std::path::Path;

use clap::Args;

use header::{HeaderOption, put_headers};

use super::complete::files_after_at;
use super::data::{Data, read_query_piece};
use super::digests::{Hashing, RequiredDigests};
use super::multipart::MultipartForm;
use super::payload::Payload;
use super::streaming::PipeLength;
use super::value::read_settings;
use crate::cli::failure::Failure;
use crate::files::SETTINGS_LIMIT;
use sigvet_core::request::{Request, RequestUrl, path_for_key};

/// The options that make a request.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Request")]
pub struct RequestOptions<const JSON: bool = true> {
    /// HTTP method (default: GET)
    ///
    /// The default is POST with a body, PUT with -T, and HEAD with -I.
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    method: Option<String>,

    /// Header to send, 'Name: value'
    ///
    /// 'Name:' removes a header, 'Name;' sends it empty, and @FILE reads headers from a file.
    #[arg(short = 'H', long = "header", value_name = "HEADER", allow_hyphen_values = true, add = files_after_at())]
    headers: Vec<String>,

    #[command(flatten)]
    data: Data<JSON>,

    #[command(flatten)]
    form: MultipartForm,

    /// User-Agent to send (default: sigvet/VERSION)
    #[arg(short = 'A', long, value_name = "NAME")]
    user_agent: Option<String>,

    /// Referer header to send
    #[arg(short = 'e', long, value_name = "URL")]
    referer: Option<String>,

    /// Send the data as query parameters of a GET
    #[arg(short = 'G', long)]
    get: bool,

    /// Add this to the query of the URL, percent-encoded as by --data-urlencode; '+TEXT' adds it as it is
    #[arg(long, value_name = "DATA", allow_hyphen_values = true)]
    url_query: Vec<String>,

    /// Ask for a part of the object: 0-99, 500-, or -100 for its end
    #[arg(short = 'r', long, value_name = "RANGE", allow_hyphen_values = true)]
    range: Option<String>,

    /// Send HEAD
    #[arg(short = 'I', long)]
    head: bool,

    /// Upload this file with PUT; '-' is standard input
    #[arg(short = 'T', long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    upload_file: Option<String>,

    /// Accepted for compatibility with curl; paths are always sent as typed
    #[arg(long)]
    path_as_is: bool,
}

/// A source from which a request can be built.
pub trait RequestSource: std::fmt::Debug {
    /// Builds the request to `url`.
    ///
    /// # Errors
    /// There are two bodies, a method or a header that cannot be sent, or a file that cannot be read.
    fn build(&self, url: &RequestUrl, stdin: &mut dyn Read, digests: BodyDigests<'_>) -> Result<Unsigned, Failure>;

    /// Whether `-H` sets or removes the Host header.
    fn names_host(&self) -> bool;
}

impl<const JSON: bool> RequestSource for RequestOptions<JSON> {
    fn build(&self, url: &RequestUrl, stdin: &mut dyn Read, digests: BodyDigests<'_>) -> Result<Unsigned, Failure> {
        self.check()?;
        let lines = self.header_lines(stdin)?;
        let headers: Vec<HeaderOption> =
            lines.iter().map(|line| HeaderOption::parse(line)).collect::<Result<_, _>>()?;
        let mut url = self.name_upload(url);
        if self.get && !self.data.is_empty() {
            url = url.with_more_query(&self.data.read(stdin)?);
        }
        for piece in &self.url_query {
            url = url.with_more_query(&read_query_piece(piece, stdin)?);
        }
        let request = Request::new(self.method(), &url)
            .map_err(|error| Failure::invalid(error).hint("use one word, such as GET or PUT"))?;
        let mut unsigned = Unsigned::of(request);
        let wanted = RequiredDigests { sha256: hashing(digests.sha256, &headers), checksum: digests.checksum };
        if self.form.is_empty() {
            self.put_body(&mut unsigned, stdin, wanted, digests.pipe_length)?;
            put_headers(&mut unsigned.request, &headers)
        } else {
            self.put_form(&mut unsigned, &headers, stdin, wanted)
        }?;
        let (range, removed) = (self.range_header(), |name| headers.iter().any(|header| header.removes(name)));
        for (name, value) in [("user-agent", &self.user_agent), ("referer", &self.referer), ("range", &range)] {
            let is_free = !unsigned.request.headers.contains(name) && !removed(name);
            if let Some(value) = value.as_ref().filter(|_| is_free) {
                unsigned.request.headers.push(name, value.as_str()).map_err(Failure::invalid)?;
            }
        }
        unsigned.removed = headers.iter().filter_map(HeaderOption::removed).collect();
        Ok(unsigned)
    }

    fn names_host(&self) -> bool {
        let name = |line: &str| line.split([':', ';']).next().unwrap_or_default().trim().to_owned();
        self.headers.iter().any(|line| name(line).eq_ignore_ascii_case("host"))
    }
}

impl<const JSON: bool> RequestOptions<JSON> {
    /// The headers as typed; `@FILE` is replaced with the lines of a file, as by curl.
    fn header_lines(&self, stdin: &mut dyn Read) -> Result<Vec<String>, Failure> {
        let mut lines = Vec::with_capacity(self.headers.len());
        for header in &self.headers {
            let Some(name) = header.strip_prefix('@') else {
                lines.push(header.clone());
                continue;
            };
            let text = String::from_utf8(read_settings(name, SETTINGS_LIMIT, stdin)?.to_vec())
                .map_err(|_| Failure::usage(format!("the headers in {name} are not UTF-8")))?;
            lines.extend(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
        }
        Ok(lines)
    }

    /// The `Range` header. As in curl, a single number is where the range begins.
    fn range_header(&self) -> Option<String> {
        let range = self.range.as_deref()?;
        Some(format!("bytes={range}{}", if range.contains('-') { "" } else { "-" }))
    }

    /// Whether `-r` requests a part of the object.
    pub fn names_range(&self) -> bool {
        self.range.is_some()
    }

    /// Whether a file is uploaded with `-T`.
    pub fn uploads(&self) -> bool {
        self.upload().is_some()
    }

    /// Whether `-X` sets the method.
    pub fn names_method(&self) -> bool {
        self.method.is_some()
    }

    /// Whether only the head of the response is requested.
    pub fn is_head(&self) -> bool {
        self.head
    }

    fn check(&self) -> Result<(), Failure> {
        let bodies = [
            ("-d", !self.data.is_empty() && !self.get),
            ("-T", self.upload().is_some()),
            ("-F", !self.form.is_empty()),
        ];
        let mut given = bodies.into_iter().filter(|(_, given)| *given).map(|(name, _)| name);
        match (given.next(), given.next()) {
            (Some(one), Some(other)) => {
                let query = if one == "-d" { ", or -G to send the data of -d as a query" } else { "" };
                Err(Failure::usage(format!("two bodies: {other} and {one} exclude each other"))
                    .hint(format!("use one of them{query}")))
            }
            (Some(_), None) if self.head => {
                Err(Failure::usage("-I sends HEAD, which has no body").hint("use -G to send the data as a query"))
            }
            _ => Ok(()),
        }
    }

    fn method(&self) -> &str {
        match &self.method {
            Some(method) => method,
            None if self.head => "HEAD",
            None if self.upload().is_some() => "PUT",
            None if !self.form.is_empty() => "POST",
            None if self.get || self.data.is_empty() => "GET",
            None => "POST",
        }
    }

    /// The file to upload. As in curl, an empty name uploads nothing, and `.` also means standard input.
    fn upload(&self) -> Option<&str> {
        match self.upload_file.as_deref() {
            None | Some("") => None,
            Some("-" | ".") => Some("-"),
            file => file,
        }
    }

    /// Appends the name of the uploaded file to a path that ends in `/`, as curl does.
    fn name_upload(&self, url: &RequestUrl) -> RequestUrl {
        let file = self.upload().filter(|file| *file != "-");
        let name = file.and_then(|file| Path::new(file).file_name()).map(|name| name.to_string_lossy());
        let (path, query) = sigvet_core::internal::split_target(url.target());
        match name {
            Some(name) if path.ends_with(b"/") => {
                let mut target = path.to_vec();
                // The path ends with the slash that the name's path begins with.
                target.extend_from_slice(&path_for_key(name.as_bytes()).as_bytes()[1..]);
                let target = sigvet_core::internal::join_target(&target, query);
                url.with_target(target).expect("what was appended is percent-encoded")
            }
            _ => url.clone(),
        }
    }

    fn put_body(
        &self,
        unsigned: &mut Unsigned,
        stdin: &mut dyn Read,
        wanted: RequiredDigests,
        pipe_length: PipeLength,
    ) -> Result<(), Failure> {
        self.put_content_type(&mut unsigned.request);
        let file = self.upload().or_else(|| self.data.whole_file().filter(|_| !self.get));
        if let Some(pipe) = file.map(|name| Payload::of_pipe(name, pipe_length)).transpose()?.flatten() {
            unsigned.takes_stdin = pipe.file.is_none();
            unsigned.put(pipe);
            return Ok(());
        }
        let payload = match (self.upload(), self.data.whole_file()) {
            (Some(name), _) => Payload::of_file(name, stdin, wanted)?,
            _ if self.get || self.data.is_empty() => return Ok(()),
            (None, Some(name)) => Payload::of_file(name, stdin, wanted)?,
            (None, None) => Payload::of_bytes(self.data.read(stdin)?),
        };
        unsigned.put(payload);
        Ok(())
    }

    /// `--json` sets its headers even if the data becomes a query.
    fn put_content_type(&self, request: &mut Request) {
        if self.data.is_json() {
            request.headers.push_unchecked("content-type", "application/json");
            request.headers.push_unchecked("accept", "application/json");
        } else if !self.data.is_empty() && !self.get {
            request.headers.push_unchecked("content-type", "application/x-www-form-urlencoded");
        }
    }

    /// The type of a form is that of a given `Content-Type`, without the boundary.
    fn put_form(
        &self,
        unsigned: &mut Unsigned,
        headers: &[HeaderOption<'_>],
        stdin: &mut dyn Read,
        wanted: RequiredDigests,
    ) -> Result<(), Failure> {
        let (types, others): (Vec<_>, Vec<_>) =
            headers.iter().partition(|header| header.name().eq_ignore_ascii_case("content-type"));
        let media_type = match types.last() {
            None => None,
            Some(HeaderOption::Set { value, .. }) if !value.is_empty() => Some(*value),
            Some(_) => return Err(Failure::usage("-F needs its Content-Type, which -H removes")),
        };
        let encoded = self.form.encode(media_type, stdin, wanted)?;
        let request = &mut unsigned.request;
        put_headers(request, others)?;
        request.headers.push("content-type", encoded.content_type).map_err(Failure::invalid)?;
        unsigned.put(encoded.payload);
        unsigned.warnings = encoded.warnings;
        Ok(())
    }
}

fn hashing(body_hash: BodyHash<'_>, headers: &[HeaderOption<'_>]) -> Hashing {
    let is_declared = |wanted: &str| {
        headers
            .iter()
            .any(|header| matches!(header, HeaderOption::Set { name, .. } if name.eq_ignore_ascii_case(wanted)))
    };
    match body_hash {
        BodyHash::Spared => Hashing::Spared,
        BodyHash::UnlessDeclared { header } if is_declared(header) => Hashing::Spared,
        BodyHash::UnlessDeclared { .. } | BodyHash::Needed => Hashing::Needed,
    }
}

#[cfg(test)]
mod tests;
