"""Writes the cases of requests signed with a certificate's key: `python3 tests/explain/x509.py`, with `cryptography`.

This is an independent signer with deliberate mistakes: each case names its mistake and the expected diagnosis. It follows "The
IAM Roles Anywhere authentication signing process" in AWS's user guide, and shares no code with sigvet. The certificates and keys
are those in `crates/core/tests/x509/keys`, which openssl made.
"""

import base64
import hashlib
import json
import pathlib
import re

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils

HERE = pathlib.Path(__file__).parent
KEYS = HERE / "../../crates/core/tests/x509/keys"
CASES = HERE / "cases"
DATE, NOW = "20260301T120000Z", "20260301T120030Z"
HOST = "rolesanywhere.eu-west-1.amazonaws.com"
BODY = json.dumps({
    "durationSeconds": 3600,
    "profileArn": "arn:aws:rolesanywhere:eu-west-1:123456789012:profile/b2",
    "roleArn": "arn:aws:iam::123456789012:role/workload",
    "trustAnchorArn": "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/a1",
})


def certificate(name):
    return x509.load_pem_x509_certificate((KEYS / f"{name}.pem").read_bytes())


def der(name):
    return base64.b64encode(certificate(name).public_bytes(serialization.Encoding.DER)).decode()


def pem(name):
    return (KEYS / f"{name}.pem").read_text()


def key(name):
    return serialization.load_pem_private_key((KEYS / f"{name}.key").read_bytes(), None)


def sign(name, text, hash=hashes.SHA256(), padded=None):
    own, data = key(name), text if isinstance(text, bytes) else text.encode()
    if padded:
        numbers = own.private_numbers()
        size = numbers.public_numbers.n.bit_length() // 8
        return pow(int.from_bytes(padded(data, size), "big"), numbers.d, numbers.public_numbers.n).to_bytes(size, "big")
    if isinstance(own, ec.EllipticCurvePrivateKey):
        # Deterministic (RFC 6979), so that the cases are the same each time.
        return own.sign(data, ec.ECDSA(hash, deterministic_signing=True))
    return own.sign(data, padding.PKCS1v15(), hash)


def pss(data, size, salt=b"\x07" * 32):
    """EMSA-PSS (RFC 8017, 9.1.1) with a fixed salt, so that the cases are the same each time."""
    sha256 = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
    hashed = sha256(bytes(8), sha256(data), salt)
    block = bytes(size - len(salt) - len(hashed) - 2) + b"\x01" + salt
    mask = b"".join(sha256(hashed, counter.to_bytes(4, "big")) for counter in range(size // 32))
    masked = bytes(one ^ other for one, other in zip(block, mask))
    return bytes([masked[0] & 0x7F]) + masked[1:] + hashed + b"\xbc"


def request(name="rsa", *, path="/sessions", query="", signed_query=None, algorithm=None, serial=None, headers=None, drop=(),
            chain=None, signer=None, header=None, text=lambda text: text, write=lambda signature: signature.hex(),
            body=BODY, signed_body=None, date=DATE, scope_region="eu-west-1", hash=hashes.SHA256(), canonical=lambda text: text,
            signed_algorithm=None, unsigned=(), padded=None, key_name=None, service="rolesanywhere"):
    """A request as it arrives. The arguments choose what is signed differently from what is sent."""
    signer = signer or key_name or name
    kind = "ECDSA" if isinstance(key(key_name or name), ec.EllipticCurvePrivateKey) else "RSA"
    algorithm = algorithm or f"AWS4-X509-{kind}-SHA256"
    fields = {"host": HOST, "content-type": "application/json", "x-amz-date": date, "x-amz-x509": header or der(name)}
    if chain:
        fields["x-amz-x509-chain"] = ",".join(der(link) for link in chain)
    fields.update(headers or {})
    for gone in drop:
        del fields[gone]
    names = ";".join(sorted(set(fields) - set(unsigned)))
    lines = "".join(f"{name}:{' '.join(fields[name].split())}\n" for name in names.split(";"))
    payload = hashlib.sha256((body if signed_body is None else signed_body).encode()).hexdigest()
    sorted_query = "&".join(sorted(query.split("&"))) if query else ""
    canonical_request = canonical(
        f"POST\n{path}\n{sorted_query if signed_query is None else signed_query}\n{lines}\n{names}\n{payload}"
    )
    scope = f"{date[:8]}/{scope_region}/{service}/aws4_request"
    hashed = hashlib.sha256(canonical_request.encode()).hexdigest()
    string_to_sign = text(f"{signed_algorithm or algorithm}\n{date}\n{scope}\n{hashed}")
    signature = write(sign(signer, string_to_sign, hash, padded))
    serial = serial or str(certificate(name).serial_number)
    sent_scope = f"{date[:8]}/eu-west-1/{service}/aws4_request"
    fields["authorization"] = (
        f"{algorithm} Credential={serial}/{sent_scope}, SignedHeaders={names}, Signature={signature}"
    )
    target = path + (f"?{query}" if query else "")
    head = f"POST {target} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{head}content-length: {len(body)}\r\n\r\n{body}".encode()


def case(name, what, request, *expect, judged="invalid", proof=None, now=NOW, reply=None, verdict=None):
    folder = CASES / f"x509-{name}"
    folder.mkdir(exist_ok=True)
    quoted = ", ".join(json.dumps(id) for id in expect)
    verdict = verdict or ("invalid" if expect else "valid")
    text = [f'what = "{what}"', f'now = "{now}"', f"expect = [{quoted}]", f'verdict = "{verdict}"', f'judged = "{judged}"']
    text += [f'proof = "{proof}"'] if proof else []
    if reply:
        (folder / "reply.http").write_bytes(reply)
    (folder / "request.http").write_bytes(request)
    text += ["no_credentials = true", "", "[credentials]", 'access_key_id = "AKIAIOSFODNN7EXAMPLE"']
    text += ['secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"']
    (folder / "case.toml").write_text("\n".join(text) + "\n")


def reproduced(name, what, request, *expect):
    case(name, what, request, *expect, proof="reproduced")


def observed(name, what, request, *expect, **more):
    case(name, what, request, *expect, proof="observed", **more)


def valid(name, what, request):
    case(name, what, request, judged="valid")


def raw(signature):
    r, s = utils.decode_dss_signature(signature)
    length = 66 if len(signature) > 120 else 48 if len(signature) > 90 else 32
    return (r.to_bytes(length, "big") + s.to_bytes(length, "big")).hex()


valid("valid-rsa", "A request as it should be, by an RSA key.", request("rsa"))
valid("valid-p256", "A request as it should be, by a key on P-256, with its chain.", request("p256", chain=["middle"]))
valid("valid-p521", "A request as it should be, by a key on P-521.", request("p521", chain=["middle"]))
reproduced("signature-raw-p521", "r and s of P-521 one after the other.", request("p521", write=raw), "signature-form")
valid("valid-p384", "A request as it should be, by a key on P-384.", request("p384", chain=["middle", "root"]))

observed("certificate-missing", "The certificate was neither sent nor signed.", request(drop=["x-amz-x509"]), "certificate-missing")
observed("certificate-pem", "The PEM file was sent on one line, and signed so.", request(header=pem("rsa").replace("\n", "")), "certificate-form")
observed("certificate-pem-escaped", "The PEM file was sent with backslash-n.", request(header=pem("p256").replace("\n", "\\n"), name="p256"), "certificate-form")
observed("certificate-url-base64", "The base64 of URLs was sent.", request(header=der("rsa").replace("+", "-").replace("/", "_")), "certificate-form")
observed("certificate-pem-encoded", "The PEM file itself was encoded.", request(header=base64.b64encode(pem("rsa").encode()).decode()), "certificate-form")
late, early = "20370301T120000Z", "20251231T120000Z"
case("certificate-expired", "The certificate ended a year ago.", request(date=late), "certificate-expired", proof="time", now=late)
case("certificate-early", "The certificate begins tomorrow.", request(date=early), "certificate-not-yet-valid", proof="time", now=early)
observed("certificate-ca", "The certificate of the CA signs by itself.", request("middle"), "certificate-unsuitable")
observed("certificate-spaced", "A header was folded, so that a space stands in the base64.", request(header=f"{der('rsa')[:70]} {der('rsa')[70:]}"), "certificate-form")
observed("certificate-joined", "Certificate and issuer are one base64.", request(header=base64.b64encode(b"".join(certificate(name).public_bytes(serialization.Encoding.DER) for name in ("rsa", "middle"))).decode()), "certificate-form")
observed("certificate-sha1", "The CA signed the certificate with SHA-1.", request("sha1", key_name="rsa"), "certificate-unsuitable")
observed("certificate-self-signed", "The certificate vouches for itself.", request("selfie", key_name="p256"), "certificate-unsuitable")
observed("chain-six", "The chain has six certificates.", request(chain=["middle", "root", "root", "root", "root", "root"]), "chain-too-long")
observed("algorithm-hmac", "The algorithm of secret access keys beside a certificate.", request("rsa", algorithm="AWS4-HMAC-SHA256"), "algorithm-not-of-key")
observed("algorithm-rsa", "The algorithm was taken from the issuer, which has an EC key.", request("rsa", algorithm="AWS4-X509-ECDSA-SHA256"), "algorithm-not-of-key")
observed("algorithm-ecdsa", "The algorithm of RSA beside an EC key.", request("p256", algorithm="AWS4-X509-RSA-SHA256"), "algorithm-not-of-key")
observed("serial-hex", "The serial number as openssl shows it.", request(serial=f"{certificate('rsa').serial_number:X}"), "credential-not-serial")
colons = re.sub("(..)(?=.)", r"\1:", f"{certificate('p256').serial_number:x}")
observed("serial-colons", "The serial number as browsers show it.", request("p256", serial=colons), "credential-not-serial")
observed("serial-zeros", "The serial number with leading zeros.", request("p384", serial="0017"), "credential-not-serial")
observed("serial-issuer", "The serial number of the intermediate certificate.", request(serial="77", chain=["middle"]), "credential-not-serial")
observed("chain-unsigned", "The chain was added after signing.", request(chain=["middle"], unsigned=["x-amz-x509-chain"]), "header-amz-unsigned")

observed("service", "Signed for STS, which the host is not.", request(service="sts"), "scope-service", judged="invalid")
observed("signature-changed", "A bit of the signature was changed.", request("rsa", write=lambda signature: bytes([signature[0] ^ 1, *signature[1:]]).hex()), "signature-not-of-key")
observed("signature-longer", "The signature is twice as long as the key.", request("rsa", write=lambda signature: 2 * signature.hex()), "signature-not-of-key")
observed("padding-pss", "The signature is padded with PSS.", request("rsa", padded=pss), "signature-padding")
observed("signature-cut", "Only the beginning of the signature was copied.", request("rsa", write=lambda signature: signature.hex()[:40]), "signature-form")
observed("signature-cut-ecdsa", "Only the beginning of the signature was copied, on P-256.", request("p256", write=lambda signature: signature.hex()[:40]), "signature-form")
reproduced("key-of-chain", "The key of the intermediate certificate signed.", request("p256", chain=["middle"], signer="middle"), "key-not-of-certificate")
reproduced("hashed-rsa", "The hash of the string to sign was signed.", request("rsa", text=lambda text: hashlib.sha256(text.encode()).digest()), "string-to-sign-hashed")
reproduced("hashed-hex", "The hash in hex was signed, on P-384.", request("p384", text=lambda text: hashlib.sha256(text.encode()).hexdigest()), "string-to-sign-hashed")
observed("hash-sha384", "Signed with SHA-384.", request("rsa", hash=hashes.SHA384()), "signature-hash")
reproduced("hash-sha384-p384", "Signed with SHA-384, which has the length of the curve, P-384.", request("p384", hash=hashes.SHA384()), "signature-hash")
reproduced("hash-sha512-p521", "Signed with SHA-512, on P-521.", request("p521", hash=hashes.SHA512()), "signature-hash")
reproduced("hash-sha1-p384", "Signed with SHA-1, which is shorter than half of the curve, P-384.", request("p384", hash=hashes.SHA1()), "signature-hash")
seen = []
canonical = {"canonical": lambda text: seen.append(text) or text, "text": lambda text: seen.pop()}
reproduced("canonical-rsa", "The canonical request itself was signed.", request("rsa", **canonical), "canonical-request-signed")
reproduced("canonical-p256", "The canonical request itself was signed, on P-256.", request("p256", **canonical), "canonical-request-signed")
observed("signature-short-p384", "The last byte of the signature is missing, on P-384.", request("p384", write=lambda signature: signature.hex()[:-2]), "signature-form")
reproduced("signature-raw", "r and s one after the other, as WebCrypto and JOSE have them.", request("p256", write=raw), "signature-form")
reproduced("signature-raw-p384", "r and s of P-384 one after the other.", request("p384", write=raw), "signature-form")
reproduced("signature-base64", "The signature in base64.", request("rsa", write=lambda signature: base64.b64encode(signature).decode()), "signature-form")
reproduced("signature-base64-ecdsa", "The signature of ECDSA in base64.", request("p256", write=lambda signature: base64.b64encode(signature).decode()), "signature-form")
reproduced("signature-upper", "The signature in uppercase.", request("rsa", write=lambda signature: signature.hex().upper()), "signature-form")

query = "roleArn=r&profileArn=p"
reproduced("query-unsorted", "The query was signed in the order sent.", request("rsa", query=query, signed_query=query), "query-unsorted")
reproduced("query-unsorted-ecdsa", "The query was signed in the order sent, on P-256.", request("p256", query=query, signed_query=query), "query-unsorted")
reproduced("payload-empty", "The hash of no body was signed.", request("rsa", signed_body=""), "payload-empty-hash")
reproduced("algorithm-signed", "The string to sign begins as that of Version 4.", request("rsa", signed_algorithm="AWS4-HMAC-SHA256"), "string-to-sign-form")
reproduced("region", "The string to sign names another region than the credential.", request("rsa", scope_region="us-east-1"), "scope-region")
reproduced("newline", "A newline stands behind the string to sign.", request("p384", text=lambda text: text + "\n"), "canonical-newlines")
reproduced("two-mistakes", "The query was not sorted, and the hash of no body signed.", request("rsa", query=query, signed_query=query, signed_body=""), "query-unsorted", "payload-empty-hash")


def refusal(message):
    body = json.dumps({"message": message})
    return (
        "HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nx-amzn-ErrorType: AccessDeniedException\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


# The message is from https://github.com/aws/rolesanywhere-credential-helper/issues/108.
untrusted = refusal("Untrusted Signing Certificate")
case("untrusted", "The trust anchor is another CA's.", request(chain=["middle"]), "certificate-untrusted", judged="valid", proof="server", reply=untrusted)
case("chain-order", "The root stands before the intermediate certificate.", request(chain=["root", "middle"]), "chain-order", judged="valid", proof="server", reply=untrusted)
case("chain-leaf", "The chain begins with the certificate itself.", request(chain=["rsa", "middle"]), "chain-order", judged="valid", proof="server", reply=untrusted)
case("chain-broken", "The intermediate certificate has the right name, and another key.", request(chain=["middle-other"]), "chain-broken", judged="valid", proof="server", reply=untrusted)
case("chain-expired", "The intermediate certificate has expired.", request(chain=["middle-expired", "root"]), "chain-broken", judged="valid", proof="server", reply=untrusted)
