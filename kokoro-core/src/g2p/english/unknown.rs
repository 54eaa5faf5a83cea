//! What is said for a word that the dictionaries do not know.

use super::{Dialect, sound, spell};

/// The phonemes of an unknown word or part of one. Empty if nothing of it can be spoken.
///
/// Letters are read by the rules learned from the dictionaries, or spelled where that is what people do; digits are
/// named; symbols and letters of other scripts are passed over.
pub(super) fn unknown(word: &str, dialect: Dialect) -> String {
    let mut phonemes = String::new();
    for part in runs(word) {
        let spoken = sound::letter_to_sound(part, dialect).unwrap_or_else(|| spell::spell(part, dialect));
        if !spoken.is_empty() && !phonemes.is_empty() {
            phonemes.push(' ');
        }
        phonemes.push_str(&spoken);
    }
    phonemes
}

/// Splits a word between letters and everything else; an apostrophe goes with the letters.
fn runs(word: &str) -> impl Iterator<Item = &str> {
    let is_letter = |c: char| c.is_alphabetic() || matches!(c, '\'' | '’');
    let mut rest = word;
    std::iter::from_fn(move || {
        let first = is_letter(rest.chars().next()?);
        let end = rest.find(|c: char| is_letter(c) != first).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_abbreviations_spelled() {
        assert_eq!(unknown("frobnicator", Dialect::Us), "fɹˈɑbnəkˌATəɹ");
        assert_eq!(unknown("qz", Dialect::Us), "kjˈu zˈi");
        assert_eq!(unknown("qz", Dialect::Gb), "kjˈuː zˈɛd");
        assert_eq!(unknown("🍕", Dialect::Us), "");
    }

    #[test]
    fn digits_are_named_between_letters() {
        assert_eq!(unknown("qz5qz", Dialect::Us), "kjˈu zˈi fˈIv kjˈu zˈi");
        assert_eq!(runs("O'Brian's42★x").collect::<Vec<_>>(), ["O'Brian's", "42★", "x"]);
    }
}
