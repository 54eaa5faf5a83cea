//! The steps in order: tokens, groups, phonemes.

use std::ops::Range;

use super::groups::{self, Group};
use super::markup::Marked;
use super::phrases;
use super::reader::Reader;
use super::speak;
use super::tagger::Features;
use super::tags::Tags;
use super::token::{Token, UNKNOWN, joined_phonemes};
use super::tokenize::{self, Piece};
use crate::g2p::Word;
use crate::text::marks;

/// A text cut into tokens.
#[derive(Debug)]
pub(super) struct Tokenized<'t> {
    text: &'t str,
    pub(super) pieces: Vec<Piece>,
    tags: Tags,
}

impl<'t> Tokenized<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let pieces = tokenize::tokenize(text);
        let input = |piece: &Piece| {
            let token = text.get(piece.range.clone()).unwrap_or_default();
            Features::new(token, piece.norm, piece.space)
        };
        let tags = Tags::new(pieces.iter().map(input).collect());
        Self { text, pieces, tags }
    }

    /// Finds all tags.
    #[cfg(feature = "bench")]
    pub(super) fn tag_all(&self) {
        self.tags.find(0..self.pieces.len());
    }

    /// The groups of the text with the phonemes that `reader` knows. `mark` may change the tokens first.
    pub(super) fn read<'s>(
        &'s self,
        reader: &Reader<'_>,
        mark: impl FnOnce(&mut [Token<'s>]),
    ) -> Vec<Group<'s>>
    where
        't: 's,
    {
        let token = |(i, piece): (usize, &Piece)| {
            let text: &'s str = self.text.get(piece.range.clone()).unwrap_or_default();
            Token::new(text, piece.range.start, self.tags.tag(i), piece.space)
        };
        let mut tokens: Vec<Token<'s>> = self.pieces.iter().enumerate().map(token).collect();
        mark(&mut tokens);
        phrases::mark(&mut tokens, self.text, reader);
        let needs_tag = |token: &Token<'_>| groups::needs_tag(token.text) || reader.needs_tag(token.text);
        self.tags.find((0..tokens.len()).filter(|&i| tokens.get(i).is_some_and(needs_tag)));
        let tokens = groups::fold(tokens, self.text);
        let mut groups = groups::group(&tokens);
        speak::speak(&mut groups, reader);
        groups
    }
}

/// The phonemes of `text` exactly as misaki 0.9.4 writes them: without a fallback, each part that is in no dictionary
/// is a `❓`.
pub(super) fn reference(text: &str, reader: &Reader<'_>) -> String {
    let mut phonemes = String::new();
    for_each_reference(text, reader, |_, word, space| {
        phonemes.push_str(word);
        if space {
            phonemes.push(' ');
        }
    });
    phonemes
}

/// The words of the reference, each with its place in `text`.
pub(super) fn reference_words(text: &str, reader: &Reader<'_>) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for_each_reference(text, reader, |range, phonemes, space_after| {
        let is_silent = || text.get(range.clone()).unwrap_or_default().chars().all(marks::is_silent);
        if !phonemes.is_empty() || !is_silent() {
            words.push(Word { range, phonemes: phonemes.to_owned(), space_after });
        } else if let Some(last) = words.last_mut() {
            last.space_after |= space_after;
        }
    });
    words
}

/// Calls `emit` with the place of each group in `text`, its phonemes, and whether a space follows.
fn for_each_reference(text: &str, reader: &Reader<'_>, mut emit: impl FnMut(Range<usize>, &str, bool)) {
    let marked = Marked::read(text);
    let tokenized = Tokenized::new(&marked.text);
    let groups = tokenized.read(reader, |tokens| marked.apply(&tokenized.pieces, tokens));
    for group in &groups {
        let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
        let phonemes = for_model(&joined_phonemes(group, |_| UNKNOWN.to_string()));
        emit(marked.origin(first.start..last.end()), &phonemes, last.space);
    }
}

/// `phonemes` in the symbols of the model, which writes the flap as `T` and knows no glottal stop.
pub(super) fn for_model(phonemes: &str) -> String {
    phonemes
        .chars()
        .map(|c| match c {
            'ɾ' => 'T',
            'ʔ' => 't',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::{Dialect, dictionary::Dictionary};
    use super::*;
    use crate::g2p::{Fallback, Mode, Settings};

    #[test]
    fn the_reference_marks_what_it_does_not_know() {
        let settings = Settings::default().fallback(Fallback::None).mode(Mode::Reference);
        let dictionary = Dictionary::get(Dialect::Us).unwrap();
        let reader = Reader::new(&dictionary, &settings).unwrap();
        let us = |text| reference(text, &reader);
        assert_eq!(us("  It is 9:30 in Qzx. "), "ˌɪt ɪz nˈIn❓ θˈɜɹTi ˈɪn ❓. ");
        assert_eq!(us("[Kokoro](/kˈOkəɹO/) [is](-1)"), "kˈOkəɹO ɪz");
        assert_eq!(us(""), "");
    }

    #[test]
    fn flaps_and_glottal_stops_are_written_for_the_model() {
        assert_eq!(for_model("bˈʌʔᵊn wˈɔɾəɹ"), "bˈʌtᵊn wˈɔTəɹ");
    }
}
