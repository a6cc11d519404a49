//! Explains why a signature does not match: gets from a refused request to the mistakes made when it was signed.
//!
//! A mistake can be known in three ways, the strongest first: a search *reproduces* the wrong signature,
//! which needs the secret; the server's own text, or the client's, is *compared* with the right one; or the
//! request and the reply alone are *inspected*. A mistake is never named without saying how it is known. The
//! right texts come from the derivation, which does not know about this module.

pub mod catalogue;
mod allowance;
mod size;
mod party;
mod evidence;
mod note;
mod quirks;
mod target;
mod texts;
mod token_kind;
mod outcome;
mod field;
mod power;
mod certified;
mod alternatives;
mod compare;
mod inspect;
mod chunks;
mod presented;
mod damaged_url;
mod foreign;
mod reading;
mod told;
mod search;
mod scheme;
mod differences;
mod form;
mod v2;
mod v4;
mod case;
mod trial;
mod assumed;
mod conclude;

pub use assumed::assumed_parts;
pub use conclude::diagnose;
pub use evidence::{ClientTexts, Evidence, Hints, OtherKey, Trial};
pub use inspect::{is_authorization_lost, mistake_in_note, mistakes_found, names_mistake, refused_token};
pub use note::{NextStep, Note, Quirk};
pub use outcome::{
    Answer, AppliedDifference, AppliedMistake, Certainty, Comparison, Diagnosis, Difference, Explanation, Judged,
    JudgedV4, Origin, Proof, Search, Tried, difference,
};
pub use party::Party;
pub use reading::named_access_key_id;
pub use search::{DEEPEST, Limits};
pub use sigvet_core::verify::{Known, Outcome};
pub use token_kind::token_kind_of;
