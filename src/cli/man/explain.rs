//! What the page of `explain` says beyond its options: what it reads, how it knows, where it ends, and every mistake.

use super::section::{Item, Section};
use sigvet_diagnose::DEEPEST;
use sigvet_diagnose::catalogue::{self, Mistake};

/// The sections of `sigvet-explain(1)`.
pub(super) fn sections() -> Vec<Section> {
    vec![evidence(), supplied(), knowledge(), limits(), mistakes(), json()]
}

fn evidence() -> Section {
    let items = vec![
        Item::text("What kind of text it is given, the command finds out by itself:"),
        Item::term(
            "raw HTTP",
            "A request, with the server's reply after it or without; HTTP/2 fields (:method, :path) too.",
        ),
        Item::term("traces of curl", "What `-v`, `--trace` or `--trace-ascii` printed; of several requests the last."),
        Item::term(
            "a curl command",
            "As browsers and manuals have it, quoted for a POSIX shell, cmd.exe or PowerShell. Where the command has no \
             signature, the steps of one are shown; it is not run.",
        ),
        Item::term(
            "a HAR file",
            "Of its entries the first that is signed and was refused, else the first that is signed; `--entry` names \
             another.",
        ),
        Item::term("a URL", "Presigned, also as mail programs, HTML or JSON have damaged it."),
        Item::term(
            "a reply",
            "XML or JSON, with its headers or the body alone. `--response` gives it beside a request; alone, it says \
             what it can. Many servers print the canonical request or the string to sign that they computed.",
        ),
        Item::term(
            "a log",
            "What an SDK logs when it signs, or the canonical request or the string to sign out of it. `--client-log` \
             gives it beside a request. Which program wrote it does not matter.",
        ),
        Item::text(
            "The key is that of `-u` or `--profile`, else the one among the keys of the environment and the profiles \
             that has the request's access key id. All other keys found there are tried as mistakes. With \
             `--no-credentials` none is looked for. The server's clock is `--now`, else the one in its reply; a \
             request of long ago is otherwise judged as of its own time.",
        ),
    ];
    Section { title: "WHAT IS READ", items }
}

fn supplied() -> Section {
    let items = vec![
        Item::text(
            "Options can supply what a signed request does not show. They never change it: an option that contradicts \
             the input is an error.",
        ),
        Item::term(
            "method, headers, body",
            "`-X`, `-H`, and `--body`, `-d` or `-T`. A URL shows no method and no headers, `curl -v` shows no body, and \
             a token or signature may be blacked out. With a URL, `-d` implies POST and `-T` implies PUT, as in curl; \
             `--body` implies no method. `--cluster-name` is the header that a token of EKS is signed with.",
        ),
        Item::term(
            "what the server expects",
            "`--region` and `--service`, if it accepts no others; `--token-unsigned`, if the session token is added \
             after signing; `--normalize-path` and `--encode-path`, if it signs paths in another way than its service.",
        ),
        Item::term(
            "a question",
            "`--try-host` and `--try-secret` ask whether the signature would be right with another host or secret. The \
             answer is a note; the verdict and the exit status do not depend on it.",
        ),
    ];
    Section { title: "WHAT CAN BE SUPPLIED", items }
}

fn knowledge() -> Section {
    let items = vec![
        Item::text("No mistake is named without how it is known. The strongest comes first:"),
        Item::term(
            "reproduced",
            "Signing with the mistake gives the very signature that was presented. This needs the secret. Every single \
             mistake is tried, then any two at once, then three; several sets of the same size that give the \
             signature cannot be told apart, and each is an explanation of its own.",
        ),
        Item::term(
            "server",
            "The text that the server or the client printed differs from the right one in just this way, or the \
             server's error code or message says so. Where both sides agree on the text, the secret differs.",
        ),
        Item::term(
            "key",
            "The signatures of a body in chunks, recomputed with the key, show which one does not belong, though no \
             known mistake gives it.",
        ),
        Item::term("time", "Arithmetic on the dates: clocks that are apart, URLs that have expired."),
        Item::term(
            "observed",
            "The request alone shows it: what servers refuse whatever the signature is, and, where nothing better is \
             known, what is legal and often the reason.",
        ),
    ];
    Section { title: "HOW A MISTAKE IS KNOWN", items }
}

fn limits() -> Section {
    let items = vec![
        Item::text(format!(
            "At most {DEEPEST} mistakes at once are tried. One and two are tried to the end, three until \
             `--time-limit`; the last line says how far the search came. Where nothing fits, nothing is named, and \
             the lines `next` say what to supply."
        )),
        Item::text(
            "A value that was changed to another, unlike one that was written otherwise, is found by the server's \
             reply or the client's log only. A body that the capture does not hold is not guessed. Algorithms \
             that are not known are called so. Of Version 4A two mistakes at once are tried until `--time-limit`, for \
             there each try takes a hundred times as long; of Version 2 two at the most. Permissions are not judged: a \
             request that was signed well and denied is valid.",
        ),
        Item::text(
            "Without a secret and without anything that settles it the verdict is `unknown`, and the exit status 0.",
        ),
        Item::text(
            "Secrets are never shown. Session tokens, and the signature that would be right for the request, are shown \
             only with `--show-secrets`. What others wrote is shown with its control \
             characters spelt out. Access key ids, hosts, paths and header values are shown as they are, \
             in the page of `--html` too; look at it before you pass it on.",
        ),
    ];
    Section { title: "LIMITS", items }
}

fn mistakes() -> Section {
    let mut items = vec![Item::text(
        "By their ids, which never change, in the order of a request. `--id` says more of each, with what to change in \
         well-known clients.",
    )];
    items.extend(catalogue::all().map(item));
    Section { title: "MISTAKES", items }
}

fn item(mistake: &Mistake) -> Item {
    Item::term(mistake.id, format!("{}. {}", capitalized(mistake.title), mistake.fix))
}

/// A title may begin with a name or a sign, which stays as it is.
fn capitalized(title: &str) -> String {
    match title.split_once(' ') {
        Some((first, rest)) if first.chars().all(|c| c.is_ascii_lowercase()) => {
            format!("{}{} {rest}", first[..1].to_ascii_uppercase(), &first[1..])
        }
        _ => title.to_owned(),
    }
}

fn json() -> Section {
    let items = vec![Item::text(
        "With `--json` one object is printed. Keys may be added, none is changed: `verdict` (valid, invalid, \
             unknown); `explanations`, the best first, each with `proof` and `mistakes` (`id`, `title`, `where`, \
             `signed`, `expected`, `fix`, `detail`), which are together what was wrong; `stages`; `signature` \
             (`presented`, `expected`); `search` (`hypotheses`, `deepest`, `exhausted`, `milliseconds`); `comparisons`; \
             `notes`; `next`; `tried`, if `--try-host` or `--try-secret` was given, each with `host`, `secret`, `signature` \
             (right, wrong, unknown) and `mistakes`; `server_differences`, if the server is or may be one that computes \
             otherwise than AWS, each with `id`, `servers`, `known_by` (reply, server, request), `computes`, `fix` and \
             `source`. The catalogue itself is printed by `--list --json`.",
    )];
    Section { title: "JSON", items }
}
