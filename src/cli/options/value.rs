//! The syntax of option values: durations, sizes, and text from files.

use std::convert::Infallible;
use std::io::Read;
use std::num::NonZeroU64;
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::cli::failure::{Exit, Failure};
use crate::files;
use sigvet_core::credentials::Secret;
use sigvet_core::time::{InvalidTimestamp, Timestamp};

/// Text that is not a valid value of an option.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {what}, {expected}; found '{presented}'")]
pub struct InvalidValue {
    /// What was expected, with its article: `a size`.
    pub what: &'static str,
    /// The text as it was given.
    pub presented: String,
    /// What is accepted: `for example 64KiB`.
    pub expected: &'static str,
}

/// Parses `15m`, `1h30m`, `7d`, or plain seconds. Units: `s`, `m`, `h`, `d`, `w`, each at most once, largest first.
pub fn parse_duration(text: &str) -> Result<Duration, InvalidValue> {
    const UNITS: [(char, u64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3_600), ('m', 60), ('s', 1)];
    let expected = || InvalidValue {
        what: "a duration",
        presented: text.to_owned(),
        expected: "for example 15m, 1h30m, 7d or seconds",
    };
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().map(Duration::from_secs).map_err(|_| expected());
    }
    let mut seconds: u64 = 0;
    let mut units = UNITS.iter();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).filter(|at| *at > 0).ok_or_else(expected)?;
        let (amount, tail) = rest.split_at(digits);
        let unit = tail.chars().next().ok_or_else(expected)?;
        let size = units.find(|(name, _)| *name == unit).map(|(_, size)| *size).ok_or_else(expected)?;
        let amount: u64 = amount.parse().map_err(|_| expected())?;
        seconds = amount.checked_mul(size).and_then(|more| seconds.checked_add(more)).ok_or_else(expected)?;
        rest = &tail[unit.len_utf8()..];
    }
    if text.is_empty() { Err(expected()) } else { Ok(Duration::from_secs(seconds)) }
}

/// Parses a date and time as people write it.
pub fn parse_time(text: &str) -> Result<Timestamp, InvalidValue> {
    Timestamp::parse(text).map_err(|InvalidTimestamp { presented, .. }| InvalidValue {
        what: "a date and time",
        presented,
        expected: "for example 20150830T123600Z, 2015-08-30T12:36:00Z or 2015-08-30",
    })
}

/// Parses a size: bytes, or a number with `kB`, `MB`, `GB`, `TB` (thousands), with `KiB`, `MiB`, `GiB`, `TiB` (of 1024),
/// or with `K`, `M`, `G`, `T`, which are of 1024 too, as in curl.
pub fn parse_size(text: &str) -> Result<u64, InvalidValue> {
    bytes_of(text).ok_or_else(|| InvalidValue {
        what: "a size",
        presented: text.to_owned(),
        expected: "for example 1048576, 500kB or 10MiB",
    })
}

fn bytes_of(text: &str) -> Option<u64> {
    let (amount, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let unit = unit.to_ascii_lowercase();
    let (prefix, base) = match unit.strip_suffix("ib") {
        Some(prefix) if !prefix.is_empty() => (prefix, 1024),
        _ => match unit.strip_suffix('b') {
            Some(prefix) => (prefix, 1000),
            None => (unit.as_str(), 1024),
        },
    };
    let power = ["", "k", "m", "g", "t"].iter().position(|known| *known == prefix)?;
    let size = u64::pow(base, u32::try_from(power).ok()?);
    amount.parse::<u64>().ok()?.checked_mul(size)
}

/// Parses a limit in bytes. A limit of zero would refuse everything.
pub fn parse_size_limit(text: &str) -> Result<u64, InvalidValue> {
    parse_size(text).and_then(|size| unless_zero(size, size == 0, text, ("a size above 0", "for example 1MiB")))
}

/// Parses a time limit. A limit of zero would refuse everything.
pub fn parse_time_limit(text: &str) -> Result<Duration, InvalidValue> {
    parse_duration(text)
        .and_then(|time| unless_zero(time, time.is_zero(), text, ("a duration above 0", "for example 10s")))
}

/// Parses a limit on a count. A limit of zero would refuse everything.
pub fn parse_count_limit(text: &str) -> Result<usize, InvalidValue> {
    let count = text.parse().unwrap_or_default();
    unless_zero(count, count == 0, text, ("a count above 0", "for example 1024"))
}

fn unless_zero<T>(
    limit: T,
    is_zero: bool,
    text: &str,
    (what, expected): (&'static str, &'static str),
) -> Result<T, InvalidValue> {
    if is_zero { Err(InvalidValue { what, presented: text.to_owned(), expected }) } else { Ok(limit) }
}

/// Parses seconds as curl does, `2` or `2.5`, or a duration such as `15m`.
pub fn parse_seconds(text: &str) -> Result<Duration, InvalidValue> {
    let expected = || InvalidValue {
        what: "a time in seconds",
        presented: text.to_owned(),
        expected: "for example 2, 2.5 or 15m",
    };
    match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).map_err(|_| expected()),
        Err(_) => parse_duration(text),
    }
}

/// Parses a speed: a size per second.
pub fn parse_rate(text: &str) -> Result<NonZeroU64, InvalidValue> {
    bytes_of(text).and_then(NonZeroU64::new).ok_or_else(|| InvalidValue {
        what: "a speed",
        presented: text.to_owned(),
        expected: "for example 100000, 500K or 2M",
    })
}

/// Takes a secret value.
pub fn parse_secret(text: &str) -> Result<Secret, Infallible> {
    Ok(Secret::new(text))
}

/// Reads a whole file, or standard input if the name is `-`.
pub fn read_all(name: &str, stdin: &mut dyn Read) -> Result<Vec<u8>, Failure> {
    if name != "-" {
        return std::fs::read(name).map_err(|error| cannot_read(Path::new(name), error));
    }
    let mut bytes = Vec::new();
    stdin
        .read_to_end(&mut bytes)
        .map_err(|error| Failure::from_error(Exit::CannotRead, error).context("cannot read standard input"))?;
    Ok(bytes)
}

/// Reads a configuration file of at most `limit` bytes, or standard input if the name is `-`.
pub fn read_settings(name: &str, limit: u64, stdin: &mut dyn Read) -> Result<Zeroizing<Vec<u8>>, Failure> {
    match name {
        "-" => files::read_stream(stdin, limit)
            .map_err(|error| Failure::from_error(Exit::CannotRead, error).context("cannot read standard input")),
        name => match files::read(Path::new(name), limit) {
            Ok(read) => Ok(read.bytes),
            Err(error) => Err(cannot_read(Path::new(name), error)),
        },
    }
}

/// The failure for a file that cannot be read.
pub fn cannot_read(path: &Path, error: std::io::Error) -> Failure {
    Failure::from_error(Exit::CannotRead, error).context(format!("cannot read {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_parsed_as_people_write_them() {
        for (text, bytes) in [
            ("0", 0),
            ("12B", 12),
            ("500kB", 500_000),
            ("64KB", 64_000),
            ("64k", 65_536),
            ("10M", 10 << 20),
            ("10MiB", 10 << 20),
            ("1gib", 1 << 30),
            ("2TB", 2_000_000_000_000),
            ("2T", 2 << 40),
        ] {
            assert_eq!(parse_size(text), Ok(bytes), "{text}");
        }
        for text in ["", "MiB", "-1", "1.5MB", "1 MB", "1iB", "1PB", "99999999999999999999", "18446744073709551615GB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_are_parsed_as_people_write_them() {
        for (text, seconds) in [("90", 90), ("15m", 900), ("1h30m", 5_400), ("7d", 604_800), ("1w", 604_800), ("0", 0)]
        {
            assert_eq!(parse_duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in [
            "",
            "abc",
            "h",
            "1",
            "5x",
            "1m1h",
            "1h1h",
            "-5",
            "1.5h",
            "99999999999999999999",
            "9999999999999999999d",
            "1h5",
            "1 h",
            "1é",
        ] {
            let is_plain = text == "1";
            assert_eq!(parse_duration(text).is_ok(), is_plain, "{text}");
        }
    }
}
