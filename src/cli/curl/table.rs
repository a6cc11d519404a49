//! Every option of curl 8, and how `sigvet send` handles it.
//!
//! The table has three users: the hint for an unsupported option, the flags that are accepted without effect
//! (`ignored`), and the list in the manual. It does not know what an option does here.

/// How `sigvet send` handles an option of curl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handling {
    /// It has the same meaning.
    Known,
    /// It is accepted without effect, because its behaviour is the default anyway: why.
    NoEffect(&'static str),
    /// It is refused: what to do instead.
    NotTaken(&'static str),
}

/// An option of curl.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Its name, without dashes.
    pub long: &'static str,
    /// Its letter, if it has one.
    pub short: Option<char>,
    /// How it is handled.
    pub taken: Handling,
}

/// All options of curl by their names.
pub fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> =
        GROUPS.iter().flat_map(|(taken, names)| names.iter().map(|name| row(name, *taken))).collect();
    rows.sort_by_key(|row| row.long);
    rows
}

/// The option with this spelling, which may be `-b`, `--cookie`, `--cookie=…` or `cookie`.
pub fn find(spelling: &str) -> Option<Row> {
    let name = spelling.split('=').next().unwrap_or_default();
    let mut letters = name.strip_prefix('-').unwrap_or_default().chars();
    let letter = letters.next().filter(|letter| *letter != '-' && letters.next().is_none());
    let name = name.strip_prefix("--").unwrap_or(name);
    rows().into_iter().find(|row| row.long == name || (letter.is_some() && row.short == letter))
}

/// What to do instead of an option that `sigvet send` does not support; `None` if curl has no such option either.
pub fn hint_for(unknown: &str) -> Option<String> {
    if let Some((_, hint)) = OF_AWSCURL.iter().find(|(name, _)| *name == unknown) {
        return Some((*hint).to_owned());
    }
    if let Some(row) = find(unknown) {
        return match row.taken {
            Handling::NotTaken(hint) => Some(hint.to_owned()),
            Handling::Known | Handling::NoEffect(_) => None,
        };
    }
    if unknown.starts_with("--expand-") {
        return Some(VARIABLES.to_owned());
    }
    let positive = unknown.strip_prefix("--no-").map(|name| format!("--{name}"))?;
    let is_of_curl = find(&positive).is_some();
    is_of_curl.then(|| format!("omit it: sigvet does not have {positive}, so there is nothing to turn off"))
}

fn row(name: &'static str, taken: Handling) -> Row {
    match name.strip_prefix('-').and_then(|rest| rest.split_once(", --")) {
        Some((letter, long)) => Row { long, short: letter.chars().next(), taken },
        None => Row { long: name.trim_start_matches('-'), short: None, taken },
    }
}

/// An option that awscurl has and curl does not.
const OF_AWSCURL: [(&str, &str); 1] = [("--tls-min", "omit it: TLS 1.2 is the minimum anyway")];

const VARIABLES: &str = "let the shell set and expand variables";

/// The options grouped by how they are handled, spelled as in curl's help.
const GROUPS: &[(Handling, &[&str])] = &[
    (
        Handling::Known,
        &[
            "--aws-sigv4",
            "--cacert",
            "-E, --cert",
            "--cert-type",
            "--compressed",
            "-K, --config",
            "--connect-timeout",
            "--connect-to",
            "-C, --continue-at",
            "-b, --cookie",
            "-c, --cookie-jar",
            "--create-dirs",
            "-d, --data",
            "--data-ascii",
            "--data-binary",
            "--data-raw",
            "--data-urlencode",
            "-D, --dump-header",
            "-f, --fail",
            "--fail-early",
            "--fail-with-body",
            "-F, --form",
            "--form-string",
            "-G, --get",
            "-I, --head",
            "-H, --header",
            "-h, --help",
            "--http1.1",
            "--http2",
            "-i, --include",
            "-k, --insecure",
            "-4, --ipv4",
            "-6, --ipv6",
            "--json",
            "-j, --junk-session-cookies",
            "--key",
            "--key-type",
            "--limit-rate",
            "-L, --location",
            "--location-trusted",
            "--max-redirs",
            "-m, --max-time",
            "-:, --next",
            "--no-progress-meter",
            "--noproxy",
            "--oauth2-bearer",
            "-o, --output",
            "--output-dir",
            "--path-as-is",
            "-x, --proxy",
            "--proxy-cacert",
            "--proxy-insecure",
            "-U, --proxy-user",
            "-r, --range",
            "-e, --referer",
            "-J, --remote-header-name",
            "-O, --remote-name",
            "--remote-name-all",
            "-X, --request",
            "--resolve",
            "--retry",
            "--retry-all-errors",
            "--retry-connrefused",
            "--retry-delay",
            "--retry-max-time",
            "-S, --show-error",
            "-s, --silent",
            "--socks4",
            "--socks4a",
            "--socks5",
            "--socks5-hostname",
            "--unix-socket",
            "-T, --upload-file",
            "--url",
            "--url-query",
            "-u, --user",
            "-A, --user-agent",
            "-v, --verbose",
            "-w, --write-out",
        ],
    ),
    (Handling::NoEffect("URLs are never expanded"), &["-g, --globoff"]),
    (Handling::NoEffect("output is never buffered"), &["-N, --no-buffer"]),
    (Handling::NoEffect("~/.curlrc is never read"), &["-q, --disable"]),
    (Handling::NoEffect("the progress is always shown as a bar"), &["-#, --progress-bar"]),
    (Handling::NoEffect("headers are printed plain"), &["--styled-output", "--no-styled-output"]),
    (Handling::NoEffect("downloads are atomic"), &["--remove-on-error"]),
    (Handling::NoEffect("a proxy's answer to CONNECT is never printed"), &["--suppress-connect-headers"]),
    (Handling::NoEffect("TLS sessions are not cached"), &["--no-sessionid"]),
    (Handling::NoEffect("TCP keep-alive is not used"), &["--no-keepalive"]),
    (Handling::NoEffect("it only affects speed"), &["--tcp-nodelay", "--tcp-fastopen", "--false-start"]),
    (Handling::NoEffect("curl itself no longer does this"), &["--no-npn"]),
    (Handling::NoEffect("TLS 1.2 is the minimum anyway"), &["-1, --tlsv1", "--tlsv1.0", "--tlsv1.1", "--tlsv1.2"]),
    (Handling::NotTaken("transfer encodings are always decoded"), &["--raw", "--tr-encoding"]),
    (Handling::NotTaken("send -H 'If-Modified-Since: …'"), &["-z, --time-cond"]),
    (
        Handling::NotTaken("send -H 'If-None-Match: …'; print an ETag with -w '%header{etag}'"),
        &["--etag-compare", "--etag-save"],
    ),
    (Handling::NotTaken("-i prints the headers before the body, -w '%{header_json}' after it"), &["--show-headers"]),
    (
        Handling::NotTaken("-v prints what is sent and received, --show all what is signed"),
        &["--trace", "--trace-ascii", "--trace-config", "--trace-ids", "--trace-time"],
    ),
    (Handling::NotTaken("'sigvet sign --as curl' prints a request as a curl command"), &["--libcurl"]),
    (Handling::NotTaken("'sigvet --version' prints the version"), &["-V, --version"]),
    (Handling::NotTaken("'sigvet send --help' prints every option"), &["-M, --manual"]),
    (
        Handling::NotTaken("use 'xargs -P' to run several at a time"),
        &["-Z, --parallel", "--parallel-immediate", "--parallel-max", "--parallel-max-host", "--rate"],
    ),
    (Handling::NotTaken("use -o /dev/null to discard the body"), &["--out-null"]),
    (
        Handling::NotTaken("test in the shell whether the file exists; -o overwrites it"),
        &["--no-clobber", "--skip-existing"],
    ),
    (
        Handling::NotTaken("set the file's mode, time and attributes afterwards"),
        &["--create-file-mode", "-R, --remote-time", "--xattr"],
    ),
    (Handling::NotTaken("use 2>FILE instead"), &["--stderr"]),
    (
        Handling::NotTaken("the path of the URL is sent as typed; --connect-to goes elsewhere with it"),
        &["--request-target"],
    ),
    (Handling::NotTaken(VARIABLES), &["--variable"]),
    (
        Handling::NotTaken("a redirect keeps or changes the method as its status says; -X names it"),
        &["--follow", "--post301", "--post302", "--post303"],
    ),
    (
        Handling::NotTaken("write https:// in the URL; only http and https are supported"),
        &["--proto", "--proto-default", "--proto-redir", "--hsts"],
    ),
    (Handling::NotTaken("names are sent percent-encoded, as browsers do"), &["--form-escape"]),
    (Handling::NotTaken("convert the file before it is sent"), &["--crlf", "-B, --use-ascii"]),
    (
        Handling::NotTaken("sigvet signs with AWS signatures only"),
        &[
            "--anyauth",
            "--basic",
            "--delegation",
            "--digest",
            "--login-options",
            "--negotiate",
            "--ntlm",
            "--ntlm-wb",
            "--sasl-authzid",
            "--sasl-ir",
            "--service-name",
        ],
    ),
    (
        Handling::NotTaken("keys come from -u, a profile or the environment"),
        &["-n, --netrc", "--netrc-file", "--netrc-optional"],
    ),
    (Handling::NotTaken("a user in a URL is never sent"), &["--disallow-username-in-url"]),
    (
        Handling::NotTaken("use --cacert FILE; by default the system's CA certificates are trusted"),
        &["--ca-native", "--capath"],
    ),
    (
        Handling::NotTaken(
            "--cert and --key take files of PEM; 'openssl pkey -in KEY -out PLAIN' takes a password off a key",
        ),
        &["--pass", "--ssl-auto-client-cert"],
    ),
    (
        Handling::NotTaken(
            "only a certificate's chain and name are checked, against the system's authorities or --cacert",
        ),
        &[
            "--cert-status",
            "--crlfile",
            "--pinnedpubkey",
            "--ssl-no-revoke",
            "--ssl-revoke-best-effort",
            "--dump-ca-embed",
        ],
    ),
    (
        Handling::NotTaken("omit it: sigvet uses TLS 1.2 and 1.3 with the usual ciphers"),
        &[
            "--ciphers",
            "--curves",
            "--ech",
            "--egd-file",
            "--engine",
            "--no-alpn",
            "--random-file",
            "--sigalgs",
            "--ssl-allow-beast",
            "--ssl-sessions",
            "-2, --sslv2",
            "-3, --sslv3",
            "--tls-earlydata",
            "--tls-max",
            "--tls13-ciphers",
            "--tlsauthtype",
            "--tlspassword",
            "--tlsuser",
            "--tlsv1.3",
        ],
    ),
    (
        Handling::NotTaken("use --http2 for HTTP/2; otherwise HTTP/1.1 is used"),
        &["--alt-svc", "--http0.9", "-0, --http1.0", "--http2-prior-knowledge", "--http3", "--http3-only"],
    ),
    (
        Handling::NotTaken("--resolve gives the address of a host"),
        &[
            "--dns-interface",
            "--dns-ipv4-addr",
            "--dns-ipv6-addr",
            "--dns-servers",
            "--doh-cert-status",
            "--doh-insecure",
            "--doh-url",
            "--happy-eyeballs-timeout-ms",
        ],
    ),
    (
        Handling::NotTaken("the system chooses how to connect"),
        &[
            "--interface",
            "--ip-tos",
            "--keepalive-cnt",
            "--keepalive-time",
            "--local-port",
            "--mptcp",
            "--vlan-priority",
        ],
    ),
    (Handling::NotTaken("--unix-socket takes the path of a socket"), &["--abstract-unix-socket"]),
    (
        Handling::NotTaken("-m gives a limit for all of it"),
        &["--expect100-timeout", "--max-filesize", "-Y, --speed-limit", "-y, --speed-time"],
    ),
    (Handling::NotTaken("the length that the server declares counts"), &["--ignore-content-length"]),
    (
        Handling::NotTaken("-x http://USER:PASSWORD@HOST:PORT names a proxy"),
        &[
            "--preproxy",
            "--proxy-anyauth",
            "--proxy-basic",
            "--proxy-digest",
            "--proxy-header",
            "--proxy-negotiate",
            "--proxy-ntlm",
            "--proxy-service-name",
            "--proxy1.0",
            "--haproxy-clientip",
            "--haproxy-protocol",
        ],
    ),
    (Handling::NotTaken("a proxy is asked for a tunnel if the URL is https"), &["-p, --proxytunnel"]),
    (
        Handling::NotTaken("-x socks5://USER:PASSWORD@HOST:PORT names a SOCKS proxy"),
        &["--socks5-basic", "--socks5-gssapi", "--socks5-gssapi-nec", "--socks5-gssapi-service"],
    ),
    (
        Handling::NotTaken("--proxy-cacert names the CA certificates to trust for a proxy of https://"),
        &[
            "--proxy-ca-native",
            "--proxy-capath",
            "--proxy-cert",
            "--proxy-cert-type",
            "--proxy-ciphers",
            "--proxy-crlfile",
            "--proxy-http2",
            "--proxy-key",
            "--proxy-key-type",
            "--proxy-pass",
            "--proxy-pinnedpubkey",
            "--proxy-ssl-allow-beast",
            "--proxy-ssl-auto-client-cert",
            "--proxy-tls13-ciphers",
            "--proxy-tlsauthtype",
            "--proxy-tlspassword",
            "--proxy-tlsuser",
            "--proxy-tlsv1",
        ],
    ),
    (
        Handling::NotTaken("sigvet supports only http and https"),
        &[
            "-a, --append",
            "--compressed-ssh",
            "--disable-eprt",
            "--disable-epsv",
            "--ftp-account",
            "--ftp-alternative-to-user",
            "--ftp-create-dirs",
            "--ftp-method",
            "--ftp-pasv",
            "-P, --ftp-port",
            "--ftp-pret",
            "--ftp-skip-pasv-ip",
            "--ftp-ssl-ccc",
            "--ftp-ssl-ccc-mode",
            "--ftp-ssl-control",
            "--hostpubmd5",
            "--hostpubsha256",
            "--ipfs-gateway",
            "--knownhosts",
            "--krb",
            "-l, --list-only",
            "--mail-auth",
            "--mail-from",
            "--mail-rcpt",
            "--mail-rcpt-allowfails",
            "--metalink",
            "--pubkey",
            "-Q, --quote",
            "--ssl",
            "--ssl-reqd",
            "-t, --telnet-option",
            "--tftp-blksize",
            "--tftp-no-options",
            "--upload-flags",
        ],
    ),
];

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::args::Cli;

    /// The long names of the options of `send`, including aliases, with their letters.
    fn options() -> Vec<(Vec<String>, Option<char>)> {
        let mut command = Cli::command();
        command.build();
        let send = command.find_subcommand("send").unwrap();
        let names = |arg: &clap::Arg| {
            let aliases = arg.get_all_aliases().unwrap_or_default();
            arg.get_long().into_iter().chain(aliases).map(str::to_owned).collect()
        };
        send.get_arguments().map(|arg| (names(arg), arg.get_short())).collect()
    }

    #[test]
    fn known_and_ignored_options_exist_with_the_same_letter() {
        let options = options();
        for row in rows() {
            let found = options.iter().find(|(names, _)| names.iter().any(|name| name == row.long));
            match (row.taken, found) {
                (Handling::NotTaken(_), found) => assert!(found.is_none(), "--{} is taken after all", row.long),
                (_, Some((_, short))) => assert!(row.short.is_none() || *short == row.short, "--{}", row.long),
                (_, None) => panic!("--{} is not there", row.long),
            }
        }
    }

    #[test]
    fn options_shared_with_curl_are_not_listed_as_refused() {
        for (names, short) in options() {
            let of_curl = |name: &str| find(name).is_some_and(|row| !matches!(row.taken, Handling::NotTaken(_)));
            for name in names {
                assert!(of_curl(&name) || find(&name).is_none(), "--{name}");
            }
            let letter = short.map(|letter| format!("-{letter}"));
            assert!(letter.is_none_or(|letter| of_curl(&letter)), "-{short:?} means something else to curl");
        }
    }

    /// The options of `curl --help all` of 7.88, and newer ones; the count guards against a line lost in editing.
    #[test]
    fn every_option_is_in_the_table_once() {
        let rows = rows();
        assert_eq!(rows.len(), 275);
        assert!(rows.windows(2).all(|pair| pair[0].long < pair[1].long));
        let mut letters: Vec<char> = rows.iter().filter_map(|row| row.short).collect();
        letters.sort_unstable();
        assert!(letters.windows(2).all(|pair| pair[0] != pair[1]));
        assert!(rows.iter().all(|row| !row.long.is_empty() && !row.long.contains([' ', ','])));
    }

    #[test]
    fn hints_are_for_options_that_only_curl_has() {
        for (unknown, expected) in [
            ("--trace", Some("-v prints")),
            ("--trace=a=b", Some("-v prints")),
            ("-R", Some("afterwards")),
            ("-Z", Some("xargs -P")),
            ("--digest", Some("AWS signatures only")),
            ("--tls-min", Some("TLS 1.2")),
            ("--expand-url", Some("shell")),
            ("--no-netrc", Some("does not have --netrc")),
            ("--no-such", None),
            ("--header", None),
            ("--globoff", None),
            ("--cokie", None),
            ("-é", None),
            ("-", None),
            ("", None),
        ] {
            let hint = hint_for(unknown);
            assert_eq!(hint.is_some(), expected.is_some(), "{unknown}: {hint:?}");
            assert!(hint.unwrap_or_default().contains(expected.unwrap_or_default()), "{unknown}");
        }
    }
}
