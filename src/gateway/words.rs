//! Turns library errors about failed connections into readable log messages, without repetition or type names.

use std::borrow::Cow;
use std::error::Error;
use std::io;

use rustls::AlertDescription;

use crate::transport::TransferError;

/// An error message followed by its causes. Text that is already there is not repeated, and errors about TLS or HTTP
/// are put into plain words.
pub fn describe_chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = describe(error);
        if !text.contains(said.as_ref()) {
            text.push_str(": ");
            text.push_str(&said);
        }
        // The causes of an error that was put into plain words are from the same library, so they are left out.
        cause = if matches!(said, Cow::Borrowed(_)) { None } else { error.source() };
    }
    text
}

/// Why a TLS handshake failed, for either side.
pub fn describe_tls(error: &io::Error) -> Cow<'static, str> {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(error) => of_rustls(error),
        None if error.kind() == io::ErrorKind::UnexpectedEof => "the connection was closed".into(),
        None => error.to_string().into(),
    }
}

fn describe(error: &(dyn Error + 'static)) -> Cow<'static, str> {
    // A transparent error has the text and the causes of the inner error, but not its type.
    let inner = match error.downcast_ref() {
        Some(TransferError::Http(error)) => Some(error),
        _ => error.downcast_ref(),
    };
    if let Some(error) = inner {
        return of_hyper(error).into();
    }
    match error.downcast_ref::<io::Error>() {
        Some(error) => describe_tls(error),
        None => error.to_string().into(),
    }
}

fn of_hyper(error: &hyper::Error) -> &'static str {
    if error.is_parse_too_large() {
        "its headers are too long, or there are too many of them"
    } else if error.is_parse() {
        "its answer is not valid HTTP"
    } else if error.is_timeout() {
        "it does not answer"
    } else {
        "the connection was closed"
    }
}

fn of_rustls(error: &rustls::Error) -> Cow<'static, str> {
    match error {
        rustls::Error::AlertReceived(alert) if is_about_trust(*alert) => {
            "the other side does not trust the certificate".into()
        }
        rustls::Error::AlertReceived(alert) => format!("the other side refused ({})", in_words(*alert)).into(),
        rustls::Error::InvalidMessage(_) => "the other side does not speak TLS".into(),
        rustls::Error::PeerIncompatible(_) => "the other side offers no acceptable TLS version and cipher".into(),
        rustls::Error::NoApplicationProtocol => "the other side offers no acceptable HTTP version".into(),
        other => other.to_string().into(),
    }
}

/// Whether a peer sends this alert because it does not trust a certificate.
pub fn is_about_trust(alert: AlertDescription) -> bool {
    use AlertDescription as A;
    matches!(
        alert,
        A::UnknownCA
            | A::BadCertificate
            | A::CertificateUnknown
            | A::CertificateExpired
            | A::UnsupportedCertificate
            | A::DecryptError
    )
}

/// Writes `HandshakeFailure` as `handshake failure`.
fn in_words(alert: AlertDescription) -> String {
    let mut words = String::new();
    for character in format!("{alert:?}").chars() {
        if character.is_ascii_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use rustls::{InvalidMessage, PeerIncompatible};

    use super::*;
    use crate::transport::{ConnectError, TransportError};

    fn refused() -> io::Error {
        io::Error::from_raw_os_error(111)
    }

    /// Catches a cause that appears twice.
    #[test]
    fn a_cause_is_not_repeated() {
        let source = ConnectError::Address { address: "127.0.0.1:1".parse().unwrap(), source: refused() };
        let error = TransportError::CannotConnect { host: "h:1".to_owned(), source };
        assert_eq!(describe_chain(&error), format!("cannot connect to h:1: {} (127.0.0.1:1)", refused()));
    }

    #[test]
    fn tls_errors_are_put_into_plain_words() {
        let tls = |error: rustls::Error| describe_tls(&io::Error::new(io::ErrorKind::InvalidData, error)).into_owned();
        let alert = |alert| tls(rustls::Error::AlertReceived(alert));
        assert_eq!(alert(AlertDescription::UnknownCA), "the other side does not trust the certificate");
        assert_eq!(alert(AlertDescription::HandshakeFailure), "the other side refused (handshake failure)");
        assert_eq!(
            tls(rustls::Error::InvalidMessage(InvalidMessage::InvalidContentType)),
            "the other side does not speak TLS"
        );
        assert_eq!(
            tls(rustls::Error::PeerIncompatible(PeerIncompatible::NoCipherSuitesInCommon)),
            "the other side offers no acceptable TLS version and cipher"
        );
    }
}
