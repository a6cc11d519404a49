//! Request options given together with a captured request. They are evidence about that request and do not build
//! one: headers that curl would add to its own request, such as `Content-Type`, are left out.

use std::io::Read;

use clap::Args;

use super::header::HeaderOption;
use super::{BodyDigests, BodyHash, RequestOptions, RequestSource, Unsigned};
use crate::cli::failure::Failure;
use crate::cli::options::digests::{Hashing, RequiredDigests};
use crate::cli::options::payload::Payload;
use crate::cli::options::value::read_all;
use sigvet_core::request::{Body, Request, RequestUrl};
use sigvet_diagnose::formats::CLUSTER_HEADER;

/// A larger file is hashed instead of kept in memory.
const LARGEST_IN_MEMORY: u64 = 512 * 1024 * 1024;

/// The options that supply what a captured request lacks.
#[derive(Debug, Clone, Default, Args)]
pub struct SupplyOptions {
    #[command(flatten)]
    request: RequestOptions<false>,

    /// Body of the captured request
    ///
    /// Unlike -d and -T it implies no method; '-' reads standard input.
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, help_heading = "Request")]
    body: Option<String>,

    /// EKS cluster that the token is for, which its URL does not name: the header x-k8s-aws-id
    #[arg(long, value_name = "NAME", help_heading = "Request")]
    cluster_name: Option<String>,
}

/// What the options say about a captured request.
#[derive(Debug, Default)]
pub struct Supplied {
    /// The method from `-X` or `-I`.
    pub method: Option<String>,
    /// The method that curl would use with this body. It is used only if the capture shows no method.
    pub implied_method: Option<&'static str>,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Body>,
}

impl Supplied {
    /// Whether no option describes the request.
    pub fn is_empty(&self) -> bool {
        self.method.is_none() && self.headers.is_empty() && self.body.is_none()
    }
}

impl SupplyOptions {
    /// Reads what the options say about a captured request.
    ///
    /// # Errors
    /// There are two bodies, an option would change the request instead of describing it, or a file cannot be read.
    pub fn read(&self, stdin: &mut dyn Read) -> Result<Supplied, Failure> {
        self.check()?;
        let request = &self.request;
        let mut headers = Vec::new();
        for line in request.header_lines(stdin)? {
            headers.push(described_header(&line)?);
        }
        let range = request.range_header();
        for (name, value) in [("user-agent", &request.user_agent), ("referer", &request.referer), ("range", &range)] {
            let is_given = headers.iter().any(|(given, _)| given.eq_ignore_ascii_case(name));
            headers.extend(value.as_ref().filter(|_| !is_given).map(|value| (name.to_owned(), value.clone())));
        }
        headers.extend(self.cluster(headers.iter().map(|(name, _)| name.as_str()))?);
        let has_body = request.upload().is_some() || !request.data.is_empty();
        Ok(Supplied {
            method: request.method.clone().or_else(|| request.head.then(|| "HEAD".to_owned())),
            implied_method: has_body.then_some(if request.upload().is_some() { "PUT" } else { "POST" }),
            headers,
            body: self.read_body(stdin)?,
        })
    }

    /// Builds the request that the options and an unsigned URL describe.
    ///
    /// # Errors
    /// The errors of [`RequestSource::build`].
    pub fn make(&self, url: &RequestUrl, stdin: &mut dyn Read) -> Result<Request, Failure> {
        Ok(self.build(url, stdin, BodyHash::Needed.into())?.request)
    }

    fn check(&self) -> Result<(), Failure> {
        let request = &self.request;
        if !request.form.is_empty() {
            return Err(Failure::usage("-F makes a new form, which cannot be the body of a captured request")
                .hint("give the bytes of the body with --body FILE"));
        }
        if request.get {
            return Err(Failure::usage("-G would change the URL of the captured request")
                .hint("omit -G; if the captured URL is wrong, give the right one as the input"));
        }
        if !request.url_query.is_empty() {
            return Err(Failure::usage("--url-query would change the URL of the captured request")
                .hint("omit --url-query; if the captured URL is wrong, give the right one as the input"));
        }
        request.check()?;
        self.check_one_body()
    }

    /// The header of `--cluster-name`, which must not be among `others`.
    fn cluster<'a>(&self, mut others: impl Iterator<Item = &'a str>) -> Result<Option<(String, String)>, Failure> {
        match self.cluster_name.as_deref() {
            Some("") => Err(Failure::usage("--cluster-name is empty").hint("give the name of the EKS cluster")),
            Some(_) if others.any(|name| name.eq_ignore_ascii_case(CLUSTER_HEADER)) => {
                Err(Failure::usage(format!("--cluster-name and -H '{CLUSTER_HEADER}' exclude each other"))
                    .hint("omit one of them: both name the cluster"))
            }
            name => Ok(name.map(|name| (CLUSTER_HEADER.to_owned(), name.to_owned()))),
        }
    }

    fn check_one_body(&self) -> Result<(), Failure> {
        let other = match &self.request {
            _ if self.body.is_none() => return Ok(()),
            request if !request.data.is_empty() => "-d",
            request if request.upload().is_some() => "-T",
            request if !request.form.is_empty() => "-F",
            _ => return Ok(()),
        };
        Err(Failure::usage(format!("two bodies: --body and {other} exclude each other")).hint("use one of them"))
    }

    fn read_body(&self, stdin: &mut dyn Read) -> Result<Option<Body>, Failure> {
        let file = self.body.as_deref().or_else(|| self.request.upload()).or_else(|| self.request.data.whole_file());
        match file {
            Some(name) if is_huge(name) => {
                let wanted = RequiredDigests { sha256: Hashing::Needed, checksum: None };
                Ok(Some(Payload::of_file(name, stdin, wanted)?.body))
            }
            Some(name) => Ok(Some(Body::Bytes(read_all(name, stdin)?))),
            None if self.request.data.is_empty() => Ok(None),
            None => Ok(Some(Body::Bytes(self.request.data.read(stdin)?))),
        }
    }
}

/// The name and the value of a header of the captured request.
fn described_header(line: &str) -> Result<(String, String), Failure> {
    match HeaderOption::parse(line)? {
        HeaderOption::Set { name, value } => Ok((name.to_owned(), value.to_owned())),
        HeaderOption::Remove { name } => {
            Err(Failure::usage(format!("-H '{name}:' removes a header, but a captured request cannot be changed"))
                .hint(format!("omit it, or write -H '{name};' if the header was sent with an empty value")))
        }
    }
}

fn is_huge(name: &str) -> bool {
    name != "-" && std::fs::metadata(name).is_ok_and(|file| file.len() > LARGEST_IN_MEMORY)
}

/// The source of a request whose URL is not signed yet; its body may come from `--body`.
impl RequestSource for SupplyOptions {
    fn build(&self, url: &RequestUrl, stdin: &mut dyn Read, digests: BodyDigests<'_>) -> Result<Unsigned, Failure> {
        self.check_one_body()?;
        let mut unsigned = self.request.build(url, stdin, digests)?;
        if self.body.is_some() {
            unsigned.request.body = self.read_body(stdin)?.unwrap_or(Body::Bytes(Vec::new()));
        }
        let headers = &mut unsigned.request.headers;
        if let Some((name, value)) = self.cluster(headers.iter().map(|header| header.name.as_str()))? {
            headers.push(&name, value).map_err(Failure::invalid)?;
        }
        Ok(unsigned)
    }

    fn names_host(&self) -> bool {
        self.request.names_host()
    }
}
