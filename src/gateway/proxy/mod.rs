//! The signing proxy: each request goes to its upstream server with a signature from credentials that the client does
//! not have. A client's own signature is removed, or, if clients have their own keys, verified and replaced.
//!
//! Nothing is sent unsigned: without credentials, the proxy answers with status 503.

mod pattern;
mod storage;
mod elsewhere;
mod accesses;
mod rules;
mod identities;
mod route;
mod sites;
mod signing;
mod outgoing;
mod masked_body;
mod upgrade;
mod exchange;
mod forwarding;
mod express;

pub use express::{SessionMode, session_of};
pub use forwarding::{Forwarding, PURPOSE, constraint};
pub use identities::{Grant, Identities, Permission};
pub use pattern::{HostPattern, PrefixPattern, allows_path};
pub use route::{AllowedHosts, Destination, Route, ScopeOf, Selector, Signers, UNNAMED_ROUTE};
pub use rules::{Allowance, Edits, Forbidden};

use std::fmt;
use std::sync::Arc;

use sigvet_core::credentials::Credentials;
use sigvet_core::internal::names_two_hosts;
use sigvet_core::request::Request;
use sigvet_core::verify::Claimed;

use super::masking::Maskings;
use super::onward::Pseudonym;
use super::passage::{Arriving, Later, Leg, Passage, Passed, Tunnels};
use super::refusal::Addressee;
use super::searches::Searches;
use super::{Clock, CredentialSource, Limits, Reply, Unready, Verifier};
use crate::transport::Upstream;
use accesses::Access;
use exchange::Leaving;
use identities::SignedFor;
use pattern::readings;

/// The signing proxy.
pub struct Proxy {
    routes: Vec<Route>,
    /// The clients' keys and permissions, if clients have their own keys.
    inbound: Option<Inbound>,
    /// The configuration as a forward proxy, if it is one.
    forwarding: Option<Forwarding>,
    /// The proxy's own S3 Express sessions.
    sessions: express::Sessions,
    /// What responses must not contain.
    maskings: Maskings,
    clock: Clock,
    limits: Limits,
    pseudonym: Pseudonym,
    searches: Searches,
}

/// The keys that clients have instead of the real ones.
#[derive(Debug)]
pub struct Inbound {
    /// Verifies the clients' signatures.
    pub verifier: Arc<Verifier>,
    /// What each key may do.
    pub identities: Identities,
}

/// Why a request is not passed on, with the status of the answer.
#[derive(Debug)]
struct Denied {
    status: u16,
    text: String,
    /// The text for the log, if it differs from the text of the answer.
    problem: Option<String>,
}

/// Where a request goes, and which credentials sign it.
struct SigningRoute<'p> {
    route: &'p Route,
    upstream: Arc<Upstream>,
    source: Arc<CredentialSource>,
    credentials: Arc<Credentials>,
}

impl Proxy {
    /// A proxy with these routes.
    pub fn new(mut routes: Vec<Route>, clock: Clock, limits: Limits, run: u32) -> Self {
        // If several routes match a request, the most specific one takes it, or else the first.
        routes.sort_by_key(|route| std::cmp::Reverse(route.selector.rank()));
        let (pseudonym, searches) = (Pseudonym::new(run), Searches::default());
        Self {
            routes,
            inbound: None,
            forwarding: None,
            sessions: express::Sessions::default(),
            maskings: Maskings::default(),
            clock,
            limits,
            pseudonym,
            searches,
        }
    }

    /// Verifies clients that have their own keys.
    #[must_use]
    pub fn with_inbound(self, inbound: Inbound) -> Self {
        Self { inbound: Some(inbound), ..self }
    }

    /// Also acts as a forward proxy.
    #[must_use]
    pub fn with_forwarding(self, forwarding: Forwarding) -> Self {
        Self { forwarding: Some(forwarding), ..self }
    }

    async fn relay(&self, arriving: Arriving) -> Passed {
        let mut leg = Box::new(Leg::default());
        let verdict = arriving.verdict.as_ref();
        let addressee = verdict.map(|verdict| {
            let service = verdict.claimed.scope().map(|scope| scope.service.as_str());
            Addressee::of(&arriving.head, service, &arriving.request_id)
        });
        match self.give_session(&arriving, &mut leg) {
            Some(Ok(reply)) => Passed::Answered(reply, leg),
            Some(Err(denied)) => denied.into_passed(leg, addressee.as_ref()),
            None => match self.way(&arriving, &mut leg).await {
                Ok(way) => Leaving::new(self, way, addressee).send(arriving, leg).await,
                Err(denied) => denied.into_passed(leg, addressee.as_ref()),
            },
        }
    }

    /// Finds the upstream server and the credentials for a request, and checks that it is allowed.
    async fn way(&self, arriving: &Arriving, leg: &mut Leg) -> Result<SigningRoute<'_>, Denied> {
        let request = &arriving.head;
        let asked = arriving.asked.as_deref();
        if self.pseudonym.is_in(request) || asked.is_some_and(|asked| self.is_own(asked)) {
            return Err(Denied::itself());
        }
        if names_two_hosts(request) {
            return Err(Denied::new(
                400,
                "the target and the Host header name different hosts, or there are two Host headers",
            ));
        }
        // The answer to TRACE is the request with the real signature (RFC 9110 §9.3.8).
        if self.inbound.is_some() && request.method() == "TRACE" {
            return Err(Denied::new(405, "TRACE is not passed on: its answer would contain the real signature"));
        }
        let route = self.route(request, arriving.port)?;
        leg.route.clone_from(&route.name);
        // If the client uses a forward proxy, its browser still sees the real sites and keeps them apart.
        if asked.is_none() {
            // A page has no key.
            let peer = arriving.verdict.is_none().then_some(arriving.peer);
            sites::check(request, peer, route).map_err(Denied::forbidden)?;
        }
        let claimed = arriving.verdict.as_ref().map(|verdict| &verdict.claimed);
        let upstream = upstream_of(route, arriving)?;
        let has_rules = claimed.is_some() || !route.allowance.is_unlimited();
        let to = (upstream.url(), asked);
        let accesses = if has_rules { route.accesses(request, claimed, to) } else { Vec::new() };
        accesses.iter().try_for_each(|access| route.allowance.check(access)).map_err(Denied::forbidden)?;
        let own = match claimed {
            Some(claimed) => {
                route.check_service(claimed, upstream.url().host()).map_err(Denied::forbidden)?;
                let signed_for = SignedFor::of(request, claimed, upstream.url().host(), &route.inbound.regions);
                self.own_source(route, &accesses, claimed, &signed_for)?
            }
            None => None,
        };
        let source = own.unwrap_or_else(|| Arc::clone(&route.source));
        let purpose = claimed.and_then(express::Purpose::of);
        let session =
            purpose.map(|purpose| self.sessions.session((&upstream, route.limit), purpose, &source, &self.clock));
        let source = session.as_ref().map_or(source, |session| Arc::clone(&session.source));
        let credentials = source.current().await.map_err(|unready| {
            let refusal = session.as_ref().and_then(express::Session::refusal);
            refusal.map_or_else(|| Denied::unready(&unready), |code| Denied::no_session(&code, &unready))
        })?;
        // If the real key comes from a role or a program, it is only known now.
        if claimed.is_some_and(|claimed| claimed.access_key_id() == credentials.access_key_id) {
            return Err(Denied::new(
                403,
                "the placeholder key is the real key, so its holder does not need the proxy; replace it",
            ));
        }
        leg.host = upstream.url().host_header();
        arriving.heading.set(&leg.route, &leg.host);
        Ok(SigningRoute { route, upstream, source, credentials })
    }

    /// Answers a client that asks for an S3 Express session: the upstream server's answer would contain a real key.
    fn give_session(&self, arriving: &Arriving, leg: &mut Leg) -> Option<Result<Reply, Denied>> {
        let (inbound, claimed) = (self.inbound.as_ref()?, &arriving.verdict.as_ref()?.claimed);
        express::is_create_session(&arriving.head, claimed).then(|| {
            let route = self.route(&arriving.head, arriving.port)?;
            leg.route.clone_from(&route.name);
            let upstream = upstream_of(route, arriving)?;
            let to = (upstream.url(), arriving.asked.as_deref());
            let accesses = route.accesses(&arriving.head, Some(claimed), to);
            let signed_for = SignedFor::of(&arriving.head, claimed, upstream.url().host(), &route.inbound.regions);
            route.check_inbound(&accesses, &signed_for).map_err(Denied::forbidden)?;
            let keys = &inbound.verifier.keys;
            let mode = express::asked_mode(&arriving.head).map_err(|problem| Denied::new(501, problem))?;
            let session = keys.find(claimed.access_key_id()).map(|key| session_of(&key.credentials, mode));
            let session = session.filter(|session| keys.find(&session.access_key_id).is_some());
            let session = session.ok_or_else(|| Denied::new(403, "this key cannot open a session"))?;
            Ok(express::answer(&session, self.clock.now()))
        })
    }

    /// The route of a request, provided that all readings of its path lead to the same route.
    fn route(&self, request: &Request, port: u16) -> Result<&Route, Denied> {
        let find = |path: &[u8]| self.routes.iter().find(|route| route.selector.takes(request, path, port));
        let route = find(request.path());
        if self.routes.iter().any(|route| route.selector.path_prefix.is_some()) {
            let is_same =
                |path: &String| find(path.as_bytes()).map(std::ptr::from_ref) == route.map(std::ptr::from_ref);
            let is_clear = readings(request.path()).is_some_and(|readings| readings.iter().all(is_same));
            if !is_clear {
                return Err(Denied::forbidden(Forbidden::Ambiguous));
            }
        }
        route.ok_or_else(|| Denied::new(404, "no route matches this request"))
    }

    /// The credential source of an inbound key, if it is not that of the route. Checks that the key may be used so.
    fn own_source(
        &self,
        route: &Route,
        accesses: &[Access<'_>],
        claimed: &Claimed,
        signed_for: &SignedFor,
    ) -> Result<Option<Arc<CredentialSource>>, Denied> {
        let Some(inbound) = &self.inbound else { return Ok(None) };
        route.check_inbound(accesses, signed_for).map_err(Denied::forbidden)?;
        let grant = inbound.identities.grant(claimed.access_key_id());
        let grant = grant.ok_or_else(|| Denied::new(403, "this key has no permissions here"))?;
        grant.check(accesses, signed_for).map_err(Denied::forbidden)?;
        Ok(grant.source.clone())
    }
}

/// The upstream server for a request on this route.
fn upstream_of(route: &Route, arriving: &Arriving) -> Result<Arc<Upstream>, Denied> {
    let claimed = arriving.verdict.as_ref().map(|verdict| &verdict.claimed);
    let is_bound = claimed.is_none_or(|claimed| matches!(claimed, Claimed::V4(_)));
    let upstream = match &arriving.asked {
        Some(asked) => route.upstream_for(asked, is_bound),
        None => route.destination.upstream(&arriving.head, is_bound),
    };
    upstream.map_err(Denied::forbidden)
}

impl Denied {
    fn new(status: u16, text: impl fmt::Display) -> Self {
        Self { status, text: text.to_string(), problem: None }
    }

    fn itself() -> Self {
        Self::new(508, "the upstream is this proxy itself")
    }

    /// The reason is only for the log, because it may reveal where the credentials come from.
    fn unready(unready: &Unready) -> Self {
        let text = format!("no credentials from {}; the log of the proxy says why", unready.name);
        Self { status: 503, text, problem: Some(unready.to_string()) }
    }

    /// A bucket refuses the proxy's session. Clients repeat requests that get 503, and it would refuse again.
    fn no_session(code: &str, unready: &Unready) -> Self {
        let text = format!("the upstream refuses CreateSession: {code}");
        Self { status: 403, text, problem: Some(unready.to_string()) }
    }

    fn forbidden(forbidden: Forbidden) -> Self {
        let status = if matches!(forbidden, Forbidden::Method { .. }) { 405 } else { 403 };
        Self::new(status, forbidden)
    }

    /// Converts the denial into an answer: in the service's format if the client signed its request, otherwise as text.
    fn into_passed(self, mut leg: Box<Leg>, addressee: Option<&Addressee>) -> Passed {
        let reply = match addressee {
            Some(addressee) => addressee.refuse_for_gateway(self.status, &self.text).into_reply(),
            None => Reply::plain(self.status, &self.text),
        };
        leg.problem = Some(self.problem.unwrap_or(self.text));
        Passed::Answered(reply, leg)
    }
}

impl Passage for Proxy {
    fn pass(&self, arriving: Arriving) -> Later<'_, Passed> {
        Box::pin(self.relay(arriving))
    }

    fn tunnels(&self) -> Option<&dyn Tunnels> {
        self.forwarding.is_some().then_some(self as &dyn Tunnels)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy").field("routes", &self.routes).finish_non_exhaustive()
    }
}
