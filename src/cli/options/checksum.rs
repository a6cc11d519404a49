//! `--checksum`, as it was typed: by which algorithm the bytes of an object are guarded on their way.
//!
//! What it leads to is settled where requests are made: a header, a trailer of a streamed payload, or a check of what arrives.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::checksum::ChecksumAlgorithm;

/// Which checksum goes with a body.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Args)]
pub struct ChecksumOptions {
    /// Send this checksum of the body with it; with GET, ask for the object's checksum and check what arrives (S3 family)
    #[arg(id = "checksum", long, value_name = "ALGORITHM", ignore_case = true, help_heading = "Request")]
    #[arg(value_parser = algorithm())]
    pub algorithm: Option<ChecksumAlgorithm>,
}

/// A parser that help and completion can list the names of.
fn algorithm() -> impl TypedValueParser<Value = ChecksumAlgorithm> {
    let names = PossibleValuesParser::new(ChecksumAlgorithm::ALL.map(ChecksumAlgorithm::name));
    names.try_map(|name| name.parse::<ChecksumAlgorithm>())
}

#[cfg(test)]
mod tests {
    use clap::{Command, FromArgMatches};

    use super::*;

    fn typed(words: &[&str]) -> Result<Option<ChecksumAlgorithm>, clap::Error> {
        let command = ChecksumOptions::augment_args(Command::new("test"));
        let matches = command.try_get_matches_from([&["test"], words].concat())?;
        ChecksumOptions::from_arg_matches(&matches).map(|options| options.algorithm)
    }

    /// SDKs write the names in upper case, headers in lower case.
    #[test]
    fn an_algorithm_is_named_in_any_case() {
        assert_eq!(typed(&[]).unwrap(), None);
        assert_eq!(typed(&["--checksum", "crc64nvme"]).unwrap(), Some(ChecksumAlgorithm::Crc64Nvme));
        assert_eq!(typed(&["--checksum=SHA256"]).unwrap(), Some(ChecksumAlgorithm::Sha256));
        assert!(typed(&["--checksum", "md5"]).is_err());
    }
}
