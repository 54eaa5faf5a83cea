//! Cuts words into chunks that the model can take.
//!
//! The model takes at most 510 symbols at a time, so a longer text is spoken in several chunks, and where
//! they end is heard: intonation falls and starts anew. [`plan`] therefore ends chunks where a reader would
//! pause, and makes them about equally long, since the model sounds hurried near its limit and unsteady on a
//! word or two.
//!
//! It works in three steps: [`units`] splits the words of a paragraph into pieces that are never cut again
//! and says how good a place the end of each is; [`candidates`] keeps the ends that may be needed;
//! [`balance`] chooses among them. Each takes time linear in the text.
//!
//! Where the first sound must come soon, [`lead`] takes a few short chunks off the start first.

mod balance;
mod candidates;
mod lead;
mod units;

use std::ops::Range;

use crate::g2p::Word;

pub(crate) use lead::Lead;

/// The most symbols that the model takes at once, not counting the two that frame them.
pub(crate) const MAX_SYMBOLS: usize = 510;

/// How long chunks shall be, in symbols: Unicode scalar values of phonemes, and spaces between words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    target: usize,
    limit: usize,
}

impl Limits {
    /// The preferred length. The model was trained on utterances of this size; other users of it found 175 to
    /// 250 symbols to sound best and more than 400 to sound rushed. It is also about 15 seconds of speech,
    /// and thus decides how soon the first sound of a long text is there.
    pub(crate) const DEFAULT_TARGET: usize = 250;

    /// Chunks of about `target` symbols and never more than `limit`. Both are brought into 1 to
    /// [`MAX_SYMBOLS`], and the target to at most the limit.
    pub(crate) fn new(target: usize, limit: usize) -> Self {
        let limit = limit.clamp(1, MAX_SYMBOLS);
        Self { target: target.clamp(1, limit), limit }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(Self::DEFAULT_TARGET, MAX_SYMBOLS)
    }
}

/// Why a chunk ends where it does, best reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Boundary {
    /// The paragraph, or the text, ends.
    Paragraph,
    /// A sentence ends.
    Sentence,
    /// A clause ends.
    Clause,
    /// A word ends.
    Word,
    /// A word is longer than the model can take, or a run of marks is.
    Inside,
}

/// A word, or as much of it as one chunk holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    /// The index of the word.
    pub(crate) word: usize,
    /// The part of the word's phonemes, in bytes; never empty, no white space at either end.
    pub(crate) phonemes: Range<usize>,
    /// Whether a space follows it in the text, which at the end of a chunk is not sent to the model.
    pub(crate) space_after: bool,
}

impl Piece {
    /// Its phonemes. `words` are those that the chunk was planned for.
    pub(crate) fn text<'a>(&self, words: &'a [Word]) -> &'a str {
        let word = words.get(self.word).map_or("", |word| &word.phonemes);
        word.get(self.phonemes.clone()).unwrap_or_default()
    }
}

/// What the model speaks at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chunk {
    /// What it consists of; never empty.
    pub(crate) pieces: Vec<Piece>,
    /// Why it ends.
    pub(crate) boundary: Boundary,
}

impl Chunk {
    /// The phonemes that the model is given. `words` are those that the chunk was planned for.
    pub(crate) fn phonemes(&self, words: &[Word]) -> String {
        let mut phonemes = String::new();
        let mut space = false;
        for piece in &self.pieces {
            if space {
                phonemes.push(' ');
            }
            phonemes.push_str(piece.text(words));
            space = piece.space_after;
        }
        phonemes
    }
}

/// Cuts `words` into chunks, in order.
///
/// `paragraph_ends` are the numbers of words before the end of each paragraph, in ascending order: `[3, 5]`
/// ends one after the third word and one after the fifth. A chunk always ends there, and where the words end.
///
/// Every phoneme is in exactly one chunk. White space in phonemes separates words like the space after a
/// word; a run of it counts as one space. Words without phonemes are in no chunk, and no chunk is empty.
///
/// * A chunk never has more symbols than the limit.
/// * A paragraph of no more than the target is one chunk.
/// * A sentence of no more than the target is never cut, nor is such a clause of a longer sentence, nor a
///   word of no more than the limit.
/// * Otherwise the lengths stay as close to the target as they can, and ends of sentences are preferred to
///   those of clauses, and these to those of words.
///
/// The chunks of `lead` come first. Of these rules only the first holds for them, and words stay whole.
pub(crate) fn plan(words: &[Word], paragraph_ends: &[usize], limits: Limits, lead: &mut Lead) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut start = 0;
    for end in paragraph_ends.iter().copied().chain([words.len()]) {
        let end = end.clamp(start, words.len());
        plan_paragraph(words, start..end, limits, lead, &mut chunks);
        start = end;
    }
    chunks
}

fn plan_paragraph(
    words: &[Word],
    paragraph: Range<usize>,
    limits: Limits,
    lead: &mut Lead,
    chunks: &mut Vec<Chunk>,
) {
    let units = units::units(words, paragraph, limits);
    let mut rest = units.as_slice();
    while let Some((chunk, after)) = lead.take(rest, limits).and_then(|length| rest.split_at_checked(length))
    {
        let boundary = chunk.last().map_or(Boundary::Paragraph, |unit| unit.boundary);
        chunks.push(Chunk { pieces: units::pieces(chunk, words), boundary });
        rest = after;
    }
    let candidates = candidates::candidates(rest, limits);
    let mut start = 0;
    for end in balance::choose(&candidates, limits) {
        let pieces = units::pieces(&rest[start..end.unit], words);
        chunks.push(Chunk { pieces, boundary: end.boundary });
        start = end.unit;
    }
}

#[cfg(test)]
mod tests;
