"""restic, whose S3 client is minio-go: over plain HTTP it signs each chunk that it uploads.

It needs to get back what it has put, so that a small store stands behind the server, which passes on what is signed rightly.
"""

import json
import os
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from relay import relay
from report import MISMATCH, PERMANENT, expect, finish


class Store(BaseHTTPRequestHandler):
    """Objects in memory, by their paths."""

    protocol_version = "HTTP/1.1"
    objects = {}

    def do_PUT(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_chunked = self.headers["x-amz-content-sha256"].startswith("STREAMING-")
        self.objects[self.path] = b"".join(payloads(body)) if is_chunked else body
        self.answer(200)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        if path == "/bucket/":
            prefix = parse_qs(query).get("prefix", [""])[0]
            return self.answer(200, listing(f"/bucket/{prefix}", self.objects))
        found = self.objects.get(path)
        self.answer(404 if found is None else 200, found or b"")

    do_HEAD = do_GET

    def do_DELETE(self):
        self.objects.pop(self.path, None)
        self.answer(204)

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")
        self.send_header("ETag", '"1"')
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def payloads(body):
    """The content of the chunks, as the server passes them on."""
    while body:
        head, _, rest = body.partition(b"\r\n")
        length = int(head.split(b";")[0], 16)
        yield rest[:length]
        body = rest[length + 2 :]


def listing(start, objects):
    """The objects below a prefix; for the bucket's location, nothing."""
    found = [(path.removeprefix("/bucket/"), body) for path, body in objects.items() if path.startswith(start)]
    entry = "<Contents><Key>{}</Key><Size>{}</Size><LastModified>1994-11-06T08:49:37Z</LastModified></Contents>".format
    entries = "".join(entry(key, len(body)) for key, body in found)
    return f"<ListBucketResult><Name>bucket</Name>{entries}</ListBucketResult>".encode()


@contextmanager
def serving():
    """The URL of a server in front of the store, and its log, which is complete once the server has ended."""
    store = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    threading.Thread(target=store.serve_forever, daemon=True).start()
    upstream = f"http://127.0.0.1:{store.server_port}"
    words = ["serve", "--demo-keys", "--port", "0", "--log", "json", "--no-page", "--upstream", upstream]
    server = subprocess.Popen([os.environ["SIGVET"], *words], stderr=subprocess.PIPE, text=True)
    url = server.stderr.readline().strip().removeprefix("listening on ")
    log = []
    reader = threading.Thread(target=lambda: log.extend(server.stderr))
    reader.start()
    yield url, log
    server.terminate()
    reader.join()
    server.wait()
    store.shutdown()


def restic(url, *words, secret=PERMANENT[1]):
    with tempfile.TemporaryDirectory() as cache:
        env = {"PATH": os.environ["PATH"], "RESTIC_PASSWORD": "x", "RESTIC_CACHE_DIR": cache}
        env.update(AWS_ACCESS_KEY_ID=PERMANENT[0], AWS_SECRET_ACCESS_KEY=secret, RESTIC_REPOSITORY=f"s3:{url}/bucket/repo")
        return subprocess.run(["restic", *words], env=env, capture_output=True, text=True, timeout=60).returncode


class Flip:
    """Changes a letter in the chunk that contains the repository's key."""

    is_chunked = False

    def head(self, head):
        self.is_chunked |= b"STREAMING-AWS4-HMAC-SHA256-PAYLOAD\r\n" in head
        return head

    def body(self, body):
        return body.replace(b'"scrypt"', b'"script"')


flip = Flip()
with serving() as (url, log), relay(url, flip.head, flip.body) as changing, tempfile.NamedTemporaryFile() as file:
    expect("broken", "restic init, a chunk changed", restic(changing, "init"), 1)
    expect("right", "restic init", restic(url, "init"), 0)
    # Many chunks of 64 KiB.
    file.write(os.urandom(3_000_000))
    file.flush()
    expect("right", "restic backup", restic(url, "backup", file.name), 0)
    expect("right", "restic check", restic(url, "check", "--read-data"), 0)
expect("right", "restic signs chunks", flip.is_chunked, True)
lines = [json.loads(line) for line in log if line.startswith("{")]
refused = [(line["status"], line["code"], line["cause"]) for line in lines if line["verdict"] != "valid"]
expect("broken", "restic, a chunk changed", refused, [(*MISMATCH, "chunk-altered")])
finish()
