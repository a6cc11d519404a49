//! Extracts the name and the region of a cache from its endpoint. ElastiCache and MemoryDB tokens are signed for the
//! name.

/// The facts about a cache that its endpoint shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cache {
    /// The lower-case name of the replication group, the serverless cache or the cluster, if the endpoint shows it.
    pub name: Option<String>,
    /// The region, if the endpoint shows it.
    pub region: Option<CacheRegion>,
    /// Whether this is the endpoint of a serverless cache.
    pub is_serverless: bool,
}

/// The region in the endpoint of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheRegion {
    /// A known region.
    Known(String),
    /// A code that stands for no known region.
    Code(String),
}

impl CacheRegion {
    fn from_code(code: &str) -> Self {
        region_of_code(code).map_or_else(|| Self::Code(code.to_owned()), Self::Known)
    }

    /// The region, if it is known.
    pub fn known(&self) -> Option<&str> {
        if let Self::Known(region) = self { Some(region) } else { None }
    }
}

impl Cache {
    /// Parses the name or the endpoint of a cache.
    pub fn parse(text: &str) -> Self {
        let text = text.to_ascii_lowercase();
        if !text.contains('.') {
            return Self { name: Some(text), ..Self::default() };
        }
        let labels: Vec<&str> = text.split('.').collect();
        let before = |service: &str| labels.get(..labels.iter().rposition(|label| *label == service)?);
        if let Some(front) = before("memorydb") {
            let region = labels.get(front.len() + 1).map(|region| CacheRegion::Known((*region).to_owned()));
            return Self { name: name_of_group(front), region, is_serverless: false };
        }
        let Some((code, front)) = before("cache").and_then(<[&str]>::split_last) else { return Self::default() };
        let region = Some(CacheRegion::from_code(code));
        match front.split_last() {
            Some((&"serverless", front)) => {
                // AWS appends random characters to the name of a serverless cache.
                let name = front.first().and_then(|label| Some(label.rsplit_once('-')?.0.to_owned()));
                Self { name, region, is_serverless: true }
            }
            _ => Self { name: name_of_group(front), region, is_serverless: false },
        }
    }
}

impl Cache {
    /// The service of the endpoint of a cache, as in the credential scope of a token. `None` if the text is no endpoint.
    pub fn service_of(endpoint: &str) -> Option<&'static str> {
        let endpoint = endpoint.to_ascii_lowercase();
        let has = |name: &str| endpoint.split('.').skip(1).any(|label| label == name);
        match Self::parse(&endpoint) {
            Self { region: None, .. } => None,
            _ if has("memorydb") => Some("memorydb"),
            _ => Some("elasticache"),
        }
    }
}

/// The name of a replication group or cluster, from the labels before the region. The forms with TLS come first, then
/// those without; an endpoint keeps its form when TLS is turned on later. Nodes outside a group (`NAME.abc123.0001`)
/// and Memcached (`NAME.abc123.cfg`) accept no tokens, and a node that joined a group later does not show the group's
/// name.
fn name_of_group(front: &[&str]) -> Option<String> {
    let name = match front {
        ["master" | "replica" | "clustercfg", name, _] => name,
        [node, name, _] if group_of_node(node) == Some(name) => name,
        [name, _, "clustercfg"] => name,
        [name, _, "ng", shard] if is_number(shard, 4) => name.strip_suffix("-ro").unwrap_or(name),
        [node, _, shard] if is_number(shard, 4) => group_of_node(node)?,
        _ => return None,
    };
    Some(name.to_owned())
}

/// The group of a node: the `NAME` in `NAME-001`, or in `NAME-0001-001` if the group has shards.
fn group_of_node(node: &str) -> Option<&str> {
    let (name, _) = node.rsplit_once('-').filter(|(_, number)| is_number(number, 3))?;
    Some(name.rsplit_once('-').filter(|(_, shard)| is_number(shard, 4)).map_or(name, |(name, _)| name))
}

fn is_number(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Expands ElastiCache's abbreviated regions, such as `use1`, `euc1`, `apse2`. AWS publishes no list; the irregular
/// ones were taken from real endpoints.
fn region_of_code(code: &str) -> Option<String> {
    const IRREGULAR: [(&str, &str); 7] = [
        ("apn2", "ap-northeast-2"),
        ("apn3", "ap-northeast-3"),
        ("cnn1", "cn-north-1"),
        ("cnw1", "cn-northwest-1"),
        ("cnnw1", "cn-northwest-1"),
        ("usgw1", "us-gov-west-1"),
        ("usge1", "us-gov-east-1"),
    ];
    const AREAS: [&str; 9] = ["af", "ap", "ca", "eu", "il", "me", "mx", "sa", "us"];
    const DIRECTIONS: [(&str, &str); 7] = [
        ("ne", "northeast"),
        ("se", "southeast"),
        ("n", "north"),
        ("e", "east"),
        ("s", "south"),
        ("w", "west"),
        ("c", "central"),
    ];
    if let Some((_, region)) = IRREGULAR.iter().find(|(irregular, _)| *irregular == code) {
        return Some((*region).to_owned());
    }
    let (area, rest) = code.split_at_checked(2)?;
    let (letters, number) = rest.split_at_checked(rest.len().checked_sub(1)?)?;
    let direction = DIRECTIONS.iter().find(|(letter, _)| *letter == letters)?.1;
    // `apn` codes mean northeast, which is irregular.
    let is_regular = AREAS.contains(&area) && (area, letters) != ("ap", "n");
    (is_regular && ("1"..="9").contains(&number)).then(|| format!("{area}-{direction}-{number}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The endpoints come from AWS's guides (*Finding connection endpoints*), from the tests of Teleport's own
    /// endpoint parser (`lib/utils/aws`), and from public configuration files.
    #[test]
    fn an_endpoint_shows_the_name_and_the_region() {
        for (text, name, region, is_serverless) in [
            ("My-Cache", "my-cache", None, false),
            ("master.ares-redis-ha.hgv1iy.apn2.cache.amazonaws.com", "ares-redis-ha", Some("ap-northeast-2"), false),
            ("master.my-redis.xxxxxx.apne2.cache.amazonaws.com", "my-redis", Some("ap-northeast-2"), false),
            (
                "moment-dev-redis.o0zxzf.ng.0001.apn3.cache.amazonaws.com",
                "moment-dev-redis",
                Some("ap-northeast-3"),
                false,
            ),
            ("clustercfg.my-redis-shards.xxxxxx.use1.cache.amazonaws.com", "my-redis-shards", Some("us-east-1"), false),
            (
                "master.my-redis-cluster.xxxxxx.cac1.cache.amazonaws.com",
                "my-redis-cluster",
                Some("ca-central-1"),
                false,
            ),
            (
                "replica.my-redis-cluster.xxxxxx.cac1.cache.amazonaws.com",
                "my-redis-cluster",
                Some("ca-central-1"),
                false,
            ),
            (
                "my-redis-shards-0002-001.my-redis-shards.xxxxxx.cac1.cache.amazonaws.com",
                "my-redis-shards",
                Some("ca-central-1"),
                false,
            ),
            ("my-cache-001.my-cache.abc123.use1.cache.amazonaws.com", "my-cache", Some("us-east-1"), false),
            ("my-redis-shards.xxxxxx.clustercfg.use1.cache.amazonaws.com", "my-redis-shards", Some("us-east-1"), false),
            (
                "my-redis-cluster.xxxxxx.ng.0001.cac1.cache.amazonaws.com",
                "my-redis-cluster",
                Some("ca-central-1"),
                false,
            ),
            (
                "my-redis-cluster-ro.xxxxxx.ng.0001.cac1.cache.amazonaws.com",
                "my-redis-cluster",
                Some("ca-central-1"),
                false,
            ),
            (
                "my-redis-shards-0001-001.xxxxxx.0001.cac1.cache.amazonaws.com",
                "my-redis-shards",
                Some("ca-central-1"),
                false,
            ),
            ("vas-dev-001.rwdloz.0001.usgw1.cache.amazonaws.com", "vas-dev", Some("us-gov-west-1"), false),
            ("gamemetrics.xl8xkv.ng.0001.apse2.cache.amazonaws.com", "gamemetrics", Some("ap-southeast-2"), false),
            ("a-b-x2e9hv.serverless.use1.cache.amazonaws.com", "a-b", Some("us-east-1"), true),
            ("a-b-x2e9hv.public.serverless.aps1.cache.amazonaws.com", "a-b", Some("ap-south-1"), true),
            (
                "replica.my-redis-cluster.xxxxxx.cnn1.cache.amazonaws.com.cn",
                "my-redis-cluster",
                Some("cn-north-1"),
                false,
            ),
            ("eya-prod.enujjj.ng.0001.cnw1.cache.amazonaws.com.cn", "eya-prod", Some("cn-northwest-1"), false),
            ("master.cache.abc123.usge1.cache.amazonaws.com", "cache", Some("us-gov-east-1"), false),
            ("clustercfg.my-db.abc123.memorydb.us-gov-west-1.amazonaws.com", "my-db", Some("us-gov-west-1"), false),
            ("my-memorydb.xxxxxx.clustercfg.memorydb.us-east-1.amazonaws.com", "my-memorydb", Some("us-east-1"), false),
            (
                "my-memorydb-0002-001.my-memorydb.xxxxxx.memorydb.us-east-1.amazonaws.com",
                "my-memorydb",
                Some("us-east-1"),
                false,
            ),
            (
                "my-memorydb-0002-001.xxxxx.0002.memorydb.us-east-1.amazonaws.com",
                "my-memorydb",
                Some("us-east-1"),
                false,
            ),
        ] {
            let region = region.map(|region| CacheRegion::Known(region.to_owned()));
            let service = if text.contains("memorydb.") { "memorydb" } else { "elasticache" };
            assert_eq!(Cache::service_of(text), region.as_ref().map(|_| service), "{text}");
            assert_eq!(Cache::parse(text), Cache { name: Some(name.to_owned()), region, is_serverless }, "{text}");
        }
    }

    /// Catches a token that is signed for the random part of a host, or for a node. The second and third endpoints
    /// belong to Memcached and to a lone node (*Finding connection endpoints*), which have no users; Teleport refuses
    /// the next one.
    #[test]
    fn an_endpoint_that_hides_the_name_shows_none() {
        for text in [
            "cache.internal.example",
            "my-cluster.xxxxxx.cfg.usw2.cache.amazonaws.com",
            "jobs.be6b1p.0001.usgw1.cache.amazonaws.com",
            "unknown.format.memorydb.ca-central-1.amazonaws.com",
            "x.use1.cache.amazonaws.com",
            "other.my-cache.abc123.use1.cache.amazonaws.com",
            "memorydb.us-east-1.amazonaws.com",
        ] {
            assert_eq!(Cache::parse(text).name, None, "{text}");
        }
    }

    /// Catches a region that is guessed, or taken from the profile instead.
    #[test]
    fn an_unknown_region_code_stays_a_code() {
        for code in ["ugw1", "uge1", "xyz1", "apn1", "use0", "use", "cnc1", "u"] {
            let cache = Cache::parse(&format!("master.c.abc123.{code}.cache.amazonaws.com"));
            assert_eq!(cache.region, Some(CacheRegion::Code(code.to_owned())), "{code}");
        }
    }
}
