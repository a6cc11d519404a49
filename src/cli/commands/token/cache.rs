//! Caches by their endpoints: the name, which is what a token of ElastiCache or MemoryDB is signed for, and the region.

use super::kind::Kind;

/// What an endpoint says of its cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cache {
    /// The name, in lower case: of the replication group, the serverless cache or the cluster.
    pub name: String,
    /// The region, if the endpoint says it.
    pub region: Option<String>,
    /// Whether the endpoint is that of a serverless cache.
    pub is_serverless: bool,
}

impl Cache {
    /// Reads a name or an endpoint; `None` for an endpoint that does not show its name.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        if !text.contains('.') {
            return Some(Self { name: text, region: None, is_serverless: false });
        }
        let labels: Vec<&str> = text.split('.').collect();
        let of_service = |service: &str| labels.iter().position(|label| *label == service);
        if let Some(at) = of_service(super::kind::name_of(Kind::Memorydb).as_str()) {
            let region = labels.get(at + 1).map(|region| (*region).to_owned());
            return Some(Self { name: name_of_group(labels.get(..at)?)?, region, is_serverless: false });
        }
        let (code, front) = labels.get(..of_service("cache")?)?.split_last()?;
        let region = region_of_code(code);
        match front.split_last() {
            Some((&"serverless", front)) => {
                // The name of a serverless cache is followed by six characters that AWS chose.
                let (name, _) = front.first()?.rsplit_once('-')?;
                Some(Self { name: name.to_owned(), region, is_serverless: true })
            }
            _ => Some(Self { name: name_of_group(front)?, region, is_serverless: false }),
        }
    }
}

/// `master.NAME.abc123`, `NAME-001.NAME.abc123`, `NAME.abc123.clustercfg` and `NAME.abc123.ng.0001`.
fn name_of_group(front: &[&str]) -> Option<String> {
    let name = match front {
        [name, _, "clustercfg"] | [name, _, "ng", _] | [_, name, _] => name,
        _ => return None,
    };
    Some((*name).to_owned())
}

/// ElastiCache abbreviates regions: `use1`, `euc1`, `apse2`. The second region that was opened in the northeast of Asia has
/// one letter less.
fn region_of_code(code: &str) -> Option<String> {
    const DIRECTIONS: [(&str, &str); 7] = [
        ("ne", "northeast"),
        ("se", "southeast"),
        ("n", "north"),
        ("e", "east"),
        ("s", "south"),
        ("w", "west"),
        ("c", "central"),
    ];
    if code == "apn2" {
        return Some("ap-northeast-2".to_owned());
    }
    let (area, rest) = code.split_at_checked(2)?;
    let (letters, number) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
    let direction = DIRECTIONS.iter().find(|(letter, _)| *letter == letters)?.1;
    number.parse::<u8>().is_ok().then(|| format!("{area}-{direction}-{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hosts are those of examples in AWS's guides and of public configuration files.
    #[test]
    fn an_endpoint_shows_the_name_and_the_region() {
        for (text, name, region, is_serverless) in [
            ("My-Cache", "my-cache", None, false),
            ("master.ares-redis-ha.hgv1iy.apn2.cache.amazonaws.com", "ares-redis-ha", Some("ap-northeast-2"), false),
            ("clustercfg.my-cache.abc123.euc1.cache.amazonaws.com", "my-cache", Some("eu-central-1"), false),
            ("my-cache-001.my-cache.abc123.use1.cache.amazonaws.com", "my-cache", Some("us-east-1"), false),
            ("persist-prod.kffviu.clustercfg.euc1.cache.amazonaws.com", "persist-prod", Some("eu-central-1"), false),
            ("gamemetrics.xl8xkv.ng.0001.apse2.cache.amazonaws.com", "gamemetrics", Some("ap-southeast-2"), false),
            ("a-b-x2e9hv.serverless.use1.cache.amazonaws.com", "a-b", Some("us-east-1"), true),
            ("a-b-x2e9hv.public.serverless.aps1.cache.amazonaws.com", "a-b", Some("ap-south-1"), true),
            ("master.c.abc123.cnn1.cache.amazonaws.com.cn", "c", Some("cn-north-1"), false),
            ("master.c.abc123.usgw1.cache.amazonaws.com", "c", None, false),
            ("clustercfg.my-db.abc123.memorydb.us-gov-west-1.amazonaws.com", "my-db", Some("us-gov-west-1"), false),
        ] {
            let expected = Cache { name: name.to_owned(), region: region.map(str::to_owned), is_serverless };
            assert_eq!(Cache::parse(text), Some(expected), "{text}");
        }
        for text in ["cache.internal.example", "x.use1.cache.amazonaws.com", "memorydb.us-east-1.amazonaws.com"] {
            assert_eq!(Cache::parse(text), None, "{text}");
        }
    }
}
