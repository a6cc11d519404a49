//! `-K` files, alone and with a command line.

use crate::run::Case;

const SAME: [(&str, &str); 19] = [
    ("-K k", "url = {}/ok\nrequest = DELETE"),
    ("-K k {}/ok", "-X DELETE\n# comment\nheader = \"A: b c\""),
    ("-K k -X OPTIONS {}/ok", "request = DELETE"),
    ("-X OPTIONS -K k {}/ok", "request = DELETE"),
    ("-K k {}/ok", "request = DELETE\nrequest = OPTIONS"),
    ("-K k {}/ok", "header = A:1\nheader = B:2"),
    ("-K k -d b {}/ok", "data = a"),
    ("-K k {}/ok", "fail\nno-fail"),
    ("-K k --no-fail {}/missing", "fail"),
    ("-K k", "url = {}/ok\noutput = one\nurl = {}/missing\noutput = two"),
    ("-K k", "url = {}/ok\nNEXT\nurl = {}/ok\ndata = x"),
    ("-K k {}/ok", "user-agent: mine"),
    ("-K k {}/ok", "data = \"a\\tb\\\"c\""),
    ("-K k {}/a/ok", "cookie = cookies"),
    ("-K k {}/range", "range = 0-3"),
    ("-K k {}/gzip", "compressed"),
    ("-K k {}/ok", "dump-header = heads"),
    ("-Kk {}/ok", "silent\nshow-error\nlocation\nmax-time = 10\n"),
    ("-K nosuchfile {}/ok", ""),
];

const OTHERWISE: [(&str, &str, &str); 4] = [
    ("-K k {}/ok", "\u{feff}request = DELETE", "a byte order mark is passed over; curl loses the line behind it"),
    (
        "-K k {}/ok",
        "no-such-option",
        "curl warns of a line that is no option; here it is refused, for it may be a mistake in a name",
    ),
    ("-K k {}/ok", "header = A: b", "curl cuts the value off at its first blank, and warns; here it is refused"),
    ("-K k {}/ok", "header = \"A: b", "curl takes a quote that never ends; here it is refused"),
];

pub fn cases() -> Vec<Case> {
    let with = |line: &str, config: &str| Case { config: config.to_owned(), ..Case::new(line) };
    let same = SAME.iter().map(|(line, config)| with(line, config));
    let otherwise = OTHERWISE.iter().map(|(line, config, reason)| Case { differs: Some(reason), ..with(line, config) });
    same.chain(otherwise).collect()
}
