//! Counts every exchange on its way to the log, including requests that were refused or never answered.

use std::sync::Arc;

use super::exchange::{Exchange, Judgement};
use super::metrics::Metrics;
use super::passage::{Later, UNKNOWN_CAUSE};
use super::roles::Sink;

/// Counts exchanges and passes them to another sink.
#[derive(Debug)]
pub struct Counting {
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// The sink that receives the exchanges.
    pub sink: Arc<dyn Sink>,
}

impl Counting {
    fn count(&self, exchange: &Exchange) {
        // A note about the listener or the credentials is not a request.
        if exchange.status == 0 {
            return;
        }
        let leg = exchange.upstream.as_deref();
        let route = leg.map(|leg| leg.route.as_str()).unwrap_or_default();
        self.metrics.count_request(route, exchange.status);
        if let Some(leg) = leg.filter(|leg| leg.status.is_some()) {
            self.metrics.count_latency(route, leg.took);
        }
        if let Some(cause) = leg.and_then(|leg| leg.cause()) {
            self.metrics.count_refusal(&cause);
        } else if matches!(exchange.judgement, Judgement::Refused { .. }) {
            let cause = exchange.judgement.cause();
            self.metrics.count_refusal(cause.as_deref().unwrap_or(UNKNOWN_CAUSE));
        }
    }
}

impl Sink for Counting {
    fn take(&self, exchange: Arc<Exchange>) -> Later<'_, ()> {
        self.count(&exchange);
        self.sink.take(exchange)
    }
}
