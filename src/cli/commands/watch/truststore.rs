//! Writes a trust store for Java in JKS format: named certificates, and a digest of the whole store.
//!
//! keytool would take a second, and is missing where only a Java runtime is installed.

use sigvet_core::checksum::{Checksum, ChecksumAlgorithm};

/// The password that goes into the digest. It protects nothing, because certificates are public.
pub const PASSWORD: &str = "changeit";

/// The text that JKS hashes between the password and the store.
const WHITENER: &[u8] = b"Mighty Aphrodite";

/// The magic number and the version of the format.
const MAGIC: [u8; 8] = [0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2];

/// The tag of a certificate entry.
const TRUSTED: [u8; 4] = [0, 0, 0, 2];

/// A trust store with these certificates (DER).
pub fn write(certificates: &[Vec<u8>]) -> Vec<u8> {
    let mut store = MAGIC.to_vec();
    put_length(certificates.len(), &mut store);
    for (at, certificate) in certificates.iter().enumerate() {
        store.extend_from_slice(&TRUSTED);
        put_text(&format!("sigvet-{at}"), &mut store);
        // The time of creation, which nothing reads.
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

/// Writes ASCII text as `DataOutput.writeUTF` does.
fn put_text(text: &str, store: &mut Vec<u8>) {
    store.extend_from_slice(&u16::try_from(text.len()).unwrap_or(u16::MAX).to_be_bytes());
    store.extend_from_slice(text.as_bytes());
}

fn digest(store: &[u8]) -> Checksum {
    let password: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_be_bytes).collect();
    Checksum::compute(ChecksumAlgorithm::Sha1, &[&password, WHITENER, store].concat())
}
