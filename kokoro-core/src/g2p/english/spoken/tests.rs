//! Helpers for the tests of the rules, and what holds for all of them.

use proptest::prelude::*;

use super::super::English;
use super::super::prepare;
use super::*;
use crate::g2p::{Fallback, G2p, Lexicon, Mode, Settings, Word};

/// The text that the dictionaries see.
pub(super) fn rewritten(spoken: &Spoken<'_>, text: &str) -> String {
    prepare::prepare(text, Some(spoken)).plain.text().trim().to_owned()
}

pub(super) fn us(text: &str) -> String {
    rewritten(&Spoken::new(Dialect::Us, &Settings::default()), text)
}

pub(super) fn gb(text: &str) -> String {
    rewritten(&Spoken::new(Dialect::Gb, &Settings::default()), text)
}

/// Checks that no rule changes `text`.
#[track_caller]
pub(super) fn same(text: &str) {
    let plain = prepare::prepare(text, None).plain.text().trim().to_owned();
    assert_eq!(us(text), plain);
    assert_eq!(gb(text), plain);
}

/// Checks that the pieces cover the text in order.
fn check(text: &str, dialect: Dialect) -> Result<(), TestCaseError> {
    let mut end = 0;
    for piece in Spoken::new(dialect, &Settings::default()).rewrite(text, true) {
        let (Piece::Keep(range) | Piece::Say(_, range) | Piece::Apart(range) | Piece::Drop(range)) = piece;
        prop_assert_eq!(range.start, end);
        prop_assert!(range.end > end && text.get(range.clone()).is_some(), "{:?}", range);
        end = range.end;
    }
    prop_assert_eq!(end, text.len());
    Ok(())
}

#[test]
fn words_of_a_lexicon_are_left_alone() {
    let lexicon = Lexicon::from_entries([("C++", "a"), ("5kg", "b"), ("1/2 a", "c"), ("km", "d")]).unwrap();
    let settings = Settings::default().lexicon(lexicon);
    let spoken = Spoken::new(Dialect::Us, &settings);
    assert_eq!(rewritten(&spoken, "(c++), 5kg of 1/2 a C"), "(c++), 5kg of 1/2 a C");
    assert_eq!(rewritten(&spoken, "15kg of C#"), us("15kg of C#"));
}

#[test]
fn a_megabyte_of_anything_is_rewritten() {
    let units = [
        "a",
        "1",
        ".",
        ",",
        "-",
        "$",
        "/",
        "(",
        "(a",
        "[",
        "a.",
        "1.",
        "1,",
        "1-",
        "9:",
        "1/2 ",
        "http://",
        "@a",
        "a@",
        "#",
        "# ",
        "1 000 ",
        "000 ",
        "1,000,",
        "* ",
        "=",
        "x=",
        "5 kg ",
        "St. ",
        "Louis X ",
        "a_",
        "☺",
        "😂🇫",
        "🇫",
        "²",
        "10^",
        "0x",
        "~/",
        "a/",
        "'",
        "5'",
        "1e",
        "\"(",
        "α",
        "<1",
        "- ",
        "Jan. ",
        "$5-",
        "+1 (555) ",
        "w/",
        "U.S.",
        "2 × ",
        "1.2.3.4:",
        "漢",
    ];
    for unit in units {
        let text = unit.repeat(1_000_000 / unit.len());
        check(&text, Dialect::Us).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn pieces_cover_any_text(text in any::<String>()) {
        check(&text, Dialect::Us)?;
        check(&text, Dialect::Gb)?;
    }

    #[test]
    fn pieces_cover_expressions(
        text in "([-+±$£€#@~(]?[0-9a-zA-Z]{0,4}[-–.,:/°%²'\"_ =<>x×^]{0,2}){1,12}|([0-9]{1,3}[-/:. ]){1,6}[0-9]{1,4}",
    ) {
        check(&text, Dialect::Us)?;
        check(&text, Dialect::Gb)?;
    }

    #[test]
    // With a full stop some would be abbreviations, such as "cf.".
    fn plain_words_are_never_changed(text in "[a-z]{1,9}( [a-z]{1,9}){0,9}[!?]?") {
        prop_assert_eq!(us(&text), text);
    }
}

/// A row of the table in `docs/spoken.md`.
struct Row<'t> {
    written: &'t str,
    reference: &'t str,
    spoken: &'t str,
    english: English,
}

/// The rows of the tables, which headings separate.
fn rows(text: &str) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut english = English::US;
    for line in text.lines() {
        if line.starts_with("### ") {
            english = if line == "### British" { English::GB } else { English::US };
        }
        let cells = line.strip_prefix("| ").and_then(|line| line.strip_suffix(" |"));
        let cells: Vec<&str> = cells.map_or_else(Vec::new, |cells| cells.split(" | ").collect());
        let [written, reference, spoken] = cells[..] else { continue };
        if written != "written" {
            let written = written.trim_matches('`');
            rows.push(Row { written: written.trim(), reference, spoken, english });
        }
    }
    rows
}

fn words(text: &str, english: English, mode: Mode) -> Vec<Word> {
    english.words(text, &Settings::default().mode(mode)).unwrap()
}

fn phonemes(words: &[Word]) -> String {
    let parts =
        words.iter().map(|word| format!("{}{}", word.phonemes, if word.space_after { " " } else { "" }));
    parts.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn without_stress(phonemes: &str) -> String {
    phonemes.replace(['ˈ', 'ˌ'], "")
}

#[test]
fn the_documented_readings_are_true() {
    // The file is part of the repository, not of the published crate.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/spoken.md");
    let Ok(text) = std::fs::read_to_string(path) else { return };
    let rows = rows(&text);
    assert!(rows.len() >= 180, "{} rows", rows.len());
    for Row { written, reference, spoken, english } in rows {
        let heard = phonemes(&words(written, english, Mode::Spoken));
        let meant = phonemes(&words(spoken, english, Mode::Reference));
        assert_eq!(without_stress(&heard), without_stress(&meant), "{written}");
        assert_eq!(
            english.reference(written, &Settings::default().fallback(Fallback::None)).unwrap().trim(),
            reference.replace("(nothing)", ""),
            "{written}"
        );
        assert_ne!(without_stress(&heard), without_stress(reference), "{written}");
    }
}

/// The words of a text with what is said for them.
fn shown(text: &str) -> String {
    let show = |word: &Word| format!("{}|{}", &text[word.range.clone()], word.phonemes);
    words(text, English::US, Mode::Spoken).iter().map(show).collect::<Vec<_>>().join(" ")
}

#[test]
fn words_keep_their_places() {
    assert_eq!(shown("at 9:05."), "at|æt 9:05|nˈIn ˈO fˈIv .|.");
    assert_eq!(shown("10–20 km"), "10|tˈɛn –|tə 20 km|twˈɛnti kəlˈɑməTəɹz");
    assert_eq!(shown("docs.rs"), "docs|dˈɑks .|dˈɑt rs|ˈɑɹ ˈɛs");
    assert_eq!(shown("https://a.com/"), "https://a|ˈA .|dˈɑt com|kˈɑm");
    assert_eq!(shown("(5 kg)"), "(|( 5 kg|fˈIv kˈɪləɡɹˌæmz )|)");
    assert_eq!(shown("I 🍕 it"), "I|ˌI 🍕|pˈitsə it|ɪt");
    assert_eq!(shown("x²"), "x|ˈɛks ²|skwˈɛɹd");
    assert_eq!(shown("6 p.m."), "6 p.m|sˈɪks pˌiˈɛm .|.");
}

#[test]
fn markup_is_not_rewritten() {
    assert_eq!(shown("[9:05](/x/) and [1/2](+1)"), "9:05|x and|ænd 1/2|wˈʌn tˈu");
    assert_eq!(shown("[5 kg](https://a.b)"), "5 kg|fˈIv kˈɪləɡɹˌæmz");
}

#[test]
fn the_reference_mode_knows_nothing_of_this() {
    for text in ["5 kg", "9:05", "10–20", "I 🍕 it", "snake_case", "x = y"] {
        let reference = phonemes(&words(text, English::US, Mode::Reference));
        assert_ne!(phonemes(&words(text, English::US, Mode::Spoken)), reference, "{text}");
    }
    assert_eq!(shown("250"), "250|tˈu hˈʌndɹəd fˈɪfti");
    assert_eq!(phonemes(&words("250", English::GB, Mode::Reference)), "tˈuː hˈʌndɹəd fˈɪfti");
    assert_eq!(phonemes(&words("250", English::GB, Mode::Spoken)), "tˈuː hˈʌndɹəd and fˈɪfti");
}

#[test]
fn prose_is_left_alone() {
    let rows = include_str!("../../../../tests/data/english.tsv").lines().skip(1);
    let texts = rows.filter_map(|row| row.split('\t').next());
    let is_prose = |text: &&str| {
        let is_plain = |c: char| c.is_alphabetic() || " ,;!?'\"“”‘’—-".contains(c);
        let has_numeral = text.contains("Chapter IV");
        !has_numeral && text.strip_suffix('.').unwrap_or(text).chars().all(is_plain)
    };
    let prose: Vec<&str> = texts.filter(is_prose).collect();
    assert!(prose.len() > 60, "{}", prose.len());
    for text in prose {
        same(text);
    }
}
