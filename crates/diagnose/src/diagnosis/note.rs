//! What a diagnosis says besides its explanations: what is noteworthy and no mistake, and what would tell more.
//!
//! It is data. Whoever shows it has the words, for they depend on where they are shown: a program names its options, a page
//! its fields. So these enums are exhaustive on purpose: a new variant does not compile without its words.

use super::party::Party;
use sigvet_core::verify::{Finding, VerifyError};

/// Something noteworthy about a request that is not a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Verifying found something that no explanation names: servers accept it, or its cause is not known.
    Finding(Finding),
    /// The request makes no claim that can be checked.
    Unreadable(VerifyError),
    /// A canonical request does not have the hash that its string to sign ends in: it was altered when it was copied.
    TextAltered(Party),
    /// The signature does not match, and no mistake of the catalogue gives the one that was presented.
    NotReproduced,
    /// The head of the request is larger than any server takes, so no mistakes were tried.
    Excessive {
        /// Bytes of its target and headers.
        bytes: usize,
        /// Headers and parameters.
        fields: usize,
    },
    /// The client's canonical request and string to sign are right, so only its key can be wrong.
    ClientTextsRight,
    /// The server's canonical request and string to sign are those of this request; what the client signed is unknown.
    ServerTextsRight,
    /// Neither the server's texts nor the client's are known to be right, so what the client signed is unknown.
    NoTextsKnown,
    /// The signature is right for a request of which only a part was seen.
    SignedFor {
        /// The method, where it was not seen.
        method: Option<String>,
        /// Headers that were not seen, each with its value: `content-type:image/png`.
        headers: Vec<String>,
    },
    /// A reply or a log is about another request, and was not compared.
    OfAnotherRequest {
        /// Whose it is.
        whose: Party,
        /// What differs, as it is called in a sentence.
        what: &'static str,
    },
    /// The signature is right, and the server refused it.
    RightAndRefused,
    /// The server may treat this request otherwise than the specification says.
    Quirk(Quirk),
}

/// What servers are known to do otherwise than the specification, by what in a request makes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// The path has a `%2F`: some servers read it as `/`.
    EncodedSlash,
    /// `accept-encoding` is signed, which proxies rewrite.
    AcceptEncodingSigned,
    /// The path has a `+`: S3 reads it as a space, other stores as a plus.
    PlusInPath,
    /// `host` is signed: a proxy may have replaced it.
    HostSigned,
}

/// What to supply so that a diagnosis can tell more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// To sign the same request with another signer: it tells a wrong secret, the likeliest cause of what nothing reproduces,
    /// from a wrong signer.
    OtherSigner,
    /// To compare the right stages of the signature with those of the client.
    Stages,
    /// The request that was refused, with all its headers.
    Request,
    /// The body of the request, which the capture does not show.
    Body,
    /// A header that is signed and was not seen, or was redacted.
    Header,
    /// The header that names the EKS cluster, which no token shows.
    ClusterName,
    /// The secret, to reproduce the wrong signature itself.
    Secret,
    /// The server's reply: many servers print what they computed.
    Reply,
    /// The client's debug log: it shows what was signed.
    ClientLog,
    /// More time for the search, which was stopped before it was done.
    MoreTime,
}
