//! The environment variables through which a program finds the proxy and trusts its certificates. They differ
//! between runtimes.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use super::go_program;
use super::trust::TrustFiles;
use super::truststore::PASSWORD;
use crate::profiles::Environment;

/// Where programs look for a proxy. Most also read the lower-case names, and some only those.
const PROXIES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Hosts to reach without the proxy; cleared, so that every request uses it.
const NO_PROXIES: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The CA bundle of the AWS SDKs and the AWS CLI.
const AWS_BUNDLE: &str = "AWS_CA_BUNDLE";

/// CA bundles of OpenSSL, Go and Rust; Node; Python's requests, and boto3 if it has none of its own; curl; git; Deno.
const BUNDLES: [&str; 6] =
    ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "DENO_CERT"];

/// Read by every Java virtual machine when it starts.
const JAVA: &str = "JAVA_TOOL_OPTIONS";

/// Read by every Node process when it starts.
const NODE: &str = "NODE_OPTIONS";

/// The variables to set for a watched program.
pub fn variables(
    proxy: SocketAddr,
    trust: &TrustFiles,
    (command, endpoint): (&[OsString], Option<&str>),
    environment: &Environment,
) -> Vec<(&'static str, OsString)> {
    let url = format!("http://{proxy}");
    let mut variables: Vec<(&'static str, OsString)> = Vec::new();
    variables.extend(PROXIES.iter().map(|name| (*name, OsString::from(&url))));
    variables.extend(NO_PROXIES.iter().map(|name| (*name, OsString::new())));
    let is_go = || go_program::is_in(command, environment.get("PATH").unwrap_or_default());
    let aws = Some(AWS_BUNDLE).filter(|name| environment.get(name).is_some() || !is_go());
    variables.extend(aws.into_iter().chain(BUNDLES).map(|name| (name, trust.bundle().into_os_string())));
    // Node only looks for a proxy if told to, only since 22.21 and 24.5, and even then not for every agent.
    variables.push(("NODE_USE_ENV_PROXY", "1".into()));
    variables.push((NODE, node(&trust.node_script(), environment.get(NODE)).into()));
    variables.push((JAVA, java(proxy, &trust.truststore(), environment.get(JAVA)).into()));
    variables.extend(endpoint.map(|url| ("AWS_ENDPOINT_URL", url.into())));
    variables
}

/// Between quotes, Node takes a backslash as an escape.
fn node(script: &Path, given: Option<&str>) -> String {
    let script = script.display().to_string().replace('\\', "\\\\").replace('"', "\\\"");
    let own = format!("--require \"{script}\"");
    given.map(|given| format!("{given} {own}")).unwrap_or(own)
}

/// If a property is set twice, the last value counts, so ours come after the existing ones.
fn java(proxy: SocketAddr, truststore: &Path, given: Option<&str>) -> String {
    let (host, port) = (proxy.ip(), proxy.port());
    let mut options: Vec<String> = given.map(str::to_owned).into_iter().collect();
    for scheme in ["http", "https"] {
        options.push(format!("-D{scheme}.proxyHost={host} -D{scheme}.proxyPort={port}"));
    }
    options.push("-Dhttp.nonProxyHosts=".to_owned());
    // The quotes keep a path with spaces in one piece. A quote in it stands between quotes of the other kind, because
    // Java knows no escapes.
    let truststore = truststore.display().to_string().replace('"', "\"'\"'\"");
    options.push(format!("-Djavax.net.ssl.trustStore=\"{truststore}\""));
    options.push(format!("-Djavax.net.ssl.trustStoreType=JKS -Djavax.net.ssl.trustStorePassword={PASSWORD}"));
    options.join(" ")
}
