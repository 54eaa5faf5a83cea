//! Keeps text from espeak-ng that ends the process.
//!
//! Versions 1.51 and 1.52 read memory that is not theirs for some words with Devanagari letters: those that mix its rare
//! letters, or letters of a third script, with Latin ones, and those with a hyphen after a symbol. Nobody writes such
//! words; they come from damaged files and from attackers. Spaces at those places are enough: hundreds of thousands of
//! random words then did no harm.

use std::borrow::Cow;

use super::voice::Voice;

/// `text` in the form that the library is given.
pub(super) fn guarded(text: &str, voice: Voice) -> Cow<'_, str> {
    let is_suspect = |word: &str| voice == Voice::Hi || word.contains(is_devanagari);
    if text.is_ascii() || !is_suspect(text) {
        return Cow::Borrowed(text);
    }
    let mut guarded = String::with_capacity(text.len() + 16);
    for word in text.split_inclusive(char::is_whitespace) {
        if is_suspect(word) {
            push_word(word, &mut guarded);
        } else {
            guarded.push_str(word);
        }
    }
    Cow::Owned(guarded)
}

fn push_word(word: &str, guarded: &mut String) {
    let parts_scripts = word.contains(|c: char| !is_common(c) || is_rare(c))
        && word.contains(|c: char| c == '-' || is_latin(c));
    let mut before = ' ';
    let mut chars = word.chars().peekable();
    while let Some(c) = chars.next() {
        let after = chars.peek().copied().unwrap_or(' ');
        if parts_scripts && !is_common(c) && !c.is_whitespace() {
            guarded.extend([' ', c, ' ']);
            before = ' ';
        } else if c == '-' && !is_in_place(before, after) {
            guarded.push(' ');
            before = ' ';
        } else {
            let is_border = (is_devanagari(c) && is_latin(before)) || (is_latin(c) && is_devanagari(before));
            if parts_scripts && is_border {
                guarded.push(' ');
            }
            guarded.push(c);
            before = c;
        }
    }
}

/// Whether a hyphen between `before` and `after` joins words, is a minus, or stands alone.
fn is_in_place(before: char, after: char) -> bool {
    match before {
        ' ' => after.is_whitespace() || after.is_ascii_digit(),
        '0'..='9' => true,
        c if is_devanagari(c) => !c.is_numeric(),
        c => c.is_alphabetic(),
    }
}

fn is_devanagari(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{97f}')
}

fn is_latin(c: char) -> bool {
    c < '\u{250}' && c.is_alphabetic()
}

/// Devanagari letters that the library may have no sound for.
fn is_rare(c: char) -> bool {
    matches!(c, '\u{929}' | '\u{931}' | '\u{934}' | '\u{93d}' | '\u{94e}' | '\u{950}' | '\u{955}'..='\u{963}' | '\u{970}'..='\u{97f}')
}

/// Whether `c` is usual in Hindi text: Devanagari, Latin, punctuation, emoji.
fn is_common(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\u{a0}'..='\u{17f}' | '\u{900}'..='\u{970}' | '\u{200c}' | '\u{200d}'
        | '\u{2010}'..='\u{2027}' | '₹' | '\u{fe0f}' | '\u{2600}'..='\u{27ff}' | '\u{1f000}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in
            ["नमस्ते, आप-हम कैसे हैं?", "लड़का-लड़की 🍕", "₹500 – डीएम, PMOने -5", "नई दिल्ली - 2019", "Ελλάδα में"]
        {
            assert_eq!(guarded(text, Voice::Hi), text);
        }
        for text in ["Ꭶæ䮧", "привет-漢字", "×-x", "नमस्ते Ελλάδα-x"] {
            assert_eq!(guarded(text, Voice::Es), text);
        }
    }

    #[test]
    fn scripts_are_parted() {
        assert_eq!(guarded("Ꭶæ䮧", Voice::Hi), " Ꭶ æ 䮧 ");
        assert_eq!(guarded("ॎऽsॠ x", Voice::Hi), "ॎऽ s ॠ x");
        assert_eq!(guarded("¯-ॠ", Voice::EnGb), "¯ ॠ");
        assert_eq!(guarded("८-लक़", Voice::Fr), "८ लक़");
        assert_eq!(guarded("☀\u{fe0f}-अश -क", Voice::Hi), "☀\u{fe0f} अश  क");
    }
}
