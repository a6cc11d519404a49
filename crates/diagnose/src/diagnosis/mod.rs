//! Why a signature does not match: from a refused request to the mistakes that were made when it was signed.
//!
//! Three ways of knowing, the strongest first: a search that *reproduces* the wrong signature, which needs the secret;
//! *comparing* the server's own text, or the client's, with the right one; *inspecting* the request and the reply alone.
//! A mistake is never named without how it is known. What is right comes from the derivation, which knows of none of this.

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
mod search;
mod scheme;
mod differences;
mod form;
mod v2;
mod v4;
mod case;
mod trial;
mod conclude;

pub use conclude::diagnose;
pub use evidence::{ClientTexts, Evidence, Hints, OtherKey, Trial};
pub use inspect::{is_authorization_lost, mistake_in_note, names_mistake, refused_token};
pub use note::{NextStep, Note, Quirk};
pub use outcome::{
    Answer, AppliedDifference, AppliedMistake, Certainty, Comparison, Diagnosis, Difference, Explanation, Judged,
    JudgedV4, Origin, Proof, Search, Tried, difference,
};
pub use party::Party;
pub use search::{DEEPEST, Limits};
pub use sigvet_core::verify::{Known, Outcome};
pub use token_kind::token_kind_of;
