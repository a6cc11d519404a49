//! Servers by name, and how to recognise one by its reply or host.
//!
//! A server is recognised by something that no other server sends: its `Server` header, the format of its
//! request IDs, its own messages. Something that several servers have in common does not identify one, and
//! neither does a header that a proxy in front of the server writes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sigvet_core::request::Headers;

/// A server with an S3 interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Server {
    /// Ceph's object gateway, `radosgw`.
    Ceph,
    /// Scality CloudServer (Zenko).
    CloudServer,
    /// Garage.
    Garage,
    /// MinIO.
    MinIo,
    /// nanio.
    Nanio,
    /// pys3local.
    Pys3Local,
    /// `rclone serve s3`.
    Rclone,
    /// s3rver.
    S3rver,
    /// Servers built with the crate `s3s`.
    S3s,
    /// SeaweedFS.
    SeaweedFs,
    /// OpenStack Swift with its `s3api` middleware.
    Swift,
    /// Versity S3 Gateway.
    VersityGw,
}

/// How `Server` headers begin.
const HEADERS: [(&str, Server); 5] = [
    ("MinIO", Server::MinIo),
    ("SeaweedFS", Server::SeaweedFs),
    ("VERSITYGW", Server::VersityGw),
    ("Ceph Object Gateway", Server::Ceph),
    ("S3 Server", Server::CloudServer),
];

/// Domains of providers that disclose which server they run.
const DOMAINS: [(&str, Server); 5] = [
    ("digitaloceanspaces.com", Server::Ceph),
    ("your-objectstorage.com", Server::Ceph),
    ("linodeobjects.com", Server::Ceph),
    ("dream.io", Server::Ceph),
    ("play.min.io", Server::MinIo),
];

/// Messages that only one server sends.
const SENTENCES: [(&str, Server); 3] = [
    ("Forbidden: Invalid signature", Server::Garage),
    ("Bad request: duplicate query parameter", Server::Garage),
    ("Bad request: Invalid header name", Server::Garage),
];

impl Server {
    /// The name of the server.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ceph => "Ceph",
            Self::CloudServer => "CloudServer",
            Self::Garage => "Garage",
            Self::MinIo => "MinIO",
            Self::Nanio => "nanio",
            Self::Pys3Local => "pys3local",
            Self::Rclone => "rclone",
            Self::S3rver => "s3rver",
            Self::S3s => "s3s",
            Self::SeaweedFs => "SeaweedFS",
            Self::Swift => "Swift",
            Self::VersityGw => "Versity S3 Gateway",
        }
    }

    /// The server of a provider's host, which may have a port.
    pub fn from_host(host: &str) -> Option<Self> {
        let host = host.split(':').next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        let is_in = |domain: &str| host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'));
        DOMAINS.iter().find(|(domain, _)| is_in(domain)).map(|(_, server)| *server)
    }

    /// The server that sent these headers.
    pub fn from_headers(headers: &Headers) -> Option<Self> {
        let named = headers
            .first_text_lossy("server")
            .and_then(|value| HEADERS.iter().find(|(start, _)| value.starts_with(start)).map(|(_, server)| *server));
        let by_id = || headers.contains("x-openstack-request-id").then_some(Self::Swift);
        named.or_else(by_id).or_else(|| is_of_gofakes3(headers).then_some(Self::Rclone))
    }

    /// The server whose refusals contain IDs and messages of this form.
    pub fn from_form(request_id: Option<&str>, host_id: Option<&str>, message: Option<&str>) -> Option<Self> {
        let message = message.unwrap_or_default();
        let by_sentence = SENTENCES.iter().find(|(start, _)| message.starts_with(start)).map(|(_, server)| *server);
        by_sentence
            .or_else(|| request_id.and_then(from_transaction))
            .or_else(|| host_id.filter(|id| is_hex(id, 64)).map(|_| Self::MinIo))
    }
}

/// rclone calls itself AmazonS3. Its second ID is the first one repeated four times.
fn is_of_gofakes3(headers: &Headers) -> bool {
    let id = headers.first_text("x-amz-request-id").unwrap_or_default();
    let second = headers.first_text("x-amz-id-2").unwrap_or_default();
    id.len() == 16 && STANDARD.decode(second).is_ok_and(|text| text == id.repeat(4).as_bytes())
}

/// Swift's transaction IDs are `tx` + 21 digits + `-` + time. Ceph appends its instance and the zone.
fn from_transaction(id: &str) -> Option<Server> {
    let mut parts = id.split('-');
    let is_counted = parts.next().and_then(|part| part.strip_prefix("tx")).is_some_and(|part| is_hex(part, 21));
    let is_timed = parts.next().is_some_and(|part| is_hex(part, 10));
    if !(is_counted && is_timed) {
        return None;
    }
    Some(if parts.next().is_some() { Server::Ceph } else { Server::Swift })
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// IDs as Ceph 16 and 18, Swift and MinIO wrote them. AWS's and Cloudflare's have another form.
    #[test]
    fn a_server_is_recognised_by_something_that_no_other_sends() {
        let form = |request_id, host_id, message| Server::from_form(Some(request_id), Some(host_id), Some(message));
        let ceph = "tx000005a33f12127693b4e-006b0bcce8-1008-default";
        assert_eq!(form(ceph, "1008-default-default", ""), Some(Server::Ceph));
        assert_eq!(form("tx9e1dcb4b46264692b27fa-006b0bcce8", "", ""), Some(Server::Swift));
        let minio = "dd9025bab4ad464b049177c95eb6ebf374d3b3fd1af9251148b658df7ac2e3e8";
        assert_eq!(form("17A3B4C5D6E7F809", minio, ""), Some(Server::MinIo));
        assert_eq!(form("", "", "Forbidden: Invalid signature"), Some(Server::Garage));
        let aws = "VoqEOyVbV2pQXkXJbYvzvCwgBFlR4NQ4iG1vVn0jnTOmYtvDnZ6mU7mFzPzm4sT+zQ5yhQxkJ1o=";
        assert_eq!(form("4442587FB7D0A2F9", aws, "The request signature we calculated does not match"), None);
        assert_eq!(form("tx9e1dcb4b-006b0bcce8", "", ""), None);
        assert_eq!(form("tx9e1dcb4b46264692b27fa-x", "", ""), None);
    }

    #[test]
    fn a_header_names_its_server_and_a_proxy_names_none() {
        let of = |name: &str, value: &str| Server::from_headers(&Headers::from_pairs([(name, value)]).unwrap());
        assert_eq!(of("Server", "MinIO"), Some(Server::MinIo));
        assert_eq!(of("server", "SeaweedFS 8000GB 4.48"), Some(Server::SeaweedFs));
        assert_eq!(of("Server", "Ceph Object Gateway (tentacle)"), Some(Server::Ceph));
        assert_eq!(of("X-Openstack-Request-Id", "tx1"), Some(Server::Swift));
        let ids = [
            ("x-amz-request-id", "0000000000000003"),
            ("x-amz-id-2", "MDAwMDAwMDAwMDAwMDAwMzAwMDAwMDAwMDAwMDAwMDMwMDAwMDAwMDAwMDAwMDAzMDAwMDAwMDAwMDAwMDAwMw=="),
        ];
        assert_eq!(Server::from_headers(&Headers::from_pairs(ids).unwrap()), Some(Server::Rclone));
        assert_eq!(of("Server", "nginx"), None);
        assert_eq!(of("Server", "AmazonS3"), None);
    }

    #[test]
    fn a_host_identifies_its_server_by_the_whole_domain() {
        assert_eq!(Server::from_host("b.fra1.digitaloceanspaces.com"), Some(Server::Ceph));
        assert_eq!(Server::from_host("FSN1.your-objectstorage.com:443"), Some(Server::Ceph));
        assert_eq!(Server::from_host("play.min.io:9000"), Some(Server::MinIo));
        assert_eq!(Server::from_host("notdigitaloceanspaces.com"), None);
        assert_eq!(Server::from_host("s3.eu-west-1.amazonaws.com"), None);
        assert_eq!(Server::from_host("127.0.0.1:9000"), None);
    }
}
