//! `--how`: how to capture a refused request, client by client.

use std::io::Write;

use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::render::signed::write_json;

/// Clients and servers, and how to make each one show the request or what it signed.
const CAPTURES: [(&str, &str); 16] = [
    ("curl", "curl -v … 2> trace.txt; for the body too: curl --trace-ascii trace.txt …"),
    ("AWS CLI", "aws --debug … 2> aws.log"),
    ("boto3, botocore", "boto3.set_stream_logger('')"),
    ("Java SDK v2", "log software.amazon.awssdk.auth and org.apache.http.wire at DEBUG"),
    ("Go SDK v2", "config.WithClientLogMode(aws.LogSigning | aws.LogRequestWithBody | aws.LogResponseWithBody)"),
    ("Go SDK v1", "aws.Config{LogLevel: aws.LogLevel(aws.LogDebugWithSigning | aws.LogDebugWithHTTPBody)}"),
    ("PHP SDK", "new S3Client(['debug' => true, …])"),
    ("Ruby SDK", "Aws::S3::Client.new(http_wire_trace: true, …)"),
    ("Python requests", "http.client.HTTPConnection.debuglevel = 1"),
    ("s3cmd", "s3cmd -d … 2> s3cmd.log"),
    ("rclone", "rclone -vv --dump headers … 2> rclone.log"),
    ("mc", "mc --debug …"),
    ("Terraform", "TF_LOG=DEBUG terraform … 2> terraform.log"),
    ("browser", "developer tools, Network, the request: Copy as cURL, or save all as HAR"),
    ("MinIO server", "mc admin trace -v ALIAS"),
    ("Ceph gateway", "debug_rgw = 20, then give its log with --response"),
];

/// Prints one line per client.
pub fn list(is_json: bool, context: &mut Context) -> Result<Exit, Failure> {
    if is_json {
        let all: Vec<Value> = CAPTURES.iter().map(|(client, how)| json!({ "client": client, "how": how })).collect();
        write_json(&Value::Array(all), &mut context.stdout)?;
    } else {
        for (client, how) in CAPTURES {
            writeln!(context.stdout, "{client:<17}{how}")?;
        }
        writeln!(context.stdout, "\nThen: sigvet explain FILE")?;
    }
    context.stdout.flush()?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_fits_a_wide_terminal_and_each_client_is_listed_once() {
        let mut clients: Vec<&str> = CAPTURES.iter().map(|(client, _)| *client).collect();
        clients.sort_unstable();
        clients.dedup();
        assert_eq!(clients.len(), CAPTURES.len());
        assert!(CAPTURES.iter().all(|(client, how)| client.len() < 17 && how.len() < 100));
    }
}
