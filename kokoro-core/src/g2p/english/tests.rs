//! The front end as a whole.

use proptest::prelude::*;

use super::*;
use crate::g2p::Fallback;

fn us(text: &str) -> Vec<Word> {
    English::US.words(text, &Settings::default()).unwrap()
}

/// Without the words that are put for expressions.
fn as_written(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let prepared = prepare::prepare(text, None);
    assemble::assemble(&prepared, 0, text.len(), &Reader::of(Dialect::Us), &mut words);
    words
}

/// The text of each word with its phonemes, `_` for a space after it.
fn shown(words: &[Word], text: &str) -> String {
    let show = |word: &Word| {
        let space = if word.space_after { "_" } else { "" };
        format!("{}|{}{space}", &text[word.range.clone()], word.phonemes)
    };
    words.iter().map(show).collect::<Vec<_>>().join(" ")
}

fn shown_us(text: &str) -> String {
    shown(&us(text), text)
}

#[test]
fn words_have_ranges_phonemes_and_spaces() {
    assert_eq!(shown_us("Hello, world!"), "Hello|həlˈO ,|,_ world|wˈɜɹld !|!");
    let text = "  Hello   there ";
    assert_eq!(shown_us(text), "Hello|həlˈO_ there|ðˈɛɹ_");
    assert_eq!(us(""), []);
    assert_eq!(us(" \n"), []);
}

#[test]
fn dialects_differ() {
    let text = "water";
    assert_eq!(shown(&English::US.words(text, &Settings::default()).unwrap(), text), "water|wˈɔTəɹ");
    assert_eq!(shown(&English::GB.words(text, &Settings::default()).unwrap(), text), "water|wˈɔːtə");
}

#[test]
fn accents_and_invisible_characters_do_no_harm() {
    assert_eq!(us("café")[0].phonemes, us("cafe")[0].phonemes);
    let text = "\u{202e}he\u{200b}l\0lo\u{feff} cafe\u{301}";
    assert_eq!(shown_us(text), "he\u{200b}l\0lo|həlˈO_ cafe|kæfˈA");
}

#[test]
fn unknown_words_are_spelled_and_symbols_are_passed_over() {
    let shown_us = |text| shown(&as_written(text), text);
    assert_eq!(shown_us("5kg"), "5kg|fˈIv kˈA ʤˈi");
    assert_eq!(shown_us("at 9:30."), "at|æt_ 9:30|nˈIn θˈɜɹTi .|.");
    assert_eq!(shown_us("a qzxv"), "a|ɐ_ qzxv|kjˈu zˈi ˈɛks vˈi");
    assert_eq!(shown_us("555-0199"), "555-0199|fˈIv hˈʌndɹəd fˈɪfti fˈIvwˌʌn nˌIndi nˌIn");
}

#[test]
fn what_cannot_be_spoken_is_a_word_without_phonemes() {
    let shown_us = |text| shown(&as_written(text), text);
    assert_eq!(shown_us("I 🍕 漢字 it"), "I|ˌI_ 🍕|_ 漢字|_ it|ɪt");
    // Silent punctuation is nothing that anybody misses.
    assert_eq!(shown_us("*one* -- [two]"), "one|wˈʌn_ [two|tˈu ]|)");
    assert_eq!(shown_us("$5 now"), "$5|fˈIv dˈɑləɹz_ now|nˈW");
}

#[test]
fn given_phonemes_are_spoken() {
    let text = "the [New York](/nuj gʰ/)'s [read](/ɹˈɛd/)-only [x](//) [one](-1)";
    assert_eq!(shown_us(text), "the|ðə_ New York|nuj ɡʰ 's|s_ read|ɹˈɛd -only|ˈOnli_ one|wˌʌn");
    assert_eq!(shown_us("[ ](/wˈʌn/) x"), " |wˈʌn_ x|ˈɛks");
}

#[test]
fn segments_of_a_long_text_are_joined_without_a_seam() {
    let text = "The end. ".repeat(600);
    let words = us(&text);
    assert_eq!(words.len(), 3 * 600);
    for three in words.chunks(3) {
        assert_eq!(shown(three, &text), "The|ði_ end|ˈɛnd .|._");
    }
}

#[test]
fn golden_texts_are_exact() {
    let rows = include_str!("../../../tests/data/english.tsv").lines().skip(1);
    let nothing = Settings::default().fallback(Fallback::None);
    let mut count = 0;
    for row in rows {
        let columns: Vec<&str> = row.split('\t').collect();
        assert_eq!(columns.len(), 3, "{row}");
        assert_eq!(English::US.reference(columns[0], &nothing).unwrap(), columns[1], "{}", columns[0]);
        assert_eq!(English::GB.reference(columns[0], &nothing).unwrap(), columns[2], "{}", columns[0]);
        count += 1;
    }
    assert!(count >= 150);
}

#[test]
fn words_of_the_reference_are_all_of_it() {
    let settings = Settings::default().mode(Mode::Reference).fallback(Fallback::None);
    for row in include_str!("../../../tests/data/english.tsv").lines().skip(1) {
        let text = row.split('\t').next().unwrap();
        for english in [English::US, English::GB] {
            let reference = english.reference(text, &settings).unwrap();
            let words = english.words(text, &settings).unwrap();
            let (mut joined, mut end) = (String::new(), 0);
            for word in words {
                assert!(
                    word.range.start >= end && text.get(word.range.clone()).is_some(),
                    "{word:?} of {text}"
                );
                end = word.range.end;
                joined += &word.phonemes;
                joined += if word.space_after { " " } else { "" };
            }
            let single_spaced = reference.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(joined.split_whitespace().collect::<Vec<_>>().join(" "), single_spaced, "{text}");
        }
    }
    let text = "  In [New York](/x/), [so](-1) qzx!";
    let words = English::US.words(text, &settings).unwrap();
    assert_eq!(shown(&words, text), "In|ˈɪn_ New York|x ,|,_ so|sO_ qzx|❓ !|!");
}

#[test]
fn words_agree_with_the_reference_where_it_knows_everything() {
    for row in include_str!("../../../tests/data/english.tsv").lines().skip(1) {
        let mut columns = row.split('\t');
        let (text, reference) = (columns.next().unwrap(), columns.next().unwrap());
        // Cleaning changes other characters, and markup is separated from what follows it.
        if reference.contains('❓') || !text.is_ascii() || text.contains("](") {
            continue;
        }
        let mut spoken = String::new();
        for word in as_written(text) {
            spoken += &word.phonemes;
            spoken += if word.space_after { " " } else { "" };
        }
        assert_eq!(spoken.trim(), reference.split_whitespace().collect::<Vec<_>>().join(" "), "{text}");
    }
}

#[test]
fn nothing_that_can_be_spoken_is_lost() {
    let spoken = |text| as_written(text).into_iter().map(|word| word.phonemes).collect::<Vec<_>>().join("_");
    assert_eq!(spoken("512GB"), "fˈIv hˈʌndɹəd twˈɛlv ʤˌibˈi");
    assert_eq!(spoken("a 10-year-old"), "ɐ_tˈɛn jˈɪɹ ˈOld");
    assert_eq!(spoken("$3 billion"), "θɹˈi_bˈɪljən dˈɑləɹz");
    assert_eq!(spoken("the 80s"), "ði_ˈATiz");
    assert_eq!(spoken("12/31/2025"), "twˈɛlv θˈɜɹTi wˈʌn twˈɛnti twˈɛnti fˈIv");
    assert_eq!(spoken("version 2.14"), "vˈɜɹʒən_tˈu pYnt wˈʌn fˈɔɹ");
}

#[test]
fn hostile_texts_end_well() {
    let units = [
        "a",
        ".",
        "[",
        "(",
        "a-",
        "Aa",
        "$1",
        "'",
        "\"",
        "。",
        "👨\u{200d}",
        "http://",
        "-",
        "[a](/b/)",
        "\u{301}",
    ];
    let reference = Settings::default().mode(Mode::Reference);
    for unit in units {
        let text = unit.repeat(6_000 / unit.len());
        check(&text, &us(&text)).unwrap();
        English::US.words(&unit.repeat(600 / unit.len()), &reference).unwrap();
    }
}

/// The time is linear (`make bench` shows it for others); were it not, this would not end.
#[test]
fn a_megabyte_of_one_character_ends_well() {
    for unit in
        [".", "-", "(", "[", "'", "\"", "_", "/", "#", "$", "%", "🍕", "\u{301}", "\u{200b}", "\u{1f}", " "]
    {
        let text = unit.repeat((1 << 20) / unit.len());
        let mut end = 0;
        for word in us(&text) {
            assert!(word.range.start >= end && text.get(word.range.clone()).is_some(), "{word:?}");
            end = word.range.end;
        }
    }
}

fn check(text: &str, words: &[Word]) -> Result<(), TestCaseError> {
    let mut end = 0;
    for word in words {
        prop_assert!(word.range.start >= end, "{:?} begins before {}", word, end);
        prop_assert!(text.get(word.range.clone()).is_some_and(|word| !word.is_empty()), "{:?}", word);
        prop_assert!(word.phonemes.chars().all(alphabet::contains), "{:?}", word);
        prop_assert_eq!(&alphabet::keep(&word.phonemes), &word.phonemes);
        end = word.range.end;
    }
    // Every ASCII letter or digit is in some word, unless markup replaces it.
    if !text.contains("](") {
        let covered = |at| words.iter().any(|word: &Word| word.range.contains(&at));
        for (at, c) in text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).take(500) {
            prop_assert!(covered(at), "{:?} at {} of {:?}", c, at, text);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_text_gives_words_in_order_and_in_the_alphabet(text in any::<String>()) {
        check(&text, &us(&text))?;
        check(&text, &English::GB.words(&text, &Settings::default()).unwrap())?;
    }

    #[test]
    fn so_does_text_of_ordinary_characters(text in "[a-zA-Z0-9 .,;:!?'’\"“”()\\[\\]/$%&+=_#@*^~-]{0,120}") {
        check(&text, &us(&text))?;
    }

    #[test]
    fn so_do_numbers(text in "[-+$£€]?[0-9,.]{1,24}(st|nd|rd|th|s|%|kg)?([-:/ ][0-9.,]{1,24}){0,3}") {
        check(&text, &us(&text))?;
    }

    #[test]
    fn so_do_signs_and_emoji(text in "[0-9a-zA-Z .,½²₂°µΩ%‰§№©→×÷√≤−–€¥₹αΩπ★☆•…🍕👍🏽🇫🇷❤\u{fe0f}\u{200d}'\"/:@#~-]{0,60}") {
        check(&text, &us(&text))?;
        check(&text, &English::GB.words(&text, &Settings::default()).unwrap())?;
    }

    #[test]
    fn so_do_expressions(
        text in "(\\$|#|@|~|https://|/)?[0-9]{0,4}[.:/–-]?[0-9]{0,4} ?(kg|km/h|m²|°C|st|am|p\\.m\\.|x|€|bn|May|St\\.|IV|\\.com)?( [a-z]{1,5})?",
    ) {
        check(&text, &us(&text))?;
    }

    #[test]
    fn so_does_markup(text in "([a-zA-Z0-9 '.]{0,9}\\[[a-z ']{0,12}\\]\\([a-zɹˈg/#+.0-9-]{0,9}\\)){1,4}") {
        check(&text, &us(&text))?;
    }
}
