//! A whole text, segment by segment.

use std::ops::Range;
use std::sync::Arc;

use super::unspoken::unspoken;
use super::{G2p, Settings, Word, for_language};
use crate::text::segment::{Segment, segments};
use crate::{Language, Result};

/// The pronunciation of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pronunciation {
    /// Word by word, with its place in the text.
    pub words: Vec<Word>,
    /// Indices of the words that begin a paragraph, without the first word of all.
    pub paragraph_starts: Vec<usize>,
    /// Parts of the text, in bytes, that nothing is said for although they are more than punctuation.
    pub unspoken: Vec<Range<usize>>,
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
/// [`UnknownLanguage`](crate::ErrorKind::UnknownLanguage) for a language that has no front end yet; those of
/// [`Espeak::load`](super::Espeak::load) for one that espeak-ng reads.
pub fn phonemize(text: &str, language: Language) -> Result<Pronunciation> {
    phonemize_with(text, language, &Settings::default())
}

/// The phonemes of a text, read as `settings` say.
///
/// # Errors
/// Those of [`phonemize`], and of [`Espeak::load`](super::Espeak::load) if the settings ask for espeak-ng.
pub fn phonemize_with(text: &str, language: Language, settings: &Settings) -> Result<Pronunciation> {
    convert(for_language(language)?, text, settings)
}

/// Runs `g2p` over the segments of a text.
pub(crate) fn convert(g2p: &dyn G2p, text: &str, settings: &Settings) -> Result<Pronunciation> {
    by_segments(text, |part| segment(g2p, part, settings).map(Arc::new)).map(Arc::unwrap_or_clone)
}

/// The pronunciation of one segment.
pub(super) fn segment(g2p: &dyn G2p, text: &str, settings: &Settings) -> Result<Pronunciation> {
    let words = g2p.words(text, settings)?;
    let unspoken = unspoken(text, &words);
    Ok(Pronunciation { words, unspoken, paragraph_starts: Vec::new() })
}

/// Joins what `convert` makes of the segments of a text.
pub(super) fn by_segments(
    text: &str,
    mut convert: impl FnMut(&str) -> Result<Arc<Pronunciation>>,
) -> Result<Arc<Pronunciation>> {
    let segments = segments(text);
    if let [only] = segments.as_slice()
        && only.range == (0..text.len())
    {
        return convert(text);
    }
    let mut whole = Pronunciation::default();
    let mut new_paragraph = false;
    for segment in segments {
        let Some(part) = text.get(segment.range.clone()) else { continue };
        let part = convert(part)?;
        if new_paragraph && !part.words.is_empty() && !whole.words.is_empty() {
            whole.paragraph_starts.push(whole.words.len());
            new_paragraph = false;
        }
        whole.append(part, &segment);
        new_paragraph |= segment.ends_paragraph;
    }
    Ok(Arc::new(whole))
}

impl Pronunciation {
    /// Appends a segment with its ranges in terms of the whole text.
    fn append(&mut self, part: Arc<Pronunciation>, segment: &Segment) {
        let start = segment.range.start;
        let shifted = |range: Range<usize>| start + range.start..start + range.end;
        let part = Arc::unwrap_or_clone(part);
        let is_empty = part.words.is_empty();
        self.words.extend(part.words.into_iter().map(|word| Word { range: shifted(word.range), ..word }));
        self.unspoken.extend(part.unspoken.into_iter().map(shifted));
        if let Some(last) = self.words.last_mut().filter(|_| !is_empty) {
            last.space_after |= segment.space_after;
        }
    }
}
