"""Writes arns.json: URLs of access points as botocore presigns them, with their ARNs as the bucket.

Run with a Python that has botocore: `python tests/batch/arns.py`. The clock is fixed.
"""

import datetime
import json
import os
import pathlib
import unittest.mock

# The signer in C reads the clock itself.
os.environ["BOTO_DISABLE_CRT"] = "true"

import botocore
import botocore.auth
import botocore.config
import botocore.session

NOW = datetime.datetime(2026, 3, 1, 10, 11, 12, tzinfo=datetime.timezone.utc)
ARNS = [
    "arn:aws:s3:eu-west-1:123456789012:accesspoint/myap",
    "arn:aws:s3:eu-west-1:123456789012:accesspoint:myap",
    "arn:aws:s3-outposts:eu-west-1:123456789012:outpost/op-01234567890123456/accesspoint/myap",
    "arn:aws:s3-object-lambda:eu-west-1:123456789012:accesspoint/mybanner",
]


def main():
    config = botocore.config.Config(signature_version="s3v4")
    keys = {"aws_access_key_id": "AKIDEXAMPLE", "aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
    client = botocore.session.get_session().create_client("s3", region_name="eu-west-1", config=config, **keys)
    with unittest.mock.patch("botocore.auth.get_current_datetime", lambda **_: NOW):
        urls = {arn: client.generate_presigned_url("get_object", {"Bucket": arn, "Key": "a b/ü?"}) for arn in ARNS}
    text = json.dumps({"botocore": botocore.__version__, "urls": urls}, indent=1, ensure_ascii=False) + "\n"
    pathlib.Path(__file__).with_name("arns.json").write_text(text)


main()
