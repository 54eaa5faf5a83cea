//! Names of months and days of the week, and how dates are spoken.

use super::super::Dialect;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Short names and the months they stand for. Those that are words or names of their own are not sure without a day.
const SHORT_MONTHS: [(&str, u32, bool); 12] = [
    ("Jan", 1, false),
    ("Feb", 2, true),
    ("Mar", 3, false),
    ("Apr", 4, true),
    ("Jun", 6, false),
    ("Jul", 7, false),
    ("Aug", 8, true),
    ("Sep", 9, true),
    ("Sept", 9, true),
    ("Oct", 10, true),
    ("Nov", 11, true),
    ("Dec", 12, true),
];

/// Short names of days; those that are words or names of their own are not sure alone.
const DAYS: [(&str, &str, bool); 11] = [
    ("Mon", "Monday", true),
    ("Tue", "Tuesday", true),
    ("Tues", "Tuesday", true),
    ("Wed", "Wednesday", true),
    ("Weds", "Wednesday", true),
    ("Thu", "Thursday", true),
    ("Thur", "Thursday", true),
    ("Thurs", "Thursday", true),
    ("Fri", "Friday", true),
    ("Sat", "Saturday", false),
    ("Sun", "Sunday", false),
];

/// The month that `word` names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Month {
    pub(super) number: u32,
    pub(super) is_short: bool,
    /// Whether the word can mean nothing else.
    pub(super) is_sure: bool,
}

pub(super) fn month(word: &str) -> Option<Month> {
    if let Some(index) = MONTHS.iter().position(|name| *name == word) {
        let number = u32::try_from(index + 1).ok()?;
        return Some(Month { number, is_short: false, is_sure: !matches!(number, 3 | 5) });
    }
    let &(_, number, is_sure) = SHORT_MONTHS.iter().find(|short| short.0 == word)?;
    Some(Month { number, is_short: true, is_sure })
}

pub(super) fn month_name(month: u32) -> &'static str {
    month
        .checked_sub(1)
        .and_then(|month| MONTHS.get(usize::try_from(month).ok()?))
        .copied()
        .unwrap_or_default()
}

/// The day of the week that a short name means, and whether it can mean nothing else.
pub(super) fn weekday(word: &str) -> Option<(&'static str, bool)> {
    DAYS.iter().find(|day| day.0 == word).map(|day| (day.1, day.2))
}

/// A number as an ordinal, in digits.
pub(super) fn ordinal(number: u32) -> String {
    let suffix = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{suffix}")
}

const ORDINALS: [&str; 20] = [
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
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
];

/// A number below thirty as an ordinal in words; others in digits.
pub(super) fn ordinal_in_words(number: u32) -> String {
    let word = |number: u32| usize::try_from(number).ok().and_then(|number| ORDINALS.get(number));
    match number {
        20 => "twentieth".to_owned(),
        21..30 => word(number - 20).map_or_else(String::new, |unit| format!("twenty {unit}")),
        _ => word(number).map_or_else(|| ordinal(number), |word| (*word).to_owned()),
    }
}

/// A day in words: American "December 31st", British "the 31st of December". `has_the` tells that "the" is already said.
pub(super) fn day_in_words(day: u32, month: u32, dialect: Dialect, has_the: bool) -> String {
    let (day, month) = (ordinal(day), month_name(month));
    match dialect {
        Dialect::Us if !has_the => format!("{month} {day}"),
        _ if has_the => format!("{day} of {month}"),
        _ => format!("the {day} of {month}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ordinals() {
        assert_eq!(month("Sept").unwrap().number, 9);
        assert_eq!(month_name(month("May").unwrap().number), "May");
        assert!(month("may").is_none() && !month("Mar").unwrap().is_sure);
        assert_eq!(weekday("Thurs"), Some(("Thursday", true)));
        assert_eq!(
            [1, 2, 3, 4, 11, 12, 13, 21, 103].map(ordinal).join(" "),
            "1st 2nd 3rd 4th 11th 12th 13th 21st 103rd"
        );
        assert_eq!(day_in_words(31, 12, Dialect::Us, false), "December 31st");
        assert_eq!(day_in_words(31, 12, Dialect::Gb, false), "the 31st of December");
    }
}
