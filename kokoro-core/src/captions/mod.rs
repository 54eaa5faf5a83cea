//! Subtitles from the times of words.
//!
//! [`cues`] puts words together to what is shown at once; [`to_srt`] and [`to_webvtt`] write files of them.
//! [`Speech::to_srt`](crate::Speech::to_srt) does both; a caller of a stream collects the words of its chunks first.
//!
//! ```
//! use kokoro_core::{SpeechRequest, Synthesizer, captions};
//!
//! # fn main() -> kokoro_core::Result<()> {
//! let synthesizer = Synthesizer::builder().model("builtin").build()?;
//! let text = "The bus stops. The old bridge was destroyed by fire.";
//! let mut words = Vec::new();
//! for chunk in synthesizer.stream(&SpeechRequest::new(text))? {
//!     words.extend(chunk?.words.unwrap_or_default());
//! }
//! let cues = captions::cues(text, &words);
//! assert_eq!(cues[0].text, "The bus stops. The old\nbridge was destroyed by fire.");
//! println!("{}", captions::to_webvtt(&cues));
//! # Ok(())
//! # }
//! ```

mod format;
mod visible;

pub use format::{to_srt, to_webvtt};
use visible::Visible;

use crate::WordTiming;
use crate::text::marks;

/// Characters of a line: what players show without breaking it, and the limit of most guidelines.
const LINE: usize = 42;
/// Lines shown at once.
const LINES: usize = 2;
/// The longest that a cue is shown, in seconds.
const LONGEST_SECONDS: f64 = 7.0;
/// A silence of this length ends a cue, in seconds: a text that stays while nobody speaks looks stuck.
const SILENCE_SECONDS: f64 = 1.0;
/// A cue that is half full ends with its sentence.
const ENOUGH: usize = LINE * LINES / 2;

/// What is shown at once.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Cue {
    /// From when on, in seconds from the start of the audio.
    pub start_seconds: f64,
    /// Until when, in seconds from the start of the audio.
    pub end_seconds: f64,
    /// The text as it was written, without markup, in one or two lines of up to 42 characters. A longer word has a line of
    /// its own.
    pub text: String,
}

/// Puts words together to cues: of at most two lines and seven seconds, ending with sentences where that leaves no short ones.
///
/// `text` is the text that was spoken; `words` are its words with their times, in order.
#[must_use]
pub fn cues(text: &str, words: &[WordTiming]) -> Vec<Cue> {
    let visible = Visible::new(text);
    let mut cues = Vec::new();
    let mut open: Option<Open> = None;
    for (index, word) in words.iter().enumerate() {
        let start = match index.checked_sub(1).and_then(|before| words.get(before)) {
            Some(before) => visible.border(before.range.end, word.range.start),
            None => 0,
        };
        let end = match words.get(index + 1) {
            Some(next) => visible.border(word.range.end, next.range.start),
            None => text.len(),
        };
        let shown = visible.show(start..end);
        let begins_paragraph =
            text.get(start..word.range.start).is_some_and(|text| text.contains(marks::is_line_break));
        if let Some(cue) = open.take_if(|cue| begins_paragraph || !cue.has_room_for(&shown, word)) {
            cues.push(cue.close());
        }
        let cue = open.get_or_insert_with(|| Open {
            start: word.start_seconds,
            end: word.end_seconds,
            text: String::new(),
        });
        cue.push(&shown, word);
    }
    cues.extend(open.map(Open::close));
    cues
}

/// A cue that grows.
struct Open {
    start: f64,
    end: f64,
    text: String,
}

impl Open {
    fn has_room_for(&self, shown: &str, word: &WordTiming) -> bool {
        let length = self.text.chars().count();
        let ends_sentence = self.text.trim_end_matches(is_quote).ends_with(marks::is_terminator);
        let joined = format!("{} {shown}", self.text);
        !(word.start_seconds - self.end > SILENCE_SECONDS
            || word.end_seconds - self.start > LONGEST_SECONDS
            || (ends_sentence && length >= ENOUGH)
            || lines(&joined).is_none())
    }

    fn push(&mut self, shown: &str, word: &WordTiming) {
        if !self.text.is_empty() && !shown.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(shown);
        self.end = word.end_seconds;
    }

    fn close(self) -> Cue {
        let text = lines(&self.text).unwrap_or(self.text);
        Cue { start_seconds: self.start, end_seconds: self.end, text }
    }
}

fn is_quote(c: char) -> bool {
    marks::is_closer(c) || marks::is_straight_quote(c)
}

/// `text` in one or two lines; `None` if it does not fit.
fn lines(text: &str) -> Option<String> {
    let length = text.chars().count();
    if length <= LINE {
        return Some(text.to_owned());
    }
    // The place where the longer line is shortest.
    let spaces = text.char_indices().enumerate().filter(|(_, (_, c))| *c == ' ');
    let longer = |before: usize| before.max(length - before - 1);
    let (before, (at, _)) = spaces.min_by_key(|(before, _)| longer(*before))?;
    let (first, second) = text.split_at_checked(at)?;
    (longer(before) <= LINE).then(|| format!("{first}\n{}", second.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of a text, half a second each, with a second and a half before those that follow `~`.
    fn timed(text: &str) -> (String, Vec<WordTiming>) {
        let mut plain = String::new();
        let mut words = Vec::new();
        let mut time = 0.0;
        for part in text.split_inclusive([' ', '\n']) {
            let late = part.starts_with('~');
            let part = part.trim_start_matches('~');
            time += if late { 1.5 } else { 0.0 };
            let word = part.trim().trim_matches(|c: char| !c.is_alphanumeric());
            if !word.is_empty() {
                let start = plain.len() + part.find(word).unwrap();
                let range = start..start + word.len();
                words.push(WordTiming {
                    characters: range.clone(),
                    range,
                    start_seconds: time,
                    end_seconds: time + 0.5,
                });
                time += 0.5;
            }
            plain.push_str(part);
        }
        (plain, words)
    }

    fn texts(text: &str) -> Vec<String> {
        let (text, words) = timed(text);
        cues(&text, &words).into_iter().map(|cue| cue.text).collect()
    }

    #[test]
    fn marks_stay_with_their_words() {
        assert_eq!(texts("“One,” he said; two (or three)."), ["“One,” he said; two (or three)."]);
        assert_eq!(texts("One.\n“Two.”"), ["One.", "“Two.”"]);
        assert_eq!(texts("One – ~two"), ["One", "– two"]);
    }

    #[test]
    fn a_cue_is_no_longer_than_two_lines_and_seven_seconds() {
        let (text, words) = timed(&"several words in a row ".repeat(30));
        let cues = cues(&text, &words);
        for cue in &cues {
            assert!(cue.text.lines().count() <= 2 && cue.text.lines().all(|line| line.chars().count() <= 42));
            assert!(cue.end_seconds - cue.start_seconds <= 7.0);
        }
        let all: Vec<String> = cues.iter().map(|cue| cue.text.replace('\n', " ")).collect();
        assert_eq!(all.join(" "), text.trim());
    }

    #[test]
    fn a_long_word_has_a_cue() {
        let word = "x".repeat(100);
        assert_eq!(texts(&format!("a {word} b")), ["a".to_owned(), word, "b".to_owned()]);
    }

    #[test]
    fn markup_is_not_shown() {
        let text = "Say [Kokoro](/kˈOkəɹO/), [pause:1s] please.";
        let at = |part: &str| text.find(part).unwrap();
        let word = |start: usize, end: usize| WordTiming {
            range: start..end,
            characters: start..end,
            start_seconds: 0.0,
            end_seconds: 0.1,
        };
        let outer = at("[Kokoro")..at(", [");
        let inner = at("Kokoro")..at("](/");
        for link in [outer, inner] {
            let words = [word(0, 3), word(link.start, link.end), word(at("please"), at("please") + 6)];
            assert_eq!(cues(text, &words)[0].text, "Say Kokoro, please.");
        }
    }

    #[test]
    fn no_words_are_no_cues() {
        assert_eq!(cues("…", &[]), []);
    }
}
