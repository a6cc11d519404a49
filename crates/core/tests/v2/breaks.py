"""Signs requests with Signature Version 2 in wrong ways, and writes them as cases of tests/explain.

It shares no code with sigvet: the string to sign is built here by hand, with each mistake, from
'Signing and authenticating REST requests' of S3's API reference. Run it from the root of the repository:

    python3 tests/v2/breaks.py
"""

import base64
import hashlib
import hmac
import pathlib

KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
DATE = "Mon, 15 Sep 2025 12:00:00 GMT"
NOW = "20250915T120030Z"
HOST = "photos.s3.eu-west-1.amazonaws.com"
PATH_HOST = "s3.eu-west-1.amazonaws.com"
CASES = pathlib.Path("tests/explain/cases")


def digest(text, secret=SECRET):
    return hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()


def sign(text, secret=SECRET):
    return base64.b64encode(digest(text, secret)).decode()


def write(name, what, expect, start, headers, signature, other="", now=NOW, reply=None, key=KEY):
    folder = CASES / f"v2-{name}"
    folder.mkdir(exist_ok=True)
    expected = ", ".join(f'"{each}"' for each in expect)
    toml = f'what = "{what}"\nnow = "{now}"\nexpect = [{expected}]\n{other}'
    toml += f'\n[credentials]\naccess_key_id = "{key}"\nsecret_access_key = "{SECRET}"\n'
    (folder / "case.toml").write_text(toml)
    lines = [f"{start} HTTP/1.1"] + headers
    if signature is not None:
        lines.append(f"Authorization: AWS {key}:{signature}")
    (folder / "request.http").write_bytes(("\r\n".join(lines) + "\r\n\r\n").encode())
    if reply is not None:
        (folder / "reply.http").write_bytes(reply)


def header(name, what, expect, start, extra, text, host=HOST, date=True, secret=SECRET, encode=sign, **more):
    dated = [f"Date: {DATE}"] if date else []
    write(name, what, expect, start, [f"Host: {host}"] + dated + extra, encode(text, secret), **more)


# Correct requests, in several forms.
header("valid", "A virtual-hosted address, signed with its bucket.", [], "GET /a%20b?acl&prefix=x", [],
       f"GET\n\n\n{DATE}\n/photos/a%20b?acl", other='verdict = "valid"\n')
header("valid-path", "A path-style address with a version and a response override.", [],
       "GET /photos/a?versionId=3%2F4&response-content-type=text%2Fplain", [],
       f"GET\n\n\n{DATE}\n/photos/a?response-content-type=text/plain&versionId=3/4", host=PATH_HOST,
       other='verdict = "valid"\n')
header("valid-colon", "Swift's keys have a colon of their own.", [], "GET /photos/a", [],
       f"GET\n\n\n{DATE}\n/photos/a", host=PATH_HOST, key="test:tester", other='verdict = "valid"\n')
write("valid-query", "A presigned URL with its life ahead.", [],
      f"GET /a?AWSAccessKeyId={KEY}&Expires=1757941200&Signature="
      + sign("GET\n\n\n1757941200\n/photos/a").replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
      [f"Host: {HOST}"], None, other='verdict = "valid"\n')

# One mistake each.
header("resource", "The bucket of a virtual-hosted address was left out.", ["v2-resource"], "GET /a", [],
       f"GET\n\n\n{DATE}\n/a")
header("resource-twice", "The bucket was put before a path that has it.", ["v2-resource"], "GET /photos/a", [],
       f"GET\n\n\n{DATE}\n/photos/photos/a", host=PATH_HOST)
header("subresource-missing", "The sub-resource was not signed.", ["v2-subresource-missing"], "GET /?acl", [],
       f"GET\n\n\n{DATE}\n/photos/")
header("subresource-added", "A parameter of a listing was signed.", ["v2-subresource-added"],
       "GET /?marker=x&prefix=a", [], f"GET\n\n\n{DATE}\n/photos/?prefix=a")
header("subresource-all", "All of the query was signed as it stands.", ["v2-subresource-added"],
       "GET /?prefix=a&acl&marker=x", [], f"GET\n\n\n{DATE}\n/photos/?prefix=a&acl&marker=x")
header("subresource-form", "The value of an override was signed encoded.", ["v2-subresource-form"],
       "GET /a?response-content-type=text%2Fplain", [],
       f"GET\n\n\n{DATE}\n/photos/a?response-content-type=text%2Fplain")
header("newlines", "The empty line of Content-MD5 was left out.", ["v2-newlines"], "PUT /a",
       ["Content-Type: text/plain"], f"PUT\ntext/plain\n{DATE}\n/photos/a")
header("newlines-behind", "echo put a newline behind the string to sign.", ["v2-newlines"], "GET /a", [],
       f"GET\n\n\n{DATE}\n/photos/a\n")
header("date-line", "The date was written though x-amz-date is sent.", ["v2-date-line"], "GET /a",
       [f"x-amz-date: {DATE}"], f"GET\n\n\n{DATE}\nx-amz-date:{DATE}\n/photos/a", date=False)
write("date-line-expires", "A URL that was signed by its date, not by its end.", ["v2-date-line"],
      f"GET /a?AWSAccessKeyId={KEY}&Expires=1757941200&Signature="
      + sign(f"GET\n\n\n{DATE}\n/photos/a").replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
      [f"Host: {HOST}", f"Date: {DATE}"], None)
header("amz-unsigned", "A header of the provider's own was left out.", ["header-amz-unsigned"], "PUT /a",
       ["x-amz-acl: private", "x-amz-meta-a: 1"], f"PUT\n\n\n{DATE}\nx-amz-meta-a:1\n/photos/a")
header("amz-unsorted", "The provider's own headers were signed in the order sent.", ["header-unsorted"], "PUT /a",
       ["x-amz-meta-b: 1", "x-amz-acl: private"], f"PUT\n\n\n{DATE}\nx-amz-meta-b:1\nx-amz-acl:private\n/photos/a")
header("amz-case", "Names were not put into lower case.", ["header-name-case"], "PUT /a",
       ["X-Amz-Meta-A: 1"], f"PUT\n\n\n{DATE}\nX-Amz-Meta-A:1\n/photos/a")
header("amz-repeats", "A repeated header was joined by a comma and a space.", ["header-repeats"], "PUT /a",
       ["x-amz-meta-a: 1", "x-amz-meta-a: 2"], f"PUT\n\n\n{DATE}\nx-amz-meta-a:1, 2\n/photos/a")
header("token", "The session token was sent and not signed.", ["token-not-signed"], "GET /a",
       ["x-amz-security-token: token-of-the-session"], f"GET\n\n\n{DATE}\n/photos/a")
header("method-case", "The method was signed in lower case.", ["method-case"], "GET /a", [],
       f"get\n\n\n{DATE}\n/photos/a")
header("method-head", "A URL for GET was used with HEAD.", ["method-swapped"], "HEAD /a", [],
       f"GET\n\n\n{DATE}\n/photos/a")
header("content-type", "The HTTP client added a type after signing.", ["header-content-type"], "PUT /a",
       ["Content-Type: application/x-www-form-urlencoded"], f"PUT\n\n\n{DATE}\n/photos/a")
header("path-decoded", "The path was signed decoded.", ["path-not-encoded"], "GET /a%20b", [],
       f"GET\n\n\n{DATE}\n/photos/a b")
header("path-twice", "The path was signed encoded twice.", ["path-double-encoded"], "GET /a%20b", [],
       f"GET\n\n\n{DATE}\n/photos/a%2520b")
header("secret-newline", "The secret was read with its newline.", ["secret-whitespace"], "GET /a", [],
       f"GET\n\n\n{DATE}\n/photos/a", secret=SECRET + "\n")
header("secret-quoted", "The secret was signed with in quotes.", ["secret-quoted"], "GET /a", [],
       f"GET\n\n\n{DATE}\n/photos/a", secret=f'"{SECRET}"')
header("signature-hex", "The signature was written in hex.", ["signature-form"], "GET /a", [],
       f"GET\n\n\n{DATE}\n/photos/a", encode=lambda text, secret: digest(text, secret).hex())
write("signature-plus", "The '+' of the signature was not encoded in the URL.", ["signature-form"],
      f"GET /a?AWSAccessKeyId={KEY}&Expires=1757941200&Signature=" + sign("GET\n\n\n1757941200\n/photos/a"),
      [f"Host: {HOST}"], None)
assert "+" in sign("GET\n\n\n1757941200\n/photos/a"), "choose another Expires"
header("skewed", "The clock of the signer is off.", ["time-skewed"], "GET /a", [],
       f"GET\n\n\n{DATE}\n/photos/a", now="20250915T131500Z")
write("expired", "The URL's time has run out.", ["expired"],
      f"GET /a?AWSAccessKeyId={KEY}&Expires=1757930000&Signature="
      + sign("GET\n\n\n1757930000\n/photos/a").replace("+", "%2B").replace("/", "%2F").replace("=", "%3D"),
      [f"Host: {HOST}"], None)

# Two mistakes at once.
header("two-bucket-and-newline", "A shell script without the bucket, with echo.", ["v2-resource", "v2-newlines"],
       "GET /a", [], f"GET\n\n\n{DATE}\n/a\n")
header("two-acl-and-secret", "The sub-resource is missing, and the secret has its newline.",
       ["v2-subresource-missing", "secret-whitespace"], "GET /?acl", [], f"GET\n\n\n{DATE}\n/photos/",
       secret=SECRET + "\n")
header("two-hex-and-date", "Hex, and the date beside x-amz-date.", ["signature-form", "v2-date-line"], "GET /a",
       [f"x-amz-date: {DATE}"], f"GET\n\n\n{DATE}\nx-amz-date:{DATE}\n/photos/a", date=False,
       encode=lambda text, secret: digest(text, secret).hex())

# An unknown mistake.
header("nothing-random", "A signature of something else.", [], "GET /a", [], "another text", other='verdict = "invalid"\n')
header("nothing-other-value", "A header's value was another when it was signed.", [], "PUT /a",
       ["x-amz-meta-a: 1"], f"PUT\n\n\n{DATE}\nx-amz-meta-a:other\n/photos/a", other='verdict = "invalid"\n')
