//! What a diagnosis says in addition to its explanations: noteworthy facts that are not mistakes, and what would help.
//!
//! This is data. The program that shows a note supplies the wording, because it depends on where the note is
//! shown: a command line names its options, a web page its fields. Therefore these enums are exhaustive on
//! purpose: a new variant does not compile until it has a wording everywhere.

use super::party::Party;
use sigvet_core::verify::{Finding, VerifyError};

/// Something noteworthy about a request that is not a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A finding that no explanation names, because servers accept it or its cause is unknown.
    Finding(Finding),
    /// The request makes no claim that can be checked.
    Unreadable(VerifyError),
    /// A canonical request does not have the hash at the end of its string to sign, so it was altered when it
    /// was copied.
    TextAltered(Party),
    /// The signature does not match, and no mistake in the catalogue gives the presented signature.
    NotReproduced,
    /// The head of the request is larger than any server accepts, so no mistakes were tried.
    Excessive {
        /// Number of bytes in the target and the headers.
        bytes: usize,
        /// Number of headers and parameters.
        fields: usize,
    },
    /// The client's canonical request and string to sign are right, so only its key can be wrong.
    ClientTextsRight,
    /// The server's canonical request and string to sign are right for this request; what the client signed
    /// is unknown.
    ServerTextsRight,
    /// Neither the server's texts nor the client's are known to be right, so what the client signed is unknown.
    NoTextsKnown,
    /// The signature is right for a request that was only partly seen.
    SignedFor {
        /// The method, if it was not seen.
        method: Option<String>,
        /// Headers that were not seen, each with its value: `content-type:image/png`.
        headers: Vec<String>,
    },
    /// A reply or a log belongs to another request, and was not compared.
    OfAnotherRequest {
        /// The party that sent it.
        whose: Party,
        /// The part that differs, worded for use in a sentence.
        what: &'static str,
    },
    /// The signature is right, but the server refused it.
    RightAndRefused,
    /// The server may treat this request differently from the specification.
    Quirk(Quirk),
}

/// Known deviations of servers from the specification, by the part of the request that triggers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// The path contains `%2F`, which some servers read as `/`.
    EncodedSlash,
    /// `accept-encoding` is signed, which proxies rewrite.
    AcceptEncodingSigned,
    /// The path contains `+`, which S3 reads as a space and other stores as a plus sign.
    PlusInPath,
    /// `host` is signed, and a proxy may have replaced it.
    HostSigned,
}

/// What the user could supply to learn more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Sign the same request with another signer. This distinguishes a wrong secret, the likeliest cause if
    /// nothing reproduces the signature, from a faulty signer.
    OtherSigner,
    /// Compare the intermediate results of signing with the client's.
    Stages,
    /// The refused request, with all its headers.
    Request,
    /// The body of the request, which the capture does not contain.
    Body,
    /// A signed header that was not seen or was redacted.
    Header,
    /// The header with the name of the EKS cluster, which no token contains.
    ClusterName,
    /// Another name of the EKS cluster than the one that was given.
    OtherCluster,
    /// The secret, to reproduce the wrong signature itself.
    Secret,
    /// The server's reply, because many servers print what they computed.
    Reply,
    /// The client's debug log, because it shows what was signed.
    ClientLog,
    /// More time for the search, which was stopped early.
    MoreTime,
}
