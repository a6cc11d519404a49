"""Writes nginx.jsonl: requests that botocore signed, as nginx logs them in JSON: with `escape=json`, which writes a header that
was not sent as empty, and without it, as '-'. Three log formats: headers in the request, its URL behind a proxy, and
a copy of the request line.

Run with a Python that has botocore, and nginx in the path: `python tests/batch/nginx.py`. botocore's clock is fixed.
"""

import datetime
import http.client
import os
import pathlib
import subprocess
import tempfile
import time
import unittest.mock

# The signer in C reads the clock itself.
os.environ["BOTO_DISABLE_CRT"] = "true"

import botocore.auth
import botocore.awsrequest
import botocore.credentials

NOW = datetime.datetime(2026, 3, 1, 10, 11, 12, tzinfo=datetime.timezone.utc)
KEYS = botocore.credentials.Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
TEMPORARY = botocore.credentials.Credentials(KEYS.access_key, KEYS.secret_key, "TOKEN/SECRET+123456==")
PORT = 18099
HEADERS = "host content-type x-amz-acl authorization x-amz-date x-amz-content-sha256 x-amz-meta-e".split()

names = ",".join(f'"{name}":"$http_{name.replace("-", "_")}"' for name in HEADERS)
CONFIG = f"""
daemon off; pid pid; error_log err; worker_processes 1; events {{}}
http {{
  access_log off; client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f; uwsgi_temp_path u; scgi_temp_path s;
  log_format empty escape=json '{{"id":1,"method":"$request_method","url":"$request_uri","headers":{{{names}}},"rt":$request_time}}';
  log_format dash '{{"id":2,"method":"$request_method","url":"$request_uri","headers":{{{names}}}}}';
  log_format proxy escape=json '{{"id":3,"method":"$request_method","url":"http://upstream:9000$request_uri","headers":{{{names}}}}}';
  log_format line escape=json '{{"id":4,"method":"$request_method","url":"$request_uri","line":"$request","headers":{{{names}}}}}';
  server {{
    listen 127.0.0.1:{PORT};
    access_log log empty; access_log log dash; access_log log proxy; access_log log line;
    location / {{ return 200 "ok"; }}
  }}
}}
"""


def requests():
    url = f"http://127.0.0.1:{PORT}"
    request = botocore.awsrequest.AWSRequest("GET", f"{url}/photos/a%20b")
    yield request, botocore.auth.S3SigV4QueryAuth(KEYS, "s3", "us-east-1", expires=3600)
    request = botocore.awsrequest.AWSRequest("GET", f"{url}/photos/c")
    yield request, botocore.auth.S3SigV4QueryAuth(TEMPORARY, "s3", "us-east-1", expires=3600)
    request = botocore.awsrequest.AWSRequest("GET", f"{url}/photos/d")
    yield request, botocore.auth.S3SigV4Auth(KEYS, "s3", "us-east-1")
    request = botocore.awsrequest.AWSRequest("GET", f"{url}/photos/e", headers={"x-amz-meta-e": ""})
    yield request, botocore.auth.S3SigV4Auth(KEYS, "s3", "us-east-1")


def send(request):
    prepared = request.prepare()
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    target = prepared.url.split(str(PORT), 1)[1]
    headers = {name: value.decode() if isinstance(value, bytes) else value for name, value in prepared.headers.items()}
    connection.request(prepared.method, target, headers=headers)
    assert connection.getresponse().read() == b"ok"


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        place = pathlib.Path(folder)
        (place / "conf").write_text(CONFIG)
        nginx = subprocess.Popen(["nginx", "-p", folder, "-c", "conf"], stderr=subprocess.DEVNULL)
        time.sleep(1)
        with unittest.mock.patch("botocore.auth.get_current_datetime", lambda **_: NOW):
            for request, auth in requests():
                auth.add_auth(request)
                send(request)
        nginx.terminate()
        nginx.wait()
        text = (place / "log").read_text()
    pathlib.Path(__file__).with_name("nginx.jsonl").write_text(text)


main()
