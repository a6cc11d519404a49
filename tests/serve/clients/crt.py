"""awscrt on the wire: Version 4A, in the header by botocore and by awscrt itself and in the query, and uploads by its S3 client,
which has its own HTTP and chunks.
"""

import datetime
import os
import re
from io import BytesIO

import boto3
import urllib3
from awscrt import auth, http, io, s3
from botocore.config import Config
from botocore.exceptions import ClientError

from relay import relay, replace
from report import MISMATCH, PERMANENT, SESSION, STRICT, URL, expect, finish

ID, SECRET, _ = PERMANENT
BOOTSTRAP = io.ClientBootstrap(io.EventLoopGroup(1), io.DefaultHostResolver(io.EventLoopGroup(1)))


def boto(secret=SECRET):
    """A boto3 S3 client that signs with Version 4A for all regions."""
    config = Config(signature_version="s3v4a", sigv4a_signing_region_set="*", retries={"max_attempts": 0})
    keys = dict(aws_access_key_id=ID, aws_secret_access_key=secret)
    return boto3.client("s3", endpoint_url=URL, region_name="us-east-1", config=config, **keys)


def seen(call):
    """Status, code and cause, as a caller of boto3 sees them."""
    try:
        return (call()["ResponseMetadata"]["HTTPStatusCode"],)
    except ClientError as error:
        metadata = error.response["ResponseMetadata"]
        return metadata["HTTPStatusCode"], error.response["Error"]["Code"], metadata["HTTPHeaders"].get("x-sigvet-cause")


def altered(client, name, value):
    def alter(request, **_):
        request.headers[name] = value

    client.meta.events.register("before-send.s3", alter)
    return client


put = dict(Bucket="b", Key="k k", Body=b"hello", ContentType="text/plain")
HEADERS = {
    "list": (lambda: boto().list_buckets(), (200,)),
    "put": (lambda: boto().put_object(**put), (200,)),
    "newline in the secret": (lambda: boto(SECRET + "\n").list_buckets(), (*MISMATCH, "secret-whitespace")),
    "content type": (
        lambda: altered(boto(), "content-type", "text/plain; charset=utf-8").put_object(**put),
        (*MISMATCH, "header-content-type"),
    ),
}
for name, (call, expected) in HEADERS.items():
    expect("right" if expected[0] == 200 else "broken", f"4A, {name}", seen(call), expected)


def signed(by, key=PERMANENT, url=URL, **options):
    """A request that awscrt itself signs with Version 4A, in the header or in the query."""
    request = http.HttpRequest("GET", "/b/a%20b?x=1&y=2", http.HttpHeaders([("Host", url.split("//")[1])]))
    config = dict(
        algorithm=auth.AwsSigningAlgorithm.V4_ASYMMETRIC,
        signature_type=by,
        credentials_provider=auth.AwsCredentialsProvider.new_static(*key),
        region="*",
        service="s3",
        use_double_uri_encode=False,
        should_normalize_uri_path=False,
        signed_body_value=auth.AwsSignedBodyValue.UNSIGNED_PAYLOAD,
        signed_body_header_type=HASH_HEADER if by == HEADER else auth.AwsSignedBodyHeaderType.NONE,
        expiration_in_seconds=60 if by == QUERY else None,
    )
    auth.aws_sign_request(request, auth.AwsSigningConfig(**{**config, **options})).result()
    return url + request.path, dict(request.headers)


def answer_to(url, headers):
    """Status and cause."""
    answer = HTTP.request("GET", url, headers=headers, retries=False)
    return answer.status, answer.headers.get("x-sigvet-cause")


def without_token(url, headers):
    kept = {name: value for name, value in headers.items() if name.lower() != "x-amz-security-token"}
    return re.sub("&X-Amz-Security-Token=[^&]*", "", url), kept


HEADER, QUERY = auth.AwsSignatureType.HTTP_REQUEST_HEADERS, auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS
HASH_HEADER = auth.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256
HTTP = urllib3.PoolManager(ca_certs=os.environ["AWS_CA_BUNDLE"])
NOW = datetime.datetime.now(datetime.timezone.utc)
LATE = NOW - datetime.timedelta(minutes=20)
AS_SQS = dict(service="sqs", use_double_uri_encode=True, signed_body_value=None)
for by in (HEADER, QUERY):
    url, headers = signed(by)
    REQUESTS = {
        "all regions": (signed(by), 200, None),
        "two regions": (signed(by, region="eu-west-1,us-east-1"), 200, None),
        "a session": (signed(by, SESSION, STRICT), 200, None),
        "query in another order": ((url.replace("x=1&y=2", "y=2&x=1"), headers), 200, None),
        "other region": (signed(by, region="eu-west-1"), 400, "scope-region"),
        "other service": (signed(by, SESSION, STRICT, **AS_SQS), 400, "scope-service"),
        "late": (signed(by, date=LATE), 403, "expired" if by == QUERY else "time-skewed"),
        "encoded twice": ((url.replace("a%20b", "a%2520b"), headers), 403, "path-double-encoded"),
        "token lost": (without_token(*signed(by, SESSION, STRICT)), 403, "token-missing"),
        "newline in the secret": (signed(by, (ID, SECRET + "\n", None)), 403, "secret-whitespace"),
    }
    for name, (request, *expected) in REQUESTS.items():
        expect("right" if expected[0] == 200 else "broken", f"4A, {by.name}, {name}", [*answer_to(*request)], expected)
presigned = boto().generate_presigned_url("get_object", {"Bucket": "b", "Key": "a b"}, ExpiresIn=60)
expect("right", "4A, presigned by botocore", answer_to(presigned, {}), (200, None))


def upload(url, secret=SECRET, algorithm=s3.S3ChecksumAlgorithm.CRC32C):
    """Status and cause of an upload by awscrt's S3 client: in chunks, with a trailer."""
    provider = auth.AwsCredentialsProvider.new_static(ID, secret)
    client = s3.S3Client(
        bootstrap=BOOTSTRAP,
        region="us-east-1",
        tls_mode=s3.S3RequestTlsMode.DISABLED,
        signing_config=s3.create_default_s3_signing_config(region="us-east-1", credential_provider=provider),
        retry_config=s3.S3RetryConfig(retry_mode=s3.S3RetryMode.NONE),
    )
    headers = [("Host", url.split("//")[1]), ("Content-Length", "200000"), ("Content-Type", "text/plain")]
    request = http.HttpRequest("PUT", "/b/k%20k", http.HttpHeaders(headers), BytesIO(b"x" * 200_000))
    answer = {}
    finished = client.make_request(
        type=s3.S3RequestType.PUT_OBJECT,
        request=request,
        checksum_config=s3.S3ChecksumConfig(algorithm=algorithm, location=s3.S3ChecksumLocation.TRAILER),
        on_headers=lambda **given: answer.update(given),
    ).finished_future
    try:
        finished.result(60)
    except s3.S3ResponseError as error:
        return error.status_code, dict(error.headers).get("x-sigvet-cause")
    return answer["status_code"], None


for algorithm in (s3.S3ChecksumAlgorithm.CRC32C, s3.S3ChecksumAlgorithm.CRC64NVME, s3.S3ChecksumAlgorithm.SHA256):
    expect("right", f"trailer {algorithm.name}", upload(URL, algorithm=algorithm), (200, None))
expect("broken", "upload, newline in the secret", upload(URL, SECRET + "\n"), (403, "secret-whitespace"))
ON_THE_WAY = {
    "chunk changed": (dict(body=replace(b"xxxx", b"xxxy")), (400, "trailer-checksum")),
    "path encoded twice": (dict(head=replace(b"k%20k", b"k%2520k")), (403, "path-double-encoded")),
}
for name, (changes, expected) in ON_THE_WAY.items():
    with relay(URL, **changes) as url:
        expect("broken", f"upload, {name}", upload(url), expected)
finish()
