//! Any file contents as a lexicon: no panic, errors that name a line, and entries that are found again and spoken.

#![no_main]

use kokoro_core::Language;
use kokoro_core::g2p::{Lexicon, Phonemizer, Settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for parsed in [Lexicon::from_tsv(text), Lexicon::from_json(text)] {
        match parsed {
            Ok(lexicon) => {
                let phonemizer = Phonemizer::with_cache_bytes(Settings::default().lexicon(lexicon), 0);
                // The words of the file itself, among others.
                phonemizer.phonemize(text, Language::EnUs).expect("text is never an error");
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});
