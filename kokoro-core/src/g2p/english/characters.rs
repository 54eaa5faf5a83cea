//! Classes of characters as Python and its `regex` see them, where Rust's differ.
//!
//! Rust's `is_alphabetic`, `is_uppercase` and `is_lowercase` are derived properties that also hold for some marks,
//! numerals and circled letters; the reference's rules go by general category.

use unicode_normalization::char::is_combining_mark;

/// Whether `c` is a letter (general category L), which is what Python's `isalpha` asks.
pub(super) fn is_letter(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphabetic();
    }
    c.is_alphabetic() && !is_combining_mark(c) && !is_letter_number(c) && !is_enclosed(c)
}

/// Whether `c` is an upper-case letter (Lu).
pub(super) fn is_upper(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_uppercase();
    }
    c.is_uppercase() && !is_letter_number(c) && !is_enclosed(c)
}

/// Whether `c` is a lower-case letter (Ll).
pub(super) fn is_lower(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_lowercase();
    }
    c.is_lowercase()
        && !is_letter_number(c)
        && !is_enclosed(c)
        && !is_combining_mark(c)
        && !matches!(c,
            'ª' | 'º' | '\u{2b0}'..='\u{2b8}' | '\u{2c0}'..='\u{2c1}' | '\u{2e0}'..='\u{2e4}' | '\u{37a}'
            | '\u{10fc}' | '\u{1d2c}'..='\u{1d6a}' | '\u{1d78}' | '\u{1d9b}'..='\u{1dbf}' | '\u{2071}' | '\u{207f}'
            | '\u{2090}'..='\u{209c}' | '\u{2c7c}'..='\u{2c7d}' | '\u{a69c}'..='\u{a69d}' | '\u{a770}'
            | '\u{a7f2}'..='\u{a7f4}' | '\u{a7f8}'..='\u{a7f9}' | '\u{ab5c}'..='\u{ab5f}' | '\u{ab69}'
            | '\u{10780}'..='\u{107ba}' | '\u{1e030}'..='\u{1e06d}')
}

/// Roman and other numerals that are letters of a kind (Nl).
fn is_letter_number(c: char) -> bool {
    matches!(c,
        '\u{16ee}'..='\u{16f0}' | '\u{2160}'..='\u{2182}' | '\u{2185}'..='\u{2188}' | '\u{3007}'
        | '\u{3021}'..='\u{3029}' | '\u{3038}'..='\u{303a}' | '\u{a6e6}'..='\u{a6ef}' | '\u{10140}'..='\u{10174}'
        | '\u{10341}' | '\u{1034a}' | '\u{103d1}'..='\u{103d5}' | '\u{12400}'..='\u{1246e}')
}

/// Letters in circles and squares (So).
fn is_enclosed(c: char) -> bool {
    matches!(c, '\u{24b6}'..='\u{24e9}' | '\u{1f130}'..='\u{1f189}')
}

/// Zeros of the scripts that have decimal digits (Nd) which compatibility mapping leaves alone.
const ZEROS: [char; 59] = [
    '\u{30}',
    '\u{660}',
    '\u{6f0}',
    '\u{7c0}',
    '\u{966}',
    '\u{9e6}',
    '\u{a66}',
    '\u{ae6}',
    '\u{b66}',
    '\u{be6}',
    '\u{c66}',
    '\u{ce6}',
    '\u{d66}',
    '\u{de6}',
    '\u{e50}',
    '\u{ed0}',
    '\u{f20}',
    '\u{1040}',
    '\u{1090}',
    '\u{17e0}',
    '\u{1810}',
    '\u{1946}',
    '\u{19d0}',
    '\u{1a80}',
    '\u{1a90}',
    '\u{1b50}',
    '\u{1bb0}',
    '\u{1c40}',
    '\u{1c50}',
    '\u{a620}',
    '\u{a8d0}',
    '\u{a900}',
    '\u{a9d0}',
    '\u{a9f0}',
    '\u{aa50}',
    '\u{abf0}',
    '\u{104a0}',
    '\u{10d30}',
    '\u{11066}',
    '\u{110f0}',
    '\u{11136}',
    '\u{111d0}',
    '\u{112f0}',
    '\u{11450}',
    '\u{114d0}',
    '\u{11650}',
    '\u{116c0}',
    '\u{11730}',
    '\u{118e0}',
    '\u{11950}',
    '\u{11c50}',
    '\u{11d50}',
    '\u{11da0}',
    '\u{16a60}',
    '\u{16ac0}',
    '\u{16b50}',
    '\u{1e140}',
    '\u{1e2f0}',
    '\u{1e950}',
];

/// Signs for one digit that are not decimal digits: the first of each row and its value.
const DIGIT_SIGNS: [(char, char, u32); 12] = [
    ('\u{1369}', '\u{1371}', 1),
    ('\u{19da}', '\u{19da}', 1),
    ('\u{24f5}', '\u{24fd}', 1),
    ('\u{24ff}', '\u{24ff}', 0),
    ('\u{2776}', '\u{277e}', 1),
    ('\u{2780}', '\u{2788}', 1),
    ('\u{278a}', '\u{2792}', 1),
    ('\u{10a40}', '\u{10a43}', 1),
    ('\u{10e60}', '\u{10e68}', 1),
    ('\u{11052}', '\u{1105a}', 1),
    // Full-width and mathematical digits, for text that was not normalised.
    ('\u{ff10}', '\u{ff19}', 0),
    ('\u{1d7ce}', '\u{1d7d7}', 0),
];

/// Whether `c` is a decimal digit of any script (Nd).
pub(super) fn is_decimal_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_digit();
    }
    decimal_value(c).is_some()
        || matches!(c, '\u{ff10}'..='\u{ff19}' | '\u{1d7ce}'..='\u{1d7ff}' | '\u{1fbf0}'..='\u{1fbf9}')
}

fn decimal_value(c: char) -> Option<u32> {
    let after = ZEROS.partition_point(|&zero| zero <= c);
    let zero = ZEROS.get(after.checked_sub(1)?)?;
    let value = u32::from(c) - u32::from(*zero);
    (value < 10).then_some(value)
}

/// Whether `c` is a digit to Python's `isdigit`: decimal digits, and signs for one digit such as `²`.
pub(super) fn is_digit(c: char) -> bool {
    is_decimal_digit(c)
        || matches!(c,
            '²' | '³' | '¹' | '\u{2070}' | '\u{2074}'..='\u{2079}' | '\u{2080}'..='\u{2089}'
            | '\u{2460}'..='\u{2468}' | '\u{2474}'..='\u{247c}' | '\u{2488}'..='\u{2490}' | '\u{24ea}'
            | '\u{1f100}'..='\u{1f10a}')
        || DIGIT_SIGNS.iter().any(|(first, last, _)| (*first..=*last).contains(&c))
}

/// The ASCII digit that means the same as `c`, if there is one.
pub(super) fn ascii_digit(c: char) -> Option<char> {
    let sign = || {
        let row = DIGIT_SIGNS.iter().find(|(first, last, _)| (*first..=*last).contains(&c))?;
        Some(u32::from(c) - u32::from(row.0) + row.2)
    };
    decimal_value(c).or_else(sign).and_then(|value| char::from_digit(value, 10))
}

/// Whether `c` is white space to Python's `isspace`, which counts four separators as such.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// Whether changing `text` to lower case would not change it.
pub(super) fn is_all_lower(text: &str) -> bool {
    text.chars().all(|c| c.to_lowercase().eq([c]))
}

/// Whether changing `text` to upper case would not change it.
pub(super) fn is_all_upper(text: &str) -> bool {
    text.chars().all(|c| c.to_uppercase().eq([c]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_go_by_general_category() {
        for c in "aÉßǅʰª漢".chars() {
            assert!(is_letter(c), "{c:?}");
        }
        for c in "1Ⅳⅳ〇Ⓐⓐ\u{301}\u{345}٣'-".chars() {
            assert!(!is_letter(c), "{c:?}");
        }
        assert!(is_upper('É') && !is_upper('Ⅳ') && !is_upper('Ⓐ') && !is_upper('ǅ'));
        assert!(is_lower('ß') && !is_lower('ʰ') && !is_lower('ª') && !is_lower('ⅳ'));
    }

    #[test]
    fn digits_of_every_script_have_values() {
        assert!(
            is_decimal_digit('٣')
                && is_decimal_digit('7')
                && !is_decimal_digit('❷')
                && !is_decimal_digit('²')
        );
        assert_eq!(ascii_digit('٣'), Some('3'));
        assert_eq!(ascii_digit('❷'), Some('2'));
        assert_eq!(ascii_digit('9'), Some('9'));
        assert_eq!(ascii_digit('½'), None);
        assert!(is_digit('²') && is_digit('❷') && is_digit('٣') && is_digit('⑨') && !is_digit('½'));
        assert!(ZEROS.is_sorted());
    }
}
