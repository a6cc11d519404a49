//! Checks that no part of the client's key reaches the next hop. It is searched by value, so it is found wherever it
//! is.
//!
//! Values are searched in the target, encoded or not, and in the headers. A short value could occur anywhere: for a
//! short access key ID, the beginning of its credential is searched instead.

use super::query::parameter;
use super::{InboundPart, Outbound, ResignError, Resigned};
use crate::credentials::Secret;
use crate::encode::{Plus, decode};
use crate::request::Request;
use crate::verify::Claimed;

/// Minimum length of an access key ID of IAM (*AccessKey* in its API reference).
const SHORTEST: usize = 16;

/// The parts of the client's key that its request carried.
pub(super) struct Inbound {
    access_key_id: String,
    /// The beginning of the credential, if the scheme has one: `AKID/20150830/`.
    credential: Option<String>,
    signature: String,
    token: Option<Secret>,
}

impl Inbound {
    pub(super) fn of(request: &Request, claimed: &Claimed) -> Self {
        let access_key_id = claimed.access_key_id().to_owned();
        Self {
            credential: claimed.scope().map(|scope| format!("{access_key_id}/{}/", scope.date)),
            access_key_id,
            signature: claimed.signature().as_str().to_owned(),
            token: token(request, claimed),
        }
    }

    /// Refuses a request that still carries part of the client's key. Values that the gateway's own credentials have in
    /// common with it are allowed.
    pub(super) fn check_absence(&self, resigned: &Resigned, outbound: &Outbound<'_>) -> Result<(), ResignError> {
        let own = outbound.credentials;
        let is_other_id = self.access_key_id != own.access_key_id;
        let id = Some(self.access_key_id.as_str()).filter(|id| id.len() >= SHORTEST).or(self.credential.as_deref());
        let signature = Some(self.signature.as_str()).filter(|signature| *signature != resigned.signature.as_str());
        let token = self.token.as_ref().filter(|token| own.session_token.as_ref() != Some(*token));
        let token = token.map(Secret::expose_secret).filter(|token| token.len() >= SHORTEST);
        let wanted = [
            (InboundPart::AccessKeyId, id.filter(|_| is_other_id)),
            (InboundPart::Signature, signature),
            (InboundPart::SessionToken, token),
        ];
        for (part, value) in wanted {
            let found = value.and_then(|value| place_of(value, &resigned.request));
            if let Some(place) = found {
                return Err(ResignError::Leak { part, place });
            }
        }
        Ok(())
    }
}

fn token(request: &Request, claimed: &Claimed) -> Option<Secret> {
    let dialect = claimed.dialect();
    let in_header = request.headers.first_text(&dialect.token_header).map(str::to_owned);
    let in_query =
        || parameter(request, &dialect.token_query_name()).or_else(|| parameter(request, &dialect.token_header));
    let token = in_header.or_else(in_query);
    #[cfg(feature = "form")]
    let token = match claimed {
        Claimed::Form(claim) => claim.session_token().1.map(str::to_owned),
        _ => token,
    };
    token.map(Secret::new)
}

/// Where a value occurs in a request.
fn place_of(value: &str, request: &Request) -> Option<String> {
    let value = value.as_bytes();
    let holds = |text: &[u8]| text.windows(value.len()).any(|window| window == value);
    let target = request.target();
    let is_in_target = holds(target) || [Plus::Literal, Plus::Space].iter().any(|plus| holds(&decode(target, *plus)));
    if is_in_target {
        return Some("target".to_owned());
    }
    let header =
        request.headers.iter().find(|header| holds(&header.value) || holds(&decode(&header.value, Plus::Literal)));
    let in_header = header.map(|header| format!("header {}", header.name.to_ascii_lowercase()));
    #[cfg(feature = "form")]
    let in_header = in_header.or_else(|| super::form::place_of(&holds, request));
    in_header
}
