"""Writes `requests.json`: `python3 crates/core/tests/x509/make.py`, with `iam-rolesanywhere-session` (awslabs) and openssl.

openssl makes the certificates and keys in `keys/`, unless they exist. awslabs' own library signs the requests with its clock
frozen; it uses botocore's canonicalization and the signatures of `cryptography`. openssl then checks each signature with the
key of the certificate, so the file contains only what two programs agree on.
"""

import base64
import datetime
import json
import pathlib
import subprocess
import tempfile

import iam_rolesanywhere_session.iam_rolesanywhere_session as library
from botocore.awsrequest import AWSRequest

HERE = pathlib.Path(__file__).parent
KEYS = HERE / "keys"
NOW = datetime.datetime(2026, 3, 1, 12, 0, 0, tzinfo=datetime.timezone.utc)
SERIALS = {"rsa": "0x5f3a9c0b1d2e4f60718293a4b5c6d7e8f9012345", "p256": "0xa0b1c2d3e4f5061728394a5b6c7d8e9f00112233", "p384": "17", "p521": "0x7f0e1d2c3b4a59687786950a1b2c3d4e5f607182"}
VALIDITY = ["20260101000000Z", "20360101000000Z"]


def openssl(*words, stdin=None):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True, input=stdin).stdout


def make_keys():
    curve = {"root": "prime256v1", "middle": "prime256v1", "p256": "prime256v1", "p384": "secp384r1", "p521": "secp521r1", "stranger": "prime256v1"}
    for name, named in curve.items():
        if (KEYS / f"{name}.key").exists():
            continue
        openssl("ecparam", "-name", named, "-genkey", "-noout", "-out", KEYS / f"{name}.key")
    if not (KEYS / "rsa.key").exists():
        openssl("genrsa", "-traditional", "-out", KEYS / "rsa.key", 2048)
    if not (KEYS / "exponent3.key").exists():
        openssl("genrsa", "-3", "-traditional", "-out", KEYS / "exponent3.key", 2048)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "ca.cnf").write_text(
            "[ca]\ndefault_ca = x\n[x]\npolicy = p\nunique_subject = no\nemail_in_dn = no\n"
            f"database = {folder}/index\nnew_certs_dir = {folder}\ndefault_md = sha256\nserial = {folder}/serial\n"
            "[p]\ncommonName = supplied\n"
            "[authority]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign\n"
            "[authority0]\nbasicConstraints = critical,CA:TRUE,pathlen:0\nkeyUsage = critical,keyCertSign\n"
            "[mute]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,digitalSignature\n"
            "[odd]\nbasicConstraints = critical,CA:TRUE\nkeyUsage = critical,keyCertSign\n1.2.3.4 = critical,DER:05:00\n"
            "[leaf]\nbasicConstraints = critical,CA:FALSE\nkeyUsage = critical,digitalSignature\nextendedKeyUsage = clientAuth\n"
        )
        middle = "Test Intermediate"
        names = {"root": "Test Root", "middle": middle, "sha1": "rsa"}
        # More certificates with the name of the intermediate one, each with one fault.
        names.update(dict.fromkeys(["middle-expired", "middle-leaf", "middle-mute", "middle-odd", "middle-other", "below-above"], middle))
        names["above"] = "Test Upper"
        keys = {"expired": "rsa", "sha1": "rsa", "selfie": "p256", "middle-other": "stranger", "above": "stranger"}
        keys.update(dict.fromkeys(["middle-expired", "middle-leaf", "middle-mute", "middle-odd", "below-above"], "middle"))
        ended = ("expired", "middle-expired")
        for name, issuer, extensions, serial in [
            ("root", "root", "authority", "1"),
            ("middle", "root", "authority", "77"),
            *((name, "middle", "leaf", serial) for name, serial in SERIALS.items()),
            ("expired", "middle", "leaf", "5"),
            ("sha1", "middle", "leaf", "6"),
            ("selfie", "selfie", "leaf", "7"),
            ("middle-expired", "root", "authority", "71"),
            ("middle-leaf", "root", "leaf", "72"),
            ("middle-mute", "root", "mute", "73"),
            ("middle-odd", "root", "odd", "74"),
            ("middle-other", "root", "authority", "75"),
            # An intermediate certificate below one with pathlen:0.
            ("above", "root", "authority0", "76"),
            ("below-above", "above", "authority", "78"),
        ]:
            if (KEYS / f"{name}.pem").exists():
                continue
            own_key = KEYS / f"{keys.get(name, name)}.key"
            end = "20260201000000Z" if name in ended else VALIDITY[1]
            (folder / "index").write_text("")
            digits = f"{int(serial, 0):x}"
            (folder / "serial").write_text("0" * (len(digits) % 2) + digits)
            request = folder / f"{name}.csr"
            openssl("req", "-new", "-key", own_key, "-subj", f"/CN={names.get(name, name)}", "-out", request)
            own = ["-selfsign"] if issuer == name else ["-cert", KEYS / f"{issuer}.pem"]
            own += ["-md", "sha1"] if name == "sha1" else []
            validity = ["-startdate", VALIDITY[0], "-enddate", end]
            openssl("ca", "-batch", "-notext", "-config", folder / "ca.cnf", "-extensions", extensions, *validity, *own,
                    "-keyfile", KEYS / f"{keys.get(issuer, issuer)}.key", "-in", request, "-out", KEYS / f"{name}.pem")


def make_issuers():
    """Makes self-signed CA certificates, each with a different algorithm. Their keys are discarded."""
    rsa, pss = ["-newkey", "rsa:2048"], ["-sigopt", "rsa_padding_mode:pss", "-sigopt"]
    curve = lambda name: ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{name}"]
    kinds = {
        "rsa-sha256": [*rsa, "-sha256"],
        "rsa-sha384": [*rsa, "-sha384"],
        "rsa-sha512": [*rsa, "-sha512"],
        "pss-sha256": [*rsa, "-sha256", *pss, "rsa_pss_saltlen:digest"],
        "pss-sha384": [*rsa, "-sha384", *pss, "rsa_pss_saltlen:digest"],
        "pss-sha512": [*rsa, "-sha512", *pss, "rsa_pss_saltlen:digest"],
        "p256-sha512": [*curve("P-256"), "-sha512"],
        "p384-sha256": [*curve("P-384"), "-sha256"],
        "p384-sha384": [*curve("P-384"), "-sha384"],
        "p521-sha256": [*curve("P-521"), "-sha256"],
        "p521-sha512": [*curve("P-521"), "-sha512"],
        "ed25519": ["-newkey", "ed25519"],
        # sigvet does not support these.
        "pss-salt20": [*rsa, "-sha256", *pss, "rsa_pss_saltlen:20"],
        "rsa1024": ["-newkey", "rsa:1024", "-sha256"],
        "ed448": ["-newkey", "ed448"],
        "p224": [*curve("P-224"), "-sha256"],
        "sha1": [*rsa, "-sha1"],
    }
    (KEYS / "issuers").mkdir(exist_ok=True)
    for name, words in kinds.items():
        path = KEYS / "issuers" / f"{name}.pem"
        if not path.exists():
            openssl("req", "-x509", "-nodes", "-keyout", "/dev/null", "-days", 3650, "-subj", f"/CN={name}", "-out", path, *words)


class Frozen(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW.astimezone(tz)

    @classmethod
    def utcnow(cls):
        return NOW.replace(tzinfo=None)


def signed(name, chain, url, body):
    signer = library.IAMRolesAnywhereSigner(
        certificate=str(KEYS / f"{name}.pem"),
        private_key=str(KEYS / f"{name}.key"),
        certificate_chain=str(KEYS / "middle.pem") if chain else None,
        region="eu-west-1",
    )
    request = AWSRequest(method="POST", url=url, data=json.dumps(body))
    texts = {}
    canonical, to_sign = signer.canonical_request, signer.string_to_sign
    signer.canonical_request = lambda request: texts.setdefault("canonical_request", canonical(request))
    signer.string_to_sign = lambda request, text: texts.setdefault("string_to_sign", to_sign(request, text))
    signer.add_auth(request)
    signature = request.headers["Authorization"].rpartition("Signature=")[2]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "key").write_bytes(openssl("x509", "-in", KEYS / f"{name}.pem", "-noout", "-pubkey"))
        (folder / "signature").write_bytes(bytes.fromhex(signature))
        openssl("dgst", "-sha256", "-verify", folder / "key", "-signature", folder / "signature",
                stdin=texts["string_to_sign"].encode())
    # Only the headers that the signer adds; those that the client adds when sending are not signed.
    headers = [[key, value] for key, value in request.headers.items()]
    body = request.data.decode() if isinstance(request.data, bytes) else request.data
    return {"name": name, "chain": chain, "url": url, "headers": headers, "body": body, **texts, "signature": signature}


def main():
    KEYS.mkdir(exist_ok=True)
    make_keys()
    make_issuers()
    library.datetime = Frozen
    import botocore.auth
    botocore.auth.get_current_datetime = lambda: NOW.replace(tzinfo=None)
    arns = {
        "durationSeconds": 3600,
        "profileArn": "arn:aws:rolesanywhere:eu-west-1:123456789012:profile/b2",
        "roleArn": "arn:aws:iam::123456789012:role/workload",
        "trustAnchorArn": "arn:aws:rolesanywhere:eu-west-1:123456789012:trust-anchor/a1",
    }
    url = "https://rolesanywhere.eu-west-1.amazonaws.com/sessions"
    requests = [signed(name, chain, url, arns) for name in SERIALS for chain in (False, True)]
    requests.append(signed("rsa", True, url + "?roleArn=a%2Fb&profileArn=c", {}))
    (HERE / "requests.json").write_text(json.dumps(requests, indent=1) + "\n")


main()
