"""Asks the real psql as which user, and to which host and port, it connects. Prints psql.json.

Run: python3 psql.py > psql.json

The shell lines have {A} and {B} for two hosts, {P} and {Q} for two ports, {T} for the password. Here, the hosts are two
addresses of this machine, with a server that accepts any password; the test puts endpoints of RDS in their place.
"""

import json
import socket
import struct
import subprocess
import threading

A, B, P, Q = "127.0.0.1", "127.0.0.2", 19432, 19433
LINES = [
    "PGPASSWORD={T} psql -h {A} -p {P} -U app x",
    "PGPASSWORD={T} psql -h {A} -p {P} -U other x",
    "PGPASSWORD={T} psql -h {A} -p {P} x other",
    "PGPASSWORD={T} psql -h {A} -p {P} -U app x other",
    "PGPASSWORD={T} psql -h {A} -p {P} -d x other",
    "PGPASSWORD={T} psql -h{A} -p{P} -qAtUother x",
    "PGPASSWORD={T} psql -h {B} -h {A} -p {P} -U other -U app x",
    "PGUSER=other PGPASSWORD={T} psql 'postgresql://app@{A}:{P}/x'",
    "PGUSER=other PGPASSWORD={T} psql 'host={A} port={P} user=app dbname=x'",
    "PGPASSWORD={T} psql -U other 'postgresql://app@{A}:{P}/x'",
    "PGPASSWORD={T} psql -U other 'host={A} port={P} user=app dbname=x'",
    "PGPASSWORD={T} psql -h {B} 'postgresql://app@{A}:{P}/x'",
    "PGPASSWORD={T} psql -p {Q} 'postgresql://app@{A}:{P}/x'",
    "PGPASSWORD={T} psql -U other -d 'postgresql://{A}:{P}/x'",
    "PGPORT={Q} PGPASSWORD={T} psql 'postgresql://app@{A}:{P}/x'",
    "PGPORT={Q} PGPASSWORD={T} psql -h {A} -U app x",
    "PGHOST={B} PGPORT={P} PGUSER=other PGPASSWORD={T} psql x",
    "PGHOST={B} PGPORT={P} PGUSER=other PGPASSWORD={T} psql -h {A} -U app x",
    "PGPORT={P} PGPASSWORD={T} psql 'postgresql://app@{A}/x?user=other'",
    "PGPASSWORD={T} psql 'postgresql://app@{A}:{P}/x?port={Q}'",
    "PGPASSWORD={T} psql 'postgresql://app@{A}:{P}/x?host={B}'",
    "psql 'host={A} port={P} user=other user=app password={T}'",
    "psql 'host={A} hostaddr={B} port={Q} user=app password={T}'",
    "PGHOST={A} PGHOSTADDR={B} PGPORT={Q} PGUSER=app PGPASSWORD={T} psql x",
    "PGHOSTADDR={B} PGPASSWORD={T} psql -h {A} -p {Q} -U other x",
    "PGHOSTADDR={B} PGPASSWORD={T} psql 'postgresql://app@{A}:{Q}/x'",
    "export PGUSER=other\nexport PGPASSWORD={T}\npsql 'postgresql://app@{A}:{P}/x'",
    "export PGUSER=other PGPORT={P}\nexport PGPASSWORD={T}\npsql -h {A} x",
    "export PGUSER=other\npsql 'host={A} port={P} password={T} dbname=x'",
]
seen = []


def message(kind, content):
    return kind + struct.pack(">I", len(content) + 4) + content


def serve(listener):
    while True:
        connection, _ = listener.accept()
        while True:
            size = struct.unpack(">I", connection.recv(4))[0]
            content = connection.recv(size - 4)
            if struct.unpack(">I", content[:4])[0] in (80877103, 80877104):
                connection.send(b"N")
                continue
            words = content[4:].split(b"\0")
            user = dict(zip(words[::2], words[1::2]))[b"user"].decode()
            seen.append((user, *connection.getsockname()))
            version = message(b"S", b"server_version\x0015.0\0")
            connection.send(message(b"R", struct.pack(">I", 0)) + version + message(b"Z", b"I"))
            break


for host in (A, B):
    for port in (P, Q):
        listener = socket.create_server((host, port))
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
found = []
for line in LINES:
    values = {"A": A, "B": B, "P": P, "Q": Q, "T": "secret"}
    command = line.format(**values).replace("psql ", "psql -X -c '\\echo :HOST' ")
    done = subprocess.run(
        ["sh", "-c", command], env={"PATH": "/usr/bin:/bin", "HOME": "/nonexistent"}, capture_output=True, text=True, check=True
    )
    user, address, port = seen.pop()
    host = done.stdout.strip()
    names = {A: "{A}", B: "{B}", P: "{P}", Q: "{Q}"}
    found.append({"line": line, "user": user, "host": names[host], "port": names[port], "is_tunnel": host != address})
print(json.dumps({"psql": subprocess.check_output(["psql", "--version"], text=True).strip(), "logins": found}, indent=1))
