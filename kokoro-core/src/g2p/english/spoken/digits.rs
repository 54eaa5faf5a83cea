//! Digits that are said one by one: telephone numbers, cards, serial numbers, `007`.

use super::amount::{self, spaced};
use super::output::{Found, Piece};
use super::scan::{Kind, Scan};

/// The most groups of one number.
const MAX_GROUPS: usize = 8;

/// Groups of digits, and the runs between them.
struct Groups {
    /// The runs of the groups.
    digits: Vec<usize>,
    end: usize,
    has_plus: bool,
    has_brackets: bool,
    has_mark: bool,
}

impl Groups {
    /// Groups from `at` on with single spaces, hyphens, full stops or brackets between them.
    fn read(scan: &Scan<'_>, at: usize) -> Option<Self> {
        let has_plus = scan.is(at, '+');
        let mut at = at + usize::from(has_plus);
        let mut groups = Self { digits: Vec::new(), end: at, has_plus, has_brackets: false, has_mark: false };
        for _ in 0..MAX_GROUPS {
            if scan.is(at, '(') && scan.is_digits(at + 1) && scan.is(at + 2, ')') {
                groups.digits.push(at + 1);
                groups.has_brackets = true;
                at += 3;
            } else if scan.is_digits(at) {
                groups.digits.push(at);
                at += 1;
            } else {
                break;
            }
            groups.end = at;
            let is_mark = matches!(scan.kind(at), Kind::Mark('-' | '.')) && scan.count(at) == 1;
            if is_mark && scan.is_digits(at + 1) {
                groups.has_mark = true;
                at += 1;
            } else if scan.is_space(at) && (scan.is_digits(at + 1) || scan.is(at + 1, '(')) {
                at += 1;
            }
        }
        (!groups.digits.is_empty() && scan.ends(groups.end)).then_some(groups)
    }

    fn lengths(&self, scan: &Scan<'_>) -> Vec<usize> {
        self.digits.iter().map(|at| scan.text(*at).len()).collect()
    }

    fn is_phone(&self, scan: &Scan<'_>) -> bool {
        let lengths = self.lengths(scan);
        let total: usize = lengths.iter().sum();
        let first = self.digits.first().map_or("", |at| scan.text(*at));
        if self.has_plus {
            return lengths.len() > 1 && (8..=15).contains(&total) && first.len() <= 3 || total >= 10;
        }
        match lengths.as_slice() {
            [3, 4] => self.has_mark && is_joined(scan, &self.digits),
            [3, 3, 4] | [1, 3, 3, 4] => true,
            [4, 4, 4, 4] => true,
            // British, French and other national numbers begin with a zero.
            [_, _, ..] => {
                first.starts_with('0') && first.len() > 1 && (9..=12).contains(&total) && !self.has_year(scan)
            }
            _ => false,
        }
    }

    /// Whether brackets stand where they belong: around the first group, or the one after the code of a country.
    fn is_area_in_brackets(&self, scan: &Scan<'_>, at: usize) -> bool {
        let is_bracketed =
            |group: Option<&usize>| group.is_some_and(|group| scan.is(group.wrapping_sub(1), '('));
        scan.is(at, '(') || (self.digits.len() > 2 && is_bracketed(self.digits.get(1)))
    }

    /// Whether it may be a date.
    fn has_year(&self, scan: &Scan<'_>) -> bool {
        self.has_mark && self.digits.len() == 3 && self.digits.iter().any(|at| scan.text(*at).len() == 4)
    }

    /// The digits one by one, with a pause after each group.
    fn found(&self, scan: &Scan<'_>, at: usize) -> Option<Found> {
        let mut pieces = Vec::new();
        let mut from = at;
        for (i, group) in self.digits.iter().enumerate() {
            let is_last = i + 1 == self.digits.len();
            let to = if is_last { self.end } else { group + 1 + usize::from(scan.is(group + 1, ')')) };
            let plus = if i == 0 && self.has_plus { "plus " } else { "" };
            let pause = if is_last { "" } else { "," };
            pieces.push(Piece::say(format!("{plus}{}{pause}", one_by_one(scan.text(*group))), from..to));
            from = to;
            if !is_last {
                let next = self.digits.get(i + 1).copied().unwrap_or(self.end);
                let next = if scan.is(next.wrapping_sub(1), '(') { next - 1 } else { next };
                if scan.is_space(from) && next == from + 1 {
                    pieces.push(Piece::Keep(from..next));
                } else {
                    pieces.push(Piece::Drop(from..next));
                }
                from = next;
            }
        }
        Found::pieces(self.end, pieces)
    }
}

/// Whether one hyphen or full stop joins two groups.
fn is_joined(scan: &Scan<'_>, digits: &[usize]) -> bool {
    matches!(digits, [first, second] if second - first == 2 && !scan.is_space(first + 1) && !scan.is(first + 1, '.'))
}

/// Words for digits one by one. The dictionaries read "0" as "zero".
fn one_by_one(digits: &str) -> String {
    // American "800" in a number is "eight hundred", which the dictionaries say, too.
    if digits.len() == 3 && digits.ends_with("00") && !digits.starts_with('0') {
        return digits.to_owned();
    }
    spaced(digits)
}

/// A telephone or card number.
pub(super) fn phone(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !(amount::begins(scan, at) && scan.begins(at)) {
        return None;
    }
    let groups = Groups::read(scan, at)?;
    if groups.is_phone(scan) && (!groups.has_brackets || groups.is_area_in_brackets(scan, at)) {
        return groups.found(scan, at);
    }
    None
}

/// A number with a name before it that tells that it is read digit by digit: "ISBN 978-0-306-40615-7".
pub(super) fn serial(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let is_named = |word: &str| matches!(word, "ISBN" | "ISSN" | "IBAN" | "PIN" | "ZIP" | "IMEI" | "EAN");
    let colon = at.checked_sub(2).filter(|colon| scan.is(*colon, ':') && scan.is_space(colon + 1));
    let name = colon.map_or(scan.word_before(at), |colon| scan.word(colon.wrapping_sub(1)));
    if !is_named(name) || !scan.is_digits(at) {
        return None;
    }
    let groups = Groups::read(scan, at)?;
    let total: usize = groups.lengths(scan).iter().sum();
    if total < 3 { None } else { groups.found(scan, at) }
}

/// Digits that are no quantity: with zeros before them, or too many of them.
pub(super) fn plain(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !amount::begins(scan, at) || !scan.is_digits(at) {
        return None;
    }
    let digits = scan.text(at);
    let is_over = scan.ends(at + 1) || matches!(scan.kind(at + 1), Kind::Mark('–' | '-' | '/'));
    let is_padded = digits.len() > 1 && digits.starts_with('0') && !is_class_of(scan, at);
    let is_long = digits.len() > 9 && !digits.ends_with("000");
    if !is_over || !(is_padded || is_long) {
        return None;
    }
    Found::say(in_threes(digits), at..at + 1)
}

/// Whether an apostrophe before the number says that it is a year: "'05".
fn is_class_of(scan: &Scan<'_>, at: usize) -> bool {
    matches!(scan.before(at), Kind::Mark('\'' | '’' | '‘'))
}

/// Digits one by one, with pauses between groups of three if there are many.
fn in_threes(digits: &str) -> String {
    if digits.len() < 7 {
        return spaced(digits);
    }
    let mut words = String::with_capacity(3 * digits.len());
    for (i, c) in digits.chars().enumerate() {
        if i > 0 {
            words.push_str(if i % 3 == 0 && digits.len() - i > 1 { ", " } else { " " });
        }
        words.push(c);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::tests::{same, us};

    #[test]
    fn telephone_numbers_are_read_in_groups() {
        assert_eq!(us("555-0199."), "5 5 5, 0 1 9 9.");
        assert_eq!(us("+1 (555) 123-4567"), "plus 1, 5 5 5, 1 2 3, 4 5 6 7");
        assert_eq!(us("(555) 123-4567"), "5 5 5, 1 2 3, 4 5 6 7");
        assert_eq!(us("020 7946 0958"), "0 2 0, 7 9 4 6, 0 9 5 8");
        assert_eq!(us("1-800-555-0199"), "1, 800, 5 5 5, 0 1 9 9");
        assert_eq!(us("4111 1111 1111 1111"), "4 1 1 1, 1 1 1 1, 1 1 1 1, 1 1 1 1");
    }

    #[test]
    fn serial_numbers_are_read_digit_by_digit() {
        assert_eq!(us("ISBN 978-0-306-40615-7"), "ISBN 9 7 8, 0, 3 0 6, 4 0 6 1 5, 7");
        assert_eq!(us("007 and 12345678901"), "0 0 7 and 1 2 3, 4 5 6, 7 8 9, 0 1");
        same("1000000, 123456, '05, 100 200 300, in 1999 5000 people");
    }
}
