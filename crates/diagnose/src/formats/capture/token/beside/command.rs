//! Reads the options of database command-line clients.

use super::login::{Login, Seen};

/// The clients of a database engine, and their options for host, user and port.
struct Client {
    names: &'static [&'static str],
    host: [&'static str; 2],
    user: [&'static str; 2],
    port: [&'static str; 2],
}

/// From the reference pages of PostgreSQL, MySQL, Redis and Valkey.
const CLIENTS: [Client; 3] = [
    Client {
        names: &["psql", "pg_dump", "pg_dumpall", "pg_restore", "pgcli", "pgbench", "createdb", "dropdb", "vacuumdb"],
        host: ["-h", "--host"],
        user: ["-U", "--username"],
        port: ["-p", "--port"],
    },
    Client {
        names: &["mysql", "mariadb", "mysqldump", "mariadb-dump", "mysqladmin", "mariadb-admin", "mycli"],
        host: ["-h", "--host"],
        user: ["-u", "--user"],
        port: ["-P", "--port"],
    },
    Client { names: &["redis-cli", "valkey-cli"], host: ["-h", "-h"], user: ["--user", "--user"], port: ["-p", "-p"] },
];

/// Reads the options of the client that the line runs.
pub(super) fn read(line: &str, login: &mut Login) {
    let words = words(line);
    let Some((at, client)) = client_in(&words) else { return };
    let options = words.get(at + 1..).unwrap_or_default();
    take(options, client.host, &mut login.host);
    take(options, client.user, &mut login.user);
    take(options, client.port, &mut login.port);
}

/// Whether the line runs a client.
pub(super) fn is_one(line: &str) -> bool {
    client_in(&words(line)).is_some()
}

/// The first client among the words of a line, and its position.
fn client_in(words: &[String]) -> Option<(usize, &'static Client)> {
    words.iter().enumerate().find_map(|(at, word)| {
        let name = word.rsplit(['/', '\\']).next().unwrap_or_default().trim_end_matches(".exe");
        Some((at, CLIENTS.iter().find(|client| client.names.contains(&name))?))
    })
}

/// Adds the values of an option: `-h HOST`, `-hHOST`, `--host HOST`, `--host=HOST`.
fn take(words: &[String], [short, long]: [&str; 2], seen: &mut Seen) {
    for (at, word) in words.iter().enumerate() {
        let next = || words.get(at + 1).map(String::as_str);
        let value = match word.strip_prefix(long) {
            Some("") => next(),
            Some(rest) if long.starts_with("--") => rest.strip_prefix('='),
            _ if word == short => next(),
            _ if word.starts_with("--") => None,
            _ => word.strip_prefix(short),
        };
        if let Some(value) = value {
            seen.add(value);
        }
    }
}

/// Splits a line into words as a shell does, without expanding variables.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for character in line.chars() {
        match quote {
            Some(open) if character == open => quote = None,
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() => words.push(std::mem::take(&mut word)),
            _ => word.push(character),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}
