//! How text is to be read.

use std::path::PathBuf;

use super::Lexicon;

/// How text is turned into phonemes.
///
/// ```
/// use kokoro_core::g2p::{Mode, Settings};
///
/// let settings = Settings::default().mode(Mode::Reference);
/// # let _ = settings;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use = "settings do nothing by themselves"]
pub struct Settings {
    pub(crate) mode: Mode,
    pub(crate) fallback: Fallback,
    pub(crate) symbols: Symbols,
    pub(crate) lexicon: Lexicon,
    pub(crate) overrides: Lexicon,
    pub(crate) espeak_library: Option<PathBuf>,
}

/// Whose reading is wanted where the reference loses or misreads something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// What a reader would say: units, dates, times, ranges, addresses and symbols are spoken in words.
    #[default]
    Spoken,
    /// What Python's misaki 0.9.4 says, with its omissions, for comparisons. English only.
    Reference,
}

/// What reads the words that no dictionary has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fallback {
    /// The library's letter-to-sound rules and spelling.
    #[default]
    Rules,
    /// The installed espeak-ng library, opened at run time as [`Espeak`](super::Espeak) describes. Where there is none,
    /// the text is refused with [`EspeakNotFound`](crate::ErrorKind::EspeakNotFound).
    Espeak,
    /// Nothing: the word is not spoken. In [`Mode::Reference`] it is marked `❓`, as in the reference.
    None,
}

/// Whether symbols and emoji are spoken by their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Symbols {
    /// Their names are spoken: `→` is "arrow", `°` is "degrees".
    #[default]
    Speak,
    /// Those that are no part of an amount or a formula are passed over.
    Skip,
}

impl Settings {
    /// Whose reading is wanted. Default [`Mode::Spoken`].
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// What reads unknown words. Default [`Fallback::Rules`].
    pub fn fallback(mut self, fallback: Fallback) -> Self {
        self.fallback = fallback;
        self
    }

    /// The file of espeak-ng's library, or the folder that it is in; an absolute path. Default: it is looked for as
    /// [`Espeak`](super::Espeak) describes. It matters before the first text that needs espeak-ng, which loads the
    /// library for the life of the process.
    pub fn espeak_library(mut self, path: impl Into<PathBuf>) -> Self {
        self.espeak_library = Some(path.into());
        self
    }

    /// Whether symbols are spoken. Default [`Symbols::Speak`].
    pub fn symbols(mut self, symbols: Symbols) -> Self {
        self.symbols = symbols;
        self
    }

    /// The words whose pronunciation is given, in place of the dictionaries'. Default: none.
    pub fn lexicon(mut self, lexicon: Lexicon) -> Self {
        self.lexicon = lexicon;
        self
    }

    /// Further words that win over those of [`lexicon`](Self::lexicon), such as those of one request. Default: none.
    pub fn overrides(mut self, overrides: Lexicon) -> Self {
        self.overrides = overrides;
        self
    }

    /// The phonemes that the lexicons give for a word.
    pub(crate) fn listed(&self, word: &str) -> Option<&str> {
        self.overrides.get(word).or_else(|| self.lexicon.get(word))
    }

    /// Whether a lexicon has the word.
    pub(crate) fn lists(&self, word: &str) -> bool {
        self.listed(word).is_some()
    }

    /// The longest word of the lexicons that a front end may have cut into several, in bytes; 0 if there is none.
    pub(crate) fn longest_phrase(&self) -> usize {
        self.overrides.longest_phrase().max(self.lexicon.longest_phrase())
    }

    /// Whether there is a lexicon.
    pub(crate) fn has_lexicon(&self) -> bool {
        !(self.overrides.is_empty() && self.lexicon.is_empty())
    }
}
