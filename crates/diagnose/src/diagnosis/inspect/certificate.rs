//! Turns faults in a request's certificate into mistakes.

use crate::diagnosis::catalogue::Mistake;
use crate::diagnosis::outcome::AppliedMistake;
use sigvet_core::verify::CertificateFault;

/// Turns a fault into the mistake of its catalogue row.
pub(super) fn mistake(row: &'static Mistake, fault: &CertificateFault) -> AppliedMistake {
    let made = |signed: &str, expected: &str| AppliedMistake::new(row, signed, expected);
    match fault {
        CertificateFault::Serial { expected, hex, presented } => {
            made(presented, expected).with_detail(how_serial_differs(expected, hex, presented))
        }
        CertificateFault::Algorithm { expected, presented } => made(presented, expected),
        CertificateFault::Missing { name } => made("", name),
        CertificateFault::Expired { at, .. } => made(&at.to_rfc3339(), "").with_detail(fault.to_string()),
        CertificateFault::NotYetValid { from, .. } => made(&from.to_rfc3339(), "").with_detail(fault.to_string()),
        _ => made("", "").with_detail(fault.to_string()),
    }
}

fn how_serial_differs(expected: &str, hex: &str, presented: &str) -> &'static str {
    let digits: String = presented.chars().filter(|c| !matches!(c, ':' | ' ' | '-')).collect();
    let digits = digits.to_ascii_lowercase();
    let bare = digits.strip_prefix("0x").unwrap_or(&digits).trim_start_matches('0');
    match () {
        () if bare == hex.trim_start_matches('0') => "it is the serial number in hex",
        () if presented.trim_start_matches('0') == expected => "it has leading zeros",
        () if presented.len() == 20 && presented.starts_with('A') => "it is an access key ID",
        () => "it is not the serial number of the certificate in x-amz-x509",
    }
}
