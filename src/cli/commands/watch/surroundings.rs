//! The variables by which a program finds the proxy and trusts its certificates. Each runtime has its own.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use super::go_program;
use super::trust::TrustFiles;
use super::truststore::PASSWORD;
use crate::profiles::Environment;

/// Where programs look for a proxy. Most know the small letters, too, and some nothing else.
const PROXIES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"];

/// Hosts that are reached without it: none.
const NO_PROXIES: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The file of certificates of AWS's SDKs and CLI.
const AWS_BUNDLE: &str = "AWS_CA_BUNDLE";

/// Files of certificates: of OpenSSL, Go and Rust; Node; Python's requests and, for want of its own, boto3; curl; git; Deno.
const BUNDLES: [&str; 6] =
    ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "DENO_CERT"];

/// What every virtual machine of Java reads when it starts.
const JAVA: &str = "JAVA_TOOL_OPTIONS";

/// What every Node reads when it starts.
const NODE: &str = "NODE_OPTIONS";

/// The variables that a watched program has, besides those of this process.
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
    // Node looks for a proxy only if it is told to, from 22.21 and 24.5 on, and then not for every agent.
    variables.push(("NODE_USE_ENV_PROXY", "1".into()));
    variables.push((NODE, node(&trust.node_script(), environment.get(NODE)).into()));
    variables.push((JAVA, java(proxy, &trust.truststore(), environment.get(JAVA)).into()));
    variables.extend(endpoint.map(|url| ("AWS_ENDPOINT_URL", url.into())));
    variables
}

fn node(script: &Path, given: Option<&str>) -> String {
    let own = format!("--require \"{}\"", script.display());
    given.map(|given| format!("{given} {own}")).unwrap_or(own)
}

/// Of two properties of one name the last counts, so ours stand behind those that are there.
fn java(proxy: SocketAddr, truststore: &Path, given: Option<&str>) -> String {
    let (host, port) = (proxy.ip(), proxy.port());
    let mut options: Vec<String> = given.map(str::to_owned).into_iter().collect();
    for scheme in ["http", "https"] {
        options.push(format!("-D{scheme}.proxyHost={host} -D{scheme}.proxyPort={port}"));
    }
    options.push("-Dhttp.nonProxyHosts=".to_owned());
    // Quotes keep a path together that has blanks in it.
    options.push(format!("-Djavax.net.ssl.trustStore=\"{}\"", truststore.display()));
    options.push(format!("-Djavax.net.ssl.trustStoreType=JKS -Djavax.net.ssl.trustStorePassword={PASSWORD}"));
    options.join(" ")
}
