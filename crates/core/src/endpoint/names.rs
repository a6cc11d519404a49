//! Which names in AWS hosts sign for which services: only data, no rules.
//!
//! Only exceptions to the rules in `aws` are listed: by those rules the last label of a name is its signing name, so
//! `api.ecr` signs for `ecr` and needs no row. The rows are facts about AWS's endpoints from botocore's service models
//! (endpoint prefix and signing name), its endpoint rules, and its operations' host prefixes; a name from another
//! source has a comment that gives it.

/// Names, without FIPS marks, and the services they sign for; the longest match at the end of a host wins.
#[rustfmt::skip]
pub(super) const SIGNING_NAMES: &[(&str, &str)] = &[
    ("acm-acme", "acm"),
    ("agent-registry-control", "agent-registry"),
    ("agreement-marketplace", "aws-marketplace"),
    ("analytics-omics", "omics"),
    ("aos", "es"),
    ("api.iot-tunneling", "IoTSecuredTunneling"),
    ("api.tunneling.iot", "IoTSecuredTunneling"),
    ("appconfigdata", "appconfig"),
    ("appstream2", "appstream"),
    ("arc-recovery-control-config", "route53-recovery-control-config"),
    ("arc-region-switch-control-plane", "arc-region-switch"),
    ("bedrock-agent", "bedrock"),
    ("bedrock-agent-runtime", "bedrock"),
    ("bedrock-agentcore-control", "bedrock-agentcore"),
    ("bedrock-data-automation", "bedrock"),
    ("bedrock-data-automation-runtime", "bedrock"),
    ("bedrock-runtime", "bedrock"),
    ("cassandra-streams", "cassandra"),
    ("catalog-marketplace", "aws-marketplace"),
    ("catalog.marketplace", "aws-marketplace"),
    ("cloudfront-kvs", "cloudfront-keyvaluestore"),
    ("cloudhsmv2", "cloudhsm"),
    ("cloudsearchdomain", "cloudsearch"),
    ("contact-lens", "connect"),
    ("control-kinesis", "kinesis"),
    ("control-storage-omics", "omics"),
    ("cp.maps.geo", "geo"),
    ("cp.places.geo", "geo"),
    ("cp.routes.geo", "geo"),
    ("data-ats.iot", "iotdata"),
    ("data-kinesis", "kinesis"),
    ("data-lakeformation", "lakeformation"),
    ("data-servicediscovery", "servicediscovery"),
    ("data-signer", "signer"),
    ("data.jobs.iot", "iot-jobs-data"),
    ("ddb", "dynamodb"),
    ("deployment-marketplace", "aws-marketplace"),
    ("discovery-marketplace", "aws-marketplace"),
    ("efs", "elasticfilesystem"),
    ("email", "ses"),
    ("entitlement-marketplace", "aws-marketplace"),
    ("entitlement.marketplace", "aws-marketplace"),
    ("forecastquery", "forecast"),
    ("greengrass-ats.iot", "greengrass"),
    ("identity-chime", "chime"),
    ("importexport", "IngestionService"),
    ("ivsrealtime", "ivs"),
    ("kafka-api", "kafka"),
    ("mail-manager", "ses"),
    ("maps.geo", "geo-maps"),
    ("media-pipelines-chime", "chime"),
    ("meetings-chime", "chime"),
    ("memory-db", "memorydb"),
    ("messaging-chime", "chime"),
    ("metering-marketplace", "aws-marketplace"),
    ("metering.marketplace", "aws-marketplace"),
    ("migrationhub-config", "mgh"),
    ("models-v2-lex", "lex"),
    ("mturk-requester-sandbox", "mturk-requester"),
    ("oidc", "sso-oauth"),
    ("participant.connect", "execute-api"),
    ("partnercentral-prm", "partnercentral"),
    ("personalize-events", "personalize"),
    ("personalize-runtime", "personalize"),
    ("pinpoint", "mobiletargeting"),
    ("places.geo", "geo-places"),
    ("portal.sso", "awsssoportal"),
    ("query-lakeformation", "lakeformation"),
    ("reporting-marketplace", "aws-marketplace"),
    ("routes.geo", "geo-routes"),
    ("runtime-medical-imaging", "medical-imaging"),
    ("runtime-v2-lex", "lex"),
    ("search-ddb", "dynamodb"),
    ("search-dynamodb", "dynamodb"),
    ("servicecatalog-appregistry", "servicecatalog"),
    ("sms-voice.pinpoint", "sms-voice"),
    ("storage-omics", "omics"),
    ("stream-logs", "logs"),
    ("streams-dynamodb", "dynamodb"),
    ("sync-states", "states"),
    ("tags-omics", "omics"),
    ("timestream-ingest", "timestream"),
    ("timestream-query", "timestream"),
    ("voice-chime", "chime"),
    ("workflows-omics", "omics"),
    // From the services' own documentation.
    ("appsync-api", "appsync"),
    ("appsync-realtime-api", "appsync"),
    ("aps-workspaces", "aps"),
    ("git-codecommit", "codecommit"),
    ("jobs.iot", "iot-jobs-data"),
    ("queue", "sqs"),
    ("transcribestreaming", "transcribe"),
];

/// Names of resources under `on.aws` whose requests are signed, and the services they sign for, from each service's
/// documentation.
#[rustfmt::skip]
pub(super) const RESOURCE_NAMES: &[(&str, &str)] = &[
    ("aos", "es"),
    ("appsync-api", "appsync"),
    ("dkr-ecr", "ecr"),
    ("dsql", "dsql"),
    ("lambda-url", "lambda"),
    ("neptune-graph", "neptune-graph"),
    ("vpc-lattice-svcs", "vpc-lattice-svcs"),
];

/// Names that follow the region, and the services they sign for, from each service's documentation.
#[rustfmt::skip]
pub(super) const REGION_FIRST_NAMES: &[(&str, &str)] = &[
    ("aoss", "aoss"),
    ("cloudsearch", "cloudsearch"),
    ("es", "es"),
    ("neptune", "neptune-db"),
    ("neptune-graph", "neptune-graph"),
    ("queue", "sqs"),
    ("rds", "rds-db"),
];

/// Services that answer on a host without a region, and sign for one region of their partition.
///
/// From botocore's endpoint rules. The last row lists services whose oldest hosts, which still answer, name no region.
#[rustfmt::skip]
pub(super) const GLOBAL_SERVICES: &[&str] = &[
    "IngestionService", "budgets", "ce", "cloudfront", "globalaccelerator", "health", "iam",
    "organizations", "route53", "route53domains", "savingsplans", "shield", "sts", "support", "waf",
    "autoscaling", "ec2", "elasticloadbalancing", "elasticmapreduce", "monitoring", "rds", "sdb", "sns", "sqs",
];

/// Names of endpoints that serve several regions at once and need V4A.
#[rustfmt::skip]
pub(super) const MULTI_REGION_NAMES: &[&str] = &[
    "cloudfront-kvs", "endpoint.events", "endpoints.email", "partnercentral-channel", "partnercentral-prm",
    "sustainability",
];

/// Names of endpoints that authenticate in another way: the IoT credentials provider requires a client certificate,
/// CodeCatalyst a bearer token, and SMTP a password.
pub(super) const UNSIGNED_NAMES: &[&str] = &["codecatalyst", "credentials.iot", "email-smtp"];

const SHARED_WITH_GEO: &str = "the resource-based API of Amazon Location on the same host signs for geo";

/// Remarks about names.
#[rustfmt::skip]
pub(super) const NOTES: &[(&str, &str)] = &[
    ("maps.geo", SHARED_WITH_GEO),
    ("places.geo", SHARED_WITH_GEO),
    ("routes.geo", SHARED_WITH_GEO),
];
