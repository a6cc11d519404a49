"""Makes the cases `printed-*`: one request as terminals, logs and programs show it, signed with the path encoded twice.

The signer is independent, written from the specification; run it in this folder: python3 printed.py
"""

import hashlib
import hmac
import json
from pathlib import Path

KEY, SECRET = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
DATE, REGION, HOST, PATH = "20250915T120000Z", "eu-west-1", "examplebucket.s3.eu-west-1.amazonaws.com", "/a%20b.txt"
EMPTY = hashlib.sha256(b"").hexdigest()
URL = f"https://{HOST}{PATH}"


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def authorization():
    scope = f"{DATE[:8]}/{REGION}/s3/aws4_request"
    names = "host;x-amz-content-sha256;x-amz-date"
    lines = ["GET", PATH.replace("%", "%25"), "", f"host:{HOST}", f"x-amz-content-sha256:{EMPTY}", f"x-amz-date:{DATE}"]
    canonical = "\n".join([*lines, "", names, EMPTY])
    key = f"AWS4{SECRET}".encode()
    for part in scope.split("/"):
        key = mac(key, part)
    text = "\n".join(["AWS4-HMAC-SHA256", DATE, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = mac(key, text).hex()
    return f"AWS4-HMAC-SHA256 Credential={KEY}/{scope}, SignedHeaders={names}, Signature={signature}"


PAIRS = [("x-amz-content-sha256", EMPTY), ("x-amz-date", DATE), ("authorization", authorization())]
LINES = [f"GET {PATH} HTTP/1.1", f"Host: {HOST}", *(f"{name}: {value}" for name, value in PAIRS), "", ""]


def each(around):
    return "\n".join(around(line) for line in LINES) + "\n"


FORMS = {
    "compose": ("Docker Compose writes the name of the service before each line.", each(lambda line: f"app-1  | {line}")),
    "cri": ("Kubernetes writes a time and the stream before each line.", each(lambda line: f"2025-09-15T12:00:00.1Z stdout F {line}")),
    "colours": ("A terminal's colours were copied too.", each(lambda line: f"\x1b[36m{line}\x1b[0m")),
    "json": ("A structured log has the dump as a string.", json.dumps({"level": "debug", "dump": "\r\n".join(LINES)}) + "\n"),
    "csv": ("CloudWatch exports a table with a column of messages.", "timestamp,message\n1757937600000,\"" + "\n".join(LINES) + "\"\n"),
    "nginx": (
        "The debug log of nginx has each header in a line of its own.",
        "".join(
            [f'2025/09/15 12:00:00 [debug] 7#7: *1 http request line: "{LINES[0]}"\n']
            + [f'2025/09/15 12:00:00 [debug] 7#7: *1 http header: "{line}"\n' for line in LINES[1:-2]]
        ),
    ),
    "envoy": (
        "Envoy's debug log has names and values in quotes.",
        "[debug][http] request headers complete (end_stream=true):\n"
        + "".join(f"'{name}', '{value}'\n" for name, value in [(":authority", HOST), (":path", PATH), (":method", "GET"), *PAIRS]),
    ),
    "go": (
        "Go prints a request with %v.",
        f"&{{Method:GET URL:{URL} Proto:HTTP/1.1 Header:map[{' '.join(f'{name.title()}:[{value}]' for name, value in PAIRS)}] Host:{HOST}}}\n",
    ),
    "rust": (
        "Rust prints a request with {:?}.",
        f"Request {{ method: GET, uri: {URL}, headers: {{{', '.join(f'{json.dumps(name)}: {json.dumps(value)}' for name, value in PAIRS)}}} }}\n",
    ),
    "powershell": (
        "Chrome copies a request for PowerShell.",
        f'Invoke-WebRequest -UseBasicParsing -Uri "{URL}" `\n-Headers @{{\n'
        + "".join(f'"{name}"="{value}"\n' for name, value in PAIRS)
        + "}\n",
    ),
    "fetch": (
        "Chrome copies a request as a call of fetch.",
        f'fetch("{URL}", {{\n  "headers": {json.dumps(dict(PAIRS), indent=4)},\n  "body": null,\n  "method": "GET"\n}});\n',
    ),
    "okhttp": (
        "OkHttp's interceptor has an arrow and the whole URL.",
        f"--> GET {URL} http/1.1\n" + "".join(f"{name}: {value}\n" for name, value in PAIRS) + "--> END GET\n",
    ),
}

for name, (what, text) in FORMS.items():
    folder = Path(__file__).parent / "cases" / f"printed-{name}"
    folder.mkdir(exist_ok=True)
    (folder / "request.http").write_text(text, newline="")
    (folder / "case.toml").write_text(
        f'what = "{what}"\nnow = "20250915T120030Z"\nexpect = ["path-double-encoded"]\nverdict = "invalid"\nproof = "reproduced"\n'
        f'\n[credentials]\naccess_key_id = "{KEY}"\nsecret_access_key = "{SECRET}"\n'
    )
