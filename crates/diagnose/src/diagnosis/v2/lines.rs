//! How a client may have joined the parts: with lines omitted, added, or ended differently.

use crate::diagnosis::alternatives::text::replaced;
use crate::diagnosis::catalogue::V2_NEWLINES;
use crate::diagnosis::field::Step;

/// How the parts are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Lines {
    Right,
    /// Omits empty lines among the first four: only Content-MD5, or only Content-Type.
    Without(usize),
    WithoutEmpty,
    NewlineBehind,
    NewlineBeforeResource,
    CarriageReturns,
}

pub(super) fn step() -> Step<Lines> {
    let mut step = Step::new(Lines::Right);
    step.add(&V2_NEWLINES, "the empty line of Content-MD5 is missing", Lines::Without(1));
    step.add(&V2_NEWLINES, "the empty line of Content-Type is missing", Lines::Without(2));
    step.add(&V2_NEWLINES, "the empty line of the date is missing", Lines::Without(3));
    step.add(&V2_NEWLINES, "the empty lines are missing", Lines::WithoutEmpty);
    step.add(&V2_NEWLINES, "a newline follows the resource", Lines::NewlineBehind);
    step.add(&V2_NEWLINES, "an empty line precedes the resource", Lines::NewlineBeforeResource);
    step.add(&V2_NEWLINES, "lines end in CR LF", Lines::CarriageReturns);
    step
}

impl Lines {
    /// Joins the parts. `None` if a line to omit is not empty.
    pub(super) fn join(self, heads: [&Vec<u8>; 4], amz_headers: &[u8], resource: &[u8]) -> Option<Vec<u8>> {
        let is_left_out = |at: usize| match self {
            Self::Without(line) => at == line,
            Self::WithoutEmpty => heads[at].is_empty(),
            _ => false,
        };
        if (0..4).any(|at| is_left_out(at) && !heads[at].is_empty()) {
            return None;
        }
        let kept = (0..4).filter(|at| !is_left_out(*at)).flat_map(|at| [heads[at].as_slice(), b"\n"].concat());
        let mut text: Vec<u8> = kept.collect();
        text.extend_from_slice(amz_headers);
        if self == Self::NewlineBeforeResource {
            text.push(b'\n');
        }
        text.extend_from_slice(resource);
        match self {
            Self::NewlineBehind => text.push(b'\n'),
            Self::CarriageReturns => text = replaced(&text, b"\n", b"\r\n"),
            _ => {}
        }
        Some(text)
    }
}
