//! Compares two texts: where they differ, which parts of them fit on a line, and how each byte is made visible.
//!
//! Each byte has exactly one representation: printable ASCII as itself, a backslash doubled, an easily overlooked
//! space as ␣, other white space as `\t`, `\r` and `\n`, `…` as itself, because our own texts contain it, and any
//! other byte as `\xNN`. So the output identifies every byte of a text, and every character is one column wide.

use std::ops::Range;

use sigvet_diagnose::difference;

/// A difference between two texts: a range of each.
pub(super) type Hunk = (Range<usize>, Range<usize>);

/// A part of a text as it is shown. Line feeds in it are not escaped, because a page breaks the line there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) text: String,
    pub(super) kind: Kind,
}

/// What a segment is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The same in both texts.
    Same,
    /// In this text only.
    Differs,
    /// Something was left out here.
    LeftOut,
}

impl Segment {
    /// The segment on one line.
    pub(super) fn in_line(&self) -> String {
        self.text.replace('\n', "\\n")
    }
}

/// Two texts, divided into lines.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pairs {
    pub(super) shown: Vec<Pair>,
    /// Number of differences that are not shown.
    pub(super) left_out: usize,
}

/// Corresponding parts of two texts, each to be shown on one line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pair {
    pub(super) theirs: Vec<Segment>,
    pub(super) right: Vec<Segment>,
}

/// Maximum number of columns shown before a difference.
const CONTEXT: usize = 20;
/// Maximum product of the numbers of compared pieces; beyond it, everything from the first difference to the last
/// is one hunk.
const MOST_WORK: usize = 250_000;

/// Finds the differences between two texts piece by piece: lines, parameters, path segments. Escapes are never
/// split.
pub(super) fn hunks(theirs: &[u8], right: &[u8]) -> Vec<Hunk> {
    let (a, b) = (pieces(theirs), pieces(right));
    let before = a.iter().zip(&b).take_while(|(a, b)| theirs[(*a).clone()] == right[(*b).clone()]).count();
    let (rest_a, rest_b) = (&a[before..], &b[before..]);
    let common_end = rest_a.iter().rev().zip(rest_b.iter().rev());
    let after = common_end.take_while(|(a, b)| theirs[(*a).clone()] == right[(*b).clone()]).count();
    let (rest_a, rest_b) = (&rest_a[..rest_a.len() - after], &rest_b[..rest_b.len() - after]);
    let base = a[..before].last().map_or(0, |piece| piece.end);
    let mut hunks = match rest_a.len() * rest_b.len() {
        0..=MOST_WORK => unmatched((theirs, rest_a), (right, rest_b), base),
        _ => vec![(base..place(rest_a, rest_a.len(), base), base..place(rest_b, rest_b.len(), base))],
    };
    hunks.retain(|(a, b)| theirs[a.clone()] != right[b.clone()]);
    hunks.into_iter().map(|hunk| narrowed(theirs, right, hunk)).collect()
}

/// The pieces of a text: separators, escapes at any level of encoding, and the text between.
fn pieces(text: &[u8]) -> Vec<Range<usize>> {
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    let mut is_run = false;
    while at < text.len() {
        let (length, is_plain) = match text[at] {
            b'\n' | b'&' | b';' | b'/' => (1, false),
            _ => escape_length(&text[at..]).map_or((1, true), |length| (length, false)),
        };
        match pieces.last_mut() {
            Some(last) if is_run && is_plain => last.end += length,
            _ => pieces.push(at..at + length),
        }
        (at, is_run) = (at + length, is_plain);
    }
    pieces
}

/// The length of the escape at the beginning of a text: of `%20`, and also of `%2520`.
fn escape_length(text: &[u8]) -> Option<usize> {
    let is_hex = |at: usize| text.get(at..at + 2).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit));
    if text.first() != Some(&b'%') || !is_hex(1) {
        return None;
    }
    let mut at = 1;
    while text[at..].starts_with(b"25") && is_hex(at + 2) {
        at += 2;
    }
    Some(at + 2)
}

/// Where a piece starts; after the last piece, where that ends; without any piece, `base`.
fn place(pieces: &[Range<usize>], at: usize, base: usize) -> usize {
    match pieces.get(at) {
        Some(piece) => piece.start,
        None => pieces.last().map_or(base, |piece| piece.end),
    }
}

/// The parts between the pieces of the common subsequence with the most bytes; `base` bytes of both texts precede
/// the pieces.
fn unmatched((theirs, a): (&[u8], &[Range<usize>]), (right, b): (&[u8], &[Range<usize>]), base: usize) -> Vec<Hunk> {
    let is_same = |i: usize, j: usize| theirs[a[i].clone()] == right[b[j].clone()];
    let mut common = vec![vec![0_usize; b.len() + 1]; a.len() + 1];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            let skipped = common[i + 1][j].max(common[i][j + 1]);
            common[i][j] = if is_same(i, j) { common[i + 1][j + 1] + a[i].len() } else { skipped };
        }
    }
    let (mut i, mut j, mut hunks) = (0, 0, Vec::new());
    while i < a.len() || j < b.len() {
        let (from_i, from_j) = (i, j);
        while (i < a.len() || j < b.len()) && !(i < a.len() && j < b.len() && is_same(i, j)) {
            if j == b.len() || (i < a.len() && common[i + 1][j] >= common[i][j + 1]) {
                i += 1;
            } else {
                j += 1;
            }
        }
        hunks.push((place(a, from_i, base)..place(a, i, base), place(b, from_j, base)..place(b, j, base)));
        while i < a.len() && j < b.len() && is_same(i, j) {
            (i, j) = (i + 1, j + 1);
        }
    }
    hunks
}

/// The bytes that differ within a hunk, extended to whole escapes.
fn narrowed(theirs: &[u8], right: &[u8], (a, b): Hunk) -> Hunk {
    let (in_a, in_b) = difference(&theirs[a.clone()], &right[b.clone()]);
    let (a_start, b_start) = (a.start + in_a.start, b.start + in_b.start);
    let (a_end, b_end) = (a.start + in_a.end, b.start + in_b.end);
    let before = within_escape(theirs, a_start).max(within_escape(right, b_start)).min(in_a.start);
    let missing = |text: &[u8], at: usize| match within_escape(text, at) {
        0 => 0,
        passed => 3 - passed,
    };
    let common_after = (a.end - a_end).min(b.end - b_end);
    let after = missing(theirs, a_end).max(missing(right, b_end)).min(common_after);
    (a_start - before..a_end + after, b_start - before..b_end + after)
}

/// Number of bytes between the start of an escape or an ellipsis and this position; 0 if the position is not inside
/// one.
fn within_escape(text: &[u8], at: usize) -> usize {
    let is_escape = |start: usize| text.get(start..).and_then(escape_length).is_some() || is_ellipsis(text, start);
    (1..=2).find(|passed| at.checked_sub(*passed).is_some_and(is_escape)).unwrap_or(0)
}

/// A whole text with its marks.
pub(super) fn whole(text: &[u8], marks: &[Range<usize>]) -> Vec<Segment> {
    let mut segments = Vec::new();
    (0..text.len()).for_each(|at| push_glyph(text, at, marks, &mut segments));
    segments
}

/// Two texts in pairs of lines of at most `width` columns: whole if they fit, otherwise a window around each
/// difference, for up to `most` of them.
pub(super) fn pairs(theirs: &[u8], right: &[u8], width: usize, most: usize) -> Pairs {
    let hunks = hunks(theirs, right);
    let (marks_a, marks_b): (Vec<_>, Vec<_>) = hunks.iter().cloned().unzip();
    let (a, b) = (excerpt(theirs, &marks_a, 0, width), excerpt(right, &marks_b, 0, width));
    if !is_cut(&a) && !is_cut(&b) || hunks.is_empty() {
        return Pairs { shown: vec![Pair { theirs: a, right: b }], left_out: 0 };
    }
    let mut shown = Vec::new();
    let (mut passed_a, mut passed_b) = (0, 0);
    let mut ahead = hunks.as_slice();
    while let Some((first, _)) = ahead.split_first().filter(|_| shown.len() < most) {
        let behind = (first.0.start - passed_a).min(first.1.start - passed_b);
        let context = context_of(theirs, first.0.start, behind);
        let (from_a, from_b) = (first.0.start - context, first.1.start - context);
        let fits = |hunk: &&Hunk| {
            columns(theirs, from_a..hunk.0.end) + 2 <= width && columns(right, from_b..hunk.1.end) + 2 <= width
        };
        let taken = ahead.iter().take_while(fits).count().max(1);
        let last = &ahead[taken - 1];
        (passed_a, passed_b) = (last.0.end, last.1.end);
        ahead = &ahead[taken..];
        shown.push(Pair {
            theirs: excerpt(theirs, &marks_a, from_a, width),
            right: excerpt(right, &marks_b, from_b, width),
        });
    }
    Pairs { shown, left_out: ahead.len() }
}

/// How many bytes before a position are shown, of those that are the same in both texts.
fn context_of(text: &[u8], end: usize, most: usize) -> usize {
    let mut context = 0;
    while context < most && columns(text, end - context - 1..end) <= CONTEXT {
        context += 1;
    }
    context
}

fn columns(text: &[u8], range: Range<usize>) -> usize {
    range.map(|at| glyph_width(text, at)).sum()
}

/// As much of a text from an offset on as fits.
fn excerpt(text: &[u8], marks: &[Range<usize>], from: usize, width: usize) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut room = width;
    if from > 0 {
        segments.push(Segment { text: "…".to_owned(), kind: Kind::LeftOut });
        room = room.saturating_sub(1);
    }
    let is_cut = columns(text, from..text.len()) > room;
    room = room.saturating_sub(usize::from(is_cut));
    for at in from..text.len() {
        let needed = glyph_width(text, at);
        if needed > room {
            segments.push(Segment { text: "…".to_owned(), kind: Kind::LeftOut });
            break;
        }
        room -= needed;
        push_glyph(text, at, marks, &mut segments);
    }
    segments
}

fn is_cut(segments: &[Segment]) -> bool {
    segments.iter().any(|segment| segment.kind == Kind::LeftOut)
}

const ELLIPSIS: &[u8] = "…".as_bytes();

fn is_ellipsis(text: &[u8], start: usize) -> bool {
    text.get(start..).is_some_and(|rest| rest.starts_with(ELLIPSIS))
}

/// The index of a byte within an ellipsis, if it is part of one.
fn place_in_ellipsis(text: &[u8], at: usize) -> Option<usize> {
    (0..ELLIPSIS.len()).find(|passed| at.checked_sub(*passed).is_some_and(|start| is_ellipsis(text, start)))
}

fn glyph_width(text: &[u8], at: usize) -> usize {
    match text[at] {
        0x80.. if place_in_ellipsis(text, at) == Some(0) => 1,
        0x80.. if place_in_ellipsis(text, at).is_some() => 0,
        b'\\' | b'\t' | b'\r' | b'\n' => 2,
        b' '..=b'~' => 1,
        _ => 4,
    }
}

/// Appends one byte to the last segment, or to a new segment if its kind differs.
fn push_glyph(text: &[u8], at: usize, marks: &[Range<usize>], segments: &mut Vec<Segment>) {
    let kind = if marks.iter().any(|mark| mark.contains(&at)) { Kind::Differs } else { Kind::Same };
    if segments.last().is_none_or(|last| last.kind != kind) {
        segments.push(Segment { text: String::new(), kind });
    }
    let Some(shown) = segments.last_mut().map(|last| &mut last.text) else { return };
    match text[at] {
        b' ' if kind == Kind::Differs || is_missed(text, at) => shown.push('␣'),
        b'\t' => shown.push_str("\\t"),
        b'\r' => shown.push_str("\\r"),
        b'\n' => shown.push('\n'),
        b'\\' => shown.push_str("\\\\"),
        byte @ b' '..=b'~' => shown.push(char::from(byte)),
        0x80.. if place_in_ellipsis(text, at) == Some(0) => shown.push('…'),
        0x80.. if place_in_ellipsis(text, at).is_some() => {}
        byte => shown.push_str(&format!("\\x{byte:02X}")),
    }
}

/// Whether a space is easily overlooked: at the ends of a line or of a value, or next to another space.
fn is_missed(text: &[u8], at: usize) -> bool {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let before = at.checked_sub(1).and_then(|at| text.get(at));
    before.is_none_or(|byte| is_blank(byte) || *byte == b':') || text.get(at + 1).is_none_or(is_blank)
}

#[cfg(test)]
mod tests;
