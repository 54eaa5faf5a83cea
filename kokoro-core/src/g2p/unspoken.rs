//! What nothing is said for.

use std::ops::Range;

use super::Word;

/// Whether a phoneme string holds a sound, not only punctuation, stress and length marks.
pub(crate) fn has_sound(phonemes: &str) -> bool {
    phonemes.chars().any(|symbol| symbol.is_alphabetic() && !matches!(symbol, 'ˈ' | 'ˌ' | 'ː'))
}

/// The places of the words of `text` for which nothing is said although they are more than punctuation.
pub(super) fn unspoken(text: &str, words: &[Word]) -> Vec<Range<usize>> {
    let silent = words.iter().filter(|word| !has_sound(&word.phonemes));
    silent
        .filter(|word| {
            text.get(word.range.clone()).is_some_and(|text| text.chars().any(char::is_alphanumeric))
        })
        .map(|word| word.range.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_without_sound_are_unspoken_and_punctuation_is_not() {
        let word = |range, phonemes: &str| Word { range, phonemes: phonemes.into(), space_after: false };
        let words = [word(0..2, ""), word(2..3, "."), word(4..7, "ˈ"), word(8..9, "a")];
        assert_eq!(unspoken("ab. cde f", &words), [0..2, 4..7]);
    }
}
