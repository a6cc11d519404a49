#!/usr/bin/env python3
"""What botocore, and so the AWS CLI, makes of each situation in cases/: writes peer.json, which the test beside it reads.

python3 tests/parity/peer.py   needs botocore, and no network: stand-ins for STS, IAM Identity Center, containers and instance
metadata are in here, with the answers of services.rs.

The client is made as the AWS CLI 2 makes it: Signature Version 4, virtual hosts, a regional endpoint in us-east-1.
"""
import contextlib, http.server, io, json, os, pathlib, tempfile, threading, urllib.parse

import botocore, botocore.credentials, botocore.session, botocore.tokens
from botocore.config import Config

HERE = pathlib.Path(__file__).parent
END = "2099-01-01T00:00:00Z"


class Services(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, text, status=200):
        body = (text if isinstance(text, str) else json.dumps(text)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def keys(self, key, token):
        keys = {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key, "SecretAccessKey": "hush", "Token": token}
        self.answer({**keys, "Expiration": END})

    def do_PUT(self):
        self.answer("IMDSTOK") if self.path == "/latest/api/token" else self.answer("", 404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        if self.path == "/token":
            return self.answer({"accessToken": "refreshed", "expiresIn": 28800, "refreshToken": "new", "tokenType": "Bearer"})
        asked = {name: values[0] for name, values in urllib.parse.parse_qs(body).items()}
        action, role = asked["Action"], asked.get("RoleArn", "")
        if "denied" in role:
            error = "<Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: x is not authorized</Message></Error>"
            return self.answer(f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>", 403)
        name = "WEB" if action != "AssumeRole" else "ROLE2" if "role2" in role else "ROLE1"
        key = {"WEB": "ASIAWEB", "ROLE1": "ASIAROLE0001", "ROLE2": "ASIAROLE0002"}[name]
        inside = f"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>TOKEN-{name}</SessionToken>"
        result = f"<{action}Result><Credentials>{inside}<Expiration>{END}</Expiration></Credentials></{action}Result>"
        self.answer(f"<{action}Response>{result}</{action}Response>")

    def do_GET(self):
        path = self.path.split("?")[0].rstrip("/")
        if path == "/federation/credentials":
            keys = {"accessKeyId": "ASIASSO", "secretAccessKey": "hush", "sessionToken": "TOKEN-SSO"}
            return self.answer({"roleCredentials": {**keys, "expiration": 4102444800000}})
        if path.startswith("/creds"):
            if "auth" in path and self.headers.get("Authorization") != "ContTok":
                return self.answer({"code": "NoToken", "message": "no token"}, 401)
            return self.keys("ASIACONT", "TOKEN-CONT")
        if self.headers.get("X-aws-ec2-metadata-token") != "IMDSTOK":
            return self.answer("", 401)
        if path.endswith("/security-credentials"):
            return self.answer("myrole")
        if path.endswith("/security-credentials/myrole"):
            return self.keys("ASIAIMDS", "TOKEN-IMDS")
        self.answer("eu-north-1" if path.endswith("/placement/region") else "", 200)


SERVER = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Services)
threading.Thread(target=SERVER.serve_forever, daemon=True).start()
MOCKS = f"127.0.0.1:{SERVER.server_port}"


def put(home, case):
    os.makedirs(f"{home}/.aws", exist_ok=True)
    files = dict(case.get("files", {}))
    files.update({f".aws/{name}": case[name] for name in ("config", "credentials") if name in case})
    for name, text in files.items():
        os.makedirs(os.path.dirname(f"{home}/{name}"), exist_ok=True)
        pathlib.Path(f"{home}/{name}").write_bytes(text.replace("127.0.0.1:18081", MOCKS).replace("localhost:18081", MOCKS.replace("127.0.0.1", "localhost")).encode())
        os.chmod(f"{home}/{name}", 0o755)


def view(case, home):
    session = botocore.session.Session()
    if "profile" in case:
        session.set_config_variable("profile", case["profile"])
    seen = {}
    try:
        found = session.get_credentials()
        frozen = found and found.get_frozen_credentials()
        seen.update(key=frozen and frozen.access_key, token=(frozen and frozen.token) or None)
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}".replace(home, "$HOME")[:200]}
    if not frozen:
        return {"error": "no credentials"}
    try:
        region = session.get_config_variable("region")
        seen["region"] = region
        style = (session.get_scoped_config().get("s3") or {}).get("addressing_style")
        endpoint = session.create_client("s3").meta.endpoint_url
        s3 = {"us_east_1_regional_endpoint": "regional"}
        if ".amazonaws." in endpoint and style is None:
            s3["addressing_style"] = "virtual"
        scoped = (session.get_scoped_config().get("s3") or {})
        s3 = {**(scoped if isinstance(scoped, dict) else {}), **s3}
        client = session.create_client("s3", config=Config(signature_version="s3v4", s3=s3))
        seen["url"] = client.generate_presigned_url("get_object", Params={"Bucket": "bkt", "Key": "k"}).split("?")[0]
    except Exception as error:
        seen["client_error"] = f"{type(error).__name__}: {error}".replace(home, "$HOME")[:200]
    return {name: value for name, value in seen.items() if value is not None}


def main():
    answers = {"peer": f"botocore {botocore.__version__}"}
    real, here = dict(os.environ), os.getcwd()
    for file in sorted((HERE / "cases").glob("*.json")):
        for case in json.loads(file.read_text()):
            with tempfile.TemporaryDirectory() as home:
                put(home, case)
                variables = {name: value.replace("$HOME", home).replace("127.0.0.1:18081", MOCKS) for name, value in case.get("env", {}).items()}
                os.environ.clear()
                os.environ.update({"PATH": real["PATH"], "HOME": home, "AWS_EC2_METADATA_DISABLED": "true", **variables})
                os.chdir(home)
                cache = f"{home}/.aws/sso/cache"
                botocore.credentials.SSOProvider._SSO_TOKEN_CACHE_DIR = cache
                botocore.tokens.SSOTokenProvider._SSO_TOKEN_CACHE_DIR = cache
                with contextlib.redirect_stderr(io.StringIO()):
                    answers[case["name"]] = view(case, home)
                os.chdir(here)
    os.environ.clear()
    os.environ.update(real)
    (HERE / "peer.json").write_text(json.dumps(answers, indent=1, ensure_ascii=False).replace(MOCKS, "127.0.0.1:18081") + "\n")


main()
