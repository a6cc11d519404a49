//! What to sign with: credentials, or a signing key that was derived from them.

pub mod signing_key;
pub mod signer;
pub mod words;
pub mod certified;
pub mod outside;
pub mod found;
pub mod known;
pub mod fetching;
pub mod renewing;
pub mod sources;
