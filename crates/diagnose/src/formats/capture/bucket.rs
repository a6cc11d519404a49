//! Settings for a bucket beside an exception that have more than its name as their value: `s3.bucket=s3://archive`,
//! `bucketName=archive/2026`.

use crate::formats::note::Note;

/// What stands before the name in a URL or an ARN of a bucket.
const BEFORE: [&str; 8] =
    ["s3://", "s3a://", "s3n://", "gs://", "arn:aws:s3:::", "arn:aws-cn:s3:::", "arn:aws-us-gov:s3:::", "arn:aws:s3::"];
/// What may follow `bucket` in the name of a setting that holds a bucket's name.
const ENDINGS: [&str; 8] = ["", "s", "name", "names", "_name", "_names", "-name", "-names"];

/// The first setting in the text whose value is not only the name of a bucket.
pub(super) fn setting(text: &str) -> Option<Note> {
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        for (name, behind) in settings(line) {
            if !behind.is_empty() {
                if let Some(note) = note(name, value(behind)) {
                    return Some(note);
                }
                continue;
            }
            // The buckets of a YAML mapping or list.
            let depth = indentation(line);
            while let Some(below) = lines.next_if(|below| indentation(below) > depth) {
                let item = below.rsplit_once(": ").map_or(below.trim_start_matches([' ', '-']), |(_, item)| item);
                if let Some(note) = note(name, value(item)) {
                    return Some(note);
                }
            }
        }
    }
    None
}

/// The names of settings for buckets in a line, each with what follows its `=` or `:`.
fn settings(line: &str) -> Vec<(&str, &str)> {
    const WORD: &str = "bucket";
    let lower = line.to_ascii_lowercase();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let found = lower.match_indices(WORD).filter_map(|(at, _)| {
        let behind = line.get(at + WORD.len()..)?;
        let end = behind.find(|c: char| !is_name(c)).unwrap_or(behind.len());
        let (ending, rest) = behind.split_at_checked(end)?;
        let start = line.get(..at)?.rfind(|c: char| !is_name(c)).map_or(0, |at| at + 1);
        let name = line.get(start..at + WORD.len() + end)?;
        let rest = rest.trim_start_matches(['"', '\'', ' ']).strip_prefix(['=', ':'])?;
        ENDINGS.contains(&ending.to_ascii_lowercase().as_str()).then_some((name, rest.trim()))
    });
    found.collect()
}

/// The value, without quotes, up to what ends it.
fn value(behind: &str) -> &str {
    let behind = behind.trim_start_matches(['>', ' ', '"', '\'']);
    behind.split(|c: char| c.is_whitespace() || "\"',;)]}<>".contains(c)).next().unwrap_or_default()
}

fn note(name: &str, value: &str) -> Option<Note> {
    let bare = BEFORE.iter().find_map(|before| value.strip_prefix(before));
    let bucket = bare.unwrap_or(value).split('/').next()?;
    let is_bucket = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '_');
    let is_plain = (3..=63).contains(&bucket.len()) || bare.is_none() && bucket.len() == 2;
    let has_more = bare.is_some() || value.trim_end_matches('/').len() > bucket.len();
    (is_plain && has_more && bucket.chars().all(is_bucket)).then(|| Note::BucketSetting {
        name: name.to_owned(),
        presented: value.to_owned(),
        expected: bucket.to_owned(),
    })
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The settings of kafka-connect-s3, Loki's Helm chart, Jenkins's exception, Velero and Thanos.
    #[test]
    fn a_setting_with_more_than_a_name_is_found() {
        for (text, expected) in [
            (
                "s3.bucket=s3://orders-archive\ns3.path_style=false",
                Some(("s3.bucket", "s3://orders-archive", "orders-archive")),
            ),
            (
                "storage:\n  bucketNames:\n    chunks: loki-con/loki-chunks\n    ruler: loki-con\n  type: s3",
                Some(("bucketNames", "loki-con/loki-chunks", "loki-con")),
            ),
            (
                "put Destination [bucketName=my-bucket/builds, objectName=a.zip]",
                Some(("bucketName", "my-bucket/builds", "my-bucket")),
            ),
            ("AWS_S3_BUCKET: \"arn:aws:s3:::data\"", Some(("AWS_S3_BUCKET", "arn:aws:s3:::data", "data"))),
            ("{\"bucket_name\": \"data/x\"}", Some(("bucket_name", "data/x", "data"))),
            ("s3.bucket=orders-archive", None),
            ("bucket: data/", None),
            ("storage:\n  bucketNames:\n    chunks: loki-chunks\n  endpoint: https://s3.example/x", None),
            ("bucket_endpoint=https://s3.example/x", None),
            ("the bucket: see https://docs.example/x", None),
            ("bucket lookup: auto, path /a/b", None),
            ("bucket=${BUCKET}/x", None),
            ("bucket = AKIA:secret@host/x", None),
        ] {
            let found = setting(text).map(|note| match note {
                Note::BucketSetting { name, presented, expected } => (name, presented, expected),
                note => panic!("{note}"),
            });
            let expected =
                expected.map(|(name, presented, bucket)| (name.to_owned(), presented.to_owned(), bucket.to_owned()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
