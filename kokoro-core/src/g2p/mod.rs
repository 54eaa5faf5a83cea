//! Grapheme to phoneme: text in, words with phonemes out.

use std::ops::Range;

use crate::Result;

/// A word, number or punctuation mark with its pronunciation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Where it stands in the original text, in bytes, on character boundaries.
    pub range: Range<usize>,
    /// Its phonemes in Kokoro's alphabet, stress marks included. Empty if nothing of it can be spoken.
    pub phonemes: String,
    /// Whether a space follows it.
    pub space_after: bool,
}

/// Turns text of one language into phonemes.
///
/// `text` is one segment (a paragraph or a part of it). The words come in order, their ranges inside `text` and not
/// overlapping.
pub trait G2p: Send + Sync {
    /// Converts one segment.
    ///
    /// # Errors
    /// Whatever keeps the language's front end from working; text is never an error.
    fn words(&self, text: &str) -> Result<Vec<Word>>;
}
