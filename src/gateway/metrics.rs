//! The counters of a gateway in the Prometheus text format.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use super::SourceStatus;
use crate::locking::locked;

/// Upper bounds of the latency buckets, in seconds.
const BOUNDS: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The media type of the Prometheus text format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The counters of a process.
#[derive(Debug, Default)]
pub struct Metrics(Mutex<Counted>);

#[derive(Debug, Default)]
struct Counted {
    requests: BTreeMap<(String, u16), u64>,
    refused: BTreeMap<String, u64>,
    latency: BTreeMap<String, Histogram>,
}

#[derive(Debug, Default)]
struct Histogram {
    buckets: [u64; BOUNDS.len()],
    count: u64,
    sum: f64,
}

impl Metrics {
    /// Counts a request answered with this status.
    pub fn count_request(&self, route: &str, status: u16) {
        *self.counted().requests.entry((route.to_owned(), status)).or_default() += 1;
    }

    /// Counts a signature refused here or by the upstream server.
    pub fn count_refusal(&self, cause: &str) {
        *self.counted().refused.entry(cause.to_owned()).or_default() += 1;
    }

    /// Counts how long the upstream server of a route took to begin its response.
    pub fn count_latency(&self, route: &str, took: Duration) {
        self.counted().latency.entry(route.to_owned()).or_default().add(took.as_secs_f64());
    }

    /// All counters, and the status of the credential sources.
    pub fn to_text(&self, sources: &[SourceStatus]) -> String {
        let mut text = String::new();
        self.counted().write(&mut text);
        write_sources(sources, &mut text);
        text
    }

    fn counted(&self) -> MutexGuard<'_, Counted> {
        locked(&self.0)
    }
}

impl Counted {
    fn write(&self, text: &mut String) {
        head(text, "sigvet_requests_total", "counter", "Answered requests.");
        for ((route, status), count) in &self.requests {
            line(text, &format!("sigvet_requests_total{{route=\"{}\",status=\"{status}\"}} {count}", escaped(route)));
        }
        head(text, "sigvet_refused_signatures_total", "counter", "Refused signatures, by cause.");
        for (cause, count) in &self.refused {
            line(text, &format!("sigvet_refused_signatures_total{{cause=\"{}\"}} {count}", escaped(cause)));
        }
        head(
            text,
            "sigvet_upstream_latency_seconds",
            "histogram",
            "Time to the first byte of the upstream's response.",
        );
        for (route, histogram) in &self.latency {
            histogram.write(&escaped(route), text);
        }
    }
}

impl Histogram {
    fn add(&mut self, seconds: f64) {
        self.count += 1;
        self.sum += seconds;
        let within = self.buckets.iter_mut().zip(BOUNDS).filter(|(_, bound)| seconds <= *bound);
        within.for_each(|(count, _)| *count += 1);
    }

    fn write(&self, route: &str, text: &mut String) {
        let name = "sigvet_upstream_latency_seconds";
        for (count, bound) in self.buckets.iter().zip(BOUNDS) {
            line(text, &format!("{name}_bucket{{route=\"{route}\",le=\"{bound}\"}} {count}"));
        }
        line(text, &format!("{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {}", self.count));
        line(text, &format!("{name}_sum{{route=\"{route}\"}} {}", self.sum));
        line(text, &format!("{name}_count{{route=\"{route}\"}} {}", self.count));
    }
}

fn write_sources(sources: &[SourceStatus], text: &mut String) {
    head(text, "sigvet_credentials_ready", "gauge", "Whether there are credentials that can sign.");
    for source in sources {
        let is_ready = u8::from(source.age.is_some());
        line(text, &format!("sigvet_credentials_ready{{source=\"{}\"}} {is_ready}", escaped(&source.name)));
    }
    let ages = sources.iter().map(|source| (source, source.age));
    write_gauge("sigvet_credentials_age_seconds", "Age of the credentials.", ages, text);
    let ends = sources.iter().map(|source| (source, source.expires_in));
    write_gauge("sigvet_credentials_expire_seconds", "Time until the credentials expire.", ends, text);
}

fn write_gauge<'s>(
    name: &str,
    help: &str,
    values: impl Iterator<Item = (&'s SourceStatus, Option<i64>)>,
    text: &mut String,
) {
    head(text, name, "gauge", help);
    for (source, value) in values {
        if let Some(value) = value {
            line(text, &format!("{name}{{source=\"{}\"}} {value}", escaped(&source.name)));
        }
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    line(text, &format!("# HELP {name} {help}\n# TYPE {name} {kind}"));
}

fn line(text: &mut String, line: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "{line}");
}

/// Escapes the value of a label.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the description of the format: a bucket counts everything up to its bound, and the last bucket
    /// counts everything.
    #[test]
    fn latencies_are_counted_up_to_each_bound() {
        let metrics = Metrics::default();
        for milliseconds in [1, 30, 30, 20_000] {
            metrics.count_latency("a\"b", Duration::from_millis(milliseconds));
        }
        let text = metrics.to_text(&[]);
        for line in [
            "sigvet_upstream_latency_seconds_bucket{route=\"a\\\"b\",le=\"0.005\"} 1",
            "sigvet_upstream_latency_seconds_bucket{route=\"a\\\"b\",le=\"0.05\"} 3",
            "sigvet_upstream_latency_seconds_bucket{route=\"a\\\"b\",le=\"10\"} 3",
            "sigvet_upstream_latency_seconds_bucket{route=\"a\\\"b\",le=\"+Inf\"} 4",
            "sigvet_upstream_latency_seconds_count{route=\"a\\\"b\"} 4",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
    }

    #[test]
    fn requests_refusals_and_credentials_are_reported() {
        let metrics = Metrics::default();
        metrics.count_request("search", 200);
        metrics.count_request("search", 200);
        metrics.count_refusal("secret-wrong");
        let source = |age, expires_in| SourceStatus { name: "profile 'p'".to_owned(), age, expires_in, problem: None };
        let text = metrics.to_text(&[source(Some(5), Some(295)), source(None, None)]);
        for line in [
            "# TYPE sigvet_requests_total counter",
            "sigvet_requests_total{route=\"search\",status=\"200\"} 2",
            "sigvet_refused_signatures_total{cause=\"secret-wrong\"} 1",
            "sigvet_credentials_ready{source=\"profile 'p'\"} 1",
            "sigvet_credentials_ready{source=\"profile 'p'\"} 0",
            "sigvet_credentials_age_seconds{source=\"profile 'p'\"} 5",
            "sigvet_credentials_expire_seconds{source=\"profile 'p'\"} 295",
        ] {
            assert!(text.lines().any(|own| own == line), "{line}\n{text}");
        }
    }
}
