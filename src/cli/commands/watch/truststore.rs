//! A trust store as Java reads it, in the format JKS: certificates by their names, and a digest over all of it.
//!
//! keytool would need a second, and is not where a Java runtime comes without its tools.

use sigvet_core::checksum::{Checksum, ChecksumAlgorithm};

/// The password that goes into the digest. It keeps nothing secret: certificates are public.
pub const PASSWORD: &str = "changeit";

/// What JKS puts between the password and the store.
const WHITENER: &[u8] = b"Mighty Aphrodite";

/// The mark of the format, and its version.
const MAGIC: [u8; 8] = [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2];

/// The tag of an entry that is a certificate.
const TRUSTED: [u8; 4] = [0, 0, 0, 2];

/// The store with these certificates (DER).
pub fn write(certificates: &[Vec<u8>]) -> Vec<u8> {
    let mut store = MAGIC.to_vec();
    put_length(certificates.len(), &mut store);
    for (at, certificate) in certificates.iter().enumerate() {
        store.extend_from_slice(&TRUSTED);
        put_text(&format!("sigvet-{at}"), &mut store);
        // When it was put in: nobody asks.
        store.extend_from_slice(&[0; 8]);
        put_text("X.509", &mut store);
        put_length(certificate.len(), &mut store);
        store.extend_from_slice(certificate);
    }
    let digest = digest(&store);
    store.extend_from_slice(digest.as_bytes());
    store
}

fn put_length(length: usize, store: &mut Vec<u8>) {
    store.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
}

/// As `DataOutput.writeUTF` has it, for ASCII.
fn put_text(text: &str, store: &mut Vec<u8>) {
    store.extend_from_slice(&u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
    store.extend_from_slice(text.as_bytes());
}

fn digest(store: &[u8]) -> Checksum {
    let password: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_be_bytes).collect();
    Checksum::compute(ChecksumAlgorithm::Sha1, &[&password, WHITENER, store].concat())
}
