use proptest::prelude::*;

use super::super::alphabet;
use super::*;

const BOTH: [Dialect; 2] = [Dialect::Us, Dialect::Gb];

fn say(word: &str) -> [String; 2] {
    BOTH.map(|dialect| letter_to_sound(word, dialect).unwrap_or_default())
}

/// Whether `phonemes` are such that Kokoro can speak them: its symbols only, stress before vowels only, and
/// one primary stress if there is a vowel.
fn is_sound(phonemes: &str) -> bool {
    let vowel = |c| "AIOQWYaeiouæɑɐɒəɔɚɛɜɪɨʊʌᵊᵻ".contains(c);
    let mut pairs = phonemes.chars().zip(phonemes.chars().skip(1).chain(['.']));
    alphabet::keep(phonemes) == phonemes
        && pairs.all(|(c, next)| !"ˈˌ".contains(c) || vowel(next))
        && phonemes.matches('ˈ').count() == usize::from(phonemes.contains(vowel))
}

#[test]
fn invented_and_foreign_words_are_read() {
    let expected = [
        ("frobnicator", "fɹˈɑbnəkˌATəɹ", "fɹˈɒbnɪkAtə"),
        ("thrimbleton", "θɹˈɪmbəltᵊn", "θɹˈɪmbltᵊn"),
        ("webhook", "wˈɛbhˌʊk", "wˈɛbhʊk"),
        ("rustacean", "ɹəstˈAʃən", "ɹʌstˈAʃᵊn"),
        ("Schwarzenegger", "ʃwˌɔɹzənˈɛɡəɹ", "ʃvɑːzɪnˈɛɡə"),
        ("anthropic", "ænθɹˈɑpɪk", "anθɹˈɒpɪk"),
        ("misaki", "məsˈæki", "mɪsˈɑːki"),
        ("gliptastic", "ɡləptˈæstɪk", "ɡlɪptˈastɪk"),
        ("zorbing", "zˈɔɹbɪŋ", "zˈɔːbɪŋ"),
        ("O'Brannigan", "Obɹˈænəɡən", "Qbɹˈanɪɡᵊn"),
        ("website", "wˈɛbsˌIt", "wˈɛbsIt"),
        ("blorptitude", "blˈɔɹptətˌud", "blˈɔːptɪtjuːd"),
        ("quandrification", "kwˌɑndɹəfəkˈAʃən", "kwˌɒndɹɪfɪkˈAʃᵊn"),
        ("snarfology", "snɑɹfˈɑləʤi", "snɑːfˈɒləʤi"),
    ];
    let said = expected.map(|(word, _, _)| (word, say(word)));
    let said = said.each_ref().map(|(word, [us, gb])| (*word, us.as_str(), gb.as_str()));
    assert_eq!(said, expected);
}

#[test]
fn endings_follow_the_stem() {
    for [stem, ending, sound] in [
        ["wug", "wug's", "z"],
        ["glip", "glip's", "s"],
        ["thrimble", "thrimble's", "z"],
        ["thrimbles", "thrimbles'", ""],
    ] {
        assert_eq!(say(ending), say(stem).map(|stem| stem + sound), "{ending}");
    }
    assert_eq!(say("blorch's"), [say("blorch")[0].clone() + "ᵻz", say("blorch")[1].clone() + "ɪz"]);
    for (word, end) in
        [("wugs", "ɡz"), ("quoffs", "fs"), ("glipped", "pt"), ("wugged", "ɡd"), ("jambs", "mz")]
    {
        assert!(say(word).iter().all(|said| said.ends_with(end)), "{word} {:?}", say(word));
    }
}

#[test]
fn what_is_no_word_is_left_to_spelling() {
    for word in ["", "x", "a", "'", "nth", "PDF", "HTTPS", "UNHCR", "grrr's", "naïve", "a b", "b2b", "東京"]
    {
        assert_eq!(letter_to_sound(word, Dialect::Us), None, "{word}");
    }
    for word in ["KUBERNETES", "Kubernetes", "wy", "o’zorg", "O'Zorg"] {
        assert!(letter_to_sound(word, Dialect::Us).is_some(), "{word}");
    }
    assert_eq!(say("KUBERNETES"), say("kubernetes"));
    assert_eq!(say("o’zorg"), say("O'Zorg"));
}

#[test]
fn length_has_no_limit() {
    for word in ["a".repeat(10_000), "strengths".repeat(1000), "'".repeat(5000) + "a'b"] {
        for said in say(&word) {
            assert!(is_sound(&said));
            assert!(said.chars().count() <= 4 * word.len());
        }
    }
}

#[test]
fn a_table_cut_short_is_no_table() {
    for length in [0, 4, 5, 8, 100, 5000, US_TABLE.len() / 2, US_TABLE.len() - 1] {
        assert!(Model::read(&US_TABLE[..length], 'ᵻ').is_none(), "{length}");
    }
}

proptest! {
    #[test]
    fn words_of_letters_can_be_spoken(word in "[a-z']{0,40}") {
        for dialect in BOTH {
            let said = letter_to_sound(&word, dialect);
            prop_assert!(said.iter().all(|said| is_sound(said)), "{:?}", said);
            prop_assert_eq!(said, letter_to_sound(&word, dialect));
        }
    }

    #[test]
    fn text_of_any_kind_does_no_harm(text in any::<String>()) {
        for said in BOTH.iter().filter_map(|&dialect| letter_to_sound(&text, dialect)) {
            prop_assert!(is_sound(&said), "{}", said);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_damaged_table_does_no_harm(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..200),
        early in prop::collection::vec((0..4000usize, any::<u8>()), 0..3),
    ) {
        let mut table = GB_TABLE.to_vec();
        for (place, byte) in damage {
            *place.get_mut(&mut table) = byte;
        }
        for (place, byte) in early {
            table[place] = byte;
        }
        if let Some(model) = Model::read(&table, 'ɪ') {
            model.say("thrimbleton");
            model.say("o'kubernetes's");
        }
    }
}
