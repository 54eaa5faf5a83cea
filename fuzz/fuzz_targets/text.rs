//! Any text, in both dialects and both modes: no panic, words in order inside the text, phonemes in the alphabet.

#![no_main]

use kokoro_core::g2p::{English, Fallback, G2p, Lexicon, Mode, Settings, Symbols};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for english in [English::US, English::GB] {
        for settings in [Settings::default(), Settings::default().symbols(Symbols::Skip)] {
            let words = english.words(text, &settings).expect("text is never an error");
            let mut end = 0;
            for word in words {
                assert!(word.range.start >= end && text.get(word.range.clone()).is_some(), "{word:?}");
                end = word.range.end;
                // A lexicon takes no symbol that is not in the alphabet, and no entry without a sound.
                for symbols in word.phonemes.chars().collect::<Vec<_>>().chunks(500) {
                    let phonemes = format!("ə{}", symbols.iter().collect::<String>());
                    Lexicon::from_entries([("x", phonemes)]).expect("the alphabet");
                }
            }
        }
        let reference = Settings::default().mode(Mode::Reference).fallback(Fallback::None);
        english.words(text, &reference).expect("text is never an error");
    }
});
