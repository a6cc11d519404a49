//! A stand-in.
use super::redact::Redactor;
use crate::derivation::Derivation;
use crate::diagnose::Diagnosis;
use crate::scheme::Signature;
use serde_json::{Value, json};
use std::io::Write;
/// Colours.
pub enum Palette {
    /// x
    Plain,
    /// x
    Coloured,
}
/// A diagnosis.
pub struct Shown<'a> {
    /// x
    pub diagnosis: &'a Diagnosis,
    /// x
    pub redactor: &'a Redactor,
    /// x
    pub show_secrets: bool,
    /// x
    pub milliseconds: u64,
}
impl Shown<'_> {
    /// x
    pub fn to_html(&self) -> String {
        String::new()
    }
    /// x
    pub fn write_text(&self, _p: Palette, _s: bool, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(out, "{:#}", self.to_json())
    }
    /// x
    pub fn to_json(&self) -> Value {
        let d = self.diagnosis;
        let t = |b: &[u8]| self.redactor.apply(&String::from_utf8_lossy(b));
        json!({"verdict": format!("{:?}", d.verdict).to_lowercase(),
        "explanations": d.explanations.iter().map(|e| json!({"proof": e.proof.as_str(), "mistakes": e.mistakes.iter().map(|m| json!({"id": m.mistake.id, "title": m.mistake.title, "detail": m.detail, "signed": t(&m.signed), "expected": t(&m.expected)})).collect::<Vec<_>>()})).collect::<Vec<_>>(),
        "notes": d.notes, "next": d.next,
        "search": {"hypotheses": d.search.hypotheses, "deepest": d.search.deepest, "exhausted": d.search.is_exhausted, "milliseconds": self.milliseconds}})
    }
}
/// x
pub fn to_sign(derivation: &Derivation, signature: &Signature, redactor: &Redactor) -> Value {
    super::verdict::to_sign(derivation, signature, redactor)
}
