//! `sigvet presign --batch`: reads URLs, keys, JSON objects or CSV rows, and writes their presigned URLs.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use clap::{Args, ValueEnum};
use indicatif::ProgressBar;

use super::{PresignArgs, default_expires, expires_in_profile};
use crate::batch::{
    Base, CsvHeader, Ending, Extent, KeyEncoding, PresignFormat, PresignWorker, Refusal, Signing, SigningTerms,
};
use crate::cli::batch::{Input, List, are_empty, inputs, unreadable, work_through};
use crate::cli::connection::express;
use crate::cli::context::{self, Context};
use crate::cli::credentials::fetching::{Fetching, FoundSecrets, learn};
use crate::cli::credentials::found::FoundKeys;
use crate::cli::credentials::renewing::Renewing;
use crate::cli::credentials::signer::Signer;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::batch::BatchOptions;
use crate::cli::options::request::{BodyDigests, BodyHash, RequestSource};
use crate::cli::options::signing::{ExpressSession, SigningOptions};
use crate::cli::options::streaming::PipeLength;
use crate::cli::options::typed::Typed;
use crate::cli::options::value::parse_duration;
use crate::cli::request::build;
use crate::cli::request::s3_address;
use crate::cli::secrets::KnownSecrets;
use crate::cli::signing::scheme_choice;
use crate::cli::signing::scope_choice::{Destination, ScopeChoice};
use crate::cli::signing::session;
use crate::cli::terminal::notes::{note, warn};
use crate::cli::terminal::progress::counter;
use crate::locking::locked;
use crate::profiles;
use sigvet_core::derivation::Placement;
use sigvet_core::internal::{Contradiction, Sureness, region_of_host};
use sigvet_core::prepare::{self, EXPIRES_LIMITS, PrepareError};
use sigvet_core::presign::Presigner;
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::scheme::{Dialect, Scheme};
use sigvet_core::time::Timestamp;

/// The host of the template, if no option names another. No request is ever sent to it (RFC 6761, section 6.4).
const ANYWHERE: &str = "host.invalid";
/// A URL that is valid for less time is hardly usable.
const SHORT: Duration = Duration::from_secs(60);
/// Maximum number of different warnings.
const KINDS: usize = 100;

/// The options of a list to presign.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Batch")]
pub struct ListOptions {
    #[command(flatten)]
    pub batch: BatchOptions,

    /// Each record is an object key under this URL: s3://bucket/prefix/ or https://…
    ///
    /// Keys are taken as they are: '%', '?' and '#' are part of them.
    #[arg(long, value_name = "URL", requires = "batch")]
    base: Option<String>,

    /// The records are rows of CSV with a header; this column has the URL or the key
    ///
    /// All other columns are copied, and have no effect on the URLs.
    #[arg(long, value_name = "COLUMN", requires = "batch", conflicts_with_all = ["jsonl", "null", "field"])]
    csv: Option<String>,

    /// The CSV has no header, and --csv takes the number of a column
    #[arg(long, requires = "csv", conflicts_with_all = ["jsonl", "null", "field"])]
    no_header: bool,

    /// Keys are URL-encoded, as in S3 Inventory and with 'aws s3api --encoding-type url'
    ///
    /// A '+' is a space. URLs are not affected.
    #[arg(long, requires = "batch")]
    url_encoded: bool,

    /// Shorten the expiry of URLs that would outlive this
    #[arg(long, value_name = "WHAT", value_enum, requires = "batch")]
    max_expiry: Option<MaxExpiry>,
}

/// `--max-expiry`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum MaxExpiry {
    /// The temporary credentials that sign them
    Credentials,
}

/// Presigns all records of the inputs.
pub fn run(args: &PresignArgs, context: &mut Context) -> Result<(), Failure> {
    refuse_single(args)?;
    refuse_key_on_stdin(args)?;
    let signing = match Presigning::new(args, context) {
        Err(failure) if failure.exit == Exit::NoCredentials && are_empty(&args.urls, context)? => return Ok(()),
        made => made?,
    };
    let base = args.list.base.as_deref().map(|base| signing.base(base)).transpose()?;
    let encoding = if args.list.url_encoded { KeyEncoding::Url } else { KeyEncoding::Raw };
    let (mut records, mut wrong, mut first) = (0, 0, None);
    for input in inputs(&args.urls)? {
        let Opened { list, format } = Opened::new(&input, args, &mut first, context)?;
        let ending = list.ending;
        let when_wrong = args.list.batch.when_wrong(&args.urls, &input.name);
        let worker =
            || PresignWorker::new(&signing, (base.clone(), encoding), format.clone(), ending, when_wrong.clone());
        let ended = work_through(list, args.list.batch.jobs(), worker, &|secrets| signing.attend(secrets), context)?;
        (records, wrong) = (records + ended.records, wrong + ended.wrong);
    }
    signing.progress.finish_and_clear();
    match wrong {
        0 => Ok(()),
        wrong => Err(Failure::new(Exit::NotValid, format!("{wrong} of {records} records could not be presigned"))),
    }
}

/// Refuses a signing key on standard input if the records are there too.
fn refuse_key_on_stdin(args: &PresignArgs) -> Result<(), Failure> {
    let is_read = args.urls.is_empty() || args.urls.iter().any(|name| name == "-");
    match args.signing.signing_key.as_deref() {
        Some("-") if is_read => {
            Err(Failure::usage("--signing-key - does not work here: standard input has the records")
                .hint("give the key in a file, or the records in files"))
        }
        _ => Ok(()),
    }
}

/// Refuses options that only work for a single URL.
fn refuse_single(args: &PresignArgs) -> Result<(), Failure> {
    let refuse =
        |option: &str, hint: &str| Err(Failure::usage(format!("--batch does not work with {option}")).hint(hint));
    match args {
        PresignArgs { cluster_name: Some(_), .. } => refuse("--cluster-name", "make tokens one at a time"),
        _ if args.form != super::PresignedForm::Url => refuse("--as", "pass --jsonl for JSON, or --csv for CSV"),
        _ if args.signing.streaming.is_streaming() => refuse("--payload streaming", "omit it"),
        _ if args.signing.checksum.algorithm.is_some() => {
            refuse("--checksum", "omit it: the URLs are for many objects")
        }
        _ if args.signing.streaming.length.is_some() => refuse("--length", "omit it"),
        _ if args.signing.streaming.chunk_size.is_some() => refuse("--chunk-size", "omit it"),
        _ if args.signing.s3express_session == Some(ExpressSession::Auto) => {
            refuse("--s3express-session auto", "get a session, and pass --s3express-session given with its credentials")
        }
        _ if args.signing.sub_resources.is_some() => refuse("--sub-resources", "omit it"),
        PresignArgs { expires: Some(expires), .. } if !EXPIRES_LIMITS.contains(expires) => {
            Err(Failure::usage(PrepareError::Expires { presented: expires.as_secs() }.to_string())
                .hint("for example --expires 1h, at most --expires 7d"))
        }
        _ if args.show.is_any() => refuse("--show", "presign one of the URLs without --batch to see the steps"),
        _ => Ok(()),
    }
}

/// An opened input, and the format of its records.
struct Opened {
    list: List<Box<dyn Read + Send>>,
    format: PresignFormat,
}

impl Opened {
    /// Opens an input. For CSV it reads the header, and writes it for the first input.
    fn new(
        input: &Input,
        args: &PresignArgs,
        first: &mut Option<(String, CsvHeader)>,
        context: &mut Context,
    ) -> Result<Self, Failure> {
        let ListOptions { batch, csv, .. } = &args.list;
        let mut records = input.open(context)?;
        let name = input.name.clone();
        let Some(column) = csv else {
            let format = if batch.jsonl { PresignFormat::Json(batch.field.clone()) } else { PresignFormat::Plain };
            let list = List { name, records, ending: batch.ending(), first: 1, stopped: Exit::NotValid };
            return Ok(Self { list, format });
        };
        let (row, mut behind) = CsvHeader::take(&mut records).map_err(|error| unreadable(&name, error))?;
        let added = PresignFormat::added_columns(batch.on_error());
        if row.is_empty() {
            // The input is empty, so the output is too.
            let list = List { name, records, ending: Ending::Newline, first: 1, stopped: Exit::NotValid };
            return Ok(Self { list, format: PresignFormat::Plain });
        }
        let header = match args.list.no_header {
            true => {
                CsvHeader::read_on(&row, &mut behind, &mut records).map_err(|error| unreadable(&name, error))?;
                CsvHeader::without_names(&row, &behind, column)
            }
            false => CsvHeader::new(&row, column, added),
        };
        let header = header.map_err(|problem| Failure::usage(format!("{name}: {problem}")))?;
        match first {
            Some((of, first)) if !first.is_alike(&header) => {
                return Err(Failure::usage(format!("{name}: its columns are not those of {of}"))
                    .hint("presign files with other columns in a run of their own"));
            }
            Some(_) => {}
            None => {
                let mut text = Vec::new();
                header.write(added, &mut text);
                context.stdout.exact().write_all(&text)?;
                *first = Some((name.clone(), header.clone()));
            }
        }
        let (before, mut read) = (header.length_before_records(&row), row);
        let records_read = read.split_off(before);
        let first = 1 + read.iter().filter(|byte| **byte == b'\n').count() as u64;
        let records: Box<dyn Read + Send> = Box::new(Cursor::new([records_read, behind].concat()).chain(records));
        let list = List { name, records, ending: header.ending(), first, stopped: Exit::NotValid };
        Ok(Self { list, format: PresignFormat::Csv(header) })
    }
}

/// How to sign URLs, according to the options and the profile.
struct Presigning {
    /// Method, headers and body.
    template: Request,
    /// Whether each URL is signed for its own host; otherwise the template has the host, or none.
    signs_own_host: bool,
    options: SigningOptions,
    profile: profiles::Settings,
    keys: Arc<Renewing>,
    expires: Option<Duration>,
    is_capped: bool,
    warnings: Mutex<Warnings>,
    /// Secrets of renewed credentials.
    found: FoundSecrets,
    progress: ProgressBar,
}

/// Warnings, without duplicates.
#[derive(Default)]
struct Warnings {
    said: BTreeSet<String>,
    waiting: Vec<String>,
}

impl Presigning {
    fn new(args: &PresignArgs, context: &mut Context) -> Result<Self, Failure> {
        let anywhere = RequestUrl::parse(&format!("https://{ANYWHERE}/")).map_err(Failure::invalid)?;
        let typed = Typed { url: "", request: &args.request, credentials: &args.credentials, signing: &args.signing };
        let digests = BodyDigests { sha256: BodyHash::Spared, checksum: None, pipe_length: PipeLength::Counted };
        let mut unsigned = args.request.build(&anywhere, &mut Taken, digests)?;
        build::put_sign_host(typed, &mut unsigned.request)?;
        if unsigned.request.target() != b"/" {
            return Err(Failure::usage("--batch does not work with options that change the URL (-G, --url-query, -T)")
                .hint("write the query into the URLs; for uploads, pass -X PUT"));
        }
        let mut template = unsigned.request;
        let signs_own_host = template.headers.first_text("host") == Some(ANYWHERE);
        if signs_own_host {
            template.headers.remove("host");
        }
        let found = FoundKeys::of(typed, context)?;
        if args.signing.is_version_2(found.settings.scheme.as_deref()) {
            return Err(Failure::usage("--batch signs with Version 4 or 4A").hint("pass --scheme v4"));
        }
        if args.signing.verbose > 0 {
            note(context, &format!("credentials: {}", found.source))?;
        }
        for warning in &found.warnings {
            warn(context, warning)?;
        }
        let expires = match args.expires {
            Some(typed) => Some(typed),
            None => expires_in_profile(found.settings.expires.as_deref())?,
        };
        let is_capped = args.list.max_expiry == Some(MaxExpiry::Credentials);
        if is_capped {
            refuse_unknown_end(&found.signer)?;
        }
        let new_secrets = FoundSecrets::default();
        let fetching = Fetching {
            choice: args.credentials.choice(),
            role: None,
            region: None,
            environment: context.environment.clone(),
            connection: context.connection.clone(),
            found: Arc::clone(&new_secrets),
        };
        Ok(Self {
            template,
            signs_own_host,
            options: args.signing.clone(),
            profile: found.settings,
            keys: Renewing::new(found.signer, context::now, move || fetching.fetch()),
            expires,
            is_capped,
            warnings: Mutex::default(),
            found: new_secrets,
            progress: counter("records", context),
        })
    }

    /// The URL under which the keys are; fails at once if it cannot be signed for.
    fn base(&self, base: &str) -> Result<Base, Failure> {
        let is_s3 = base.starts_with("s3://");
        let url = self.resolve(base, None)?;
        if url.target().contains(&b'?') || base.contains('#') {
            return Err(Failure::usage("--base has a query or a fragment")
                .hint("give a bucket or a prefix: s3://bucket/prefix/"));
        }
        if base.trim_end_matches('/') == "s3:" {
            return Err(Failure::usage("--base has no bucket").hint("give one, as in s3://bucket/prefix/"));
        }
        let (method, headers, region) = (None, Vec::new(), None);
        let terms = SigningTerms { origin: url.origin(), is_s3, method, headers, expires: None, region };
        drop(self.make(&terms, self.now())?);
        Ok(Base { typed: base.to_owned(), url: Arc::new(url) })
    }

    fn resolve(&self, url: &str, region: Option<&str>) -> Result<RequestUrl, Failure> {
        let mut store = build::store(&self.options, &self.profile);
        store.region = region.or(store.region);
        s3_address::resolve(url, store)
    }

    fn make(&self, terms: &SigningTerms, now: Timestamp) -> Result<(Presigner, Timestamp), Failure> {
        let signer = self.signer()?;
        let url = RequestUrl::parse(&terms.origin).map_err(Failure::invalid)?;
        let request = self.request(terms, &url)?;
        let mut options = self.options.clone();
        options.region = terms.region.clone().or(options.region);
        let mut scope = ScopeChoice::of(&options, signer.key_scope(), &self.profile, Destination::of(&request, &url));
        if terms.is_s3 {
            scope = scope.or_service("s3");
        }
        let scheme = scheme_choice::choose(&options, scope.region_set(), self.profile.scheme.as_deref())?;
        if let Some(region) = terms.region.as_ref().filter(|_| scheme == Scheme::V4a) {
            return Err(Failure::usage(format!(
                "field 'region': Version 4A signs for a set of regions, not for {region}"
            ))
            .hint(
                "omit the field; --region-set has the regions, and the profile or AWS_REGION the one of s3:// hosts",
            ));
        }
        scheme_choice::check(scheme, &options, &signer)?;
        let is_express = scope.zone().is_some() && options.s3express_session.is_none();
        if is_express {
            return Err(Failure::usage("the bucket is a directory bucket, which accepts only signatures of a session")
                .hint("pass --s3express-session given with the credentials of a session, or presign its URLs without --batch"));
        }
        let mut settings = session::settings(&options, scheme, &scope)?;
        express::check_service(options.s3express_session, &settings)?;
        if options.s3express_session == Some(ExpressSession::Given) {
            express::check_given(&signer)?;
            settings.dialect = Dialect::s3_express_session();
        }
        let typed = terms.expires.or(self.expires).unwrap_or_else(|| default_expires(&settings.service));
        settings.placement = Placement::Query { expires: typed };
        let identity = signer.identity();
        let mut prepared = prepare::prepare(request.clone(), &identity, &settings, now).map_err(Failure::invalid)?;
        // A header of the record may contain another signing time.
        let signed_at = prepared.terms.timestamp;
        let expires = self.cap(typed, signed_at, identity.expires_at)?;
        if expires != typed {
            settings.placement = Placement::Query { expires };
            prepared = prepare::prepare(request.clone(), &identity, &settings, now).map_err(Failure::invalid)?;
        }
        if let Some(Contradiction { expected, presented, .. }) = region_of_host(&prepared.request, &prepared.terms)
            .filter(|found| found.sureness == Sureness::Certain && !found.expected.is_empty())
        {
            let problem = format!("the host {} is in {expected}, not in {presented}", url.host());
            return Err(match terms.region {
                Some(_) => Failure::usage(format!("field 'region': {problem}")).hint("correct the field, or omit it"),
                None => Failure::usage(problem).hint(format!("pass --region {expected}, or none")),
            });
        }
        let key = signer.key(&prepared.terms).ok_or_else(|| Failure::usage("there is no key to sign with"))?;
        let presigner = Presigner::new(request, &signer.identity(), &settings, &key, now).map_err(Failure::invalid)?;
        let unknown_end = signer.warning_of_unknown_end("each URL", expires);
        let of_scope = scope.warning(scheme);
        self.remember(presigner.warnings().iter().map(ToString::to_string).chain(unknown_end).chain(of_scope));
        Ok((presigner, signed_at.plus(expires)))
    }

    fn request(&self, terms: &SigningTerms, url: &RequestUrl) -> Result<Request, Failure> {
        let method = terms.method.as_deref().unwrap_or_else(|| self.template.method());
        let mut request = Request::new(method, url).map_err(Failure::invalid)?;
        let own = |name: &str| terms.headers.iter().any(|(own, _)| own.eq_ignore_ascii_case(name));
        if !self.signs_own_host || own("host") {
            request.headers.remove("host");
        }
        for header in self.template.headers.iter().filter(|header| !own(&header.name)) {
            request.headers.push(&header.name, header.value.clone()).map_err(Failure::invalid)?;
        }
        for (name, value) in &terms.headers {
            request.headers.push(name, value.as_str()).map_err(Failure::invalid)?;
        }
        request.body = self.template.body.clone();
        Ok(request)
    }

    /// The expiry of a URL that is signed at `signed_at`, which `--max-expiry credentials` shortens.
    fn cap(&self, expires: Duration, signed_at: Timestamp, end: Option<Timestamp>) -> Result<Duration, Failure> {
        let Some(end) = end.filter(|_| self.is_capped) else { return Ok(expires) };
        let left = Duration::from_secs(u64::try_from(signed_at.seconds_until(end)).unwrap_or(0));
        if left < *EXPIRES_LIMITS.start() {
            let (signed_at, end) = (signed_at.to_rfc3339(), end.to_rfc3339());
            return Err(Failure::usage(format!("the credentials expire at {end}, before the URL's date {signed_at}")));
        }
        if left < expires && left < SHORT {
            let end = end.to_rfc3339();
            self.remember([format!("URLs are valid for less than a minute: the credentials expire at {end}")]);
        }
        Ok(expires.min(left))
    }

    /// What to sign with now. URLs that are signed for another time than now need no credentials that are valid now.
    fn signer(&self) -> Result<Arc<Signer>, Failure> {
        if self.options.date.is_some() {
            return Ok(self.keys.last());
        }
        self.keys.current().map_err(|end| {
            Failure::new(Exit::NoCredentials, format!("the credentials expired at {}", end.to_rfc3339()))
        })
    }

    /// Adds warnings. Warnings that differ only in digits, such as a time, are duplicates.
    fn remember(&self, warnings: impl IntoIterator<Item = String>) {
        let mut known = locked(&self.warnings);
        for warning in warnings {
            let kind = warning.chars().filter(|letter| !letter.is_ascii_digit()).collect();
            if known.said.len() < KINDS && known.said.insert(kind) {
                known.waiting.push(warning);
            }
        }
    }

    /// Returns the new warnings, and adds the secrets of renewed credentials to those that are never shown.
    fn attend(&self, secrets: &KnownSecrets) -> Vec<String> {
        learn(&self.found, secrets);
        if let Some(why) = self.keys.take_problem() {
            self.remember([format!("the credentials could not be renewed: {why}")]);
        }
        std::mem::take(&mut locked(&self.warnings).waiting)
    }
}

impl Signing for Presigning {
    fn now(&self) -> Timestamp {
        self.options.date.unwrap_or_else(context::now)
    }

    fn locate(&self, url: &str, region: Option<&str>) -> Result<RequestUrl, Refusal> {
        if s3_address::ambiguous_query(url).is_some() {
            self.warn(
                "'?' and what follows it in an s3:// record is taken as a query, not as part of the key".to_owned(),
            );
        }
        self.resolve(url, region).map_err(|failure| refusal(&failure))
    }

    fn signed_host(&self) -> Option<&str> {
        self.template.headers.first_text("host")
    }

    fn presigner(&self, terms: &SigningTerms, now: Timestamp) -> Result<(Presigner, Timestamp), Refusal> {
        self.make(terms, now).map_err(|failure| refusal(&failure))
    }

    fn parse_expires(&self, text: &str) -> Result<Duration, String> {
        parse_duration(text).map_err(|error| error.to_string())
    }

    fn warn(&self, warning: String) {
        self.remember([warning]);
    }

    fn progress(&self, records: u64) {
        self.progress.inc(records);
    }
}

/// Why a record cannot be signed. Without credentials, no further record can.
fn refusal(failure: &Failure) -> Refusal {
    let hint = (!failure.hints().is_empty()).then(|| failure.hints().join("; "));
    let extent = if failure.exit == Exit::NoCredentials { Extent::Credentials } else { Extent::Record };
    Refusal { what: failure.to_string(), hint, extent }
}

/// Refuses temporary credentials whose expiry is unknown, because the expiry of the URLs depends on it.
fn refuse_unknown_end(signer: &Signer) -> Result<(), Failure> {
    let identity = signer.identity();
    match (identity.session_token, identity.expires_at) {
        (Some(_), None) => Err(Failure::usage(
            "--max-expiry credentials: it is unknown when these temporary credentials expire",
        )
        .hint("omit --max-expiry and pass a short --expires, or use a profile that gets its credentials itself")),
        _ => Ok(()),
    }
}

/// Standard input is not available, because the records come from it.
struct Taken;

impl Read for Taken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("with --batch, standard input has the records"))
    }
}
