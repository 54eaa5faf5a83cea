//! Words whose pronunciation the caller gives, through the public API.
#![allow(clippy::unwrap_used, reason = "a failed helper is a failed test")]

use kokoro_core::g2p::{Lexicon, Mode, Phonemizer, Settings};
use kokoro_core::{ErrorKind, Language, SpeechRequest, Synthesizer};
use proptest::prelude::*;

fn lexicon(entries: &[(&str, &str)]) -> Lexicon {
    Lexicon::from_entries(entries.iter().copied()).unwrap()
}

fn phonemizer(entries: &[(&str, &str)]) -> Phonemizer {
    Phonemizer::new(Settings::default().lexicon(lexicon(entries)))
}

fn say(phonemizer: &Phonemizer, text: &str) -> String {
    phonemizer.phonemize(text, Language::EnUs).unwrap().text()
}

#[test]
fn entries_win_over_the_dictionaries_in_both_dialects() {
    let phonemizer = phonemizer(&[("bridge", "x"), ("kubernetes", "kubəɹnˈɛtiz")]);
    assert_eq!(say(&phonemizer, "The bridge, Kubernetes!"), "ðə x, kubəɹnˈɛtiz!");
    let british = phonemizer.phonemize("A BRIDGE.", Language::EnGb).unwrap();
    assert_eq!(british.text(), "ɐ x.");
}

#[test]
fn the_case_of_an_entry_matters_only_where_there_is_a_choice() {
    let phonemizer = phonemizer(&[("polish", "a"), ("Polish", "b"), ("gRPC", "c")]);
    assert_eq!(say(&phonemizer, "polish Polish POLISH grpc GRPC Grpc gRPC"), "a b a c c c c");
}

#[test]
fn entries_give_their_inflected_forms() {
    let phonemizer = phonemizer(&[("Kubernetes", "kubəɹnˈɛtiz"), ("grep", "ɡɹˈɛp"), ("new", "nˈi")]);
    assert_eq!(
        say(&phonemizer, "Kubernetes's and Kubernetes’s and Kubernetes' pods"),
        "kubəɹnˈɛtizᵻz ænd kubəɹnˈɛtizᵻz ænd kubəɹnˈɛtiz pˈɑdz"
    );
    assert_eq!(say(&phonemizer, "greps grepped grepping Grep's"), "ɡɹˈɛps ɡɹˈɛpt ɡɹˈɛpɪŋ ɡɹˈɛps");
    // A word of its own in the dictionary.
    assert_eq!(say(&phonemizer, "new news"), "nˈi nˈuz");
}

#[test]
fn words_with_accents_are_found_and_told_apart() {
    let phonemizer =
        phonemizer(&[("Dvořák", "dvˈɔɹʒæk"), ("café", "kˈæfA"), ("résumé", "ɹˈɛzəmA"), ("naive", "nIˈiv")]);
    assert_eq!(say(&phonemizer, "Dvořák café cafe\u{301} CAFÉ naïve"), "dvˈɔɹʒæk kˈæfA kˈæfA kˈæfA nIˈiv");
    assert_eq!(say(&phonemizer, "Dvořák's"), "dvˈɔɹʒæks");
    assert_eq!(say(&phonemizer, "They resume the résumé."), "ðˌA ɹəzˈum ðə ɹˈɛzəmA.");
}

#[test]
fn words_that_are_cut_into_parts_are_found() {
    let phonemizer = phonemizer(&[
        ("gRPC-Web", "a"),
        ("v2", "b"),
        ("C++", "d"),
        ("Node.js", "e"),
        (".NET", "f"),
        ("New York", "h"),
        ("New York Times", "t"),
        ("O'Neil", "j"),
        ("snake_case", "k"),
        ("AT&T", "l"),
        ("e-mail", "m"),
        ("Dvořák Hall", "n"),
    ]);
    for (text, phonemes) in [
        ("gRPC-Web v2 C++ Node.js .NET", "a b d e f"),
        ("(C++), Node.js. grpc-web; \"c++\"!", "(d), e. a; “d”!"),
        ("C++.", "d."),
        ("in New York.", "ɪn h."),
        ("the New York Times' New  York", "ðə t h"),
        ("New York's AT&T's O'Neil’s", "hz lz jz"),
        ("new york new", "h nˈu"),
        ("Dvořák\u{a0}Hall Dvorak Hall", "n dvˈɔɹˌæk hˈɔl"),
        ("snake_case E-Mail e\u{2011}mail", "k m m"),
        ("Node.jsx", "nˈOd dˈɑt ʤˈA ˈɛs ˈɛks"),
    ] {
        let spoken = phonemizer.phonemize(text, Language::EnUs).unwrap();
        assert_eq!(spoken.text(), phonemes, "{text}");
    }
    let spoken = phonemizer.phonemize("in New York.", Language::EnUs).unwrap();
    assert_eq!(spoken.words[1].range, 3..11);
}

#[test]
fn an_entry_is_part_of_a_longer_word() {
    let phonemizer = phonemizer(&[("kubernetes", "kubəɹnˈɛtiz")]);
    assert!(say(&phonemizer, "kubernetes-based").starts_with("kubəɹnˈɛtiz"));
    assert!(say(&phonemizer, "kubernetes/docker my_kubernetes").contains("kubəɹnˈɛtiz "));
}

#[test]
fn markup_changes_the_stress_of_entries_and_wins_over_them() {
    let phonemizer = phonemizer(&[("kubectl", "kˈub kəntɹˈOl"), ("New York", "nˈu jˈɔɹk")]);
    assert_eq!(say(&phonemizer, "[kubectl](-2) [New York](-2)"), "kub kəntɹOl nu jɔɹk");
    assert_eq!(say(&phonemizer, "[kubectl](/x/) [New York](/z/)"), "x z");
}

#[test]
fn overrides_win_over_the_lexicon_which_stays_in_force() {
    let settings = Settings::default()
        .lexicon(lexicon(&[("foo", "a"), ("bar", "b")]))
        .overrides(lexicon(&[("Foo", "d")]));
    let phonemizer = Phonemizer::new(settings);
    assert_eq!(say(&phonemizer, "foo bar"), "d b");
}

#[test]
fn entries_count_in_reference_mode_too() {
    let settings = Settings::default().mode(Mode::Reference).lexicon(lexicon(&[("qzx", "a"), ("C++", "b")]));
    assert_eq!(say(&Phonemizer::new(settings), "qzx C++"), "a b");
}

#[test]
fn what_nothing_is_said_for_is_listed() {
    let phonemizer = Phonemizer::default();
    let text = "One 漢字.\n\nTwo 東京 🍕!";
    let spoken = phonemizer.phonemize(text, Language::EnUs).unwrap();
    let unspoken: Vec<&str> = spoken.unspoken.iter().map(|range| &text[range.clone()]).collect();
    assert_eq!(unspoken, ["漢字", "東京"]);
}

#[test]
fn words_of_a_request_do_not_leak_into_another() {
    let synthesizer = Synthesizer::builder()
        .model("builtin")
        .threads(1)
        .lexicon(lexicon(&[("foo", "fˈu")]))
        .build()
        .unwrap();
    let phonemes = |request: &SpeechRequest| synthesizer.phonemize(request).unwrap().text();
    let plain = SpeechRequest::new("The foo bar.");
    let own = plain.clone().pronunciations(lexicon(&[("bar", "bˈi"), ("foo", "fˈi")]));
    for _ in 0..2 {
        assert_eq!(phonemes(&plain), "ðə fˈu bˈɑɹ.");
        assert_eq!(phonemes(&own), "ðə fˈi bˈi.");
        // Equal words make an equal request.
        let same = plain.clone().pronunciations(lexicon(&[("foo", "fˈi"), ("bar", "bˈi")]));
        assert_eq!(phonemes(&same), "ðə fˈi bˈi.");
    }
    let stats = synthesizer.g2p_cache_stats();
    assert_eq!((stats.hits, stats.misses, stats.entries), (4, 2, 2));
    assert_eq!(synthesizer.synthesize(&own).unwrap().chunks()[0].phonemes, "ðə fˈi bˈi.");
    synthesizer.set_g2p_cache_bytes(0);
    let stats = synthesizer.g2p_cache_stats();
    assert_eq!((stats.entries, stats.bytes, stats.evictions, stats.capacity_bytes), (0, 0, 2, 0));
}

#[test]
fn a_bad_entry_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("names.tsv");
    std::fs::write(&path, "Nguyen\twˈɪn\nMcKay\t/məkˈI/\n").unwrap();
    let error = Lexicon::load(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidLexicon);
    assert_eq!(error.kind().as_str(), "invalid_lexicon");
    let message = error.to_string();
    for part in ["names.tsv", "line 2", "McKay", "`/`"] {
        assert!(message.contains(part), "{message}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_entries_give_words_in_order(
        entries in prop::collection::vec(("[a-zA-Zé'.+5-]{1,4}( [a-zé]{1,3})?", "[aˈbz ]{0,4}z"), 1..8),
        text in "([a-zA-Zé'’.+5-]{1,4}[ /\u{301}-]?){0,12}",
        uses in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
    ) {
        let lexicon = Lexicon::from_entries(entries.iter().map(|(word, phonemes)| (word, phonemes))).unwrap();
        let used: Vec<&str> = uses.iter().map(|index| index.get(&entries).0.as_str()).collect();
        let text = format!("{text}{} {text}", used.join(" "));
        let phonemizer = Phonemizer::new(Settings::default().lexicon(lexicon));
        let spoken = phonemizer.phonemize(&text, Language::EnUs).unwrap();
        let mut end = 0;
        for word in &spoken.words {
            prop_assert!(word.range.start >= end && text.get(word.range.clone()).is_some(), "{:?}", word);
            end = word.range.end;
        }
        for (at, _) in text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
            prop_assert!(spoken.words.iter().any(|word| word.range.contains(&at)), "{} of {:?}", at, text);
        }
    }
}
