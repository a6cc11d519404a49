"""A script for mitmproxy that signs each request as botocore does; a body that is streamed is not hashed."""

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SIGNER = S3SigV4Auth(Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "s3", "us-east-1")


def requestheaders(flow):
    request = AWSRequest(flow.request.method, flow.request.url, headers={"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"})
    request.context["payload_signing_enabled"] = False
    SIGNER.add_auth(request)
    for name, value in request.headers.items():
        flow.request.headers[name] = value
