//! Finds quickly that a text contains none of many others.
//!
//! A line of a log is searched for hundreds of forms, and contains one only if something went wrong.

/// Number of bytes that are compared.
const LENGTH: usize = 4;

/// The starts of some texts.
#[derive(Clone)]
pub struct Starts {
    /// The hashes of the starts: one bit for each possible hash of 16 bits.
    hashes: Box<[u64; 1024]>,
    /// Whether a text is too short for a start, and so may be anywhere.
    has_short_text: bool,
}

impl Starts {
    /// The starts of these texts.
    pub fn of<'t>(texts: impl Iterator<Item = &'t [u8]>) -> Self {
        let mut starts = Self { hashes: Box::new([0; 1024]), has_short_text: false };
        for text in texts {
            match text.first_chunk() {
                Some(start) => {
                    let (word, bit) = place(*start);
                    starts.hashes[word] |= bit;
                }
                None => starts.has_short_text = true,
            }
        }
        starts
    }

    /// Whether any of the texts may be in this one. `false` is certain.
    pub fn may_be_in(&self, text: &[u8]) -> bool {
        let is_start = |start: &[u8; LENGTH]| {
            let (word, bit) = place(*start);
            self.hashes[word] & bit != 0
        };
        self.has_short_text || text.array_windows().any(is_start)
    }
}

fn place(start: [u8; LENGTH]) -> (usize, u64) {
    // The upper bits of a product by an odd constant depend on all bits of the number.
    let hash = u32::from_le_bytes(start).wrapping_mul(0x9e37_79b1) >> 16;
    (hash as usize / 64, 1 << (hash % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_never_missed() {
        let texts = ["wJalrXUtnFEMI", "aaaa", "éé", "zzz\u{0}"];
        let starts = Starts::of(texts.iter().map(|text| text.as_bytes()));
        for text in texts {
            assert!(starts.may_be_in(text.as_bytes()), "{text}");
            assert!(starts.may_be_in(format!("before it {text} after it").as_bytes()), "{text}");
        }
    }

    /// Catches a filter that lets everything through.
    #[test]
    fn other_texts_are_told_apart() {
        let starts = Starts::of([b"wJalrXUtnFEMI".as_slice()].into_iter());
        let lines = (0..1000).map(|number| format!("10:11:12 200 GET /bucket/{number}/key.txt 1.2 ms"));
        assert!(lines.filter(|line| starts.may_be_in(line.as_bytes())).count() < 50);
        assert!(!starts.may_be_in(b"") && !starts.may_be_in(b"wJa"));
    }

    #[test]
    fn a_text_that_is_too_short_for_a_start_is_never_ruled_out() {
        let starts = Starts::of([b"wJa".as_slice(), b"something else"].into_iter());
        assert!(starts.may_be_in(b"it ends in wJa") && starts.may_be_in(b"wJa"));
    }
}
