"""Passes each token format to its client, and checks that the client sends the bare token. Run by clients.rs."""

import json
import os
import subprocess

import confluent_kafka
import psycopg.conninfo
import redis
import sqlalchemy
from kafka.net.sasl.oauth import AbstractTokenProvider, SaslMechanismOAuth

DATABASE = ["rds", "--host", "db.abcdefghijkl.eu-central-1.rds.amazonaws.com", "--user", "jane:d@e/f"]
CACHE = ["elasticache", "--host", "master.my-cache.abc123.euw1.cache.amazonaws.com", "--user", "iam-user"]


def sigvet(*words):
    return subprocess.run([os.environ["SIGVET"], "token", *words], check=True, capture_output=True, text=True).stdout.removesuffix("\n")


def printed(words, form):
    """The bare token and the formatted token, both for the same time."""
    words = [*words, "--date", "20260301T101112Z"]
    return sigvet(*words), sigvet(*words, "--as", form)


def equal(presented, expected):
    assert presented == expected, f"{presented!r} is not {expected!r}"


def libpq():
    token, uri = printed([*DATABASE, "--port", "5432", "--database", "d b"], "uri")
    found = psycopg.conninfo.conninfo_to_dict(uri)
    equal((found["user"], found["password"], found["dbname"]), ("jane:d@e/f", token, "d b"))
    equal((found["host"], str(found["port"]), found["sslmode"]), (DATABASE[2], "5432", "require"))


def alchemy():
    for port, scheme in [("5432", "postgresql"), ("3306", "mysql")]:
        token, uri = printed([*DATABASE, "--port", port, "--database", "d"], "uri")
        url = sqlalchemy.make_url(uri)
        equal((url.drivername, url.username, url.password), (scheme, "jane:d@e/f", token))
        equal((url.host, str(url.port), url.database), (DATABASE[2], port, "d"))


def redis_py():
    for cache in [CACHE, ["memorydb", "--host", "clustercfg.my-db.abc123.memorydb.eu-west-1.amazonaws.com", "--user", "u"]]:
        token, uri = printed(cache, "uri")
        pool = redis.ConnectionPool.from_url(uri)
        found = pool.connection_kwargs
        equal((found["username"], found["password"], found["host"], found["port"]), (cache[4], token, cache[2], 6379))
        equal(pool.connection_class, redis.SSLConnection)


def kafka_python():
    class Provider(AbstractTokenProvider):
        def token(self):
            return json.loads(self.printed)["access_token"]

    token, Provider.printed = printed(["msk", "--region", "eu-west-1"], "oauthbearer")
    sent = SaslMechanismOAuth(sasl_oauth_token_provider=Provider()).auth_bytes()
    equal(sent, f"n,,\x01auth=Bearer {token}\x01\x01".encode())


def librdkafka():
    """librdkafka rejects a token that has expired or that does not fit in a message; the client then waits in vain for another."""

    def is_taken(spoil):
        asked = []

        def oauth_cb(_):
            asked.append(True)
            found = spoil(json.loads(sigvet("msk", "--region", "eu-west-1", "--as", "oauthbearer")))
            return found["access_token"], found["expires_at_ms"] / 1000, found["principal"], {}

        settings = {"bootstrap.servers": "127.0.0.1:1", "security.protocol": "SASL_PLAINTEXT", "log_level": 0}
        try:
            confluent_kafka.Producer(settings | {"sasl.mechanisms": "OAUTHBEARER", "oauth_cb": oauth_cb})
        except confluent_kafka.KafkaException as error:
            assert "token" in str(error), error
            return False
        assert asked, "librdkafka asked for no token"
        return True

    assert is_taken(lambda found: found)
    assert not is_taken(lambda found: found | {"expires_at_ms": 1000})


for check in (libpq, alchemy, redis_py, kafka_python, librdkafka):
    check()
    print(check.__name__)
