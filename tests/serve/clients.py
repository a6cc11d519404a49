"""Real clients sign for themselves and send to a running `sigvet serve`, whose URL is the argument: right, and with one break.

Prints a line for each request that was not answered as it has to be, and then how many there were.
"""

import datetime
import io
import sys

import boto3
import botocore.auth
import botocore.crt.auth
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError
from minio import Minio

URL = sys.argv[1]
ID, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
count = {"right": 0, "broken": 0}
wrong = []


def client(service, secret=SECRET, region="us-east-1", token=None, **config):
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, **config)
    return boto3.client(
        service,
        endpoint_url=URL,
        region_name=region,
        aws_access_key_id=ID,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=config,
    )


CALLS = {
    "list buckets": lambda **o: client("s3", **o).list_buckets(),
    "odd key": lambda **o: client("s3", **o).put_object(Bucket="b", Key="a b/é+ü//x", Body=b"hello"),
    "checksum": lambda **o: client("s3", **o).put_object(Bucket="b", Key="k", Body=b"hello", ChecksumAlgorithm="SHA256"),
    "stream": lambda **o: client("s3", **o).put_object(Bucket="b", Key="k", Body=io.BytesIO(b"x" * 300_000)),
    "query": lambda **o: client("s3", **o).list_objects_v2(Bucket="b", Prefix="a b&c=/+", Delimiter="/"),
    "delete": lambda **o: client("s3", **o).delete_objects(Bucket="b", Delete={"Objects": [{"Key": "a"}]}),
    "sts": lambda **o: client("sts", **o).get_caller_identity(),
    "sns": lambda **o: client("sns", **o).list_topics(),
    "iam": lambda **o: client("iam", **o).list_users(),
    "ec2": lambda **o: client("ec2", **o).describe_instances(),
    "dynamodb": lambda **o: client("dynamodb", **o).list_tables(),
    "sqs": lambda **o: client("sqs", **o).list_queues(),
    # In JSON, by a client that asks for the code of the query protocol.
    "cloudwatch": lambda **o: client("cloudwatch", **o).list_metrics(),
    "lambda": lambda **o: client("lambda", **o).get_function(FunctionName="arn:aws:lambda:us-east-1:123456789012:function:f"),
    "route53": lambda **o: client("route53", **o).list_hosted_zones(),
}

# Status and code that the client reads out of a refused signature.
REFUSED = {
    "sts": (403, "SignatureDoesNotMatch"),
    "sns": (403, "SignatureDoesNotMatch"),
    "iam": (403, "SignatureDoesNotMatch"),
    "ec2": (401, "AuthFailure"),
    "dynamodb": (400, "InvalidSignatureException"),
    "sqs": (403, "SignatureDoesNotMatch"),
    "cloudwatch": (400, "SignatureDoesNotMatch"),
    "lambda": (403, "InvalidSignatureException"),
    "route53": (403, "SignatureDoesNotMatch"),
}


def expect(kind, name, found, expected):
    count[kind] += 1
    if found != expected:
        wrong.append(f"{name}: {found}, not {expected}")


def right(name, call):
    try:
        found = call()["ResponseMetadata"]["HTTPStatusCode"]
    except Exception as error:
        found = repr(error)
    expect("right", name, found, 200)


def refusal(call):
    """Status, code and cause, as the client sees them."""
    try:
        return call()["ResponseMetadata"]["HTTPStatusCode"], None, None
    except ClientError as error:
        response = error.response
        metadata = response["ResponseMetadata"]
        return metadata["HTTPStatusCode"], response["Error"]["Code"], metadata["HTTPHeaders"].get("x-sigvet-cause")


def altered(alter, **options):
    """A client whose requests are changed after they were signed."""
    s3 = client("s3", **options)
    s3.meta.events.register("before-send.s3", lambda request, **_: alter(request))
    return s3


def set_header(name, value):
    def alter(request):
        request.headers[name] = value

    return alter


def set_url(old, new):
    def alter(request):
        request.url = request.url.replace(old, new)

    return alter


def set_body(request):
    request.body = b"other"


def clock_off(minutes):
    """A client whose clock is wrong by so much."""
    real = botocore.auth.get_current_datetime
    moved = lambda *words, **named: real(*words, **named) + datetime.timedelta(minutes=minutes)
    # With awscrt installed it is that which signs for S3.
    modules = [botocore.auth, botocore.crt.auth]
    for module in modules:
        module.get_current_datetime = moved
    try:
        return refusal(lambda: client("s3").list_buckets())
    finally:
        for module in modules:
            module.get_current_datetime = real


def cause_of_url(url, method="GET"):
    answer = urllib3.request(method, url, retries=False)
    return answer.status, answer.headers.get("x-sigvet-cause")


for name, call in CALLS.items():
    right(name, call)
    secret_refused = refusal(lambda: call(secret=SECRET + "\n"))
    expect("broken", name, secret_refused, (*REFUSED.get(name, (403, "SignatureDoesNotMatch")), "secret-whitespace"))

put = dict(Bucket="b", Key="k k", Body=b"hello", Metadata={"a": "1"})
MISMATCH = (403, "SignatureDoesNotMatch")
# The cause is None where the value that was signed is nowhere in what arrived: then nothing is claimed.
BREAKS = {
    "header changed": (lambda: altered(set_header("x-amz-meta-a", "2")).put_object(**put), (*MISMATCH, None)),
    "body changed": (
        lambda: altered(set_body, request_checksum_calculation="when_required").put_object(**put),
        (400, "XAmzContentSHA256Mismatch", "payload-header-mismatch"),
    ),
    "path encoded twice": (
        lambda: altered(set_url("k%20k", "k%2520k")).put_object(**put),
        (*MISMATCH, "path-double-encoded"),
    ),
    "query changed": (
        lambda: altered(set_url("prefix=a", "prefix=b")).list_objects_v2(Bucket="b", Prefix="a"),
        (*MISMATCH, None),
    ),
    "region": (
        lambda: client("s3", region="eu-west-1").list_buckets(),
        (400, "AuthorizationHeaderMalformed", "scope-region"),
    ),
    "wrong secret": (lambda: client("s3", secret="x" * 40).list_buckets(), (*MISMATCH, None)),
}
for name, (call, expected) in BREAKS.items():
    expect("broken", name, refusal(call), expected)
for minutes in (-20, 20):
    expect("broken", f"clock {minutes}", clock_off(minutes)[:2], (403, "RequestTimeTooSkewed"))

minio = Minio(URL.split("//")[1], ID, SECRET, secure=False, region="us-east-1")
presigned = client("s3", signature_version="s3v4").generate_presigned_url("get_object", {"Bucket": "b", "Key": "a b"}, ExpiresIn=60)
expect("right", "minio presigned", cause_of_url(minio.presigned_get_object("bucket", "a b")), (200, None))
version_2 = client("s3").generate_presigned_url("get_object", {"Bucket": "b", "Key": "a b"}, ExpiresIn=60)
expect("broken", "presigned by Version 2", cause_of_url(version_2), (400, "mechanism-v2"))
expect("right", "presigned", cause_of_url(presigned), (200, None))
expect("broken", "presigned, another method", cause_of_url(presigned, "HEAD"), (403, "method-swapped"))

for line in wrong:
    print(line)
print(count["right"], "right,", count["broken"], "broken")
sys.exit(bool(wrong))
