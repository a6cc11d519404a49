//! Mistakes in the dates and in the credential scope.

use super::Mistake;
use super::Proof::{Error, Lint, Search, Time};

mistakes! {
    SCOPE_DATE = "scope-date" {
        title: "the scope's date is not the day of the request",
        place: "scope",
        explanation: "The date in the credential scope and the day of x-amz-date differ, mostly because the clock \
            was read twice, around midnight or in two time zones. The server takes both from the request, and \
            refuses them or derives another key.",
        fix: "Read the clock once, in UTC, and take the scope's date from the first eight digits of x-amz-date.",
        clients: &[],
        proofs: &[Lint, Time, Error, Search],
    }
    SCOPE_REGION = "scope-region" {
        title: "the request was signed for another region than the server's",
        place: "scope",
        explanation: "The credential scope names a region that the server is not in, often us-east-1 because that is \
            the default. The server accepts only signatures for its own region.",
        fix: "Configure the region of the endpoint that the request goes to; for S3-compatible servers, the name \
            that their administrator gave it.",
        clients: &[
            ("boto3", "region_name='REGION'"),
            ("AWS CLI", "--region REGION, or AWS_REGION"),
            ("aws4", "region: 'REGION'; where the host does not tell, it signs for us-east-1"),
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
        title: "the request was signed for another service",
        place: "scope",
        explanation: "The credential scope names a service that the endpoint does not belong to, such as es for an \
            API behind execute-api. The server accepts only signatures for its own service.",
        fix: "Use the service's signing name: execute-api, es, aoss, s3, s3express, lambda, iotdevicegateway; it is \
            not always the first label of the host.",
        clients: &[
            ("awscurl", "--service SERVICE; the default is execute-api"),
            ("curl", "--aws-sigv4 aws:amz:REGION:SERVICE"),
            ("requests-aws4auth", "AWS4Auth(key, secret, region, 'es'), or 'aoss' for OpenSearch Serverless"),
            ("Postman", "Service Name under Advanced configuration"),
            ("aws4", "service: 'execute-api' and the like, where the host does not tell"),
        ],
        proofs: &[Error, Search],
    }
    SCOPE_ORDER = "scope-order" {
        title: "the parts of the credential scope are exchanged or missing",
        place: "scope",
        explanation: "The scope is date, region, service and aws4_request, in this order, and the client wrote them \
            in another or left one out. The server reads a service where the region should be, or refuses the \
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
        title: "the request of Version 4A does not name its set of regions",
        place: "scope",
        explanation: "A signature of Version 4A has no region in its scope; the regions that it is meant for stand in \
            x-amz-region-set, or in X-Amz-Region-Set in a URL, and are signed. Without them no region takes it.",
        fix: "Send and sign x-amz-region-set: the region's name, several with commas, or *.",
        clients: &[],
        proofs: &[Lint],
    }
    TIME_LOCAL = "time-local" {
        title: "local time was sent as if it were UTC",
        place: "date",
        explanation: "x-amz-date ends in Z and means UTC, and the client wrote its local time there, off by a whole \
            number of quarter hours. The server compares it with its own clock and finds it hours away.",
        fix: "Format the time in UTC, not in the local zone with a literal Z behind it.",
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
        title: "the year of the week was written in place of the year",
        place: "date",
        explanation: "A pattern such as YYYY stands for the year that the week belongs to, and around New Year that may be \
            the next or the last one. The request then seems to come from another year.",
        fix: "Write yyyy, not YYYY, in the pattern of the date.",
        clients: &[
            ("Java", "DateTimeFormatter.ofPattern(\"yyyyMMdd'T'HHmmss'Z'\")"),
            ("Swift", "dateFormat = \"yyyyMMdd'T'HHmmss'Z'\", with the locale en_US_POSIX"),
            ("strftime", "%Y, not %G"),
        ],
        proofs: &[Time],
    }
    TIME_TWELVE_HOURS = "time-twelve-hours" {
        title: "the time was written with hours from 1 to 12",
        place: "date",
        explanation: "A pattern such as hh stands for the hour of a clock with twelve hours, so the time is right until \
            noon and twelve hours behind after it. The server takes it for a request of the morning.",
        fix: "Write HH, not hh, in the pattern of the time.",
        clients: &[
            ("Java", "DateTimeFormatter.ofPattern(\"yyyyMMdd'T'HHmmss'Z'\")"),
            (".NET", "DateTime.UtcNow.ToString(\"yyyyMMddTHHmmssZ\", CultureInfo.InvariantCulture)"),
            ("strftime", "%H, not %I"),
        ],
        proofs: &[Time],
    }
    TIME_SKEWED = "time-skewed" {
        title: "the signer's clock is off",
        place: "date",
        explanation: "The time of the request is further from the server's clock than the server allows, 15 minutes \
            at S3 and 5 at many services. It refuses the request whatever its signature is.",
        fix: "Set the clock, by NTP; in containers and virtual machines, that of the host, mostly after a suspend. \
            Sign just before sending.",
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
        explanation: "The string to sign holds one timestamp and the request another, because the clock was read \
            twice or the header was set again on a retry. The server builds the string to sign from the request.",
        fix: "Read the clock once for each signature, and sign again whenever the date is set again.",
        clients: &[],
        proofs: &[Search],
    }
    TIME_DATE_HEADER = "time-date-header" {
        title: "the Date header's time was signed, but x-amz-date counts",
        place: "date",
        explanation: "The request has both Date and x-amz-date, and the client took the string to sign's timestamp \
            from the first. The server reads x-amz-date wherever it is sent.",
        fix: "Use the time of x-amz-date in the string to sign, and do not send Date beside it.",
        clients: &[],
        proofs: &[Search, Lint],
    }
    TIME_MALFORMED = "time-malformed" {
        title: "the time of signing is not written as YYYYMMDDTHHMMSSZ",
        place: "date",
        explanation: "x-amz-date, X-Amz-Date or Date is in another form: with dashes and colons, with milliseconds or an \
            offset, or with the digits and names of another language. The server cannot read it, or reads another time \
            than the client signed.",
        fix: "Write the time in UTC with ASCII digits as 20150830T123600Z, and format it with a fixed locale.",
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
        explanation: "The seconds of X-Amz-Expires have passed since X-Amz-Date, or the credentials that made the \
            URL have ended before. The server refuses the URL whatever its signature is.",
        fix: "Make a new URL, nearer to its use or with a longer life; one made with temporary credentials ends with \
            them.",
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
        explanation: "X-Amz-Date lies in the server's future, since the signer's clock is fast or the date was set \
            ahead on purpose. The server takes the URL from that time on.",
        fix: "Set the signer's clock, or wait until the URL begins.",
        clients: &[],
        proofs: &[Time, Error],
    }
    EXPIRES_TOO_LONG = "expires-too-long" {
        title: "the presigned URL's life is outside the allowed bounds",
        place: "expires",
        explanation: "X-Amz-Expires is counted in seconds, from 1 to 604800, which is seven days. The server refuses \
            another number, be it a longer life, milliseconds or a point in time.",
        fix: "Choose at most 604800 seconds; where that is too short, let a small service of your own make a URL on \
            demand.",
        clients: &[
            ("boto3", "ExpiresIn in seconds, at most 604800"),
            ("AWS CLI", "aws s3 presign --expires-in SECONDS, at most 604800"),
            ("aws-sdk-java v2", "signatureDuration(Duration.ofDays(7)) at most"),
        ],
        proofs: &[Lint, Error],
    }
}
