//! Numbers in words: cardinals, ordinals, years, decimals.
//!
//! The forms are those that Python's `num2words` gives, found by asking it: "one thousand, two hundred and five", "nineteen
//! oh-five", "three point one four". Words come one by one, since hyphens and commas have no sound.

use std::borrow::Cow;

/// The words of a number.
pub(super) type Words = Vec<Cow<'static, str>>;

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

const TENS: [&str; 10] =
    ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

/// Names of the powers of a thousand, below those that are put together.
const SCALES: [&str; 11] = [
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
];

const SCALE_UNITS: [&str; 10] = ["", "un", "duo", "tre", "quattuor", "quin", "sex", "sept", "octo", "novem"];

const SCALE_TENS: [&str; 10] = [
    "",
    "dec",
    "vigint",
    "trigint",
    "quadragint",
    "quinquagint",
    "sexagint",
    "septuagint",
    "octogint",
    "nonagint",
];

/// The most digits of a number that has a name; the last scale is the centillion.
pub(super) const MAX_DIGITS: usize = 306;

/// The cardinal number that the ASCII `digits` write. Numbers beyond all names are read digit by digit.
pub(super) fn cardinal(digits: &str) -> Words {
    let digits = digits.trim_start_matches('0');
    let mut words = Words::new();
    if digits.is_empty() {
        words.push("zero".into());
        return words;
    }
    if digits.len() > MAX_DIGITS {
        words.extend(digits.bytes().map(|c| Cow::from(small(usize::from(c.wrapping_sub(b'0'))))));
        return words;
    }
    let groups = digits.len().div_ceil(3);
    let mut rest = digits;
    for scale in (0..groups).rev() {
        let (group, after) = rest.split_at(rest.len() - 3 * scale);
        rest = after;
        let group = group.bytes().fold(0, |value, c| value * 10 + usize::from(c.wrapping_sub(b'0')));
        if group == 0 {
            continue;
        }
        if scale == 0 && group < 100 && !words.is_empty() {
            words.push("and".into());
        }
        below_thousand(group, &mut words);
        if scale > 0 {
            words.push(scale_name(scale));
        }
    }
    words
}

/// The ordinal number that the ASCII `digits` write.
pub(super) fn ordinal(digits: &str) -> Words {
    let mut words = cardinal(digits);
    if let Some(last) = words.last_mut() {
        *last = ordinal_word(last);
    }
    words
}

/// A number below ten thousand read as a year.
pub(super) fn year(year: usize) -> Words {
    let (century, rest) = (year / 100, year % 100);
    if century == 0 || (century.is_multiple_of(10) && rest < 10) {
        return cardinal(&year.to_string());
    }
    let mut words = cardinal(&century.to_string());
    match rest {
        0 => words.push("hundred".into()),
        1..10 => words.extend(["oh".into(), Cow::from(small(rest))]),
        _ => below_thousand(rest, &mut words),
    }
    words
}

/// The words of a decimal fraction. It is the nearest double-precision number whose shortest decimal form is read, and
/// the last places can suffer from that.
pub(super) fn decimal(value: f64) -> Words {
    let value = value.abs();
    let whole = value.trunc();
    let mut words = cardinal(&format!("{whole:.0}"));
    if value == whole {
        return words;
    }
    let places = value.to_string().split_once('.').map_or(0, |(_, fraction)| fraction.len());
    // As in the reference, a digit may be lost to rounding unless the product comes close to a whole number.
    let scaled = (value - whole) * 10f64.powi(i32::try_from(places).unwrap_or(i32::MAX));
    let nearest = scaled.round_ties_even();
    let scaled = if (nearest - scaled).abs() < 0.01 { nearest } else { scaled.floor() };
    words.push("point".into());
    let digits = format!("{scaled:0places$.0}");
    words.extend(digits.bytes().map(|c| Cow::from(small(usize::from(c.wrapping_sub(b'0'))))));
    words
}

fn small(value: usize) -> &'static str {
    SMALL.get(value).copied().unwrap_or_default()
}

fn below_thousand(value: usize, words: &mut Words) {
    let (hundreds, rest) = (value / 100, value % 100);
    if hundreds > 0 {
        words.extend([small(hundreds).into(), "hundred".into()]);
        if rest > 0 {
            words.push("and".into());
        }
    }
    if rest >= 20 {
        words.push(TENS.get(rest / 10).copied().unwrap_or_default().into());
        if !rest.is_multiple_of(10) {
            words.push(small(rest % 10).into());
        }
    } else if rest > 0 {
        words.push(small(rest).into());
    }
}

/// The name of the power of a thousand, from 1 for thousand up to 101 for centillion.
fn scale_name(power: usize) -> Cow<'static, str> {
    match power {
        1..=11 => SCALES.get(power - 1).copied().unwrap_or_default().into(),
        101 => "centillion".into(),
        _ => {
            let unit = SCALE_UNITS.get((power - 1) % 10).copied().unwrap_or_default();
            let ten = SCALE_TENS.get((power - 1) / 10).copied().unwrap_or_default();
            format!("{unit}{ten}illion").into()
        }
    }
}

fn ordinal_word(cardinal: &str) -> Cow<'static, str> {
    match cardinal {
        "one" => "first".into(),
        "two" => "second".into(),
        "three" => "third".into(),
        "five" => "fifth".into(),
        "eight" => "eighth".into(),
        "nine" => "ninth".into(),
        "twelve" => "twelfth".into(),
        _ => match cardinal.strip_suffix('y') {
            Some(stem) => format!("{stem}ieth").into(),
            None => format!("{cardinal}th").into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &Words) -> String {
        words.join(" ")
    }

    #[test]
    fn cardinals() {
        for (digits, words) in [
            ("0", "zero"),
            ("007", "seven"),
            ("13", "thirteen"),
            ("40", "forty"),
            ("342", "three hundred and forty two"),
            ("1001", "one thousand and one"),
            ("1000100", "one million one hundred"),
            ("1005005", "one million five thousand and five"),
            ("10000000000000000000000000000000000", "ten decillion"),
        ] {
            assert_eq!(text(&cardinal(digits)), words, "{digits}");
        }
        assert_eq!(cardinal(&format!("1{}", "0".repeat(66)))[1], "unvigintillion");
        assert_eq!(cardinal(&format!("1{}", "0".repeat(303)))[1], "centillion");
        assert_eq!(cardinal(&"12".repeat(200)).len(), 400);
    }

    #[test]
    fn ordinals() {
        for (digits, words) in [
            ("0", "zeroth"),
            ("1", "first"),
            ("12", "twelfth"),
            ("20", "twentieth"),
            ("53", "fifty third"),
            ("104", "one hundred and fourth"),
            ("1000", "one thousandth"),
        ] {
            assert_eq!(text(&ordinal(digits)), words, "{digits}");
        }
    }

    #[test]
    fn years() {
        for (value, words) in [
            (0, "zero"),
            (99, "ninety nine"),
            (101, "one oh one"),
            (1010, "ten ten"),
            (1066, "ten sixty six"),
            (1900, "nineteen hundred"),
            (1905, "nineteen oh five"),
            (2000, "two thousand"),
            (2009, "two thousand and nine"),
            (2024, "twenty twenty four"),
        ] {
            assert_eq!(text(&year(value)), words, "{value}");
        }
    }

    #[test]
    fn decimals() {
        for (value, words) in [
            (0.5, "zero point five"),
            (3.25, "three point two five"),
            (2.0, "two"),
            (0.00001, "zero point zero zero zero zero one"),
            (1e22, "ten sextillion"),
        ] {
            assert_eq!(text(&decimal(value)), words, "{value}");
        }
        assert!(text(&decimal(179.179_179_179_179_2)).ends_with("nine one seven nine one"));
    }
}
