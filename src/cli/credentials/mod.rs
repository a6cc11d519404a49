//! Whose signature it will be: credentials, or a signing key that was derived from them before.

pub mod signing_key;
pub mod signer;
pub mod words;
pub mod certified;
pub mod outside;
pub mod found;
pub mod known;
pub mod fetching;
pub mod sources;
