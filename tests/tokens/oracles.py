"""Prints the tokens of other programs for the same credentials at the same time: `tests/tokens/libraries.json`.

    python tests/tokens/oracles.py > tests/tokens/libraries.json

Requires the packages in oracles-requirements.txt. If `$TOKENS_NODE` is a folder in which package.json was installed, this script also
runs oracles.mjs with Node, for the tokens of AWS's JavaScript packages.
"""

import base64
import importlib.metadata
import json
import os
import subprocess
import sys
from pathlib import Path

NOW = "2026-03-01T10:11:12Z"
KEYS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None)
TEMPORARY = ("ASIAIOSFODNN7EXAMPLE", KEYS[1], "FQoGZXIvYXdzEBYaD+token/=")

DATABASE = "db.abcdefghijkl.eu-central-1.rds.amazonaws.com"
DSQL = "foo0bar1baz2quux3quuux4.dsql.us-east-1.on.aws"
AUDIENCE = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws"
APPSYNC = "abcdefghijklmnopqrstuvwxyz.appsync-api.eu-west-1.amazonaws.com"
# The endpoints come from AWS's guide (*Finding connection endpoints*), from Teleport's tests and from public configuration files.
CACHES = [
    ("my-redis-cluster", "ca-central-1", "replica.my-redis-cluster.xxxxxx.cac1.cache.amazonaws.com"),
    ("my-redis-cluster", "ca-central-1", "my-redis-cluster-ro.xxxxxx.ng.0001.cac1.cache.amazonaws.com"),
    ("my-redis-shards", "ca-central-1", "my-redis-shards-0001-001.xxxxxx.0001.cac1.cache.amazonaws.com"),
    ("my-redis-shards", "us-east-1", "my-redis-shards.xxxxxx.clustercfg.use1.cache.amazonaws.com"),
    ("vas-dev", "us-gov-west-1", "vas-dev-001.rwdloz.0001.usgw1.cache.amazonaws.com"),
    ("eya-prod", "cn-northwest-1", "eya-prod.enujjj.ng.0001.cnw1.cache.amazonaws.com.cn"),
    ("ares-redis-ha", "ap-northeast-2", "master.ares-redis-ha.hgv1iy.apn2.cache.amazonaws.com"),
]
WORDS = {"rds": ["--host", DATABASE, "--port", "5432", "--user", "jane_doe"]}

for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {"AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "BOTO_DISABLE_CRT": "true"}

import awscli.customizations.eks.get_token as eks
import boto3
import botocore.session
from aws_bedrock_token_generator.token_generator import _generate_token as bedrock_token
from aws_msk_iam_sasl_signer import MSKAuthTokenProvider as msk
from botocore.credentials import Credentials
from botocore.model import ServiceId
from botocore.signers import RequestSigner
from freezegun import freeze_time
from google.auth import aws as google
from gql.transport.appsync_auth import AppSyncIAMAuthentication

CASES = []


def case(by, words, keys, prints):
    version = importlib.metadata.version(by)
    CASES.append({"by": f"{by} {version}", "words": words, "temporary": keys[2] is not None, "prints": prints})


def databases(keys):
    def client(service, region):
        return boto3.client(service, region, aws_access_key_id=keys[0], aws_secret_access_key=keys[1], aws_session_token=keys[2])

    def rds(region, host, port, user):
        token = client("rds", region).generate_db_auth_token(host, port, user)
        case("botocore", ["rds", "--host", host, "--port", str(port), "--user", user, "--region", region], keys, token)

    rds("eu-central-1", DATABASE, 5432, "jane_doe")
    rds("cn-north-1", "db.abcdefghijkl.rds.cn-north-1.amazonaws.com.cn", 3306, "a b+c/ü@x")
    rds("eu-west-2", "db.internal.example", 3306, "app")
    dsql = client("dsql", "us-east-1")
    words = ["dsql", "--host", DSQL]
    case("botocore", [*words, "--user", "app"], keys, dsql.generate_db_connect_auth_token(DSQL))
    case("botocore", [*words, "--user", "admin"], keys, dsql.generate_db_connect_admin_auth_token(DSQL))
    week = dsql.generate_db_connect_auth_token(DSQL, ExpiresIn=604800)
    case("botocore", [*words, "--user", "app", "--expires", "7d"], keys, week)


def caches(keys):
    """Makes a token with botocore's signer, as the guides of ElastiCache and MemoryDB and redis-py's example do."""

    def token(service, region, name, user, parameters):
        session = botocore.session.get_session()
        credentials = Credentials(*keys)
        signer = RequestSigner(ServiceId(service), region, service, "v4", credentials, session.get_component("event_emitter"))
        query = "&".join(f"{key}={value}" for key, value in {"Action": "connect", "User": user, **parameters}.items())
        request = {"method": "GET", "url": f"http://{name}/?{query}", "body": {}, "headers": {}, "context": {}}
        url = signer.generate_presigned_url(request, operation_name="connect", expires_in=900, region_name=region)
        return url.removeprefix("http://")

    def cache(words, *rest):
        case("botocore", words, keys, token(*rest))

    serverless = {"ResourceType": "ServerlessCache"}
    cache(
        ["elasticache", "--host", "my-cache", "--user", "iam-user-01", "--region", "us-east-1"],
        "elasticache", "us-east-1", "my-cache", "iam-user-01", {},
    )
    cache(
        ["elasticache", "--host", "master.my-cache.abc123.euw1.cache.amazonaws.com", "--user", "iam-user-01"],
        "elasticache", "eu-west-1", "my-cache", "iam-user-01", {},
    )
    cache(
        ["elasticache", "--host", "my-cache", "--serverless", "--user", "u", "--region", "eu-central-1"],
        "elasticache", "eu-central-1", "my-cache", "u", serverless,
    )
    cache(
        ["elasticache", "--host", "my-cache-x2e9hv.serverless.use1.cache.amazonaws.com", "--user", "u"],
        "elasticache", "us-east-1", "my-cache", "u", serverless,
    )
    for name, region, endpoint in CACHES:
        cache(["elasticache", "--host", endpoint, "--user", "u"], "elasticache", region, name, "u", {})
    cache(
        ["memorydb", "--host", "clustercfg.my-db.abc123.memorydb.eu-west-1.amazonaws.com", "--user", "u"],
        "memorydb", "eu-west-1", "my-db", "u", {},
    )


def brokers(keys):
    class Given:
        @staticmethod
        def load_credentials():
            return Credentials(*keys)

    saved = msk.__load_default_credentials__
    msk.__load_default_credentials__ = Given.load_credentials
    token, expires = msk.generate_auth_token("eu-west-1")
    msk.__load_default_credentials__ = saved
    case("aws-msk-iam-sasl-signer-python", ["msk", "--region", "eu-west-1"], keys, token)
    CASES[-1]["expires_ms"] = expires
    for region, expires in [("us-west-2", 43200), ("eu-central-1", 3600)]:
        words = ["bedrock", "--region", region, *(["--expires", "1h"] if expires == 3600 else [])]
        case("aws-bedrock-token-generator", words, keys, bedrock_token(Credentials(*keys), region, expires))


def callers(keys):
    session = botocore.session.get_session()
    session.set_credentials(*keys)
    for region, cluster in [("eu-central-1", "my-cluster"), ("cn-north-1", "c"), ("us-gov-west-1", "c"), ("us-east-1", "c.d")]:
        client = eks.STSClientFactory(session).get_sts_client(region_name=region)
        words = ["eks", "--cluster-name", cluster, "--region", region]
        case("awscli", words, keys, eks.TokenGenerator(client).get_token(cluster))

    class Supplier(google.AwsSecurityCredentialsSupplier):
        def get_aws_security_credentials(self, context, request):
            return google.AwsSecurityCredentials(*keys)

        def get_aws_region(self, context, request):
            return "eu-central-1"

    credentials = google.Credentials(
        AUDIENCE, "urn:ietf:params:aws:token-type:aws4_request", aws_security_credentials_supplier=Supplier()
    )
    words = ["gcp", "--audience", AUDIENCE, "--region", "eu-central-1"]
    case("google-auth", words, keys, credentials.retrieve_subject_token(None))


def attestations(keys):
    """Runs last, because Snowflake's connector reads the environment. Version 5 and later sign in compiled code."""
    from snowflake.connector.wif_util import create_aws_attestation

    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    for region in ("eu-central-1", "cn-north-1"):
        given = {name: value for name, value in zip(names, keys) if value} | {"AWS_REGION": region}
        os.environ |= given
        boto3.DEFAULT_SESSION = None
        case("snowflake-connector-python", ["snowflake", "--region", region], keys, create_aws_attestation().credential)
        for name in given:
            del os.environ[name]


def websockets(keys):
    auth = AppSyncIAMAuthentication(APPSYNC, credentials=Credentials(*keys), session=botocore.session.get_session())
    words = ["appsync", "--host", APPSYNC]
    case("gql", words, keys, auth.get_auth_url(f"https://{APPSYNC}/graphql"))
    data = '{"query":"subscription { onCreate { id } }"}'
    headers = auth.get_headers(data, {"accept": "application/json, text/javascript", "content-encoding": "amz-1.0",
                                      "content-type": "application/json; charset=UTF-8"})
    case("gql", [*words, "--data", data, "--as", "json"], keys, json.dumps(headers))


with freeze_time(NOW):
    for keys in (KEYS, TEMPORARY):
        for make in (databases, caches, brokers, callers, attestations, websockets):
            make(keys)

folder = os.environ.get("TOKENS_NODE")
if folder:
    given = json.dumps({"keys": KEYS, "temporary": TEMPORARY, "now": NOW, "database": DATABASE, "dsql": DSQL})
    script = Path(__file__).with_name("oracles.mjs")
    CASES += json.loads(subprocess.run(["node", script, folder, given], check=True, capture_output=True).stdout)

json.dump(CASES, sys.stdout, indent=1)
print()
