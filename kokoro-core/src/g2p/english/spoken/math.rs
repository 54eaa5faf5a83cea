//! Formulas: products and powers of numbers, operators between operands.

use super::amount;
use super::output::{Found, Piece};
use super::scan::{Kind, Scan};
use super::units;

/// Operators that are spoken between operands or before a number.
const OPERATORS: &[(&str, &str)] = &[
    ("=", "equals"),
    ("==", "equals"),
    ("!=", "is not equal to"),
    ("≠", "is not equal to"),
    ("≈", "is about"),
    ("≅", "is about"),
    ("<", "less than"),
    (">", "greater than"),
    ("<=", "less than or equal to"),
    (">=", "greater than or equal to"),
    ("≤", "less than or equal to"),
    ("≥", "greater than or equal to"),
    ("≡", "is equivalent to"),
    ("∝", "is proportional to"),
    ("×", "times"),
    ("⋅", "times"),
    ("÷", "divided by"),
    ("−", "minus"),
    ("±", "plus or minus"),
    ("⇒", "implies"),
    ("⇔", "if and only if"),
    ("∈", "is in"),
    ("∉", "is not in"),
    ("⊂", "is a subset of"),
    ("∪", "union"),
    ("∩", "intersection"),
    ("∧", "and"),
    ("∨", "or"),
    ("&&", "and"),
    ("||", "or"),
];

/// Signs of formulas that need no operands.
const SIGNS: &[(char, &str)] = &[
    ('√', "the square root of"),
    ('∞', "infinity"),
    ('∑', "the sum of"),
    ('∏', "the product of"),
    ('∫', "the integral of"),
    ('∂', "partial"),
    ('∇', "nabla"),
    ('∆', "delta"),
    ('∀', "for all"),
    ('∃', "there exists"),
    ('∅', "the empty set"),
    ('∴', "therefore"),
    ('¬', "not"),
    ('∠', "angle"),
    ('⊥', "perpendicular to"),
    ('∥', "parallel to"),
    ('ℵ', "aleph"),
    ('ℏ', "h bar"),
];

/// The most numbers with an "x" between them: `2x3x4`.
const MAX_SIDES: usize = 4;

/// What a superscript or subscript means.
const RAISED: &[(char, char)] = &[
    ('⁰', '0'),
    ('¹', '1'),
    ('²', '2'),
    ('³', '3'),
    ('⁴', '4'),
    ('⁵', '5'),
    ('⁶', '6'),
    ('⁷', '7'),
    ('⁸', '8'),
    ('⁹', '9'),
    ('⁻', '-'),
    ('⁺', '+'),
    ('ⁿ', 'n'),
];

const LOWERED: &[(char, &str)] = &[
    ('₀', "0"),
    ('₁', "1"),
    ('₂', "2"),
    ('₃', "3"),
    ('₄', "4"),
    ('₅', "5"),
    ('₆', "6"),
    ('₇', "7"),
    ('₈', "8"),
    ('₉', "9"),
    ('ₙ', "n"),
];

/// Characters that cleaning must leave for the rules, although they look like plain ones.
pub(in super::super) fn has_meaning(c: char) -> bool {
    matches!(c, '−' | '≠' | '≤' | '≥' | '∉' | 'ª' | 'º' | '№' | '℃' | '℉' | 'Ω' | 'µ' | 'μ' | '⁄')
        || RAISED.iter().any(|raised| raised.0 == c)
        || LOWERED.iter().any(|lowered| lowered.0 == c)
}

/// The exponent that stands in superscripts from `at` on.
fn exponent(scan: &Scan<'_>, at: usize) -> Option<(String, usize)> {
    if scan.is(at, '^') {
        let minus = usize::from(scan.is(at + 1, '-') || scan.is(at + 1, '−'));
        let digits = at + 1 + minus;
        let is_letter = scan.is_letters(digits) && scan.count(digits) == 1;
        if !(scan.is_digits(digits) && scan.text(digits).len() <= 3 || is_letter) {
            return None;
        }
        let sign = if minus == 1 { "minus " } else { "" };
        return Some((format!("{sign}{}", scan.text(digits)), digits + 1));
    }
    let (mut words, mut end) = (String::new(), at);
    while let Kind::Mark(mark) = scan.kind(end)
        && let Some((_, plain)) = RAISED.iter().find(|raised| raised.0 == mark)
        && words.len() < 12
    {
        match plain {
            '-' => words.push_str("minus "),
            '+' => {}
            digit => words.extend(std::iter::repeat_n(*digit, scan.count(end).min(3))),
        }
        end += 1;
    }
    (!words.trim_end().is_empty() && !words.ends_with(' ')).then_some((words, end))
}

fn power(exponent: &str) -> String {
    match exponent {
        "2" => "squared".to_owned(),
        "3" => "cubed".to_owned(),
        _ => format!("to the power of {exponent}"),
    }
}

/// A number with a power of ten, a multiple, or sides: `1e-5`, `1.5×10^6`, `3x`, `1920x1080`, `4 x 5`.
pub(super) fn factor(scan: &Scan<'_>, at: usize) -> Option<Found> {
    product(scan, at, MAX_SIDES)
}

fn product(scan: &Scan<'_>, at: usize, sides: usize) -> Option<Found> {
    let number = amount::number(scan, at)?;
    let end = number.end;
    if let Some((exponent, end)) = exponent(scan, end) {
        return scan
            .ends(end)
            .then(|| Found::say(format!("{} {}", number.words, power(&exponent)), at..end))?;
    }
    if matches!(scan.word(end), "e" | "E") {
        let sign = usize::from(
            matches!(scan.kind(end + 1), Kind::Mark('-' | '+' | '−')) && scan.count(end + 1) == 1,
        );
        let digits = end + 1 + sign;
        let is_scientific = scan.is_digits(digits) && scan.text(digits).len() <= 3 && scan.ends(digits + 1);
        let minus = if sign == 1 && !scan.is(end + 1, '+') { "minus " } else { "" };
        let exponent = scan.value(digits).filter(|_| is_scientific)?;
        return Found::say(format!("{} times 10 to the {minus}{exponent}", number.words), at..digits + 1);
    }
    let is_spaced = scan.is_space(end) && scan.is_space(end + 2);
    let sign = if is_spaced { end + 1 } else { end };
    let next = if is_spaced { end + 3 } else { end + 1 };
    let is_letter = scan.word(sign) == "x" || (scan.word(sign) == "X" && !is_spaced);
    if is_letter && sign == end && !scan.is_digits(next) {
        return multiple(scan, at, &number.words, next);
    }
    if !(is_letter || scan.is(sign, '×') || scan.is(sign, '·')) || !scan.is_digits(next) {
        return None;
    }
    let second = amount::number(scan, next)?;
    if let Some((exponent, end)) = exponent(scan, second.end) {
        let words = format!("{} times {} {}", number.words, second.words, power(&exponent));
        return Found::say(words, at..end);
    }
    let has_unit = units::measure(scan, scan.skip_space(second.end)).is_some();
    let word = if is_letter || has_unit { "by" } else { "times" };
    let mut pieces = vec![Piece::Keep(at..end)];
    if is_spaced {
        pieces.push(Piece::Keep(end..sign));
    }
    pieces.push(Piece::say(word, sign..sign + 1));
    if is_spaced {
        // What follows is found by itself.
        return Found::pieces(sign + 1, pieces);
    }
    let more = if is_letter && sides > 1 { product(scan, next, sides - 1) } else { None };
    let rest = more.or_else(|| units::quantity(scan, next));
    let rest = rest.unwrap_or(Found { end: second.end, pieces: vec![Piece::Apart(next..second.end)] });
    pieces.extend(rest.pieces.into_iter().map(Piece::apart));
    Found::pieces(rest.end, pieces)
}

/// "3x faster", but "a 2x4" and "2 x" are something else.
fn multiple(scan: &Scan<'_>, at: usize, words: &str, end: usize) -> Option<Found> {
    let times = Piece::say(format!("{words} times"), at..end);
    if let Some(per) = units::per(scan, end) {
        let end = per.end();
        return Found::pieces(end, vec![times, per]);
    }
    let next = scan.skip_space(end);
    let is_term = matches!(scan.kind(next), Kind::Mark('+' | '-' | '=' | '−' | '×' | '*' | '<' | '>'));
    (scan.ends(end) && !is_term && words != "0").then(|| Found { end, pieces: vec![times] })
}

/// A sign between operands, a power behind one.
pub(super) fn operator(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let Kind::Mark(mark) = scan.kind(at) else { return None };
    if let Some(found) = raised(scan, at) {
        return Some(found);
    }
    if let Some((_, name)) = SIGNS.iter().find(|sign| sign.0 == mark) {
        return Found::say(*name, at..at + 1);
    }
    if let Some((_, name)) = LOWERED.iter().find(|lowered| lowered.0 == mark) {
        return Found::say(*name, at..at + 1);
    }
    let is_double = matches!(scan.kind(at + 1), Kind::Mark('=')) && scan.count(at + 1) == 1;
    let end = if is_double && matches!(mark, '<' | '>' | '!') { at + 2 } else { at + 1 };
    if let Some((_, name)) = OPERATORS.iter().find(|operator| operator.0 == scan.slice(at..end)) {
        return is_operator(scan, at, end).then(|| Found::say(*name, at..end))?;
    }
    let name = match mark {
        '*' | '·' if is_between_numbers(scan, at) => "times",
        '/' if is_between_numbers(scan, at) && has_result(scan, at) => "divided by",
        '-' if is_between_numbers(scan, at) && has_result(scan, at) => "minus",
        _ => return None,
    };
    (scan.count(at) == 1).then(|| Found::say(name, at..at + 1))?
}

/// A superscript or `^` behind an operand. Behind a word it is the number of a note.
fn raised(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let (exponent, end) = exponent(scan, at)?;
    match scan.before(at) {
        Kind::Letters if scan.count(at - 1) > 2 => (!scan.is(at, '^')).then(|| Found::drop(at..end))?,
        Kind::Letters | Kind::Digits | Kind::Greek | Kind::Mark(')' | ']') => {
            Found::say(power(&exponent), at..end)
        }
        _ => None,
    }
}

/// Whether operands stand around the operator, or a number right after it.
fn is_operator(scan: &Scan<'_>, at: usize, end: usize) -> bool {
    let is_spaced = scan.is_space(end) && matches!(scan.before(at), Kind::Space);
    if is_spaced {
        return at > 1 && scan.kind(end + 1) != Kind::Edge;
    }
    let is_bracket = matches!(scan.kind(at), Kind::Mark('<' | '>'));
    let is_operand = |at: usize| match scan.kind(at) {
        Kind::Digits | Kind::Greek => true,
        Kind::Letters => !is_bracket || scan.count(at) == 1,
        Kind::Mark('(' | ')' | '-' | '−' | '"' | '√' | '²' | '³' | '$' | '£' | '€') => !is_bracket,
        _ => false,
    };
    let after = scan.skip_space(end);
    match scan.before(at) {
        Kind::Edge | Kind::Space | Kind::Mark('(') => scan.is_digits(end) && scan.count(at) == 1,
        _ => is_operand(at - 1) && is_operand(after) && !(is_bracket && scan.is_letters(after)),
    }
}

/// Whether spaces and numbers or single letters are on both sides.
fn is_between_numbers(scan: &Scan<'_>, at: usize) -> bool {
    let is_number = |at: usize| {
        let is_operand = scan.is_digits(at) || (scan.is_letters(at) && scan.count(at) == 1);
        is_operand && amount::begins(scan, at) && !matches!(scan.kind(at + 1), Kind::Digits | Kind::Letters)
    };
    let is_spaced = scan.before(at) == Kind::Space && scan.is_space(at + 1);
    is_spaced && at.checked_sub(2).is_some_and(is_number) && is_number(at + 2)
}

/// Whether an equals sign follows soon.
fn has_result(scan: &Scan<'_>, at: usize) -> bool {
    (at..at + 8).any(|at| scan.is(at, '='))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{same, us};

    #[test]
    fn numbers_have_powers_and_factors() {
        assert_eq!(
            us("1e-5, 1.5×10^6 and 10⁶"),
            "1 times 10 to the minus 5, 1.5 times 10 to the power of 6 and 10 to the power of 6"
        );
        assert_eq!(
            us("3x faster, 1920x1080, 4 x 5 m, 2 × 3, 4x100 m, 2x3x4 and 3x/day"),
            "3 times faster, 1920 by 1080, 4 by 5 meters, 2 times 3, 4 by 100 meters, 2 by 3 by 4 and 3 times per day"
        );
        assert_eq!(us("x² + y³ = z^n"), "x squared + y cubed equals z to the power of n");
        same("x 5, 5 e, 5 x, 10x-ing");
    }

    #[test]
    fn operators_need_operands() {
        assert_eq!(
            us("x = 5, a < b, n>=3, <5"),
            "x equals 5, a less than b, n greater than or equal to 3, less than 5"
        );
        assert_eq!(
            us("5 - 3 = 2 and 6 / 2 = 3 and 2 * 3"),
            "5 minus 3 equals 2 and 6 divided by 2 equals 3 and 2 times 3"
        );
        same("<b>bold</b> and Vec<T> and 5 - 3");
    }

    #[test]
    fn notes_are_silent_and_indices_are_not() {
        assert_eq!(us("word¹ and √2 and CO₂"), "word and the square root of 2 and CO 2");
    }
}
