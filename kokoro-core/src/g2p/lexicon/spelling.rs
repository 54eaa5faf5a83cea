//! The form in which words are compared.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// `word` with composed accents, straight apostrophes, and plain hyphens and spaces.
pub(super) fn normal(word: &str) -> Cow<'_, str> {
    if word.is_ascii() || (is_nfc(word) && word.chars().all(|c| plain(c) == c)) {
        return Cow::Borrowed(word);
    }
    Cow::Owned(word.chars().map(plain).nfc().collect())
}

/// A normal `word` in small letters.
pub(super) fn folded(word: &str) -> Cow<'_, str> {
    let has_capitals = if word.is_ascii() {
        word.bytes().any(|c| c.is_ascii_uppercase())
    } else {
        word.to_lowercase() != word
    };
    if has_capitals { Cow::Owned(word.to_lowercase()) } else { Cow::Borrowed(word) }
}

/// Whether a front end may have cut `word` into several: it is more than letters and digits.
pub(super) fn is_phrase(word: &str) -> bool {
    !word.chars().all(char::is_alphanumeric)
}

fn plain(c: char) -> char {
    match c {
        '‘' | '’' | '\u{2bc}' => '\'',
        '\u{2010}' | '\u{2011}' | '\u{2212}' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_must_be_is_copied() {
        assert!(matches!(normal("café"), Cow::Borrowed("café")));
        assert_eq!(normal("cafe\u{301}’s"), "café's");
        assert_eq!(normal("e\u{2011}mail\u{a0}address"), "e-mail address");
        assert!(matches!(folded("node.js"), Cow::Borrowed("node.js")));
        assert_eq!(folded("Dvořák"), "dvořák");
        assert_eq!(folded("ÉCOLE"), "école");
        assert!(is_phrase("C++") && is_phrase("New York") && !is_phrase("v2") && !is_phrase("café"));
    }
}
