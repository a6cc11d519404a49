//! Reads the commands of databases' and caches' clients: their connection string, their options, and the variables
//! before them.

use super::login::{Login, Seen, Settings};
use super::pairs::{Part, split_name};
use super::place::MARK;
use super::strings::{self, DEFAULT_USER};
use crate::formats::{TokenKind, TokenServer};

/// The clients of a database engine, and their options for host, user and port.
struct Client {
    names: &'static [&'static str],
    /// The prefix of the variables that the client reads; it reads no others.
    variables: &'static str,
    host: &'static [&'static str],
    user: &'static [&'static str],
    port: &'static [&'static str],
    /// The options that may have a connection string as their value.
    connection: &'static [&'static str],
    /// The options with one letter that have a value, apart from those above.
    others: &'static str,
    /// The options with a name that have a value, apart from those above.
    long_others: &'static [&'static str],
    /// The options with one letter that have a value only if it is joined to them.
    joined: &'static str,
}

/// From the reference pages of PostgreSQL, MySQL, Redis and Valkey.
static CLIENTS: [Client; 3] = [
    Client {
        names: &["psql", "pg_dump", "pg_dumpall", "pg_restore", "pgcli", "pgbench", "createdb", "dropdb", "vacuumdb"],
        variables: "pg",
        host: &["-h", "--host"],
        user: &["-U", "--username"],
        port: &["-p", "--port"],
        connection: &["-d", "--dbname"],
        others: "cfFLoPRTv",
        long_others: &[
            "--command",
            "--file",
            "--set",
            "--variable",
            "--pset",
            "--output",
            "--log-file",
            "--table-attr",
        ],
        joined: "",
    },
    Client {
        names: &["mysql", "mariadb", "mysqldump", "mariadb-dump", "mysqladmin", "mariadb-admin", "mycli"],
        variables: "mysql",
        host: &["-h", "--host"],
        user: &["-u", "--user"],
        port: &["-P", "--port"],
        connection: &[],
        others: "DeS",
        long_others: &["--execute", "--database", "--socket"],
        joined: "p",
    },
    Client {
        names: &["redis-cli", "valkey-cli"],
        variables: "",
        host: &["-h"],
        user: &["--user"],
        port: &["-p"],
        connection: &["-u"],
        others: "ans",
        long_others: &["--pass", "--cacert", "--cert", "--key", "--sni"],
        joined: "",
    },
];
/// The variables in which the clients of caches look for a password.
const CACHE_PASSWORDS: [&str; 2] = ["REDISCLI_AUTH", "VALKEYCLI_AUTH"];
/// The maximum number of quotes around a command, as in `ssh HOST "sh -c '…'"`.
const DEEPEST: usize = 2;

/// A command that runs a client.
pub(super) struct Command {
    client: &'static Client,
    is_psql: bool,
    before: Vec<String>,
    behind: Vec<String>,
}

/// The commands in a line that run a client.
pub(super) fn all(line: &str) -> Vec<Command> {
    within(line, DEEPEST)
}

fn within(line: &str, depth: usize) -> Vec<Command> {
    let words = words(line);
    let found: Vec<Command> = segments(&words).filter_map(Command::of_words).collect();
    if !found.is_empty() || depth == 0 {
        return found;
    }
    let inner = words.iter().filter(|word| word.contains(char::is_whitespace));
    inner.flat_map(|word| within(word, depth - 1)).collect()
}

impl Command {
    fn of_words(words: &[String]) -> Option<Self> {
        let (at, name, client) = words.iter().enumerate().find_map(|(at, word)| {
            let name = word.rsplit(['/', '\\']).next().unwrap_or_default().trim_end_matches(".exe");
            Some((at, name, CLIENTS.iter().find(|client| client.names.contains(&name))?))
        })?;
        let (before, behind) = words.split_at(at);
        let is_end =
            |word: &&String| word.starts_with(['<', '>', '#']) || matches!(word.as_str(), ";" | "|" | "&&" | "||");
        let behind = behind.iter().skip(1).take_while(|word| !is_end(word)).cloned().collect();
        Some(Self { client, is_psql: name == "psql", before: before.to_vec(), behind })
    }

    /// Whether the command contains the marked token.
    pub(super) fn has_token(&self) -> bool {
        self.before.iter().chain(&self.behind).any(|word| word.contains(MARK))
    }

    /// Whether the client can log in with a token of this kind.
    pub(super) fn is_for(&self, kind: &TokenKind) -> bool {
        let variables = self.client.variables;
        match kind.server {
            TokenServer::Rds => !variables.is_empty(),
            TokenServer::Dsql => variables == "pg",
            TokenServer::ElastiCache => variables.is_empty(),
            TokenServer::Msk | TokenServer::Bedrock | TokenServer::Eks => false,
        }
    }

    /// The prefix of the variables that the client reads, if it reads any.
    pub(super) fn variables(&self) -> Option<&'static str> {
        Some(self.client.variables).filter(|prefix| !prefix.is_empty())
    }

    /// The client's settings. `name` is that of the setting with the token, if the token is not in the command.
    pub(super) fn settings(&self, name: &str) -> Settings {
        let mut settings = self.arguments();
        settings.environment = self.environment();
        let own = || self.before.iter().find_map(|word| word.split_once('=').filter(|(_, value)| value.contains(MARK)));
        let name = own().map_or(name, |(name, _)| name);
        let is_password = self.behind.iter().any(|word| word.contains(MARK)) || CACHE_PASSWORDS.contains(&name);
        if self.client.variables.is_empty() && is_password {
            // Redis, *AUTH*: a password alone is that of the user default.
            let user = DEFAULT_USER.to_owned();
            settings.environment.user = Seen::One(user);
        }
        settings
    }

    fn arguments(&self) -> Settings {
        let client = self.client;
        let mut settings = Settings::default();
        let mut plain = Vec::new();
        let mut words = self.behind.iter().map(String::as_str).peekable();
        while let Some(word) = words.next() {
            let Some((name, value)) = client.option(word) else {
                plain.push(word);
                continue;
            };
            let value = value.or_else(|| client.has_value(&name).then(|| words.next()).flatten()).unwrap_or_default();
            let login = &mut settings.options;
            match name.as_str() {
                name if client.host.contains(&name) => login.host.set(value.trim_end_matches('.')),
                name if client.user.contains(&name) => login.user.set(value),
                name if client.port.contains(&name) => login.port.set(value),
                name if client.connection.contains(&name) => plain.insert(0, value),
                _ => {}
            }
        }
        self.read_plain(&plain, &mut settings);
        settings
    }

    /// Reads the arguments that are not options: a connection string, or psql's database and user. psql ignores that
    /// user if an option names another (`parse_psql_options`).
    fn read_plain(&self, plain: &[&str], settings: &mut Settings) {
        let is_shown = settings.options != Login::default() || self.before.iter().any(|word| word.contains('='));
        // Only libpq's clients take a connection string without an option in front.
        let most = if self.client.variables == "pg" { plain.len() } else { self.connections(plain) };
        let strings = plain.get(..most).unwrap_or_default();
        if let Some(login) = strings.iter().find_map(|word| strings::of_argument(word)) {
            settings.connection = login;
        } else if let ([_, user], true) = (plain, is_shown && self.is_psql)
            && settings.options.user == Seen::Nothing
        {
            settings.options.user.set(user);
        }
    }

    /// The number of arguments, from the first, that an option marks as a connection string.
    fn connections(&self, plain: &[&str]) -> usize {
        plain.iter().take_while(|word| !self.client.connection.is_empty() && word.contains("://")).count()
    }

    /// The variables before the command: `PGUSER=U psql`, `env PGUSER=U psql`, `docker run -e PGUSER=U … psql`.
    fn environment(&self) -> Login {
        let mut login = Login::default();
        for word in &self.before {
            let word = word.trim_start_matches("--env=");
            let Some((name, value)) = word.split_once('=') else { continue };
            read_variable(self.client.variables, name, value, &mut login);
        }
        login
    }
}

/// Adds the value of a variable that a client with this prefix reads.
pub(super) fn read_variable(prefix: &str, name: &str, value: &str, login: &mut Login) {
    let Some((_, part)) = split_name(name).filter(|(own, _)| own == prefix && !prefix.is_empty()) else { return };
    match part {
        Part::User => login.user.set(value),
        Part::Host => login.host.set(value),
        Part::Port => login.port.set(value),
        Part::Address if !value.is_empty() => login.address.set(value),
        Part::Address | Part::Password | Part::Url => {}
    }
}

impl Client {
    /// The name of the option that a word is, and the value that is joined to it. The letters before the last in
    /// `-qAtU` have no value.
    fn option<'w>(&self, word: &'w str) -> Option<(String, Option<&'w str>)> {
        if let Some(long) = word.strip_prefix("--") {
            return Some(match long.split_once('=') {
                Some((name, value)) => (format!("--{name}"), Some(value)),
                None => (word.to_owned(), None),
            });
        }
        let letters = word.strip_prefix('-').filter(|letters| !letters.is_empty())?;
        let is_valued = |letter: char| self.has_value(&format!("-{letter}")) || self.joined.contains(letter);
        let Some((at, letter)) = letters.char_indices().find(|(_, letter)| is_valued(*letter)) else {
            return Some((word.to_owned(), None));
        };
        let rest = letters.get(at + letter.len_utf8()..).filter(|rest| !rest.is_empty());
        Some((format!("-{letter}"), rest))
    }

    fn has_value(&self, name: &str) -> bool {
        let own = [self.host, self.user, self.port, self.connection];
        let is_letter = name.len() == 2 && name.ends_with(|letter| self.others.contains(letter));
        let is_other = is_letter || self.long_others.contains(&name);
        own.iter().any(|names| names.contains(&name)) || is_other
    }
}

/// The parts of a line that a shell runs as separate commands.
fn segments(words: &[String]) -> impl Iterator<Item = &[String]> {
    let is_end = |word: &String| matches!(word.as_str(), ";" | "&&" | "||" | "|" | "&");
    words.split_inclusive(is_end)
}

/// Splits a line into words as a shell does, without expanding variables.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let is_last = characters.peek().is_none_or(|next| next.is_whitespace());
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() => words.push(std::mem::take(&mut word)),
            None if character == ';' && is_last => words.extend([std::mem::take(&mut word), ";".to_owned()]),
            _ => word.push(character),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
