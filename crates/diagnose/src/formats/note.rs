//! What a person must know of a pasted text: what was taken of several, what was damaged on its way, what was repaired.

use std::fmt;

/// Something to tell whoever pasted a text. `Display` is one line, in lower case, without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// There is more than one request.
    SeveralRequests {
        /// How many.
        total: usize,
        /// Which was taken, from 1.
        taken: usize,
    },
    /// A log has more than one canonical request.
    SeveralCanonicalRequests {
        /// How many.
        total: usize,
        /// Which was taken, from 1.
        taken: usize,
    },
    /// No string to sign holds the hash of the canonical request: one of them was altered, or is another request's.
    UnpairedCanonicalRequest,
    /// A value was blacked out.
    Redacted {
        /// The header or field.
        what: String,
    },
    /// Line breaks were written as the two characters `\n`; they are line breaks again.
    EscapedNewlines,
    /// Line breaks had become spaces.
    FlattenedNewlines {
        /// What they were in.
        what: &'static str,
        /// Whether they could be put back.
        repaired: bool,
    },
    /// Markup was written as `&lt;` and `&amp;`; it is markup again.
    HtmlEntities,
    /// The text says `&amp;` or `\u0026` where a URL has `&`; it was left so.
    EscapedUrl {
        /// What stands for `&`.
        escape: &'static str,
    },
    /// The text ends early, or something was left out.
    CutOff {
        /// What is not whole.
        what: String,
    },
    /// A value was broken into lines; they were joined.
    JoinedLines {
        /// The first line of it.
        line: usize,
    },
    /// A parameter that the generators of such tokens add after signing was left out.
    UnsignedParameter {
        /// Its name.
        name: &'static str,
    },
    /// The URL stood inside another one, of a service that checks links, or was percent-encoded as a whole.
    UnwrappedUrl {
        /// What it was in.
        from: &'static str,
    },
    /// The request stood in a text with prefixes, colours or quotes around it, or in the syntax of a program.
    TakenOutOfText,
    /// The request has a body that is not in the text.
    BodyNotCaptured,
    /// The body in the text is not as long as the request says, and is not used.
    BodyLength {
        /// `Content-Length`.
        expected: u64,
        /// The bytes that are there.
        presented: u64,
    },
    /// The chunks of the body (`Transfer-Encoding`) break off, so it is not used.
    BrokenChunks {
        /// Bytes of the body before it.
        offset: usize,
    },
    /// More follows the body than the request says; that was left out.
    TextBehindBody {
        /// The bytes.
        length: usize,
    },
    /// A line of the head ends in LF alone, and others in CR LF: a server may take it for a part of the line before (RFC 9112 §2.2).
    MixedLineEnds {
        /// The first such line.
        line: usize,
    },
    /// The body's line breaks had lost their carriage returns, and have them again.
    RestoredLineEnds,
    /// The dump writes a dot for whatever is not printable, so the bytes are not known.
    DottedDump {
        /// What was dumped.
        what: &'static str,
    },
    /// The request has no `Host`; the URL's was added.
    HostFromUrl,
    /// A header that no request can have was left out.
    InvalidHeader {
        /// Its name, or what stands in its place.
        name: String,
    },
    /// A shell would have put something in the place of this.
    ShellVariable {
        /// `$NAME` as it stands there.
        name: String,
    },
    /// Text behind the command was not read.
    TextBehindCommand,
    /// The body of a request of curl is in a file, which was not opened.
    BodyFromFile {
        /// The option that names the file.
        option: &'static str,
    },
    /// An option of a curl command names a file, which was not opened.
    FileNotOpened {
        /// The option.
        option: &'static str,
        /// What is not known without it.
        what: &'static str,
    },
    /// curl chooses the boundary of a form at random, so its body is not known.
    FormBoundary,
    /// The file of a presigned form was not opened.
    FormFile,
    /// A curl command has a user, a password or the scope of a signature, which are not taken from it.
    KeysInCommand,
    /// curl has no such option.
    UnknownCurlOption {
        /// Its name with its dashes, without its value.
        name: String,
    },
    /// The value of an option is made of curl's variables.
    CurlVariable {
        /// The option, without dashes.
        option: &'static str,
    },
    /// curl refuses the braces or brackets in a URL.
    CurlPattern,
    /// A header is signed whose value curl chooses when it sends.
    HeaderNotKnown {
        /// Its name.
        name: &'static str,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeveralRequests { total, taken } => write!(f, "{total} requests, took number {taken}"),
            Self::SeveralCanonicalRequests { total, taken } if total == taken => {
                write!(f, "{total} canonical requests, took the last")
            }
            Self::SeveralCanonicalRequests { total, taken } => {
                write!(f, "{total} canonical requests, took number {taken}")
            }
            Self::UnpairedCanonicalRequest => {
                f.write_str("the client's string to sign does not hold the hash of its canonical request")
            }
            Self::Redacted { what } => write!(f, "{} was blacked out", one_line(what)),
            Self::EscapedNewlines => f.write_str("line breaks were written as \\n, and are line breaks again"),
            Self::FlattenedNewlines { what, repaired: true } => {
                write!(f, "the line breaks of the {what} had become spaces, and were put back")
            }
            Self::FlattenedNewlines { what, repaired: false } => {
                write!(f, "the line breaks of the {what} became spaces, and could not be put back")
            }
            Self::HtmlEntities => f.write_str("markup was written as &lt; and &amp;, and is markup again"),
            Self::EscapedUrl { escape } => write!(f, "the URL says {escape} where a & belongs"),
            Self::CutOff { what } => write!(f, "{} is cut off", one_line(what)),
            Self::JoinedLines { line } => write!(f, "line {line} goes on in the next one, they were joined"),
            Self::UnsignedParameter { name } => {
                write!(f, "{name} stands behind the signature and is not signed, it was left out")
            }
            Self::UnwrappedUrl { from } => write!(f, "the URL was taken out of {from}"),
            Self::TakenOutOfText => f.write_str("the request was taken out of the text around it"),
            Self::BodyNotCaptured => f.write_str("the body of the request is not in the text"),
            Self::BodyLength { expected, presented } => {
                write!(f, "the body has {presented} bytes where the request says {expected}, so it is not known")
            }
            Self::BrokenChunks { offset } => {
                write!(f, "the chunks of the body (Transfer-Encoding) are broken at byte {offset}, so the body is not known")
            }
            Self::TextBehindBody { length } => write!(f, "{length} bytes behind the body were left out"),
            Self::MixedLineEnds { line } => {
                write!(f, "line {line} ends in LF and others in CR LF: a server may take it and the next one for one line")
            }
            Self::RestoredLineEnds => f.write_str("the body's line ends are CR LF again, as its length tells"),
            Self::DottedDump { what } => write!(f, "the dump writes a dot for some bytes of the {what}"),
            Self::HostFromUrl => f.write_str("the text shows no Host header, the one of the URL was added"),
            Self::InvalidHeader { name } => write!(f, "header '{}' cannot be sent, it was left out", one_line(name)),
            Self::ShellVariable { name } => write!(f, "the shell's {} is not known", one_line(name)),
            Self::TextBehindCommand => f.write_str("what follows the command was not read"),
            Self::BodyFromFile { option } => {
                write!(f, "the body is in a file ({option}); a file that a command names is not opened, so the body is not known")
            }
            Self::FileNotOpened { option, what } => {
                write!(f, "{option} names a file, which was not opened: what it adds to the {what} is not known")
            }
            Self::FormBoundary => {
                f.write_str("curl chooses the boundary of a form (-F) at random, so the body is not known")
            }
            Self::FormFile => f.write_str("the file of the form was not opened, and its length was not judged"),
            Self::KeysInCommand => f.write_str(
                "the user, password or scope in the command (-u, --aws-sigv4) is not used: what was pasted gives no key",
            ),
            Self::UnknownCurlOption { name } => write!(f, "curl has no option {}, it was left out", one_line(name)),
            Self::CurlVariable { option } => {
                write!(f, "--expand-{option} depends on curl's variables, its value is not known")
            }
            Self::CurlPattern => {
                f.write_str("curl refuses the braces or brackets in the URL without -g, they were taken as they are")
            }
            Self::HeaderNotKnown { name } => {
                write!(f, "the signature covers {name}, and its value is chosen by curl: it is not known")
            }
        }
    }
}

/// Short and without line breaks, for names that came out of the text.
fn one_line(name: &str) -> String {
    name.chars().take(80).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
