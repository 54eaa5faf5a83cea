//! The steps in order: tokens, groups, phonemes.

use super::groups::{self, Group};
use super::markup::Marked;
use super::phrases;
use super::reader::Reader;
use super::speak;
use super::tagger::Features;
use super::tags::Tags;
use super::token::{Token, UNKNOWN, joined_phonemes};
use super::tokenize::{self, Piece};

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

/// The phonemes of `text` exactly as misaki 0.9.4 writes them without a fallback: each part that is in no dictionary is
/// a `❓`.
pub(super) fn reference(text: &str, reader: &Reader<'_>) -> String {
    let marked = Marked::read(text);
    let tokenized = Tokenized::new(&marked.text);
    let groups = tokenized.read(reader, |tokens| marked.apply(&tokenized.pieces, tokens));
    let mut phonemes = String::new();
    for group in &groups {
        phonemes.push_str(&joined_phonemes(group, |_| UNKNOWN.to_string()));
        if group.last().is_some_and(|token| token.space) {
            phonemes.push(' ');
        }
    }
    for_model(&phonemes)
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
    use super::super::Dialect;
    use super::*;

    #[test]
    fn the_reference_marks_what_it_does_not_know() {
        let us = |text| reference(text, &Reader::of(Dialect::Us));
        assert_eq!(us("  It is 9:30 in Qzx. "), "ˌɪt ɪz nˈIn❓ θˈɜɹTi ˈɪn ❓. ");
        assert_eq!(us("[Kokoro](/kˈOkəɹO/) [is](-1)"), "kˈOkəɹO ɪz");
        assert_eq!(us(""), "");
    }

    #[test]
    fn flaps_and_glottal_stops_are_written_for_the_model() {
        assert_eq!(for_model("bˈʌʔᵊn wˈɔɾəɹ"), "bˈʌtᵊn wˈɔTəɹ");
    }
}
