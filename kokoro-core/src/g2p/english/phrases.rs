//! Words of the caller's lexicons that are more than letters and digits, such as `New York` and `C++`.
//!
//! The tokenizer may cut them anywhere, so they are looked for before tokens are cut further, as if markup gave their
//! phonemes.

use super::markup::Feature;
use super::reader::Reader;
use super::stress;
use super::token::{Token, common_stress};

/// Gives phonemes to the tokens that together are a word of a lexicon, the longest first. `text` is the whole text.
pub(super) fn mark(tokens: &mut [Token<'_>], text: &str, reader: &Reader<'_>) {
    let longest = reader.settings.longest_phrase();
    let mut at = 0;
    while longest > 0 && at < tokens.len() {
        at += mark_first(tokens.get_mut(at..).unwrap_or_default(), text, longest, reader).max(1);
    }
}

/// Marks a word that the first of `tokens` begins, and returns the number of its tokens.
fn mark_first(tokens: &mut [Token<'_>], text: &str, longest: usize, reader: &Reader<'_>) -> usize {
    let Some(start) = tokens.first().map(|token| token.start) else { return 0 };
    let fits = |token: &&Token<'_>| token.phonemes.is_none() && token.end() - start <= longest;
    for count in (1..=tokens.iter().take_while(fits).count()).rev() {
        let run = tokens.get(..count).unwrap_or_default();
        let place = start..run.last().map_or(start, Token::end);
        let Some(text) = text.get(place.clone()) else { continue };
        if text.chars().all(char::is_alphanumeric) {
            continue;
        }
        let Some(phonemes) = reader.listed_at(place, text) else { continue };
        let phonemes = stress::apply(phonemes.to_owned(), common_stress(run));
        let is_open = run.last().is_some_and(|last| !last.space);
        let is_owner = is_open && tokens.get(count).is_some_and(|next| matches!(next.text, "'s" | "’s"));
        let (count, phonemes) = match reader.dictionary.with_s(phonemes.clone()) {
            Some(possessive) if is_owner => (count + 1, possessive),
            _ => (count, phonemes),
        };
        let feature = Feature::Phonemes(phonemes);
        for (i, token) in tokens.iter_mut().take(count).enumerate() {
            feature.apply(token, i == 0);
        }
        return count;
    }
    0
}
