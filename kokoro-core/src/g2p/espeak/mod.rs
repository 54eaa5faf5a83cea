//! Pronunciation by espeak-ng, a library that the user installs and that is opened at run time.
//!
//! * [`search`] finds the library, [`library`] loads and calls it, one thread at a time, with a [`voice`];
//! * [`guard`] keeps text from it that it cannot bear;
//! * [`clauses`] cuts a text at its punctuation, [`symbols`] writes the result in Kokoro's alphabet;
//! * [`line`] puts both together, [`words`] does so with places in the text, by [`align`];
//! * [`english`] is for the words that the English dictionaries do not have.
//!
//! espeak-ng is licensed under the GPL, version 3 or later. Nothing of it is part of this library.

mod align;
mod clauses;
mod english;
mod guard;
mod library;
mod line;
mod search;
mod symbols;
mod voice;
mod words;

use std::path::Path;

pub(crate) use self::english::EnglishWords;
use self::library::Library;
pub(crate) use self::voice::Voice;
use super::{G2p, Settings, Word};
use crate::Result;

/// The front end for Spanish, French, Hindi, Italian and Portuguese: the installed espeak-ng library, opened at run
/// time.
///
/// The library is looked for when a text needs it, in this order: [`Settings::espeak_library`], the environment variable
/// `KOKORO_ESPEAK_LIBRARY` (each an absolute path of the file, or of its folder), the package `espeakng_loader` of the
/// active Python environment, the system's library folders. The current folder is never searched. Its data is that of
/// `KOKORO_ESPEAK_DATA` or `ESPEAK_DATA_PATH` (an absolute path), else the `espeak-ng-data` beside the library, else
/// the one that the library finds by itself.
///
/// A process loads one library and keeps it. espeak-ng can serve one thread at a time, so the clauses of a text are read
/// under a lock of this library. A program that calls the same library file by itself must not do so at the same time.
///
/// ```no_run
/// use kokoro_core::g2p::{Espeak, G2p, Settings};
/// # fn main() -> kokoro_core::Result<()> {
/// let words = Espeak::ES.words("Buenos días.", &Settings::default())?;
/// let phonemes: Vec<_> = words.iter().map(|word| word.phonemes.as_str()).collect();
/// assert_eq!(phonemes, ["bwˈenos", "ðˈias", "."]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Espeak {
    voice: Voice,
}

impl Espeak {
    /// Spanish.
    pub const ES: Espeak = Espeak { voice: Voice::Es };
    /// French.
    pub const FR_FR: Espeak = Espeak { voice: Voice::Fr };
    /// Hindi.
    pub const HI: Espeak = Espeak { voice: Voice::Hi };
    /// Italian.
    pub const IT: Espeak = Espeak { voice: Voice::It };
    /// Brazilian Portuguese.
    pub const PT_BR: Espeak = Espeak { voice: Voice::PtBr };

    /// Loads the library now rather than with the first text, and makes sure that it knows the language.
    ///
    /// # Errors
    /// [`EspeakNotFound`](crate::ErrorKind::EspeakNotFound) if there is no library,
    /// [`RuntimeIncompatible`](crate::ErrorKind::RuntimeIncompatible) if it cannot be used or lacks the language,
    /// [`InvalidConfig`](crate::ErrorKind::InvalidConfig) if its path is relative, or if this process has loaded
    /// another one.
    pub fn load(&self, settings: &Settings) -> Result<()> {
        self.ready(settings).map(|_| ())
    }

    /// The file of the library that this process has loaded. `None` if none has been needed so far.
    #[must_use]
    pub fn library() -> Option<&'static Path> {
        Library::path()
    }

    /// The phonemes of `text` exactly as Python's misaki 0.9.4 writes them, white space included. For comparisons; to
    /// be spoken, use [`G2p::words`].
    ///
    /// # Errors
    /// Those of [`Self::load`].
    #[doc(hidden)]
    pub fn reference(&self, text: &str, settings: &Settings) -> Result<String> {
        line::line(self.ready(settings)?, text, self.voice, false)
    }

    fn ready(self, settings: &Settings) -> Result<&'static Library> {
        let library = Library::get(settings.espeak_library.as_deref())?;
        library.check(self.voice)?;
        Ok(library)
    }
}

impl G2p for Espeak {
    fn words(&self, text: &str, settings: &Settings) -> Result<Vec<Word>> {
        let mut words = words::words(self.ready(settings)?, text, self.voice)?;
        if settings.has_lexicon() {
            for word in &mut words {
                let listed = text.get(word.range.clone()).and_then(|text| settings.listed(text));
                if let Some(phonemes) = listed {
                    phonemes.clone_into(&mut word.phonemes);
                }
            }
        }
        Ok(words)
    }
}
