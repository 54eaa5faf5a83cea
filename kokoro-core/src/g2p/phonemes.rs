//! Phonemes given directly, for languages and words that no front end covers.

use super::{G2p, Settings, Word};
use crate::Result;

/// Takes the text for phonemes as it is.
///
/// Words are what white space separates. Nothing is checked or changed: a model that does not know a symbol
/// leaves it out, and which symbols a model knows is written in its file.
///
/// ```
/// use kokoro_core::g2p::{G2p, Phonemes, Settings};
/// # fn main() -> kokoro_core::Result<()> {
/// let words = Phonemes.words("həlˈO wˈɜɹld.", &Settings::default())?;
/// assert_eq!(words[0].phonemes, "həlˈO");
/// assert!(words[0].space_after && !words[1].space_after);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Phonemes;

impl G2p for Phonemes {
    fn words(&self, text: &str, _settings: &Settings) -> Result<Vec<Word>> {
        let mut words = Vec::new();
        let mut start = 0;
        for part in text.split_inclusive(char::is_whitespace) {
            let phonemes = part.trim_end();
            let space_after = phonemes.len() < part.len();
            if !phonemes.is_empty() {
                let range = start..start + phonemes.len();
                words.push(Word { range, phonemes: phonemes.to_owned(), space_after });
            }
            start += part.len();
        }
        Ok(words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_what_spaces_separate() {
        let words = Phonemes.words("  həlˈO,  wˈɜɹld ", &Settings::default()).unwrap();
        assert_eq!(
            words,
            [
                Word { range: 2..10, phonemes: "həlˈO,".into(), space_after: true },
                Word { range: 12..21, phonemes: "wˈɜɹld".into(), space_after: true },
            ]
        );
        assert_eq!(Phonemes.words("", &Settings::default()).unwrap(), []);
    }

    proptest! {
        #[test]
        fn nothing_but_white_space_is_dropped(text in any::<String>()) {
            let words = Phonemes.words(&text, &Settings::default()).unwrap();
            let joined: String = words.iter().map(|word| word.phonemes.as_str()).collect();
            prop_assert_eq!(joined, text.split_whitespace().collect::<String>());
            for word in words {
                prop_assert_eq!(&text[word.range], &word.phonemes);
            }
        }
    }
}
