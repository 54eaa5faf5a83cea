//! A whole text, segment by segment.

use super::{G2p, Settings, Word, for_language};
use crate::text::segment::segments;
use crate::{Language, Result};

/// The pronunciation of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pronunciation {
    /// Word by word, with its place in the text.
    pub words: Vec<Word>,
    /// Indices of the words that begin a paragraph, without the first word of all.
    pub paragraph_starts: Vec<usize>,
}

impl Pronunciation {
    /// All phonemes in one string, paragraphs separated by line breaks.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut starts = self.paragraph_starts.iter().peekable();
        for (index, word) in self.words.iter().enumerate() {
            if starts.next_if_eq(&&index).is_some() {
                text.truncate(text.trim_end_matches(' ').len());
                text.push('\n');
            }
            text.push_str(&word.phonemes);
            // A word without sound leaves no space behind.
            if word.space_after && !word.phonemes.is_empty() {
                text.push(' ');
            }
        }
        text.truncate(text.trim_end_matches(' ').len());
        text
    }
}

/// The phonemes of a text. Needs no model.
///
/// ```
/// use kokoro_core::{Language, g2p};
///
/// # fn main() -> kokoro_core::Result<()> {
/// let phonemes = g2p::phonemize("The old bridge.", Language::EnUs)?;
/// assert_eq!(phonemes.text(), "ði ˈOld bɹˈɪʤ.");
/// assert_eq!(phonemes.words[1].range, 4..7);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`UnknownLanguage`](crate::ErrorKind::UnknownLanguage) for a language that has no front end yet.
pub fn phonemize(text: &str, language: Language) -> Result<Pronunciation> {
    convert(for_language(language)?, text, &Settings::default())
}

/// Runs `g2p` over the segments of a text and puts the ranges in terms of the whole.
pub(crate) fn convert(g2p: &dyn G2p, text: &str, settings: &Settings) -> Result<Pronunciation> {
    let mut whole = Pronunciation::default();
    let mut new_paragraph = false;
    for segment in segments(text) {
        let start = segment.range.start;
        let Some(part) = text.get(segment.range) else { continue };
        let mut words = g2p.words(part, settings)?;
        if let Some(last) = words.last_mut() {
            last.space_after |= segment.space_after;
        }
        if new_paragraph && !words.is_empty() && !whole.words.is_empty() {
            whole.paragraph_starts.push(whole.words.len());
            new_paragraph = false;
        }
        let shifted = words
            .into_iter()
            .map(|word| Word { range: start + word.range.start..start + word.range.end, ..word });
        whole.words.extend(shifted);
        new_paragraph |= segment.ends_paragraph;
    }
    Ok(whole)
}
