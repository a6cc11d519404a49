//! Which regions of AWS accept Version 2.

/// The regions of S3 that accept Version 2: those opened before 2014 (*Authenticating Requests* of S3's API reference).
const REGIONS: [&str; 9] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "us-gov-west-1",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
];

/// Whether S3 accepts Version 2 in a region of AWS: regions opened since 2014 accept only Version 4.
pub fn takes_version_2(region: &str) -> bool {
    REGIONS.contains(&region)
}
