//! Pronunciations that a user gives for words.
//!
//! [`entry`] says what a word and its phonemes may be, [`file`] reads files ([`tsv`], [`json`]), [`spelling`] is the form
//! in which words are compared, and [`fingerprint`] tells lexicons apart for the cache.

mod entry;
mod file;
mod fingerprint;
mod json;
mod spelling;
#[cfg(test)]
mod tests;
mod tsv;

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;
use std::path::Path;
use std::sync::Arc;

use self::entry::Entry;
pub(super) use self::fingerprint::Fingerprint;
use crate::Result;

/// Pronunciations for words, which win over the dictionaries.
///
/// A word is found as it is written in the lexicon, or else in any case: an entry `gRPC` reads `GRPC` and `grpc`, too,
/// unless these have entries of their own. Of entries that differ in case only, the one whose small letters come first
/// stands for the cases that have none. Accents count, and composed and decomposed ones are the same. A word may hold
/// spaces and marks (`New York`, `C++`).
///
/// Phonemes are those of Kokoro's alphabet, as [`phonemize`](super::phonemize) writes them. In English an entry also gives
/// the possessive and, unless the dictionaries have them, the plural, `-ed` and `-ing`. In the languages that espeak-ng
/// reads, an entry stands for what is between spaces and punctuation.
///
/// Cheap to clone: clones share the entries.
///
/// ```
/// use kokoro_core::Language;
/// use kokoro_core::g2p::{Lexicon, Phonemizer, Settings};
///
/// # fn main() -> kokoro_core::Result<()> {
/// let lexicon = Lexicon::from_entries([("gRPC", "ʤˌiˌɑɹpˌisˈi"), ("New York", "nujˈɔɹk")])?;
/// assert_eq!(lexicon.get("GRPC"), Some("ʤˌiˌɑɹpˌisˈi"));
///
/// let phonemizer = Phonemizer::new(Settings::default().lexicon(lexicon));
/// let words = phonemizer.phonemize("New York speaks gRPC.", Language::EnUs)?;
/// assert_eq!(words.text(), "nujˈɔɹk spˈiks ʤˌiˌɑɹpˌisˈi.");
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Lexicon(Option<Arc<Entries>>);

struct Entries {
    /// By the word as it is written.
    written: HashMap<String, Arc<str>>,
    /// By the word in small letters, for those that are written with capitals.
    folded: HashMap<String, Arc<str>>,
    /// The longest word that is more than letters and digits, in bytes and in small letters; 0 if there is none.
    longest_phrase: usize,
    fingerprint: Fingerprint,
}

impl Lexicon {
    /// A lexicon of words with their phonemes. Of several entries for a word the last one wins.
    ///
    /// ```
    /// use kokoro_core::g2p::Lexicon;
    ///
    /// let lexicon = Lexicon::from_entries([("Nguyen", "wˈɪn")])?;
    /// assert_eq!(lexicon.get("nguyen"), Some("wˈɪn"));
    /// let error = Lexicon::from_entries([("Nguyen", "w7n")]).unwrap_err();
    /// assert!(error.to_string().contains("`7`"));
    /// # Ok::<(), kokoro_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidLexicon`](crate::ErrorKind::InvalidLexicon) for an empty word, a word or phonemes that are too long (200
    /// bytes, 510 symbols), or symbols that are not in Kokoro's alphabet.
    pub fn from_entries<W, P>(entries: impl IntoIterator<Item = (W, P)>) -> Result<Self>
    where
        W: AsRef<str>,
        P: AsRef<str>,
    {
        let mut written = HashMap::new();
        for (word, phonemes) in entries {
            let entry = Entry::new(word.as_ref(), phonemes.as_ref()).map_err(|problem| problem.of(None))?;
            written.insert(entry.word, entry.phonemes);
        }
        Ok(Self::of(written))
    }

    /// Reads lines of a word, a tab and its phonemes. Blank lines and lines that begin with `#` are passed over, as is a
    /// byte order mark.
    ///
    /// ```
    /// use kokoro_core::g2p::Lexicon;
    ///
    /// let lexicon = Lexicon::from_tsv("# names\nSiobhán\tʃəvˈɔn\nNguyen\twˈɪn\n")?;
    /// assert_eq!(lexicon.len(), 2);
    /// # Ok::<(), kokoro_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidLexicon`](crate::ErrorKind::InvalidLexicon), with the number of the line, for what
    /// [`from_entries`](Self::from_entries) refuses, a line that is not of two columns, a word that has two different
    /// pronunciations, or more than 16 MiB.
    pub fn from_tsv(text: &str) -> Result<Self> {
        file::parse(text, tsv::parse, None)
    }

    /// Reads a JSON object of words and their phonemes.
    ///
    /// ```
    /// use kokoro_core::g2p::Lexicon;
    ///
    /// let lexicon = Lexicon::from_json(r#"{"Nguyen": "wˈɪn", "C++": "sˌiplˈʌsplˈʌs"}"#)?;
    /// assert_eq!(lexicon.get("c++"), Some("sˌiplˈʌsplˈʌs"));
    /// # Ok::<(), kokoro_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`InvalidLexicon`](crate::ErrorKind::InvalidLexicon), with the number of the line, for what
    /// [`from_entries`](Self::from_entries) refuses, text that is no such object, a word that has two different
    /// pronunciations, or more than 16 MiB.
    pub fn from_json(text: &str) -> Result<Self> {
        file::parse(text, json::parse, None)
    }

    /// Reads a file: `.tsv` as [`from_tsv`](Self::from_tsv) does, `.json` as [`from_json`](Self::from_json).
    ///
    /// ```no_run
    /// let lexicon = kokoro_core::g2p::Lexicon::load("names.tsv")?;
    /// # Ok::<(), kokoro_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) if it cannot be read, [`InvalidLexicon`](crate::ErrorKind::InvalidLexicon) for what the
    /// two refuse, for another extension, and for text that is not UTF-8. The message names the file and the line.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        file::load(path.as_ref())
    }

    /// The phonemes of a word.
    ///
    /// ```
    /// # use kokoro_core::g2p::Lexicon;
    /// let lexicon = Lexicon::from_entries([("polish", "pˈɑlɪʃ"), ("Polish", "pˈOlɪʃ")])?;
    /// assert_eq!(lexicon.get("Polish"), Some("pˈOlɪʃ"));
    /// assert_eq!(lexicon.get("POLISH"), Some("pˈɑlɪʃ"));
    /// assert_eq!(lexicon.get("Finnish"), None);
    /// # Ok::<(), kokoro_core::Error>(())
    /// ```
    #[must_use]
    pub fn get(&self, word: &str) -> Option<&str> {
        let entries = self.0.as_ref()?;
        let word = spelling::normal(word);
        let found = entries.written.get(&*word).or_else(|| {
            let folded = spelling::folded(&word);
            entries.written.get(&*folded).or_else(|| entries.folded.get(&*folded))
        });
        found.map(|phonemes| &**phonemes)
    }

    /// How many words it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |entries| entries.written.len())
    }

    /// Whether it has no words.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The longest word that a front end may have cut into several, in bytes; 0 if there is none.
    pub(super) fn longest_phrase(&self) -> usize {
        self.0.as_ref().map_or(0, |entries| entries.longest_phrase)
    }

    /// What tells lexicons apart: those with the same entries are the same.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        self.0.as_ref().map_or_else(Fingerprint::default, |entries| entries.fingerprint)
    }

    fn of(written: HashMap<String, Arc<str>>) -> Self {
        if written.is_empty() {
            return Self(None);
        }
        let mut folded: HashMap<String, (&str, &Arc<str>)> = HashMap::new();
        let mut longest_phrase = 0;
        let mut fingerprint = Fingerprint::default();
        for (word, phonemes) in &written {
            fingerprint.add(word, phonemes);
            let small = spelling::folded(word);
            if spelling::is_phrase(word) {
                longest_phrase = longest_phrase.max(small.len()).max(word.len());
            }
            if small != *word {
                match folded.entry(small.into_owned()) {
                    // Small letters sort after capital ones.
                    Slot::Occupied(slot) if slot.get().0 > word.as_str() => {}
                    slot => {
                        slot.insert_entry((word, phonemes));
                    }
                }
            }
        }
        let folded = folded.into_iter().map(|(small, (_, phonemes))| (small, Arc::clone(phonemes))).collect();
        Self(Some(Arc::new(Entries { folded, longest_phrase, fingerprint, written })))
    }
}

impl PartialEq for Lexicon {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other) || one.written == other.written,
            (one, other) => one.is_none() == other.is_none(),
        }
    }
}

impl Eq for Lexicon {}

impl std::fmt::Debug for Lexicon {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lexicon").field("len", &self.len()).finish_non_exhaustive()
    }
}
