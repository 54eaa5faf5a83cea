//! Amounts of money: `$5.2M`, `¥500`, `US$20`, `20 €`, `-$5`.

use super::amount::{self, Count};
use super::output::{Found, Piece};
use super::scan::{Kind, Scan};
use super::units;

/// Signs with the names of one and of several.
const SIGNS: &[(char, &str, &str)] = &[
    ('$', "dollar", "dollars"),
    ('£', "pound", "pounds"),
    ('€', "euro", "euros"),
    ('¥', "yen", "yen"),
    ('₹', "rupee", "rupees"),
    ('₩', "won", "won"),
    ('₽', "ruble", "rubles"),
    ('₿', "bitcoin", "bitcoins"),
    ('₺', "lira", "lira"),
    ('₫', "dong", "dong"),
    ('₦', "naira", "naira"),
    ('₱', "peso", "pesos"),
    ('₪', "shekel", "shekels"),
    ('₴', "hryvnia", "hryvnias"),
    ('฿', "baht", "baht"),
];

/// Letters before a dollar sign.
const DOLLARS: &[(&str, &str)] = &[
    ("US", "US"),
    ("USD", "US"),
    ("A", "Australian"),
    ("AU", "Australian"),
    ("C", "Canadian"),
    ("CA", "Canadian"),
    ("NZ", "New Zealand"),
    ("HK", "Hong Kong"),
    ("S", "Singapore"),
];

/// Codes beside a number, with the names of one and of several.
const CODES: &[(&str, &str, &str)] = &[
    ("USD", "US dollar", "US dollars"),
    ("EUR", "euro", "euros"),
    ("GBP", "pound", "pounds"),
    ("JPY", "yen", "yen"),
    ("CHF", "Swiss franc", "Swiss francs"),
    ("CAD", "Canadian dollar", "Canadian dollars"),
    ("AUD", "Australian dollar", "Australian dollars"),
    ("NZD", "New Zealand dollar", "New Zealand dollars"),
    ("INR", "rupee", "rupees"),
    ("CNY", "yuan", "yuan"),
    ("BTC", "bitcoin", "bitcoins"),
];

const SCALES: &[(&str, &str)] = &[
    ("k", "thousand"),
    ("K", "thousand"),
    ("m", "million"),
    ("M", "million"),
    ("mn", "million"),
    ("mm", "million"),
    ("MM", "million"),
    ("b", "billion"),
    ("B", "billion"),
    ("bn", "billion"),
    ("Bn", "billion"),
    ("T", "trillion"),
    ("tn", "trillion"),
];

fn sign(scan: &Scan<'_>, at: usize) -> Option<&'static (char, &'static str, &'static str)> {
    let Kind::Mark(mark) = scan.kind(at) else { return None };
    if scan.count(at) != 1 {
        return None;
    }
    SIGNS.iter().find(|sign| sign.0 == mark)
}

/// Two amounts with one sign: "$5-10", "$1–2M".
pub(super) fn range(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let &(_, _, many) = sign(scan, at)?;
    let low = amount::number(scan, at + 1)?;
    let is_dash = scan.is(low.end, '–') || scan.is(low.end, '-');
    let high = amount::number(scan, low.end + 1).filter(|_| is_dash)?;
    let (end, scale) = match scale(scan, high.end) {
        Some((end, scale)) => (end, format!(" {scale}")),
        None => (high.end, String::new()),
    };
    if !scan.ends(end) && !scan.is(end, '/') {
        return None;
    }
    finish(scan, at, end, format!("{} to {}{scale} {many}", low.words, high.words))
}

/// "million" and the like, or a letter for it.
fn scale(scan: &Scan<'_>, at: usize) -> Option<(usize, &'static str)> {
    let word = scan.skip_space(at);
    if let Some(name) =
        ["thousand", "million", "billion", "trillion"].into_iter().find(|name| scan.word(word) == *name)
    {
        return Some((word + 1, name));
    }
    let (letters, name) = SCALES.iter().find(|scale| scale.0 == scan.word(word))?;
    // A word of its own may follow the amount.
    let is_sure = word == at || letters.len() > 1;
    let is_over = scan.ends(word + 1) || scan.is(word + 1, '/') || scan.before_range(word + 1);
    (is_sure && is_over).then_some((word + 1, *name))
}

/// An amount of money that begins at `at` with a sign or with the letters before it.
pub(super) fn money(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if let Some(found) = coded(scan, at) {
        return Some(found);
    }
    let country =
        DOLLARS.iter().find(|dollar| dollar.0 == scan.word(at) && scan.is(at + 1, '$') && scan.begins(at));
    let sign_at = at + usize::from(country.is_some());
    let &(mark, one, many) = sign(scan, sign_at)?;
    if country.is_none() && scan.is_letters(sign_at.wrapping_sub(1)) {
        return None;
    }
    let has_cents = matches!(mark, '$' | '£' | '€');
    let number_at = if has_cents { sign_at + 1 } else { scan.skip_space(sign_at + 1) };
    let amount = amount::number(scan, number_at)?;
    let country = country.map_or(String::new(), |country| format!("{} ", country.1));
    if let Some((end, scale)) = scale(scan, amount.end) {
        return finish(scan, at, end, format!("{} {scale} {country}{many}", amount.words));
    }
    let is_over = scan.ends(amount.end)
        || matches!(scan.kind(amount.end), Kind::Mark('/' | '-' | '–' | '+' | '=' | '&'));
    if !is_over {
        return None;
    }
    let name = |count: &str| format!("{count} {country}{}", if count == "1" { one } else { many });
    let words = match cents(scan.slice(number_at..amount.end)).filter(|_| has_cents) {
        Some((whole, None)) => name(whole),
        Some(("", Some(cents))) => small_change(mark, cents),
        Some((whole, Some(cents))) => format!("{} and {}", name(whole), small_change(mark, cents)),
        None if amount.count == Count::One => name("1"),
        None => name(&amount.words),
    };
    finish(scan, at, amount.end, words)
}

/// Units and hundredths of an amount with two decimal places. No units are none at all.
fn cents(digits: &str) -> Option<(&str, Option<&str>)> {
    let (whole, cents) = digits.split_once('.').filter(|(_, cents)| cents.len() == 2)?;
    let whole_or_zero = if whole.is_empty() { "0" } else { whole };
    match (whole.trim_start_matches('0'), cents) {
        (_, "00") => Some((whole_or_zero, None)),
        ("", cents) => Some(("", Some(cents))),
        (_, cents) => Some((whole, Some(cents))),
    }
}

/// Hundredths of a unit.
fn small_change(mark: char, cents: &str) -> String {
    let cents = cents.trim_start_matches('0');
    let name = match (mark, cents) {
        ('£', "1") => "penny",
        ('£', _) => "pence",
        (_, "1") => "cent",
        _ => "cents",
    };
    format!("{cents} {name}")
}

/// An amount with what it is for, as in "$5/month".
fn finish(scan: &Scan<'_>, at: usize, end: usize, words: String) -> Option<Found> {
    let amount = Piece::say(words, at..end);
    match units::per(scan, end) {
        Some(per) => Found::pieces(per.end(), vec![amount, per]),
        None => Found::pieces(end, vec![amount]),
    }
}

/// A code before an amount: "EUR 20".
fn coded(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let code = CODES.iter().find(|code| code.0 == scan.word(at) && scan.begins(at))?;
    let amount = amount::number(scan, scan.skip_space(at + 1))?;
    if let Some((end, scale)) = scale(scan, amount.end) {
        return finish(scan, at, end, format!("{} {scale} {}", amount.words, code.2));
    }
    let name = if amount.count == Count::One { code.1 } else { code.2 };
    let words = format!("{} {name}", amount.words);
    scan.ends(amount.end).then(|| finish(scan, at, amount.end, words))?
}

/// An amount with the sign or code behind it: "20 €", "50¢", "20 USD".
pub(super) fn trailing(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let amount = amount::number(scan, at)?;
    let after = scan.skip_space(amount.end);
    let (one, many, end) = if scan.is(after, '¢') {
        ("cent", "cents", after + 1)
    } else if let Some(code) = CODES.iter().find(|code| code.0 == scan.word(after)) {
        (code.1, code.2, after + 1)
    } else if let Some((end, scale)) = scale(scan, amount.end)
        && let Some(&(_, _, many)) = sign(scan, scan.skip_space(end))
    {
        let end = scan.skip_space(end) + 1;
        return scan.ends(end).then(|| finish(scan, at, end, format!("{} {scale} {many}", amount.words)))?;
    } else {
        let &(_, one, many) = sign(scan, after)?;
        (one, many, after + 1)
    };
    if !scan.ends(end) && !scan.is(end, '/') {
        return None;
    }
    let name = if amount.count == Count::One { one } else { many };
    finish(scan, at, end, format!("{} {name}", amount.words))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{same, us};

    #[test]
    fn short_scales_are_spoken() {
        assert_eq!(
            us("$5.2M, £3bn, $3 bn, $10k"),
            "5.2 million dollars, 3 billion pounds, 3 billion dollars, 10 thousand dollars"
        );
        assert_eq!(us("$3 billion; 5 more"), "3 billion dollars; 5 more");
    }

    #[test]
    fn other_currencies_have_names() {
        assert_eq!(us("¥500, ₹1 and ₩2,000"), "500 yen, 1 rupee and 2,000 won");
        assert_eq!(
            us("US$20, A$1 and C$2.50"),
            "20 US dollars, 1 Australian dollar and 2 Canadian dollars and 50 cents"
        );
        assert_eq!(
            us("20 €, 5$, 50¢, 20 USD, EUR 5"),
            "20 euros, 5 dollars, 50 cents, 20 US dollars, 5 euros"
        );
        assert_eq!(us("-$5 or $5/month"), "minus 5 dollars or 5 dollars per month");
        assert_eq!(
            us("£0.01, £1.50, $.99, €1.01"),
            "1 penny, 1 pound and 50 pence, 99 cents, 1 euro and 1 cent"
        );
        assert_eq!(us("$4.00, $1,234.56, $1.5"), "4 dollars, 1,234 dollars and 56 cents, 1.5 dollars");
        assert_eq!(
            us("$1-2M, $100K–$200K"),
            "1 to 2 million dollars, 100 thousand dollars to 200 thousand dollars"
        );
    }

    #[test]
    fn other_words_are_left_alone() {
        same("$HOME, US $, $5a, A $ B, EUR, 5 B");
    }
}
