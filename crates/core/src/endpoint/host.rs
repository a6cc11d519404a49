//! The host of S3 in a region, as AWS's own tools build it if no endpoint is given.
//!
//! Only AWS's own forms are supported: the host of a region, dual-stack, FIPS and accelerated. Whether a bucket goes in
//! front of it, and which, is up to the caller. Follows *Amazon S3 endpoints and quotas* and botocore's endpoint rules.

use super::partition::{is_region, partition_of_region, suffix_of_partition};

/// Which kind of S3 host to use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct S3Variant {
    /// Reachable over IPv6 as well as IPv4.
    pub dual_stack: bool,
    /// Uses cryptography validated by FIPS 140.
    pub fips: bool,
    /// Uses Amazon's edge locations (S3 Transfer Acceleration); such a host needs the bucket in front of it.
    pub accelerate: bool,
}

/// The error for a host that S3 does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}: '{region}'")]
#[non_exhaustive]
pub struct NoS3Host {
    /// The region as it was given.
    pub region: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

const NOT_A_REGION: &str = "not a region of AWS";
const NO_FIPS: &str = "S3 has no FIPS endpoints in this region";
const NO_DUAL_STACK: &str = "S3 has no dual-stack endpoints in this region";
const NO_ACCELERATION: &str = "S3 Transfer Acceleration does not exist in this region";
const FIPS_ACCELERATED: &str = "S3 Transfer Acceleration has no FIPS endpoints";

/// The domain of AWS's hosts in a region: `amazonaws.com`, `amazonaws.com.cn`.
pub fn domain_in(region: &str) -> &'static str {
    suffix_of_partition(partition_of_region(region)).expect("each partition has a suffix")
}

impl S3Variant {
    /// The host of S3 in a region: `s3.eu-west-1.amazonaws.com`.
    ///
    /// # Errors
    /// The text is not a region of AWS, or AWS has no such host there.
    pub fn host_in(self, region: &str) -> Result<String, NoS3Host> {
        self.check(region).map_err(|problem| NoS3Host { region: region.to_owned(), problem })?;
        let suffix = domain_in(region);
        let dual_stack = if self.dual_stack { ".dualstack" } else { "" };
        Ok(match (self.accelerate, self.fips) {
            (true, _) => format!("s3-accelerate{dual_stack}.{suffix}"),
            (false, true) => format!("s3-fips{dual_stack}.{region}.{suffix}"),
            (false, false) => format!("s3{dual_stack}.{region}.{suffix}"),
        })
    }

    fn check(self, region: &str) -> Result<(), &'static str> {
        let partition = partition_of_region(region);
        match self {
            _ if !is_region(region) => Err(NOT_A_REGION),
            Self { fips: true, accelerate: true, .. } => Err(FIPS_ACCELERATED),
            Self { fips: true, .. } if partition == "aws-cn" => Err(NO_FIPS),
            Self { accelerate: true, .. } if partition != "aws" => Err(NO_ACCELERATION),
            Self { dual_stack: true, .. } if matches!(partition, "aws-iso-e" | "aws-iso-f") => Err(NO_DUAL_STACK),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: S3Variant = S3Variant { dual_stack: false, fips: false, accelerate: false };
    const DUAL: S3Variant = S3Variant { dual_stack: true, ..PLAIN };
    const FIPS: S3Variant = S3Variant { fips: true, ..PLAIN };
    const FAST: S3Variant = S3Variant { accelerate: true, ..PLAIN };

    /// Source: what botocore 1.43.11 builds from the same settings with virtual addressing (in us-east-1 with
    /// `us_east_1_regional_endpoint = regional`, like the AWS CLI 2).
    #[test]
    fn hosts_are_those_of_botocore() {
        for (variant, region, host) in [
            (PLAIN, "us-east-1", "s3.us-east-1.amazonaws.com"),
            (PLAIN, "eu-west-1", "s3.eu-west-1.amazonaws.com"),
            (PLAIN, "cn-north-1", "s3.cn-north-1.amazonaws.com.cn"),
            (PLAIN, "us-gov-west-1", "s3.us-gov-west-1.amazonaws.com"),
            (PLAIN, "eusc-de-east-1", "s3.eusc-de-east-1.amazonaws.eu"),
            (PLAIN, "us-iso-east-1", "s3.us-iso-east-1.c2s.ic.gov"),
            (PLAIN, "us-isob-east-1", "s3.us-isob-east-1.sc2s.sgov.gov"),
            (PLAIN, "eu-isoe-west-1", "s3.eu-isoe-west-1.cloud.adc-e.uk"),
            (PLAIN, "us-isof-south-1", "s3.us-isof-south-1.csp.hci.ic.gov"),
            (DUAL, "eu-west-1", "s3.dualstack.eu-west-1.amazonaws.com"),
            (DUAL, "cn-north-1", "s3.dualstack.cn-north-1.amazonaws.com.cn"),
            (FIPS, "us-gov-west-1", "s3-fips.us-gov-west-1.amazonaws.com"),
            (FAST, "eu-west-1", "s3-accelerate.amazonaws.com"),
            (S3Variant { fips: true, ..DUAL }, "us-east-1", "s3-fips.dualstack.us-east-1.amazonaws.com"),
            (S3Variant { accelerate: true, ..DUAL }, "us-east-1", "s3-accelerate.dualstack.amazonaws.com"),
        ] {
            assert_eq!(variant.host_in(region).as_deref(), Ok(host), "{variant:?} {region}");
        }
    }

    /// botocore refuses these too, except accelerated hosts outside the commercial partition, which do not exist.
    #[test]
    fn hosts_that_aws_does_not_have_are_refused() {
        for (variant, region, problem) in [
            (PLAIN, "fsn1", NOT_A_REGION),
            (PLAIN, "eu-west-1.evil.example", NOT_A_REGION),
            (PLAIN, "", NOT_A_REGION),
            (FIPS, "cn-north-1", NO_FIPS),
            (FAST, "cn-north-1", NO_ACCELERATION),
            (FAST, "us-gov-west-1", NO_ACCELERATION),
            (DUAL, "eu-isoe-west-1", NO_DUAL_STACK),
            (S3Variant { fips: true, ..FAST }, "us-east-1", FIPS_ACCELERATED),
        ] {
            assert_eq!(variant.host_in(region).unwrap_err().problem, problem, "{variant:?} {region}");
        }
    }
}
