//! Planning as a whole.

use proptest::prelude::*;

use super::*;
use crate::text::marks;

/// Without a lead.
fn plan(words: &[Word], paragraph_ends: &[usize], limits: Limits) -> Vec<Chunk> {
    super::plan(words, paragraph_ends, limits, &mut Lead::new(0))
}

/// Words as a front end makes them: what spaces separate, and marks on their own.
fn words(text: &str) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    let mut joins = false;
    for c in text.chars() {
        let is_mark = !c.is_alphanumeric();
        match words.last_mut() {
            Some(last) if c == ' ' => last.space_after = true,
            Some(last) if joins && !is_mark && !last.space_after => last.phonemes.push(c),
            _ => words.push(Word { range: 0..0, phonemes: c.to_string(), space_after: false }),
        }
        joins = !is_mark;
    }
    words
}

fn symbols(chunk: &Chunk, words: &[Word]) -> usize {
    chunk.phonemes(words).chars().count()
}

/// The text of the chunks of one paragraph, each with its boundary.
fn planned(text: &str, target: usize, limit: usize) -> Vec<(String, Boundary)> {
    let words = words(text);
    let chunks = plan(&words, &[], Limits::new(target, limit));
    chunks.iter().map(|chunk| (chunk.phonemes(&words), chunk.boundary)).collect()
}

fn texts(text: &str, target: usize, limit: usize) -> Vec<String> {
    planned(text, target, limit).into_iter().map(|(text, _)| text).collect()
}

/// What must be spoken: the phonemes in order, white space as single spaces, in each paragraph.
fn normal(words: &[Word]) -> String {
    let spaced =
        words.iter().map(|word| format!("{}{}", word.phonemes, if word.space_after { " " } else { "" }));
    spaced.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is spoken: all chunks, with the spaces between them.
fn joined(chunks: &[Chunk], words: &[Word]) -> String {
    let mut joined = String::new();
    for chunk in chunks {
        joined.push_str(&chunk.phonemes(words));
        if chunk.pieces.last().unwrap().space_after {
            joined.push(' ');
        }
    }
    joined.truncate(joined.trim_end().len());
    joined
}

#[test]
fn a_text_within_the_target_is_one_chunk() {
    assert_eq!(planned("wˈʌn. tˈu. θɹˈi.", 16, 510), [("wˈʌn. tˈu. θɹˈi.".into(), Boundary::Paragraph)]);
    assert_eq!(texts("wˈʌn. tˈu. θɹˈi.", 10, 510), ["wˈʌn. tˈu.", "θɹˈi."]);
    assert_eq!(planned("", 10, 510), []);
    assert_eq!(planned("   ", 10, 510), []);
}

#[test]
fn sentences_come_before_clauses_and_clauses_before_words() {
    use Boundary::{Clause, Paragraph, Sentence, Word};
    let text = "(ðə kˈæt) sˈæt. “ðə dˈɔɡ ɹˈæn!” ðˈA slˈɛpt.";
    assert_eq!(
        planned(text, 15, 510),
        [
            ("(ðə kˈæt) sˈæt.".into(), Sentence),
            ("“ðə dˈɔɡ ɹˈæn!”".into(), Sentence),
            ("ðˈA slˈɛpt.".into(), Paragraph)
        ]
    );
    let text = "fɔɹ ɐ lˈɔŋ tˈIm hˌi stˈʊd ðˈɛɹ, ænd ðə ɹˈAn fˈɛl ˌɔn ðə ɹˈuf.";
    assert_eq!(
        planned(text, 32, 510),
        [
            ("fɔɹ ɐ lˈɔŋ tˈIm hˌi stˈʊd ðˈɛɹ,".into(), Clause),
            ("ænd ðə ɹˈAn fˈɛl ˌɔn ðə ɹˈuf.".into(), Paragraph)
        ]
    );
    assert_eq!(
        planned("wˈʌn tˈu θɹˈi fˈɔɹ fˈIv sˈɪks", 10, 14),
        [("wˈʌn tˈu".into(), Word), ("θɹˈi fˈɔɹ".into(), Word), ("fˈIv sˈɪks".into(), Paragraph)]
    );
}

#[test]
fn a_giant_word_is_cut_inside_into_equal_parts() {
    let words = vec![Word { range: 0..1, phonemes: "ə".repeat(100_000), space_after: true }];
    let chunks = plan(&words, &[], Limits::default());
    let lengths: Vec<usize> = chunks.iter().map(|chunk| symbols(chunk, &words)).collect();
    assert!(lengths.iter().all(|&length| length == 250), "{lengths:?}");
    assert_eq!(joined(&chunks, &words), normal(&words));
    assert_eq!(chunks[0].boundary, Boundary::Inside);
}

#[test]
fn paragraphs_end_chunks_and_silent_words_vanish() {
    let words = words("wˈʌn. tˈu. θɹˈi.");
    let plan_at = |ends: &[usize]| {
        let chunks = plan(&words, ends, Limits::default());
        chunks.iter().map(|chunk| (chunk.phonemes(&words), chunk.boundary)).collect::<Vec<_>>()
    };
    let two = [("wˈʌn.".to_owned(), Boundary::Paragraph), ("tˈu. θɹˈi.".to_owned(), Boundary::Paragraph)];
    let end = words.iter().position(|word| word.phonemes == ".").unwrap() + 1;
    assert_eq!(plan_at(&[end]), two);
    assert_eq!(plan_at(&[0, end, end, words.len(), 99]), two);
    let silent = vec![Word { range: 0..1, phonemes: " ".into(), space_after: true }; 3];
    assert_eq!(plan(&silent, &[1, 2], Limits::default()), []);
}

#[test]
fn a_piece_is_a_word_or_the_part_of_it_in_the_chunk() {
    let word = |phonemes: &str| Word { range: 0..0, phonemes: phonemes.into(), space_after: true };
    let words = [word("fˈIv hˈʌndɹəd"), word(" fˈɪfti  fˈIv ")];
    let chunks = plan(&words, &[], Limits::default());
    let pieces: Vec<_> =
        chunks[0].pieces.iter().map(|piece| &words[piece.word].phonemes[piece.phonemes.clone()]).collect();
    assert_eq!(pieces, ["fˈIv hˈʌndɹəd", "fˈɪfti", "fˈIv"]);
    assert_eq!(chunks[0].phonemes(&words), "fˈIv hˈʌndɹəd fˈɪfti fˈIv");
    assert_eq!(texts("fˈIv hˈʌndɹəd", 8, 10), ["fˈIv", "hˈʌndɹəd"]);
}

#[test]
fn no_short_remainder_is_left() {
    // Greedy packing would leave the last sentence alone.
    let sentence = format!("{}.", "ə".repeat(98));
    let lengths: Vec<usize> =
        texts(&[sentence.as_str(); 7].join(" "), 250, 510).iter().map(|t| t.chars().count()).collect();
    assert_eq!(lengths.iter().sum::<usize>(), 7 * 100 - lengths.len());
    assert!(lengths.iter().all(|&length| length >= 199), "{lengths:?}");
    assert_eq!(texts("nˈO. ɡˌO əwˈA nˈW.", 14, 510).len(), 1);
}

#[test]
fn limits_are_brought_into_range() {
    assert_eq!(Limits::new(0, 0), Limits::new(1, 1));
    assert_eq!(Limits::new(9_999, 9_999), Limits::new(510, 510));
    assert_eq!(Limits::new(300, 200), Limits::new(200, 200));
}

#[test]
fn a_megabyte_is_planned() {
    for unit in
        ["a", ".", "a ", "a. ", "a.", "“", "” ", "a, b c. ", "。", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, "]
    {
        let text = unit.repeat(1_000_000 / unit.len());
        let words = words(&text);
        for target in [1, 17, 250, 510] {
            let count = plan(&words, &[], Limits::new(target, MAX_SYMBOLS)).len();
            let symbols: usize = words.iter().map(|word| word.phonemes.chars().count()).sum();
            assert!(count >= symbols / MAX_SYMBOLS);
        }
    }
}

const MARKS: &[&str] =
    &[".", ",", "!", "?", "…", "—", ":", "“", "”", "(", ")", "\"", "。", "、", "「", "」", "...", "?!"];

/// Words of any length in several scripts, with marks.
fn any_words() -> impl Strategy<Value = Vec<Word>> {
    let phonemes = prop_oneof![
        6 => "[a-zˈˌːəɹ\u{303}]{0,12}",
        1 => "[a-zˈˌː]{0,2000}",
        3 => prop::sample::select(MARKS).prop_map(str::to_owned),
        1 => "[a-z ,.。」]{0,40}",
        1 => any::<String>(),
    ];
    let word = (phonemes, any::<bool>()).prop_map(|(phonemes, space_after)| Word {
        range: 0..0,
        phonemes,
        space_after,
    });
    prop::collection::vec(word, 0..80)
}

proptest! {
    #[test]
    fn nothing_is_lost_and_every_chunk_fits(
        words in any_words(),
        target in 1usize..=510,
        limit in prop_oneof![Just(510usize), 1usize..=510],
        ends in prop::collection::vec(0usize..80, 0..4),
        lead in prop_oneof![Just(0usize), 1usize..300],
    ) {
        let plan = |words: &[Word], ends: &[usize], limits| super::plan(words, ends, limits, &mut Lead::new(lead));
        let mut ends = ends;
        ends.sort_unstable();
        let limits = Limits::new(target, limit);
        let chunks = plan(&words, &ends, limits);
        for chunk in &chunks {
            let symbols = symbols(chunk, &words);
            prop_assert!(symbols >= 1 && symbols <= limits.limit, "{} symbols", symbols);
            let phonemes = chunk.phonemes(&words);
            prop_assert_eq!(phonemes.trim(), &phonemes);
            for piece in &chunk.pieces {
                prop_assert!(!words[piece.word].phonemes[piece.phonemes.clone()].trim().is_empty());
            }
        }
        let paragraphs = chunks.split_inclusive(|chunk| chunk.boundary == Boundary::Paragraph);
        let spoken: Vec<String> = paragraphs.map(|part| joined(part, &words)).collect();
        let mut expected = Vec::new();
        let mut start = 0;
        for end in ends.iter().map(|&end| end.min(words.len())).chain([words.len()]) {
            expected.push(normal(&words[start..end]));
            start = end;
        }
        expected.retain(|paragraph| !paragraph.is_empty());
        prop_assert_eq!(spoken, expected);
        prop_assert_eq!(plan(&words, &ends, limits), chunks.clone());
    }

    #[test]
    fn order_of_pieces_is_the_order_of_the_text(words in any_words(), target in 1usize..=510) {
        let mut end = (0, 0);
        for piece in plan(&words, &[], Limits::new(target, 510)).into_iter().flat_map(|chunk| chunk.pieces) {
            prop_assert!((piece.word, piece.phonemes.start) >= end);
            end = (piece.word, piece.phonemes.end);
        }
    }

    #[test]
    fn sentences_within_the_target_are_not_cut(
        sentences in prop::collection::vec("[a-zˈ]{1,9}(,? [a-zˈ]{1,9}){0,9}[.!?…]", 1..30),
        target in 1usize..=300,
    ) {
        let text = sentences.join(" ");
        let target = sentences.iter().map(|sentence| sentence.chars().count()).max().unwrap().max(target);
        for (chunk, boundary) in planned(&text, target, 510) {
            prop_assert!(boundary <= Boundary::Sentence, "{:?}", chunk);
            prop_assert!(chunk.ends_with(marks::is_terminator));
        }
    }

    #[test]
    fn words_within_the_limit_are_not_cut(
        words in prop::collection::vec("[a-zˈ]{1,40}", 1..60),
        target in 1usize..=300,
        limit in 40usize..=510,
    ) {
        let all: Vec<String> = texts(&words.join(" "), target, limit);
        let spoken: Vec<&str> = all.iter().flat_map(|chunk| chunk.split(' ')).collect();
        prop_assert_eq!(spoken, words);
    }

    #[test]
    fn equal_sentences_make_equal_chunks(
        length in 2usize..=250,
        count in 1usize..200,
        target in 250usize..=510,
    ) {
        let sentence = format!("{}.", "a".repeat(length - 1));
        let chunks = texts(&vec![sentence.as_str(); count].join(" "), target, 510);
        // With the space after it, so that n sentences are n times as long as one.
        let lengths: Vec<usize> = chunks.iter().map(|chunk| chunk.len() + 1).collect();
        let (shortest, longest) = (lengths.iter().min().unwrap(), lengths.iter().max().unwrap());
        prop_assert!(2 * shortest >= *longest, "{:?}", lengths);
    }
}
