//! Short chunks at the start of a stream, so that its first sound comes soon.
//!
//! The time to the first sound is the time that the first chunk takes. It shall be a clause, if there is one of about the
//! right length, and the next ones grow by a factor that a machine several times as fast as real time keeps up with, until
//! they have their usual length: while one is heard, the next is made.

use super::units::Unit;
use super::{Boundary, Limits};

/// How much longer each chunk is than the one before: a machine that takes a third of real time makes it meanwhile.
const GROWTH: usize = 3;

/// The lead of one text, which goes on through its paragraphs until it has reached the usual length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lead {
    /// The length of the next chunk, in symbols; 0 for none.
    target: usize,
}

impl Lead {
    /// What the first chunk has by default: four or five words, a little less than two seconds. Two cores with fast vector
    /// units make that in a quarter of a second; fewer words are spoken badly.
    pub(crate) const DEFAULT_SYMBOLS: usize = 20;

    /// A lead whose first chunk has about `symbols`; 0 for no lead.
    pub(crate) const fn new(symbols: usize) -> Self {
        Self { target: symbols }
    }

    /// How many units of `rest`, the rest of a paragraph, are the next chunk of the lead. `None` when the lead is over, or
    /// goes on in the next paragraph.
    ///
    /// * It has about as many symbols as is wanted, from a half to twice as many, unless there is no end of a word so soon.
    /// * It ends with a sentence or a clause, if one ends there; else with a word.
    /// * What is left of the paragraph is nothing, or not much shorter.
    pub(super) fn take(&mut self, rest: &[Unit], limits: Limits) -> Option<usize> {
        let target = self.target;
        if target == 0 || target >= limits.target || rest.is_empty() {
            self.target = if rest.is_empty() { target } else { 0 };
            return None;
        }
        self.target = target.saturating_mul(GROWTH);
        let total = rest.iter().map(symbols).sum::<usize>();
        let mut best = (f64::INFINITY, rest.len());
        let mut length = 0;
        for (index, unit) in rest.iter().enumerate() {
            length += symbols(unit);
            let spoken = length - usize::from(unit.space_after);
            let is_last = index + 1 == rest.len();
            if best.0.is_finite() && (spoken > 2 * target || spoken > limits.limit) {
                break;
            }
            if spoken > limits.limit {
                // What is before is too short to be wanted, but all that there is.
                return Some(index.max(1));
            }
            if !is_last && (spoken < target.div_ceil(2) || total - length < target / 2) {
                continue;
            }
            let distance = (spoken as f64 - target as f64) / target as f64;
            let cost = distance * distance + cost_of_boundary(unit.boundary);
            if cost < best.0 {
                best = (cost, index + 1);
            }
        }
        Some(best.1)
    }
}

fn symbols(unit: &Unit) -> usize {
    unit.symbols + usize::from(unit.space_after)
}

/// What a chunk costs for ending at a boundary: a clause of 1.8 targets is still better than a part of one.
fn cost_of_boundary(boundary: Boundary) -> f64 {
    match boundary {
        Boundary::Paragraph | Boundary::Sentence | Boundary::Clause => 0.0,
        Boundary::Word => 0.7,
        Boundary::Inside => 10.0,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Chunk, MAX_SYMBOLS, plan};
    use super::*;
    use crate::g2p::Word;

    fn words(text: &str) -> Vec<Word> {
        let word = |phonemes: &str| Word { range: 0..0, phonemes: phonemes.into(), space_after: true };
        text.split(' ').map(word).collect()
    }

    fn chunks(text: &str, first: usize) -> Vec<String> {
        let words = words(text);
        let chunks = plan(&words, &[], Limits::default(), &mut Lead::new(first));
        chunks.iter().map(|chunk: &Chunk| chunk.phonemes(&words)).collect()
    }

    #[test]
    fn the_first_clause_is_the_first_chunk() {
        let text = "wˈʌns əpˈɑn ɐ tˈIm, ɪn ɐ lˈænd fˈɑɹ əwˈA, ðɛɹ lˈɪvd ɐ kˈɪŋ hˌu hæd θɹˈi dˈɔTəɹz.";
        assert_eq!(chunks(text, 24)[0], "wˈʌns əpˈɑn ɐ tˈIm,");
        assert_eq!(chunks(text, 40)[0], "wˈʌns əpˈɑn ɐ tˈIm, ɪn ɐ lˈænd fˈɑɹ əwˈA,");
        assert_eq!(chunks(text, 0).len(), 1);
    }

    #[test]
    fn a_long_clause_is_cut_between_words() {
        let text = "aaaaaaa ".repeat(60);
        let lengths: Vec<usize> = chunks(text.trim(), 24).iter().map(String::len).collect();
        assert_eq!(lengths[..2], [23, 71], "{lengths:?}");
        assert_eq!(lengths.iter().sum::<usize>() + lengths.len(), 480);
    }

    #[test]
    fn a_short_text_is_not_cut() {
        assert_eq!(chunks("həlˈO ðˈɛɹ, ma fɹˈɛnd.", 24).len(), 1);
        assert_eq!(chunks("jˈɛs.", 24).len(), 1);
    }

    #[test]
    fn the_lead_goes_on_in_the_next_paragraph() {
        let words = words(&"aaa. ".repeat(200));
        let chunks = plan(&words, &[2, 200], Limits::default(), &mut Lead::new(24));
        let lengths: Vec<usize> = chunks.iter().map(|chunk| chunk.phonemes(&words).len()).collect();
        assert_eq!(lengths[..2], [9, 74], "{lengths:?}");
    }

    #[test]
    fn no_chunk_of_a_lead_is_too_long() {
        for (first, second) in [(1, 510), (3, 509), (500, 500), (510, 1)] {
            let text = format!("{} {} bbbb", "a".repeat(first), "a".repeat(second));
            for target in [1, 2, 24, 100, 249] {
                assert!(chunks(&text, target).iter().all(|chunk| chunk.len() <= MAX_SYMBOLS));
                assert_eq!(chunks(&text, target).join(" "), text);
            }
        }
    }
}
