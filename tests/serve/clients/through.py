"""boto3 (with awscrt for Version 4A) and minio-py through `sigvet proxy` to servers that know another key: signed for them, or re-signed, with the proxy's
address or AWS's endpoint names (HTTPS_PROXY and AWS_CA_BUNDLE are in the environment)."""

import io
import os
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError
from minio import Minio

PLACEHOLDER = ("AKIAPLACEHOLDER00001", "placeholder/secret+that/opens+nothing0001")
DUMMY = ("dummy", "dummy")
REAL = "AKIAIOSFODNN7EXAMPLE"
counts = {"right": 0, "broken": 0}


def client(url, key, service="s3", **config):
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path" if url else "virtual"}, **config)
    return boto3.client(
        service, endpoint_url=url, region_name="us-east-1", aws_access_key_id=key[0], aws_secret_access_key=key[1], config=config
    )


CALLS = {
    "list": lambda c: c.list_buckets(),
    "query": lambda c: c.list_objects_v2(Bucket="b", Prefix="a b&c=/+", Delimiter="/"),
    "put": lambda c: c.put_object(Bucket="b", Key="a b/é+ü//x", Body=b"hello"),
    "large": lambda c: c.put_object(Bucket="b", Key="k", Body=io.BytesIO(b"x" * 3_000_000)),
    "checksum": lambda c: c.put_object(Bucket="b", Key="k", Body=b"hello", ChecksumAlgorithm="SHA256"),
    "delete": lambda c: c.delete_objects(Bucket="b", Delete={"Objects": [{"Key": "a"}]}),
}


def right(name, call):
    answer = call()
    assert answer["ResponseMetadata"]["HTTPStatusCode"] in (200, 204), (name, answer)
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-sigvet-verdict"] == "valid", (name, answer)
    counts["right"] += 1


signing, inbound = os.environ["SIGVET_SIGNING"], os.environ["SIGVET_INBOUND"]
for name, call in CALLS.items():
    right(f"signed: {name}", lambda: call(client(signing, DUMMY)))
    right(f"signed again: {name}", lambda: call(client(inbound, PLACEHOLDER)))
    right(f"through a tunnel: {name}", lambda: call(client(None, PLACEHOLDER)))
for service, call in [
    ("sts", lambda c: c.get_caller_identity()),
    ("dynamodb", lambda c: c.list_tables()),
    ("sqs", lambda c: c.list_queues()),
    ("lambda", lambda c: c.get_function(FunctionName="arn:aws:lambda:us-east-1:123456789012:function:f")),
]:
    right(service, lambda: call(client(inbound, PLACEHOLDER, service)))
    right(f"{service} through a tunnel", lambda: call(client(None, PLACEHOLDER, service)))

url = client(inbound, PLACEHOLDER, signature_version="s3v4").generate_presigned_url("get_object", {"Bucket": "b", "Key": "k é"}, 60)
with urllib.request.urlopen(url) as answer:
    assert answer.status == 200 and REAL in answer.read().decode()
    counts["right"] += 1

# awscrt signs Version 4A, for every region or for some, in headers and in URLs.
for regions in ("*", "us-east-1,eu-west-1"):
    config = dict(signature_version="s3v4a", sigv4a_signing_region_set=regions)
    for name, call in CALLS.items():
        right(f"signed again, 4A for {regions}: {name}", lambda: call(client(inbound, PLACEHOLDER, **config)))
    url = client(inbound, PLACEHOLDER, **config).generate_presigned_url("get_object", {"Bucket": "b", "Key": "k é"}, 60)
    assert "AWS4-ECDSA-P256-SHA256" in url, url
    with urllib.request.urlopen(url) as answer:
        assert answer.headers["x-sigvet-verdict"] == "valid" and REAL in answer.read().decode()
        counts["right"] += 1
try:
    client(inbound, (PLACEHOLDER[0], "another"), signature_version="s3v4a", sigv4a_signing_region_set="*").list_buckets()
    raise AssertionError("a wrong secret passed")
except ClientError as error:
    assert error.response["Error"]["Code"] == "SignatureDoesNotMatch", error.response
    counts["broken"] += 1

minio = Minio(inbound.removeprefix("http://"), *PLACEHOLDER, secure=False, region="us-east-1")
minio.put_object("bucket", "k", io.BytesIO(b"hello"), 5)
minio.put_object("bucket", "k", io.BytesIO(b"x" * 500_000), 500_000)
counts["right"] += 2

wrong = [(PLACEHOLDER[0], "another"), ("AKIANOBODYKNOWSTHIS1", PLACEHOLDER[1])]
for url, key in [(url, key) for url in (inbound, None) for key in wrong]:
    try:
        client(url, key).put_object(Bucket="b", Key="k", Body=b"hello")
        raise AssertionError(f"{key[0]} passed")
    except ClientError as error:
        headers = error.response["ResponseMetadata"]["HTTPHeaders"]
        assert headers["x-sigvet-verdict"] == "invalid" and error.response["Error"]["Code"] in (
            "SignatureDoesNotMatch",
            "InvalidAccessKeyId",
        ), error.response
        assert REAL not in str(error.response), error.response
        counts["broken"] += 1

print(f"{counts['right']} right, {counts['broken']} broken")
