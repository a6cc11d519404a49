//! Connection settings in the formats that database and cache clients read: environment variables, a URL, a line of a
//! password file.

use clap::ValueEnum;

use super::kind::Kind;
use crate::cli::failure::Failure;
use crate::cli::request::token::percent_encoded;
use crate::cli::shell;

/// The engine of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Engine {
    /// PostgreSQL
    Postgres,
    /// MySQL and MariaDB
    #[value(alias = "mariadb")]
    Mysql,
}

impl Engine {
    /// The engine given with `--engine`, otherwise the one that usually listens on the port.
    pub(super) fn of(typed: Option<Self>, port: Option<u16>) -> Self {
        typed.unwrap_or(if port == Some(3306) { Self::Mysql } else { Self::Postgres })
    }
}

/// The server, user and database that a client connects with.
pub(super) struct Connection<'a> {
    /// The kind of token, which also tells the kind of server.
    pub kind: Kind,
    /// The database engine; only used for databases.
    pub engine: Engine,
    /// The host as it is written in a URL.
    pub host: &'a str,
    /// The host on its own: an IPv6 address has no brackets.
    pub bare_host: &'a str,
    pub port: u16,
    pub user: &'a str,
    /// The database name, if one is known.
    pub database: Option<&'a str>,
}

impl Connection<'_> {
    /// The environment variables that the server's clients read, with their values.
    pub(super) fn variables(&self, token: &str) -> Vec<(&'static str, String)> {
        let (host, port) = (self.bare_host.to_owned(), self.port.to_string());
        let token = token.to_owned();
        match (self.kind, self.engine) {
            (Kind::Elasticache | Kind::Memorydb, _) => vec![("REDISCLI_AUTH", token)],
            (_, Engine::Mysql) => vec![
                ("MYSQL_HOST", host),
                ("MYSQL_TCP_PORT", port),
                ("MYSQL_PWD", token),
                // Tokens are sent as cleartext passwords, which MySQL's clients do only if this is set.
                ("LIBMYSQL_ENABLE_CLEARTEXT_PLUGIN", "1".to_owned()),
            ],
            (_, Engine::Postgres) => {
                let database = self.database.map(|database| ("PGDATABASE", database.to_owned()));
                let user = ("PGUSER", self.user.to_owned());
                let known = [("PGHOST", host), ("PGPORT", port), user].into_iter().chain(database);
                known.chain([("PGPASSWORD", token)]).collect()
            }
        }
    }

    /// The connection URL. The one for PostgreSQL requires TLS.
    pub(super) fn url(&self, token: &str) -> String {
        let (scheme, query) = match (self.kind, self.engine) {
            (Kind::Elasticache | Kind::Memorydb, _) => ("rediss", ""),
            (_, Engine::Mysql) => ("mysql", ""),
            (_, Engine::Postgres) => ("postgresql", "?sslmode=require"),
        };
        let (user, password) = (percent_encoded(self.user), percent_encoded(token));
        let path = self.database.map(|database| format!("/{}", percent_encoded(database))).unwrap_or_default();
        let path = if path.is_empty() && !query.is_empty() { "/" } else { path.as_str() };
        format!("{scheme}://{user}:{password}@{}:{}{path}{query}", self.host, self.port)
    }

    /// A line of libpq's password file; it matches every database unless one is named (PostgreSQL, *The Password
    /// File*).
    pub(super) fn pgpass(&self, token: &str) -> String {
        let [host, database, user] = [self.bare_host, self.database.unwrap_or("*"), self.user].map(escaped);
        // `*` matches any database and must not be escaped.
        let database = self.database.map_or_else(|| "*".to_owned(), |_| database);
        format!("{host}:{}:{database}:{user}:{}", self.port, escaped(token))
    }
}

fn escaped(field: &str) -> String {
    field.replace('\\', "\\\\").replace(':', "\\:")
}

/// Shell lines that export the variables, for `eval`.
pub(super) fn exports(variables: &[(&'static str, String)]) -> Result<String, Failure> {
    let line = |(name, value): &(&str, String)| {
        let value = shell::quote(value).map_err(|problem| Failure::usage(format!("the value of {name} {problem}")))?;
        Ok(format!("export {name}={value}\n"))
    };
    variables.iter().map(line).collect()
}
