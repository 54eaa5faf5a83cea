//! Names of signs that stand for themselves, of Greek letters, and of emoji.

use std::collections::HashMap;

use once_cell::sync::Lazy;

use super::output::{Found, Piece};
use super::scan::{Kind, Scan, is_flag_letter};
use crate::g2p::Symbols;

/// Signs that belong to what they stand before; they are always spoken.
const PREFIXES: &[(char, &str, &str)] = &[('§', "section", "sections"), ('№', "number", "number")];

/// Other signs.
const SIGNS: &[(char, &str)] = &[
    ('©', "copyright"),
    ('®', "registered"),
    ('℗', "published"),
    ('¶', "paragraph"),
    ('→', "arrow"),
    ('←', "left arrow"),
    ('↑', "up arrow"),
    ('↓', "down arrow"),
    ('↔', "two way arrow"),
    ('⇐', "left arrow"),
    ('⇒', "arrow"),
    ('➜', "arrow"),
    ('➔', "arrow"),
    ('⟶', "arrow"),
    ('↵', "return"),
    ('⌘', "command"),
    ('⌥', "option"),
    ('⇧', "shift"),
    ('★', "star"),
    ('☆', "star"),
    ('✓', "check"),
    ('✗', "cross"),
    ('✘', "cross"),
    ('☐', "box"),
    ('☑', "checked box"),
    ('♪', "music note"),
    ('♫', "music notes"),
    ('♭', "flat"),
    ('♯', "sharp"),
    ('♮', "natural"),
    ('Ω', "omega"),
    ('µ', "micro"),
    ('°', "degrees"),
    ('€', "euro"),
    ('¥', "yen"),
    ('₹', "rupee"),
    ('¢', "cents"),
    ('£', "pound"),
    ('₿', "bitcoin"),
];

/// Small Greek letters in order.
const GREEK: [&str; 25] = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
];

/// Emoji and their names, which are those of the Unicode standard or shorter ones: the characters, a space, the name on
/// each line. Joiners and selectors are left out.
static EMOJI: Lazy<HashMap<&'static str, &'static str>> =
    Lazy::new(|| include_str!("emoji.txt").lines().filter_map(|line| line.split_once(' ')).collect());

/// Countries by the two letters of their flags.
const FLAGS: &[(&str, &str)] = &[
    ("AR", "Argentina"),
    ("AT", "Austria"),
    ("AU", "Australia"),
    ("BE", "Belgium"),
    ("BR", "Brazil"),
    ("CA", "Canada"),
    ("CH", "Switzerland"),
    ("CL", "Chile"),
    ("CN", "China"),
    ("CO", "Colombia"),
    ("CZ", "Czechia"),
    ("DE", "Germany"),
    ("DK", "Denmark"),
    ("EG", "Egypt"),
    ("ES", "Spain"),
    ("EU", "the European Union"),
    ("FI", "Finland"),
    ("FR", "France"),
    ("GB", "the United Kingdom"),
    ("GR", "Greece"),
    ("HU", "Hungary"),
    ("ID", "Indonesia"),
    ("IE", "Ireland"),
    ("IL", "Israel"),
    ("IN", "India"),
    ("IR", "Iran"),
    ("IS", "Iceland"),
    ("IT", "Italy"),
    ("JP", "Japan"),
    ("KE", "Kenya"),
    ("KR", "South Korea"),
    ("MX", "Mexico"),
    ("NG", "Nigeria"),
    ("NL", "the Netherlands"),
    ("NO", "Norway"),
    ("NZ", "New Zealand"),
    ("PK", "Pakistan"),
    ("PL", "Poland"),
    ("PT", "Portugal"),
    ("RO", "Romania"),
    ("RU", "Russia"),
    ("SA", "Saudi Arabia"),
    ("SE", "Sweden"),
    ("SG", "Singapore"),
    ("TH", "Thailand"),
    ("TR", "Turkey"),
    ("TW", "Taiwan"),
    ("UA", "Ukraine"),
    ("US", "the United States"),
    ("VN", "Vietnam"),
    ("ZA", "South Africa"),
];

/// The name of a sign. A run of one and the same is named once.
pub(super) fn symbol(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let Kind::Mark(mark) = scan.kind(at) else { return None };
    if let Some(&(_, one, many)) = PREFIXES.iter().find(|prefix| prefix.0 == mark) {
        return Found::say(if scan.count(at) > 1 { many } else { one }, at..at + 1);
    }
    if mark.is_ascii() {
        return ascii_arrow(scan, at);
    }
    let is_repeated = scan.word_before(at).eq_ignore_ascii_case("copyright");
    if mark == '©' && is_repeated {
        return Found::drop(at..at + 1);
    }
    let (name, end) = stars(scan, at)
        .or_else(|| flag(scan, at))
        .or_else(|| emoji(scan, at))
        .or_else(|| SIGNS.iter().find(|sign| sign.0 == mark).map(|sign| (sign.1.to_owned(), at + 1)))?;
    match scan.symbols {
        Symbols::Speak => Found::say(name, at..end),
        Symbols::Skip => Found::drop(at..end),
    }
}

/// `->` and `=>` between words.
fn ascii_arrow(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let is_arrow =
        (scan.is(at, '-') || scan.is(at, '=')) && scan.is(at + 1, '>') && scan.before(at) == Kind::Space;
    if !is_arrow || !scan.is_space(at + 2) {
        return None;
    }
    match scan.symbols {
        Symbols::Speak => Found::say("arrow", at..at + 2),
        Symbols::Skip => Found::drop(at..at + 2),
    }
}

/// `★★★☆☆`
fn stars(scan: &Scan<'_>, at: usize) -> Option<(String, usize)> {
    let full = matches!(scan.kind(at), Kind::Mark('★')).then(|| scan.count(at))?;
    if let Kind::Mark('☆') = scan.kind(at + 1) {
        return Some((format!("{full} out of {} stars", full + scan.count(at + 1)), at + 2));
    }
    (full > 1).then(|| (format!("{full} stars"), at + 1))
}

fn flag(scan: &Scan<'_>, at: usize) -> Option<(String, usize)> {
    let letter = |at: usize| match scan.kind(at) {
        Kind::Mark(mark) if is_flag_letter(mark) => {
            char::from_u32(u32::from(mark).checked_sub(0x1f1e6)? + u32::from('A'))
        }
        _ => None,
    };
    let code: String = [letter(at)?, letter(at + 1)?].iter().collect();
    let name = FLAGS.iter().find(|flag| flag.0 == code);
    Some((name.map_or("flag".to_owned(), |flag| format!("flag of {}", flag.1)), at + 2))
}

fn emoji(scan: &Scan<'_>, at: usize) -> Option<(String, usize)> {
    // Joined emoji have at most four parts, not counting the tones of skin.
    let joined = (2..=4).rev().find_map(|count| {
        let name = EMOJI.get(scan.slice(at..at + count))?;
        Some((*name, at + count))
    });
    let single = || {
        let first = scan.text(at).chars().next()?;
        let name = EMOJI.get(&*first.encode_utf8(&mut [0; 4]))?;
        Some((*name, at + 1))
    };
    let (name, mut end) = joined.or_else(single)?;
    let is_modifier = |at: usize| matches!(scan.kind(at), Kind::Mark('\u{1f3fb}'..='\u{1f3ff}' | '♂' | '♀'));
    while is_modifier(end) {
        end += 1;
    }
    // The same one several times is named once.
    let runs = end - at;
    while scan.slice(end..end + runs) == scan.slice(at..at + runs) {
        end += runs;
    }
    Some((name.to_owned(), end))
}

/// A Greek letter that stands for something; words in Greek are not English.
pub(super) fn greek(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let mut letters = scan.text(at).chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return None };
    let small = match letter {
        'ϑ' => 'θ',
        'ϕ' => 'φ',
        'ϵ' => 'ε',
        letter => letter.to_lowercase().next()?,
    };
    let index = u32::from(small).checked_sub(u32::from('α'))?;
    let name = GREEK.get(usize::try_from(index).ok()?)?;
    Found::pieces(at + 1, vec![Piece::say(*name, at..at + 1)])
}

#[cfg(test)]
mod tests {
    use super::super::super::Dialect;
    use super::super::Spoken;
    use super::super::tests::{same, us};
    use super::*;

    #[test]
    fn signs_have_names() {
        assert_eq!(
            us("© 2024, § 5, №5, a → b, a -> b"),
            "copyright 2024, section 5, number 5, a arrow b, a arrow b"
        );
        assert_eq!(us("α-helix, Δt, π"), "alpha-helix, delta t, pi");
        assert_eq!(us("★★★☆☆"), "3 out of 5 stars");
        same("Ελλάδα, a->b, 漢字");
    }

    #[test]
    fn emoji_have_names() {
        assert_eq!(us("I 🍕 it"), "I pizza it");
        assert_eq!(us("Hi👍🏽!"), "Hi thumbs up!");
        assert_eq!(us("👍🏽👍🏽 🏳️‍🌈🏳️‍🌈"), "thumbs up rainbow flag");
        assert_eq!(us("😂😂😂 🇫🇷"), "tears of joy flag of France");
        assert!(EMOJI.len() > 300);
        assert!(EMOJI.iter().all(|(_, name)| name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b' ')));
    }

    #[test]
    fn symbols_can_be_skipped() {
        let settings = crate::g2p::Settings::default().symbols(Symbols::Skip);
        let spoken = Spoken::new(Dialect::Us, &settings);
        let text = |text: &str| super::super::tests::rewritten(&spoken, text);
        assert_eq!(text("I 🍕 it © → ★ 5 °C, § 3, x = 5"), "I it 5 degrees Celsius, section 3, x equals 5");
    }
}
