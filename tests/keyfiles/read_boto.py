"""Prints what boto 2 reads from the file in BOTO_CONFIG: the key of each section, and the host that it would connect to."""
import json

from boto.provider import Provider
from boto.s3.connection import S3Connection

found = {}
for name, profile in [("Credentials", None), ("work", "work")]:
    provider = Provider("aws", profile_name=profile)
    connection = S3Connection(profile_name=profile)
    scheme = "https" if connection.is_secure else "http"
    found[name] = {
        "id": provider.access_key,
        "secret": provider.secret_key,
        "token": provider.security_token,
        "url": "%s://%s%s" % (scheme, connection.server_name(), connection.get_path("/bucket/key")),
        "bucket_host": connection.calling_format.build_host(connection.server_name(), "bucket"),
    }
print(json.dumps(found, indent=2, sort_keys=True))
