//! The sources of credentials: the profile file, the environment, AWS's own files and chain, other tools' files.
//!
//! [`resolve`] tries them in the documented order and reports which one it used. Only what is passed in is
//! read: the [`Environment`] is an argument, and this module does not know about the terminal or standard
//! output. None of its errors, `Debug` outputs and warnings contains a secret.

mod tool;
mod source;
mod x509;
mod warning;
mod near;
mod shape;
mod aws_cause;
mod outside;
mod failure_kind;
mod tool_error;
mod roles_anywhere;
mod session_error;
mod error;
mod soundness;
mod private_file;
mod passphrase;
mod certificate_fields;
mod profile;
mod environment;
mod parse;
mod file;
mod last_words;
mod secret;
mod choice;
mod found;
mod rank;
mod ini;
mod aws;
mod tools;
mod certified;
mod profile_source;
mod others;
mod origin;
mod edit;
mod sessions;
mod typed;
mod resolve;
mod import;

pub use aws::{AwsView, assume_role, aws_profiles};
pub use aws_cause::{AwsCause, ChainEnd};
pub use certificate_fields::CertificateFields;
pub use certified::{CertificateSession, create_session, load_certified};
pub use choice::{CredentialChoice, KeyParts};
pub use edit::{Added, DefaultProfile, Existing, add, remove, replace, set_default};
pub use environment::Environment;
pub use error::{CommandProblem, Error};
pub use failure_kind::FailureKind;
pub use file::{Location, ProfileFile};
pub use found::{Described, KnownKey, Resolved, Unread};
pub use import::{Copied, to_copy};
pub use near::near_names;
pub use others::{check_file, known_keys, unread_keys};
pub use outside::{Answer, Call, NoAnswer, Outside, Route};
pub use passphrase::PassphraseSource;
pub use profile::{Addressing, Profile, SecretSource, Settings, UnknownAddressing};
pub use resolve::{certificate_session, describe, resolve};
pub use roles_anywhere::{InvalidSession, RolesAnywhere};
pub use session_error::SessionError;
pub use sessions::{KeptSession, LONGEST_SESSION, is_good};
pub use shape::{looks_like_key_id, looks_like_secret, looks_like_session_token, without_user};
pub use soundness::find_problem;
pub use source::{AwsProvider, Source};
pub use tool::{Tool, ToolEntry, ToolPlace};
pub use tool_error::ToolError;
pub use tools::{ToolKeys, ToolProfile, tool_profile, tool_profiles};
pub use warning::{KeyPart, KeyProblem, Warning};
pub use x509::{
    CertificateError, CertificateFiles, CertificateWarning, ExcessiveDerivation, LoadedKey, load_certificates,
};
