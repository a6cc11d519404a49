//! The stages of a signature for people: the text to the right of the bar is exactly what is hashed or signed.

use std::io::Write;

use super::redact::Redactor;
use sigvet_core::canonical::{CanonicalRequest, Field};
use sigvet_core::crypto::PublicKey;
use sigvet_core::derivation::{Derivation, Part, Terms};
use sigvet_core::scheme::{KeyTrace, Scheme};

/// Writes every stage: the canonical request, the string to sign, and how the key is derived.
pub fn write_all(
    terms: &Terms,
    derivation: &Derivation,
    redactor: &Redactor,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    write_canonical_request(derivation, redactor, out)?;
    write_string_to_sign(derivation, redactor, out)?;
    write_key_path(terms, redactor, out)
}

/// Writes the canonical request, field by field, and its hash.
pub fn write_canonical_request(
    derivation: &Derivation,
    redactor: &Redactor,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    const FIELDS: [(Field, &str); 6] = [
        (Field::Method, "method"),
        (Field::Path, "path"),
        (Field::Query, "query"),
        (Field::Headers, "headers"),
        (Field::SignedHeaders, "signed headers"),
        (Field::Payload, "payload hash"),
    ];
    writeln!(out, "Canonical request")?;
    for (field, label) in FIELDS {
        write_rows(label, &redactor.apply(&text_of(&derivation.canonical_request, field)), out)?;
    }
    writeln!(out, "  {:<17}   {}", "its SHA-256", derivation.canonical_request_sha256)
}

fn text_of(canonical_request: &CanonicalRequest, field: Field) -> String {
    String::from_utf8_lossy(canonical_request.field(field)).into_owned()
}

/// Writes the string to sign, line by line.
pub fn write_string_to_sign(derivation: &Derivation, redactor: &Redactor, out: &mut dyn Write) -> std::io::Result<()> {
    const LABELS: [&str; 4] = ["algorithm", "timestamp", "credential scope", "request's SHA-256"];
    writeln!(out, "\nString to sign")?;
    for (label, line) in LABELS.into_iter().zip(derivation.string_to_sign.lines()) {
        write_rows(label, &redactor.apply(line), out)?;
    }
    Ok(())
}

/// Writes the parts of a string to sign that has no canonical request, each without its line end.
pub fn write_parts(scheme: &str, parts: &[Part], redactor: &Redactor, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "Parts, by {scheme}")?;
    for part in parts {
        let text = String::from_utf8_lossy(&part.text);
        write_rows(part.name, &redactor.apply(text.strip_suffix('\n').unwrap_or(&text)), out)?;
    }
    Ok(())
}

/// Writes the whole string to sign that has no canonical request.
pub fn write_whole_string(string_to_sign: &[u8], redactor: &Redactor, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "\nString to sign")?;
    write_rows("", &redactor.apply(&String::from_utf8_lossy(string_to_sign)), out)
}

/// Writes how the signing key is derived, without the key.
pub fn write_key_path(terms: &Terms, redactor: &Redactor, out: &mut dyn Write) -> std::io::Result<()> {
    let (scope, prefix) = (&terms.scope, terms.secret_prefix());
    // If ID and secret were swapped, it is the secret itself.
    let id = redactor.apply(&terms.access_key_id);
    writeln!(out, "\nSigning key")?;
    if terms.scheme.is_certified() {
        return writeln!(out, "  {:<17}   of the certificate in x-amz-x509, with serial number {id}", "private key");
    }
    if terms.scheme == Scheme::V4a {
        writeln!(
            out,
            "  {:<17}   HMAC(\"{prefix}\" + secret of {id}, \"{}\", id, counter)",
            "number",
            terms.algorithm()
        )?;
        return writeln!(out, "  {:<17}   number + 1, on the curve P-256", "private key");
    }
    let links = [
        ("kDate", format!("HMAC(\"{prefix}\" + secret of {id}, \"{}\")", scope.date)),
        ("kRegion", format!("HMAC(kDate, \"{}\")", scope.region())),
        ("kService", format!("HMAC(kRegion, \"{}\")", scope.service)),
        ("kSigning", format!("HMAC(kService, \"{}\")", scope.terminator)),
    ];
    links.iter().try_for_each(|(name, link)| writeln!(out, "  {name:<17}   {link}"))
}

/// Writes the derived keys themselves, all of which are secret.
pub fn write_key_trace(trace: &KeyTrace, out: &mut dyn Write) -> std::io::Result<()> {
    let keys = [
        ("kDate", trace.k_date()),
        ("kRegion", trace.k_region()),
        ("kService", trace.k_service()),
        ("kSigning", trace.k_signing()),
    ];
    keys.iter().try_for_each(|(name, key)| writeln!(out, "{name:<9} {}", hex::encode(key.as_slice())))
}

/// Writes the public key of a key pair, as the coordinates of its point.
pub fn write_public_key(key: &PublicKey, out: &mut dyn Write) -> std::io::Result<()> {
    let (x, y) = key.coordinates();
    writeln!(out, "public x  {x}\npublic y  {y}")
}

/// Writes a label and the lines of a text, each of them unchanged to the right of the bar.
pub fn write_rows(label: &str, text: &str, out: &mut dyn Write) -> std::io::Result<()> {
    for (at, line) in text.split('\n').enumerate() {
        let label = if at == 0 { label } else { "" };
        let row = format!("  {label:<17} │ {line}");
        writeln!(out, "{}", row.trim_end_matches(' '))?;
    }
    Ok(())
}
