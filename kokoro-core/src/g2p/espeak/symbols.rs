//! From espeak-ng's symbols to Kokoro's.
//!
//! The tables are those of misaki 0.9.4 (Apache-2.0), `EspeakFallback` and `EspeakG2P`. `^` stands where the library
//! writes a tie, between the characters of one phoneme.

use super::voice::Voice;

/// The tie of the library, U+0361.
const TIE: char = '\u{361}';
/// What the tables write for it.
const TABLE_TIE: char = '^';
/// A mark under a consonant that is a syllable.
const SYLLABIC: char = '\u{329}';

/// For English words. The longest come first, since one may be part of another.
const ENGLISH: &[(&str, &str)] = &[
    ("ʔˌn\u{329}", "ʔn"),
    ("ʔn\u{329}", "ʔn"),
    ("a^ɪ", "I"),
    ("a^ʊ", "W"),
    ("d^ʒ", "ʤ"),
    ("e^ɪ", "A"),
    ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"),
    ("ə^l", "ᵊl"),
    ("ʲo", "jo"),
    ("ʲə", "jə"),
    ("e", "A"),
    ("ʲ", ""),
    ("ɚ", "əɹ"),
    ("r", "ɹ"),
    ("x", "k"),
    ("ç", "k"),
    ("ɐ", "ə"),
    ("ɬ", "l"),
    ("\u{303}", ""),
];

const AMERICAN: &[(&str, &str)] = &[("o^ʊ", "O"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", "")];

const BRITISH: &[(&str, &str)] = &[("iə", "ɪə"), ("ə^ʊ", "Q")];

/// The last of English: `o` is what espeak-ng before 1.52 writes for `ɔ`.
const ENGLISH_END: &[(&str, &str)] = &[("o", "ɔ"), ("ɾ", "T"), ("ʔ", "t"), ("^", "")];

/// For the other languages. What a hyphen of the library means is not known; the reference drops it.
const OTHERS: &[(&str, &str)] = &[
    ("a^ɪ", "I"),
    ("a^ʊ", "W"),
    ("d^z", "ʣ"),
    ("d^ʒ", "ʤ"),
    ("e^ɪ", "A"),
    ("o^ʊ", "O"),
    ("s^s", "S"),
    ("t^s", "ʦ"),
    ("t^ʃ", "ʧ"),
    ("ɔ^ɪ", "Y"),
    ("ə^ʊ", "Q"),
    ("^", ""),
    ("-", ""),
];

/// The phonemes of a clause as the library wrote them, in the notation of the tables, with a space between words.
///
/// `keep_switches` keeps its notes on changes of language, such as `(fr)`. Without them, a word that is nothing else
/// is empty.
pub(super) fn clean(clauses: &[String], keep_switches: bool) -> String {
    let mut clean = String::new();
    for (i, word) in clauses.iter().flat_map(|clause| clause.split_whitespace()).enumerate() {
        if i > 0 {
            clean.push(' ');
        }
        let mut in_switch = false;
        for c in word.chars() {
            match c {
                // It may separate phonemes.
                '_' => {}
                '(' if !keep_switches => in_switch = true,
                ')' if in_switch => in_switch = false,
                _ if in_switch => {}
                TIE => clean.push(TABLE_TIE),
                c => clean.push(c),
            }
        }
    }
    clean
}

/// Kokoro's phonemes for those that [`clean`] gives.
pub(super) fn map(phonemes: &str, voice: Voice) -> String {
    match voice {
        Voice::EnUs => english(phonemes, AMERICAN),
        Voice::EnGb => english(phonemes, BRITISH),
        _ => replace(phonemes.to_owned(), OTHERS),
    }
}

fn english(phonemes: &str, dialect: &[(&str, &str)]) -> String {
    let phonemes = replace(phonemes.to_owned(), ENGLISH);
    let phonemes = replace(syllabic(&phonemes), dialect);
    replace(phonemes, ENGLISH_END)
}

fn replace(phonemes: String, table: &[(&str, &str)]) -> String {
    table.iter().fold(
        phonemes,
        |phonemes, (from, to)| {
            if phonemes.contains(from) { phonemes.replace(from, to) } else { phonemes }
        },
    )
}

/// Writes consonants that are syllables with a small vowel before them: `n̩` becomes `ᵊn`.
fn syllabic(phonemes: &str) -> String {
    let mut result = String::with_capacity(phonemes.len());
    let mut chars = phonemes.chars().peekable();
    while let Some(c) = chars.next() {
        if c == SYLLABIC {
            continue;
        }
        if !c.is_whitespace() && chars.peek() == Some(&SYLLABIC) {
            result.push('ᵊ');
        }
        result.push(c);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapped(raw: &str, voice: Voice) -> String {
        map(&clean(&[raw.to_owned()], false), voice)
    }

    #[test]
    fn american_words_are_written_for_the_model() {
        let us = |raw| mapped(raw, Voice::EnUs);
        assert_eq!(us("ˈo͡ʊlæ"), "ˈOlæ");
        assert_eq!(us("t͡ʃˈa͡ɪniːzlˌɛɾɚ"), "ʧˈInizlˌɛTəɹ");
        assert_eq!(us("ˈiːkwə͡lz"), "ˈikwᵊlz");
        assert_eq!(us("bˈʌʔn̩"), "bˈʌtn");
        assert_eq!(us("mˈʌtn̩"), "mˈʌtᵊn");
        assert_eq!(us("wˈɜːld fɜːɹ"), "wˈɜɹld fɜɹ");
        assert_eq!(us("foːɹ"), "fɔɹ");
        assert_eq!(us("fˈɔː͡ɹɾi"), "fˈɔɹTi");
    }

    #[test]
    fn british_words_keep_their_long_vowels() {
        let gb = |raw| mapped(raw, Voice::EnGb);
        assert_eq!(gb("ˈə͡ʊlɐ"), "ˈQlə");
        assert_eq!(gb("ˈiːkwə͡lz"), "ˈiːkwᵊlz");
        assert_eq!(gb("zˈiəɹə͡ʊ"), "zˈɪəɹQ");
        assert_eq!(gb("fˈe͡ə"), "fˈAə");
    }

    #[test]
    fn other_languages_lose_ties_and_hyphens() {
        let map = |raw| mapped(raw, Voice::Es);
        assert_eq!(map("nwˈeβe ˈot͡ʃo pˈit͡sa"), "nwˈeβe ˈoʧo pˈiʦa");
        assert_eq!(mapped("lə- (͡e͡n)wiːkˈɛnd(͡f͡r)", Voice::Fr), "lə wiːkˈɛnd");
        assert_eq!(mapped("tʰ͡χaː", Voice::Hi), "tʰχaː");
    }

    #[test]
    fn notes_on_languages_are_dropped_or_kept() {
        let clauses = ["(͡h͡i)nəm(͡e͡n-͡u͡s)  x\n".to_owned(), "(͡e͡n)".to_owned(), "y_z".to_owned()];
        assert_eq!(clean(&clauses, false), "nəm x  yz");
        assert_eq!(clean(&clauses, true), "(^h^i)nəm(^e^n-^u^s) x (^e^n) yz");
        assert_eq!(map("(^e^n-^u^s)", Voice::EnUs), "(An-us)");
        assert_eq!(clean(&[], false), "");
    }
}
