//! Differences between the server's computation and AWS's that explain why the server refused the request.
//!
//! A difference is proven if the server's text is exactly what the server's rules make of this request. If
//! the reply shows no text, the likely reason is a recognised server that is known to compute this way; an
//! unrecognised server may be any of the known ones. A text that no rule makes contradicts all of them.

use super::evidence::Evidence;
use super::outcome::{AppliedDifference, Certainty, Comparison, Judged};
use super::party::{Party, Texts};
use crate::formats::reply::Reply;
use crate::servers::{Consequence, Difference, Server, Signed, TABLE, text_by, triggered_by};
use sigvet_core::crypto::sha256;
use sigvet_core::internal::is_aws;
use sigvet_core::verify::Claimed;

/// Maximum number of rules to combine for one text.
const MOST: usize = 3;

/// The differences that affect this request and that the reply does not contradict.
pub(super) fn find(evidence: &Evidence<'_>, judged: &Judged, comparisons: &[Comparison]) -> Vec<AppliedDifference> {
    let Some(reply) = evidence.reply.filter(|_| !is_aws(&judged.request) && evidence.request.is_some()) else {
        return Vec::new();
    };
    let Some(signed) = signed(judged) else { return Vec::new() };
    let server = reply.recognize_server(&judged.request);
    let (by_words, of_signature): (Vec<_>, Vec<_>) = triggered_by(&signed, TABLE.iter().copied().flatten())
        .into_iter()
        .partition(|row| row.consequence() != Consequence::OtherSignature);
    let told = told(reply, server, &by_words);
    let differs = comparisons.iter().find(|comparison| comparison.whose == Party::Server);
    match (differs, evidence.texts().into_iter().find(|(whose, _)| *whose == Party::Server)) {
        _ if !told.is_empty() => told,
        (Some(comparison), Some((_, texts))) if !comparison.differences.is_empty() => {
            proven(&signed, texts, server, &of_signature)
        }
        (Some(_), _) => Vec::new(),
        _ if reply.is_signature_refusal() && judged.is_signature_right() == Some(true) => {
            supposed(server, &of_signature)
        }
        _ => Vec::new(),
    }
}

fn signed(judged: &Judged) -> Option<Signed<'_>> {
    match &judged.verdict.claimed {
        Claimed::V4(claim) => Some(Signed::V4(&judged.request, &claim.terms)),
        Claimed::V2(claim) => Some(Signed::V2(&judged.request, &claim.terms)),
        _ => None,
    }
}

/// Differences shown by the server's message, or by its accepting a body that it is known to store with its framing.
fn told(reply: &Reply, server: Option<Server>, rows: &[&'static Difference]) -> Vec<AppliedDifference> {
    let message = reply.message.as_deref().unwrap_or_default().to_ascii_lowercase();
    let is_of = |row: &Difference| server.is_some_and(|server| row.is_of(server));
    let is_shown = |row: &&&'static Difference| match row.consequence() {
        Consequence::Refused { words } => message.contains(words) && (is_of(row) || server.is_none()),
        Consequence::FramingStored => is_of(row) && !reply.is_refusal(),
        Consequence::OtherSignature => false,
    };
    let shown = rows.iter().filter(is_shown);
    shown.map(|row| applied(row, server, if is_of(row) { Certainty::Proven } else { Certainty::Possible })).collect()
}

fn applied(difference: &'static Difference, server: Option<Server>, certainty: Certainty) -> AppliedDifference {
    let own = server.filter(|server| difference.is_of(*server));
    let servers = own.map_or_else(|| difference.servers.to_vec(), |server| vec![server]);
    AppliedDifference { difference, servers, certainty }
}

/// The smallest set of one server's rules that makes its text.
fn proven(
    signed: &Signed<'_>,
    texts: Texts<'_>,
    server: Option<Server>,
    rows: &[&'static Difference],
) -> Vec<AppliedDifference> {
    let makes = |set: &[&'static Difference]| is_text(&text_by(signed, set), signed, texts);
    let share_a_server = |set: &[&'static Difference]| !common(set, server).is_empty();
    let found = sets(rows).into_iter().find(|set| share_a_server(set) && makes(set)).unwrap_or_default();
    let servers = common(&found, server);
    let of_row = |difference| AppliedDifference { difference, servers: servers.clone(), certainty: Certainty::Proven };
    found.into_iter().map(of_row).collect()
}

/// The servers that have all of these differences; if a server was recognised, only that one.
fn common(set: &[&'static Difference], server: Option<Server>) -> Vec<Server> {
    let Some((first, others)) = set.split_first() else { return Vec::new() };
    let is_of_all = |candidate: &Server| others.iter().all(|row| row.is_of(*candidate));
    let is_it = |candidate: &Server| server.is_none_or(|server| server == *candidate);
    first.servers.iter().copied().filter(|candidate| is_it(candidate) && is_of_all(candidate)).collect()
}

/// All sets of up to `MOST` rows, the smallest first.
fn sets(rows: &[&'static Difference]) -> Vec<Vec<&'static Difference>> {
    let mut all: Vec<Vec<(usize, &'static Difference)>> = vec![Vec::new()];
    let mut begin = 0;
    for _ in 0..MOST {
        let end = all.len();
        for at in begin..end {
            let set = all.get(at).cloned().unwrap_or_default();
            let next = set.last().map_or(0, |(at, _)| at + 1);
            let longer = rows.iter().enumerate().skip(next).map(|(at, row)| [set.clone(), vec![(at, *row)]].concat());
            all.extend(longer);
        }
        begin = end;
    }
    all.into_iter().map(|set| set.into_iter().map(|(_, row)| row).collect()).collect()
}

/// Whether a text is the server's canonical request, or the canonical request whose hash ends its string to sign.
fn is_text(text: &[u8], signed: &Signed<'_>, texts: Texts<'_>) -> bool {
    let same = |theirs: &[u8]| theirs.trim_ascii_end() == text.trim_ascii_end();
    match (signed, texts.canonical_request, texts.string_to_sign) {
        (Signed::V2(..), _, Some(string)) => same(string),
        (Signed::V4(..), Some(canonical), _) => same(canonical),
        (Signed::V4(..), None, Some(string)) => {
            let hash = string.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            hash.eq_ignore_ascii_case(sha256(text).to_string().as_bytes())
        }
        _ => false,
    }
}

/// Differences that may explain the refusal if the server shows no text. If only some versions of the server
/// have a difference, the server's name makes it possible, not likely.
fn supposed(server: Option<Server>, rows: &[&'static Difference]) -> Vec<AppliedDifference> {
    let is_it = |row: &Difference| server.is_none_or(|server| row.is_of(server));
    let certainty = |row: &Difference| match server {
        Some(server) if row.is_always_of(server) => Certainty::Recognized,
        _ => Certainty::Possible,
    };
    rows.iter().filter(|row| is_it(row)).map(|row| applied(row, server, certainty(row))).collect()
}
