//! The request as it was typed: curl's options, and the step from them to the request that is meant.

use std::io::Read;
use std::path::{Path, PathBuf};

use clap::Args;

use super::data::Data;
use super::value::{cannot_read, read_all};
use crate::cli::failure::{Exit, Failure};
use crate::crypto::{Sha256Digest, Sha256Hasher};
use crate::request::{Body, Request, RequestUrl};

/// The options that make a request.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Request")]
pub struct RequestOptions<const JSON: bool = true> {
    /// The method; by default GET, POST with a body, PUT with -T, HEAD with -I
    #[arg(short = 'X', long = "request", value_name = "METHOD")]
    method: Option<String>,

    /// A header, 'Name: value'; 'Name:' removes one, 'Name;' sends it empty
    #[arg(short = 'H', long = "header", value_name = "HEADER", allow_hyphen_values = true)]
    headers: Vec<String>,

    #[command(flatten)]
    data: Data<JSON>,

    /// Send the data as query parameters of a GET
    #[arg(short = 'G', long)]
    get: bool,

    /// Send HEAD
    #[arg(short = 'I', long)]
    head: bool,

    /// Send the file as the body of a PUT; '-' reads standard input
    #[arg(short = 'T', long, value_name = "FILE")]
    upload_file: Option<String>,

    /// Accepted for curl's sake: paths are always sent as typed
    #[arg(long)]
    path_as_is: bool,
}

/// A request that is not signed yet, and where its body lies.
#[derive(Debug, Clone)]
pub struct Unsigned {
    /// The request, with the hash of its body where that lies in a file.
    pub request: Request,
    /// The file that is the body, where it is not in memory.
    pub body_file: Option<PathBuf>,
}

/// What a request can be built from.
pub trait RequestSource: std::fmt::Debug {
    /// Builds the request to `url`.
    ///
    /// # Errors
    /// Two bodies, a method or a header that cannot be sent, a file that cannot be read.
    fn build(&self, url: &RequestUrl, stdin: &mut dyn Read) -> Result<Unsigned, Failure>;

    /// Whether `-H` says what the Host header is, or takes it away.
    fn names_host(&self) -> bool;
}

impl<const JSON: bool> RequestSource for RequestOptions<JSON> {
    fn build(&self, url: &RequestUrl, stdin: &mut dyn Read) -> Result<Unsigned, Failure> {
        self.check()?;
        let mut url = self.name_upload(url);
        if self.get && !self.data.is_empty() {
            url = append_query(&url, &self.data.read(stdin)?);
        }
        let mut request = Request::new(self.method(), &url)
            .map_err(|error| Failure::usage(error.to_string()).hint("a method is one word, such as GET or PUT"))?;
        let body_file = self.put_body(&mut request, stdin)?;
        self.put_headers(&mut request)?;
        Ok(Unsigned { request, body_file })
    }

    fn names_host(&self) -> bool {
        let name = |line: &str| line.split([':', ';']).next().unwrap_or_default().trim().to_owned();
        self.headers.iter().any(|line| name(line).eq_ignore_ascii_case("host"))
    }
}

impl<const JSON: bool> RequestOptions<JSON> {
    /// Whether `-X` says the method.
    pub fn names_method(&self) -> bool {
        self.method.is_some()
    }

    /// Whether only the head of a response is asked for.
    pub fn is_head(&self) -> bool {
        self.head
    }

    fn check(&self) -> Result<(), Failure> {
        let bodies = [!self.data.is_empty() && !self.get, self.upload_file.is_some()];
        if bodies.into_iter().filter(|given| *given).count() > 1 {
            return Err(
                Failure::usage("two bodies: -T and -d exclude each other").hint("use one of them, or -G for a query")
            );
        }
        if self.head && (bodies[0] || bodies[1]) {
            return Err(Failure::usage("-I sends HEAD, which has no body").hint("use -G to send the data as a query"));
        }
        Ok(())
    }

    fn method(&self) -> &str {
        match &self.method {
            Some(method) => method,
            None if self.head => "HEAD",
            None if self.upload_file.is_some() => "PUT",
            None if self.get || self.data.is_empty() => "GET",
            None => "POST",
        }
    }

    /// A URL that ends in `/` gets the name of the uploaded file, as curl has it.
    fn name_upload(&self, url: &RequestUrl) -> RequestUrl {
        let file = self.upload_file.as_deref().filter(|file| *file != "-");
        let name = file.and_then(|file| Path::new(file).file_name()).map(|name| name.to_string_lossy());
        match name {
            Some(name) if url.target().ends_with(b"/") && !url.target().contains(&b'?') => {
                let mut target = url.target().to_vec();
                crate::encode::encode(name.as_bytes(), crate::encode::Slash::Encode, &mut target);
                url.with_target(target)
            }
            _ => url.clone(),
        }
    }

    fn put_body(&self, request: &mut Request, stdin: &mut dyn Read) -> Result<Option<PathBuf>, Failure> {
        if let Some(name) = self.upload_file.as_deref().filter(|name| *name != "-").or_else(|| self.whole_data_file()) {
            let body_file;
            (request.body, body_file) = body_of_file(Path::new(name))?;
            self.put_content_type(request);
            return Ok(body_file);
        }
        if self.upload_file.is_some() {
            request.body = Body::Bytes(read_all("-", stdin)?);
        } else if !self.data.is_empty() && !self.get {
            request.body = Body::Bytes(self.data.read(stdin)?);
            self.put_content_type(request);
        }
        Ok(None)
    }

    fn whole_data_file(&self) -> Option<&str> {
        if self.get { None } else { self.data.whole_file() }
    }

    fn put_content_type(&self, request: &mut Request) {
        if self.data.is_json() {
            request.headers.push_unchecked("content-type", "application/json");
            request.headers.push_unchecked("accept", "application/json");
        } else if !self.data.is_empty() {
            request.headers.push_unchecked("content-type", "application/x-www-form-urlencoded");
        }
    }

    fn put_headers(&self, request: &mut Request) -> Result<(), Failure> {
        let parsed: Vec<HeaderOption> =
            self.headers.iter().map(|line| HeaderOption::parse(line)).collect::<Result<_, _>>()?;
        for header in &parsed {
            request.headers.remove(header.name());
        }
        for header in parsed {
            if let HeaderOption::Set { name, value } = header {
                request.headers.push(name, value).map_err(|error| Failure::usage(error.to_string()))?;
            }
        }
        Ok(())
    }
}

/// One `-H`.
enum HeaderOption<'a> {
    Set { name: &'a str, value: &'a str },
    Remove { name: &'a str },
}

impl<'a> HeaderOption<'a> {
    fn parse(line: &'a str) -> Result<Self, Failure> {
        if line.contains(['\r', '\n', '\0']) {
            let name = line.split(':').next().unwrap_or_default().escape_debug();
            return Err(Failure::usage(format!("header '{name}' has a line break or a NUL in it"))
                .hint("give each header with an -H of its own"));
        }
        match line.split_once(':') {
            Some((name, value)) if value.trim().is_empty() => Ok(Self::Remove { name: name.trim() }),
            Some((name, value)) => Ok(Self::Set { name: name.trim_end(), value: value.trim() }),
            None => match line.strip_suffix(';') {
                Some(name) => Ok(Self::Set { name, value: "" }),
                None => {
                    Err(Failure::usage(format!("not a header: '{}'", shown(line))).hint("write it as 'Name: value'"))
                }
            },
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Set { name, .. } | Self::Remove { name } => name,
        }
    }
}

/// The first word of a malformed header: what follows may be a secret.
fn shown(line: &str) -> String {
    match line.split_once(' ') {
        Some((word, _)) => format!("{word} …"),
        None if line.len() > 40 => line.chars().take(20).chain(['…']).collect(),
        None => line.to_owned(),
    }
}

fn append_query(url: &RequestUrl, query: &[u8]) -> RequestUrl {
    let mut target = url.target().to_vec();
    target.push(crate::prepare::query_separator(&target));
    target.extend_from_slice(query);
    url.with_target(target)
}

/// A file is hashed now and read again when it is sent; a pipe or a device, which gives its bytes only once, is kept.
fn body_of_file(path: &Path) -> Result<(Body, Option<PathBuf>), Failure> {
    let failure = |error: std::io::Error| cannot_read(path, &error);
    let mut file = std::fs::File::open(path).map_err(failure)?;
    let kind = file.metadata().map_err(failure)?.file_type();
    if kind.is_dir() {
        return Err(Failure::new(Exit::CannotRead, format!("cannot read {}: it is a directory", path.display())));
    }
    if kind.is_file() {
        let (sha256, length) = hash(&mut file).map_err(failure)?;
        return Ok((Body::Hashed { sha256, length }, Some(path.to_owned())));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(failure)?;
    Ok((Body::Bytes(bytes), None))
}

/// Hash and length of what is read, in pieces.
fn hash(input: &mut dyn Read) -> std::io::Result<(Sha256Digest, u64)> {
    let mut buffer = vec![0; 256 * 1024];
    let mut hasher = Sha256Hasher::new();
    let mut length = 0;
    loop {
        match input.read(&mut buffer)? {
            0 => return Ok((hasher.finish(), length)),
            read => {
                hasher.update(&buffer[..read]);
                length += read as u64;
            }
        }
    }
}
