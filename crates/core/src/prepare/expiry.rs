//! How long presigned URLs may be valid, by service.

use std::ops::RangeInclusive;
use std::time::Duration;

/// Minimum and maximum expiry of a presigned URL: one second to seven days.
pub const EXPIRES_LIMITS: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(604_800);

/// The limits for a message: `1 to 604800 s (7 days)`.
pub(crate) fn expires_limits() -> String {
    let (least, most) = (EXPIRES_LIMITS.start().as_secs(), EXPIRES_LIMITS.end().as_secs());
    format!("{least} to {most} s ({} days)", most / 86_400)
}

/// How long other services accept presigned URLs: as long as they allow clocks to differ, whatever the URL says.
pub(crate) const USUAL_EXPIRY: Duration = Duration::from_secs(900);

/// How long a service accepts a presigned URL.
struct Limit {
    service: &'static str,
    /// Maximum expiry that a URL may name, in seconds.
    longest: u64,
    /// How many seconds the service accepts the URL, whatever expiry it names. `None` if the URL's expiry counts.
    accepted: Option<u64>,
}

impl Limit {
    const fn as_named(service: &'static str, longest: u64) -> Self {
        Self { service, longest, accepted: None }
    }

    const fn fixed(service: &'static str, longest: u64, accepted: u64) -> Self {
        Self { service, longest, accepted: Some(accepted) }
    }
}

/// Limits of services that do not store objects. Sources: for Transcribe its developer guide (*Setting up a WebSocket
/// stream*), for AgentCore AWS's own client (`MAX_PRESIGNED_URL_TIMEOUT`), for Kinesis Video the signer of its WebRTC
/// SDK, for Aurora DSQL its user guide (*Generating an authentication token*), for Bedrock the README of its token
/// generator (twelve hours at most), for RDS, ElastiCache and MemoryDB their guides on IAM authentication (15 minutes),
/// for MSK its signer. IoT accepts any expiry but does not honour it: according to public reports a URL lasts minutes,
/// and ten are too many (aws-sdk-js#2254).
const LIMITS: [Limit; 11] = [
    Limit::fixed("transcribe", 300, 300),
    Limit::fixed("bedrock-agentcore", 300, 300),
    Limit::fixed("kinesisvideo", 299, 299),
    Limit::as_named("dsql", 604_800),
    Limit::as_named("bedrock", 43_200),
    Limit::fixed("rds-db", 900, 900),
    Limit::fixed("elasticache", 900, 900),
    Limit::fixed("memorydb", 900, 900),
    Limit::fixed("kafka-cluster", 900, 900),
    Limit::fixed("iotdevicegateway", 604_800, 300),
    Limit::fixed("iotdata", 604_800, 300),
];

fn limit_of(service: &str) -> Option<&'static Limit> {
    LIMITS.iter().find(|limit| limit.service == service)
}

/// The maximum expiry of a presigned URL that a service accepts; seven days if the service documents no limit.
pub fn longest_expiry(service: &str) -> Duration {
    limit_of(service).map_or(*EXPIRES_LIMITS.end(), |limit| Duration::from_secs(limit.longest))
}

/// How long a service that does not store objects accepts a URL with this expiry.
pub(crate) fn accepted_for(service: &str, expires: Duration) -> Duration {
    match limit_of(service) {
        Some(Limit { accepted: Some(seconds), .. }) => Duration::from_secs(*seconds),
        Some(Limit { longest, accepted: None, .. }) => expires.min(Duration::from_secs(*longest)),
        None => USUAL_EXPIRY,
    }
}
