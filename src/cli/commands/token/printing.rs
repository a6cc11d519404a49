//! Turns a signed request into its token, and prints it in the requested format.

use serde_json::{Map, Value, json};

use super::TokenArgs;
use super::connection::{Connection, Engine, exports};
use super::endpoint::Endpoint;
use super::kind::{Form, Kind, name_of};
use super::order::Order;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::render::signed::write_json;
use crate::cli::request::token;
use crate::cli::signing::session::Session;
use sigvet_core::request::Request;
use sigvet_core::sign::Signed;
use sigvet_core::time::Timestamp;

/// The User-Agent in MSK tokens.
const USER_AGENT: &str = concat!("sigvet/", env!("CARGO_PKG_VERSION"));

/// Rejects an output format that the given options do not suffice for, before any credentials are requested.
pub(super) fn check(args: &TokenArgs, order: &Order<'_>, form: Form) -> Result<(), Failure> {
    let is_cache = matches!(args.kind, Kind::Elasticache | Kind::Memorydb);
    let host = order.endpoint.as_ref().map(|endpoint| endpoint.host.as_str()).unwrap_or_default();
    if form == Form::Uri && is_cache && !host.contains('.') {
        return Err(Failure::usage("--as uri requires the endpoint of the cache, not only its name")
            .hint("pass the host name of the endpoint as --host"));
    }
    let connection = connection(args, order);
    if form == Form::Pgpass && connection.engine == Engine::Mysql {
        let by = if args.engine.is_some() { "--engine mysql" } else { "port 3306, which is MySQL's" };
        return Err(Failure::usage(format!("--as pgpass prints a password file of PostgreSQL, and this is {by}"))
            .hint("use --as env for MySQL and MariaDB, or add --engine postgres"));
    }
    if args.data.is_some() && form != Form::Json {
        return Err(Failure::usage("--data works only with --as json").hint("add --as json"));
    }
    Ok(())
}

pub(super) fn print(
    args: &TokenArgs,
    order: &Order<'_>,
    form: Form,
    (session, signed): (&Session, &Signed),
    context: &mut Context,
) -> Result<(), Failure> {
    let url = session.url.for_request(&signed.request).to_string();
    let made = Made::of(args, &url, signed)?;
    made.check_length(args.kind)?;
    let ends_at = end_of(args.kind, order, session);
    let (text, out) = (made.text.as_str(), &mut context.stdout);
    match (form, made.object) {
        (Form::Json, Some(object)) => write_json(&object, out)?,
        (Form::Json, None) => write_json(&described(args, order, session, text, ends_at), out)?,
        (Form::ExecCredential, _) => {
            let renew_at = token::ends_at(session.date, token::EKS_RENEWAL, session.signer.identity().expires_at);
            let exec_info = context.environment.get("KUBERNETES_EXEC_INFO");
            write_json(&token::exec_credential(text, renew_at, exec_info), out)?;
        }
        (Form::Oauthbearer, _) => write_json(&bearer(session, text, ends_at), out)?,
        (Form::Env, _) => write!(out.exact(), "{}", exports(&variables(args, order, text))?)?,
        (Form::Uri, _) if !matches!(args.kind, Kind::Appsync | Kind::Iot) => {
            writeln!(out.exact(), "{}", connection(args, order).url(text))?;
        }
        (Form::Pgpass, _) => writeln!(out.exact(), "{}", connection(args, order).pgpass(text))?,
        (Form::Token | Form::Uri | Form::Protocol, _) => writeln!(out.exact(), "{text}")?,
    }
    Ok(())
}

/// A token, and its JSON object if the kind defines one.
struct Made {
    text: String,
    object: Option<Value>,
}

impl Made {
    fn of(args: &TokenArgs, url: &str, signed: &Signed) -> Result<Self, Failure> {
        let request = &signed.request;
        let bare = |text: String| Self { text, object: None };
        let with_object = |text: String, object: Value| Self { text, object: Some(object) };
        // Google's and Snowflake's own libraries omit an empty path.
        let without_path = || url.replacen("/?", "?", 1);
        Ok(match args.kind {
            Kind::Rds | Kind::Dsql | Kind::Elasticache | Kind::Memorydb => bare(token::password(url)),
            Kind::Msk => bare(token::msk_token(url, USER_AGENT)),
            Kind::Bedrock => bare(token::bedrock_key(url)),
            Kind::Eks => bare(token::eks_token(url)),
            Kind::Iot | Kind::Redshift => bare(url.to_owned()),
            Kind::Vault => {
                let login = token::vault_login(url, request);
                with_object(String::new(), login.ok_or_else(|| Failure::usage("the body is not in memory"))?)
            }
            Kind::Gcp => {
                let target = args.audience.as_deref().unwrap_or_default();
                let object = token::google_request(&without_path(), request, target);
                with_object(token::google_subject_token(&object), object)
            }
            Kind::Snowflake => {
                let (text, object) = token::snowflake_attestation(url, request);
                with_object(text, object)
            }
            Kind::Appsync | Kind::AppsyncEvents => Self::of_websocket(args, request),
        })
    }

    fn of_websocket(args: &TokenArgs, request: &Request) -> Self {
        let headers = token::connection_headers(request);
        let is_events = args.kind == Kind::AppsyncEvents;
        let address = realtime_url(request.host(), if is_events { "/event" } else { "/graphql" });
        let protocol = token::connection_protocol(&headers);
        let (url, protocols, text) = match is_events {
            true => (address, vec!["aws-appsync-event-ws", protocol.as_str()], protocol.clone()),
            false => {
                let url = token::connection_url(&address, &headers);
                (url.clone(), vec!["graphql-ws"], url)
            }
        };
        let object = match &args.data {
            Some(data) => token::message(data, &headers),
            None => token::connection(&url, &protocols, &headers),
        };
        Self { text, object: Some(object) }
    }

    fn check_length(&self, kind: Kind) -> Result<(), Failure> {
        let (length, most) = (self.text.len(), kind.presigned().and_then(|kind| kind.most_bytes));
        match most.filter(|most| length > *most) {
            Some(most) => {
                Err(Failure::usage(format!("the token has {length} bytes; {} accepts at most {most}", name_of(kind)))
                    .hint("use a role session with fewer session policies and tags: its session token is shorter"))
            }
            None => Ok(()),
        }
    }
}

/// The URL that opens an AppSync WebSocket. AppSync's own domains have a separate host for WebSockets; Events and
/// custom domains use the path `/realtime`.
fn realtime_url(host: Option<&str>, path: &str) -> String {
    let host = host.unwrap_or_default();
    let realtime = host.replace(".appsync-api.", ".appsync-realtime-api.");
    let suffix = if realtime == host || path == "/event" { "/realtime" } else { "" };
    format!("wss://{realtime}{path}{suffix}")
}

/// When the token expires, if it has an expiry.
fn end_of(kind: Kind, order: &Order<'_>, session: &Session) -> Option<Timestamp> {
    let lasting = if kind == Kind::Eks { Some(token::EKS_VALIDITY) } else { order.expires };
    Some(token::ends_at(session.date, lasting?, session.signer.identity().expires_at))
}

/// Returns a warning if the credentials expire before an EKS token that outlives its URL. `sign` warns about
/// credentials that expire before the URL does.
pub(super) fn warning_of_early_end(kind: Kind, order: &Order<'_>, session: &Session) -> Option<String> {
    let end = session.signer.identity().expires_at?;
    let [of_url, of_token] = [order.expires?, token::EKS_VALIDITY].map(|lasting| session.date.plus(lasting));
    let is_between = kind == Kind::Eks && end >= of_url && end < of_token;
    is_between.then(|| {
        let (end, of_token) = (end.to_rfc3339(), of_token.to_rfc3339());
        format!("the credentials expire at {end}, before the token expires at {of_token}")
    })
}

fn described(args: &TokenArgs, order: &Order<'_>, session: &Session, token: &str, ends_at: Option<Timestamp>) -> Value {
    let mut fields = Map::new();
    if args.kind == Kind::Iot {
        // The WebSocket handshake: browsers need `protocols`, other clients `headers`.
        let host = session.url.host_header();
        fields.insert("method".to_owned(), json!("GET"));
        fields.insert("url".to_owned(), json!(token));
        fields.insert("headers".to_owned(), json!({ "Host": host, "Sec-WebSocket-Protocol": "mqtt" }));
        fields.insert("protocols".to_owned(), json!(["mqtt"]));
    } else {
        fields.insert("token".to_owned(), json!(token));
    }
    if let Some(ends_at) = ends_at {
        fields.insert("expires_at".to_owned(), json!(ends_at.to_rfc3339()));
    }
    fields.insert("region".to_owned(), json!(session.settings.region));
    if let Some(endpoint) = order.endpoint.as_ref().filter(|_| !matches!(args.kind, Kind::Msk | Kind::Iot)) {
        fields.insert("host".to_owned(), json!(endpoint.bare_host()));
        if let Some(port) = endpoint.port.or(args.kind.usual_port()) {
            fields.insert("port".to_owned(), json!(port));
        }
    }
    if let Some(user) = &args.user {
        fields.insert("user".to_owned(), json!(user));
    }
    Value::Object(fields)
}

/// The names are those of an OAuth access token (RFC 6749 §5.1). librdkafka, Kafka's Java client and confluent-kafka
/// also need the expiry in milliseconds and the principal.
fn bearer(session: &Session, token: &str, ends_at: Option<Timestamp>) -> Value {
    let end = ends_at.unwrap_or(session.date);
    json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": session.date.seconds_until(end).max(0),
        "expires_at_ms": end.epoch_seconds() * 1_000,
        "principal": session.signer.identity().access_key_id,
    })
}

fn variables(args: &TokenArgs, order: &Order<'_>, token: &str) -> Vec<(&'static str, String)> {
    match args.kind {
        Kind::Bedrock => vec![("AWS_BEARER_TOKEN_BEDROCK", token.to_owned())],
        _ => connection(args, order).variables(token),
    }
}

fn connection<'a>(args: &'a TokenArgs, order: &'a Order<'_>) -> Connection<'a> {
    let endpoint = order.endpoint.as_ref();
    let port = endpoint.and_then(|endpoint| endpoint.port).or(args.kind.usual_port()).unwrap_or_default();
    Connection {
        kind: args.kind,
        engine: Engine::of(args.engine, Some(port)),
        host: endpoint.map(|endpoint| endpoint.host.as_str()).unwrap_or_default(),
        bare_host: endpoint.map(Endpoint::bare_host).unwrap_or_default(),
        port,
        user: args.user.as_deref().unwrap_or_default(),
        database: args.database.as_deref().or((args.kind == Kind::Dsql).then_some("postgres")),
    }
}
