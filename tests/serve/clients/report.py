"""The servers, and the requests that they answered wrongly."""

import os
import sys

# Accepts the permanent key and the region us-east-1; the strict one, over TLS, both keys and only the service s3.
URL, STRICT = os.environ["SIGVET_URL"], os.environ["SIGVET_STRICT"]
PERMANENT = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None)
SESSION = ("ASIAIOSFODNN7EXAMPLE", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY", os.environ["SIGVET_TOKEN"])
MISMATCH = (403, "SignatureDoesNotMatch")

count = {"right": 0, "broken": 0}
wrong = []


def expect(kind, name, found, expected):
    count[kind] += 1
    if found != expected:
        wrong.append(f"{name}: {found}, not {expected}")


def finish():
    for line in wrong:
        print(line)
    print(count["right"], "right,", count["broken"], "broken")
    sys.exit(bool(wrong))
