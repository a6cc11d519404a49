"""boto3, minio-py, the AWS CLI and rclone through `sigvet proxy --inbound` to a real store that does not know their key.

$SIGVET_INBOUND is the proxy's URL; $SIGVET_FORMS says whether the store takes browsers' forms. Each client uploads, in one piece and in parts, lists, and reads back what it uploaded; a key
with a wrong secret is refused. Prints how many exchanges of each client came out right.
"""

import hashlib
import io
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from minio import Minio
from minio.error import S3Error

URL = os.environ["SIGVET_INBOUND"]
TAKES_FORMS = os.environ["SIGVET_FORMS"] == "yes"
PLACEHOLDER = ("AKIAPLACEHOLDER00001", "placeholder/secret+that/opens+nothing0001")
ODD = "a b/é+ü/x(1)!*'~&=.txt"
SMALL = b"hello\n" * 1000
LARGE = hashlib.shake_256(b"large").digest(11 << 20)
counts = dict.fromkeys(("boto3", "minio", "aws", "rclone", "refused"), 0)


def right(client, found, expected):
    assert found == expected, (client, found[:200] if isinstance(found, bytes) else found)
    counts[client] += 1


def with_boto3():
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, signature_version="s3v4")
    make = lambda secret: boto3.client(
        "s3", endpoint_url=URL, region_name="us-east-1", aws_access_key_id=PLACEHOLDER[0], aws_secret_access_key=secret, config=config
    )
    s3 = make(PLACEHOLDER[1])
    s3.create_bucket(Bucket="through-boto3")
    parts = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    for key, body in ((ODD, SMALL), ("large", LARGE)):
        s3.upload_fileobj(io.BytesIO(body), "through-boto3", key, Config=parts)
        right("boto3", s3.get_object(Bucket="through-boto3", Key=key)["Body"].read(), body)
    right("boto3", s3.get_object(Bucket="through-boto3", Key="large", Range="bytes=5242879-5242881")["Body"].read(), LARGE[5242879:5242882])
    s3.copy_object(Bucket="through-boto3", Key="copy", CopySource={"Bucket": "through-boto3", "Key": ODD})
    right("boto3", s3.get_object(Bucket="through-boto3", Key="copy")["Body"].read(), SMALL)
    listed = s3.list_objects_v2(Bucket="through-boto3", Prefix="a b/é+")
    right("boto3", [entry["Key"] for entry in listed["Contents"]], [ODD])
    url = s3.generate_presigned_url("get_object", {"Bucket": "through-boto3", "Key": ODD}, 60)
    with urllib.request.urlopen(url) as answer:
        right("boto3", answer.read(), SMALL)
    if TAKES_FORMS:
        send_form(s3.generate_presigned_post("through-boto3", "posted"))
        right("boto3", s3.get_object(Bucket="through-boto3", Key="posted")["Body"].read(), SMALL)
    deleted = s3.delete_objects(Bucket="through-boto3", Delete={"Objects": [{"Key": "copy"}, {"Key": ODD}]})
    right("boto3", sorted(entry["Key"] for entry in deleted["Deleted"]), sorted(["copy", ODD]))
    try:
        make("another secret").list_buckets()
    except ClientError as error:
        right("refused", error.response["Error"]["Code"], "SignatureDoesNotMatch")


def send_form(form):
    """As a browser does."""
    edge = "----edge"
    fields = "".join(f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in form["fields"].items())
    file = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    body = (fields + file).encode() + SMALL + f"\r\n--{edge}--\r\n".encode()
    request = urllib.request.Request(form["url"], body, {"Content-Type": f"multipart/form-data; boundary={edge}"})
    with urllib.request.urlopen(request) as answer:
        assert answer.status in (200, 204), answer.status


def with_minio():
    make = lambda secret: Minio(URL.removeprefix("http://"), PLACEHOLDER[0], secret, secure=False, region="us-east-1")
    minio = make(PLACEHOLDER[1])
    minio.make_bucket("through-minio")
    for key, body in ((ODD, SMALL), ("large", LARGE)):
        minio.put_object("through-minio", key, io.BytesIO(body), len(body), part_size=5 << 20)
        right("minio", minio.get_object("through-minio", key).read(), body)
    # Its length is not known in advance.
    minio.put_object("through-minio", "stream", io.BytesIO(LARGE), -1, part_size=5 << 20)
    right("minio", minio.stat_object("through-minio", "stream").size, len(LARGE))
    right("minio", sorted(entry.object_name for entry in minio.list_objects("through-minio", recursive=True)), sorted([ODD, "large", "stream"]))
    try:
        make("another secret").list_buckets()
    except S3Error as error:
        right("refused", error.code, "SignatureDoesNotMatch")


def run(folder, variables, *words):
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "AWS_EC2_METADATA_DISABLED": "true", **variables}
    ended = subprocess.run(words, env=environment, capture_output=True, timeout=120)
    assert ended.returncode == 0, (words, ended.stdout.decode(), ended.stderr.decode())
    return ended.stdout


def files(folder):
    (folder / "from/a b").mkdir(parents=True)
    (folder / "from/a b/é+x").write_bytes(SMALL)
    (folder / "from/large").write_bytes(LARGE)


def same(folder):
    return all((folder / "back" / name).read_bytes() == body for name, body in (("a b/é+x", SMALL), ("large", LARGE)))


def with_the_aws_cli(folder):
    files(folder)
    (folder / "config").write_text("[default]\nregion = us-east-1\ns3 =\n  addressing_style = path\n")
    variables = {"AWS_ACCESS_KEY_ID": PLACEHOLDER[0], "AWS_SECRET_ACCESS_KEY": PLACEHOLDER[1], "AWS_CONFIG_FILE": str(folder / "config")}
    aws = lambda *words: run(folder, variables, sys.executable, "-m", "awscli", "--endpoint-url", URL, "s3", *words)
    aws("mb", "s3://through-aws")
    aws("sync", str(folder / "from"), "s3://through-aws/to")
    aws("sync", "s3://through-aws/to", str(folder / "back"))
    right("aws", same(folder), True)
    url = aws("presign", "s3://through-aws/to/large").decode().strip()
    with urllib.request.urlopen(url) as answer:
        right("aws", answer.read(), LARGE)
    aws("rm", "--recursive", "s3://through-aws/to")
    right("aws", aws("ls", "--recursive", "s3://through-aws"), b"")


def with_rclone(folder):
    files(folder)
    settings = {"TYPE": "s3", "PROVIDER": "Other", "ACCESS_KEY_ID": PLACEHOLDER[0], "SECRET_ACCESS_KEY": PLACEHOLDER[1], "ENDPOINT": URL,
        "REGION": "us-east-1", "CHUNK_SIZE": "5Mi", "UPLOAD_CUTOFF": "6Mi"}  # fmt: skip
    variables = {f"RCLONE_CONFIG_STORE_{name}": value for name, value in settings.items()} | {"RCLONE_CONFIG": "/dev/null"}
    rclone = lambda *words: run(folder, variables, "rclone", "--retries", "1", *words)
    rclone("mkdir", "store:through-rclone")
    rclone("copy", str(folder / "from"), "store:through-rclone/to")
    rclone("check", "--download", str(folder / "from"), "store:through-rclone/to")
    rclone("copy", "store:through-rclone/to", str(folder / "back"))
    right("rclone", same(folder), True)
    right("rclone", sorted(rclone("lsf", "-R", "--files-only", "store:through-rclone/to").decode().split("\n")), ["", "a b/é+x", "large"])
    version_2 = lambda *words: run(folder, variables | {"RCLONE_CONFIG_STORE_V2_AUTH": "true"}, "rclone", "--retries", "1", *words)
    right("rclone", version_2("cat", "store:through-rclone/to/a b/é+x"), rclone("cat", "store:through-rclone/to/a b/é+x"))
    rclone("delete", "store:through-rclone/to")
    right("rclone", rclone("lsf", "-R", "--files-only", "store:through-rclone"), b"")


with_boto3()
with_minio()
for client in (with_the_aws_cli, with_rclone):
    with tempfile.TemporaryDirectory() as folder:
        client(Path(folder))
print(", ".join(f"{name} {count}" for name, count in counts.items()))
