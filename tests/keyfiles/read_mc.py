"""Prints the keys that MinIO's library finds in mc's files."""
import json
import sys

from minio.credentials.providers import MinioClientConfigProvider

found = {}
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    for alias in config.get("aliases") or config["hosts"]:
        key = MinioClientConfigProvider(path, alias).retrieve()
        found.setdefault(path, {})[alias] = {"id": key.access_key, "secret": key.secret_key}
print(json.dumps(found, indent=2, sort_keys=True))
