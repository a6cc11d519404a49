//! Checks what is inferred from hosts against sources other than this code.
//!
//! Each table names its source. An empty string means that the host does not show it.

use super::*;

/// Source: botocore's endpoint rule tests (`tests/functional/endpoint-rules/*/endpoint-tests-1.json`): the host of the
/// expected URL with its signing name and region. If the first scheme is V4A, which has no region, the region is that
/// of the V4 scheme after it, if any. The bucket is the case's parameter, if the host contains it.
#[rustfmt::skip]
const BOTOCORE: &[(&str, &str, &str, &str)] = &[
    ("abc123.456def.endpoint.events.amazonaws.com", "events", "", ""),
    ("abc123.456def.endpoints.email.global.api.aws", "ses", "", ""),
    ("acm-acme.us-east-1.api.aws", "acm", "us-east-1", ""),
    ("agreement-marketplace.us-east-1.amazonaws.com", "aws-marketplace", "us-east-1", ""),
    ("aos.us-east-1.api.aws", "es", "us-east-1", ""),
    ("api-fips.sagemaker.us-east-1.amazonaws.com", "sagemaker", "us-east-1", ""),
    ("api.detective.us-east-1.amazonaws.com", "detective", "us-east-1", ""),
    ("api.ecr-public.us-east-1.amazonaws.com", "ecr-public", "us-east-1", ""),
    ("api.ecr.us-east-1.amazonaws.com", "ecr", "us-east-1", ""),
    ("api.iot-tunneling.us-east-1.api.aws", "IoTSecuredTunneling", "us-east-1", ""),
    ("api.mediatailor.us-east-1.amazonaws.com", "mediatailor", "us-east-1", ""),
    ("api.pricing.us-east-1.amazonaws.com", "pricing", "us-east-1", ""),
    ("api.tunneling.iot-fips.us-east-1.amazonaws.com", "IoTSecuredTunneling", "us-east-1", ""),
    ("appstream2.us-east-1.amazonaws.com", "appstream", "us-east-1", ""),
    ("athena.us-gov-west-1.amazonaws.com", "athena", "us-gov-west-1", ""),
    ("bedrock-agentcore-control.us-east-1.amazonaws.com", "bedrock-agentcore", "us-east-1", ""),
    ("bedrock-runtime.us-east-1.amazonaws.com", "bedrock", "us-east-1", ""),
    ("budgets.amazonaws.com.cn", "budgets", "cn-northwest-1", ""),
    ("budgets.global.sc2s.sgov.gov", "budgets", "us-isob-east-1", ""),
    ("catalog.marketplace.us-east-1.amazonaws.com", "aws-marketplace", "us-east-1", ""),
    ("cloudfront.amazonaws.com", "cloudfront", "us-east-1", ""),
    ("cn.transcribe.cn-north-1.amazonaws.com.cn", "transcribe", "cn-north-1", ""),
    ("data-ats.iot.us-east-1.amazonaws.com", "iotdata", "us-east-1", ""),
    ("data.jobs.iot.us-east-1.amazonaws.com", "iot-jobs-data", "us-east-1", ""),
    ("data.mediastore.us-east-1.amazonaws.com", "mediastore", "us-east-1", ""),
    ("dynamodb.ap-northeast-1.amazonaws.com", "dynamodb", "ap-northeast-1", ""),
    ("email.us-east-1.amazonaws.com", "ses", "us-east-1", ""),
    ("entitlement.marketplace.us-east-1.amazonaws.com", "aws-marketplace", "us-east-1", ""),
    ("fips.batch.us-east-1.amazonaws.com", "batch", "us-east-1", ""),
    ("fips.eks.us-east-1.amazonaws.com", "eks", "us-east-1", ""),
    ("global.health.amazonaws.com", "health", "us-east-1", ""),
    ("iam-fips.amazonaws.com", "iam", "us-east-1", ""),
    ("iam.amazonaws.com", "iam", "us-east-1", ""),
    ("iam.global.api.amazonwebservices.com.cn", "iam", "cn-north-1", ""),
    ("iam.global.api.aws", "iam", "us-east-1", ""),
    ("iam.us-gov.amazonaws.com", "iam", "us-gov-west-1", ""),
    ("importexport.amazonaws.com", "IngestionService", "us-east-1", ""),
    ("ingest.timestream.us-east-1.amazonaws.com", "timestream", "us-east-1", ""),
    ("lambda.us-east-1.api.aws", "lambda", "us-east-1", ""),
    ("models-fips.lex.us-east-1.amazonaws.com", "lex", "us-east-1", ""),
    ("oidc.us-east-1.amazonaws.com", "sso-oauth", "us-east-1", ""),
    ("participant.connect.us-east-1.amazonaws.com", "execute-api", "us-east-1", ""),
    ("partnercentral-prm.us-gov.api.aws", "partnercentral", "", ""),
    ("pinpoint.us-east-1.amazonaws.com", "mobiletargeting", "us-east-1", ""),
    ("portal.sso.us-east-1.amazonaws.com", "awsssoportal", "us-east-1", ""),
    ("route53.amazonaws.com", "route53", "us-east-1", ""),
    ("route53.amazonaws.com.cn", "route53", "cn-northwest-1", ""),
    ("routes.geo-fips.us-gov-west-1.us-gov.amazonaws.com", "geo-routes", "us-gov-west-1", ""),
    ("runtime-v2-lex.us-east-1.amazonaws.com", "lex", "us-east-1", ""),
    ("runtime.lex.us-east-1.amazonaws.com", "lex", "us-east-1", ""),
    ("runtime.sagemaker.us-east-1.amazonaws.com", "sagemaker", "us-east-1", ""),
    ("savingsplans.global.api.aws", "savingsplans", "us-east-1", ""),
    ("sdb.amazonaws.com", "sdb", "us-east-1", ""),
    ("sqs.cn-north-1.amazonaws.com.cn", "sqs", "cn-north-1", ""),
    ("sqs.us-iso-east-1.c2s.ic.gov", "sqs", "us-iso-east-1", ""),
    ("ssm.us-isob-east-1.sc2s.sgov.gov", "ssm", "us-isob-east-1", ""),
    ("streams.dynamodb.us-east-1.amazonaws.com", "dynamodb", "us-east-1", ""),
    ("sts.amazonaws.com", "sts", "us-east-1", ""),
    ("sts.eu-west-1.amazonaws.com", "sts", "eu-west-1", ""),
    ("us-east-1.neptune-graph.amazonaws.com", "neptune-graph", "us-east-1", ""),
    ("waf.amazonaws.com", "waf", "us-east-1", ""),
    ("123456789012.cloudfront-kvs.global.api.aws", "cloudfront-keyvaluestore", "", ""),
    ("111111111111.ddb.us-east-1.amazonaws.com", "dynamodb", "us-east-1", ""),
    ("123.data-kinesis.us-east-1.amazonaws.com", "kinesis", "us-east-1", ""),
    ("s3.amazonaws.com", "s3", "us-east-1", ""),
    ("s3.af-south-1.amazonaws.com", "s3", "af-south-1", ""),
    ("s3.cn-north-1.amazonaws.com.cn", "s3", "cn-north-1", ""),
    ("s3.dualstack.us-west-2.amazonaws.com", "s3", "us-west-2", ""),
    ("s3-fips.us-west-2.amazonaws.com", "s3", "us-west-2", ""),
    ("s3-fips.dualstack.us-east-1.amazonaws.com", "s3", "us-east-1", ""),
    ("bucket-name.s3.amazonaws.com", "s3", "us-east-1", "bucket-name"),
    ("bucket-name.s3.us-west-2.amazonaws.com", "s3", "us-west-2", "bucket-name"),
    ("bucket-name.s3.dualstack.cn-north-1.amazonaws.com.cn", "s3", "cn-north-1", "bucket-name"),
    ("bucket-name.s3-fips.dualstack.us-west-2.amazonaws.com", "s3", "us-west-2", "bucket-name"),
    ("bucket.s3-accelerate.dualstack.us-east-1.amazonaws.com", "s3", "us-east-1", "bucket"),
    ("mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com", "s3", "", ""),
    ("my--s3--bucket--abcd-ab1--x-s3.s3express-abcd-ab1.us-east-1.amazonaws.com", "s3express", "us-east-1", "my--s3--bucket--abcd-ab1--x-s3"),
    ("mybucket--test-zone-ab1--x-s3.s3express-fips-test-zone-ab1.dualstack.us-west-2.amazonaws.com", "s3express", "us-west-2", "mybucket--test-zone-ab1--x-s3"),
    ("myaccesspoint--usw2-az1--xa-s3.s3express-usw2-az1.us-west-2.amazonaws.com", "s3express", "us-west-2", ""),
    ("s3express-control-fips.dualstack.us-east-1.amazonaws.com", "s3express", "us-east-1", ""),
    ("myendpoint-123456789012.s3-accesspoint-fips.dualstack.us-west-2.amazonaws.com", "s3", "us-west-2", ""),
    ("myendpoint-123456789012.s3-accesspoint.us-west-2.amazonaws.com", "s3", "us-west-2", ""),
    ("mybanner-123456789012.s3-object-lambda-fips.us-gov-east-1.amazonaws.com", "s3-object-lambda", "us-gov-east-1", ""),
    ("reports-123456789012.op-01234567890123456.s3-outposts.us-west-2.amazonaws.com", "s3-outposts", "us-west-2", ""),
    ("s3-outposts.us-west-2.api.aws", "s3-outposts", "us-west-2", ""),
    ("123456789012.s3-control.us-east-2.amazonaws.com", "s3", "us-east-2", ""),
    ("s3-control-fips.dualstack.us-east-1.amazonaws.com", "s3", "us-east-1", ""),
];

/// Source: AWS's own documentation, as the comments say; one or two cases are invented, to show what must not be
/// misread.
#[rustfmt::skip]
const AWS_GUIDES: &[(&str, &str, &str, &str)] = &[
    // S3 user guide: legacy regional hosts, dotted buckets, websites, acceleration.
    ("s3-us-west-2.amazonaws.com", "s3", "us-west-2", ""),
    ("my.dotted.bucket.s3-eu-west-1.amazonaws.com", "s3", "eu-west-1", "my.dotted.bucket"),
    ("s3-external-1.amazonaws.com", "s3", "us-east-1", ""),
    ("my.dotted.bucket.s3.eu-central-1.amazonaws.com", "s3", "eu-central-1", "my.dotted.bucket"),
    ("s3.us-west-2.s3.eu-west-1.amazonaws.com", "s3", "eu-west-1", "s3.us-west-2"),
    ("my-bucket-1.s3.amazonaws.com", "s3", "us-east-1", "my-bucket-1"),
    ("us-west-2.s3.amazonaws.com", "s3", "us-east-1", "us-west-2"),
    ("www.example.com.s3-website-us-east-1.amazonaws.com", "s3", "us-east-1", "www.example.com"),
    ("www.example.com.s3-website.eu-central-1.amazonaws.com", "s3", "eu-central-1", "www.example.com"),
    ("bucket-name.s3-accelerate.amazonaws.com", "s3", "", "bucket-name"),
    // boto3's PrivateLink guide, VPC guide.
    ("bucket.vpce-abc123-abcdefgh.s3.us-east-1.vpce.amazonaws.com", "s3", "us-east-1", ""),
    ("my.data.bucket.vpce-abc123-abcdefgh.s3.us-east-1.vpce.amazonaws.com", "s3", "us-east-1", "my.data"),
    ("vpce-like.bucket.vpce-abc123-abcdefgh.s3.us-east-1.vpce.amazonaws.com", "s3", "us-east-1", "vpce-like"),
    ("accesspoint.vpce-abc123-abcdefgh.s3.us-east-1.vpce.amazonaws.com", "s3", "us-east-1", ""),
    ("control.vpce-abc123-abcdefgh.s3.us-east-1.vpce.amazonaws.com", "s3", "us-east-1", ""),
    ("vpce-1a2b-3c4d.execute-api.us-east-1.vpce.amazonaws.com", "execute-api", "us-east-1", ""),
    ("vpce-1a2b-3c4d-us-east-1a.api.ecr.us-east-1.vpce.amazonaws.com", "ecr", "us-east-1", ""),
    // The guides of each service.
    ("a1b2c3.execute-api.eu-west-2.amazonaws.com", "execute-api", "eu-west-2", ""),
    ("abcdefg.lambda-url.us-east-1.on.aws", "lambda", "us-east-1", ""),
    ("svc-0a1b.7d67968.vpc-lattice-svcs.us-west-2.on.aws", "vpc-lattice-svcs", "us-west-2", ""),
    ("abc123.dsql-fnh4.us-east-1.on.aws", "dsql", "us-east-1", ""),
    ("search-logs-abc.us-east-1.es.amazonaws.com", "es", "us-east-1", ""),
    ("vpc-logs-abc.eu-central-1.es.amazonaws.com", "es", "eu-central-1", ""),
    ("0a1b2c.us-east-1.aoss.amazonaws.com", "aoss", "us-east-1", ""),
    ("a1b2c3-ats.iot.us-east-1.amazonaws.com", "iotdata", "us-east-1", ""),
    ("data.iot.eu-west-1.amazonaws.com", "iotdata", "eu-west-1", ""),
    ("iot.eu-west-1.amazonaws.com", "iot", "eu-west-1", ""),
    ("a1b2c3.credentials.iot.eu-west-1.amazonaws.com", "", "eu-west-1", ""),
    ("a1b2c3.appsync-api.us-east-2.amazonaws.com", "appsync", "us-east-2", ""),
    ("aps-workspaces.us-east-1.amazonaws.com", "aps", "us-east-1", ""),
    ("transcribestreaming.us-east-1.amazonaws.com", "transcribe", "us-east-1", ""),
    ("env.airflow.us-east-1.amazonaws.com", "airflow", "us-east-1", ""),
    ("monitoring.us-east-1.amazonaws.com", "monitoring", "us-east-1", ""),
    ("db.cluster-abc.us-east-1.neptune.amazonaws.com", "neptune-db", "us-east-1", ""),
    ("db.abc.us-east-1.rds.amazonaws.com", "rds-db", "us-east-1", ""),
    ("us-west-2.queue.amazonaws.com", "sqs", "us-west-2", ""),
    ("sqs.ap-southeast-10.amazonaws.com", "sqs", "ap-southeast-10", ""),
    ("sqs.eusc-de-east-1.amazonaws.eu", "sqs", "eusc-de-east-1", ""),
    ("S3.EU-West-1.AmazonAWS.com.", "s3", "eu-west-1", ""),
    // Hosts that show nothing except that they are AWS's.
    ("foo.amazonaws.com", "foo", "", ""),
    ("a1b2.gr7.us-west-2.eks.amazonaws.com", "", "us-west-2", ""),
];

/// Host, region, bucket and provider; the service is always `s3`. The comments above the rows give the sources.
#[rustfmt::skip]
const STORES: &[(&str, &str, &str, &str)] = &[
    // Hetzner's documentation; rclone's list of its endpoints.
    ("fsn1.your-objectstorage.com", "fsn1", "", "Hetzner Object Storage"),
    ("my.bucket.nbg1.your-objectstorage.com", "nbg1", "my.bucket", "Hetzner Object Storage"),
    ("hel1.your-objectstorage.com", "hel1", "", "Hetzner Object Storage"),
    // Cloudflare's R2 documentation: S3 API, jurisdictions.
    ("0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com", "auto", "", "Cloudflare R2"),
    ("0123456789abcdef0123456789abcdef.eu.r2.cloudflarestorage.com", "auto", "", "Cloudflare R2"),
    ("0123456789abcdef0123456789abcdef.fedramp.r2.cloudflarestorage.com", "auto", "", "Cloudflare R2"),
    ("data.0123456789abcdef0123456789abcdef.r2.cloudflarestorage.com", "auto", "data", "Cloudflare R2"),
    ("my.data.0123456789abcdef0123456789abcdef.us.r2.cloudflarestorage.com", "auto", "my.data", "Cloudflare R2"),
    // Backblaze's page on calling the S3-compatible API.
    ("s3.us-west-004.backblazeb2.com", "us-west-004", "", "Backblaze B2"),
    ("bucketname.s3.us-east-005.backblazeb2.com", "us-east-005", "bucketname", "Backblaze B2"),
    // DigitalOcean's Spaces API reference: the scope holds the slug of the region.
    ("nyc3.digitaloceanspaces.com", "nyc3", "", "DigitalOcean Spaces"),
    ("data.nyc3.digitaloceanspaces.com", "nyc3", "data", "DigitalOcean Spaces"),
    ("data.nyc3.cdn.digitaloceanspaces.com", "nyc3", "data", "DigitalOcean Spaces"),
    // Wasabi's list of service URLs.
    ("s3.wasabisys.com", "us-east-1", "", "Wasabi"),
    ("data.s3.wasabisys.com", "us-east-1", "data", "Wasabi"),
    ("s3.ap-northeast-1.wasabisys.com", "ap-northeast-1", "", "Wasabi"),
    ("s3.nl-1.wasabisys.com", "eu-central-1", "", "Wasabi"),
    // Scaleway's page on signatures.
    ("s3.fr-par.scw.cloud", "fr-par", "", "Scaleway Object Storage"),
    ("data.s3.nl-ams.scw.cloud", "nl-ams", "data", "Scaleway Object Storage"),
    // rclone's list of OVHcloud's endpoints and regions; OVHcloud's guide to endpoints for `perf`.
    ("s3.gra.io.cloud.ovh.net", "gra", "", "OVHcloud Object Storage"),
    ("data.s3.eu-west-par.io.cloud.ovh.net", "eu-west-par", "data", "OVHcloud Object Storage"),
    ("s3.us-east-va.io.cloud.ovh.us", "us-east-va", "", "OVHcloud Object Storage"),
    ("s3.gra.perf.cloud.ovh.net", "gra", "", "OVHcloud Object Storage"),
    // Google's page on signatures of the XML API.
    ("storage.googleapis.com", "auto", "", "Google Cloud Storage"),
    ("my.data.storage.googleapis.com", "auto", "my.data", "Google Cloud Storage"),
    // django-storages on Linode; rclone's list of its endpoints.
    ("eu-central-1.linodeobjects.com", "eu-central-1", "", "Linode Object Storage"),
    ("data.us-iad-1.linodeobjects.com", "us-iad-1", "data", "Linode Object Storage"),
    // A presigned URL of Vultr found in public.
    ("sgp1.vultrobjects.com", "sgp1", "", "Vultr Object Storage"),
    // Gcore's list of service URLs and default region names.
    ("s-ed1.cloud.gcore.lu", "s-ed1", "", "Gcore Object Storage"),
    // Exoscale's zones, as its clients set them.
    ("sos-ch-gva-2.exo.io", "ch-gva-2", "", "Exoscale Object Storage"),
    ("data.sos-de-fra-1.exo.io", "de-fra-1", "data", "Exoscale Object Storage"),
    // Tencent's page on AWS SDKs.
    ("cos.ap-guangzhou.myqcloud.com", "ap-guangzhou", "", "Tencent COS"),
    ("data-1250000000.cos.ap-guangzhou.myqcloud.com", "ap-guangzhou", "data-1250000000", "Tencent COS"),
    // IBM's pages on HMAC signatures and on endpoints.
    ("s3.us-south.cloud-object-storage.appdomain.cloud", "us-south", "", "IBM Cloud Object Storage"),
    ("data.s3.private.eu-de.cloud-object-storage.appdomain.cloud", "eu-de", "data", "IBM Cloud Object Storage"),
    // Oracle's page on the Amazon S3 compatibility API: path-style only.
    ("ns.compat.objectstorage.us-phoenix-1.oraclecloud.com", "us-phoenix-1", "", "Oracle Object Storage"),
    // IDrive's lists of endpoints; its older product signs for us-east-1 everywhere.
    ("s3.us-west-2.idrivee2.com", "us-west-2", "", "IDrive e2"),
    ("s3.la-1.idrivee2.com", "", "", "IDrive e2"),
    ("s3.us-west-1.idrivecloud.io", "us-east-1", "", "IDrive Cloud"),
    // Tigris's, Storj's and Supabase's documentation.
    ("t3.storage.dev", "auto", "", "Tigris"),
    ("data.fly.storage.tigris.dev", "auto", "data", "Tigris"),
    ("gateway.storjshare.io", "global", "", "Storj"),
    ("abcdefgh.storage.supabase.co", "", "", "Supabase Storage"),
    // "S3 Compatibility" of Hugging Face's Hub documentation; Cubbit's page on the AWS CLI.
    ("s3.hf.co", "us-east-1", "", "Hugging Face"),
    ("s3.cubbit.eu", "eu-west-1", "", "Cubbit DS3"),
];

/// Hosts that resemble known ones, or that show nothing.
#[rustfmt::skip]
const UNKNOWN: &[&str] = &[
    "", ".", "..", "localhost", "127.0.0.1", "::1", "[::1]", "minio.example.com", "example.com", "s3.example.com",
    "amazonaws.com", "us-east-1.amazonaws.com", "on.aws", "api.aws", "aws",
    "s3.amazonaws.com.evil.example", "evilamazonaws.com", "s3.evil-amazonaws.com", "s3.amazonaws.com:443",
    "s3..amazonaws.com", "s3.amazonaws.com/", "user@s3.amazonaws.com",
    "ec2-203-0-113-1.us-west-2.compute.amazonaws.com", "ec2-203-0-113-1.compute-1.amazonaws.com",
    "lb-1.us-east-1.elb.amazonaws.com", "lb-1.elb.us-east-1.amazonaws.com",
    "your-objectstorage.com", "www.your-objectstorage.com", "fsn1.your-objectstorage.com.example",
    "r2.cloudflarestorage.com", "api.backblazeb2.com", "console.wasabisys.com",
    "storage.gra.cloud.ovh.net", "portal.exo.io", "objectstorage.us-phoenix-1.oraclecloud.com",
    "notstorage.googleapis.com", "data.website-us-east-1.linodeobjects.com", "storage.supabase.co",
];

fn described(host: &str) -> Option<(String, String, String)> {
    let found = infer(host)?;
    Some((found.service.unwrap_or_default(), found.region.unwrap_or_default(), found.bucket.unwrap_or_default()))
}

/// Catches an AWS host that would be signed for the wrong scope.
#[test]
fn aws_hosts_imply_service_region_and_bucket() {
    for (host, service, region, bucket) in BOTOCORE.iter().chain(AWS_GUIDES) {
        let expected = (service.to_string(), region.to_string(), bucket.to_string());
        assert_eq!(described(host), Some(expected), "{host}");
        assert_eq!(infer(host).map(|found| found.provider), Some("AWS"), "{host}");
    }
}

/// Catches a store's host that would be signed for the wrong region, or taken for another store's.
#[test]
fn store_hosts_imply_region_bucket_and_provider() {
    for (host, region, bucket, provider) in STORES {
        let expected = ("s3".to_owned(), region.to_string(), bucket.to_string());
        assert_eq!(described(host), Some(expected), "{host}");
        assert_eq!(infer(host).map(|found| found.provider), Some(*provider), "{host}");
    }
}

/// Catches a host that only resembles a known one, and invented answers.
#[test]
fn unknown_hosts_imply_nothing() {
    for host in UNKNOWN {
        assert_eq!(infer(host), None, "{host}");
    }
}

/// Catches a guess that is not marked as one.
#[test]
fn guesses_carry_a_note() {
    for host in [
        "s3.amazonaws.com",
        "sts.amazonaws.com",
        "b.s3-accelerate.amazonaws.com",
        "b.s3-website-us-east-1.amazonaws.com",
        "alias.mrap.accesspoint.s3-global.amazonaws.com",
        "foo.amazonaws.com",
        "a.credentials.iot.us-east-1.amazonaws.com",
        "maps.geo.us-east-1.amazonaws.com",
        "b.nyc3.cdn.digitaloceanspaces.com",
        "storage.googleapis.com",
        "project.storage.supabase.co",
    ] {
        assert!(infer(host).is_some_and(|found| found.note.is_some()), "{host}");
    }
    for host in ["s3.us-east-1.amazonaws.com", "sts.eu-west-1.amazonaws.com", "fsn1.your-objectstorage.com"] {
        assert!(infer(host).is_some_and(|found| found.note.is_none()), "{host}");
    }
}

/// Catches a shape that is too loose (it takes a bucket or a word for a region) or too tight (it rejects future
/// regions).
#[test]
fn regions_are_recognised_by_shape() {
    for region in ["us-west-2", "ap-southeast-10", "mx-central-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1"]
    {
        assert!(partition::is_region(region), "{region}");
    }
    for other in
        ["us-west", "us-west-2a", "bucket-name-1", "prod-us-east-1", "us-west-2-fips", "us--1", "a-b-1", "us-west-100"]
    {
        assert!(!partition::is_region(other), "{other}");
    }
}

/// Catches a row that no host can reach, or that repeats what the rules say already.
#[test]
fn tables_hold_no_idle_rows() {
    for (name, service) in names::SIGNING_NAMES {
        assert!(name.split('.').count() <= 3, "{name}");
        let is_exception = name.rsplit('.').next() != Some(service);
        let overrides_a_shorter_name = name.split_once('.').is_some_and(|(_, shorter)| {
            names::SIGNING_NAMES.iter().any(|(other, otherwise)| *other == shorter && otherwise != service)
        });
        assert!(is_exception || overrides_a_shorter_name, "{name}");
        assert_eq!(names::SIGNING_NAMES.iter().filter(|(other, _)| other == name).count(), 1, "{name}");
    }
}

/// Catches a list that cannot be searched, and a service whose wrong scopes would go unnoticed.
#[test]
fn services_of_aws_hosts_are_known_by_name() {
    assert!(services::SERVICES.is_sorted());
    let named = BOTOCORE.iter().chain(AWS_GUIDES).filter(|(_, service, ..)| !["", "foo"].contains(service));
    for (host, service, ..) in named {
        assert!(is_known_service(service), "{host}: {service}");
    }
    assert!(!is_known_service("foo") && !is_known_service("") && !is_known_service("git-codecommit"));
}

/// Source: botocore's endpoint rules that have the scheme `sigv4a` with `signingRegionSet` `["*"]`. Outposts also lists
/// `sigv4`, and needs no other scheme.
#[test]
fn hosts_of_many_regions_need_a_set_of_all_regions() {
    for (host, regions) in [
        ("mfzwi23gnjvgw.mrap.accesspoint.s3-global.amazonaws.com", Some("*")),
        ("my.dotted.alias.accesspoint.s3-global.amazonaws.com", Some("*")),
        ("abc123.456def.endpoint.events.amazonaws.com", Some("*")),
        ("123456789012.cloudfront-kvs.global.api.aws", Some("*")),
        ("ap-123456789012.op-0123.s3-outposts.us-west-2.amazonaws.com", None),
        ("bucket.s3.us-west-2.amazonaws.com", None),
        ("events.us-east-1.amazonaws.com", None),
    ] {
        assert_eq!(infer(host).unwrap().region_set, regions, "{host}");
    }
}

/// Hosts for objects have a zone; hosts for creating buckets do not. The hosts are those of botocore's endpoint rules.
#[test]
fn hosts_of_directory_buckets_imply_their_zone() {
    for (host, zone) in [
        ("b--usw2-az1--x-s3.s3express-usw2-az1.us-west-2.amazonaws.com", Some("usw2-az1")),
        ("b--usw2-az1--x-s3.s3express-fips-usw2-az1.dualstack.us-west-2.amazonaws.com", Some("usw2-az1")),
        ("ap--usw2-az1--xa-s3.s3express-usw2-az1.us-west-2.amazonaws.com", Some("usw2-az1")),
        ("s3express-usw2-az1.us-west-2.amazonaws.com", None),
        ("s3express-control.us-west-2.amazonaws.com", None),
        ("s3express-control-fips.dualstack.us-west-2.amazonaws.com", None),
        ("b--usw2-az1--x-s3.s3.us-west-2.amazonaws.com", None),
    ] {
        assert_eq!(infer(host).unwrap().zone.as_deref(), zone, "{host}");
    }
}
