//! Mistakes in the dates and the credential scope.

use super::Mistake;
use super::Proof::{Error, Lint, Search, Time};

mistakes! {
    SCOPE_DATE = "scope-date" {
        title: "the date in the credential scope is not the day of x-amz-date",
        place: "scope",
        explanation: "The date in the credential scope and the day of x-amz-date differ, usually because the clock \
            was read twice, around midnight or in two time zones. The server reads both from the request, and \
            refuses them or derives another key.",
        fix: "Read the clock once, in UTC, and use the first eight digits of x-amz-date as the date in the scope.",
        clients: &[],
        proofs: &[Lint, Time, Error, Search],
    }
    SCOPE_REGION = "scope-region" {
        title: "the request was signed for the wrong region",
        place: "scope",
        explanation: "The credential scope names a region that the server is not in, often us-east-1 because that \
            is the default. The server accepts only signatures for its own region.",
        fix: "Configure the region of the endpoint that you send the request to. For S3-compatible servers, use the \
            name that their administrator set.",
        clients: &[
            ("boto3", "region_name='REGION'"),
            ("AWS CLI", "--region REGION, or AWS_REGION"),
            ("aws4", "region: 'REGION'; if the host has no region, it signs for us-east-1"),
            ("curl", "--aws-sigv4 aws:amz:REGION:SERVICE"),
            ("s3cmd", "bucket_location = REGION"),
            ("Hadoop S3A", "fs.s3a.endpoint.region = REGION"),
            ("Postman", "AWS Region under Advanced configuration; the default is us-east-1"),
            ("Terraform", "region, and skip_region_validation = true for names that AWS does not know"),
            ("Cloudflare R2", "region auto"),
            ("MinIO", "MINIO_SITE_REGION on the server, or its name in the client"),
        ],
        proofs: &[Error, Search],
    }
    SCOPE_SERVICE = "scope-service" {
        title: "the request was signed for the wrong service",
        place: "scope",
        explanation: "The credential scope names a service that the endpoint does not belong to, such as es for an \
            API behind execute-api. The server accepts only signatures for its own service.",
        fix: "Use the signing name of the service, for example execute-api, es, aoss, s3, s3express, lambda or \
            iotdevicegateway. It is not always the first label of the host name.",
        clients: &[
            ("awscurl", "--service SERVICE; the default is execute-api"),
            ("curl", "--aws-sigv4 aws:amz:REGION:SERVICE"),
            ("requests-aws4auth", "AWS4Auth(key, secret, region, 'es'), or 'aoss' for OpenSearch Serverless"),
            ("Postman", "Service Name under Advanced configuration"),
            ("aws4", "service: 'execute-api', for example, if the host does not show it"),
        ],
        proofs: &[Error, Search],
    }
    SCOPE_ORDER = "scope-order" {
        title: "the credential scope is incomplete or in the wrong order",
        place: "scope",
        explanation: "The scope is date, region, service and aws4_request, in this order, but the client wrote them \
            in another order or left one out. The server reads a service where the region should be, or refuses the \
            credential.",
        fix: "Write the credential as KEY/YYYYMMDD/region/service/aws4_request.",
        clients: &[
            ("curl", "--aws-sigv4 aws:amz:REGION:SERVICE, the region before the service"),
            ("requests-aws4auth", "AWS4Auth(key, secret, region, service)"),
            ("aws-requests-auth", "name the arguments: aws_region=…, aws_service=…"),
        ],
        proofs: &[Lint, Error, Search],
    }
    REGION_SET_MISSING = "region-set-missing" {
        title: "the x-amz-region-set header of a Version 4A request is missing",
        place: "scope",
        explanation: "A Version 4A signature has no region in its credential scope; the regions it is valid for are \
            in x-amz-region-set, or in X-Amz-Region-Set in a URL, and are signed. Without them no region accepts \
            it.",
        fix: "Send and sign x-amz-region-set: the region's name, several separated by commas, or *.",
        clients: &[],
        proofs: &[Lint],
    }
    TIME_LOCAL = "time-local" {
        title: "local time was sent as if it were UTC",
        place: "date",
        explanation: "x-amz-date ends in Z and means UTC, but the client wrote its local time there, which is off \
            by the offset of a time zone. The server compares it with its own clock and finds it hours away.",
        fix: "Format the time in UTC, not in the local time zone with a literal Z after it.",
        clients: &[
            ("Python", "datetime.now(timezone.utc)"),
            ("Java", "Instant.now(), or a formatter with ZoneOffset.UTC"),
            ("JavaScript", "new Date().toISOString()"),
            ("PHP", "gmdate('Ymd\\THis\\Z')"),
            ("Go", "time.Now().UTC()"),
            ("shell", "date -u +%Y%m%dT%H%M%SZ"),
        ],
        proofs: &[Time],
    }
    TIME_WEEK_YEAR = "time-week-year" {
        title: "the date was written with the week-based year (YYYY)",
        place: "date",
        explanation: "A pattern such as YYYY means the year that the week belongs to, which around New Year may be \
            the next or the previous one. The request then seems to come from another year.",
        fix: "Write yyyy, not YYYY, in the date pattern.",
        clients: &[
            ("Java", "DateTimeFormatter.ofPattern(\"yyyyMMdd'T'HHmmss'Z'\")"),
            ("Swift", "dateFormat = \"yyyyMMdd'T'HHmmss'Z'\", with the locale en_US_POSIX"),
            ("strftime", "%Y, not %G"),
        ],
        proofs: &[Time],
    }
    TIME_TWELVE_HOURS = "time-twelve-hours" {
        title: "the time was written in 12-hour format (hh)",
        place: "date",
        explanation: "A pattern such as hh means the hour on a 12-hour clock, so the time is right in the morning and \
            twelve hours behind in the afternoon. The server sees an old request.",
        fix: "Write HH, not hh, in the time pattern.",
        clients: &[
            ("Java", "DateTimeFormatter.ofPattern(\"yyyyMMdd'T'HHmmss'Z'\")"),
            (".NET", "DateTime.UtcNow.ToString(\"yyyyMMddTHHmmssZ\", CultureInfo.InvariantCulture)"),
            ("strftime", "%H, not %I"),
        ],
        proofs: &[Time],
    }
    TIME_SKEWED = "time-skewed" {
        title: "the signer's clock is wrong",
        place: "date",
        explanation: "The time of the request is further from the server's clock than the server allows, which is \
            15 minutes for S3 and 5 minutes for many services. The server refuses the request whatever the \
            signature is.",
        fix: "Synchronize the clock with NTP; a container or virtual machine uses the clock of its host, which is \
            often wrong after a suspend. Sign right before sending.",
        clients: &[
            ("aws-sdk-js v2", "correctClockSkew: true, or systemClockOffset in milliseconds"),
            ("aws-sdk-js v3", "systemClockOffset in milliseconds; it corrects itself after a refusal"),
            ("WSL 2", "sudo hwclock -s, or wsl --shutdown, after the machine slept"),
            ("systemd", "timedatectl set-ntp true"),
        ],
        proofs: &[Time, Error],
    }
    TIME_CHANGED = "time-changed" {
        title: "the time that was signed is not the time that was sent",
        place: "date",
        explanation: "The string to sign has one timestamp and the request another, because the clock was read \
            twice or a retry set the header again. The server builds the string to sign from the request.",
        fix: "Read the clock once for each signature, and sign again whenever the date changes.",
        clients: &[],
        proofs: &[Search],
    }
    TIME_DATE_HEADER = "time-date-header" {
        title: "the time of the Date header was signed instead of x-amz-date",
        place: "date",
        explanation: "The request has both Date and x-amz-date, and the client used the time of Date in the string \
            to sign. The server uses x-amz-date whenever it is sent.",
        fix: "Use the time of x-amz-date in the string to sign, and do not send Date as well.",
        clients: &[],
        proofs: &[Search, Lint],
    }
    TIME_MALFORMED = "time-malformed" {
        title: "the signing time is not written as YYYYMMDDTHHMMSSZ",
        place: "date",
        explanation: "x-amz-date, X-Amz-Date or Date is in another format: with dashes and colons, with milliseconds \
            or an offset, or with the digits and names of another language. The server cannot read it, or reads a \
            different time from the one the client signed.",
        fix: "Write the time in UTC with ASCII digits, as in 20150830T123600Z, and format it with a fixed locale.",
        clients: &[
            ("Java", "DateTimeFormatter.ofPattern(\"yyyyMMdd'T'HHmmss'Z'\", Locale.ROOT).withZone(ZoneOffset.UTC)"),
            (".NET", "DateTime.UtcNow.ToString(\"yyyyMMddTHHmmssZ\", CultureInfo.InvariantCulture)"),
            ("JavaScript", "new Date().toISOString().replace(/[:-]|\\.\\d{3}/g, '')"),
            ("Python", "datetime.now(timezone.utc).strftime('%Y%m%dT%H%M%SZ')"),
            ("Go", "time.Now().UTC().Format(\"20060102T150405Z\")"),
        ],
        proofs: &[Lint, Error],
    }
    EXPIRED = "expired" {
        title: "the presigned URL has expired",
        place: "expires",
        explanation: "More than X-Amz-Expires seconds have passed since X-Amz-Date, or the credentials that signed the \
            URL have expired. The server refuses the URL whatever the signature is.",
        fix: "Create a new URL closer to its use, or with a longer expiry. A URL made with temporary credentials \
            expires with them.",
        clients: &[
            ("boto3", "generate_presigned_url(…, ExpiresIn=seconds); the default is 3600"),
            ("AWS CLI", "aws s3 presign --expires-in SECONDS; the default is 3600"),
            ("aws-sdk-js v3", "getSignedUrl(client, command, { expiresIn: seconds }); the default is 900"),
        ],
        proofs: &[Time, Error],
    }
    NOT_YET_VALID = "not-yet-valid" {
        title: "the presigned URL is not valid yet",
        place: "date",
        explanation: "X-Amz-Date is in the server's future, because the signer's clock is fast or the date was set \
            ahead on purpose. The server accepts the URL only from then on.",
        fix: "Correct the signer's clock, or wait until the URL becomes valid.",
        clients: &[],
        proofs: &[Time, Error],
    }
    EXPIRES_TOO_LONG = "expires-too-long" {
        title: "the expiry of the presigned URL is not a number from 1 to 604800",
        place: "expires",
        explanation: "X-Amz-Expires is a number of seconds from 1 to 604800, which is seven days. The server \
            refuses any other value, such as a longer time, milliseconds or a point in time.",
        fix: "Use at most 604800 seconds. If that is too short, create a URL on demand in a small service of your \
            own.",
        clients: &[
            ("boto3", "ExpiresIn in seconds, at most 604800"),
            ("AWS CLI", "aws s3 presign --expires-in SECONDS, at most 604800"),
            ("aws-sdk-java v2", "signatureDuration(Duration.ofDays(7)) at most"),
        ],
        proofs: &[Lint, Error],
    }
}
