//! Names from programs and sciences: `snake_case`, `--help`, `C#`, `0xFF`, `std::fs`, H2O.

use super::output::{Found, Piece};
use super::scan::{Kind, Scan};

/// Formulas whose 2 would be read as "to".
const FORMULAS: &[(&str, &str)] = &[
    ("H2O", "H 2 O"),
    ("H2O2", "H 2 O 2"),
    ("N2O", "N 2 O"),
    ("H2S", "H 2 S"),
    ("H2SO4", "H 2 S O 4"),
    ("CO2", "C O 2"),
    ("Fe2O3", "F E 2 O 3"),
    ("Al2O3", "ay L 2 O 3"),
    ("Na2CO3", "N ay 2 C O 3"),
];

/// The longest hexadecimal number, in runs.
const MAX_HEX_RUNS: usize = 32;

/// A name that begins with letters or a digit at `at`.
pub(super) fn name(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !scan.begins(at) {
        return None;
    }
    if scan.is_letters(at) && scan.count(at) == 1 && scan.is(at + 1, '#') && scan.ends(at + 2) {
        return Found::pieces(at + 2, vec![Piece::Keep(at..at + 1), Piece::say("sharp", at + 1..at + 2)]);
    }
    if scan.is_digits(at + 1) {
        let end = (at + 1..at + 5).find(|at| scan.ends(*at))?;
        let formula = FORMULAS.iter().find(|formula| formula.0 == scan.slice(at..end))?;
        return Found::say(formula.1, at..end);
    }
    hexadecimal(scan, at)
}

/// `0xFF`
fn hexadecimal(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if scan.text(at) != "0" || !scan.word(at + 1).starts_with(['x', 'X']) {
        return None;
    }
    let end =
        (at + 2..at + MAX_HEX_RUNS).find(|at| !matches!(scan.kind(*at), Kind::Letters | Kind::Digits))?;
    let digits = scan.slice(at + 1..end).get(1..).unwrap_or_default();
    if digits.is_empty()
        || digits.len() > 32
        || !digits.bytes().all(|c| c.is_ascii_hexdigit())
        || !scan.ends(end)
    {
        return None;
    }
    let mut words = String::from("0 x");
    for c in digits.chars() {
        words.push(' ');
        match c.to_ascii_uppercase() {
            'A' => words.push_str("ay"),
            c => words.push(c),
        }
    }
    Found::say(words, at..end)
}

/// Marks that join the parts of a name, or begin one.
pub(super) fn joint(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let is_part = |kind: Kind| matches!(kind, Kind::Letters | Kind::Digits | Kind::Greek);
    match scan.kind(at) {
        Kind::Mark('_') if is_part(scan.before(at)) && is_part(scan.kind(at + 1)) => Found::drop(at..at + 1),
        Kind::Mark(':') if scan.count(at) == 2 && is_part(scan.before(at)) && is_part(scan.kind(at + 1)) => {
            Found::drop(at..at + 1)
        }
        Kind::Mark('-') if scan.begins(at) && scan.is_letters(at + 1) => option(scan, at),
        _ => None,
    }
}

/// `--help`, `-v`. A dash before a longer word is a suffix or a remark.
fn option(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let is_small = scan.text(at + 1).bytes().all(|c| c.is_ascii_lowercase());
    let is_over = |at: usize| scan.ends(at) || scan.is(at, '=');
    match scan.count(at) {
        2 if is_small && (is_over(at + 2) || scan.is(at + 2, '-')) => Found::say("dash dash", at..at + 1),
        1 if scan.count(at + 1) == 1 && is_over(at + 2) => {
            let letter = if scan.text(at + 1) == "a" {
                Piece::say("ay", at + 1..at + 2)
            } else {
                Piece::Apart(at + 1..at + 2)
            };
            Found::pieces(at + 2, vec![Piece::say("dash", at..at + 1), letter])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{same, us};

    #[test]
    fn parts_of_names_stay_apart() {
        assert_eq!(us("snake_case and MAX_SIZE and std::fs"), "snake case and MAX SIZE and std fs");
        assert_eq!(us("--help, -v and --no-run"), "dash dash help, dash v and dash dash no-run");
        same("camelCase, kebab-case, well-known, -ing, Well--maybe, x - y");
    }

    #[test]
    fn signs_and_formulas() {
        assert_eq!(us("C#, F# and 0xFF1A"), "C sharp, F sharp and 0 x F F 1 ay");
        assert_eq!(us("H2O and CO2"), "H 2 O and C O 2");
        same("B2B, G2P, C++, MP3, A4, 0x, 0xyz");
    }
}
