//! Words whose sound depends on their neighbours, and signs that are words.
//!
//! The rules are those of misaki 0.9.4 (Apache-2.0), `get_special_case`.

use super::super::characters::{is_all_upper, is_letter};
use super::super::context::Context;
use super::super::stress::Stress;
use super::super::tags::Tag;
use super::{Dictionary, reading};

/// The word for a sign.
pub(super) fn symbol(sign: &str) -> Option<&'static str> {
    match sign {
        "%" => Some("percent"),
        "&" => Some("and"),
        "+" => Some("plus"),
        "@" => Some("at"),
        _ => None,
    }
}

/// The word for a mark inside an address.
fn address_symbol(sign: &str) -> Option<&'static str> {
    match sign {
        "." => Some("dot"),
        "/" => Some("slash"),
        _ => None,
    }
}

impl Dictionary {
    /// Whether the phonemes of `word` are likely to depend on its tag. Where it is wrong, only time is lost.
    pub(in super::super) fn needs_tag(&self, word: &str) -> bool {
        matches!(word, "a" | "in" | "In" | "by" | "By" | "used" | "Used" | "am" | "Am")
            || (is_all_upper(word) && !word.is_empty())
            || self.gold(word).is_some_and(|entry| entry.single().is_none())
    }

    /// The phonemes of a word that the dictionaries do not decide alone.
    pub(super) fn special(
        &self,
        word: &str,
        tag: Tag<'_>,
        stress: Option<Stress>,
        context: Context,
    ) -> Option<String> {
        if let Some(name) = address_symbol(word)
            && tag.is("ADD")
        {
            return self.lookup(name, Tag::NONE, Some(Stress::DEMOTE), Some(context));
        }
        if let Some(name) = symbol(word) {
            return self.lookup(name, Tag::NONE, None, Some(context));
        }
        if is_dotted_abbreviation(word) {
            return self.spelled(word);
        }
        let vowel = context.vowel_follows;
        let fixed = match word {
            "a" | "A" if tag.is("DT") => "ɐ",
            "a" | "A" => "ˈA",
            "am" | "Am" | "AM" => {
                if tag.is_noun() {
                    return self.spelled(word);
                }
                if vowel.is_none() || word != "am" || stress.is_some_and(Stress::is_positive) {
                    return self.plain("am", None);
                }
                "ɐm"
            }
            "AN" if tag.is_noun() => return self.spelled(word),
            "an" | "An" | "AN" => "ɐn",
            "I" if tag.is("PRP") => "ˌI",
            "by" | "By" | "BY" if tag.class() == Some("ADV") => "bˈI",
            "to" | "To" => return self.to(vowel),
            "TO" if tag.is_any(&["TO", "IN"]) => return self.to(vowel),
            "in" | "In" => into(vowel, tag),
            "IN" if !tag.is("NNP") => into(vowel, tag),
            "the" | "The" => the(vowel),
            "THE" if tag.is("DT") => the(vowel),
            _ if is_versus(word) && tag.is("IN") => {
                return self.lookup("versus", Tag::NONE, None, Some(context));
            }
            "used" | "Used" | "USED" => {
                let is_habit = context.to_follows && tag.is_any(&["VBD", "JJ"]);
                return self.used(is_habit);
            }
            _ => return None,
        };
        Some(fixed.to_owned())
    }

    fn to(&self, vowel: Option<bool>) -> Option<String> {
        match vowel {
            None => self.plain("to", None),
            Some(false) => Some("tə".to_owned()),
            Some(true) => Some("tʊ".to_owned()),
        }
    }

    /// "We used to" differs from "we used two".
    fn used(&self, is_habit: bool) -> Option<String> {
        let entry = self.gold("used")?;
        let default = reading(entry, Tag::NONE, None);
        let habit = entry.tagged("VBD").flatten().filter(|_| is_habit);
        Some(habit.or(default)?.to_text())
    }
}

fn into(vowel: Option<bool>, tag: Tag<'_>) -> &'static str {
    if vowel.is_none() || !tag.is("IN") { "ˈɪn" } else { "ɪn" }
}

fn the(vowel: Option<bool>) -> &'static str {
    if vowel == Some(true) { "ði" } else { "ðə" }
}

fn is_versus(word: &str) -> bool {
    let word = word.strip_suffix('.').unwrap_or(word);
    word.eq_ignore_ascii_case("vs")
}

/// Whether `word` is like "U.S." or "Ph.D.": letters, at most two at a time, with full stops between.
fn is_dotted_abbreviation(word: &str) -> bool {
    word.trim_matches('.').contains('.')
        && word.chars().all(|c| c == '.' || is_letter(c))
        && word.split('.').all(|part| part.chars().count() < 3)
}

#[cfg(test)]
mod tests {
    use super::super::super::Dialect;
    use super::*;

    fn special(word: &str, tag: &'static str, vowel_follows: Option<bool>) -> Option<String> {
        let context = Context { vowel_follows, to_follows: false };
        Dictionary::get(Dialect::Us).unwrap().special(word, Tag::of(tag), None, context)
    }

    #[test]
    fn small_words_depend_on_what_follows() {
        assert_eq!(special("the", "DT", Some(true)).unwrap(), "ði");
        assert_eq!(special("the", "DT", None).unwrap(), "ðə");
        assert_eq!(special("to", "TO", Some(false)).unwrap(), "tə");
        assert_eq!(special("to", "TO", None).unwrap(), "tu");
        assert_eq!(special("in", "IN", Some(true)).unwrap(), "ɪn");
        assert_eq!(special("in", "RP", Some(true)).unwrap(), "ˈɪn");
        assert_eq!(special("a", "DT", None).unwrap(), "ɐ");
        assert_eq!(special("A", "NN", None).unwrap(), "ˈA");
        assert_eq!(special("am", "VBP", Some(true)).unwrap(), "ɐm");
        assert_eq!(special("AM", "NN", None).unwrap(), "ˌAˈɛm");
        assert_eq!(special("bridge", "NN", None), None);
    }

    #[test]
    fn used_to_is_a_habit() {
        let used = |tag, to_follows| {
            let context = Context { vowel_follows: Some(false), to_follows };
            Dictionary::get(Dialect::Us).unwrap().special("used", Tag::of(tag), None, context).unwrap()
        };
        assert_eq!(used("VBD", true), "jˈust");
        assert_eq!(used("VBD", false), "jˈuzd");
        assert_eq!(used("VBN", true), "jˈuzd");
    }

    #[test]
    fn signs_and_abbreviations() {
        assert_eq!(special("%", "NN", None).unwrap(), "pəɹsˈɛnt");
        assert_eq!(special(".", "ADD", None).unwrap(), "dˌɑt");
        assert_eq!(special(".", ".", None), None);
        assert_eq!(special("U.S.", "NNP", None).unwrap(), "jˌuˈɛs");
        assert_eq!(special("vs.", "IN", None).unwrap(), "vˈɜɹsəs");
        assert!(
            is_dotted_abbreviation("Ph.D.")
                && !is_dotted_abbreviation("etc.")
                && !is_dotted_abbreviation("a.com")
        );
    }
}
