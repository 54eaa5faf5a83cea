//! The pronunciation dictionaries, and how a word is looked up in them.
//!
//! The data is misaki's (Apache-2.0), taken from the crate `misaki-rs`: a checked dictionary ("gold") and an unchecked one
//! ("silver") for each dialect. The rules are those of misaki 0.9.4 (Apache-2.0), `Lexicon`.

mod inflection;
mod special;
mod word;

use std::collections::HashMap;

use misaki_rs::data;
use misaki_rs::lexicon::PhonemeEntry;
use once_cell::sync::Lazy;

use super::Dialect;
use super::characters::{is_all_lower, is_all_upper, is_letter};
use super::context::Context;
use super::stress::{self, PRIMARY, SECONDARY, Stress};
use super::tags::Tag;

pub(super) use self::word::Query;

type Entries = HashMap<String, PhonemeEntry>;

/// The dictionaries of one dialect.
pub(super) struct Lexicon {
    dialect: Dialect,
    gold: Entries,
    silver: Entries,
}

impl Lexicon {
    /// The dictionaries of `dialect`, loaded on the first call.
    pub(super) fn get(dialect: Dialect) -> &'static Self {
        static US: Lazy<Lexicon> = Lazy::new(|| Lexicon {
            dialect: Dialect::Us,
            gold: data::load_us_gold(),
            silver: data::load_us_silver(),
        });
        static GB: Lazy<Lexicon> = Lazy::new(|| Lexicon {
            dialect: Dialect::Gb,
            gold: data::load_gb_gold(),
            silver: data::load_gb_silver(),
        });
        match dialect {
            Dialect::Us => &US,
            Dialect::Gb => &GB,
        }
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

    fn gold(&self, word: &str) -> Option<&PhonemeEntry> {
        find(&self.gold, word)
    }

    fn silver(&self, word: &str) -> Option<&PhonemeEntry> {
        find(&self.silver, word)
    }

    fn has(&self, word: &str) -> bool {
        self.gold(word).is_some() || self.silver(word).is_some()
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
            Some(phonemes) if !is_name || phonemes.contains(PRIMARY) => {
                Some(stress::apply(phonemes.to_owned(), stress))
            }
            phonemes => self
                .spelled(word)
                .or_else(|| phonemes.map(|phonemes| stress::apply(phonemes.to_owned(), stress))),
        }
    }

    /// The names of the letters of `word`, the last one stressed.
    fn spelled(&self, word: &str) -> Option<String> {
        let mut names = String::new();
        for c in word.chars().filter(|&c| is_letter(c)) {
            let upper: String = c.to_uppercase().collect();
            let Some(PhonemeEntry::Simple(name)) = self.gold(&upper) else { return None };
            names.push_str(name);
        }
        let mut names = Stress::SECONDARY.apply(names);
        if let Some(last) = names.rfind(SECONDARY) {
            names.replace_range(last..last + SECONDARY.len_utf8(), PRIMARY.encode_utf8(&mut [0; 4]));
        }
        Some(names)
    }
}

/// The entry of `word`. Words are also found with the other case of their first letter, if the rest is small and there
/// is more than one.
fn find<'e>(entries: &'e Entries, word: &str) -> Option<&'e PhonemeEntry> {
    if let Some(entry) = entries.get(word) {
        return Some(entry);
    }
    // All keys are ASCII.
    let (first, rest) = word.as_bytes().split_first()?;
    let changed =
        if first.is_ascii_lowercase() { first.to_ascii_uppercase() } else { first.to_ascii_lowercase() };
    if changed == *first || rest.is_empty() || !word.is_ascii() || !is_all_lower(word.get(1..)?) {
        return None;
    }
    let mut key = String::with_capacity(word.len());
    key.push(char::from(changed));
    key.push_str(word.get(1..)?);
    entries.get(&key)
}

/// What an entry says in this place. `Some(None)` in the data means that the word is to be spelled.
fn reading<'e>(entry: &'e PhonemeEntry, tag: Tag<'_>, context: Option<Context>) -> Option<&'e str> {
    let readings = match entry {
        PhonemeEntry::Simple(phonemes) => return Some(phonemes),
        PhonemeEntry::Tagged(readings) => readings,
    };
    let before_pause = context.is_some_and(|context| context.vowel_follows.is_none());
    let by_pause = || readings.get("None").filter(|_| before_pause);
    let by_tag = || readings.get(tag.get()?).or_else(|| readings.get(tag.class()?));
    by_pause().or_else(by_tag).or_else(|| readings.get("DEFAULT"))?.as_deref()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lookup(word: &str, tag: Tag<'_>, context: Context) -> Option<String> {
        Lexicon::get(Dialect::Us).lookup(word, tag, None, Some(context))
    }

    #[test]
    fn words_are_found_with_either_case() {
        let lexicon = Lexicon::get(Dialect::Us);
        assert!(
            lexicon.has("bridge")
                && lexicon.has("Bridge")
                && !lexicon.has("BRIDGE")
                && !lexicon.has("bRidge")
        );
        assert!(lexicon.has("london") && lexicon.has("London"));
        assert!(!lexicon.has("b") && lexicon.has("B"));
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
        assert_eq!(Lexicon::get(Dialect::Us).spelled("É"), None);
    }
}
