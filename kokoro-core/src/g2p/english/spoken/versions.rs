//! Numbers with several full stops: versions and addresses of computers.

use super::amount::{self, spaced};
use super::output::{Found, Piece};
use super::scan::{Kind, Scan};

/// The most parts of a version.
const MAX_PARTS: usize = 8;

/// Words before a number that is a version, so that 2.14 is "two point fourteen".
const NAMES: [&str; 12] = [
    "version", "Version", "versions", "release", "Release", "Python", "Rust", "Java", "Ubuntu", "Debian",
    "Android", "iOS",
];

/// The parts of a version and where it ends.
fn parts(scan: &Scan<'_>, at: usize) -> (Vec<usize>, usize) {
    let mut parts = vec![at];
    let mut end = at + 1;
    while parts.len() < MAX_PARTS && scan.is(end, '.') && scan.is_digits(end + 1) {
        parts.push(end + 1);
        end += 2;
    }
    (parts, end)
}

/// `2.14.1`, `192.168.0.1`, "version 2.14", from the first digit on.
pub(super) fn version(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !scan.is_digits(at) || !amount::begins(scan, at) {
        return None;
    }
    let (parts, end) = parts(scan, at);
    let is_named = parts.len() == 2 && NAMES.contains(&scan.word_before(at));
    if parts.len() < 3 && !is_named || scan.is(end, '.') && scan.is_digits(end + 1) {
        return None;
    }
    let is_address =
        parts.len() == 4 && parts.iter().all(|part| scan.value(*part).is_some_and(|part| part < 256));
    if is_address {
        return address(scan, at, end, &parts);
    }
    let is_over = scan.ends(end) || matches!(scan.kind(end), Kind::Mark('–' | '-' | '+'));
    if !is_over {
        return None;
    }
    Found::say(in_words(scan, &parts), at..end)
}

fn in_words(scan: &Scan<'_>, parts: &[usize]) -> String {
    let part = |at: &usize| {
        let digits = scan.text(*at);
        if digits.len() > 2 || (digits.len() > 1 && digits.starts_with('0')) {
            spaced(digits)
        } else {
            digits.to_owned()
        }
    };
    parts.iter().map(part).collect::<Vec<_>>().join(" point ")
}

/// Digits one by one, perhaps with a port or the length of a mask.
fn address(scan: &Scan<'_>, at: usize, end: usize, parts: &[usize]) -> Option<Found> {
    let mut words = parts.iter().map(|part| spaced(scan.text(*part))).collect::<Vec<_>>().join(" dot ");
    let mut end = end;
    if scan.is(end, ':') && scan.is_digits(end + 1) {
        words = format!("{words} port {}", scan.text(end + 1));
        end += 2;
    } else if scan.is(end, '/') && scan.is_digits(end + 1) {
        words = format!("{words} slash {}", scan.text(end + 1));
        end += 2;
    }
    scan.ends(end).then(|| Found::say(words, at..end))?
}

/// `v2.14`, from the letter on.
pub(super) fn marked(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !matches!(scan.word(at), "v" | "V") || !scan.begins(at) || !scan.is_digits(at + 1) {
        return None;
    }
    let (parts, end) = parts(scan, at + 1);
    let is_over = scan.ends(end) || matches!(scan.kind(end), Kind::Mark('–' | '-' | '+'));
    let word = if NAMES.contains(&scan.word_before(at)) { "" } else { "version " };
    is_over
        .then(|| Found::pieces(end, vec![Piece::say(format!("{word}{}", in_words(scan, &parts)), at..end)]))?
}

#[cfg(test)]
mod tests {
    use super::super::tests::{same, us};

    #[test]
    fn versions_have_points() {
        assert_eq!(
            us("v2.14, 2.14.1, version 2.14 and v3"),
            "version 2 point 14, 2 point 14 point 1, version 2 point 14 and version 3"
        );
        assert_eq!(us("2.0.139"), "2 point 0 point 1 3 9");
        same("2.14 and 1.5.");
    }

    #[test]
    fn addresses_are_read_digit_by_digit() {
        assert_eq!(us("192.168.0.1:80"), "1 9 2 dot 1 6 8 dot 0 dot 1 port 80");
        assert_eq!(us("10.0.0.0/8"), "1 0 dot 0 dot 0 dot 0 slash 8");
    }
}
