//! Whoever takes a request before its body has arrived, and passes both on.

use std::fmt;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Incoming;
use hyper::upgrade::OnUpgrade;
use rustls::ServerConfig;
use sigvet_core::request::{Request, RequestUrl};
use sigvet_core::verify::{Finding, Verdict};
use sigvet_diagnose::Diagnosis;

use super::Reply;
use super::passing::PassError;
use super::payload::BodyFile;
use crate::transport::{HttpVersion, Stream};

/// Something that is not there yet.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A request whose body is still to be read.
#[derive(Debug)]
pub struct Arriving {
    /// The request, with what is known of its body.
    pub head: Request,
    /// The body.
    pub body: ArrivingBody,
    /// The judgement of the head, if heads are judged.
    pub verdict: Option<Box<Verdict>>,
    /// The connection, if the client wants to speak something else on it.
    pub upgrade: Option<OnUpgrade>,
    /// What the client speaks.
    pub version: HttpVersion,
    /// Who sent it.
    pub peer: SocketAddr,
    /// The port that it came to.
    pub port: u16,
    /// The server that the client asked for, if it takes the gateway for a forward proxy. Its `Host` is that server's.
    pub asked: Option<Arc<RequestUrl>>,
}

/// A body on this side of the gateway.
#[derive(Debug)]
pub enum ArrivingBody {
    /// It is still to be read.
    Coming(Incoming),
    /// It is in the request, or in this file.
    There(Option<BodyFile>),
}

/// What became of it.
#[derive(Debug)]
pub enum Passed {
    /// It was answered: by the server behind, or here because that one could not be asked.
    Answered(Reply, Box<Leg>),
    /// The body is not what was signed. Nothing of its end has gone out.
    Wrong(Box<Verdict>, Vec<Finding>),
    /// The body did not arrive.
    Unread(PassError),
}

/// The way to the server behind, and what it said.
#[derive(Debug, Default)]
pub struct Leg {
    /// The route that was taken, if there are several.
    pub route: String,
    /// The host that was asked, if one was.
    pub host: String,
    /// The status that the server behind gave.
    pub status: Option<u16>,
    /// From the first byte to the head of the response.
    pub took: Duration,
    /// Bytes of the body that had arrived by then.
    pub length: u64,
    /// Bytes of the answer's body that went to the client.
    pub reply_length: u64,
    /// Whether the answer broke off, on either side.
    pub is_broken: bool,
    /// Why there is no answer of the server behind, or not all of it.
    pub problem: Option<String>,
    /// The server's name for the exchange.
    pub request_id: Option<String>,
    /// Why the server behind refused the signature.
    pub diagnosis: Option<Box<Diagnosis>>,
}

impl Leg {
    /// The ids of the mistakes behind a refusal of the server behind.
    pub fn cause(&self) -> Option<String> {
        self.diagnosis.as_deref().and_then(ids_in)
    }
}

/// The ids of the mistakes that explain a refusal best, with commas between.
pub fn ids_in(diagnosis: &Diagnosis) -> Option<String> {
    let ids: Vec<&str> = diagnosis.best()?.mistakes.iter().map(|applied| applied.mistake.id).collect();
    (!ids.is_empty()).then(|| ids.join(","))
}

/// Takes requests and passes them on.
pub trait Passage: Send + Sync + fmt::Debug {
    /// Passes one on, and gives back its answer.
    fn pass(&self, arriving: Arriving) -> Later<'_, Passed>;

    /// Who opens tunnels, if clients may take the gateway for a forward proxy.
    fn tunnels(&self) -> Option<&dyn Tunnels> {
        None
    }
}

/// A tunnel that a client may have.
pub enum Tunnel {
    /// It leads no further: the client speaks TLS with the gateway, and its requests are taken like all others.
    Entered(Arc<ServerConfig>),
    /// Bytes pass to this server and back.
    Through(Box<dyn Stream>),
}

/// Opens tunnels.
pub trait Tunnels: Send + Sync {
    /// Opens one to a server, for a client that came to this port. Otherwise there is an answer that says why not, and the leg has
    /// what the log says.
    fn open<'a>(&'a self, to: &'a RequestUrl, port: u16, leg: &'a mut Leg) -> Later<'a, Result<Tunnel, Reply>>;
}
