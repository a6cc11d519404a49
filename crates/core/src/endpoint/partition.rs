//! The partitions of AWS, and the split of a host into suffix, region, and the remaining labels.

use super::in_front_of;

/// The region set of every host that serves many regions, from botocore's endpoint rules.
pub(super) const ALL_REGIONS: &str = "*";

/// A partition: its names in ARNs, its suffixes, and the region its global services sign for.
struct Partition {
    names: &'static [&'static str],
    suffixes: &'static [&'static str],
    global_region: &'static str,
}

#[rustfmt::skip]
const PARTITIONS: &[Partition] = &[
    Partition { names: &["aws", "aws-us-gov"], suffixes: &["amazonaws.com", "api.aws"], global_region: "us-east-1" },
    Partition { names: &["aws-cn"], suffixes: &["amazonaws.com.cn", "api.amazonwebservices.com.cn"], global_region: "cn-northwest-1" },
    Partition { names: &["aws-eusc"], suffixes: &["amazonaws.eu", "api.amazonwebservices.eu"], global_region: "eusc-de-east-1" },
    Partition { names: &["aws-iso"], suffixes: &["c2s.ic.gov", "api.aws.ic.gov"], global_region: "us-iso-east-1" },
    Partition { names: &["aws-iso-b"], suffixes: &["sc2s.sgov.gov", "api.aws.scloud"], global_region: "us-isob-east-1" },
    Partition { names: &["aws-iso-e"], suffixes: &["cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"], global_region: "eu-isoe-west-1" },
    Partition { names: &["aws-iso-f"], suffixes: &["csp.hci.ic.gov", "api.aws.hci.ic.gov"], global_region: "us-isof-south-1" },
];

/// The parts of a host, before the service is looked up.
pub(super) struct Parts<'h> {
    /// The labels of the service and whatever the customer put in front of it.
    pub labels: Vec<&'h str>,
    /// The region, if the host names one.
    pub region: Option<&'h str>,
    /// The labels before the ID of an interface endpoint (`….vpce-1a2b.s3.…`), which only S3 uses.
    pub before_vpce: Option<Vec<&'h str>>,
    /// The region the partition's global services sign for.
    pub global_region: &'static str,
    /// Whether the host has a word for all regions (`global`, `us-gov`) in place of a region.
    pub is_global: bool,
}

impl<'h> Parts<'h> {
    pub(super) fn of(host: &'h str) -> Option<Self> {
        let (front, partition) = PARTITIONS.iter().find_map(|partition| {
            let front = partition.suffixes.iter().find_map(|suffix| in_front_of(host, suffix))?;
            Some((front, partition))
        })?;
        let mut parts = Parts {
            labels: front.split('.').filter(|label| !label.is_empty()).collect(),
            region: None,
            before_vpce: None,
            global_region: partition.global_region,
            is_global: false,
        };
        if parts.labels.is_empty() {
            return None;
        }
        parts.take_interface_endpoint();
        parts.take_region();
        parts.labels.pop_if(|last| *last == "dualstack");
        Some(parts)
    }

    fn take_interface_endpoint(&mut self) {
        if self.labels.pop_if(|last| *last == "vpce").is_none() {
            return;
        }
        let id = self.labels.iter().rposition(|label| label.starts_with("vpce-"));
        if let Some(id) = id {
            let after = self.labels.split_off(id + 1);
            self.labels.pop();
            self.before_vpce = Some(std::mem::replace(&mut self.labels, after));
        }
    }

    fn take_region(&mut self) {
        if self.labels.pop_if(|last| *last == "us-gov").is_some() {
            self.global_region = "us-gov-west-1";
            self.is_global = true;
        } else if self.labels.pop_if(|last| *last == "global").is_some() {
            self.is_global = true;
        }
        self.region = self.labels.pop_if(|last| is_region(last));
    }
}

/// Whether a label has the shape of a region: `us-west-2`, `ap-southeast-10`, `us-gov-east-1`, `eusc-de-east-1`.
pub(crate) fn is_region(label: &str) -> bool {
    let words: Vec<&str> = label.split('-').collect();
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_number = |word: &str| (1..=2).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    match words[..] {
        [area, place, number] => area.len() == 2 && is_word(area) && is_word(place) && is_number(number),
        ["eusc", part, place, number] => is_word(part) && is_word(place) && is_number(number),
        [area, part, place, number] => {
            let is_part = part == "gov" || part.starts_with("iso");
            area.len() == 2 && is_part && [area, part, place].into_iter().all(is_word) && is_number(number)
        }
        _ => false,
    }
}

/// The partition of a region, from the beginning of the region's name.
pub(super) fn partition_of_region(region: &str) -> &'static str {
    let beginnings = [
        ("cn-", "aws-cn"),
        ("us-gov-", "aws-us-gov"),
        ("eusc-", "aws-eusc"),
        ("us-iso-", "aws-iso"),
        ("us-isob-", "aws-iso-b"),
        ("eu-isoe-", "aws-iso-e"),
        ("us-isof-", "aws-iso-f"),
    ];
    beginnings.into_iter().find(|(beginning, _)| region.starts_with(beginning)).map_or("aws", |(_, name)| name)
}

/// The suffix of a partition's hosts, given the partition's name in ARNs.
pub(super) fn suffix_of_partition(name: &str) -> Option<&'static str> {
    let partition = PARTITIONS.iter().find(|partition| partition.names.contains(&name))?;
    partition.suffixes.first().copied()
}

/// The suffixes of all partitions.
pub(super) fn suffixes() -> impl Iterator<Item = &'static str> {
    PARTITIONS.iter().flat_map(|partition| partition.suffixes.iter().copied())
}

pub(super) fn without_fips(label: &str) -> &str {
    label.strip_suffix("-fips").unwrap_or(label)
}
