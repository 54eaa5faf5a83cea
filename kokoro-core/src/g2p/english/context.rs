//! What a word needs to know of the sounds after it: "the apple" but "the pear".
//!
//! The rules are those of misaki 0.9.4 (Apache-2.0), `TokenContext`; words are read from the last to the first.

use super::stress::{is_consonant, is_vowel};
use super::tags::Tag;

/// The sounds after a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Context {
    /// Whether a vowel follows. `None` before a pause and at the end.
    pub(super) vowel_follows: Option<bool>,
    /// Whether the word "to" follows.
    pub(super) to_follows: bool,
}

impl Context {
    /// The context of what stands before the word `text`.
    pub(super) fn before(self, text: &str, tag: Tag<'_>, phonemes: Option<&str>) -> Self {
        let first = phonemes.unwrap_or_default().chars().find_map(|c| match c {
            _ if is_pause(c) => Some(None),
            _ if is_vowel(c) => Some(Some(true)),
            _ if is_consonant(c) => Some(Some(false)),
            _ => None,
        });
        Self {
            vowel_follows: first.unwrap_or(self.vowel_follows),
            to_follows: matches!(text, "to" | "To") || (text == "TO" && tag.is_any(&["TO", "IN"])),
        }
    }
}

/// Whether `c` is a mark that makes a pause, unlike a quotation mark.
pub(super) fn is_pause(c: char) -> bool {
    matches!(c, ';' | ':' | ',' | '.' | '!' | '?' | '—' | '…')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_sound_counts_and_a_pause_hides_it() {
        let before = |phonemes| Context::default().before("x", Tag::NONE, phonemes).vowel_follows;
        assert_eq!(before(Some("ˈæpᵊl")), Some(true));
        assert_eq!(before(Some("pˈɛɹ")), Some(false));
        assert_eq!(before(Some("— ˈæpᵊl")), None);
        assert_eq!(before(Some("“ˈæpᵊl")), Some(true));
        let context = Context { vowel_follows: Some(true), to_follows: false };
        assert_eq!(context.before("x", Tag::NONE, None).vowel_follows, Some(true));
        assert_eq!(context.before("x", Tag::NONE, Some("")).vowel_follows, Some(true));
    }

    #[test]
    fn to_is_seen() {
        assert!(Context::default().before("to", Tag::NONE, None).to_follows);
        assert!(Context::default().before("TO", Tag::of("IN"), None).to_follows);
        assert!(!Context::default().before("TO", Tag::of("NNP"), None).to_follows);
    }
}
