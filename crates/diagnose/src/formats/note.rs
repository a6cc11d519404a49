//! Notes about a pasted text: what was selected from several, what was damaged in transit, what was repaired.

use std::fmt;

/// A note for the user who pasted a text. `Display` writes one line, in lowercase, without a full stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The text contains more than one request.
    SeveralRequests {
        /// The number of requests.
        total: usize,
        /// The number of the selected request, starting at 1.
        taken: usize,
    },
    /// The text contains more than one token.
    SeveralTokens {
        /// The number of tokens.
        total: usize,
        /// The number of the selected token, starting at 1.
        taken: usize,
    },
    /// The text contains more tokens than are read.
    ManyTokens {
        /// The number of tokens that were read.
        read: usize,
        /// The number of the selected token, starting at 1.
        taken: usize,
    },
    /// Something was found far from the beginning of a long text.
    FarDown {
        /// What was found.
        what: &'static str,
        /// The line from which on it was read, starting at 1.
        line: usize,
    },
    /// A long text was not searched to its end.
    NotSearched {
        /// What was searched for.
        what: &'static str,
        /// The line at which the search ended, starting at 1.
        line: usize,
    },
    /// A log contains more than one canonical request.
    SeveralCanonicalRequests {
        /// The number of canonical requests.
        total: usize,
        /// The number of the selected canonical request, starting at 1.
        taken: usize,
    },
    /// No string to sign contains the hash of the canonical request, so one of them was altered or belongs to
    /// another request.
    UnpairedCanonicalRequest,
    /// A value was redacted.
    Redacted {
        /// The header or field.
        what: String,
    },
    /// Line breaks had been written as the two characters `\n`, and were restored.
    EscapedNewlines,
    /// Line breaks had become spaces.
    FlattenedNewlines {
        /// The text that contained them.
        what: &'static str,
        /// Whether they could be restored.
        repaired: bool,
    },
    /// Markup had been written as `&lt;` and `&amp;`, and was restored.
    HtmlEntities,
    /// The text has `&amp;` or `\u0026` in place of the URL's `&`, which was not changed.
    EscapedUrl {
        /// The text in place of `&`.
        escape: &'static str,
    },
    /// The text ends early, or a part of it was omitted.
    CutOff {
        /// The part that is incomplete.
        what: String,
    },
    /// A value was broken into lines, which were joined.
    JoinedLines {
        /// The number of the value's first line.
        line: usize,
    },
    /// A parameter was ignored that generators of such tokens add after signing.
    UnsignedParameter {
        /// The name of the parameter.
        name: &'static str,
    },
    /// A token has the scheme of the URL that it was made from, or a scheme other than its server accepts.
    TokenScheme {
        /// The scheme of the token, such as `https://`.
        scheme: &'static str,
        /// The scheme that the server accepts; empty if it accepts none.
        expected: &'static str,
    },
    /// The URL that a token is made from by removing its scheme.
    UrlOfToken {
        /// The scheme of the URL: `https://`.
        scheme: &'static str,
    },
    /// A token does not have the prefix by which its server recognises it.
    TokenPrefix {
        /// The prefix.
        expected: &'static str,
    },
    /// A token has base64 digits that its server does not accept.
    TokenBase64 {
        /// The first such digit: `=`, `+` or `/`.
        found: char,
    },
    /// The text around a token contradicts it.
    OtherLogin(OtherLogin),
    /// The text around an EKS token names a cluster.
    ClusterBeside {
        /// The name of the cluster.
        name: String,
    },
    /// A signed request for workload identity federation or for Vault names no audience, or the wrong one.
    Audience {
        /// The header with the audience.
        header: &'static str,
        /// The audience in the header; empty if the header is missing.
        presented: String,
        /// The expected audience; empty if it is unknown.
        expected: String,
    },
    /// An AppSync handshake is signed for the endpoint that it is sent to, not for the HTTP endpoint.
    RealtimeHost {
        /// The host in the signed fields.
        presented: String,
        /// The host of the HTTP endpoint.
        expected: String,
    },
    /// A setting for a bucket has more than its name as its value.
    BucketSetting {
        /// The name of the setting.
        name: String,
        /// The value of the setting.
        presented: String,
        /// The name of the bucket.
        expected: String,
    },
    /// A token is the password in a connection URL or a password file, but is not escaped as it has to be there.
    PasswordNotEscaped,
    /// The text has more in the place of the password than the token.
    PasswordAltered(Alteration),
    /// A token has more bytes than its server reads.
    TokenLength {
        /// The maximum number of bytes that the server reads.
        expected: usize,
        /// The number of bytes in the token.
        presented: usize,
    },
    /// The URL was inside another one, such as a link checker's, or was percent-encoded as a whole.
    UnwrappedUrl {
        /// The text that contained the URL.
        from: &'static str,
    },
    /// The request was extracted from a text with prefixes, colours or quotes around it, or from a program's
    /// source code.
    TakenOutOfText,
    /// The request has a body that the text does not contain.
    BodyNotCaptured,
    /// The body in the text does not have the length that the request declares, and is ignored.
    BodyLength {
        /// `Content-Length`.
        expected: u64,
        /// The number of bytes in the text.
        presented: u64,
    },
    /// The request has a body but no header that says where it ends, so a server reads no body (RFC 9112 §6.3).
    BodyWithoutLength,
    /// The body's chunks (`Transfer-Encoding`) end early, so the body is ignored.
    BrokenChunks {
        /// The offset in the body at which the chunks end.
        offset: usize,
    },
    /// The body is longer than the request declares; the rest was ignored.
    TextBehindBody {
        /// The number of ignored bytes.
        length: usize,
    },
    /// A line of the head ends with LF alone, and others end with CR LF. A server may treat the line as part
    /// of the previous one (RFC 9112 §2.2).
    MixedLineEnds {
        /// The number of the first such line.
        line: usize,
    },
    /// The body's line breaks had lost their carriage returns, which were restored.
    RestoredLineEnds,
    /// The dump shows a dot for each unprintable character, so the bytes are unknown.
    DottedDump {
        /// The dumped part.
        what: &'static str,
    },
    /// The request has no `Host`; the URL's host was added.
    HostFromUrl,
    /// The reply names the signature and the key that were left out of the request's `Authorization` header.
    RestoredFromReply,
    /// A header that is not allowed in a request was ignored.
    InvalidHeader {
        /// The header's name, or the text in its place.
        name: String,
    },
    /// The text contains something that a shell would have replaced.
    ShellVariable {
        /// The variable as written: `$NAME`.
        name: String,
    },
    /// Text after the command was not read.
    TextBehindCommand,
    /// The body of a curl request is in a file, which was not opened.
    BodyFromFile {
        /// The option that names the file.
        option: &'static str,
    },
    /// An option of a curl command names a file, which was not opened.
    FileNotOpened {
        /// The option.
        option: &'static str,
        /// What is unknown without the file.
        what: &'static str,
    },
    /// curl chooses the boundary of a form at random, so its body is unknown.
    FormBoundary,
    /// The file of a presigned form was not opened.
    FormFile,
    /// A curl command contains a user, a password or a signature's scope, which are ignored.
    KeysInCommand,
    /// curl has no option with this name.
    UnknownCurlOption {
        /// The option's name with its dashes, without its value.
        name: String,
    },
    /// The value of an option uses curl's variables.
    CurlVariable {
        /// The option's name, without its dashes.
        option: &'static str,
    },
    /// curl refuses the braces or brackets in a URL.
    CurlPattern,
    /// curl chooses the value of a signed header only when it sends the request.
    HeaderNotKnown {
        /// The name of the header.
        name: &'static str,
    },
}

impl Note {
    /// The EKS cluster that the text around a token names.
    pub fn cluster(&self) -> Option<&str> {
        if let Self::ClusterBeside { name } = self { Some(name) } else { None }
    }
}

/// How a text alters the token that is a value in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alteration {
    /// The value ends with a line break.
    LineBreak,
    /// The value has quotation marks around the token.
    Quotes,
    /// The token is percent-encoded twice in a URL.
    EncodedTwice,
}

impl fmt::Display for Alteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LineBreak => "the value ends with a line break",
            Self::Quotes => "the value has quotation marks around the token",
            Self::EncodedTwice => "the token is percent-encoded twice, but clients decode it once",
        })
    }
}

/// What a client does with a token that the token is not for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OtherLogin {
    /// It logs in as another user.
    User {
        /// The parameter in the token: `DBUser=alice`.
        signed: String,
        /// The parameter that the token of that user has.
        expected: String,
        /// The user.
        used: String,
    },
    /// It connects to another host.
    Host {
        /// The host in the token.
        signed: String,
        /// The host, or the name of the cache, that the token should be signed for.
        expected: String,
        /// The host that the client connects to.
        used: String,
    },
    /// It connects to a host in another region.
    Region {
        /// The region that the token is signed for.
        signed: String,
        /// The region of the host.
        expected: String,
        /// The host.
        used: String,
    },
    /// A variable names another region.
    RegionSetting {
        /// The region that the token is signed for.
        signed: String,
        /// The region in the variable.
        expected: String,
        /// The variable with its value.
        used: String,
    },
    /// It connects to a cache of the other type: serverless, or with nodes.
    CacheType {
        /// The parameter in the token, or nothing.
        signed: &'static str,
        /// The parameter that the token should have, or nothing.
        expected: &'static str,
        /// The host.
        used: String,
    },
    /// It connects to a host of the other service that accepts such tokens: ElastiCache or MemoryDB.
    CacheService {
        /// The service that the token is signed for.
        signed: String,
        /// The service of the host.
        expected: &'static str,
        /// The host.
        used: String,
    },
}

impl fmt::Display for OtherLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { signed, used, .. } => {
                write!(f, "the token has {}, but the client logs in as '{}'", one_line(signed), one_line(used))
            }
            Self::Host { signed, used, .. } => {
                write!(f, "the token is for {}, but the client connects to {}", one_line(signed), one_line(used))
            }
            Self::Region { signed, expected, used } => write!(
                f,
                "the token is signed for {}, but the client connects to {} in {}",
                one_line(signed),
                one_line(used),
                one_line(expected)
            ),
            Self::RegionSetting { signed, used, .. } => {
                write!(f, "the token is signed for {}, but the client uses {}", one_line(signed), one_line(used))
            }
            Self::CacheType { signed: "", expected, used } => {
                write!(
                    f,
                    "the token has no {expected}, but the client connects to the serverless cache {}",
                    one_line(used)
                )
            }
            Self::CacheType { signed, used, .. } => {
                write!(f, "the token has {signed}, but the client connects to {}, which has nodes", one_line(used))
            }
            Self::CacheService { signed, expected, used } => write!(
                f,
                "the token is signed for {}, but the client connects to {} of {expected}",
                one_line(signed),
                one_line(used)
            ),
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeveralRequests { total, taken } => write!(f, "{total} requests; used number {taken}"),
            Self::SeveralTokens { total, taken } => write!(f, "{total} tokens found; used number {taken}"),
            Self::ManyTokens { read, taken } => write!(f, "more than {read} tokens found; used number {taken}"),
            Self::FarDown { what, line } => {
                write!(f, "the text is long; {what} was read from line {line} on")
            }
            Self::NotSearched { what, line } => {
                write!(f, "the text is long; nothing below line {line} was searched for {what}")
            }
            Self::SeveralCanonicalRequests { total, taken } if total == taken => {
                write!(f, "{total} canonical requests; used the last one")
            }
            Self::SeveralCanonicalRequests { total, taken } => {
                write!(f, "{total} canonical requests; used number {taken}")
            }
            Self::UnpairedCanonicalRequest => {
                f.write_str("the client's string to sign does not contain the hash of its canonical request")
            }
            Self::Redacted { what } => write!(f, "{} was redacted", one_line(what)),
            Self::EscapedNewlines => f.write_str("line breaks written as \\n were restored"),
            Self::FlattenedNewlines { what, repaired: true } => {
                write!(f, "the line breaks of the {what} had become spaces; they were restored")
            }
            Self::FlattenedNewlines { what, repaired: false } => {
                write!(f, "the line breaks of the {what} became spaces and could not be restored")
            }
            Self::HtmlEntities => f.write_str("HTML entities such as &lt; and &amp; were decoded"),
            Self::EscapedUrl { escape } => write!(f, "the URL has {escape} instead of &"),
            Self::CutOff { what } => write!(f, "{} is cut off", one_line(what)),
            Self::JoinedLines { line } => write!(f, "line {line} continues on the next line; they were joined"),
            Self::UnsignedParameter { name } => {
                write!(f, "{name} follows the signature and is not signed; it was ignored")
            }
            Self::TokenScheme { scheme, expected: "" } => {
                write!(f, "the token begins with {scheme}, which is not part of the password")
            }
            Self::TokenScheme { scheme, expected } => {
                write!(f, "the URL in the token begins with {scheme} instead of {expected}")
            }
            Self::UrlOfToken { scheme } => {
                write!(f, "as a password, the token is used without {scheme} in front; servers refuse it with that")
            }
            Self::TokenPrefix { expected } => write!(f, "the token lacks its prefix {expected}"),
            Self::TokenBase64 { found: '=' } => {
                f.write_str("the token's base64 ends in '=', which its server does not accept")
            }
            Self::TokenBase64 { found } => {
                write!(f, "the token's base64 has '{found}', and its server accepts only '-' and '_'")
            }
            Self::OtherLogin(other) => other.fmt(f),
            Self::BucketSetting { name, presented, .. } => {
                write!(f, "{} is {}, which is not only the name of a bucket", one_line(name), one_line(presented))
            }
            Self::ClusterBeside { name } => write!(f, "the text names the EKS cluster '{}'", one_line(name)),
            Self::Audience { header, presented, .. } if presented.is_empty() => {
                write!(f, "the signed request has no header {header}")
            }
            Self::Audience { header, presented, expected } if expected.is_empty() => {
                write!(f, "the header {header} is '{}'", within(presented, LONGEST_AUDIENCE))
            }
            Self::Audience { header, presented, expected } => {
                let [presented, expected] = [presented, expected].map(|name| within(name, LONGEST_AUDIENCE));
                write!(f, "the header {header} is '{presented}', not '{expected}'")
            }
            Self::RealtimeHost { presented, expected } => {
                let [presented, expected] = [presented, expected].map(|host| within(host, LONGEST_AUDIENCE));
                write!(f, "the handshake is signed for {presented}, not for {expected}")
            }
            Self::PasswordNotEscaped => f.write_str("the token is not escaped as a password in this text"),
            Self::PasswordAltered(altered) => altered.fmt(f),
            Self::TokenLength { expected, presented } => {
                write!(f, "the token has {presented} bytes; its server accepts at most {expected}")
            }
            Self::UnwrappedUrl { from } => write!(f, "the URL was extracted from {from}"),
            Self::TakenOutOfText => f.write_str("the request was extracted from the surrounding text"),
            Self::BodyNotCaptured => f.write_str("the input does not contain the request's body"),
            Self::BodyLength { expected, presented } => {
                write!(f, "the body has {presented} bytes but the request declares {expected}, so the body is unknown")
            }
            Self::BodyWithoutLength => f.write_str(
                "the request has neither Content-Length nor Transfer-Encoding, so a server would read no body",
            ),
            Self::BrokenChunks { offset } => {
                write!(f, "the chunked body (Transfer-Encoding) is malformed at byte {offset}, so the body is unknown")
            }
            Self::TextBehindBody { length } => write!(f, "{length} bytes after the body were ignored"),
            Self::MixedLineEnds { line } => {
                write!(
                    f,
                    "line {line} ends with LF but other lines end with CR LF; a server may read it and the next line as one"
                )
            }
            Self::RestoredLineEnds => {
                f.write_str("the body's line endings were restored to CR LF, which its length requires")
            }
            Self::DottedDump { what } => {
                write!(f, "the dump shows some bytes of the {what} as dots, so they are unknown")
            }
            Self::RestoredFromReply => {
                f.write_str("what was redacted in the Authorization header was taken from the server's reply")
            }
            Self::HostFromUrl => {
                f.write_str("the input has no Host header, which HTTP/1.1 requires; the URL's host was used")
            }
            Self::InvalidHeader { name } => write!(f, "header '{}' cannot be sent; it was ignored", one_line(name)),
            Self::ShellVariable { name } => write!(f, "the value of the shell's {} is unknown", one_line(name)),
            Self::TextBehindCommand => f.write_str("the text after the command was ignored"),
            Self::BodyFromFile { option } => {
                write!(
                    f,
                    "the body is in a file ({option}); files that a pasted command names are never opened, so the body is unknown"
                )
            }
            Self::FileNotOpened { option, what } => {
                write!(f, "{option} names a file, which was not opened, so part of the {what} is unknown")
            }
            Self::FormBoundary => {
                f.write_str("curl chooses the boundary of a form (-F) at random, so the body is unknown")
            }
            Self::FormFile => f.write_str("the form's file was not opened, so its length was not checked"),
            Self::KeysInCommand => f.write_str(
                "-u and --aws-sigv4 in the pasted command are not used: give the key with sigvet's own options",
            ),
            Self::UnknownCurlOption { name } => write!(f, "curl has no option {}; it was ignored", one_line(name)),
            Self::CurlVariable { option } => {
                write!(f, "--expand-{option} depends on curl's variables, so its value is unknown")
            }
            Self::CurlPattern => {
                f.write_str("curl refuses the braces or brackets in the URL without -g; they were used literally")
            }
            Self::HeaderNotKnown { name } => {
                write!(f, "the signature covers {name}, whose value curl chooses when it sends, so it is unknown")
            }
        }
    }
}

/// The longest audience that is shown whole: the full name of a provider is longer than other names.
const LONGEST_AUDIENCE: usize = 256;

/// Shortens names taken from the text, and removes line breaks.
fn one_line(name: &str) -> String {
    within(name, 80)
}

fn within(name: &str, most: usize) -> String {
    name.chars().take(most).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
