//! Host values that a client may have signed: another port, another name of the same endpoint, or the name in
//! front of a proxy.

use super::Subject;
use crate::diagnosis::catalogue::{
    HOST_DEFAULT_PORT, HOST_OTHER_ENDPOINT, HOST_PORT_MISSING, HOST_REWRITTEN, HOST_WITH_PATH, Mistake,
    TOKEN_HOST_CHANGED,
};
use crate::diagnosis::token_kind::token_kind;
use sigvet_core::endpoint;

/// Headers in which proxies forward the host that the client requested.
const FORWARDED: [&str; 6] =
    ["x-forwarded-host", "x-original-host", "x-host", ":authority", "x-envoy-original-host", "x-forwarded-server"];
/// Ports that development servers listen on. The client may sign one that its HTTP library does not send, or
/// the reverse.
const PORTS: [&str; 8] = ["443", "80", "9000", "8000", "8080", "4566", "9200", "3000"];
/// Ports of PostgreSQL, MySQL, SQL Server, Oracle, Valkey and Redis, as they occur in the hosts of tokens.
const DATABASE_PORTS: [&str; 5] = ["5432", "3306", "1433", "1521", "6379"];
/// Text that people put before and after a host by mistake.
const DRESSES: [(&str, &str); 5] = [("https://", ""), ("http://", ""), ("", "/"), ("https://", "/"), ("//", "")];

/// The longest bucket name that was ever allowed (before 2018, in us-east-1).
const LONGEST_BUCKET: usize = 255;

/// The candidate values, each with its mistake.
pub(super) fn candidates(sent: &str, subject: &Subject<'_>) -> Vec<(&'static Mistake, String)> {
    let (name, port) = split_port(sent);
    let mut found: Vec<(&'static Mistake, String)> = Vec::new();
    for forwarded in FORWARDED.iter().filter_map(|name| subject.headers.first_text(name)) {
        found.push((&HOST_REWRITTEN, forwarded.to_owned()));
    }
    found.extend(named_hosts(subject).into_iter().map(|host| (&HOST_REWRITTEN, host)));
    match port {
        Some(_) => found.push((&HOST_PORT_MISSING, name.to_owned())),
        None => found.extend(["443", "80"].map(|port| (&HOST_DEFAULT_PORT, format!("{name}:{port}")))),
    }
    found.extend(subject.hints.hosts.iter().map(|host| (&HOST_OTHER_ENDPOINT, host.clone())));
    let is_token = is_token(subject);
    let of_databases = DATABASE_PORTS.iter().filter(|_| is_token);
    found.extend(PORTS.iter().chain(of_databases).map(|port| (&HOST_OTHER_ENDPOINT, format!("{name}:{port}"))));
    let path = String::from_utf8_lossy(&subject.path).into_owned();
    found.push((&HOST_WITH_PATH, format!("{sent}{path}")));
    found.push((&HOST_WITH_PATH, format!("https://{sent}{path}")));
    found.extend(DRESSES.iter().map(|(before, behind)| (&HOST_WITH_PATH, format!("{before}{sent}{behind}"))));
    let case = [sent.to_ascii_lowercase(), format!("{name}."), name.trim_end_matches('.').to_owned()];
    let others = other_names(name, subject).into_iter().chain(case);
    for other in others {
        found.push((&HOST_OTHER_ENDPOINT, other.clone()));
        found.extend(port.map(|port| (&HOST_OTHER_ENDPOINT, format!("{other}:{port}"))));
    }
    if is_token {
        let others = found.iter_mut().filter(|(mistake, _)| mistake.id == HOST_OTHER_ENDPOINT.id);
        others.for_each(|(mistake, _)| *mistake = &TOKEN_HOST_CHANGED);
    }
    found
}

/// Whether the request is a token. A token contains the host that it was signed for.
fn is_token(subject: &Subject<'_>) -> bool {
    let query = subject.query.as_deref().unwrap_or_default();
    token_kind(&subject.path, query, &subject.headers, &subject.terms.signed_headers).is_some()
}

/// The hosts named in other headers of the request: `Origin`, `Referer`, `Forwarded`, `Via`.
fn named_hosts(subject: &Subject<'_>) -> Vec<String> {
    let text = |name| subject.headers.first_text(name);
    let of_url =
        |url: &str| url.split_once("://").map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or_default().to_owned());
    let pages = ["origin", "referer"].into_iter().filter_map(|name| of_url(text(name)?));
    let forwarded = text("forwarded").into_iter().flat_map(|value| value.split([';', ',']));
    let forwarded =
        forwarded.filter_map(|part| part.trim().strip_prefix("host=")).map(|host| host.trim_matches('"').to_owned());
    let via =
        text("via").into_iter().flat_map(|value| value.split(',')).filter_map(|hop| hop.split_whitespace().nth(1));
    pages.chain(forwarded).chain(via.map(str::to_owned)).filter(|host| !host.is_empty()).collect()
}

/// Names that a server has inside its own network.
pub(super) const INNER_NAMES: [&str; 12] = [
    "localhost",
    "127.0.0.1",
    "minio",
    "0.0.0.0",
    "[::1]",
    "host.docker.internal",
    "localstack",
    "s3",
    "ceph",
    "garage",
    "seaweedfs",
    "rustfs",
];

/// Splits a host into name and port, if it has a port.
pub(super) fn split_port(host: &str) -> (&str, Option<&str>) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => (name, Some(port)),
        _ => (host, None),
    }
}

/// Other names of the same server, or of a neighbouring one.
fn other_names(name: &str, subject: &Subject<'_>) -> Vec<String> {
    let mut names: Vec<String> = subject.hints.hosts.iter().map(|host| split_port(host).0.to_owned()).collect();
    names.extend(["localhost", "127.0.0.1"].map(str::to_owned));
    let region = subject.terms.scope.region();
    if subject.stores_objects() {
        let first_segment = String::from_utf8_lossy(&subject.path).trim_start_matches('/').to_owned();
        let first_segment = first_segment.split('/').next().filter(|name| name.len() <= LONGEST_BUCKET);
        let first_segment = first_segment.unwrap_or_default().to_owned();
        let buckets = subject.buckets();
        for bucket in buckets.iter().chain((!first_segment.is_empty()).then_some(&first_segment)) {
            if let Some(bare) = name.strip_prefix(&format!("{bucket}.")) {
                names.push(bare.to_owned());
            } else {
                names.push(format!("{bucket}.{name}"));
            }
        }
        // An unknown name may be an alias of an AWS endpoint.
        let is_of_aws =
            |inference: endpoint::Inference| inference.provider.contains("AWS") || name.contains("amazonaws");
        if endpoint::infer(name).is_none_or(is_of_aws) {
            let stem = ["", "dualstack."].map(|stack| format!("s3.{stack}{region}.amazonaws.com"));
            let plain: Vec<String> = stem
                .into_iter()
                .chain([
                    "s3.amazonaws.com".to_owned(),
                    format!("s3-{region}.amazonaws.com"),
                    "s3-accelerate.amazonaws.com".to_owned(),
                ])
                .collect();
            for host in plain {
                names.extend(buckets.iter().chain([&first_segment]).map(|bucket| format!("{bucket}.{host}")));
                names.push(host);
            }
        }
    } else {
        let service = &subject.terms.scope.service;
        names.push(format!("{service}.amazonaws.com"));
        names.push(format!("{service}.{region}.amazonaws.com"));
    }
    names
}
