//! The pronunciation dictionaries, and how a word is looked up in them.
//!
//! The data is misaki's (Apache-2.0): a checked dictionary ("gold") and an unchecked one ("silver") for each dialect, which
//! the build script takes from the crate `misaki-rs` and compiles into a [`table`]. The rules are those of misaki 0.9.4
//! (Apache-2.0), `Lexicon`.

mod hash;
mod inflection;
mod special;
mod stems;
mod table;
mod word;

use once_cell::sync::OnceCell;

use self::table::{Entry, Found, Phonemes, Table};
use super::Dialect;
use super::characters::{is_all_lower, is_all_upper, is_letter};
use super::context::Context;
use super::stress::{self, PRIMARY, SECONDARY, Stress};
use super::tags::Tag;

pub(super) use self::word::Query;

/// The dictionaries of one dialect.
pub(super) struct Dictionary {
    dialect: Dialect,
    table: &'static Table,
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Dictionary").field(&self.dialect).finish()
    }
}

impl Dictionary {
    /// The dictionaries of `dialect`. `None` would be a defect of the build.
    pub(super) fn get(dialect: Dialect) -> Option<Self> {
        static US: OnceCell<Option<Table>> = OnceCell::new();
        static GB: OnceCell<Option<Table>> = OnceCell::new();
        let table = match dialect {
            Dialect::Us => {
                US.get_or_init(|| Table::read(include_bytes!(concat!(env!("OUT_DIR"), "/us.dictionary"))))
            }
            Dialect::Gb => {
                GB.get_or_init(|| Table::read(include_bytes!(concat!(env!("OUT_DIR"), "/gb.dictionary"))))
            }
        };
        Some(Self { dialect, table: table.as_ref()? })
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// The phonemes of a word apart from any sentence.
    pub(super) fn plain(&self, word: &str, stress: Option<Stress>) -> Option<String> {
        self.lookup(word, Tag::NONE, stress, None)
    }

    /// The phonemes of `word` with a plural `s`, if it is known.
    pub(super) fn plural(&self, word: &str) -> Option<String> {
        if !self.is_known(word) {
            return None;
        }
        self.with_s(self.plain(word, None)?)
    }

    /// The checked entry of a word.
    fn gold(&self, word: &str) -> Option<Entry> {
        self.find(word, |found| found.gold)
    }

    /// The unchecked entry of a word.
    fn silver(&self, word: &str) -> Option<Entry> {
        self.find(word, |found| found.silver)
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.find(word, |found| found.gold.or(found.silver)).is_some()
    }

    /// Words are also found with the other case of their first letter, if the rest is small and there is more than one.
    fn find(&self, word: &str, which: impl Fn(Found) -> Option<Entry>) -> Option<Entry> {
        // No key is longer than the longest English word by far, or other than ASCII.
        let mut key = [0; 64];
        let key = key.get_mut(..word.len())?;
        key.copy_from_slice(word.as_bytes());
        let find = |key: &[u8]| self.table.find(key).and_then(&which);
        if let Some(entry) = find(key) {
            return Some(entry);
        }
        let (first, rest) = key.split_first_mut()?;
        if !first.is_ascii_alphabetic()
            || rest.is_empty()
            || !word.is_ascii()
            || !is_all_lower(word.get(1..)?)
        {
            return None;
        }
        // A letter changes its case with this bit.
        *first ^= 0x20;
        find(key)
    }

    /// Whether [`Self::lookup`] has something for `word`: the dictionaries know it, or it is of the kind that is
    /// spelled.
    pub(super) fn is_known(&self, word: &str) -> bool {
        if self.has(word) || special::symbol(word).is_some() {
            return true;
        }
        if word.is_empty() || !word.bytes().all(|c| c.is_ascii_alphabetic()) {
            return false;
        }
        word.len() == 1 || word.bytes().skip(1).all(|c| c.is_ascii_uppercase())
    }

    /// The phonemes of a known word, which may depend on its part of speech and on what follows. Abbreviations are
    /// spelled.
    fn lookup(
        &self,
        word: &str,
        tag: Tag<'_>,
        stress: Option<Stress>,
        context: Option<Context>,
    ) -> Option<String> {
        let lower;
        let (word, is_capitals) = if is_all_upper(word) && self.gold(word).is_none() {
            lower = word.to_lowercase();
            (lower.as_str(), true)
        } else {
            (word, false)
        };
        let is_name = is_capitals && tag.is("NNP");
        let phonemes = match self.gold(word) {
            Some(entry) => reading(entry, tag, context),
            None if is_name => None,
            None => self.silver(word).and_then(|entry| reading(entry, tag, context)),
        };
        match phonemes {
            Some(phonemes) if !is_name || phonemes.chars().any(|symbol| symbol == PRIMARY) => {
                Some(stress::apply(phonemes.to_text(), stress))
            }
            phonemes => self
                .spelled(word)
                .or_else(|| phonemes.map(|phonemes| stress::apply(phonemes.to_text(), stress))),
        }
    }

    /// The names of the letters of `word`, the last one stressed.
    fn spelled(&self, word: &str) -> Option<String> {
        let mut names = String::new();
        for c in word.chars().filter(|&c| is_letter(c)) {
            let upper: String = c.to_uppercase().collect();
            names.extend(self.gold(&upper)?.single()?.chars());
        }
        let mut names = Stress::SECONDARY.apply(names);
        if let Some(last) = names.rfind(SECONDARY) {
            names.replace_range(last..last + SECONDARY.len_utf8(), PRIMARY.encode_utf8(&mut [0; 4]));
        }
        Some(names)
    }
}

/// What an entry says in this place. A reading that says nothing means that the word is to be spelled.
fn reading(entry: Entry, tag: Tag<'_>, context: Option<Context>) -> Option<Phonemes> {
    if let Some(phonemes) = entry.single() {
        return Some(phonemes);
    }
    let before_pause = context.is_some_and(|context| context.vowel_follows.is_none());
    let by_pause = || entry.tagged("None").filter(|_| before_pause);
    let by_tag = || entry.tagged(tag.get()?).or_else(|| entry.tagged(tag.class()?));
    by_pause().or_else(by_tag).or_else(|| entry.tagged("DEFAULT"))?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(word: &str, tag: Tag<'_>, context: Context) -> Option<String> {
        Dictionary::get(Dialect::Us).unwrap().lookup(word, tag, None, Some(context))
    }

    #[test]
    fn words_are_found_with_either_case() {
        let dictionary = Dictionary::get(Dialect::Us).unwrap();
        assert!(
            dictionary.has("bridge")
                && dictionary.has("Bridge")
                && !dictionary.has("BRIDGE")
                && !dictionary.has("bRidge")
        );
        assert!(dictionary.has("london") && dictionary.has("London"));
        assert!(!dictionary.has("b") && dictionary.has("B"));
    }

    #[test]
    fn a_reading_depends_on_the_part_of_speech_and_on_a_pause() {
        let vowel = Context { vowel_follows: Some(true), to_follows: false };
        assert_eq!(lookup("record", Tag::of("NN"), vowel).unwrap(), "ɹˈɛkəɹd");
        assert_eq!(lookup("record", Tag::of("VBP"), vowel).unwrap(), "ɹəkˈɔɹd");
        assert_eq!(lookup("by", Tag::of("IN"), vowel).unwrap(), "bI");
        assert_eq!(lookup("by", Tag::of("IN"), Context::default()).unwrap(), "bˈI");
    }

    #[test]
    fn abbreviations_are_spelled() {
        assert_eq!(lookup("KG", Tag::of("NNP"), Context::default()).unwrap(), "kˌAʤˈi");
        assert_eq!(lookup("x", Tag::NONE, Context::default()).unwrap(), "ˈɛks");
        assert_eq!(Dictionary::get(Dialect::Us).unwrap().spelled("É"), None);
    }
}
