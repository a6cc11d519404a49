//! Which of AWS's hosts serves `s3://` URLs if no endpoint is given.

use clap::Args;

use crate::profiles;
use sigvet_core::endpoint::S3Variant;

/// AWS's variants of the hosts of S3, named as AWS's settings name them.
#[derive(Debug, Clone, Copy, Default, Args)]
#[command(next_help_heading = "Signing")]
pub struct S3EndpointOptions {
    /// Send s3:// URLs to AWS's dual-stack (IPv6) endpoint
    #[arg(long, hide_short_help = true)]
    pub use_dualstack_endpoint: bool,

    /// Send s3:// URLs to AWS's FIPS endpoint
    #[arg(long, hide_short_help = true)]
    pub use_fips_endpoint: bool,

    /// Send s3:// URLs to S3 Transfer Acceleration
    #[arg(long, hide_short_help = true)]
    pub use_accelerate_endpoint: bool,
}

impl S3EndpointOptions {
    /// The variant from the options, or otherwise from the profile and the environment.
    pub fn variant(self, profile: &profiles::Settings) -> S3Variant {
        S3Variant {
            dual_stack: self.use_dualstack_endpoint || profile.use_dualstack_endpoint == Some(true),
            fips: self.use_fips_endpoint || profile.use_fips_endpoint == Some(true),
            accelerate: self.use_accelerate_endpoint || profile.use_accelerate_endpoint == Some(true),
        }
    }
}
