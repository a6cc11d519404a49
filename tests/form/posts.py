"""Writes botocore.json: presigned POSTs as botocore makes them, for the test beside it.

Run with a Python that has botocore: `python tests/form/posts.py`. The clock is fixed, so the file changes only with botocore.
"""

import datetime
import json
import pathlib
import unittest.mock

import botocore
import botocore.auth
import botocore.compat
import botocore.config
import botocore.session
import botocore.signers

NOW = datetime.datetime(2015, 12, 29, tzinfo=datetime.timezone.utc)
KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"


def client(version, token=None, region="eu-central-1", style="virtual"):
    config = botocore.config.Config(signature_version=version, s3={"addressing_style": style})
    session = botocore.session.get_session()
    keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, "aws_session_token": token}
    return session.create_client("s3", region_name=region, config=config, **keys)


def post(name, key, fields=None, conditions=None, expires=3600, **options):
    made = client(**options).generate_presigned_post("examplebucket", key, fields, conditions, expires)
    return {"name": name, "token": options.get("token"), **made}


def main():
    made = [
        post("plain", "user/photo.jpg", version="s3v4"),
        post("any name", "user/${filename}", version="s3v4"),
        post("fields", "user/${filename}", {"acl": "private", "x-amz-meta-a": "b c"},
             [{"acl": "private"}, {"x-amz-meta-a": "b c"}, ["content-length-range", 1, 10]], 900, version="s3v4"),
        post("non-ascii", "grün/ü 🙂.txt", version="s3v4"),
        post("token", "a", version="s3v4", token="FwoGZXIvYXdzEXAMPLE/token+with/plus=="),
        post("path", "a/b", version="s3v4", style="path"),
        post("version 2", "user/${filename}", {"success_action_status": "201"}, [{"success_action_status": "201"}], version="s3"),
        post("version 2 with token", "a", version="s3", token="FwoGZXIvYXdzEXAMPLE/token+with/plus=="),
    ]
    whole = {"botocore": botocore.__version__, "posts": made}
    text = json.dumps(whole, indent=2) + "\n"
    pathlib.Path(__file__).with_name("botocore.json").write_text(text)


with unittest.mock.patch("botocore.auth.get_current_datetime", lambda **_: NOW), \
        unittest.mock.patch("botocore.signers.get_current_datetime", lambda **_: NOW):
    main()
