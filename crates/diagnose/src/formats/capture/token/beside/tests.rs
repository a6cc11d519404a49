//! Realistic texts in which other settings contradict a token, and texts in which they do not.

use crate::formats::capture::{CaptureKind, read};
use crate::formats::note::Note;

const A: &str = "a.abc123.eu-west-1.rds.amazonaws.com";
const B: &str = "b.abc123.eu-west-1.rds.amazonaws.com";

/// A token with a wrong signature; these tests do not verify signatures.
fn signed(address: &str, service: &str) -> String {
    let digits = "0a".repeat(32);
    format!(
        "{address}&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20260101%2Feu-west-1%2F{service}%2Faws4_request\
         &X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host&X-Amz-Signature={digits}"
    )
}

/// A token for user alice of database a.
fn token() -> String {
    signed(&format!("{A}:5432/?Action=connect&DBUser=alice"), "rds-db")
}

/// The result of Python's `urllib.parse.quote(token, safe='')`.
fn encoded(token: &str) -> String {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    token.bytes().map(digit).collect()
}

fn said(text: &str) -> Vec<String> {
    let capture = read(text.as_bytes(), None).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert_eq!(capture.kind, CaptureKind::Token, "{text}");
    let notes = capture.notes.iter().filter(|note| matches!(note, Note::OtherLogin(_) | Note::ClusterBeside { .. }));
    notes.map(ToString::to_string).collect()
}

fn user() -> Vec<String> {
    vec!["the token has DBUser=alice, but the client logs in as 'bob'".to_owned()]
}

fn host(used: &str) -> Vec<String> {
    vec![format!("the token is for {A}:5432, but the client connects to {used}")]
}

/// The formats of libpq (*Connection Strings*, *Environment Variables*), MySQL, Redis, JDBC, Go's driver, .NET,
/// Django and Rails.
#[test]
fn a_different_user_is_noticed_in_each_format() {
    let (t, e) = (token(), encoded(&token()));
    for text in [
        format!("postgres://bob:{e}@{A}:5432/db"),
        format!("DATABASE_URL=\"postgresql+psycopg://bob:{e}@localhost:15432/db?sslmode=require\""),
        format!("postgresql://bob:{t}@{A}:5432/db"),
        format!("dsn := \"bob:{t}@tcp({A}:5432)/db?tls=true&allowCleartextPasswords=true\""),
        format!("jdbc:postgresql://{A}:5432/db?user=bob&password={e}"),
        format!("jdbc:postgresql://{A}:5432/db?user=bob&password={t}&sslmode=require"),
        format!("Driver={{PostgreSQL Unicode(x64)}};Server={A};Port=5432;UID=bob;PWD={{{t}}};"),
        format!("psql \"host={A} port=5432 user=bob password={t} sslmode=require\""),
        format!("PGPASSWORD='{t}' psql -h {A} -p 5432 -U bob -d db"),
        format!("mysql --host {A} --port 5432 --user=bob --enable-cleartext-plugin --password='{t}'"),
        format!("mysql -h{A} -ubob -p'{t}'"),
        format!("export PGHOST={A}\nexport PGUSER=bob\nexport PGPASSWORD='{t}'\n"),
        format!("PGPASSWORD={t}\nPGUSER=bob\n"),
        format!("DB_USERNAME=bob\nDB_PASSWORD={t}\nDB_PORT=5432\n"),
        format!("spring.datasource.username=bob\nspring.datasource.password={t}\n"),
        format!("{{\"host\": \"{A}\", \"port\": 5432, \"username\": \"bob\", \"password\": \"{t}\"}}"),
        format!("  'USER': 'bob',\n  'PASSWORD': '{t}',\n  'HOST': '{A}',\n"),
        format!("production:\n  username: bob\n  password: {t}\n  host: {A}\n"),
        format!("Server={A};Port=5432;User Id=bob;Password={t};Database=db"),
        format!("{A}:5432:*:bob:{}", t.replacen(':', "\\:", 1)),
        format!("export PGPASSWORD=\"{t}\"\npsql \"host={A} user=bob dbname=db\"\n"),
        format!("PGPASSWORD={t} \\\n  psql -h {A} \\\n  -U bob\n"),
        format!("PGPASSWORD={t}\n\npsql: error: FATAL:  PAM authentication failed for user \"bob\"\n"),
        format!("ERROR 1045 (28000): Access denied for user 'bob'@'10.0.0.7' (using password: YES)\ntoken: {t}\n"),
        format!("$env:PGUSER = 'bob'\n$env:PGPASSWORD = '{t}'\n"),
    ] {
        assert_eq!(said(&text), user(), "{text}");
    }
}

#[test]
fn a_different_host_or_port_is_noticed() {
    let (t, e) = (token(), encoded(&token()));
    for (text, used) in [
        (format!("postgres://alice:{e}@{B}:5432/db"), format!("{B}:5432")),
        (format!("postgres://alice:{e}@{A}:5433/db"), format!("{A}:5433")),
        (format!("jdbc:postgresql://{B}/db?user=alice&password={e}"), format!("{B}:5432")),
        (format!("PGHOST={B}\nPGUSER=alice\nPGPASSWORD={t}"), format!("{B}:5432")),
        (format!("PGPASSWORD={t} psql --host={B} --username alice"), format!("{B}:5432")),
        (format!("{B}:5432:*:alice:{}", t.replacen(':', "\\:", 1)), format!("{B}:5432")),
        (
            format!("spring.datasource.url=jdbc:postgresql://{B}:5432/db\nspring.datasource.password={t}"),
            format!("{B}:5432"),
        ),
        (
            format!(
                "PGPASSWORD={t}\npsql: error: connection to server at \"{B}\" (10.0.0.7), port 5432 failed: FATAL:  PAM"
            ),
            format!("{B}:5432"),
        ),
    ] {
        assert_eq!(said(&text), host(&used), "{text}");
    }
    let both = said(&format!("postgres://bob:{e}@{B}:5432/db"));
    assert_eq!(both, [user(), host(&format!("{B}:5432"))].concat());
}

/// Catches a claim about a setting that is right, or that belongs to something else.
#[test]
fn settings_that_do_not_contradict_are_not_reported() {
    let (t, e) = (token(), encoded(&token()));
    for text in [
        format!("postgres://alice:{e}@{A}:5432/db"),
        format!("postgres://alice:{e}@localhost:15432/db"),
        format!("postgres://alice:{e}@orders.example.com/db"),
        format!("postgres://:{e}@{A}:5432/db"),
        format!("postgres://${{DB_USER}}:{e}@$DB_HOST/db"),
        format!("psql \"host={A} port=5432 user=alice password={t}\""),
        format!("USER=ubuntu\nHOSTNAME=ip-10-0-0-7\nPASSWORD={t}\n"),
        format!("GIT_USER=bob\nSMTP_HOST=mail.example.com\nPGPASSWORD={t}\n"),
        format!("PGUSER=bob\nPGPASSWORD=other\n\nPGUSER=alice\nPGPASSWORD={t}\n"),
        format!("PGUSER=bob\nPGPASSWORD={t}\nPGUSER=alice\n"),
        format!("*:*:*:*:{}", t.replacen(':', "\\:", 1)),
        format!("10:00 user=bob logged in\n10:01 user=carol logged in\ntoken {t}\n"),
        format!("authentication failed for user \"bob\"\nauthentication failed for user \"carol\"\nPGPASSWORD={t}\n"),
        format!("MYSQL_PWD={t} mysql -h {A} -u alice"),
        format!("curl -u bob https://h.example/ # {t}"),
        format!("PGPASSWORD={t} psql -h $HOST -U $USER"),
    ] {
        let capture = read(text.as_bytes(), None);
        let notes = capture.map(|capture| capture.notes).unwrap_or_default();
        assert!(!notes.iter().any(|note| matches!(note, Note::OtherLogin(_))), "{text}: {notes:?}");
    }
}

#[test]
fn each_of_several_tokens_is_compared_with_its_own_settings() {
    let alice = token();
    let bob = signed(&format!("{B}:5432/?Action=connect&DBUser=bob"), "rds-db");
    let block = |host: &str, user: &str, token: &str| format!("PGHOST={host}\nPGUSER={user}\nPGPASSWORD={token}\n");
    let right = format!("{}{}", block(A, "alice", &alice), block(B, "bob", &bob));
    assert_eq!(said(&right), Vec::<String>::new());
    let wrong = format!("{}{}", block(A, "alice", &alice), block(B, "carol", &bob));
    assert_eq!(said(&wrong), ["the token has DBUser=bob, but the client logs in as 'carol'"]);
    let urls =
        format!("postgres://alice:{}@{A}:5432/db\npostgres://bob:{}@{A}:5432/db\n", encoded(&alice), encoded(&bob));
    assert_eq!(said(&urls), [format!("the token is for {B}:5432, but the client connects to {A}:5432")]);
}

/// Aurora DSQL has two actions: one for the user admin, and one for all other users (*Generating an authentication
/// token*).
#[test]
fn the_action_of_a_dsql_token_must_fit_its_user() {
    let host = "x.dsql.us-east-1.on.aws";
    let url = |user: &str, action: &str| {
        let token = signed(&format!("{host}/?Action={action}"), "dsql");
        format!("postgresql://{user}:{}@{host}/postgres", encoded(&token))
    };
    for (user, action, expected) in [
        ("admin", "DbConnectAdmin", None),
        ("app", "DbConnect", None),
        ("app", "DbConnectAdmin", Some("the token has Action=DbConnectAdmin, but the client logs in as 'app'")),
        ("admin", "DbConnect", Some("the token has Action=DbConnect, but the client logs in as 'admin'")),
    ] {
        assert_eq!(said(&url(user, action)), expected.into_iter().collect::<Vec<_>>(), "{user} {action}");
    }
}

/// The endpoints come from the guides, as in the tests of `Cache`.
#[test]
fn a_token_of_a_cache_is_compared_with_its_endpoint() {
    let token = signed("my-cache/?Action=connect&User=app", "elasticache");
    let endpoint = |name: &str, code: &str| format!("master.{name}.abc123.{code}.cache.amazonaws.com");
    for (text, expected) in [
        (format!("redis-cli --tls -h {} --user app --pass '{token}'", endpoint("my-cache", "euw1")), vec![]),
        (
            format!("redis-cli --tls -h {} --user other --pass '{token}'", endpoint("my-cache", "euw1")),
            vec!["the token has User=app, but the client logs in as 'other'".to_owned()],
        ),
        (
            format!("rediss://app:{}@{}:6379", encoded(&token), endpoint("her-cache", "euw1")),
            vec![format!("the token is for my-cache, but the client connects to {}", endpoint("her-cache", "euw1"))],
        ),
        (
            format!("rediss://app:{}@{}:6379", encoded(&token), endpoint("my-cache", "use1")),
            vec![format!(
                "the token is signed for eu-west-1, but the client connects to {} in us-east-1",
                endpoint("my-cache", "use1")
            )],
        ),
    ] {
        assert_eq!(said(&text), expected, "{text}");
    }
}

/// The base64 texts were made with coreutils' `printf %s URL | basenc --base64url -w0`, without padding.
#[test]
fn brokers_and_clusters_are_noticed_next_to_their_tokens() {
    use ::base64::Engine;
    use ::base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let kafka = signed("https://kafka.eu-west-1.amazonaws.com/?Action=kafka-cluster%3AConnect", "kafka-cluster");
    let kafka = URL_SAFE_NO_PAD.encode(kafka);
    let brokers =
        |region: &str| format!("bootstrap.servers=b-1.c.abc123.c2.kafka.{region}.amazonaws.com:9098\ntoken {kafka}\n");
    assert_eq!(said(&brokers("eu-west-1")), Vec::<String>::new());
    assert_eq!(
        said(&brokers("us-east-1")),
        [
            "the token is signed for eu-west-1, but the client connects to b-1.c.abc123.c2.kafka.us-east-1.amazonaws.com in us-east-1"
        ]
    );
    let eks = signed("https://sts.eu-west-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", "sts");
    let eks = format!("k8s-aws-v1.{}", URL_SAFE_NO_PAD.encode(eks.replace("=host", "=host%3Bx-k8s-aws-id")));
    for text in [
        format!("$ aws eks get-token --cluster-name dev\n{{\"token\": \"{eks}\"}}\n"),
        format!(
            "clusters:\n- name: arn:aws:eks:eu-west-1:111122223333:cluster/dev\nusers:\n- user:\n    token: {eks}\n"
        ),
        format!("args:\n- --cluster-name\n- dev\ntoken: {eks}\n"),
        format!("aws-iam-authenticator token -i dev --token-only\n{eks}"),
        format!("command: aws-iam-authenticator\nargs: [\"token\", \"-i\", \"dev\"]\n# token {eks}"),
        format!("command: aws-iam-authenticator\nargs:\n- token\n- -i\n- dev\ntoken: {eks}\n"),
    ] {
        assert_eq!(said(&text), ["the text names the EKS cluster 'dev'"], "{text}");
    }
}

/// What the real psql did with each line; `psql.py` made the file. The token is for user app of the first host and port.
#[test]
fn a_command_logs_in_as_psql_does() {
    let logins: serde_json::Value = serde_json::from_str(include_str!("psql.json")).unwrap();
    let token = signed(&format!("{A}:5432/?Action=connect&DBUser=app"), "rds-db");
    let named = |text: &str| {
        let hosts = text.replace("{A}", A).replace("{B}", B);
        hosts.replace("{P}", "5432").replace("{Q}", "5433")
    };
    for login in logins["logins"].as_array().unwrap() {
        let text = |name: &str| named(login[name].as_str().unwrap());
        let quoted = format!("'{token}'");
        // Inside a quoted string, the token needs no quotes of its own.
        let line = text("line");
        let line = line.replace("PASSWORD={T}", &format!("PASSWORD={quoted}")).replace("{T}", &token);
        let (user, used) = (text("user"), format!("{}:{}", text("host"), text("port")));
        let mut expected = Vec::new();
        if user != "app" {
            expected.push(format!("the token has DBUser=app, but the client logs in as '{user}'"));
        }
        if login["is_tunnel"] == false && used != format!("{A}:5432") {
            expected.extend(host(&used));
        }
        assert_eq!(said(&line), expected, "{line}");
    }
}

/// The base64 texts of a Secret are coreutils' `base64 -w0`.
#[test]
fn a_different_user_is_noticed_in_lists_secrets_and_logs() {
    use ::base64::Engine;
    use ::base64::engine::general_purpose::STANDARD;
    let (t, e) = (token(), encoded(&token()));
    let t64 = STANDARD.encode(&t);
    for text in [
        format!(
            "env:\n- name: PGUSER\n  value: bob\n- name: PGHOST\n  value: {A}\n- name: PGPASSWORD\n  value: \"{t}\"\n"
        ),
        format!(
            "env:\n- name: PGPASSWORD\n  value: {t}\n- name: PGDATABASE\n  valueFrom:\n    configMapKeyRef:\n      key: x\n- name: PGUSER\n  value: bob\n"
        ),
        format!(
            "{{\"env\":[{{\"name\":\"DB_USER\",\"value\":\"bob\"}},{{\"name\":\"DB_PASSWORD\",\"value\":\"{t}\"}}]}}"
        ),
        format!(
            "\"environment\": [\n  {{\n    \"name\": \"DB_USER\",\n    \"value\": \"bob\"\n  }},\n  {{\n    \"name\": \"DB_PASSWORD\",\n    \"value\": \"{t}\"\n  }}\n]"
        ),
        format!("<property name=\"username\" value=\"bob\"/><property name=\"password\" value=\"{t}\"/>"),
        format!("kind: Secret\ndata:\n  username: Ym9i\n  password: {t64}\n"),
        format!("{{\"data\":{{\"password\":\"{t64}\",\"username\":\"Ym9i\"}}}}"),
        format!("data:\n  DATABASE_URL: {}\n", STANDARD.encode(format!("postgres://bob:{e}@{A}:5432/db"))),
        format!("data:\n  .env: {}\n", STANDARD.encode(format!("PGUSER=bob\nPGPASSWORD={t}\n"))),
        format!(
            "time=x level=error user=svc msg=connect dsn=\"host={A} port=5432 user=bob password={t} sslmode=require\""
        ),
        format!(
            "{{\"level\":\"error\",\"msg\":\"pq: PAM authentication failed for user \\\"bob\\\"\"}}\nPGPASSWORD={t}"
        ),
        format!(
            "{{\"code\":\"28000\",\"message\":\"PAM authentication failed for user \\\"bob\\\"\",\"dsn\":\"{t}\"}}"
        ),
        format!("level=error msg=\"pq: PAM authentication failed for user \\\"bob\\\"\"\nPGPASSWORD={t}"),
        format!(
            "$ aws rds generate-db-auth-token --hostname {A} --port 5432 --username alice\n{t}\n$ psql \"host={A} port=5432 dbname=x user=bob\"\nPassword for user bob:"
        ),
        format!("export PGPASSWORD={t}; psql -h {A} -U bob; echo $?"),
        format!("export PGPASSWORD='{t}'\n\npsql -h {A} \\\n  -U bob\n"),
        format!("ssh -l ubuntu bastion \"PGPASSWORD='{t}' psql -h {A} -U bob\""),
        format!("docker run -e PGUSER=bob -e PGPASSWORD='{t}' postgres psql -h {A}"),
        format!("mysql -h{A} -u alice -ubob -p'{t}' db"),
        format!("MYSQL_PWD='{t}' mysql --user alice --user=bob"),
    ] {
        assert_eq!(said(&text), user(), "{text}");
    }
}

/// ElastiCache's *Authenticating with IAM* (serverless caches need `ResourceType=ServerlessCache`) and MemoryDB's page of
/// that name (the service in the scope is `memorydb`). The endpoints come from the guides, as in the tests of `Cache`.
#[test]
fn a_token_of_a_cache_is_compared_with_its_type_and_service() {
    let token = |more: &str, service: &str| signed(&format!("my-cache/?Action=connect&User=app{more}"), service);
    let (nodes, serverless) = (token("", "elasticache"), token("&ResourceType=ServerlessCache", "elasticache"));
    let memorydb = token("", "memorydb");
    const SERVERLESS: &str = "my-cache-x2e9hv.serverless.euw1.cache.amazonaws.com";
    const NODES: &str = "my-cache.abc123.clustercfg.euw1.cache.amazonaws.com";
    const MEMORYDB: &str = "clustercfg.my-cache.abc123.memorydb.eu-west-1.amazonaws.com";
    let lacks = format!(
        "the token has no ResourceType=ServerlessCache, but the client connects to the serverless cache {SERVERLESS}"
    );
    let has =
        format!("the token has ResourceType=ServerlessCache, but the client connects to {NODES}, which has nodes");
    let of = |signed: &str, host: &str, service: &str| {
        format!("the token is signed for {signed}, but the client connects to {host} of {service}")
    };
    for (token, host, expected) in [
        (&nodes, SERVERLESS, vec![lacks]),
        (&serverless, SERVERLESS, vec![]),
        (&nodes, NODES, vec![]),
        (&serverless, NODES, vec![has]),
        (&memorydb, MEMORYDB, vec![]),
        (&nodes, MEMORYDB, vec![of("elasticache", MEMORYDB, "memorydb")]),
        (&memorydb, NODES, vec![of("memorydb", NODES, "elasticache")]),
        (&nodes, "cache.internal.example", vec![]),
    ] {
        for text in [
            format!("redis-cli --tls -h {host} --user app --pass '{token}'"),
            format!("REDIS_HOST={host}\nREDIS_USERNAME=app\nREDIS_PASSWORD={token}\n"),
            format!("rediss://app:{}@{host}:6379", encoded(token)),
            format!("valkey-cli -h {host} --tls\n> AUTH app {token}\n(error) WRONGPASS invalid username-password pair"),
        ] {
            assert_eq!(said(&text), expected, "{text}");
        }
    }
}

/// Redis, *AUTH* and *HELLO*: a password alone is that of the user default. The forms are those of redis-cli, of
/// `MONITOR`, and of the protocol (*RESP*).
#[test]
fn a_cache_is_told_the_user_with_the_password() {
    let token = signed("my-cache/?Action=connect&User=app", "elasticache");
    let as_user = |user: &str| vec![format!("the token has User=app, but the client logs in as '{user}'")];
    let e = encoded(&token);
    let host = "master.my-cache.abc123.euw1.cache.amazonaws.com";
    for (text, expected) in [
        (format!("redis> AUTH other {token}\n"), as_user("other")),
        (format!("127.0.0.1:6379> auth other \"{token}\"\n(error) WRONGPASS"), as_user("other")),
        (format!("AUTH {token}"), as_user("default")),
        (format!("AUTH app {token}"), vec![]),
        (format!("HELLO 3 AUTH other {token}"), as_user("other")),
        (format!("1732953600.1 [0 10.0.0.1:5] \"HELLO\" \"3\" \"AUTH\" \"other\" \"{token}\""), as_user("other")),
        (format!("1732953600.1 [0 10.0.0.1:5] \"AUTH\" \"{token}\""), as_user("default")),
        (format!("*3\r\n$4\r\nAUTH\r\n$5\r\nother\r\n${}\r\n{token}\r\n", token.len()), as_user("other")),
        (format!("rediss://:{e}@{host}:6379"), as_user("default")),
        (format!("rediss://{e}@{host}:6379"), as_user("default")),
        (format!("rediss://app:{e}@{host}:6379"), vec![]),
        (format!("redis-cli --tls -h {host} -a '{token}'"), as_user("default")),
        (format!("REDISCLI_AUTH='{token}' redis-cli --tls -h {host}"), as_user("default")),
        (format!("REDISCLI_AUTH='{token}' redis-cli --tls -h {host} --user app"), vec![]),
        (format!("export REDISCLI_AUTH='{token}'\nredis-cli --tls -h {host}\n"), as_user("default")),
        (format!("export REDISCLI_AUTH='{token}'\npsql -U other\n"), vec![]),
        (format!("the server wants an auth {token}"), vec![]),
        (format!("$ redis-cli --tls -h {host}\n> AUTH app {token}\nOK\n"), vec![]),
        (format!("REDIS_PASSWORD={token}\n"), vec![]),
    ] {
        assert_eq!(said(&text), expected, "{text}");
    }
}

/// Catches a tunnel that is reported as another host, and settings of another command or block.
#[test]
fn a_tunnel_and_another_command_do_not_contradict() {
    let (t, e) = (token(), encoded(&token()));
    for text in [
        format!("PGHOST={A}\nPGHOSTADDR=127.0.0.1\nPGPORT=15432\nPGUSER=alice\nPGPASSWORD={t}"),
        format!("psql \"host={A} hostaddr=127.0.0.1 port=15432 user=alice password={t}\""),
        format!("postgresql://alice:{e}@{A}:15432/db?hostaddr=127.0.0.1"),
        format!("ssh -L 15432:{A}:5432 bastion\nPGPASSWORD='{t}' psql -h {A} -p 15432 -U alice"),
        format!("kubectl port-forward svc/db 15432:5432\nPGPASSWORD='{t}' psql -h {A} -p 15432 -U alice"),
        format!("127.0.0.1 {A}\nPGPASSWORD='{t}' psql -h {A} -p 15432 -U alice"),
        format!(
            "PGPASSWORD='{t}'\npsql: error: connection to server at \"{A}\" (127.0.0.1), port 15432 failed: FATAL:  PAM"
        ),
        format!("psql -h old.example.com -p 5433 -U postgres\nPGPASSWORD='{t}' psql -h {A} -U alice"),
        format!(
            "psql -h {B} -U postgres -c 'grant rds_iam to alice'\nPGPASSWORD='{t}' psql -h {A} -U alice\npsql -U bob\n"
        ),
        format!("PGPASSWORD=x psql -U bob; PGPASSWORD='{t}' psql -h {A} -U alice && psql -U bob"),
        format!("export PGPASSWORD='{t}'\npsql -U alice\npsql -U bob\n"),
        format!("{{\"db\":{{\"username\":\"alice\",\"password\":\"{t}\"}},\"mail\":{{\"username\":\"bob\"}}}}"),
        format!("production:\n  username: alice\n  password: {t}\ndevelopment:\n  username: bob\n"),
        format!("PGPASSWORD={t}\nthen psql says FATAL\n"),
        format!("mysql -h {A} -u alice -p'{t}' -e \"select 1 from u where user='bob'\""),
        format!("mysql -h {A} -u alice -p'{t}' --execute \"select 1 from u where user='bob'\""),
        format!("PGPASSWORD='{t}' psql -h {A} -U alice --command \"select 1 where user='bob'\" db"),
        format!("PGPASSWORD='{t}' psql -h {A} -U alice db < dump.sql"),
        format!("DATABASE_URL=postgres://bob:x@{B}/db\nDATABASE_PASSWORD={t}\n"),
        format!("[root@ip ~]# PGPASSWORD='{t}' psql -h {A} -U $USER orders"),
    ] {
        assert_eq!(said(&text), Vec::<String>::new(), "{text}");
    }
}

/// From the Bedrock guide (*API keys*): a short-term key works only in the region that it was made in.
#[test]
fn a_key_for_bedrock_is_compared_with_the_region_in_use() {
    use ::base64::Engine;
    use ::base64::engine::general_purpose::STANDARD;
    let url = signed("bedrock.amazonaws.com/?Action=CallWithBearerToken", "bedrock");
    let key = format!("bedrock-api-key-{}", STANDARD.encode(format!("{url}&Version=1")));
    let host = "bedrock-runtime.us-east-1.amazonaws.com";
    let at =
        |used: &str| vec![format!("the token is signed for eu-west-1, but the client connects to {used} in us-east-1")];
    let set = |used: &str| vec![format!("the token is signed for eu-west-1, but the client uses {used}")];
    for (text, expected) in [
        (format!("POST /model/x/converse HTTP/1.1\nHost: {host}\nAuthorization: Bearer {key}\n\n{{}}"), at(host)),
        (format!("curl https://{host}/model/x/converse -H 'Authorization: Bearer {key}' -d '{{}}'"), at(host)),
        (format!("client = OpenAI(base_url=\"https://{host}/openai/v1\", api_key=\"{key}\")"), at(host)),
        (
            format!("OPENAI_BASE_URL=https://bedrock-mantle.us-east-1.api.aws/v1\nOPENAI_API_KEY={key}"),
            at("bedrock-mantle.us-east-1.api.aws"),
        ),
        (format!("AWS_BEARER_TOKEN_BEDROCK={key}\nAWS_REGION=us-east-1\n"), set("AWS_REGION=us-east-1")),
        (
            format!("export AWS_DEFAULT_REGION=us-east-1 AWS_BEARER_TOKEN_BEDROCK={key}"),
            set("AWS_DEFAULT_REGION=us-east-1"),
        ),
        (format!("AWS_BEARER_TOKEN_BEDROCK={key}\nAWS_REGION=eu-west-1\n"), vec![]),
        (format!("AWS_BEARER_TOKEN_BEDROCK={key}\nAWS_REGION=us-east-1\nAWS_DEFAULT_REGION=eu-west-1\n"), vec![]),
        (
            format!(
                "AWS_REGION=us-east-1\ncurl https://bedrock-runtime.eu-west-1.amazonaws.com/ -H 'x-api-key: {key}'"
            ),
            vec![],
        ),
        (format!("POST / HTTP/1.1\nHost: gateway.example.com\nAuthorization: Bearer {key}\n\n"), vec![]),
    ] {
        assert_eq!(said(&text), expected, "{text}");
    }
}
