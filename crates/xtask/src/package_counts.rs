//! Limits the number of packages that the library brings along: signing a request should not require building a web
//! browser.
//!
//! The limits leave room for a package or two, not for another tree of them. Raising one is a decision.

use std::collections::BTreeSet;

use crate::program::{Failure, cargo};

/// The features to count a package with, and the maximum number of packages, including itself.
struct Limit {
    package: &'static str,
    features: &'static [&'static str],
    most: usize,
}

const LIMITS: [Limit; 3] = [
    Limit { package: "sigvet-core", features: &["--no-default-features"], most: 26 },
    Limit { package: "sigvet-core", features: &[], most: 62 },
    Limit { package: "sigvet-diagnose", features: &[], most: 110 },
];

pub fn check() -> Result<(), Failure> {
    let mut faults = Vec::new();
    for limit in LIMITS {
        let fixed = ["tree", "--locked", "--edges", "normal", "--prefix", "none", "--package", limit.package];
        let tree = cargo(&[&fixed, limit.features].concat()).output()?;
        let count = count_packages(&String::from_utf8_lossy(&tree));
        let of_what = [&[limit.package], limit.features].concat().join(" ");
        println!("{of_what}: {count} packages, at most {}", limit.most);
        if count > limit.most {
            faults.push(format!("{of_what}: {count} packages, more than {}", limit.most));
        }
    }
    Failure::unless_empty(&faults)
}

/// A package that was listed before is followed by `(*)`.
fn count_packages(tree: &str) -> usize {
    let lines = tree.lines().map(|line| line.trim_end_matches(" (*)"));
    lines.filter(|line| !line.is_empty()).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_counts_once_however_often_it_is_listed() {
        assert_eq!(count_packages("a v1.0.0 (/a)\nb v1.0.0\nc v1.0.0\nb v1.0.0 (*)\nb v2.0.0\n\n"), 4);
    }
}
