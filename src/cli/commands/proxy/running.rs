//! Runs the proxy: it listens, logs each request, and stops when asked to.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use rustls::ServerConfig;

use super::ProxyArgs;
use super::admin::{Admin, AdminPlace};
use super::forwarding::{self, Prepared};
use super::identities::{self, Inbound, Reached};
use super::spec::RouteSpec;
use super::{config, routes};
use crate::cli::commands::serve::answering::is_itself;
use crate::cli::commands::serve::logging::{LogWriter, unless_closed, write_log};
use crate::cli::commands::serve::report::Report;
use crate::cli::commands::serve::running::{explain_listening, start_runtime, stop_on_signal};
use crate::cli::commands::serve::sink::Queue;
use crate::cli::commands::serve::tls;
use crate::cli::context::{self, Context};
use crate::cli::credentials::fetching::{FoundSecrets, learn};
use crate::cli::credentials::sources::Sources;
use crate::cli::credentials::words::describe_owner;
use crate::cli::failure::{Exit, Failure};
use crate::cli::options::gateway::LogFormat;
use crate::cli::terminal::notes::warn;
use crate::gateway::proxy::{Destination, Forwarding, Inbound as Admitted, Proxy, Route};
use crate::gateway::{
    Admission, Clock, Counting, CredentialSource, Exchange, Keyring, ListenError, Listening, Metrics, NamedKey,
    RESERVED_PATH, Server, SourceStatus, Stop, Verifier,
};
use crate::platform;
use crate::profiles::{self, KnownKey};
use crate::transport::{Options, Trust, certificates_in};

/// Everything that is decided before the proxy listens.
pub struct Plan {
    routes: Vec<Route>,
    inbound: Option<Inbound>,
    forwarding: Option<Prepared>,
    sources: Vec<Arc<CredentialSource>>,
    found: FoundSecrets,
    clock: Clock,
    /// The ports of routes that have their own.
    ports: BTreeSet<u16>,
    /// Warnings to print.
    pub warnings: Vec<String>,
}

impl Plan {
    /// Number of routes.
    pub fn count_routes(&self) -> usize {
        self.routes.len()
    }

    /// Number of inbound keys, if clients have their own keys.
    pub fn count_identities(&self) -> Option<usize> {
        self.inbound.as_ref().map(|inbound| inbound.count)
    }
}

/// Reads the configuration and checks that it is consistent.
pub fn plan(args: &ProxyArgs, context: &mut Context) -> Result<Plan, Failure> {
    if args.check && args.config.is_none() && args.inbound.is_none() {
        return Err(Failure::usage("--check has nothing to check").hint("pass --config FILE or --inbound FILE"));
    }
    context.connection = args.connection.to_credentials(context);
    check_trust(&args.connection.to_upstream(context))?;
    let defaults = RouteSpec::from_args(args)?;
    let specs = match &args.config {
        Some(file) => config::read(file, &defaults)?,
        None => vec![defaults],
    };
    if args.inbound.is_some()
        && let Some(spec) = specs.iter().find(|spec| spec.changes_requests())
    {
        return Err(spec
            .problem("requests would be changed, but --inbound verifies them")
            .hint("the client signed them as they are: remove the options that add or strip something"));
    }
    let clock = Clock::new(context::now);
    let mut sources = Sources::new(&args.credentials, context, clock.clone());
    let mut made = Vec::new();
    for spec in &specs {
        made.push(routes::route(spec, args, &mut sources, context)?);
    }
    let reached = Reached { routes: &made, is_forward_proxy: args.ca.is_some() };
    let read = |file| identities::read(file, &reached, &mut sources, context);
    let inbound = args.inbound.as_deref().map(read).transpose()?;
    let forwarding = forwarding::prepare(args, &made, context)?;
    let ports = specs.iter().filter_map(|spec| spec.port).collect();
    check_ports(args, &ports)?;
    check_pages(args, &specs)?;
    refuse_itself(&made, addresses(args, &ports).into_iter().filter(|address| address.port() != 0))?;
    let (found, warnings) = (sources.found(), sources.warnings().to_vec());
    let sources = in_use(sources.all(), inbound.as_ref());
    refuse_real_keys((inbound.as_ref(), &sources), args, context)?;
    Ok(Plan { routes: made, inbound, forwarding, sources, found, clock, ports, warnings })
}

/// Refuses a file of CA certificates that cannot be used: otherwise every request would fail.
fn check_trust(options: &Options) -> Result<(), Failure> {
    for trust in [&options.trust, &options.proxy_trust] {
        if let Trust::File(path) = trust {
            certificates_in(path).map_err(|error| {
                Failure::usage(format!("cannot use the CA certificates in {}: {error}", path.display()))
                    .hint("expected a file with at least one certificate (PEM)")
            })?;
        }
    }
    Ok(())
}

/// Refuses a placeholder with the access key ID or the secret of a credential source: whoever has it could do everything
/// that the source's key is for, without the proxy.
fn refuse_real_keys(
    (inbound, sources): (Option<&Inbound>, &[Arc<CredentialSource>]),
    args: &ProxyArgs,
    context: &Context,
) -> Result<(), Failure> {
    let Some(inbound) = inbound else { return Ok(()) };
    let real = profiles::known_keys(&args.credentials.choice(), &context.environment);
    let signs = |key: &KnownKey| sources.iter().any(|source| source.name() == describe_owner(&key.source));
    for real in real.iter().filter(|key| signs(key)) {
        if let Some(own) = inbound.keys.find(&real.access_key_id) {
            let source = describe_owner(&real.source);
            let problem = format!("{} has the access key ID of {source}, which signs the requests", own.name);
            return Err(Failure::usage(problem).hint(WORTHLESS));
        }
        let has_secret = |own: &&NamedKey| own.credentials.secret_access_key == real.secret;
        if let Some(own) = inbound.keys.keys().iter().find(has_secret) {
            let source = describe_owner(&real.source);
            let problem = format!("{} has the secret of {source}, which signs the requests", own.name);
            return Err(Failure::usage(problem).hint(WORTHLESS));
        }
    }
    Ok(())
}

const WORTHLESS: &str = "make up a key for it: a placeholder must be worthless by itself";

/// The sources whose credentials sign requests. If all clients have their own sources, those of the routes do not.
fn in_use(mut all: Vec<Arc<CredentialSource>>, inbound: Option<&Inbound>) -> Vec<Arc<CredentialSource>> {
    if let Some(own) = inbound.and_then(|inbound| inbound.identities.own_sources()) {
        all.retain(|source| own.iter().any(|own| Arc::ptr_eq(own, source)));
    }
    all
}

/// Serves until asked to stop.
pub fn run(args: &ProxyArgs, plan: Plan, context: &mut Context) -> Result<Exit, Failure> {
    platform::raise_file_limit();
    start_runtime()?.block_on(serve(args, plan, context))
}

async fn serve(args: &ProxyArgs, plan: Plan, context: &mut Context) -> Result<Exit, Failure> {
    let limits = args.limits.to_limits(args.time_limit);
    let (listening, admin_at) = bind_all(args, &plan).await?;
    plan.forwarding.iter().try_for_each(|forwarding| forwarding.write(args))?;
    let own = listening.iter().chain(&admin_at).map(Listening::address).collect();
    unless_closed(announce(args, &listening, admin_at.as_ref(), context))?;
    plan.warnings.iter().try_for_each(|warning| warn(context, warning))?;
    let (stop, metrics) = (Stop::new(), Arc::new(Metrics::default()));
    let (queue, exchanges) = Queue::new(None);
    let (queue, run) = (Arc::new(queue), std::process::id());
    let admin = |place| {
        let (metrics, sources) = (Arc::clone(&metrics), plan.sources.clone());
        Arc::new(Admin { place, metrics, sources })
    };
    let keys = plan.inbound.as_ref().map(|inbound| inbound.keys.clone()).unwrap_or_default();
    let verifier = Verifier::new(keys, plan.clock.clone());
    let counting = Counting { metrics: Arc::clone(&metrics), sink: Arc::clone(&queue) as _ };
    let mut server = Server::new(verifier, limits, Arc::new(counting), run);
    let mut proxy = Proxy::new(plan.routes, plan.clock.clone(), limits, run);
    match plan.inbound {
        None => server.admission = Admission::Anyone,
        Some(Inbound { identities, .. }) => {
            proxy = proxy.with_inbound(Admitted { verifier: Arc::clone(&server.verifier), identities });
            if let Some(Prepared { forwarding, .. }) = plan.forwarding {
                proxy = proxy.with_forwarding(Forwarding { own, ..forwarding });
            }
        }
    }
    server.passage = Some(Arc::new(proxy));
    server.pages = Some(admin(if admin_at.is_some() { AdminPlace::Elsewhere } else { AdminPlace::Below }));
    let server = Arc::new(server);
    for source in &plan.sources {
        let server = Arc::clone(&server);
        let report = move |status: &SourceStatus| server.note_problem(status.describe_failure());
        tokio::spawn(Arc::clone(source).keep_fresh(stop.clone(), report));
    }
    stop_on_signal(&stop, limits.stop_time);
    let mut serving = tokio::task::JoinSet::new();
    for listening in listening {
        serving.spawn(listening.serve(Arc::clone(&server), stop.clone()));
    }
    if let Some(listening) = admin_at {
        let mut own = Server::new(Verifier::new(Keyring::default(), plan.clock), limits, queue, run);
        own.pages = Some(admin(AdminPlace::OwnPort));
        serving.spawn(listening.serve(Arc::new(own), stop.clone()));
    }
    let ended = tokio::spawn(async move { while serving.join_next().await.is_some() {} });
    let mut log = Log { report: Report::new(args.log), found: &plan.found };
    write_log(&mut log, exchanges, ended, context).await?;
    Ok(Exit::Done)
}

/// Binds the addresses for requests, and that of the monitoring pages if they have one. `--port ADDRESS:PORT` names the
/// address of all of them.
async fn bind_all(args: &ProxyArgs, plan: &Plan) -> Result<(Vec<Listening>, Option<Listening>), Failure> {
    let tls = tls::configure(&args.listening)?;
    let is_allowed = args.listening.allow_remote || args.port.address.is_some();
    let mut listening = Vec::new();
    for address in addresses(args, &plan.ports) {
        listening.push(bind(address, is_allowed, tls.clone()).await.map_err(explain_listening)?);
    }
    refuse_itself(&plan.routes, listening.iter().map(Listening::address))?;
    let admin_at = match args.admin_port {
        Some(port) => Some(bind(own_address(args, port), is_allowed, None).await.map_err(explain_listening)?),
        None => None,
    };
    Ok((listening, admin_at))
}

/// Binds an address. A machine without IPv6 has all its addresses in IPv4.
async fn bind(address: SocketAddr, is_allowed: bool, tls: Option<Arc<ServerConfig>>) -> Result<Listening, ListenError> {
    let bound = Listening::bind(address, is_allowed, tls.clone()).await;
    match bound {
        Err(ListenError::Bind { ref source, .. })
            if address.ip() == Ipv6Addr::UNSPECIFIED && source.kind() != io::ErrorKind::AddrInUse =>
        {
            let all = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), address.port());
            Listening::bind(all, is_allowed, tls).await
        }
        bound => bound,
    }
}

/// The main address, followed by those of routes with their own port.
fn addresses(args: &ProxyArgs, ports: &BTreeSet<u16>) -> Vec<SocketAddr> {
    let others = ports.iter().copied().filter(|port| *port != args.port.number);
    std::iter::once(args.port.number).chain(others).map(|port| own_address(args, port)).collect()
}

fn own_address(args: &ProxyArgs, port: u16) -> SocketAddr {
    SocketAddr::new(args.port.address.unwrap_or(args.listening.listen), port)
}

/// The monitoring pages need a port that serves nothing else.
fn check_ports(args: &ProxyArgs, ports: &BTreeSet<u16>) -> Result<(), Failure> {
    let is_used = |port: &u16| *port != 0 && (*port == args.port.number || ports.contains(port));
    match args.admin_port.filter(is_used) {
        Some(port) => Err(Failure::usage(format!("--admin-port {port} is a port that the proxy itself listens on"))
            .hint("pass another port, or leave --admin-port out: the pages are then below /_sigvet/")),
        None => Ok(()),
    }
}

/// Refuses a route for the path of the monitoring pages, which would take its requests.
fn check_pages(args: &ProxyArgs, specs: &[RouteSpec]) -> Result<(), Failure> {
    let is_there =
        |path: &String| path.strip_prefix(RESERVED_PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    let taken = specs.iter().find(|spec| spec.path.as_ref().is_some_and(is_there));
    match taken.filter(|_| args.admin_port.is_none()) {
        Some(spec) => Err(spec
            .problem(format!("requests below {RESERVED_PATH} get the pages for monitoring, and never the route"))
            .hint("pass --admin-port to move the pages to a port of their own, or choose another path")),
        None => Ok(()),
    }
}

fn refuse_itself(routes: &[Route], own: impl Iterator<Item = SocketAddr>) -> Result<(), Failure> {
    let own: Vec<SocketAddr> = own.collect();
    for route in routes {
        let Destination::Fixed(upstream) = &route.destination else { continue };
        if own.iter().any(|own| is_itself(upstream.url(), *own)) {
            let problem = format!("the upstream {} is the address that this proxy listens on", upstream.url().origin());
            return Err(Failure::usage(problem).hint("pass another --port, or another upstream"));
        }
    }
    Ok(())
}

fn announce(
    args: &ProxyArgs,
    listening: &[Listening],
    admin: Option<&Listening>,
    context: &mut Context,
) -> Result<(), Failure> {
    for listening in listening {
        context.stderr.line(&format!("listening on {}", listening.url()))?;
    }
    if let Some(admin) = admin.filter(|_| args.log == LogFormat::Text) {
        context.stderr.line(&format!("health and metrics: {}", admin.url()))?;
    }
    let is_open = listening.iter().any(|listening| !listening.address().ip().is_loopback());
    if is_open && args.inbound.is_none() {
        warn(context, "other machines can reach this proxy, and have their requests signed with your credentials")?;
    }
    if is_open && !args.tunnel.is_empty() {
        warn(context, "other machines can reach this proxy, and open tunnels to the hosts of --tunnel without a key")?;
    }
    Ok(())
}

/// Writes the log. Before each line, secrets that were found in the meantime are added to those to redact.
struct Log<'a> {
    report: Report,
    found: &'a FoundSecrets,
}

impl LogWriter for Log<'_> {
    fn write(&mut self, exchange: &Exchange, context: &mut Context) -> Result<(), Failure> {
        learn(self.found, &context.secrets);
        unless_closed(self.report.write(exchange, context))
    }
}
