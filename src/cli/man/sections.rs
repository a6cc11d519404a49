//! What the manual says beyond options: one table, in the order of the page.

use super::section::{Item, Section};
use super::{checksums, exits, services, streaming, tokens, version_2};
use sigvet_core::prepare::NEVER_SIGNED;
use sigvet_core::scheme::Dialect;

/// The sections of `sigvet(1)`.
pub(super) fn of_sigvet() -> Vec<Section> {
    vec![
        files(),
        credentials(),
        environment(),
        exits::section(),
        signing_rules(),
        version_2::section(),
        streaming::section(),
        checksums::section(),
        services::dialects(),
        services::services(),
        tokens::section(),
        recipes(),
    ]
}

fn files() -> Section {
    let items = vec![
        Item::term(
            "sigvet/profiles.toml",
            "The profile file, in the user's configuration directory; `sigvet profile path` prints where that is. \
             It is created readable by its owner alone, and one that others can read is warned of.",
        ),
        Item::Code(
            "default = \"hetzner\"

[profile.hetzner]
access_key_id = \"AKIDEXAMPLE\"
secret_command = [\"pass\", \"show\", \"hetzner\"]
region = \"fsn1\"
service = \"s3\"
endpoint_url = \"https://fsn1.your-objectstorage.com\"
addressing = \"virtual\"
expires = \"1h\"

[profile.minio]
access_key_id = \"minioadmin\"
secret_env = \"MINIO_SECRET\"
region = \"us-east-1\"
service = \"s3\"
endpoint_url = \"http://127.0.0.1:9000\"
addressing = \"path\"",
        ),
        Item::text(
            "The secret comes from one of three fields: `secret_access_key` holds it; `secret_command` is a program \
             with its arguments, run without a shell, that prints it; `secret_env` names the variable that holds it. \
             A `session_token` may go with it. All other fields are optional: region and service where the host does \
             not tell them, `endpoint_url` and `addressing` (virtual: the bucket in the host, or path) for s3://, \
             `expires` for presigned URLs.",
        ),
    ];
    Section { title: "FILES", items }
}

fn credentials() -> Section {
    let items = vec![
        Item::text(
            "The first of these that says anything about keys is taken, whole: -u; --profile; the environment; the \
             profile that AWS_PROFILE names, or the file's default; AWS's own files and credential chain. \
             `--profile aws:NAME` asks for a profile of AWS's own files. -v says which it was.",
        ),
        Item::text(
            "Region and service are those of the options, else what the host says, else those of the signing key, \
             of the profile or of the environment.",
        ),
    ];
    Section { title: "CREDENTIALS AND SCOPE", items }
}

fn environment() -> Section {
    let items = vec![
        Item::term("SIGVET_PROFILES", "The profile file, instead of the one in the configuration directory."),
        Item::term(
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN",
            "The keys. AWS_SECURITY_TOKEN is read where AWS_SESSION_TOKEN is not set; AWS_CREDENTIAL_EXPIRATION says \
             when they end.",
        ),
        Item::term("AWS_PROFILE, AWS_DEFAULT_PROFILE", "The profile, where no option names one."),
        Item::term("AWS_REGION, AWS_DEFAULT_REGION", "The region, where neither an option nor the host tells it."),
        Item::term(
            "AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL",
            "Where s3://bucket/key lies, unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true.",
        ),
        Item::term(
            "KUBERNETES_EXEC_INFO",
            "What kubectl says of the object that `presign --as exec-credential` prints.",
        ),
        Item::term("AWS_EC2_METADATA_DISABLED", "Set to true, it keeps the credential chain from asking the network."),
        Item::term(
            "http_proxy, https_proxy, all_proxy, no_proxy",
            "The proxy that `sigvet send` uses. All but the first may be in upper case.",
        ),
        Item::text("A variable that is empty counts as not set."),
    ];
    Section { title: "ENVIRONMENT", items }
}

fn signing_rules() -> Section {
    let s3 = Dialect::AWS4.object_services.join(", ");
    let never_signed = NEVER_SIGNED.join(", ");
    let items = vec![
        Item::term(
            "Path",
            format!(
                "For the S3 family ({s3}) the path is a name: each byte is encoded once, %2F counts as a slash, and nothing is removed. For all \
                 other services empty and dot segments are removed and the path as sent is encoded again, so that %20 \
                 becomes %2520. A trailing /. or /.. leaves a slash, as RFC 3986 has it (/a/b/.. is /a/); some signers \
                 drop it. `--normalize-path` and `--encode-path` overrule both. The path is always sent as it was typed.",
            ),
        ),
        Item::term(
            "Query",
            "Parameters are encoded once and sorted by name, then by value; repeated ones are kept. A + is a space, \
             %2B a plus sign.",
        ),
        Item::term(
            "Headers",
            format!(
                "All headers of the request are signed, but for these, which proxies and libraries change on the way: \
                 {never_signed}. `--signed-headers` names others; `host` and the provider's own (x-amz-*) are signed in \
                 any case.",
            ),
        ),
        Item::term(
            "Payload",
            "The hash of the body is signed; UNSIGNED-PAYLOAD for presigned URLs of the S3 family, for vpc-lattice, and \
             with `--unsigned-payload`. `--payload-hash` signs the text given. A header x-amz-content-sha256 in the \
             request decides before all of these. The header is added where the service requires it, or cannot know \
             the payload's hash otherwise.",
        ),
        Item::term("Date", "A header x-amz-date in the request decides, then `--date`, then the clock."),
        Item::term(
            "Session token",
            "It is signed, in a header or in the query; with `--token-unsigned` it is added after signing.",
        ),
        Item::term("Life of a presigned URL", "One second to seven days; an hour where nobody says."),
    ];
    Section { title: "SIGNING RULES", items }
}

fn recipes() -> Section {
    let items = vec![
        Item::text("Use a presigned URL to upload with plain curl; the headers signed must be sent:"),
        Item::Code(
            "url=$(sigvet presign -X PUT --expires 15m \\
    -H 'Content-Type: image/png' s3://photos/cat.png)
curl -T cat.png -H 'Content-Type: image/png' \"$url\"",
        ),
        Item::text(
            "At Hetzner every key of a project may use every bucket of it. This policy leaves a bucket to one key alone, \
             where 12345678 is the project's number (keep that key: no other can take the policy back):",
        ),
        Item::Code(
            "{
  \"Version\": \"2012-10-17\",
  \"Statement\": [{
    \"Sid\": \"OnlyOneKey\",
    \"Effect\": \"Deny\",
    \"NotPrincipal\": {
      \"AWS\": [\"arn:aws:iam:::user/p12345678:ACCESSKEYID\"]
    },
    \"Action\": [\"s3:*\"],
    \"Resource\": [
      \"arn:aws:s3:::my-bucket\", \"arn:aws:s3:::my-bucket/*\"
    ]
  }]
}",
        ),
        Item::text("This one lets another project's key read:"),
        Item::Code(
            "{
  \"Version\": \"2012-10-17\",
  \"Statement\": [{
    \"Sid\": \"AnotherProjectReads\",
    \"Effect\": \"Allow\",
    \"Principal\": {
      \"AWS\": [\"arn:aws:iam:::user/p87654321:ACCESSKEYID\"]
    },
    \"Action\": [\"s3:GetObject\", \"s3:ListBucket\"],
    \"Resource\": [
      \"arn:aws:s3:::my-bucket\", \"arn:aws:s3:::my-bucket/*\"
    ]
  }]
}",
        ),
        Item::text("Set a policy, look at it, and take it away:"),
        Item::Code(
            "url='https://my-bucket.fsn1.your-objectstorage.com/?policy'
sigvet send -X PUT --data @policy.json \"$url\"
sigvet send \"$url\"
sigvet send -X DELETE \"$url\"",
        ),
        Item::text("Give a machine a key that signs for one day, region and service, and no secret:"),
        Item::Code(
            "sigvet key --region eu-central-1 --service s3 -o key.json
sigvet sign --signing-key key.json \\
    https://my-bucket.s3.eu-central-1.amazonaws.com/",
        ),
    ];
    Section { title: "RECIPES", items }
}
