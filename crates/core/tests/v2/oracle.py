"""Writes tests/v2/botocore.json: requests signed with Signature Version 2 by botocore (Apache-2.0), with its strings to sign.

botocore's HmacV1Auth and HmacV1QueryAuth use the clock; here their date is set. Run it from the root of the repository
with botocore installed; the file contains the version that wrote it:

    python3 tests/v2/oracle.py
"""

import itertools
import json
import pathlib

import botocore
from botocore.auth import HmacV1Auth, HmacV1QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

DATE = "Tue, 27 Mar 2007 19:36:42 GMT"
NOW = 1175024202
LIFE = 900


class Header(HmacV1Auth):
    def _get_date(self):
        return DATE


class Query(HmacV1QueryAuth):
    def _get_date(self):
        return str(NOW + LIFE)


TARGETS = [
    "/", "/key", "/a/b%20c/%C3%BC", "/?acl", "/key?uploads", "/key?uploadId=ab%2Fc&partNumber=2", "/?prefix=a&max-keys=2",
    "/key?versionId=null&tagging", "/?delete", "/?cors&prefix=x", "/?lifecycle", "/?location", "/?website", "/?policy",
    "/key?response-content-type=text%2Fplain&response-content-disposition=attachment%3B%20filename%3D%22a%22",
    "/key?torrent", "/?versions&key-marker=a", "/?requestPayment", "/?notification", "/?logging", "/?versioning",
    "/?accelerate", "/?replication", "/?analytics&id=1", "/?metrics&id=1", "/?inventory&id=1", "/key?restore",
    "/key?select&select-type=2", "/?object-lock", "/key?response-expires=x&response-cache-control=no-cache",
]
HEADERS = [
    [],
    [["Content-Type", "text/plain; charset=utf-8"], ["Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="]],
    [["x-amz-acl", "public-read"], ["X-Amz-Meta-B", " padded  twice "], ["X-Amz-Meta-A", "1"]],
]
ADDRESSES = [("examplebucket.s3.amazonaws.com", "", "/examplebucket"), ("s3.amazonaws.com", "/examplebucket", "")]
KEYS = [("AKIAIOSFODNN7EXAMPLE", None), ("test:tester", None), ("ASIAIOSFODNN7EXAMPLE", "to/ken+of==the session")]


def case(kind, method, target, headers, address, key):
    host, in_path, in_resource = address
    url = f"https://{host}{in_path}{target}"
    request = AWSRequest(method=method, url=url)
    request.headers = HTTPHeaders()
    for name, value in headers:
        request.headers[name] = value
    request.auth_path = in_resource + in_path + target.split("?")[0]
    credentials = Credentials(key[0], "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", key[1])
    signer = Header(credentials) if kind == "header" else Query(credentials, LIFE)
    texts = []
    sign = signer.sign_string
    signer.sign_string = lambda text: texts.append(text) or sign(text)
    signer.add_auth(request)
    return {
        "kind": kind, "method": method, "host": host, "target": in_path + target, "headers": headers,
        "access_key_id": key[0], "session_token": key[1], "string_to_sign": texts[0], "signature": sign(texts[0]),
        "signed_url": request.url, "authorization": request.headers.get("Authorization"),
    }


def cases():
    methods = itertools.cycle(["GET", "PUT", "DELETE", "HEAD", "POST"])
    keys = itertools.cycle(KEYS)
    for kind in ["header", "query"]:
        for target, headers, address in itertools.product(TARGETS, HEADERS, ADDRESSES):
            yield case(kind, next(methods), target, headers, address, next(keys))


found = {"botocore": botocore.__version__, "date": DATE, "now": NOW, "life": LIFE, "cases": list(cases())}
pathlib.Path("tests/v2/botocore.json").write_text(json.dumps(found, indent=0, ensure_ascii=True) + "\n")
