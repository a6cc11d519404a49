//! The trait for components that take a request before its body has arrived and pass both on.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use rustls::ServerConfig;
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::verify::{Finding, Verdict};
use sigvet_diagnose::Diagnosis;
use tokio::sync::OwnedSemaphorePermit;

use super::Reply;
use super::passing::PassError;
use super::payload::BodyFile;
use crate::transport::{HttpVersion, Stream};

/// A boxed future.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request whose body has not been read yet.
#[derive(Debug)]
pub struct Arriving {
    /// The request, with what is known about its body.
    pub head: Request,
    /// The body.
    pub body: ArrivingBody,
    /// The verdict about the head, if heads are judged.
    pub verdict: Option<Box<Verdict>>,
    /// The upgrade of the connection, if the client asked for one.
    pub upgrade: Option<ClientUpgrade>,
    /// The version of HTTP that the client speaks.
    pub version: HttpVersion,
    /// The address of the client.
    pub peer: SocketAddr,
    /// The local port on which it arrived.
    pub port: u16,
    /// The server that the client asked for, if it uses the gateway as a forward proxy. The `Host` of the request names
    /// the same server.
    pub asked: Option<Arc<RequestUrl>>,
    /// The request ID of the gateway's own answers.
    pub request_id: String,
    /// Where the request is sent, for the log if its client disconnects.
    pub heading: Arc<Heading>,
}

/// The upgrade of a client's connection to another protocol.
#[derive(Debug)]
pub struct ClientUpgrade {
    /// The connection, once the client has the response.
    pub connection: OnUpgrade,
    /// Its share of the limit on open connections, to be kept until it ends.
    pub permit: Option<Arc<OwnedSemaphorePermit>>,
}

/// The route and the host of a request in progress.
#[derive(Debug, Default)]
pub struct Heading(OnceLock<(String, String)>);

impl Heading {
    /// Records the route and the host.
    pub fn set(&self, route: &str, host: &str) {
        // A request has only one route and one host.
        let _ = self.0.set((route.to_owned(), host.to_owned()));
    }

    /// The route and the host; empty while they are unknown.
    pub fn get(&self) -> (String, String) {
        self.0.get().cloned().unwrap_or_default()
    }
}

/// The body of an arriving request.
#[derive(Debug)]
pub enum ArrivingBody {
    /// The body has not been read yet.
    Coming(Incoming),
    /// The body is in the request, or in this file.
    There(Option<BodyFile>),
}

/// The outcome of passing a request on.
#[derive(Debug)]
pub enum Passed {
    /// The request was answered by the upstream server, or here because the upstream server could not be asked.
    Answered(Reply, Box<Leg>),
    /// The body is not what was signed. The upstream server never got the end of it.
    Wrong(Box<Verdict>, Vec<Finding>),
    /// The body did not arrive.
    Unread(PassError),
}

/// The cause of a refusal for which no mistake was found.
pub const UNKNOWN_CAUSE: &str = "unknown";

/// The exchange with the upstream server.
#[derive(Debug, Default)]
pub struct Leg {
    /// The route that was taken, if there are several.
    pub route: String,
    /// The host that the request was sent to, if it was sent.
    pub host: String,
    /// The status that the upstream server returned.
    pub status: Option<u16>,
    /// Time from the first byte to the head of the response.
    pub took: Duration,
    /// Number of bytes of the request body that had arrived by then.
    pub length: u64,
    /// Number of bytes of the response body that were sent to the client.
    pub reply_length: u64,
    /// Whether the response broke off, on either side.
    pub is_broken: bool,
    /// Why there is no response from the upstream server, or only part of one.
    pub problem: Option<String>,
    /// The upstream server's request ID.
    pub request_id: Option<String>,
    /// Whether the upstream server refused the signature or the key.
    pub is_refused: bool,
    /// Why the upstream server refused the signature.
    pub diagnosis: Option<Box<Diagnosis>>,
}

impl Leg {
    /// The IDs of the mistakes behind the upstream server's refusal, or [`UNKNOWN_CAUSE`] if none was found.
    pub fn cause(&self) -> Option<String> {
        let found = self.diagnosis.as_deref().and_then(ids_in);
        found.or_else(|| self.is_refused.then(|| UNKNOWN_CAUSE.to_owned()))
    }
}

/// The IDs of the mistakes that best explain a refusal, separated by commas.
pub fn ids_in(diagnosis: &Diagnosis) -> Option<String> {
    let ids: Vec<&str> = diagnosis.best()?.mistakes.iter().map(|applied| applied.mistake.id).collect();
    (!ids.is_empty()).then(|| ids.join(","))
}

/// Takes requests and passes them on.
pub trait Passage: Send + Sync + fmt::Debug {
    /// Passes a request on and returns its outcome.
    fn pass(&self, arriving: Arriving) -> Later<'_, Passed>;

    /// Opens tunnels, if clients may use the gateway as a forward proxy.
    fn tunnels(&self) -> Option<&dyn Tunnels> {
        None
    }
}

/// A tunnel that was granted to a client.
pub enum Tunnel {
    /// The tunnel ends here: the client speaks TLS with the gateway, and its requests are handled like all others.
    Entered(Arc<ServerConfig>),
    /// Bytes are copied to this server and back.
    Through(Box<dyn Stream>),
}

/// Opens tunnels.
pub trait Tunnels: Send + Sync {
    /// Opens a tunnel to a server for a client that connected to this port. If that fails, returns an answer that says
    /// why, and puts the reason for the log into `leg`.
    fn open<'a>(&'a self, to: &'a RequestUrl, port: u16, leg: &'a mut Leg) -> Later<'a, Result<Tunnel, Reply>>;
}
