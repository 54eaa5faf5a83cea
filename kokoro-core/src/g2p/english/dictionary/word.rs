//! One word or number, from its spelling to its phonemes.
//!
//! The rules are those of misaki 0.9.4 (Apache-2.0), `get_word` and `Lexicon.__call__`.

use unicode_normalization::UnicodeNormalization;

use super::super::characters::{ascii_digit, is_all_lower, is_all_upper, is_letter};
use super::super::context::Context;
use super::super::numbers::{self, Number};
use super::super::stress::{self, Stress};
use super::super::tags::Tag;
use super::Dictionary;

/// A word as it stands in its sentence.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Query<'a> {
    pub(in super::super) text: &'a str,
    pub(in super::super) tag: Tag<'a>,
    /// The change of stress that markup asks for.
    pub(in super::super) stress: Option<Stress>,
    /// The sign of the currency that it counts.
    pub(in super::super) currency: Option<char>,
    /// Whether it stands alone or begins its group.
    pub(in super::super) is_head: bool,
    /// The flags for numbers that markup gives.
    pub(in super::super) flags: &'a str,
}

impl Dictionary {
    /// The phonemes of a word or a number. `None` if the dictionaries do not know it.
    pub(in super::super) fn phonemes(&self, query: Query<'_>, context: Context) -> Option<String> {
        let word = normalized(query.text);
        let word = word.as_deref().unwrap_or(query.text);
        let stress = if is_all_lower(word) {
            None
        } else if is_all_upper(word) {
            Some(Stress::FULL)
        } else {
            Some(Stress::SOME)
        };
        if let Some(phonemes) = self.word(word, query.tag, stress, context) {
            let phonemes = numbers::with_currency(phonemes, query.currency, self);
            return Some(stress::apply(phonemes, query.stress));
        }
        if !numbers::is_number(word, query.is_head) {
            return None;
        }
        let number = Number { word, currency: query.currency, is_head: query.is_head, flags: query.flags };
        numbers::phonemes(number, self).map(|phonemes| stress::apply(phonemes, query.stress))
    }

    fn word(&self, word: &str, tag: Tag<'_>, stress: Option<Stress>, context: Context) -> Option<String> {
        if let Some(phonemes) = self.special(word, tag, stress, context) {
            return Some(phonemes);
        }
        let lower;
        let word = if stress.is_some() && self.is_shouted(word, tag, stress, context) {
            lower = word.to_lowercase();
            lower.as_str()
        } else {
            word
        };
        if self.is_known(word) {
            return self.lookup(word, tag, stress, Some(context));
        }
        if let Some(owner) = word.strip_suffix("s'").map(|owner| owner.to_owned() + "'s")
            && self.is_known(&owner)
        {
            return self.lookup(&owner, tag, stress, Some(context));
        }
        if let Some(word) = word.strip_suffix('\'')
            && self.is_known(word)
        {
            return self.lookup(word, tag, stress, Some(context));
        }
        self.inflected_s(word, tag, stress, context)
            .or_else(|| self.inflected_ed(word, tag, stress, context))
            .or_else(|| self.inflected_ing(word, tag, stress.or(Some(Stress::SOME)), context))
    }

    /// Whether a word is written with capital letters only for emphasis or at the start of a sentence: the dictionaries
    /// know it in small letters, and not as it is.
    fn is_shouted(&self, word: &str, tag: Tag<'_>, stress: Option<Stress>, context: Context) -> bool {
        let mut chars = word.chars();
        let Some(first) = chars.next() else { return false };
        let is_word = word.chars().all(|c| c == '\'' || is_letter(c)) && word.chars().any(|c| c != '\'');
        let is_plural_word = first.len_utf8() < word.len();
        if !is_plural_word
            || !is_word
            || self.has(word)
            || !(is_all_upper(word) || is_all_lower(chars.as_str()))
        {
            return false;
        }
        let lower = word.to_lowercase();
        let lower = lower.as_str();
        let is_known = self.has(lower)
            || self.inflected_s(lower, tag, stress, context).is_some()
            || self.inflected_ed(lower, tag, stress, context).is_some()
            || self.inflected_ing(lower, tag, stress, context).is_some();
        is_known && (word.chars().count() > 7 || !tag.is("NNP"))
    }
}

/// `text` with straight apostrophes, compatibility forms resolved and ASCII digits. `None` if it is so already.
fn normalized(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let straight = text.chars().map(|c| if matches!(c, '‘' | '’') { '\'' } else { c });
    Some(straight.nfkc().map(|c| ascii_digit(c).unwrap_or(c)).collect())
}

#[cfg(test)]
mod tests {
    use super::super::super::Dialect;
    use super::*;

    fn phonemes(text: &str, tag: &'static str) -> Option<String> {
        let query = Query { text, tag: Tag::of(tag), stress: None, currency: None, is_head: true, flags: "" };
        let context = Context { vowel_follows: Some(false), to_follows: false };
        Dictionary::get(Dialect::Us).unwrap().phonemes(query, context)
    }

    #[test]
    fn words_are_known_in_every_dress() {
        assert_eq!(phonemes("bridge", "NN").unwrap(), "bɹˈɪʤ");
        assert_eq!(phonemes("Bridge", "NN").unwrap(), "bɹˈɪʤ");
        assert_eq!(phonemes("BRIDGE", "NN").unwrap(), "bɹˈɪʤ");
        assert_eq!(phonemes("river’s", "NN").unwrap(), "ɹˈɪvəɹz");
        assert_eq!(phonemes("rivers'", "NN").unwrap(), "ɹˈɪvəɹz");
        assert_eq!(phonemes("ＢＲＩＤＧＥ", "NN").unwrap(), "bɹˈɪʤ");
        assert_eq!(phonemes("brdg", "NN"), None);
        assert_eq!(phonemes("漢", "NN"), None);
    }

    #[test]
    fn capital_letters_stress() {
        assert_eq!(phonemes("of", "IN").unwrap(), "ʌv");
        assert_eq!(phonemes("Of", "IN").unwrap(), "ˌʌv");
        assert_eq!(phonemes("OF", "IN").unwrap(), "ˈʌv");
    }

    #[test]
    fn numbers_of_every_script() {
        assert_eq!(phonemes("12", "CD").unwrap(), "twˈɛlv");
        assert_eq!(phonemes("١٢", "CD").unwrap(), "twˈɛlv");
        let five_dollars = Query {
            text: "5",
            tag: Tag::of("CD"),
            stress: None,
            currency: Some('$'),
            is_head: true,
            flags: "",
        };
        let dictionary = Dictionary::get(Dialect::Us).unwrap();
        assert_eq!(dictionary.phonemes(five_dollars, Context::default()).unwrap(), "fˈIv dˈɑləɹz");
        let billion = Query { text: "billion", ..five_dollars };
        assert_eq!(dictionary.phonemes(billion, Context::default()).unwrap(), "bˈɪljən dˈɑləɹz");
    }
}
