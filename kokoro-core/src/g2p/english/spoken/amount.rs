//! Numbers: `1,234.5`, `1 000 000`, `½`, `2 3/4`.

use super::scan::{Kind, Scan};

/// The most groups of three digits that a number is looked for in.
const MAX_GROUPS: usize = 12;

/// How what is counted is to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Count {
    /// Exactly one: "1 kilogram".
    One,
    /// "2 kilograms", "0.5 kilograms".
    Many,
    /// Half of one: "half a kilogram".
    Half,
    /// Another part of one: "three quarters of a kilogram".
    Part,
}

/// A number that is written in digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Amount {
    /// The run after it.
    pub(super) end: usize,
    /// What to say for it: digits that the dictionaries read right, and words.
    pub(super) words: String,
    pub(super) count: Count,
    /// Whether it is one run of digits.
    pub(super) is_simple: bool,
    /// Whether it has a decimal point.
    pub(super) is_decimal: bool,
}

/// Whether a number can begin at `at`: not inside a word, not after a point.
pub(super) fn begins(scan: &Scan<'_>, at: usize) -> bool {
    match scan.before(at) {
        Kind::Digits | Kind::Letters | Kind::Greek => false,
        Kind::Mark('.' | ',' | ':' | '/' | '\'' | '’') => {
            !matches!(at.checked_sub(2).map(|at| scan.kind(at)), Some(Kind::Digits | Kind::Letters))
        }
        _ => true,
    }
}

/// The number that begins at `at`, fractions included.
pub(super) fn amount(scan: &Scan<'_>, at: usize) -> Option<Amount> {
    if let Some(fraction) = vulgar(scan, at) {
        return Some(fraction);
    }
    let whole = number(scan, at)?;
    if !whole.is_simple {
        return Some(whole);
    }
    let next = if scan.is(whole.end, '-') { whole.end + 1 } else { scan.skip_space(whole.end) };
    if let Some(part) = vulgar(scan, next).or_else(|| small_fraction(scan, next, whole.end)) {
        // The "a" of "half a" belongs to the word after it.
        let fraction = if part.count == Count::Half { "a half" } else { &part.words };
        let words = format!("{} and {fraction}", whole.words);
        return Some(Amount {
            end: part.end,
            words,
            count: Count::Many,
            is_simple: false,
            is_decimal: false,
        });
    }
    Some(whole)
}

/// Digits with commas or spaces between groups of three, and a decimal fraction.
pub(super) fn number(scan: &Scan<'_>, at: usize) -> Option<Amount> {
    if scan.is(at, '.') && scan.is_digits(at + 1) && !scan.is(at + 2, '.') {
        let words = format!("{}{}", scan.text(at), scan.text(at + 1));
        let words = decimal("", scan.text(at + 1)).unwrap_or(words);
        return Some(Amount { end: at + 2, words, count: Count::Many, is_simple: false, is_decimal: true });
    }
    if !scan.is_digits(at) {
        return None;
    }
    let (mut whole, mut end) = (scan.text(at).to_owned(), at + 1);
    for separator in [',', ' '] {
        let last = groups(scan, at, separator);
        if last > end {
            whole = scan.slice(at..last).replace(char::is_whitespace, ",");
            end = last;
        }
    }
    let is_simple = end == at + 1;
    let mut fraction = None;
    if scan.is(end, '.') && scan.is_digits(end + 1) {
        fraction = Some(scan.text(end + 1));
        end += 2;
        if matches!(scan.kind(end), Kind::Mark('.')) && scan.is_digits(end + 1) {
            return None;
        }
    }
    let count = if fraction.is_none() && whole == "1" { Count::One } else { Count::Many };
    let words = match fraction {
        None if is_simple => thousands(&whole),
        None => whole,
        Some(digits) => decimal(&whole, digits).unwrap_or_else(|| format!("{whole}.{digits}")),
    };
    let is_decimal = fraction.is_some();
    Some(Amount { end, words, count, is_simple: is_simple && !is_decimal, is_decimal })
}

/// Where the groups of three digits end that begin with the run `at`.
fn groups(scan: &Scan<'_>, at: usize, separator: char) -> usize {
    let first = scan.text(at);
    let mut end = at + 1;
    if first.len() > 3 || first.starts_with('0') {
        return end;
    }
    // Numbers that only stand side by side are no groups; a zero or a space that does not break tells.
    let mut is_sure = separator == ',';
    for _ in 0..MAX_GROUPS {
        let is_separator = if separator == ' ' { scan.is_space(end) } else { scan.is(end, separator) };
        if !is_separator || !scan.is_digit_count(end + 1, 3) {
            break;
        }
        is_sure |= scan.text(end + 1).starts_with('0') || (scan.is_space(end) && scan.text(end) != " ");
        end += 2;
    }
    let goes_on = separator == ' ' && scan.is_space(end) && scan.is_digits(end + 1);
    if is_sure && !goes_on { end } else { at + 1 }
}

/// A quantity is no year: four digits get a comma.
fn thousands(digits: &str) -> String {
    match digits.split_at_checked(1) {
        Some((first, rest)) if digits.len() == 4 && first != "0" => format!("{first},{rest}"),
        _ => digits.to_owned(),
    }
}

/// The words of a decimal fraction whose last zeros would be lost, or that is too long to be computed with.
pub(super) fn decimal(whole: &str, fraction: &str) -> Option<String> {
    let is_lossy = fraction.ends_with('0') || whole.len() + fraction.len() > 14;
    is_lossy.then(|| {
        let whole = if whole.is_empty() { "" } else { whole };
        format!("{whole} point {}", spaced(fraction)).trim_start().to_owned()
    })
}

/// Digits with spaces between them.
pub(super) fn spaced(digits: &str) -> String {
    let mut spaced = String::with_capacity(2 * digits.len());
    for c in digits.chars() {
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push(c);
    }
    spaced
}

/// Fractions that are one character, with their words.
const VULGAR: [(char, &str); 19] = [
    ('½', "one half"),
    ('⅓', "one third"),
    ('⅔', "two thirds"),
    ('¼', "one quarter"),
    ('¾', "three quarters"),
    ('⅕', "one fifth"),
    ('⅖', "two fifths"),
    ('⅗', "three fifths"),
    ('⅘', "four fifths"),
    ('⅙', "one sixth"),
    ('⅚', "five sixths"),
    ('⅐', "one seventh"),
    ('⅛', "one eighth"),
    ('⅜', "three eighths"),
    ('⅝', "five eighths"),
    ('⅞', "seven eighths"),
    ('⅑', "one ninth"),
    ('⅒', "one tenth"),
    ('↉', "zero thirds"),
];

fn vulgar(scan: &Scan<'_>, at: usize) -> Option<Amount> {
    let Kind::Mark(mark) = scan.kind(at) else { return None };
    let (_, words) = VULGAR.iter().find(|(sign, _)| *sign == mark && scan.count(at) == 1)?;
    let count = if mark == '½' { Count::Half } else { Count::Part };
    Some(Amount { end: at + 1, words: (*words).to_owned(), count, is_simple: false, is_decimal: false })
}

/// A fraction such as `3/4` after a whole number, from which a space separates it.
fn small_fraction(scan: &Scan<'_>, at: usize, whole_end: usize) -> Option<Amount> {
    if at == whole_end || !matches!(scan.value(at + 2)?, 2 | 3 | 4 | 5 | 8 | 16 | 32 | 64) {
        return None;
    }
    fraction(scan, at)
}

/// Names of the parts of one, from a half on.
const PARTS: [&str; 19] = [
    "half",
    "third",
    "quarter",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
];

/// The name of a part of one.
fn part_name(denominator: u32) -> Option<&'static str> {
    match denominator {
        2..=20 => PARTS.get(usize::try_from(denominator - 2).ok()?).copied(),
        32 => Some("thirty second"),
        50 => Some("fiftieth"),
        60 => Some("sixtieth"),
        64 => Some("sixty fourth"),
        100 => Some("hundredth"),
        1000 => Some("thousandth"),
        _ => None,
    }
}

/// A proper fraction such as `3/4` or `3⁄4`.
pub(super) fn fraction(scan: &Scan<'_>, at: usize) -> Option<Amount> {
    if !(scan.is(at + 1, '/') || scan.is(at + 1, '⁄')) || scan.text(at).starts_with('0') {
        return None;
    }
    let (above, below) = (scan.value(at)?, scan.value(at + 2)?);
    if scan.text(at + 2).starts_with('0') || above >= below || is_slash(scan, at + 3) {
        return None;
    }
    let name = part_name(below)?;
    let (count, words) = match (above, below) {
        (1, 2) => (Count::Half, "one half".to_owned()),
        (1, _) => (Count::Part, format!("one {name}")),
        _ => (Count::Part, format!("{above} {name}s")),
    };
    Some(Amount { end: at + 3, words, count, is_simple: false, is_decimal: false })
}

fn is_slash(scan: &Scan<'_>, at: usize) -> bool {
    scan.is(at, '/')
}

#[cfg(test)]
mod tests {
    use super::super::super::Dialect;
    use super::*;
    use crate::g2p::Symbols;

    fn words(text: &str) -> Option<String> {
        let scan = Scan::new(text, Dialect::Us, Symbols::Speak, true);
        amount(&scan, 0).map(|amount| amount.words)
    }

    #[test]
    fn numbers_are_put_so_that_they_are_read_right() {
        assert_eq!(words("5").unwrap(), "5");
        assert_eq!(words("2050").unwrap(), "2,050");
        assert_eq!(words("1,234.5 x").unwrap(), "1,234.5");
        assert_eq!(words("1 000 000").unwrap(), "1,000,000");
        assert_eq!(words("12\u{a0}345\u{202f}678").unwrap(), "12,345,678");
        assert_eq!(words("3.0").unwrap(), "3 point 0");
        assert_eq!(words(".50").unwrap(), "point 5 0");
        assert_eq!(words("2.14.1"), None);
        assert_eq!(words("x"), None);
    }

    #[test]
    fn numbers_side_by_side_stay_apart() {
        assert_eq!(words("101 202").unwrap(), "101");
        assert_eq!(words("99 100 101").unwrap(), "99");
        assert_eq!(words("555 000 1234").unwrap(), "555");
        assert_eq!(words("5,12").unwrap(), "5");
    }

    #[test]
    fn fractions_have_names() {
        assert_eq!(words("½").unwrap(), "one half");
        assert_eq!(words("2½").unwrap(), "2 and a half");
        assert_eq!(words("5 ⅔").unwrap(), "5 and two thirds");
        assert_eq!(words("2 3/4").unwrap(), "2 and 3 quarters");
        assert_eq!(words("1-1/2").unwrap(), "1 and a half");
        let scan = Scan::new("7/16 9/0 5/4 1/2/3", Dialect::Us, Symbols::Speak, true);
        assert_eq!(fraction(&scan, 0).unwrap().words, "7 sixteenths");
        assert_eq!((fraction(&scan, 4), fraction(&scan, 8), fraction(&scan, 12)), (None, None, None));
    }
}
