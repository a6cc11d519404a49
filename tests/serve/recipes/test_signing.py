"""A fixture that runs the tests of a module against `sigvet serve`, and prints the cause below each request that was refused."""

import os
import subprocess
import threading

import boto3
import pytest


@pytest.fixture
def sigvet(monkeypatch):
    command = [os.environ.get("SIGVET", "sigvet"), "serve", "--demo-keys", "--port", "0", "--log", "json"]
    server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    url = server.stderr.readline().strip().removeprefix("listening on ")
    # pytest shows what was printed when a test fails: a line of JSON for each request, with its "cause".
    log = []
    reader = threading.Thread(target=lambda: log.extend(server.stderr))
    reader.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    yield url
    server.terminate()
    reader.join()
    server.wait()
    print("".join(log))


def test_what_is_signed_is_accepted(sigvet):
    answer = boto3.client("sts").get_caller_identity()
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-sigvet-verdict"] == "valid"
