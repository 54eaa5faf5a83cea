//! Spelling: the last resort for what no dictionary knows.

use super::Dialect;

/// The names of the letters from a to z, as the dictionaries have them.
const US_LETTERS: [&str; 26] = [
    "ˈA",
    "bˈi",
    "sˈi",
    "dˈi",
    "ˈi",
    "ˈɛf",
    "ʤˈi",
    "ˈAʧ",
    "ˈI",
    "ʤˈA",
    "kˈA",
    "ˈɛl",
    "ˈɛm",
    "ˈɛn",
    "ˈO",
    "pˈi",
    "kjˈu",
    "ˈɑɹ",
    "ˈɛs",
    "tˈi",
    "jˈu",
    "vˈi",
    "dˈʌbᵊlju",
    "ˈɛks",
    "wˈI",
    "zˈi",
];

/// The same in British English.
const GB_LETTERS: [&str; 26] = [
    "ˈA",
    "bˈiː",
    "sˈiː",
    "dˈiː",
    "ˈiː",
    "ˈɛf",
    "ʤˈiː",
    "ˈAʧ",
    "ˈI",
    "ʤˈA",
    "kˈA",
    "ˈɛl",
    "ˈɛm",
    "ˈɛn",
    "ˈQ",
    "pˈiː",
    "kjˈuː",
    "ˈɑː",
    "ˈɛs",
    "tˈiː",
    "jˈuː",
    "vˈiː",
    "dˈʌbᵊljuː",
    "ˈɛks",
    "wˈI",
    "zˈɛd",
];

/// The names of the digits from 0 to 9.
const US_DIGITS: [&str; 10] =
    ["zˈɪɹO", "wˈʌn", "tˈu", "θɹˈi", "fˈɔɹ", "fˈIv", "sˈɪks", "sˈɛvən", "ˈAt", "nˈIn"];

/// The same in British English.
const GB_DIGITS: [&str; 10] =
    ["zˈɪəɹQ", "wˈʌn", "tˈuː", "θɹˈiː", "fˈɔː", "fˈIv", "sˈɪks", "sˈɛvᵊn", "ˈAt", "nˈIn"];

/// Phonemes that name the letters and digits of `text` one by one; empty if it has none of the ASCII ones.
pub(super) fn spell(text: &str, dialect: Dialect) -> String {
    let (letters, digits) = match dialect {
        Dialect::Us => (&US_LETTERS, &US_DIGITS),
        Dialect::Gb => (&GB_LETTERS, &GB_DIGITS),
    };
    let name = |c: char| match c {
        '0'..='9' => digits.get(usize::from(c as u8 - b'0')),
        'a'..='z' => letters.get(usize::from(c as u8 - b'a')),
        'A'..='Z' => letters.get(usize::from(c as u8 - b'A')),
        _ => None,
    };
    text.chars().filter_map(name).copied().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::alphabet;
    use super::*;

    #[test]
    fn letters_and_digits_are_named() {
        assert_eq!(spell("kG-7", Dialect::Us), "kˈA ʤˈi sˈɛvən");
        assert_eq!(spell("Zo0", Dialect::Gb), "zˈɛd ˈQ zˈɪəɹQ");
        assert_eq!(spell("漢字 🍕!", Dialect::Us), "");
    }

    #[test]
    fn names_are_in_the_alphabet() {
        for dialect in [Dialect::Us, Dialect::Gb] {
            let all = spell("abcdefghijklmnopqrstuvwxyz0123456789", dialect);
            assert_eq!(all.split(' ').count(), 36);
            assert_eq!(alphabet::keep(&all), all);
        }
    }
}
