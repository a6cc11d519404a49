"""Signs with awscrt, and verifies with its ECDSA: reads one JSON object per line, and writes one.

awscrt (Apache-2.0, from PyPI) is the signer in AWS's own SDKs for Python, C++ and Node.js.
"""

import hashlib
import json
import sys
from datetime import datetime, timezone

from awscrt import auth, crypto, http

ALGORITHMS = {"v4": auth.AwsSigningAlgorithm.V4, "v4a": auth.AwsSigningAlgorithm.V4_ASYMMETRIC}
# The bytes of a SubjectPublicKeyInfo for P-256 before the point (RFC 5480).
POINT_FOLLOWS = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


def sign(task):
    is_s3 = task["service"].startswith("s3")
    query = auth.AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS
    config = auth.AwsSigningConfig(
        algorithm=ALGORITHMS[task["scheme"]],
        signature_type=query if task["expires"] else auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
        credentials_provider=auth.AwsCredentialsProvider.new_static(*task["keys"]),
        region=task["region"],
        service=task["service"],
        date=datetime.fromtimestamp(task["now"], timezone.utc),
        use_double_uri_encode=not is_s3,
        should_normalize_uri_path=not is_s3,
        signed_body_value=task["payload"],
        signed_body_header_type=(
            auth.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256
            if is_s3 and not task["expires"]
            else auth.AwsSignedBodyHeaderType.NONE
        ),
        expiration_in_seconds=task["expires"] or None,
    )
    request = http.HttpRequest(task["method"], task["target"], http.HttpHeaders([tuple(pair) for pair in task["headers"]]))
    signed = auth.aws_sign_request(request, config).result(10)
    return {"target": signed.path, "headers": list(signed.headers)}


def verify(task):
    key = crypto.EC.new_key_from_der_data(POINT_FOLLOWS + bytes.fromhex(task["point"]))
    digest = hashlib.sha256(task["string_to_sign"].encode()).digest()
    return {"is_valid": key.verify(digest, bytes.fromhex(task["signature"]))}


for line in sys.stdin:
    task = json.loads(line)
    answer = sign(task) if task["do"] == "sign" else verify(task)
    print(json.dumps(answer), flush=True)
