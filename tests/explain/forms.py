"""Writes the cases of form uploads: `python3 tests/explain/forms.py`.

A separate signer that uses only Python's standard library and is broken on purpose: each case names the break and the
expected answer. It follows "Browser-based uploads using POST" of the S3 API reference, and shares no code with the program.
"""

import base64
import hashlib
import hmac
import json
import pathlib

KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
DAY, DATE, NOW, END = "20250915", "20250915T120000Z", "20250915T123000Z", "2025-09-15T13:00:00.000Z"
BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
CASES = pathlib.Path(__file__).parent / "cases"


def mac(key, text, algorithm=hashlib.sha256):
    return hmac.new(key, text.encode() if isinstance(text, str) else text, algorithm).digest()


def v4_key(secret=SECRET, day=DAY, region="us-east-1", prefix="AWS4"):
    key = (prefix + secret).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = mac(key, part)
    return key


def b64(data):
    return base64.b64encode(data if isinstance(data, bytes) else data.encode()).decode()


def document(*more, end=END, scheme="v4", token=None):
    conditions = [{"bucket": "examplebucket"}, ["starts-with", "$key", "user/user1/"], *more]
    if scheme == "v4":
        conditions.append({"x-amz-algorithm": "AWS4-HMAC-SHA256"})
        conditions.append({"x-amz-credential": f"{KEY}/{DAY}/us-east-1/s3/aws4_request"})
        conditions.append({"x-amz-date": DATE})
    if token:
        conditions.append({"x-amz-security-token": token})
    return {"expiration": end, "conditions": conditions}


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def v4_fields(policy, signature, key="user/user1/${filename}", more=(), token=None):
    fields = [("key", key), *more, ("x-amz-algorithm", "AWS4-HMAC-SHA256")]
    fields += [("x-amz-credential", f"{KEY}/{DAY}/us-east-1/s3/aws4_request"), ("x-amz-date", DATE)]
    fields += [("x-amz-security-token", token)] if token else []
    return [*fields, ("policy", policy), ("x-amz-signature", signature)]


def v2_fields(policy, signature):
    return [("key", "user/user1/${filename}"), ("AWSAccessKeyId", KEY), ("policy", policy), ("signature", signature)]


FILE = ("file", "hello\n")


def request(fields):
    body = ""
    for name, value in fields:
        extra = '; filename="photo.jpg"\r\nContent-Type: image/jpeg' if name in ("file", "x-ignore-upload") else ""
        body += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n{value}\r\n'
    body = (body + f"--{BOUNDARY}--\r\n").encode()
    head = "POST / HTTP/1.1\r\nHost: examplebucket.s3.amazonaws.com\r\n"
    head += f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def write(name, what, fields, expect, judged="invalid", verdict="invalid", proof=None, token=None, lines=()):
    folder = CASES / name
    folder.mkdir(exist_ok=True)
    (folder / "request.http").write_bytes(request(fields))
    quoted = ", ".join(json.dumps(id) for id in expect)
    text = [f'what = "{what}"', f'now = "{NOW}"', f"expect = [{quoted}]", f'verdict = "{verdict}"', f'judged = "{judged}"']
    text += [f'proof = "{proof}"'] if proof else []
    text += [*lines, "", "[credentials]", f'access_key_id = "{KEY}"', f'secret_access_key = "{SECRET}"']
    text += [f'session_token = "{token}"'] if token else []
    (folder / "case.toml").write_text("\n".join(text) + "\n")


def signed(policy, key=None, **more):
    """A valid form with this policy text."""
    return [*v4_fields(policy, mac(key or v4_key(), policy).hex(), **more), FILE]


def v2(text, secret=SECRET):
    return b64(mac(secret.encode(), text, hashlib.sha1))


def reproduced(name, what, fields, *expect):
    write(name, what, fields, expect, proof="reproduced")


plain = compact(document())
sent = b64(plain)

write("form-valid", "A form as it should be.", signed(sent), [], judged="valid", verdict="valid")
v2_sent = b64(compact(document(scheme="v2")))
write("form-valid-v2", "A form of Version 2 as it should be.", [*v2_fields(v2_sent, v2(v2_sent)), FILE], [], "valid", "valid")
line_ends = b64(json.dumps(document(), indent=2).replace("\n", "\r\n"))
write("form-valid-crlf", "A policy with CR LF, as AWS has it in its example.", signed(line_ends), [], "valid", "valid")
# In the order sent, with names in any case, and a field after the file that nobody reads.
odd = [(name.title(), value) for name, value in v4_fields(sent, mac(v4_key(), sent).hex())]
write("form-valid-names", "Names in another case, and a button behind the file.", [*odd, FILE, ("submit", "Upload")], [], "valid", "valid")

reproduced("form-policy-json", "The JSON itself was signed.", [*v4_fields(sent, mac(v4_key(), plain).hex()), FILE], "policy-not-base64")
reproduced("form-policy-json-sent", "The base64 was signed, and the JSON sent.", [*v4_fields(plain, mac(v4_key(), sent).hex()), FILE], "policy-not-base64")
spaced = b64(json.dumps(document()))
reproduced("form-policy-spaces", "Signed without spaces, sent with them.", [*v4_fields(spaced, mac(v4_key(), sent).hex()), FILE], "policy-reencoded")
ordered = b64(json.dumps(document(), sort_keys=True))
reproduced("form-policy-sorted", "Signed with sorted members, sent in another order.", [*v4_fields(sent, mac(v4_key(), ordered).hex()), FILE], "policy-reencoded")
lines = base64.encodebytes(plain.encode())
reproduced("form-policy-lines", "Python's encodebytes was signed, and the lines were joined to be sent.", [*v4_fields(sent, mac(v4_key(), lines).hex()), FILE], "policy-reencoded")
unpadded = compact(document(["starts-with", "$acl", "p~?"]))
url_safe = base64.urlsafe_b64encode(unpadded.encode()).decode()
allowed = [("acl", "p~?ublic")]
assert url_safe != b64(unpadded)
reproduced("form-policy-url-base64", "The base64 of URLs was signed, the common one sent.", [*v4_fields(b64(unpadded), mac(v4_key(), url_safe).hex(), more=allowed), FILE], "policy-reencoded")
reproduced("form-policy-v2-json", "The JSON itself was signed, by Version 2.", [*v2_fields(v2_sent, v2(compact(document(scheme='v2')))), FILE], "policy-not-base64")
hashed = f"AWS4-HMAC-SHA256\n{DATE}\n{DAY}/us-east-1/s3/aws4_request\n" + hashlib.sha256(sent.encode()).hexdigest()
reproduced("form-string-to-sign", "The policy was hashed as a request is.", [*v4_fields(sent, mac(v4_key(), hashed).hex()), FILE], "string-to-sign-form")

reproduced("form-secret-newline", "A newline came with the secret.", signed(sent, v4_key(SECRET + "\n")), "secret-whitespace")
reproduced("form-secret-v2", "A quoted secret, by Version 2.", [*v2_fields(v2_sent, v2(v2_sent, f'"{SECRET}"')), FILE], "secret-quoted")
reproduced("form-key-day", "The key of the day before.", signed(sent, v4_key(day="20250914")), "key-other-day")
reproduced("form-key-region", "The key of another region.", signed(sent, v4_key(region="eu-west-1")), "key-other-scope")
reproduced("form-mechanism-v2", "The fields of Version 4 with the signature of Version 2.", [*v4_fields(sent, v2(sent)), FILE], "mechanism-v2")
reproduced("form-signature-base64", "The signature in base64.", [*v4_fields(sent, b64(mac(v4_key(), sent))), FILE], "signature-form")
reproduced("form-signature-hex-v2", "A signature of Version 2 in hex.", [*v2_fields(v2_sent, base64.b64decode(v2(v2_sent)).hex()), FILE], "signature-form")
reproduced("form-two-mistakes", "The prefix is missing, and the policy was written anew.", [*v4_fields(spaced, mac(v4_key(prefix=''), sent).hex()), FILE], "key-prefix", "policy-reencoded")

token = "FwoGZXIvYXdzEXAMPLE/token+with/plus=="
with_token = compact(document(token=token))
in_base64 = b64(with_token)
write("form-token", "Temporary credentials, and a policy written anew.", [*v4_fields(b64(json.dumps(document(token=token))), mac(v4_key(), in_base64).hex(), token=token), FILE], ["policy-reencoded"], proof="reproduced", token=token)

no_end = b64(compact({"conditions": document()["conditions"]}))
write("form-policy-malformed", "The policy has no expiration.", signed(no_end), ["policy-malformed"], proof="observed")
over = b64(compact(document(end="2025-09-15T12:15:00Z")))
write("form-policy-expired", "The upload came a quarter of an hour late.", signed(over), ["policy-expired"], proof="time")
write("form-condition-key", "A key that does not begin as the policy asks.", [*v4_fields(sent, mac(v4_key(), sent).hex(), key="user/user2/${filename}"), FILE], ["policy-condition-failed"], proof="observed")
small = b64(compact(document(["content-length-range", 1, 5])))
write("form-condition-length", "A file of six bytes where five are allowed.", signed(small), ["policy-condition-failed"], proof="observed")
typed = b64(compact(document(["starts-with", "$Content-Type", ""])))
write("form-condition-absent", "A field that the policy asks for was not sent.", signed(typed), ["policy-condition-failed"], proof="observed")
write("form-field-not-allowed", "boto3 was given a field and no condition for it.", [*v4_fields(sent, mac(v4_key(), sent).hex(), more=[("acl", "public-read")]), FILE], ["policy-field-not-allowed"], proof="observed")
behind = v4_fields(sent, mac(v4_key(), sent).hex())
write("form-field-order", "The signature stands behind the file.", [*behind[:-1], FILE, behind[-1]], ["form-field-order"], judged="unreadable", proof="observed")
write("form-field-repeated", "Two keys, of which the policy is held against one.", [*v4_fields(sent, mac(v4_key(), sent).hex(), more=[("Key", "user/user1/b")]), FILE], ["form-field-repeated"], proof="observed")
write("form-malformed", "A field has two names, of which servers read one.", [*v4_fields(sent, mac(v4_key(), sent).hex(), more=[('acl"; name="x-ignore-a', "private")]), FILE], ["form-malformed"], judged="unreadable", proof="observed")
write("form-file-missing", "The file is in a field of another name.", [*behind, ("x-ignore-upload", "hello")], ["form-file-missing"], proof="observed")
write("form-without-secret", "No secret is at hand, and the policy has expired.", signed(over), ["policy-expired"], proof="time", lines=["no_credentials = true"])
