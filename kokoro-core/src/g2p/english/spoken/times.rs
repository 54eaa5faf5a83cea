//! Times of day: `9:05`, `17:45`, `5:30 p.m.`, `2:03:59`.

use super::amount;
use super::output::{Found, Piece};
use super::scan::{Kind, Scan};

/// A time in words.
#[derive(Debug)]
pub(super) struct Clock {
    pub(super) end: usize,
    pub(super) words: String,
}

/// The hours, minutes and perhaps seconds that begin at `at`, without what may follow them.
pub(super) fn clock(scan: &Scan<'_>, at: usize) -> Option<Clock> {
    let (hour, minute, mut end) = hour_and_minute(scan, at)?;
    let mut words = hours_and_minutes(hour, minute);
    if let Some(seconds) = seconds(scan, end) {
        end += 2;
        if scan.is(end, '.') && scan.is_digits(end + 1) {
            end += 2;
        }
        if seconds > 0 {
            words = if minute == 0 { format!("{hour} oh oh") } else { words };
            words = format!("{words} and {seconds} second{}", if seconds == 1 { "" } else { "s" });
        } else if minute == 0 {
            words = full_hour(hour);
        }
    } else if minute == 0 {
        words = full_hour(hour);
    }
    Some(Clock { end, words })
}

fn hour_and_minute(scan: &Scan<'_>, at: usize) -> Option<(u32, u32, usize)> {
    let hour = scan.value(at).filter(|hour| scan.text(at).len() <= 2 && *hour <= 24)?;
    let minute = scan.value(at + 2).filter(|minute| scan.is_digit_count(at + 2, 2) && *minute < 60)?;
    scan.is(at + 1, ':').then_some((hour, minute, at + 3))
}

fn seconds(scan: &Scan<'_>, at: usize) -> Option<u32> {
    let seconds = scan.value(at + 1).filter(|seconds| scan.is_digit_count(at + 1, 2) && *seconds < 60)?;
    scan.is(at, ':').then_some(seconds)
}

fn hours_and_minutes(hour: u32, minute: u32) -> String {
    if minute < 10 { format!("{hour} oh {minute}") } else { format!("{hour} {minute}") }
}

fn full_hour(hour: u32) -> String {
    match hour {
        1..=12 => format!("{hour} o'clock"),
        _ => format!("{hour} hundred"),
    }
}

/// `a.m.` or `p.m.`, however it is written: what to say, where it ends, whether a full stop is its last character.
fn half_of_day(scan: &Scan<'_>, at: usize) -> Option<(&'static str, usize, bool)> {
    match scan.word(at) {
        "am" | "AM" | "Am" => Some(("a.m", at + 1, false)),
        "pm" | "PM" | "Pm" => Some(("p.m", at + 1, false)),
        letter @ ("a" | "p" | "A" | "P")
            if scan.is(at + 1, '.') && matches!(scan.word(at + 2), "m" | "M") =>
        {
            let words = if letter.eq_ignore_ascii_case("a") { "a.m" } else { "p.m" };
            let has_dot = scan.is(at + 3, '.');
            Some((words, at + 3 + usize::from(has_dot), has_dot))
        }
        _ => None,
    }
    .filter(|&(_, end, has_dot)| {
        has_dot || scan.ends(end) || matches!(scan.kind(end), Kind::Mark('–' | '-' | '/'))
    })
}

/// A time of day that begins at `at`.
pub(super) fn time(scan: &Scan<'_>, at: usize) -> Option<Found> {
    if !amount::begins(scan, at) {
        return None;
    }
    let half = |at: usize| half_of_day(scan, scan.skip_space(at));
    let Some(clock) = clock(scan, at) else { return hour(scan, at, half(at + 1)?) };
    if let Some(half) = half(clock.end) {
        let words = match hour_and_minute(scan, at) {
            Some((hour, 0, end)) if end == clock.end => hour.to_string(),
            _ => clock.words,
        };
        return Some(with_half(scan, at, &words, half));
    }
    let mut end = clock.end;
    let zone = scan.word(end);
    if matches!(zone, "h" | "Z") {
        end += 1;
    }
    let zone = if zone == "Z" { " UTC" } else { "" };
    let is_over = scan.ends(end) || matches!(scan.kind(end), Kind::Mark('–' | '-' | '/' | '+'));
    if !is_over {
        return None;
    }
    match duration(scan, at) {
        Some(words) => Found::say(words, at..end),
        None => Found::say(format!("{}{zone}", clock.words), at..end),
    }
}

/// Hours, minutes and seconds that are no time of day, to judge by the single digit of the hours: `2:03:59`.
fn duration(scan: &Scan<'_>, at: usize) -> Option<String> {
    let (hours, minutes, end) = hour_and_minute(scan, at)?;
    let seconds = seconds(scan, end)?;
    let unit = |count: u32, name: &str| format!("{count} {name}{}", if count == 1 { "" } else { "s" });
    scan.is_digit_count(at, 1).then(|| {
        format!("{}, {} and {}", unit(hours, "hour"), unit(minutes, "minute"), unit(seconds, "second"))
    })
}

/// "9 a.m.": only a full stop that ends a sentence, too, has to be saved.
fn hour(scan: &Scan<'_>, at: usize, half: (&'static str, usize, bool)) -> Option<Found> {
    let hour = scan.value(at).filter(|hour| (1..=12).contains(hour) && scan.text(at).len() <= 2)?;
    Some(with_half(scan, at, &hour.to_string(), half))
}

fn with_half(scan: &Scan<'_>, at: usize, words: &str, (half, end, has_dot): (&str, usize, bool)) -> Found {
    let end = if has_dot && scan.ends_sentence(end) { end - 1 } else { end };
    Found { end, pieces: vec![Piece::say(format!("{words} {half}"), at..end)] }
}

/// Words before numbers that a colon parts without a time or ratio: "John 3:16", "Genesis 1:1".
const BOOKS: [&str; 24] = [
    "Genesis",
    "Exodus",
    "Leviticus",
    "Deuteronomy",
    "Joshua",
    "Samuel",
    "Kings",
    "Job",
    "Psalm",
    "Psalms",
    "Proverbs",
    "Isaiah",
    "Jeremiah",
    "Ezekiel",
    "Daniel",
    "Matthew",
    "Mark",
    "Luke",
    "John",
    "Acts",
    "Romans",
    "Corinthians",
    "Hebrews",
    "Revelation",
];

/// `16:9`, `1:1000`; chapter and verse.
pub(super) fn ratio(scan: &Scan<'_>, at: usize) -> Option<Found> {
    let is_ratio = amount::begins(scan, at)
        && scan.is_digits(at)
        && scan.is(at + 1, ':')
        && scan.is_digits(at + 2)
        && scan.text(at).len() <= 4
        && scan.text(at + 2).len() <= 7
        && !scan.text(at + 2).starts_with('0')
        && (scan.ends(at + 3) || matches!(scan.kind(at + 3), Kind::Mark('-' | '–')));
    if !is_ratio {
        return None;
    }
    let word = if BOOKS.contains(&scan.word_before(at)) { "verse" } else { "to" };
    Found::pieces(
        at + 3,
        vec![Piece::Keep(at..at + 1), Piece::say(word, at + 1..at + 2), Piece::Apart(at + 2..at + 3)],
    )
}

#[cfg(test)]
mod tests {
    use super::super::tests::{same, us};

    #[test]
    fn times_of_day() {
        assert_eq!(us("at 9:05, 9:30, 17:45 and 09:05"), "at 9 oh 5, 9 30, 17 45 and 9 oh 5");
        assert_eq!(us("12:00, 08:00, 17:00 and 00:00"), "12 o'clock, 8 o'clock, 17 hundred and 0 hundred");
        assert_eq!(us("5:30 p.m., 7:00 AM"), "5 30 p.m, 7 a.m");
    }

    #[test]
    fn a_full_stop_that_ends_a_sentence_stays() {
        assert_eq!(us("at 6 p.m."), "at 6 p.m .");
        assert_eq!(us("at 6 p.m. on"), "at 6 p.m on");
        assert_eq!(us("at 9 a.m. He left."), "at 9 a.m . He left.");
    }

    #[test]
    fn durations_and_ratios() {
        assert_eq!(us("2:03:59"), "2 hours, 3 minutes and 59 seconds");
        assert_eq!(us("10:30:15"), "10 30 and 15 seconds");
        assert_eq!(us("16:9, 1:1 and 1:1000"), "16 to 9, 1 to 1 and 1 to 1000");
        assert_eq!(us("Genesis 1:1"), "Genesis 1 verse 1");
        same("a 5:a and 1:2:3:4:5");
    }
}
