//! English words that no dictionary has.

use std::path::Path;
use std::sync::Arc;

use once_cell::sync::Lazy;
use quick_cache::sync::Cache;

use super::library::Library;
use super::line::line;
use super::voice::Voice;
use crate::Result;

/// How many words are remembered, for both dialects together: about a megabyte.
const WORDS: usize = 8_192;

/// The longest word that is remembered, in bytes.
const MAX_BYTES: usize = 64;

/// Words that were read before.
static SEEN: Lazy<Cache<Key, Arc<str>>> = Lazy::new(|| Cache::new(WORDS));

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    voice: Voice,
    keep_switches: bool,
    word: Box<str>,
}

/// espeak-ng as a reader of English words.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EnglishWords {
    library: &'static Library,
    voice: Voice,
}

impl EnglishWords {
    /// Loads the library and makes sure that it has the voice.
    pub(crate) fn new(library: Option<&Path>, voice: Voice) -> Result<Self> {
        let library = Library::get(library)?;
        library.check(voice)?;
        Ok(Self { library, voice })
    }

    /// The phonemes of a word or of several, exactly as misaki 0.9.4 writes them: marks that the model does not know
    /// and espeak-ng's notes on changes of language included.
    pub(crate) fn reference(self, text: &str) -> Option<String> {
        self.read(text, true)
    }

    /// The phonemes of a word to be spoken. `None` if it has none.
    pub(crate) fn spoken(self, word: &str) -> Option<String> {
        self.read(word, false).filter(|phonemes| !phonemes.trim().is_empty())
    }

    fn read(self, word: &str, keep_switches: bool) -> Option<String> {
        let key = Key { voice: self.voice, keep_switches, word: word.into() };
        if let Some(phonemes) = SEEN.get(&key) {
            return Some(phonemes.as_ref().to_owned());
        }
        match line(self.library, word, self.voice, keep_switches) {
            Ok(phonemes) => {
                if word.len() <= MAX_BYTES {
                    SEEN.insert(key, phonemes.as_str().into());
                }
                Some(phonemes)
            }
            // The voice was there when the request began.
            Err(error) => {
                tracing::warn!("espeak-ng does not read a word any more: {error}");
                None
            }
        }
    }
}
