//! Kokoro's alphabet.

/// The symbols that every version of the model knows, the space among them.
///
/// A model's own vocabulary is in its file and decides what it is given; this list keeps the English front
/// end from producing anything else, whatever the text.
const SYMBOLS: &str = concat!(
    ";:,.!?—…\"()“” \u{303}ʣʥʦʨᵝꭧ",
    "AIOQSTWYᵊabcdefhijklmnopqrstuvwxyz",
    "ɑɐɒæβɔɕçɖðʤəɚɛɜɟɡɥɨɪʝɯɰŋɳɲɴøɸθœɹɾɻʁɽʂʃʈʧʊʋʌɣɤχʎʒʔ",
    "ˈˌːʰʲ↓→↗↘ᵻ",
);

/// Whether `c` is one of Kokoro's symbols.
pub(in crate::g2p) fn contains(c: char) -> bool {
    SYMBOLS.contains(c)
}

/// `phonemes` without foreign characters, with single spaces, none at the ends. A Latin `g`, which is easily
/// typed for the phonetic `ɡ` and stands for nothing else, becomes one.
pub(in crate::g2p) fn keep(phonemes: &str) -> String {
    let mut kept = String::with_capacity(phonemes.len());
    for c in phonemes.chars() {
        let c = match c {
            'g' => 'ɡ',
            c if c.is_whitespace() => ' ',
            c => c,
        };
        if contains(c) && !(c == ' ' && (kept.is_empty() || kept.ends_with(' '))) {
            kept.push(c);
        }
    }
    kept.truncate(kept.trim_end().len());
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn there_are_114_symbols() {
        let symbols: Vec<char> = SYMBOLS.chars().collect();
        assert_eq!(symbols.len(), 114);
        assert_eq!(symbols.iter().collect::<HashSet<_>>().len(), 114);
    }

    #[test]
    fn keeps_what_the_model_knows() {
        assert_eq!(keep("  nˈIn ❓  θˈɜɹTi\n"), "nˈIn θˈɜɹTi");
        assert_eq!(keep("gɡ-'/5é"), "ɡɡ");
        assert_eq!(keep("❓ ❓"), "");
    }
}
