//! Dates: `12/31/2025`, `2025-12-31`, `31.12.2025`, `Oct. 9th`, `9 Oct 2025`.

use super::super::Dialect;
use super::amount;
use super::calendar::{day_in_words, month, month_name, ordinal, weekday};
use super::output::{Found, Piece};
use super::scan::{Kind, Scan};
use super::times;

/// Words before a day and month without a year: "on 3/4".
const BEFORE_DAYS: [&str; 6] = ["on", "On", "until", "since", "dated", "before"];

/// A date in digits that begins at `at`.
pub(super) fn numeric(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !amount::begins(scan, at) {
        return None;
    }
    let mark = ['/', '-', '.'].into_iter().find(|mark| scan.is(at + 1, *mark))?;
    if !scan.is(at + 3, mark) {
        return short(scan, at, mark);
    }
    let parts = [at, at + 2, at + 4];
    let [first, second, third] = parts.map(|part| scan.value(part));
    let [first, second, third] = [first?, second?, third?];
    let length = |part: usize| scan.text(part).len();
    let is_day_first = mark == '.' || scan.dialect == Dialect::Gb;
    let (day, month, year) = if length(at) == 4 && length(at + 2) <= 2 && length(at + 4) <= 2 {
        (third, second, at)
    } else if length(at) > 2
        || length(at + 2) > 2
        || !(length(at + 4) == 4 || (mark == '/' && length(at + 4) == 2))
    {
        return None;
    } else if (is_day_first && second <= 12) || first > 12 {
        (first, second, at + 4)
    } else {
        (second, first, at + 4)
    };
    if !is_day(day, month) {
        return None;
    }
    let end = at + 5;
    let year = year_in_words(scan.text(year));
    let date = day_in_words(day, month, scan.dialect, scan.word_before(at) == "the");
    let comma = if scan.dialect == Dialect::Us { "," } else { "" };
    let date = format!("{date}{comma} {year}");
    if let Some((end, time)) = timestamp(scan, end) {
        return Found::say(format!("{date}, {time}"), at..end);
    }
    if !scan.ends(end) && !matches!(scan.kind(end), Kind::Mark('–' | '-' | '—' | '.')) {
        return None;
    }
    Found::say(date, at..end)
}

/// The time of a timestamp, from its `T` on.
fn timestamp(scan: &Scan<'_>, at: usize) -> Option<(usize, String)> {
    if scan.word(at) != "T" {
        return None;
    }
    let time = times::clock(scan, at + 1)?;
    let mut words = time.words;
    let mut end = time.end;
    if scan.word(end) == "Z" {
        words.push_str(" UTC");
        end += 1;
    } else if matches!(scan.kind(end), Kind::Mark('+' | '-')) && scan.is_digit_count(end + 1, 2) {
        let sign = if scan.is(end, '+') { "plus" } else { "minus" };
        let hours = scan.value(end + 1)?;
        let minutes = if scan.is(end + 2, ':') { scan.value(end + 3) } else { None };
        words = format!("{words} {sign} {hours}");
        if let Some(minutes) = minutes.filter(|minutes| *minutes > 0) {
            words = format!("{words} {minutes}");
        }
        end += if minutes.is_some() { 4 } else { 2 };
    }
    scan.ends(end).then_some((end, words))
}

/// A day and month without a year, where the word before says that it is one.
fn short(scan: &Scan<'_>, at: usize, mark: char) -> Option<Found> {
    let before = scan.word_before(at);
    if mark != '/' || !(BEFORE_DAYS.contains(&before) || is_full_day(before)) || !scan.ends(at + 3) {
        return None;
    }
    let (first, second) = (scan.value(at)?, scan.value(at + 2)?);
    let (day, month) = match scan.dialect {
        Dialect::Us if first <= 12 => (second, first),
        Dialect::Gb if second > 12 => (second, first),
        _ => (first, second),
    };
    is_day(day, month).then(|| Found::say(day_in_words(day, month, scan.dialect, false), at..at + 3))?
}

fn is_day(day: u32, month: u32) -> bool {
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// A year that the dictionaries read as such.
fn year_in_words(digits: &str) -> String {
    match (digits.len(), digits.strip_prefix('0')) {
        (2, Some(unit)) => format!("oh {unit}"),
        _ => digits.to_owned(),
    }
}

/// What follows a day of the month: nothing, or the letters of an ordinal.
fn after_day(scan: &Scan<'_>, at: usize) -> usize {
    let has_suffix = matches!(scan.word(at + 1), "st" | "nd" | "rd" | "th");
    at + 1 + usize::from(has_suffix)
}

fn is_year(scan: &Scan<'_>, at: usize) -> bool {
    scan.value(at).is_some_and(|year| (1000..2200).contains(&year)) && scan.text(at).len() == 4
}

/// A date that begins with the name of a month: "Oct. 9th", "October 9, 2025".
pub(super) fn month_first(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let is_second = matches!(scan.before(at), Kind::Mark('–' | '-'));
    let name = month(scan.word(at)).filter(|_| scan.begins(at) || is_second)?;
    let has_dot = name.is_short && scan.is(at + 1, '.');
    let after = at + 1 + usize::from(has_dot);
    let day_at = after + 1;
    let full = |end: usize| match name.is_short {
        true => Piece::say(month_name(name.number), at..end),
        false => Piece::Keep(at..end),
    };
    if scan.is_space(after) && scan.is_digits(day_at) {
        let end = after_day(scan, day_at);
        let has_suffix = end > day_at + 1;
        let day = scan.value(day_at).filter(|day| scan.text(day_at).len() <= 2 && is_day(*day, name.number));
        let is_alone = scan.ends(end) || matches!(scan.kind(end), Kind::Mark('–' | '-'));
        if let Some(day) = day.filter(|_| is_alone && !is_counted(scan, end, name.is_sure)) {
            let day =
                if has_suffix { Piece::Keep(day_at..end) } else { Piece::say(ordinal(day), day_at..end) };
            return Found::pieces(end, vec![full(after), Piece::Keep(after..day_at), day]);
        }
        if name.is_short && (is_year(scan, day_at) || day.is_some()) {
            return Found::pieces(after, vec![full(after)]);
        }
        return None;
    }
    if !name.is_short || !name.is_sure && !is_between_months(scan, at, after) {
        return None;
    }
    let is_name = has_dot || matches!(scan.word(at), "Sept") || is_between_months(scan, at, after);
    let end = if has_dot && scan.ends_sentence(after) { at + 1 } else { after };
    is_name.then(|| Found::pieces(end, vec![full(end)]))?
}

/// Whether the number that ends at `at` counts what follows: "In March 10 people came".
fn is_counted(scan: &Scan<'_>, at: usize, is_sure: bool) -> bool {
    let next = scan.word(at + 1);
    let is_noun = scan.is_space(at) && next.chars().next().is_some_and(char::is_lowercase);
    !is_sure
        && is_noun
        && !matches!(next, "and" | "at" | "in" | "to" | "is" | "was" | "from" | "until" | "by" | "or")
}

/// Whether the short name is one end of a range of months or days: "Jan.–Mar.".
fn is_between_months(scan: &Scan<'_>, at: usize, after: usize) -> bool {
    let is_dash = |at: usize| matches!(scan.kind(at), Kind::Mark('–' | '-' | '/'));
    let is_name = |word: &str| month(word).is_some() || weekday(word).is_some();
    let before = at.checked_sub(2).filter(|before| is_dash(before + 1));
    let before = before.map(|before| if scan.is(before, '.') { before.saturating_sub(1) } else { before });
    (is_dash(after) && is_name(scan.word(after + 1)))
        || before.is_some_and(|before| is_name(scan.word(before)))
}

/// A date that begins with the day: "9 Oct 2025", "4th July".
pub(super) fn day_first(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !scan.begins(at) && !matches!(scan.before(at), Kind::Mark('–' | '-')) {
        return None;
    }
    let day = scan.value(at).filter(|_| scan.text(at).len() <= 2)?;
    let after = after_day(scan, at);
    let month_at = after + 1;
    let name = month(scan.word(month_at)).filter(|_| scan.is_space(after))?;
    if !is_day(day, name.number) {
        return None;
    }
    let has_dot = name.is_short && scan.is(month_at + 1, '.');
    let mut end = month_at + 1 + usize::from(has_dot);
    let has_year = scan.is_space(end) && is_year(scan, end + 1);
    if has_dot && !has_year && scan.ends_sentence(end) {
        end -= 1;
    }
    let is_date = scan.ends(end) || matches!(scan.kind(end), Kind::Mark('–' | '-'));
    let next = scan.word(end + 1);
    let is_noun = scan.is_space(end) && next.chars().next().is_some_and(char::is_lowercase);
    if !is_date || (!name.is_sure && !has_year && is_noun && after == at + 1) {
        return None;
    }
    let needs_the = !matches!(scan.word_before(at), "the" | "The") && is_inside_sentence(scan, at);
    let the = if needs_the { "the " } else { "" };
    let day = Piece::say(format!("{the}{} of", ordinal(day)), at..after);
    let month = Piece::say(month_name(name.number), month_at..end);
    Found::pieces(end, vec![day, Piece::Keep(after..month_at), month])
}

fn is_inside_sentence(scan: &Scan<'_>, at: usize) -> bool {
    let word = scan.word_before(at);
    !word.is_empty() && word.chars().all(|c| c.is_lowercase())
        || matches!(word, "On" | "From" | "Since" | "Until" | "By")
}

/// A short name of a day of the week: "Mon.", "Mon–Fri", "Tue, 5 May".
pub(super) fn day_of_week(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let (name, is_sure) = weekday(scan.word(at))
        .filter(|_| scan.begins(at) || matches!(scan.before(at), Kind::Mark('–' | '-' | '/')))?;
    let has_dot = scan.is(at + 1, '.');
    let after = at + 1 + usize::from(has_dot);
    let is_date = {
        let comma = usize::from(scan.is(after, ','));
        let next = after + comma + 1;
        let is_next =
            scan.is_space(after + comma) && (scan.is_digits(next) || month(scan.word(next)).is_some());
        is_next && (has_dot || is_sure || comma == 1)
    };
    let is_range = is_between_months(scan, at, after);
    if !(is_range || is_date || (has_dot && is_sure)) {
        return None;
    }
    let end = if has_dot && scan.ends_sentence(after) { at + 1 } else { after };
    Found::pieces(end, vec![Piece::say(name, at..end)])
}

/// The dash between two months or days.
pub(super) fn dash_between_names(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !(scan.is(at, '–') || scan.is(at, '-')) {
        return None;
    }
    let is_name = |word: &str| month(word).is_some() || weekday(word).is_some() || is_full_day(word);
    let before = at.checked_sub(1)?;
    let before = if scan.is(before, '.') { before.checked_sub(1)? } else { before };
    (is_name(scan.word(before)) && is_name(scan.word(at + 1))).then(|| Found::say("to", at..at + 1))?
}

fn is_full_day(word: &str) -> bool {
    matches!(word, "Monday" | "Tuesday" | "Wednesday" | "Thursday" | "Friday" | "Saturday" | "Sunday")
}

#[cfg(test)]
mod tests {
    use super::super::tests::{gb, same, us};

    #[test]
    fn dates_in_digits() {
        assert_eq!(us("12/31/2025"), "December 31st, 2025");
        assert_eq!(gb("12/10/2025"), "the 12th of October 2025");
        assert_eq!(us("2024-06-01"), "June 1st, 2024");
        assert_eq!(us("31.12.2025"), "December 31st, 2025");
        assert_eq!(us("on 3/4, Monday 5/6"), "on March 4th, Monday May 6th");
        assert_eq!(us("2025-12-31T09:30:00Z"), "December 31st, 2025, 9 30 UTC");
        assert_eq!(gb("the 1/2/05"), "the 1st of February oh 5");
    }

    #[test]
    fn what_is_no_date_is_none() {
        same("13/13/2025 and 2025-13-01");
    }

    #[test]
    fn names_of_months_and_days_are_said_in_full() {
        assert_eq!(
            us("Oct. 9th, Sept. 3 and October 9, 2025"),
            "October 9th, September 3rd and October 9th, 2025"
        );
        assert_eq!(us("on 9 Oct 2025"), "on the 9th of October 2025");
        assert_eq!(us("the 4th July"), "the 4th of July");
        assert_eq!(us("in Oct. He left"), "in October. He left");
        assert_eq!(us("Mon–Fri, Jan.–Dec."), "Monday to Friday, January to December.");
        assert_eq!(us("Tue, 5 May 2020"), "Tuesday, 5th of May 2020");
    }

    #[test]
    fn words_that_look_like_months_are_left_alone() {
        same("In March 10 people came. I may 5. Jan. said so. The Sun. He sat. Mar 500");
    }
}
