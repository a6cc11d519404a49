//! The pages for monitoring a proxy: whether it runs, whether it has credentials, and its metrics.

use std::sync::Arc;

use http::Method;

use crate::gateway::{CredentialSource, METRICS_TYPE, Metrics, Pages, RESERVED_PATH, Reply};
use sigvet_core::request::Request;

/// Where the pages are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminPlace {
    /// Below `/_sigvet/`; all other requests go to the proxy.
    Below,
    /// On a port that serves nothing else.
    OwnPort,
    /// On another port, so not on this one.
    Elsewhere,
}

/// The monitoring pages.
#[derive(Debug)]
pub struct Admin {
    pub place: AdminPlace,
    pub metrics: Arc<Metrics>,
    pub sources: Vec<Arc<CredentialSource>>,
}

impl Pages for Admin {
    fn answer(&self, request: &Request, method: &Method) -> Option<Reply> {
        let path = String::from_utf8_lossy(request.path());
        let name = match self.place {
            AdminPlace::Below => path.strip_prefix(RESERVED_PATH).filter(|rest| rest.starts_with('/'))?,
            AdminPlace::OwnPort => &path,
            AdminPlace::Elsewhere => return None,
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            return Some(Reply::plain(405, "only GET and HEAD are allowed here"));
        }
        Some(match name {
            "/healthz" => Reply::plain(200, "ok"),
            "/readyz" => self.readiness(),
            "/metrics" => {
                let states: Vec<_> = self.sources.iter().map(|source| source.status()).collect();
                Reply::new(200, METRICS_TYPE, self.metrics.to_text(&states))
            }
            _ => Reply::plain(404, "expected /healthz, /readyz or /metrics"),
        })
    }
}

impl Admin {
    /// A proxy is ready if it can sign for every route.
    fn readiness(&self) -> Reply {
        let states: Vec<_> = self.sources.iter().map(|source| source.status()).collect();
        let missing = states.iter().filter(|state| state.age.is_none());
        let missing: Vec<String> = missing
            .map(|state| {
                // The reason is only for the operators of the proxy; it is also in the log.
                let reason = state.problem.as_deref().filter(|_| self.place == AdminPlace::OwnPort);
                let reason = reason.map(|reason| format!(": {reason}")).unwrap_or_default();
                format!("no credentials from {}{reason}", state.name)
            })
            .collect();
        if missing.is_empty() { Reply::plain(200, "ready") } else { Reply::plain(503, missing.join("\n")) }
    }
}
