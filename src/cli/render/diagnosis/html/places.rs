//! Where a mistake is on the way from secret and request to the signature, and which steps it affects from there.

use sigvet_core::canonical::Field;
use sigvet_core::derivation::Placement;
use sigvet_diagnose::{AppliedMistake, Explanation, Proof};

/// A place on the way to a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A field of the canonical request.
    Field(Field),
    /// The combination of its fields.
    CanonicalRequest,
    /// A line of the string to sign: algorithm, timestamp, scope, hash.
    Line(usize),
    /// The combination of its lines.
    StringToSign,
    /// A link in the key derivation: the secret, then the input of each of the four HMACs.
    Link(usize),
    /// What is made from the last hash.
    Signature,
}

pub(super) const TIMESTAMP: usize = 1;
pub(super) const SCOPE: usize = 2;
pub(super) const HASH: usize = 3;
const SECRET: usize = 0;
const DATE: usize = 1;
const REGION: usize = 2;
const SERVICE: usize = 3;
const TERMINATOR: usize = 4;

/// A connection between two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Connector {
    /// From this link to the next.
    Chain(usize),
    /// From the last key to the signature.
    Key,
    /// From the canonical request into the string to sign.
    Hash,
    /// From the string to sign to the signature.
    Message,
}

/// The places of an explanation's mistakes.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) places: Vec<Place>,
    /// Whether the mistakes changed the signature; a request that is only late is signed correctly.
    is_followed: bool,
}

impl Trail {
    pub(super) fn of(explanation: Option<&Explanation>, placement: Option<Placement>) -> Self {
        let Some(explanation) = explanation else { return Self::default() };
        let places = explanation.mistakes.iter().flat_map(|made| places(made, placement)).collect();
        Self { places, is_followed: matches!(explanation.proof, Proof::Reproduced | Proof::Server) }
    }

    pub(super) fn is_followed(&self) -> bool {
        self.is_followed
    }

    pub(super) fn is_at(&self, place: Place) -> bool {
        self.places.contains(&place)
    }

    /// Whether a mistake in the canonical request changes its hash.
    pub(super) fn spoils_hash(&self) -> bool {
        let in_request = |place: &Place| matches!(place, Place::Field(_) | Place::CanonicalRequest);
        self.is_followed && self.places.iter().any(in_request)
    }

    /// Whether a mistake affects this connection.
    pub(super) fn goes(&self, way: Connector) -> bool {
        let in_string = |place: &Place| matches!(place, Place::Line(_) | Place::StringToSign);
        let up_to = |last: usize| move |place: &Place| matches!(place, Place::Link(at) if *at <= last);
        self.is_followed
            && match way {
                Connector::Hash => self.spoils_hash(),
                Connector::Message => self.spoils_hash() || self.places.iter().any(in_string),
                Connector::Chain(from) => self.places.iter().any(up_to(from)),
                Connector::Key => self.places.iter().any(up_to(TERMINATOR)),
            }
    }
}

/// The places of a mistake, derived from the part of the request that the catalogue says it affects.
pub(super) fn places(made: &AppliedMistake, placement: Option<Placement>) -> Vec<Place> {
    let is_in_query = matches!(placement, Some(Placement::Query { .. }));
    match made.mistake.place {
        "method" => vec![Place::Field(Field::Method)],
        "path" => vec![Place::Field(Field::Path)],
        "query" | "expires" => vec![Place::Field(Field::Query)],
        "token" if is_in_query => vec![Place::Field(Field::Query)],
        "headers" | "host" | "token" | "certificate" => vec![Place::Field(Field::Headers)],
        "signed-headers" => vec![Place::Field(Field::SignedHeaders)],
        "payload" => vec![Place::Field(Field::Payload)],
        "canonical-request" => vec![Place::CanonicalRequest],
        "string-to-sign" => vec![Place::StringToSign],
        "date" => vec![Place::Line(TIMESTAMP)],
        "scope" => scope(made.mistake.id),
        "credential" | "key" => key(made.mistake.id),
        _ => vec![Place::Signature],
    }
}

fn scope(id: &str) -> Vec<Place> {
    let links = match id {
        "scope-date" => vec![DATE],
        "scope-region" => vec![REGION],
        "scope-service" => vec![SERVICE],
        _ => vec![DATE, REGION, SERVICE, TERMINATOR],
    };
    std::iter::once(Place::Line(SCOPE)).chain(links.into_iter().map(Place::Link)).collect()
}

fn key(id: &str) -> Vec<Place> {
    let links = match id {
        "key-other-day" => vec![DATE],
        "key-other-scope" => vec![REGION, SERVICE],
        "key-order" | "key-hex-chain" => vec![DATE, REGION, SERVICE, TERMINATOR],
        _ => vec![SECRET],
    };
    links.into_iter().map(Place::Link).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sigvet_diagnose::catalogue;

    /// A mistake with a place that is unknown here would be drawn at the signature.
    #[test]
    fn every_place_in_the_catalogue_is_in_the_picture() {
        for mistake in catalogue::all() {
            let made = AppliedMistake {
                mistake,
                detail: None,
                signed: Vec::new(),
                expected: Vec::new(),
                is_on_the_way: false,
            };
            let is_at_the_end = places(&made, None) == [Place::Signature];
            // Forms are not drawn, because only their policy is signed.
            let belongs_there = matches!(mistake.place, "signature" | "authorization" | "policy");
            assert_eq!(is_at_the_end, belongs_there, "{}", mistake.id);
        }
    }

    #[test]
    fn a_mistake_affects_every_step_up_to_the_signature() {
        let trail = |place, is_followed| Trail { places: vec![place], is_followed };
        let path = trail(Place::Field(Field::Path), true);
        assert!(
            path.goes(Connector::Hash)
                && path.goes(Connector::Message)
                && !path.goes(Connector::Key)
                && !path.goes(Connector::Chain(3))
        );
        let region = trail(Place::Link(REGION), true);
        assert!(!region.goes(Connector::Chain(1)) && region.goes(Connector::Chain(2)) && region.goes(Connector::Key));
        assert!(!trail(Place::Line(TIMESTAMP), false).goes(Connector::Message));
    }
}
