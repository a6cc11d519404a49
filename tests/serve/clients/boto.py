"""boto3 (with the signers of botocore and of awscrt) and minio-py sign requests themselves and send them to the servers of report.py:
right, broken between signing and sending, and broken by configuration.
"""

import datetime
import io
import os
import re
from contextlib import contextmanager

import boto3
import botocore.auth
import botocore.crt.auth
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError
from minio import Minio

from report import MISMATCH, PERMANENT, SESSION, STRICT, URL, expect, finish

SECRET = PERMANENT[1]
HTTP = urllib3.PoolManager(ca_certs=os.environ["AWS_CA_BUNDLE"])


def client(service, url=URL, key=PERMANENT, region="us-east-1", secret=None, token=None, **config):
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, **config)
    return boto3.client(
        service,
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key[0],
        aws_secret_access_key=secret or key[1],
        aws_session_token=token or key[2],
        config=config,
    )


def strict(service, key=SESSION, **options):
    """Over TLS, where botocore checksums uploads in a trailer and signs no payload."""
    return client(service, url=STRICT, key=key, **options)


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
    # In JSON, by a client that requests the query protocol's code.
    "cloudwatch": lambda **o: client("cloudwatch", **o).list_metrics(),
    "lambda": lambda **o: client("lambda", **o).get_function(FunctionName="arn:aws:lambda:us-east-1:123456789012:function:f"),
    "route53": lambda **o: client("route53", **o).list_hosted_zones(),
}

# Status and code that the client reads from a refused signature.
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


def altered(s3, alter):
    """A client whose requests are changed after they were signed."""
    s3.meta.events.register("before-send.s3", lambda request, **_: alter(request))
    return s3


def set_header(name, value):
    def alter(request):
        request.headers[name] = value

    return alter


def drop_header(name):
    def alter(request):
        del request.headers[name]

    return alter


def set_url(change):
    def alter(request):
        request.url = change(request.url)

    return alter


def set_body(request):
    request.body = b"other"


def flip_chunk(request):
    """Changes one letter of the first chunk; its framing stays."""
    body = request.body.read()
    request.body = io.BytesIO(body.replace(b"hello", b"jello"))


def reverse_query(url):
    path, _, query = url.partition("?")
    return path + "?" + "&".join(reversed(query.split("&")))


@contextmanager
def clock_moved(minutes):
    """Shifts the clock of all clients by this much."""
    real = botocore.auth.get_current_datetime
    moved = lambda *words, **named: real(*words, **named) + datetime.timedelta(minutes=minutes)
    # If awscrt is installed, it signs for S3.
    modules = [botocore.auth, botocore.crt.auth]
    for module in modules:
        module.get_current_datetime = moved
    try:
        yield
    finally:
        for module in modules:
            module.get_current_datetime = real


def clock_off(minutes):
    with clock_moved(minutes):
        return refusal(lambda: client("s3").list_buckets())


def without_token(url):
    return re.sub("&X-Amz-Security-Token=[^&]*", "", url)


def cause_of_url(url, method="GET"):
    answer = HTTP.request(method, url, retries=False)
    return answer.status, answer.headers.get("x-sigvet-cause")


for name, call in CALLS.items():
    right(name, call)
    secret_refused = refusal(lambda: call(secret=SECRET + "\n"))
    expect("broken", name, secret_refused, (*REFUSED.get(name, (403, "SignatureDoesNotMatch")), "secret-whitespace"))

put = dict(Bucket="b", Key="k k", Body=b"hello", ContentType="text/plain", Metadata={"a": "1"})
page = dict(Bucket="b", Prefix="a", Delimiter="/")
right("session", lambda: strict("s3").list_buckets())
right("trailer", lambda: strict("s3").put_object(**put))
right("trailer of another kind", lambda: strict("s3").put_object(**put, ChecksumAlgorithm="SHA256"))
right("trailer of a stream", lambda: strict("s3").put_object(**{**put, "Body": io.BytesIO(b"x" * 3_000_000)}))
right("query in another order", lambda: altered(client("s3"), set_url(reverse_query)).list_objects_v2(**page))

# The cause is None if the signed value is nowhere in what arrived: then nothing is claimed.
BREAKS = {
    "value of a header": (lambda: altered(client("s3"), set_header("x-amz-meta-a", "2")).put_object(**put), (*MISMATCH, None)),
    "header lost": (lambda: altered(client("s3"), drop_header("x-amz-meta-a")).put_object(**put), (*MISMATCH, "header-missing")),
    "content type": (
        lambda: altered(client("s3"), set_header("content-type", "text/plain; charset=utf-8")).put_object(**put),
        (*MISMATCH, "header-content-type"),
    ),
    "body changed": (
        lambda: altered(client("s3", request_checksum_calculation="when_required"), set_body).put_object(**put),
        (400, "XAmzContentSHA256Mismatch", "payload-header-mismatch"),
    ),
    "chunk changed": (lambda: altered(strict("s3"), flip_chunk).put_object(**put), (400, "BadDigest", "trailer-checksum")),
    "path encoded twice": (
        lambda: altered(client("s3"), set_url(lambda url: url.replace("k%20k", "k%2520k"))).put_object(**put),
        (*MISMATCH, "path-double-encoded"),
    ),
    "query changed": (
        lambda: altered(client("s3"), set_url(lambda url: url.replace("prefix=a", "prefix=b"))).list_objects_v2(**page),
        (*MISMATCH, None),
    ),
    "query added": (
        lambda: altered(client("s3"), set_url(lambda url: url + "&utm_source=mail")).list_objects_v2(**page),
        (*MISMATCH, "query-changed-after"),
    ),
    "region": (lambda: client("s3", region="eu-west-1").list_buckets(), (400, "AuthorizationHeaderMalformed", "scope-region")),
    "service": (lambda: strict("dynamodb").list_tables(), (400, "InvalidSignatureException", "scope-service")),
    "wrong secret": (lambda: client("s3", secret="x" * 40).list_buckets(), (*MISMATCH, None)),
    "secret of another key": (lambda: strict("s3", secret=SECRET).list_buckets(), (*MISMATCH, "secret-other-profile")),
    "key that nobody has": (
        lambda: client("s3", key=SESSION, secret=SECRET).list_buckets(),
        (403, "InvalidAccessKeyId", "access-key-unknown"),
    ),
    "token missing": (lambda: strict("s3", key=(*SESSION[:2], None)).list_buckets(), (403, "InvalidAccessKeyId", "token-missing")),
    "token of another session": (lambda: strict("s3", token="other").list_buckets(), (400, "InvalidToken", "token-invalid")),
    "token lost": (
        lambda: altered(strict("s3"), drop_header("x-amz-security-token")).list_buckets(),
        (403, "InvalidAccessKeyId", "token-missing"),
    ),
}
for name, (call, expected) in BREAKS.items():
    expect("broken", name, refusal(call), expected)
for minutes in (-20, 20):
    expect("broken", f"clock {minutes}", clock_off(minutes), (403, "RequestTimeTooSkewed", "time-skewed"))


def presigned(s3=None, method="get_object", **options):
    s3 = s3 or client("s3", signature_version="s3v4")
    return s3.generate_presigned_url(method, {"Bucket": "b", "Key": "a b"}, **{"ExpiresIn": 60, **options})


def presigned_an_hour_ago():
    with clock_moved(-60):
        return presigned()


minio = Minio(URL.split("//")[1], *PERMANENT[:2], secure=False, region="us-east-1")
URLS = {
    "presigned": (presigned(), (200, None)),
    "presigned, by a session": (presigned(strict("s3", signature_version="s3v4")), (200, None)),
    "presigned, in another order": (reverse_query(presigned()), (200, None)),
    "presigned by minio": (minio.presigned_get_object("bucket", "a b"), (200, None)),
    "presigned for another method": (presigned(method="put_object"), (403, "method-swapped")),
    "presigned by Version 2": (presigned(client("s3")), (400, "mechanism-v2")),
    "presigned an hour ago": (presigned_an_hour_ago(), (403, "expired")),
    "presigned, encoded twice": (presigned().replace("a%20b", "a%2520b"), (403, "path-double-encoded")),
    "presigned, out of a web page": (presigned().replace("&", "&amp;"), (400, "query-html-escaped")),
    "presigned, token lost": (
        without_token(presigned(strict("s3", signature_version="s3v4"))),
        (403, "token-missing"),
    ),
    "presigned for another region": (presigned(client("s3", region="eu-west-1", signature_version="s3v4")), (400, "scope-region")),
}
for name, (url, expected) in URLS.items():
    expect("right" if expected[0] == 200 else "broken", name, cause_of_url(url), expected)
finish()
