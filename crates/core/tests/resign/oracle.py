"""Writes botocore.json: requests signed by botocore (Apache-2.0) with one key, and the same requests with another, for the test in this folder.

Inbound requests are signed at ARRIVED with the placeholder, outbound ones at NOW with the real key; the clock is frozen. Run
it with a Python that has botocore: `python tests/resign/oracle.py`. The output changes only with botocore.
"""

import datetime
import json
import pathlib
import unittest.mock

import botocore
import botocore.auth
import botocore.config
import botocore.session
import botocore.signers
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

UTC = datetime.timezone.utc
ARRIVED = datetime.datetime(2026, 2, 28, 23, 50, 0, tzinfo=UTC)
# On another day, so key and scope differ.
NOW = datetime.datetime(2026, 3, 1, 0, 0, 0, tzinfo=UTC)
PLACEHOLDER = ("AKIAPLACEHOLDER00001", "given-to-the-agent", None)
TEMPORARY_PLACEHOLDER = ("ASIAPLACEHOLDER00002", "given-to-the-agent-too", "placeholder/token+with==signs")
REAL = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None)
TEMPORARY_REAL = ("ASIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "real/token+of==the-session")
PAIRS = [(a, b) for a in (PLACEHOLDER, TEMPORARY_PLACEHOLDER) for b in (REAL, TEMPORARY_REAL)]

S3 = "https://examplebucket.s3.eu-west-1.amazonaws.com"
EXPRESS = "https://b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com"
DYNAMO = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}


class HeaderV2(botocore.auth.HmacV1Auth):
    def _get_date(self):
        return botocore.auth.get_current_datetime().strftime("%a, %d %b %Y %H:%M:%S GMT")


class QueryV2(botocore.auth.HmacV1QueryAuth):
    def _get_date(self):
        return str(int(botocore.auth.get_current_datetime().timestamp() + int(self._expires)))


def clock(now):
    return unittest.mock.patch("botocore.auth.get_current_datetime", lambda **_: now), \
        unittest.mock.patch("botocore.signers.get_current_datetime", lambda **_: now)


def signed(case, key, now, life):
    kind, method, url, headers, body, service, region, context = case
    request = AWSRequest(method=method, url=url, data=body, headers=dict(headers))
    request.context.update(context)
    if "auth_path" in context:
        request.auth_path = context["auth_path"]
    auth, credentials = getattr(botocore.auth, kind, None) or globals()[kind], Credentials(*key)
    if kind == "HeaderV2":
        signer = auth(credentials)
    elif kind == "QueryV2":
        signer = auth(credentials, life)
    elif kind == "S3ExpressQueryAuth":
        signer = auth(credentials, service, region, identity_cache={}, expires=life)
    elif kind == "S3ExpressAuth":
        signer = auth(credentials, service, region, identity_cache={})
    elif life:
        signer = auth(credentials, service, region, life)
    else:
        signer = auth(credentials, service, region)
    one, other = clock(now)
    with one, other:
        signer.add_auth(request)
    # For Version 2, botocore sends only the URL, which has the headers in its query.
    sent = [] if kind == "QueryV2" else [[name, value] for name, value in request.headers.items()]
    return {"url": request.url, "headers": sent}


def row(name, case, inbound, outbound, life=0):
    # The remaining time; services that do not read the expiry count from the date, which is kept.
    passed, reads_life = int((NOW - ARRIVED).total_seconds()), case[5] in ("s3", "s3express") or "V2" in case[0]
    left = life - passed if life and reads_life else life
    at = NOW if reads_life or not life else ARRIVED
    return {
        "name": name, "method": case[1], "body": case[4].decode(), "inbound": inbound, "outbound": outbound,
        "arrived": signed(case, inbound, ARRIVED, life), "expected": signed(case, outbound, at, left),
    }


def rows():
    unsigned = {"client_config": botocore.config.Config(s3={"payload_signing_enabled": False}), "payload_signing_enabled": False}
    trailer = {"checksum": {"request_algorithm": {"in": "trailer", "algorithm": "crc32", "name": "x-amz-checksum-crc32"}}}
    chunks = {"X-Amz-Trailer": "x-amz-checksum-crc32", "X-Amz-Decoded-Content-Length": "5", "Content-Encoding": "aws-chunked"}
    host_style = {"auth_path": "/examplebucket/a%20b"}
    for inbound, outbound in PAIRS:
        both = (inbound, outbound)
        yield row("s3 get", ("S3SigV4Auth", "GET", f"{S3}/a%20b/c%2Bd?versionId=1&prefix=x%2Fy", {"Range": "bytes=0-9"}, b"", "s3", "eu-west-1", {}), *both)
        yield row("s3 put", ("S3SigV4Auth", "PUT", f"{S3}/k", {"Content-Type": "text/plain", "x-amz-meta-A": " b  c ", "User-Agent": "agent"}, b"hello", "s3", "eu-west-1", {}), *both)
        yield row("s3 unsigned payload", ("S3SigV4Auth", "PUT", f"{S3}/k", {}, b"hello", "s3", "eu-west-1", unsigned), *both)
        yield row("s3 unsigned trailer", ("S3SigV4Auth", "PUT", f"{S3}/k", chunks, b"", "s3", "eu-west-1", trailer), *both)
        yield row("dynamodb", ("SigV4Auth", "POST", "https://dynamodb.eu-west-1.amazonaws.com/", DYNAMO, b"{}", "dynamodb", "eu-west-1", {}), *both)
        yield row("execute-api", ("SigV4Auth", "GET", "https://api.example.com:8443/a%20b/../c/?b=2&a=1", {"Accept": "*/*"}, b"", "execute-api", "eu-west-1", {}), *both)
        yield row("s3 presigned", ("S3SigV4QueryAuth", "GET", f"{S3}/a%20b?versionId=1", {}, b"", "s3", "eu-west-1", {}), *both, 3600)
        yield row("s3 presigned put", ("S3SigV4QueryAuth", "PUT", f"{S3}/k", {"Content-Type": "text/plain"}, b"", "s3", "eu-west-1", {}), *both, 604800)
        yield row("sts presigned", ("SigV4QueryAuth", "GET", "https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", {"x-k8s-aws-id": "cluster"}, b"", "sts", "eu-west-1", {}), *both, 60)
        yield row("version 2", ("HeaderV2", "PUT", f"{S3}/a%20b?acl", {"Content-Type": "text/plain", "x-amz-acl": "private"}, b"", "s3", "", host_style), *both)
        yield row("version 2 presigned", ("QueryV2", "GET", f"{S3}/a%20b?versionId=1", {}, b"", "s3", "", host_style), *both, 3600)
    express = (TEMPORARY_PLACEHOLDER, TEMPORARY_REAL)
    yield row("express", ("S3ExpressAuth", "PUT", f"{EXPRESS}/dir/a%20b.txt", {"Content-Type": "text/plain"}, b"hello", "s3express", "us-east-1", {}), *express)
    yield row("express presigned", ("S3ExpressQueryAuth", "GET", f"{EXPRESS}/dir/a%20b.txt", {}, b"", "s3express", "us-east-1", {}), *express, 3600)


def post(version, key, now, expires):
    session = botocore.session.get_session()
    keys = {"aws_access_key_id": key[0], "aws_secret_access_key": key[1], "aws_session_token": key[2]}
    config = botocore.config.Config(signature_version=version, s3={"addressing_style": "virtual"})
    one, other = clock(now)
    with one, other:
        client = session.create_client("s3", region_name="eu-west-1", config=config, **keys)
        conditions = [{"acl": "private"}, ["content-length-range", 1, 100], ["starts-with", "$x-amz-meta-a", "b"]]
        return client.generate_presigned_post("examplebucket", "user/${filename}", {"acl": "private"}, conditions, expires)


def posts():
    for version in ["s3v4", "s3"]:
        for inbound, outbound in PAIRS:
            yield {
                "version": version, "inbound": inbound, "outbound": outbound,
                "arrived": post(version, inbound, ARRIVED, 3600),
                "expected": post(version, outbound, NOW, 3600 - int((NOW - ARRIVED).total_seconds())),
            }


found = {
    "botocore": botocore.__version__, "arrived": int(ARRIVED.timestamp()), "now": int(NOW.timestamp()),
    "requests": list(rows()), "posts": list(posts()),
}
pathlib.Path(__file__).with_name("botocore.json").write_text(json.dumps(found, indent=1) + "\n")
