//! The reply to `CreateSession`: the credentials of an S3 Express session (*CreateSession* in the S3 API reference).
//!
//! No error quotes the reply, because it may contain a secret. This module does not know how a session is
//! requested or how long it is kept.

use roxmltree::{Document, Node};

use sigvet_core::credentials::{Credentials, Secret};
use sigvet_core::time::Timestamp;

/// A reply without usable credentials. The parsers' messages are discarded, because they quote the reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedSession {
    /// The reply is not an XML document, or not UTF-8.
    #[error("it is not XML")]
    NotXml,
    /// An element is missing or empty.
    #[error("it has no {element}")]
    Missing {
        /// The name of the element.
        element: &'static str,
    },
    /// A value is not allowed in a header.
    #[error("its {element} has a character that a header cannot carry")]
    Unsound {
        /// The name of the element.
        element: &'static str,
    },
    /// `Expiration` is not a date and time.
    #[error("its Expiration is not a date and time")]
    Expiration,
}

/// Reads the credentials of a session, in any namespace or none.
///
/// # Errors
/// See [`MalformedSession`].
pub fn parse_session(reply: &[u8]) -> Result<Credentials, MalformedSession> {
    let text = std::str::from_utf8(reply).map_err(|_| MalformedSession::NotXml)?;
    let document = Document::parse(text).map_err(|_| MalformedSession::NotXml)?;
    let element = |name| document.descendants().find(|node: &Node<'_, '_>| node.tag_name().name() == name);
    let credentials = element("Credentials").ok_or(MalformedSession::Missing { element: "Credentials" })?;
    let access_key_id = value(credentials, "AccessKeyId")?;
    let secret_access_key = Secret::new(value(credentials, "SecretAccessKey")?);
    let session_token = Some(Secret::new(value(credentials, "SessionToken")?));
    let expires_at = Timestamp::parse(&value(credentials, "Expiration")?).map_err(|_| MalformedSession::Expiration)?;
    Ok(Credentials { access_key_id, secret_access_key, session_token, expires_at: Some(expires_at) })
}

fn value(parent: Node<'_, '_>, element: &'static str) -> Result<String, MalformedSession> {
    let node = parent.children().find(|node| node.tag_name().name() == element);
    let text: String = node.iter().flat_map(|node| node.children()).filter_map(|child| child.text()).collect();
    match text.trim() {
        "" => Err(MalformedSession::Missing { element }),
        text if text.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(text.to_owned()),
        _ => Err(MalformedSession::Unsound { element }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reply like the example in the API reference.
    fn reply(inside: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CreateSessionResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
             <Credentials>{inside}</Credentials></CreateSessionResult>"
        )
    }

    const SOUND: &str = "<SessionToken>to/ken+=</SessionToken><SecretAccessKey>hush</SecretAccessKey>\
                         <AccessKeyId>ASIASESSION</AccessKeyId><Expiration>2026-03-01T11:16:12Z</Expiration>";

    #[test]
    fn the_credentials_are_extracted() {
        let found = parse_session(reply(SOUND).as_bytes()).unwrap();
        let expected = Credentials {
            expires_at: Some(Timestamp::parse("20260301T111612Z").unwrap()),
            ..Credentials::new("ASIASESSION", "hush").with_session_token("to/ken+=")
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_reply_without_credentials_is_refused_without_showing_it() {
        let missing = |element| MalformedSession::Missing { element };
        for (text, expected) in [
            ("hush".to_owned(), MalformedSession::NotXml),
            (reply(SOUND).replace("</Credentials>", ""), MalformedSession::NotXml),
            ("<CreateSessionResult/>".to_owned(), missing("Credentials")),
            (reply(""), missing("AccessKeyId")),
            (reply(&SOUND.replace("hush", " ")), missing("SecretAccessKey")),
            (
                reply(&SOUND.replace("to/ken", "to&#13;&#10;X-Evil: 1")),
                MalformedSession::Unsound { element: "SessionToken" },
            ),
            (reply(&SOUND.replace("2026-03-01T11:16:12Z", "soon")), MalformedSession::Expiration),
        ] {
            assert_eq!(parse_session(text.as_bytes()).unwrap_err(), expected, "{text}");
        }
        assert_eq!(parse_session(b"\xff<a/>").unwrap_err(), MalformedSession::NotXml);
    }
}
