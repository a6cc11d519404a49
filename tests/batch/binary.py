"""Writes binary.json: files that are no text, in base64, each made by the library for its format from the same few keys.

Run with a Python that has cramjam, fastavro, pyarrow and duckdb: `python tests/batch/binary.py`.
"""

import base64
import bz2
import gzip
import io
import json
import lzma
import pathlib
import tempfile
import zipfile

import cramjam
import duckdb
import fastavro
import pyarrow
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet

KEYS = ["a", "b/c", "50%.png"]
TEXT = "\n".join(["key", *KEYS, ""]).encode()


def written(write):
    out = io.BytesIO()
    write(out)
    return out.getvalue()


def of_zip(out):
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("keys.csv", TEXT)


def of_duckdb():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "keys.parquet")
        duckdb.sql(f"COPY (SELECT unnest({KEYS}) AS key) TO '{path}'")
        return path.read_bytes()


table = pyarrow.table({"key": KEYS})
schema = {"type": "record", "name": "r", "fields": [{"name": "key", "type": "string"}]}
files = {
    "gzip": gzip.compress(TEXT, mtime=0),
    "bzip2": bz2.compress(TEXT),
    "bzip2 of nothing": bz2.compress(b""),
    "xz": lzma.compress(TEXT),
    "zip": written(of_zip),
    "zstd": bytes(cramjam.zstd.compress(TEXT)),
    "lz4": bytes(cramjam.lz4.compress(TEXT)),
    "Snappy": bytes(cramjam.snappy.compress(TEXT)),
    "Parquet": written(lambda out: pyarrow.parquet.write_table(table, out)),
    "Parquet by DuckDB": of_duckdb(),
    "ORC": written(lambda out: pyarrow.orc.write_table(table, out)),
    "Arrow": written(lambda out: pyarrow.feather.write_feather(table, out)),
    "Avro": written(lambda out: fastavro.writer(out, schema, [{"key": key} for key in KEYS])),
}
text = json.dumps({name: base64.b64encode(data).decode() for name, data in files.items()}, indent=1) + "\n"
pathlib.Path(__file__).with_name("binary.json").write_text(text)
