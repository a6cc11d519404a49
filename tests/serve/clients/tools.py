"""The AWS CLI and curl as programs: right, broken by their settings, and broken by a relay between them and the server.

Both are asked for what they print of the answer's head.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from relay import relay, replace
from report import PERMANENT, SESSION, STRICT, URL, expect, finish

ID, SECRET, _ = PERMANENT
FOLDER = Path(tempfile.mkdtemp())
HELLO, LARGE = FOLDER / "hello.txt", FOLDER / "large"
HELLO.write_bytes(b"hello")
LARGE.write_bytes(b"x" * 3_000_000)
# Next to the Python that the requirements were installed for.
AWS = str(Path(sys.executable).with_name("aws"))


def aws(*words, key=PERMANENT, url=URL, region="us-east-1", **settings):
    """Exit code and output of the AWS CLI."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    env = {**os.environ, **{name: value for name, value in zip(names, key) if value is not None}, **settings}
    env.update(AWS_ENDPOINT_URL=url, AWS_REGION=region, AWS_DEFAULT_REGION=region, AWS_MAX_ATTEMPTS="1")
    done = subprocess.run([AWS, *words], env=env, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def right_aws(name, *words, **options):
    code, said = aws(*words, **options)
    expect("right", f"aws {name}", (code, said) if code else 0, 0)


def broken_aws(name, cause, *words, **options):
    """The message that the CLI shows ends with the cause, if there is one."""
    code, said = aws(*words, **options)
    found = re.search(r"\[([a-z0-9, -]+)\]\)", said)
    expect("broken", f"aws {name}", (code != 0, found and found[1]), (True, cause))


put = ("s3api", "put-object", "--bucket", "b", "--key", "k k", "--body", str(HELLO), "--content-type", "text/plain")
listing = ("s3api", "list-objects-v2", "--bucket", "b", "--prefix", "a b&c=/+", "--no-paginate")
right_aws("list", *listing)
right_aws("put", *put)
right_aws("stream over TLS", "s3", "cp", str(LARGE), "s3://b/a b/é+ü", key=SESSION, url=STRICT)
right_aws("dynamodb", "dynamodb", "list-tables")
broken_aws("newline in the secret", "secret-whitespace", *listing, key=(ID, SECRET + "\n", None))
# With a bucket, the CLI tries again in the region that the refusal names, and succeeds.
right_aws("region", *listing, region="eu-west-1")
broken_aws("region", "scope-region", "s3api", "list-buckets", region="eu-west-1")
broken_aws("service", "scope-service", "dynamodb", "list-tables", key=SESSION, url=STRICT)
broken_aws("token missing", "token-missing", *listing, key=(*SESSION[:2], None), url=STRICT)
broken_aws("token of another session", "token-invalid", *listing, key=(*SESSION[:2], "other"), url=STRICT)



def host(head):
    return re.sub(rb"(?i)\r\nhost: [^\r]*", b"\r\nHost: backend:9000", head)


def reordered(head):
    line, _, rest = head.partition(b"\r\n")
    method, target, version = line.split(b" ")
    path, _, query = target.partition(b"?")
    target = path + b"?" + b"&".join(reversed(query.split(b"&")))
    return b" ".join([method, target, version]) + b"\r\n" + rest


# Changes that a proxy makes in transit.
ON_THE_WAY = {
    "path encoded twice": (dict(head=replace(b"k%20k", b"k%2520k")), put, "path-double-encoded"),
    "content type": (dict(head=replace(b"text/plain", b"text/plain; charset=utf-8")), put, "header-content-type"),
    "another host": (dict(head=host), put, "host-rewritten"),
    "body changed": (dict(body=replace(b"hello", b"jello")), put, "payload-header-mismatch"),
}
for name, (changes, words, cause) in ON_THE_WAY.items():
    with relay(URL, **changes) as url:
        broken_aws(name, cause, *words, url=url)
with relay(URL, head=reordered) as url:
    right_aws("query in another order", *listing, url=url)


def curl(target, *words, secret=SECRET, url=URL, key=PERMANENT, scope="us-east-1:s3", body=b""):
    """Status and cause of a request that curl signs. The hash is given, because older versions do not send it to S3 by themselves."""
    command = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code} %header{x-sigvet-cause}", "--aws-sigv4", f"aws:amz:{scope}"]
    token = ["-H", f"x-amz-security-token: {key[2]}"] if key[2] else []
    digest = ["-H", f"x-amz-content-sha256: {hashlib.sha256(body).hexdigest()}"]
    user = ["--user", f"{key[0]}:{secret}", "--cacert", os.environ["AWS_CA_BUNDLE"]]
    done = subprocess.run([*command, *user, *token, *digest, *words, url + target], capture_output=True, text=True, timeout=60)
    status, _, cause = done.stdout.partition(" ")
    return int(status), cause or None


query = b"Action=GetCallerIdentity&Version=2011-06-15"
upload = ("-X", "PUT", "--data-binary", "hello", "-H", "content-type: text/plain")
CURL = {
    "get": (curl("/b/k"), (200, None)),
    "query": (curl("/b?list-type=2&prefix=a"), (200, None)),
    "put": (curl("/b/k", *upload, body=b"hello"), (200, None)),
    "sts": (curl("/", "--data", query.decode(), scope="us-east-1:sts", body=query), (200, None)),
    "session": (curl("/b/k", key=SESSION, secret=SESSION[1], url=STRICT), (200, None)),
    "space behind the secret": (curl("/b/k", secret=SECRET + " "), (403, "secret-whitespace")),
    "region": (curl("/b/k", scope="eu-west-1:s3"), (400, "scope-region")),
    "service": (curl("/b/k", key=SESSION, secret=SESSION[1], url=STRICT, scope="us-east-1:sqs"), (400, "scope-service")),
    "token missing": (curl("/b/k", key=(*SESSION[:2], None), secret=SESSION[1], url=STRICT), (403, "token-missing")),
}
for name, (found, expected) in CURL.items():
    expect("right" if expected[0] == 200 else "broken", f"curl {name}", found, expected)
CURL_ON_THE_WAY = {
    "path encoded twice": (dict(head=replace(b"/k%20k", b"/k%2520k")), (403, "path-double-encoded")),
    "content type": (dict(head=replace(b"text/plain", b"text/plain; charset=utf-8")), (403, "header-content-type")),
    "another host": (dict(head=host), (403, "host-rewritten")),
    "body changed": (dict(body=replace(b"hello", b"jello")), (400, "payload-header-mismatch")),
    "method": (dict(head=replace(b"PUT /", b"POST /")), (403, "method-swapped")),
}
for name, (changes, expected) in CURL_ON_THE_WAY.items():
    with relay(URL, **changes) as url:
        expect("broken", f"curl {name}", curl("/b/k%20k", *upload, url=url, body=b"hello"), expected)
finish()
