//! `--show`: which stages of a signature to print.

use clap::ValueEnum;

/// A stage of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Stage {
    /// The six fields, as they are hashed
    CanonicalRequest,
    /// Algorithm, time, scope and the hash of the canonical request
    StringToSign,
    /// The key chain; secret, and so never part of `all`
    SigningKey,
    /// The signature
    Signature,
    /// All but the signing key
    All,
}

/// The stages to print.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Show {
    /// Print stages of the signature to standard error
    #[arg(long, value_name = "STAGES", value_delimiter = ',', help_heading = "Output")]
    show: Vec<Stage>,
}

impl Show {
    /// Whether any stage was requested.
    pub fn is_any(&self) -> bool {
        !self.show.is_empty()
    }

    /// Whether this stage was requested. The signing key has to be requested by its own name.
    pub fn wants(&self, stage: Stage) -> bool {
        self.show.contains(&stage) || (stage != Stage::SigningKey && self.show.contains(&Stage::All))
    }
}
