//! Turns the ARN of an access point into the host that serves it, as AWS's own tools do for `s3://arn:…/key`.
//!
//! It supports access points of one region, multi-region access points, and those of Object Lambda and of Outposts; and
//! the directory buckets of S3 Express, whose names contain their zone. Only the host is built here: the scope is then
//! inferred from it, as from any other host. Follows *Access points* of the S3 user guide and botocore's endpoint
//! rules.

use super::partition::{partition_of_region, suffix_of_partition};

/// What an `s3://` URL names instead of a bucket at an endpoint, separated from the key that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Resource<'a> {
    /// The host that serves it.
    pub host: String,
    /// The object key that follows the ARN or bucket name.
    pub key: &'a str,
}

/// The error for an ARN that names nothing S3 has a host for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid access point ARN '{presented}': {problem}")]
#[non_exhaustive]
pub struct InvalidArn {
    /// The ARN as it was given.
    pub presented: String,
    /// What is wrong with it, or what was expected.
    pub problem: &'static str,
}

const FORM: &str = "expected arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE";
const RESOURCE: &str = "expected the resource accesspoint/NAME or outpost/ID/accesspoint/NAME";
const PARTITION: &str = "its partition is unknown";
const SERVICE: &str = "expected the service s3, s3-object-lambda or s3-outposts";
const REGION: &str = "it has no region, which only a multi-region access point can omit";
const ACCOUNT: &str = "expected an account ID of digits";
const LABEL: &str = "its parts may contain only letters, digits and '-'";

impl<'a> Resource<'a> {
    /// Reads `arn:…:accesspoint/NAME/key`; `None` if the text is not an ARN at all.
    ///
    /// # Errors
    /// The ARN names something else, or lacks a part.
    pub fn from_arn(text: &'a str) -> Option<Result<Self, InvalidArn>> {
        let rest = text.strip_prefix("arn:")?;
        let refuse = |problem| InvalidArn { presented: text.to_owned(), problem };
        Some(Self::of_parts(rest).map_err(refuse))
    }

    fn of_parts(rest: &'a str) -> Result<Self, &'static str> {
        let mut parts = rest.splitn(5, ':');
        let mut next = || parts.next().ok_or(FORM);
        let (partition, service, region, account, resource) = (next()?, next()?, next()?, next()?, next()?);
        let suffix = suffix_of_partition(partition).ok_or(PARTITION)?;
        if account.is_empty() || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ACCOUNT);
        }
        let (kind, rest) = split_part(resource);
        let (host, key) = match (service, kind) {
            ("s3" | "s3-object-lambda", "accesspoint") => {
                let (name, key) = split_key(rest);
                (access_point_host(service, label_path(name)?, region, account)?, key)
            }
            ("s3-outposts", "outpost") => {
                let (outpost, rest) = split_part(rest);
                let (kind, rest) = split_part(rest);
                let (name, key) = split_key(rest);
                if kind != "accesspoint" {
                    return Err(RESOURCE);
                }
                let (name, outpost) = (label(name, RESOURCE)?, label(outpost, RESOURCE)?);
                (format!("{name}-{account}.{outpost}.s3-outposts.{}", label(region, REGION)?), key)
            }
            ("s3" | "s3-object-lambda" | "s3-outposts", _) => return Err(RESOURCE),
            _ => return Err(SERVICE),
        };
        Ok(Self { host: format!("{host}.{suffix}"), key })
    }

    /// Reads `NAME--ZONE--x-s3/key`: a directory bucket of S3 Express, or an access point to one (`--xa-s3`). `None`
    /// for any other bucket.
    pub fn from_directory_bucket(text: &'a str, region: &str) -> Option<Self> {
        let (bucket, key) = split_key(text);
        let (name, zone) =
            bucket.strip_suffix("--x-s3").or_else(|| bucket.strip_suffix("--xa-s3"))?.rsplit_once("--")?;
        label(zone, "").ok().filter(|_| !name.is_empty())?;
        let suffix = suffix_of_partition(partition_of_region(region))?;
        Some(Self { host: format!("{bucket}.s3express-{zone}.{region}.{suffix}"), key })
    }
}

/// An access point without a region is a multi-region access point, named by its alias.
fn access_point_host(service: &str, name: &str, region: &str, account: &str) -> Result<String, &'static str> {
    match (service, region) {
        ("s3", "") => Ok(format!("{name}.accesspoint.s3-global")),
        (_, "") => Err(REGION),
        ("s3", _) => Ok(format!("{}-{account}.s3-accesspoint.{}", label(name, LABEL)?, label(region, LABEL)?)),
        _ => Ok(format!("{}-{account}.{service}.{}", label(name, LABEL)?, label(region, LABEL)?)),
    }
}

/// Splits a resource at `/` or `:`; AWS writes both.
fn split_part(text: &str) -> (&str, &str) {
    text.split_once(['/', ':']).unwrap_or((text, ""))
}

fn split_key(text: &str) -> (&str, &str) {
    text.split_once('/').unwrap_or((text, ""))
}

fn label<'t>(text: &'t str, problem: &'static str) -> Result<&'t str, &'static str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !text.is_empty() && text.bytes().all(fits) { Ok(text) } else { Err(problem) }
}

/// Checks an alias, which may contain dots: `mfzwi23gnjvgw.mrap`.
fn label_path(text: &str) -> Result<&str, &'static str> {
    if text.is_empty() {
        return Err(RESOURCE);
    }
    text.split('.').try_for_each(|part| label(part, LABEL).map(drop))?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: the URLs that botocore 1.44.5 builds for `get_object(Bucket=ARN, Key='a/b')`.
    #[test]
    fn an_arn_gives_the_host_that_botocore_uses() {
        for (arn, host) in [
            (
                "s3:us-west-2:123456789012:accesspoint/my-ap",
                "my-ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com",
            ),
            (
                "s3:us-west-2:123456789012:accesspoint:my-ap",
                "my-ap-123456789012.s3-accesspoint.us-west-2.amazonaws.com",
            ),
            (
                "s3::123456789012:accesspoint/mfzwi23gnjvgw.mrap",
                "mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com",
            ),
            ("s3::123456789012:accesspoint:my.dotted.alias", "my.dotted.alias.accesspoint.s3-global.amazonaws.com"),
            (
                "s3-object-lambda:us-east-1:123456789012:accesspoint/mybanner",
                "mybanner-123456789012.s3-object-lambda.us-east-1.amazonaws.com",
            ),
            (
                "s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/reports",
                "reports-123456789012.op-01234567890123456.s3-outposts.us-west-2.amazonaws.com",
            ),
            (
                "s3-outposts:us-west-2:123456789012:outpost:op-01234567890123456:accesspoint:reports",
                "reports-123456789012.op-01234567890123456.s3-outposts.us-west-2.amazonaws.com",
            ),
        ] {
            for (behind, key) in [("", ""), ("/a/b:c", "a/b:c")] {
                let text = format!("arn:aws:{arn}{behind}");
                let found = Resource::from_arn(&text).unwrap().unwrap();
                assert_eq!((found.host.as_str(), found.key), (host, key), "{text}");
            }
        }
        let china = Resource::from_arn("arn:aws-cn:s3:cn-north-1:123456789012:accesspoint/ap/k").unwrap().unwrap();
        assert_eq!(china.host, "ap-123456789012.s3-accesspoint.cn-north-1.amazonaws.com.cn");
    }

    /// Texts that botocore refuses, and texts that would change the structure of the host.
    #[test]
    fn an_arn_of_something_else_is_refused() {
        assert_eq!(Resource::from_arn("bucket/key"), None);
        for (arn, problem) in [
            ("arn:aws:s3", FORM),
            ("arn:aws:s3:::bucket/key", ACCOUNT),
            ("arn:gcp:s3:us-west-2:123456789012:accesspoint/ap", PARTITION),
            ("arn:aws:sqs:us-west-2:123456789012:accesspoint/ap", SERVICE),
            ("arn:aws:s3:us-west-2::accesspoint/ap", ACCOUNT),
            ("arn:aws:s3:us-west-2:123456789012:bucket/ap", RESOURCE),
            ("arn:aws:s3:us-west-2:123456789012:accesspoint/", RESOURCE),
            ("arn:aws:s3:us-west-2:123456789012:accesspoint:ap:more", LABEL),
            ("arn:aws:s3:us-west-2:123456789012:accesspoint/a.b", LABEL),
            ("arn:aws:s3:evil.example/:123456789012:accesspoint/ap", LABEL),
            ("arn:aws:s3::123456789012:accesspoint/a@b", LABEL),
            ("arn:aws:s3-object-lambda::123456789012:accesspoint/ap", REGION),
            ("arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-1/bucket/b", RESOURCE),
            ("arn:aws:s3-outposts::123456789012:outpost/op-1/accesspoint/b", REGION),
        ] {
            assert_eq!(Resource::from_arn(arn).unwrap().unwrap_err().problem, problem, "{arn}");
        }
    }

    /// Source: botocore 1.44.5 as above.
    #[test]
    fn a_directory_bucket_implies_its_zone() {
        for (address, region, host) in [
            ("b--use1-az4--x-s3/k", "us-east-1", "b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com"),
            ("ap--use1-az4--xa-s3/k", "us-east-1", "ap--use1-az4--xa-s3.s3express-use1-az4.us-east-1.amazonaws.com"),
            ("b--cnn1-az4--x-s3/k", "cn-north-1", "b--cnn1-az4--x-s3.s3express-cnn1-az4.cn-north-1.amazonaws.com.cn"),
        ] {
            let found = Resource::from_directory_bucket(address, region).unwrap();
            assert_eq!((found.host.as_str(), found.key), (host, "k"));
        }
        for other in ["bucket/k--use1-az4--x-s3", "--use1-az4--x-s3", "b--x-s3", "b--us.e--x-s3", "b--use1-az4--x-s3x"]
        {
            assert_eq!(Resource::from_directory_bucket(other, "us-east-1"), None, "{other}");
        }
    }
}
