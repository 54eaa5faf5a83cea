//! The endings -s and -ed.
//!
//! The dictionaries leave most plurals and past tenses to rules, so the table has seen few of them.

/// After these, -s is a syllable of its own.
const SIBILANTS: &str = "szʃʒʧʤ";
const VOICELESS: &str = "ptkfθ";
const VOICED: &str = "bdɡvðmnŋl";

/// Adds the ending -s, of a plural or a possessive. `weak` is the vowel of the syllable that it may be.
pub(super) fn add_s(phonemes: &mut String, weak: char) {
    match phonemes.chars().next_back() {
        Some(last) if SIBILANTS.contains(last) => phonemes.extend([weak, 'z']),
        Some(last) if VOICELESS.contains(last) => phonemes.push('s'),
        _ => phonemes.push('z'),
    }
}

/// Makes a final s or d as voiced as the consonant before it, where `word` has an ending -s after a consonant
/// or -ed.
pub(super) fn agree(word: &str, phonemes: &mut String) {
    let mut chars = phonemes.chars().rev();
    let (Some(last), Some(before)) = (chars.next(), chars.next()) else { return };
    let mut letters = word.bytes().rev();
    let (end, previous) = (letters.next(), letters.next());
    let consonant = previous.is_some_and(|letter| !b"aeiouys'".contains(&letter));
    let agreed = match last {
        's' if end == Some(b's') && consonant && VOICED.contains(before) => 'z',
        'z' if end == Some(b's') && consonant && VOICELESS.contains(before) => 's',
        'd' if word.ends_with("ed") && (VOICELESS.contains(before) || "sʃʧ".contains(before)) => 't',
        't' if word.ends_with("ed") && (VOICED.contains(before) || "zʒʤ".contains(before)) => 'd',
        _ => return,
    };
    phonemes.pop();
    phonemes.push(agreed);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agreed(word: &str, phonemes: &str) -> String {
        let mut phonemes = phonemes.to_owned();
        agree(word, &mut phonemes);
        phonemes
    }

    #[test]
    fn s_follows_what_is_before_it() {
        let with_s = |phonemes: &str| {
            let mut phonemes = phonemes.to_owned();
            add_s(&mut phonemes, 'ᵻ');
            phonemes
        };
        assert_eq!(with_s("kˈæt"), "kˈæts");
        assert_eq!(with_s("dˈɔɡ"), "dˈɔɡz");
        assert_eq!(with_s("bˈʌʃ"), "bˈʌʃᵻz");
        assert_eq!(with_s(""), "z");
    }

    #[test]
    fn endings_agree_in_voice() {
        assert_eq!(agreed("glibs", "ɡlˈɪbs"), "ɡlˈɪbz");
        assert_eq!(agreed("glips", "ɡlˈɪpz"), "ɡlˈɪps");
        assert_eq!(agreed("glipped", "ɡlˈɪpd"), "ɡlˈɪpt");
        assert_eq!(agreed("glibbed", "ɡlˈɪbt"), "ɡlˈɪbd");
        assert_eq!(agreed("gloss", "ɡlˈɔns"), "ɡlˈɔns");
        assert_eq!(agreed("s", "s"), "s");
    }
}
