//! Internals that `sigvet-diagnose` needs. Not part of the public API: they change without notice.

#[cfg(feature = "stream")]
pub use crate::crypto::Md5Hasher;
#[cfg(feature = "v2")]
pub use crate::crypto::digests::hmac_sha1;
#[cfg(any(feature = "stream", feature = "v2"))]
pub use crate::crypto::digests::sha1;
pub use crate::crypto::digests::{Hex, sha512};
pub use crate::crypto::head::Head;
pub use crate::crypto::midstate::{HmacKey, Midstate, hmac};
pub use crate::derivation::frame::{Subject, frame};
pub use crate::endpoint::bucket::without_port;
pub use crate::request::authority::without_brackets;
pub use crate::request::headers::is_token;
pub use crate::request::hop_fields::connection_options;
pub use crate::request::invalid::{METHODS, capital_method};
pub use crate::request::target::{join_target, split_query, split_target};
pub use crate::request::wire::WireFault;
pub use crate::texts::Texts;
#[cfg(feature = "v2")]
pub use crate::v2::resource::{join, path_of, sub_resources};
pub use crate::verify::addressed::{Contradiction, Sureness, is_aws, is_region, region_of_host, service_of_host};
pub use crate::verify::framing::{ambiguous_length, names_two_hosts};
pub use crate::verify::judgement::judge_claim;
pub use crate::verify::unknown::{is_access_key_hidden, is_blacked_out, is_payload_unknown};

use crate::request::{Body, Headers, Request};

/// The domains of all hosts that `endpoint` knows: every such host is one of them or a subdomain.
pub fn domains() -> impl Iterator<Item = &'static str> {
    crate::endpoint::domains()
}

/// The domains of all AWS hosts: every such host is one of them or a subdomain.
pub fn aws_domains() -> impl Iterator<Item = &'static str> {
    crate::endpoint::aws_domains()
}

/// A request as it was captured, whatever its method and target: evidence is judged unchanged.
pub fn captured_request(
    method: impl Into<String>,
    target: impl Into<Vec<u8>>,
    headers: Headers,
    body: Body,
) -> Request {
    Request { method: method.into(), target: target.into(), authority: None, wire: Vec::new(), headers, body }
}

/// Sets the authority that the request line names in addition to `Host`.
pub fn with_authority(request: Request, authority: Option<Vec<u8>>) -> Request {
    Request { authority, ..request }
}

/// Sets what servers read differently in the text that the request was captured from.
pub fn with_wire_faults(request: Request, wire: Vec<WireFault>) -> Request {
    Request { wire, ..request }
}

pub mod encode {
    pub use crate::encode::{Plus, Slash, decode, encode, is_unreserved, push_encoded, recode};
}

pub mod canonical {
    use crate::canonical::{CanonicalRequest, Field};

    /// The text before a field, including the newline that separates them.
    pub fn before(text: &CanonicalRequest, field: Field) -> &[u8] {
        text.before(field)
    }

    /// The text after a field, beginning with the newline that ends it.
    pub fn after(text: &CanonicalRequest, field: Field) -> &[u8] {
        text.after(field)
    }

    pub mod headers {
        pub use crate::canonical::headers::{write, write_value};
    }

    pub mod path {
        pub use crate::canonical::path::{has_dot_segment, write};
    }

    pub mod query {
        pub use crate::canonical::query::{parameter, parameters, write};
    }
}

#[cfg(feature = "v4a")]
pub mod key_pair {
    pub use crate::scheme::key_pair::{PREFIX_SUFFIX, derive, of_secret};
}

pub mod raw_http {
    pub use crate::raw_http::{
        Head, Line, Lines, MalformedRequest, Transferred, authority_of, head_of, parse_fields, parse_request_line,
        split_once, take_fields, take_head, without_chunks,
    };
}
