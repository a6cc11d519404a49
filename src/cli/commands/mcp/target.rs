//! The MCP server's URL, and how to sign requests to it.

use std::time::Duration;

use super::McpArgs;
use crate::cli::context::{self, Context};
use crate::cli::credentials::fetching::FoundSecrets;
use crate::cli::credentials::sources::Sources;
use crate::cli::failure::Failure;
use crate::cli::options::signing::SigningOptions;
use crate::cli::request::address;
use crate::cli::signing::session;
use crate::cli::terminal::notes::warn;
use crate::gateway::mcp::{Endpoint, KeptSigner};
use crate::gateway::{Clock, Searches};
use crate::transport::Upstream;
use sigvet_core::internal::without_brackets;
use sigvet_core::request::{Headers, RequestUrl, UriScheme};

/// How long a message waits for credentials. A credential program may have to open a browser, and an agent that gets an
/// error to its first message does not try again.
const PATIENCE: Duration = Duration::from_secs(50);

/// Headers that the user cannot set.
const OWN_HEADERS: [&str; 10] = [
    "accept",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "mcp-session-id",
    "mcp-protocol-version",
    "transfer-encoding",
    "x-amz-date",
];

/// Determines the server and the source of credentials, without fetching credentials yet.
///
/// # Errors
/// The options contradict each other, or the profile cannot be used.
pub fn endpoint(args: &McpArgs, context: &mut Context) -> Result<(Endpoint, FoundSecrets), Failure> {
    let url = url(&args.url)?;
    let headers = args.header.iter().map(|text| header(text)).collect::<Result<_, _>>()?;
    if url.scheme() == UriScheme::Http && !is_this_machine(url.host()) {
        warn(context, "requests and answers travel unencrypted over http://; use https:// if the server supports it")?;
    }
    context.connection = args.connection.to_credentials(context);
    let clock = Clock::new(context::now);
    let mut sources = Sources::new(&args.credentials, context, clock.clone()).with_patience(PATIENCE);
    let profile = args.credentials.profile.as_deref();
    let settings = sources.settings(profile)?;
    sources.warnings().iter().try_for_each(|warning| warn(context, warning))?;
    let region = args.region.clone().or_else(|| settings.region.clone());
    let signing =
        SigningOptions { region: args.region.clone(), service: args.service.clone(), ..SigningOptions::default() };
    let options = args.connection.to_upstream(context);
    let endpoint = Endpoint {
        settings: session::settings_for_host(&signing, &settings, url.host())?,
        version: options.version,
        max_time: options.max_time,
        upstream: Upstream::new(url, options),
        source: sources.source(profile, args.role_arn.as_deref(), region)?,
        clock,
        headers,
        limit: args.response_timeout,
        explain_time: args.time_limit,
        searches: Searches::default(),
        signer: KeptSigner::default(),
    };
    Ok((endpoint, sources.found()))
}

fn url(text: &str) -> Result<RequestUrl, Failure> {
    if let Some(encoded) = with_encoded_arn(text) {
        return Err(Failure::usage(
            "the ARN in the URL is not percent-encoded, so its '/' separates two parts of the path",
        )
        .hint(format!("pass {encoded}")));
    }
    let url = address::parse(text)?;
    match url.scheme() {
        UriScheme::Http | UriScheme::Https => Ok(url),
        _ => Err(Failure::usage(format!("invalid URL '{text}'")).hint("expected https:// or http://")),
    }
}

/// The correct URL of an AgentCore runtime, if its ARN was pasted without percent-encoding.
fn with_encoded_arn(text: &str) -> Option<String> {
    let (before, rest) = text.split_once("/runtimes/arn:")?;
    let (arn, after) = rest.split_once("/invocations")?;
    let arn = arn.replace(':', "%3A").replace('/', "%2F");
    Some(format!("{before}/runtimes/arn%3A{arn}/invocations{after}"))
}

fn header(text: &str) -> Result<(String, String), Failure> {
    let invalid = |why: &str| Failure::usage(format!("invalid --header: {why}")).hint("expected 'NAME: VALUE'");
    let (name, value) = text.split_once(':').ok_or_else(|| invalid("no ':' in it"))?;
    let (name, value) = (name.trim(), value.trim());
    if OWN_HEADERS.iter().any(|own| name.eq_ignore_ascii_case(own)) {
        return Err(Failure::usage(format!("'{name}' is set by sigvet mcp itself")).hint("remove this --header"));
    }
    Headers::default().push(name, value).map_err(|error| invalid(&error.to_string()))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn is_this_machine(host: &str) -> bool {
    let address = without_brackets(host).parse::<std::net::IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The URL is from *Deploy MCP servers in AgentCore Runtime*, which encodes the ARN by hand.
    #[test]
    fn a_pasted_arn_is_percent_encoded() {
        let base = "https://bedrock-agentcore.us-west-2.amazonaws.com/runtimes/";
        let pasted = format!(
            "{base}arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/my_mcp-xyz123/invocations?qualifier=DEFAULT"
        );
        let encoded = format!(
            "{base}arn%3Aaws%3Abedrock-agentcore%3Aus-west-2%3A123456789012%3Aruntime%2Fmy_mcp-xyz123/invocations?qualifier=DEFAULT"
        );
        assert_eq!(with_encoded_arn(&pasted).as_deref(), Some(encoded.as_str()));
        assert!(url(&pasted).is_err());
        assert_eq!(with_encoded_arn(&encoded), None);
        assert_eq!(url(&encoded).unwrap().target(), encoded.split_once(".com").unwrap().1.as_bytes());
    }

    #[test]
    fn headers_of_the_protocol_cannot_be_set() {
        assert_eq!(header("X-Team: a:b").unwrap(), ("X-Team".to_owned(), "a:b".to_owned()));
        for text in ["Accept: */*", "mcp-session-id: 1", "no colon", "bad name: x", "x: a\nb"] {
            assert!(header(text).is_err(), "{text}");
        }
    }
}
