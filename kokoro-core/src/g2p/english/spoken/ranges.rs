//! Values of every kind, and ranges of them: `10–20 km`, `$5–$10`, `9:00–17:00`, `1990-2000`, `3–2`.

use super::amount;
use super::output::{Found, Piece};
use super::scan::{Kind, Scan, is_capitalized};
use super::{dates, digits, math, money, times, units, versions};

/// One end of a range.
struct Value {
    found: Found,
    /// Whether it is a number as the dictionaries read it.
    is_plain: bool,
}

/// The value that begins at `at`, other than a plain number.
fn special(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if matches!(scan.kind(at), Kind::Digits) || (scan.is(at, '.') && scan.is_digits(at + 1)) {
        if !amount::begins(scan, at) {
            return None;
        }
        return dates::numeric(scan, at)
            .or_else(|| times::time(scan, at))
            .or_else(|| versions::version(scan, at))
            .or_else(|| money::trailing(scan, at))
            .or_else(|| units::quantity(scan, at))
            .or_else(|| dates::day_first(scan, at))
            .or_else(|| math::factor(scan, at))
            .or_else(|| slashed(scan, at))
            .or_else(|| fraction(scan, at))
            .or_else(|| times::ratio(scan, at))
            .or_else(|| decimal(scan, at))
            .or_else(|| digits::plain(scan, at));
    }
    money::money(scan, at).or_else(|| units::quantity(scan, at)).or_else(|| fraction(scan, at))
}

fn value(scan: &Scan<'_>, at: usize) -> Option<Value> {
    if let Some(found) = special(scan, at) {
        return Some(Value { found, is_plain: false });
    }
    let number = amount::number(scan, at)?;
    // An ending makes an ordinal or the name of a decade.
    let has_ending = matches!(scan.word(number.end), "st" | "nd" | "rd" | "th" | "s" | "k" | "K");
    let end = number.end + usize::from(has_ending);
    let piece = if scan.slice(at..end).contains(' ') {
        Piece::say(number.words, at..end)
    } else {
        Piece::Keep(at..end)
    };
    Some(Value { found: Found { end, pieces: vec![piece] }, is_plain: true })
}

/// A value that begins at `at`, or a range of two. `None` if the dictionaries read it by themselves.
pub(super) fn value_or_range(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !matches!(scan.before(at), Kind::Edge | Kind::Space | Kind::Mark(_)) || !amount::begins(scan, at) {
        return None;
    }
    // Another number and a dash before it: the middle of something longer.
    let follows_dash = matches!(scan.before(at), Kind::Mark('-' | '–'));
    if follows_dash && at.checked_sub(2).is_some_and(|before| scan.is_digits(before)) {
        return None;
    }
    if scan.is(at.wrapping_sub(1), '-') && at.checked_sub(2).is_some_and(|before| scan.is_letters(before)) {
        return numbered(scan, at);
    }
    if let Some(found) = digits::phone(scan, at).or_else(|| digits::serial(scan, at)) {
        return Some(found);
    }
    if let Some(found) = money::range(scan, at) {
        return Some(found);
    }
    let first = value(scan, at)?;
    let is_said = !first.is_plain || matches!(first.found.pieces.first(), Some(Piece::Say(..)));
    let second = range_end(scan, at, &first);
    let Some((dash, second)) = second else { return is_said.then_some(first.found) };
    let mut pieces = first.found.pieces;
    pieces.push(Piece::say("to", dash.clone()));
    let end = second.found.end;
    pieces.extend(second.found.pieces.into_iter().map(Piece::apart));
    Found::pieces(end, pieces)
}

/// A number that a hyphen joins to a name, as in "Apache-2.0".
fn numbered(scan: &Scan<'_>, at: usize) -> Option<Found> {
    versions::version(scan, at).or_else(|| decimal(scan, at)).or_else(|| digits::plain(scan, at))
}

/// The dash and the value behind it, if the two values make a range.
fn range_end(scan: &Scan<'_>, at: usize, first: &Value) -> Option<(std::ops::Range<usize>, Value)> {
    let end = first.found.end;
    let spaced = scan.is_space(end) && scan.is(end + 1, '–') && scan.is_space(end + 2);
    let dash = if spaced { end..end + 3 } else { end..end + 1 };
    let is_en_dash = spaced || scan.is(end, '–');
    if !is_en_dash && !scan.is(end, '-') {
        return None;
    }
    // Zeros belong to dates and serial numbers.
    let is_padded = |at: usize| {
        scan.text(at).starts_with('0')
            && scan.text(at).len() > 1
            && !matches!(scan.kind(at + 1), Kind::Mark(':' | '.'))
    };
    if !is_en_dash && (is_padded(at) || is_padded(dash.end)) {
        return None;
    }
    let second = value(scan, dash.end)?;
    let over = second.found.end;
    // Several dashes make a date, a serial number, a line of players.
    if matches!(scan.kind(over), Kind::Mark('-' | '–')) && scan.is_digits(over + 1) {
        return None;
    }
    if scan.is(over, '-') && is_capitalized(scan.word(over + 1)) {
        return None;
    }
    if second.is_plain && !(scan.ends(over) || matches!(scan.kind(over), Kind::Mark('-' | '%'))) {
        return None;
    }
    if !is_en_dash && (is_version(scan, at) || is_version(scan, dash.end)) {
        return None;
    }
    let is_range = if first.is_plain && second.is_plain {
        is_en_dash || is_plain_range(scan, at, dash.end)
    } else {
        // A hyphen joins a number to a compound, as in "10-5kg".
        true
    };
    is_range.then_some((dash, second))
}

/// Whether a full stop is in the number without a unit behind it, as in the versions of packages: "1.3-1".
fn is_version(scan: &Scan<'_>, at: usize) -> bool {
    scan.is_digits(at) && scan.is(at + 1, '.') && scan.is_digits(at + 2) && {
        let next = scan.skip_space(at + 3);
        !(scan.is_letters(next) || matches!(scan.kind(next), Kind::Mark('%' | '°')) || both_decimal(scan, at))
    }
}

/// Whether decimal fractions are on both sides of the hyphen: "1.5-2.5".
fn both_decimal(scan: &Scan<'_>, at: usize) -> bool {
    scan.is(at + 3, '-') && scan.is(at + 5, '.') && !scan.is(at + 7, '.') && scan.text(at + 4) != "0"
        || scan.is(at.wrapping_sub(1), '-')
            && scan.is(at.wrapping_sub(3), '.')
            && !scan.is(at.wrapping_sub(5), '.')
}

/// Whether a hyphen between two plain numbers means "to".
fn is_plain_range(scan: &Scan<'_>, first: usize, second: usize) -> bool {
    if second != first + 2 {
        return true;
    }
    let (low, high) = (scan.text(first), scan.text(second));
    let is_padded = |digits: &str| digits.len() > 1 && digits.starts_with('0');
    if is_padded(low) || is_padded(high) {
        return false;
    }
    // The number of a model, as in "Boeing 737-800".
    let word = scan.word_before(first);
    let is_name = is_capitalized(word) && !word.ends_with('s') && !COUNTED.contains(&word);
    match (low.len(), high.len()) {
        (1..=2, 1..=2) => !NUMBERED.contains(&word) || scan.value(first) < scan.value(second),
        (1..=3, 3) => !is_name && scan.value(first) < scan.value(second),
        (4, 4) => scan.value(first) < scan.value(second),
        (4, 2) => low.get(2..) < Some(high),
        _ => false,
    }
}

/// Words before a range, with a capital letter.
const COUNTED: [&str; 12] = [
    "Page", "Chapter", "Section", "Line", "Room", "Verse", "Figure", "Table", "The", "From", "Between",
    "About",
];

/// Words before a number that may have two parts: "Table 4-2".
const NUMBERED: [&str; 6] = ["Table", "Figure", "Section", "Example", "Exhibit", "Form"];

/// Numbers with a slash between them that are no fraction: "24/7", "50/50", "9/11", "10/10".
fn slashed(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !scan.is(at + 1, '/') || !scan.is_digits(at + 2) || !scan.ends(at + 3) {
        return None;
    }
    let (above, below) = (scan.value(at)?, scan.value(at + 2)?);
    let word = match (above, below) {
        (24, 7) | (9, 11) | (7, 7) | (20, 20) | (80, 20) | (60, 40) | (70, 30) | (90, 10) | (50, 50) => None,
        (5, 5) | (10, 10) | (100, 100) => Some("out of"),
        _ => return None,
    };
    let slash = match word {
        Some(word) => Piece::say(word, at + 1..at + 2),
        None => Piece::Drop(at + 1..at + 2),
    };
    Found::pieces(at + 3, vec![Piece::Keep(at..at + 1), slash, Piece::Apart(at + 2..at + 3)])
}

fn fraction(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let fraction = amount::fraction(scan, at).or_else(|| amount::amount(scan, at))?;
    let is_fraction = !fraction.is_decimal && fraction.words.contains(|c: char| c.is_ascii_lowercase());
    let is_over = scan.ends(fraction.end) || matches!(scan.kind(fraction.end), Kind::Mark('–' | '-'));
    (is_fraction && is_over).then(|| Found::say(fraction.words, at..fraction.end))?
}

/// A decimal fraction of which the dictionaries would lose zeros.
fn decimal(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let number = amount::number(scan, at)?;
    let is_over = scan.ends(number.end) || matches!(scan.kind(number.end), Kind::Mark('–' | '-' | '%'));
    (number.is_decimal && is_over && number.words.contains("point"))
        .then(|| Found::say(number.words, at..number.end))?
}

/// A value with a sign before it: `-5 °C`, `±2`, `-$5`.
pub(super) fn signed(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !scan.begins(at) || scan.count(at) != 1 {
        return None;
    }
    let (word, is_read) = match scan.kind(at) {
        Kind::Mark('-') => ("minus", true),
        Kind::Mark('−') => ("minus", false),
        Kind::Mark('±') => ("plus or minus", false),
        Kind::Mark('~' | '≈') => ("about", false),
        Kind::Mark('+') => ("plus", true),
        _ => return None,
    };
    if scan.is(at, '+')
        && let Some(found) = digits::phone(scan, at)
    {
        return Some(found);
    }
    let value = value(scan, at + 1)?;
    if value.is_plain && is_read {
        return None;
    }
    let mut pieces = vec![Piece::say(word, at..at + 1)];
    pieces.extend(value.found.pieces);
    Found::pieces(value.found.end, pieces)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{gb, same, us};

    #[test]
    fn ranges_of_numbers() {
        assert_eq!(us("10–20, 10-20 and 1990–2000"), "10 to 20, 10 to 20 and 1990 to 2000");
        assert_eq!(us("1,000–2,000; 5 – 10"), "1,000 to 2,000; 5 to 10");
        assert_eq!(us("won 21-14, 1-0 and 3–2"), "won 21 to 14, 1 to 0 and 3 to 2");
        assert_eq!(us("in 1990-91"), "in 1990 to 91");
        same("1-2-3, 4-4-2, Boeing 737-800, 2010-05, 10-year-old, 12-a, 1-800-FLOWERS, Table 4-2");
    }

    #[test]
    fn ranges_of_other_values() {
        assert_eq!(us("10–20 km"), "10 to 20 kilometers");
        assert_eq!(us("$5–$10, $5-10"), "5 dollars to 10 dollars, 5 to 10 dollars");
        assert_eq!(us("9:00–17:30"), "9 o'clock to 17 30");
        assert_eq!(us("5-10%"), "5 to 10%");
        assert_eq!(gb("20–25°C"), "20 to 25 degrees Celsius");
    }

    #[test]
    fn fractions_and_slashes() {
        assert_eq!(us("1/2, 3/4, ½ and 2½"), "one half, 3 quarters, one half and 2 and a half");
        assert_eq!(us("24/7, 50/50, 10/10"), "24 7, 50 50, 10 out of 10");
        same("1999/2000 and 5/4 and 0/1");
    }

    #[test]
    fn signs_before_values() {
        assert_eq!(us("−3, ±2 and ~5"), "minus 3, plus or minus 2 and about 5");
        same("-3 and +3");
    }

    #[test]
    fn zeros_are_not_lost() {
        assert_eq!(us("3.0 and 2.50"), "3 point 0 and 2 point 5 0");
        same("2.5 and 0.5");
    }
}
