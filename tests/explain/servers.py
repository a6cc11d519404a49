"""Writes the cases of servers that compute differently from AWS: `python3 tests/explain/servers.py`.

A separate signer that uses only Python's standard library, with the servers' actual rules: with these rules it signed
requests that Ceph 16.2, Swift, rclone 1.75, SeaweedFS 4.48, nanio 0.1 and pys3local 0.2 accepted. The request of each case is
signed by AWS's rules; the reply contains the texts that the server makes from it, if that server shows its texts. It shares no
code with the program.
"""

import hashlib
import hmac
import json
import pathlib
import re
from urllib.parse import unquote_to_bytes

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
DAY, DATE, NOW = "20250915", "20250915T120000Z", "20250915T120030Z"
SCOPE = f"{DAY}/us-east-1/s3/aws4_request"
CASES = pathlib.Path(__file__).parent / "cases"
PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
STRAY = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def encode(data, keep=b""):
    return b"".join(bytes([c]) if c in PLAIN + keep else b"%%%02X" % c for c in data)


def pairs(query):
    pieces = [piece.partition(b"=") for piece in query.split(b"&") if piece]
    decode = lambda text: unquote_to_bytes(text.replace(b"+", b" "))
    return [(decode(name), decode(value)) for name, _, value in pieces]


def joined(parameters):
    return b"&".join(encode(name) + b"=" + encode(value) for name, value in parameters)


def query_aws(query):
    return b"&".join(name + b"=" + value for name, value in sorted((encode(n), encode(v)) for n, v in pairs(query)))


def query_go(query):
    kept = [piece for piece in query.split(b"&") if b";" not in piece and not STRAY.search(piece)]
    return joined(sorted(pairs(b"&".join(kept))))


def query_swift(query):
    return joined(sorted(dict(pairs(query)).items()))


def value_aws(value):
    return re.sub(rb"[ \t]+", b" ", value.strip(b" \t"))


def value_swift(value):
    return " ".join(value.decode("latin-1").split()).encode("latin-1")


def value_versity(value):
    return re.sub(rb" +", b" ", value.strip(b" \t"))


def path_aws(path):
    return encode(unquote_to_bytes(path), b"/")


def canonical(method, path, query, headers, of_path=path_aws, of_query=query_aws, of_value=value_aws):
    names = sorted({name for name, _ in headers})
    lines = [name.encode() + b":" + b",".join(of_value(v) for n, v in headers if n == name) + b"\n" for name in names]
    fields = [method, of_path(path), of_query(query), b"".join(lines), ";".join(names).encode(), b"UNSIGNED-PAYLOAD"]
    return b"\n".join(fields)


def string_to_sign(canonical_request):
    return f"AWS4-HMAC-SHA256\n{DATE}\n{SCOPE}\n{hashlib.sha256(canonical_request).hexdigest()}".encode()


def sign(text):
    key = ("AWS4" + SECRET).encode()
    for part in (DAY, "us-east-1", "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def xml(text):
    text = text.decode("utf-8", "replace")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()


def spelled(text):
    return " ".join(f"{byte:02x}" for byte in text).encode()


def reply(status, headers, body):
    head = [f"HTTP/1.1 {status}", *headers, "Content-Type: application/xml", f"Content-Length: {len(body)}"]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


MISMATCH = b"The request signature we calculated does not match the signature you provided. Check your key and signing method."


def with_texts(code, ids, headers):
    """A refusal with the texts of the server, as Swift and Versity S3 Gateway write it."""

    def made(signature, text):
        string = string_to_sign(text)
        fields = [(b"Code", code), (b"Message", MISMATCH), (b"RequestId", ids), (b"AWSAccessKeyId", KEY.encode())]
        fields += [(b"StringToSign", xml(string)), (b"SignatureProvided", signature.encode())]
        fields += [(b"StringToSignBytes", spelled(string)), (b"CanonicalRequest", xml(text))]
        fields += [(b"CanonicalRequestBytes", spelled(text))]
        body = b"".join(b"<" + name + b">" + value + b"</" + name + b">" for name, value in fields)
        return reply("403 Forbidden", headers, b"<?xml version='1.0' encoding='UTF-8'?>\n<Error>" + body + b"</Error>")

    return made


SWIFT_ID = "tx9e1dcb4b46264692b27fa-006b0bcce8"
swift = with_texts(b"SignatureDoesNotMatch", SWIFT_ID.encode(), [f"X-Trans-Id: {SWIFT_ID}", f"X-Openstack-Request-Id: {SWIFT_ID}"])
versity = with_texts(b"SignatureDoesNotMatch", b"", ["Server: VERSITYGW"])
unknown = with_texts(b"SignatureDoesNotMatch", b"4442587FB7D0A2F9", [])


def bare(headers, more=b"", status="403 Forbidden", code=b"SignatureDoesNotMatch", message=MISMATCH):
    body = b"<Error><Code>" + code + b"</Code><Message>" + message + b"</Message>" + more + b"</Error>"
    made = reply(status, headers, b'<?xml version="1.0" encoding="UTF-8"?>\n' + body)
    return lambda signature, text: made


CEPH_ID = "tx000005a33f12127693b4e-006b0bcce8-1008-default"
ceph = bare([f"x-amz-request-id: {CEPH_ID}"], f"<RequestId>{CEPH_ID}</RequestId><HostId>1008-default-default</HostId>".encode(), message=b"")
weed = bare(["Server: SeaweedFS 8000GB 4.48"], b"<Resource>/bkt</Resource><RequestId>18EC71CA276B0D2C608C30DF</RequestId>")
rclone = bare([])
minio = bare(["Server: MinIO"], b"<Resource>/bkt</Resource><RequestId>17A3B4C5D6E7F809</RequestId>")


def write(name, what, servers, answer, query=b"", headers=(), path=b"/bkt", verdict="valid", lines=(), **rules):
    folder = CASES / f"server-{name}"
    folder.mkdir(exist_ok=True)
    method = b"PUT" if headers else b"GET"
    own = [("host", b"store.example.test"), ("x-amz-content-sha256", b"UNSIGNED-PAYLOAD"), ("x-amz-date", DATE.encode())]
    own += [(name, value) for name, value in headers]
    right = canonical(method, path, query, own)
    signature = sign(string_to_sign(right))
    theirs = canonical(method, path, query, own, **rules)
    assert not rules or theirs != right, name
    names = ";".join(sorted({name for name, _ in own}))
    authorization = f"AWS4-HMAC-SHA256 Credential={KEY}/{SCOPE}, SignedHeaders={names}, Signature={signature}".encode()
    target = path + (b"?" + query if query else b"")
    fields = [name.encode() + b": " + value for name, value in [*own, ("authorization", authorization)]]
    (folder / "request.http").write_bytes(b"\r\n".join([method + b" " + target + b" HTTP/1.1", *fields]) + b"\r\n\r\n")
    (folder / "reply.http").write_bytes(answer(signature, theirs))
    told = ", ".join(json.dumps(server) for server in servers)
    text = [f'what = "{what}"', f'now = "{NOW}"', "expect = []", f"servers = [{told}]", f'verdict = "{verdict}"']
    text += ['judged = "valid"', *lines, "", "[credentials]", f'access_key_id = "{KEY}"', f'secret_access_key = "{SECRET}"']
    (folder / "case.toml").write_text("\n".join(text) + "\n")


A = "x-amz-meta-a"
repeated, indexed = b"a=1&a=2&b=3", b"a%5B10%5D=1&a1=2"

# Proven by the server's own texts.
write("swift-last-value", "Swift signs the last value of a repeated parameter.", ["reply server-query-last-value"], swift, repeated, of_query=query_swift)
write("swift-sorted-decoded", "Swift sorts names before they are encoded.", ["reply server-query-sorted-decoded"], swift, indexed, of_query=query_swift)
write("swift-two-rules", "A repeated parameter, and one that is sorted elsewhere decoded.", ["reply server-query-sorted-decoded", "reply server-query-last-value"], swift, indexed + b"&c=1&c=2", of_query=query_swift)
write("swift-latin1-space", "Swift folds the second byte of a letter.", ["reply server-header-latin1-space"], swift, headers=[(A, "voilà c".encode())], of_value=value_swift)
write("versity-tabs", "Versity S3 Gateway keeps a tab behind a space.", ["reply server-header-tabs-kept"], versity, headers=[(A, b"a \tb")], of_value=value_versity)
write("versity-path", "Versity S3 Gateway signs the path as it was sent.", ["reply server-path-as-sent"], versity, path=b"/bkt/a(b)", of_path=lambda path: path)
write("versity-percent", "Versity S3 Gateway drops a parameter with a stray '%'.", ["reply server-query-percent-dropped"], versity, b"a=100%&b=3", of_query=query_go)
write("texts-of-somebody", "The server is not recognised, and its text is one that Swift makes.", ["reply server-query-last-value"], unknown, repeated, of_query=query_swift)
write("swift-no-secret", "Without a secret, the text still shows what Swift does.", ["reply server-query-last-value"], swift, repeated, verdict="unknown", lines=["no_credentials = true"], of_query=query_swift)

# Likely because the server is recognised.
write("ceph-last-header", "Ceph shows no text, and signs the last of two headers.", ["server server-header-last-only"], ceph, headers=[(A, b"1"), (A, b"2")])
write("ceph-tab", "Ceph keeps a lone tab.", ["server server-header-tab-kept"], ceph, headers=[(A, b"a\tb")])
write("weed-sorted-decoded", "SeaweedFS sorts names before they are encoded.", ["server server-query-sorted-decoded"], weed, indexed)
write("minio-values", "MinIO leaves repeated values in the order sent.", ["server server-query-values-as-sent"], minio, b"a=2&a=1")
# If only some versions of the server have a difference, recognising the server makes it possible, not likely.
names = [(A, b"1"), (A + "-b", b"2")]
write("ceph-names", "Ceph of 2017 sorted whole lines, and Ceph 16 does not.", ["request server-header-sorted-by-line"], ceph, headers=names)
write("ceph-values", "Ceph 16 takes the last of repeated values, and later ones leave them as sent.", ["request server-query-values-as-sent", "request server-query-last-value"], ceph, b"a=2&a=1")
# Any of several; this does not identify rclone.
write("rclone-semicolon", "A store that nobody can tell drops a parameter with a semicolon.", ["request server-query-as-sent", "request server-query-semicolon-dropped"], rclone, b"a=1;2&b=3")
# Refused in the server's own words.
garage = bare([], b"<Resource>/bkt</Resource><Region>us-east-1</Region>", "400 Bad Request", b"InvalidRequest", b"Bad request: duplicate query parameter: `a`")
write("garage-repeats", "Garage refuses a repeated parameter.", ["reply server-query-repeats-refused"], garage, repeated)

# Nothing: the server is known not to do so, the request is unaffected, or another secret is the reason.
write("weed-repeats", "SeaweedFS sorts repeated values as AWS does.", [], weed, b"a=2&a=1&b=3")
write("ceph-spaces", "Ceph folds spaces as AWS does.", [], ceph, headers=[(A, b"a  b"), ("x-amz-meta-b", b"1")])
write("swift-tab", "Swift folds a tab as AWS does.", [], bare([f"X-Openstack-Request-Id: {SWIFT_ID}"]), headers=[(A, b"a\tb")])
