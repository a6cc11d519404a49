"""boto3 with S3 Express through `sigvet proxy` as HTTPS_PROXY: it requests a session by itself, and never gets the bucket's."""

import datetime
import http.server
import os
import subprocess
import tempfile
import threading

import boto3
from botocore.config import Config

PLACEHOLDER = ("AKIAPLACEHOLDER00001", "placeholder/secret+that/opens+nothing0001")
REAL = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
SESSION = ("ASIASESSION000000001", "sessionsecret/K7MDENG+bPxRfiCYEXAMPLEKEY", "AQAAsession/token+==")
BUCKET = "b--use1-az4--x-s3"
heard = []


class Bucket(http.server.BaseHTTPRequestHandler):
    """Issues sessions, and accepts everything signed in one."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        self.read_body()
        heard.append((self.command, self.path, dict(self.headers.items())))
        body = b""
        if self.path == "/?session":
            end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5)
            names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
            values = "".join(f"<{name}>{value}</{name}>" for name, value in zip(names, SESSION))
            values += f"<Expiration>{end.strftime('%Y-%m-%dT%H:%M:%SZ')}</Expiration>"
            body = f"<CreateSessionResult><Credentials>{values}</Credentials></CreateSessionResult>".encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def read_body(self):
        """Reads all of it: what is left would be taken for the next request."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers.get("transfer-encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                self.rfile.read(size + 2)
            while self.rfile.readline().strip():
                pass

    do_GET = do_PUT = do_HEAD = do_DELETE = answer

    def log_message(self, *_):
        pass


bucket = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
threading.Thread(target=bucket.serve_forever, daemon=True).start()
with tempfile.TemporaryDirectory() as folder:
    keys, routes, ca = (os.path.join(folder, name) for name in ("keys.toml", "routes.toml", "ca.pem"))
    with open(keys, "w") as file:
        file.write(f"[identity.agent]\naccess_key_id = '{PLACEHOLDER[0]}'\nsecret_access_key = '{PLACEHOLDER[1]}'\n")
    with open(routes, "w") as file:
        file.write(f"[[route]]\nhost = '*.amazonaws.com'\nto = 'http://127.0.0.1:{bucket.server_port}'\n")
    environment = {**os.environ, "AWS_ACCESS_KEY_ID": REAL[0], "AWS_SECRET_ACCESS_KEY": REAL[1]}
    words = [os.environ["SIGVET"], "proxy", "--port", "0", "--inbound", keys, "--config", routes, "--ca", ca]
    proxy = subprocess.Popen(words, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        url = proxy.stderr.readline().strip().removeprefix("listening on ")
        os.environ.update(HTTPS_PROXY=url, AWS_CA_BUNDLE=ca)
        session = boto3.client(
            "s3",
            region_name="us-east-1",
            aws_access_key_id=PLACEHOLDER[0],
            aws_secret_access_key=PLACEHOLDER[1],
            config=Config(retries={"max_attempts": 0}),
        )
        for key in ("a", "dir/b c"):
            assert session.put_object(Bucket=BUCKET, Key=key, Body=b"hello")["ResponseMetadata"]["HTTPStatusCode"] == 200
        session.head_object(Bucket=BUCKET, Key="a")
        session.delete_object(Bucket=BUCKET, Key="a")
    finally:
        proxy.terminate()
        proxy.communicate()

asked = [(method, path) for method, path, _ in heard]
assert asked == [("GET", "/?session"), ("PUT", "/a"), ("PUT", "/dir/b%20c"), ("HEAD", "/a"), ("DELETE", "/a")], asked
for method, path, headers in heard:
    headers = {name.lower(): value for name, value in headers.items()}
    own, token = (REAL[0], None) if path == "/?session" else (SESSION[0], SESSION[2])
    assert f"Credential={own}/" in headers["authorization"] and "/s3express/" in headers["authorization"], headers
    assert headers.get("x-amz-s3session-token") == token, headers
    assert PLACEHOLDER[0] not in str(headers), headers
print(f"{len(asked)} requests in sessions")
