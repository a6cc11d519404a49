//! What a diagnosis says in addition to its explanations: noteworthy facts that are not mistakes, and what would help.
//!
//! This is data. Whoever shows it supplies the words, because they depend on where they are shown: a program names its
//! options, a page its fields. So these enums are exhaustive on purpose: a new variant does not compile without its
//! words.

use super::party::Party;
use sigvet_core::verify::{Finding, VerifyError};

/// Something noteworthy about a request that is not a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Verification found something that no explanation names: servers accept it, or its cause is unknown.
    Finding(Finding),
    /// The request makes no claim that can be checked.
    Unreadable(VerifyError),
    /// A canonical request does not have the hash at the end of its string to sign: it was altered when it was copied.
    TextAltered(Party),
    /// The signature does not match, and no mistake of the catalogue gives the presented one.
    NotReproduced,
    /// The head of the request is larger than any server accepts, so no mistakes were tried.
    Excessive {
        /// Number of bytes of its target and headers.
        bytes: usize,
        /// Number of headers and parameters.
        fields: usize,
    },
    /// The client's canonical request and string to sign are right, so only its key can be wrong.
    ClientTextsRight,
    /// The server's canonical request and string to sign are those of this request; what the client signed is unknown.
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
    /// A reply or a log is about another request, and was not compared.
    OfAnotherRequest {
        /// The party that it comes from.
        whose: Party,
        /// The part that differs, as named in a sentence.
        what: &'static str,
    },
    /// The signature is right, but the server refused it.
    RightAndRefused,
    /// The server may treat this request differently from the specification.
    Quirk(Quirk),
}

/// Known deviations of servers from the specification, by the part of a request that triggers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// The path contains a `%2F`: some servers read it as `/`.
    EncodedSlash,
    /// `accept-encoding` is signed, which proxies rewrite.
    AcceptEncodingSigned,
    /// The path contains a `+`: S3 reads it as a space, other stores as a plus.
    PlusInPath,
    /// `host` is signed: a proxy may have replaced it.
    HostSigned,
}

/// What to supply to learn more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextStep {
    /// Sign the same request with another signer: this distinguishes a wrong secret, the likeliest cause if nothing
    /// reproduces the signature, from a wrong signer.
    OtherSigner,
    /// Compare the right stages of the signature with the client's.
    Stages,
    /// The request that was refused, with all its headers.
    Request,
    /// The body of the request, which the capture does not show.
    Body,
    /// A header that is signed but was not seen, or was redacted.
    Header,
    /// The header that names the EKS cluster, which no token contains.
    ClusterName,
    /// Another name of the EKS cluster than the one that was given.
    OtherCluster,
    /// The secret, to reproduce the wrong signature itself.
    Secret,
    /// The server's reply: many servers print their computation.
    Reply,
    /// The client's debug log: it shows what was signed.
    ClientLog,
    /// More time for the search, which was stopped early.
    MoreTime,
}
