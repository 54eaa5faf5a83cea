//! Pauses that a text asks for: `[pause:0.5s]`, `[pause:300ms]`.

use std::ops::Range;
use std::time::Duration;

/// Longer ones are taken for this long: a text must not be able to ask for hours of memory.
pub(crate) const LONGEST: Duration = Duration::from_secs(60);

/// What the mark begins with.
const OPEN: &str = "[pause:";

/// One mark in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pause {
    /// The whole mark, brackets included, in bytes.
    pub(crate) range: Range<usize>,
    pub(crate) length: Duration,
}

/// The marks of a text, from left to right. What is not exactly one is left to be read as it stands, and so is one that
/// is the text of a link, `[pause:1s](…)`.
pub(crate) fn find(text: &str) -> Vec<Pause> {
    let mut pauses = Vec::new();
    let mut from = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find(OPEN)).map(|at| from + at) {
        from = start + OPEN.len();
        // No length is longer, and a bound keeps this linear.
        const LONGEST_LENGTH: usize = 16;
        let rest = text.as_bytes().get(from..).unwrap_or_default();
        let Some(close) = rest.iter().take(LONGEST_LENGTH).position(|&byte| byte == b']') else { continue };
        let end = from + close + 1;
        let Some(length) = text.get(from..end - 1).and_then(length) else { continue };
        if text.as_bytes().get(end) == Some(&b'(') {
            continue;
        }
        pauses.push(Pause { range: start..end, length });
        from = end;
    }
    pauses
}

/// A decimal number of seconds or milliseconds.
fn length(text: &str) -> Option<Duration> {
    let text = text.trim();
    let (number, unit) = match text.strip_suffix("ms") {
        Some(number) => (number, 1e-3),
        None => (text.strip_suffix('s')?, 1.0),
    };
    let number = number.trim();
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = number.parse::<f64>().ok().filter(|_| is_plain)? * unit;
    Some(Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(text: &str) -> Vec<(&str, u128)> {
        find(text).into_iter().map(|pause| (&text[pause.range], pause.length.as_millis())).collect()
    }

    #[test]
    fn lengths_are_seconds_or_milliseconds() {
        let text = "a [pause:0.5s] b [pause:300ms][pause: 2 s] é[pause:.25s]";
        let expected =
            [("[pause:0.5s]", 500), ("[pause:300ms]", 300), ("[pause: 2 s]", 2000), ("[pause:.25s]", 250)];
        assert_eq!(milliseconds(text), expected);
        assert_eq!(milliseconds("[pause:99999s]"), [("[pause:99999s]", 60_000)]);
        assert_eq!(milliseconds("[pause:0s]"), [("[pause:0s]", 0)]);
    }

    #[test]
    fn other_brackets_are_text() {
        for text in [
            "[pause]",
            "[pause:]",
            "[pause:s]",
            "[pause:1]",
            "[pause:-1s]",
            "[pause:1e3s]",
            "[pause:infs]",
            "[pause:1s",
            "[pause:1s](/x/)",
            "[pause:é]",
            "[pause:1.2.3s]",
            "pause:1s]",
            "[Pause:1s]",
        ] {
            assert_eq!(find(text), [], "{text}");
        }
        assert_eq!(milliseconds("[pause:[pause:1s]"), [("[pause:1s]", 1000)]);
    }
}
