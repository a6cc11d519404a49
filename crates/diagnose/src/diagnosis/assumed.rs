//! The parts of a request that the evidence does not show.

use sigvet_core::request::{Body, Request};
use sigvet_core::verify::Known;

/// The parts that were not shown, and that were assumed to be correct: `method`, `headers`, `body`.
pub fn assumed_parts(known: Known, request: &Request) -> Vec<&'static str> {
    let unseen = [(!known.method, "method"), (!known.headers, "headers"), (request.body == Body::Unknown, "body")];
    unseen.into_iter().filter(|(is_unseen, _)| *is_unseen).map(|(_, part)| part).collect()
}
