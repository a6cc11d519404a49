#!/usr/bin/env python3
"""What botocore, and so the AWS CLI, makes of each situation in cases/: writes peer.json, which the test beside it reads.

python3 tests/parity/peer.py [MOCKS]   needs botocore; MOCKS is HOST:PORT of the stand-ins for STS, SSO, containers and
instance metadata that tests/parity prints when it is run with PARITY_HOLD=1.

The client is made as the AWS CLI 2 makes it: Signature Version 4, virtual hosts, a regional endpoint in us-east-1.
"""
import contextlib, io, json, os, pathlib, sys, tempfile

import botocore, botocore.credentials, botocore.session, botocore.tokens
from botocore.config import Config

HERE = pathlib.Path(__file__).parent
MOCKS = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:18081"


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
