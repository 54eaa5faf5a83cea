//! Cuts a text into segments, the units that a front end works on.
//!
//! Paragraphs are the reference's: the text between runs of line breaks, trimmed, empty ones left out. A
//! paragraph of more than [`MAX_BYTES`] is cut further, so that the work of a front end stays linear in the
//! text: after the last sentence that fits, else after the last clause, else at the last white space, else
//! between two characters. The first paragraph of a text, if it is cut at all, begins with a short segment, since the
//! first sound waits for it. Where the model's chunks end is decided elsewhere; these cuts have no sound.

use std::ops::Range;

use super::link::{self, Link};
use super::marks;

/// The longest segment, in bytes. Several times the longest chunk of the model, and long enough for all but a
/// few paragraphs, so that a tagger sees whole sentences.
pub(crate) const MAX_BYTES: usize = 2_000;

/// The longest first segment of a paragraph that is cut, in bytes, if a sentence ends within: more than a first chunk and
/// the next one, and a fifth of the tagger's work.
const FIRST_BYTES: usize = 400;

/// A part of a text that a front end converts at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Where it stands in the text, in bytes; no white space at either end.
    pub(crate) range: Range<usize>,
    /// Whether a paragraph ends with it.
    pub(crate) ends_paragraph: bool,
    /// Whether white space stands between it and the next segment of its paragraph.
    pub(crate) space_after: bool,
}

/// Cuts `text` into segments of at most [`MAX_BYTES`], in order, that cover everything but white space.
pub(crate) fn segments(text: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut start = 0;
    for paragraph in text.split(marks::is_line_break) {
        cut_paragraph(text, start..start + paragraph.len(), &mut segments);
        // The separator is one character; its length follows from where the next paragraph starts.
        start += paragraph.len();
        start += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    segments
}

fn cut_paragraph(text: &str, paragraph: Range<usize>, segments: &mut Vec<Segment>) {
    let mut rest = trim(text, paragraph);
    let links = if rest.len() > MAX_BYTES { links_to_keep(text, rest.clone()) } else { Vec::new() };
    let mut links = links.as_slice();
    while !rest.is_empty() {
        while let [first, after @ ..] = links
            && first.outer.end <= rest.start
        {
            links = after;
        }
        let end = if rest.len() <= MAX_BYTES {
            rest.end
        } else {
            let is_first = segments.is_empty();
            let early =
                is_first.then(|| candidates(text, rest.clone(), FIRST_BYTES, links).sentence).flatten();
            early.unwrap_or_else(|| find_cut(text, rest.clone(), links))
        };
        let range = trim(text, rest.start..end);
        rest = trim(text, end..rest.end);
        let ends_paragraph = rest.is_empty();
        segments.push(Segment {
            ends_paragraph,
            space_after: !ends_paragraph && rest.start > range.end,
            range,
        });
    }
}

/// The links of a paragraph, at their places in the text, that fit into a segment.
fn links_to_keep(text: &str, paragraph: Range<usize>) -> Vec<Link> {
    let shift = |range: Range<usize>| range.start + paragraph.start..range.end + paragraph.start;
    link::find(&text[paragraph.clone()])
        .into_iter()
        .filter(|link| link.outer.len() <= MAX_BYTES)
        .map(|link| Link { outer: shift(link.outer), inner: shift(link.inner), payload: shift(link.payload) })
        .collect()
}

fn trim(text: &str, range: Range<usize>) -> Range<usize> {
    let inside = &text[range.clone()];
    let start = range.start + (inside.len() - inside.trim_start().len());
    start..start + inside.trim().len()
}

/// The best places to cut that were met so far, best kind first.
#[derive(Default)]
struct Candidates {
    sentence: Option<usize>,
    clause: Option<usize>,
    space: Option<usize>,
    character: Option<usize>,
}

impl Candidates {
    fn best(&self) -> Option<usize> {
        self.sentence.or(self.clause).or(self.space).or(self.character)
    }
}

/// What kind of mark the text before a position ends with, closing quotes set aside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tail {
    Nothing,
    /// A mark that counts when white space follows.
    Sentence,
    Clause,
    /// A mark of a script that writes no space after it.
    WideSentence,
    WideClause,
}

/// Where to cut `rest`, which is longer than a segment may be: a position after its start and at most
/// [`MAX_BYTES`] on.
fn find_cut(text: &str, rest: Range<usize>, links: &[Link]) -> usize {
    let limit = text.floor_char_boundary(rest.start + MAX_BYTES);
    candidates(text, rest, MAX_BYTES, links).best().unwrap_or(limit)
}

/// Positions at most so many bytes after the start of `rest`.
fn candidates(text: &str, rest: Range<usize>, bytes: usize, links: &[Link]) -> Candidates {
    let limit = rest.start + bytes;
    let mut links = links.iter().map(|link| link.outer.clone()).peekable();
    let mut found = Candidates::default();
    let mut tail = Tail::Nothing;
    let mut before = None;
    for (offset, c) in text[rest.clone()].char_indices() {
        let at = rest.start + offset;
        if at > limit {
            break;
        }
        links.next_if(|link| link.end <= at);
        let in_link = links.peek().is_some_and(|link| link.start < at);
        if at > rest.start && !in_link {
            let ends_word = c.is_whitespace();
            let goes_on = marks::is_closer(c) || marks::is_terminator(c) || marks::is_clause_mark(c);
            match tail {
                Tail::Sentence if ends_word && !is_false_end(&text[rest.start..at], &text[at..rest.end]) => {
                    found.sentence = Some(at);
                }
                Tail::WideSentence if ends_word || !goes_on => found.sentence = Some(at),
                Tail::Clause if ends_word => found.clause = Some(at),
                Tail::WideClause if ends_word || !goes_on => found.clause = Some(at),
                _ => {}
            }
            if ends_word {
                found.space = Some(at);
            }
            if !marks::continues(c) && before != Some('\u{200d}') {
                found.character = Some(at);
            }
        }
        tail = match c {
            _ if marks::is_wide_terminator(c) => Tail::WideSentence,
            _ if marks::is_terminator(c) => Tail::Sentence,
            _ if marks::is_wide_clause_mark(c) => Tail::WideClause,
            _ if marks::is_clause_mark(c) => Tail::Clause,
            _ if marks::is_closer(c) || marks::is_straight_quote(c) || marks::is_invisible(c) => tail,
            _ => Tail::Nothing,
        };
        before = Some(c);
    }
    found
}

/// Abbreviations that a capital letter or a number follows in the middle of a sentence.
const ABBREVIATIONS: &[&str] = &[
    "adm", "al", "approx", "ave", "bros", "capt", "cf", "co", "col", "corp", "dept", "dr", "e.g", "ed",
    "est", "etc", "fig", "gen", "gov", "hon", "i.e", "inc", "jr", "lt", "ltd", "messrs", "mr", "mrs", "ms",
    "mt", "no", "op", "p", "ph.d", "pp", "prof", "rep", "rev", "sen", "sgt", "sr", "st", "vol", "vs",
];

/// Whether the full stop at the end of `before` belongs to an abbreviation or an initial, or a small letter
/// follows.
fn is_false_end(before: &str, after: &str) -> bool {
    let Some(word) =
        before.trim_end_matches(|c| marks::is_closer(c) || marks::is_straight_quote(c)).strip_suffix('.')
    else {
        return false;
    };
    // No abbreviation is longer, and a bound keeps this independent of the length of the word.
    const LONGEST: usize = 8;
    let letters = word.chars().rev().take(LONGEST).take_while(|&c| c.is_alphabetic() || c == '.').count();
    let start = word.char_indices().rev().take(letters).last().map_or(word.len(), |(at, _)| at);
    let word = &word[start..];
    let is_initial = letters == 1 && word.chars().all(char::is_uppercase);
    let small_follows =
        || after.chars().take(64).find(|c| !c.is_whitespace()).is_some_and(char::is_lowercase);
    is_initial || ABBREVIATIONS.contains(&word.to_lowercase().as_str()) || small_follows()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(text: &str) -> Vec<&str> {
        segments(text).into_iter().map(|segment| &text[segment.range]).collect()
    }

    /// `text` with enough before it that it must be cut, and the segments without that.
    fn cut_after(filler: usize, text: &str) -> (String, Vec<String>) {
        let whole = format!("{}{text}", "x".repeat(filler));
        let parts = texts(&whole).into_iter().map(|part| part.trim_start_matches('x').to_owned()).collect();
        (whole, parts)
    }

    #[test]
    fn paragraphs_end_at_line_breaks_of_every_kind() {
        let text = " One.\r\n\r\nTwo\u{2028}Three\u{2029}four\u{85}five\u{b}six\u{c}seven \n \n\t\n";
        assert_eq!(texts(text), ["One.", "Two", "Three", "four", "five", "six", "seven"]);
        assert!(segments(text).iter().all(|segment| segment.ends_paragraph));
        assert_eq!(segments(""), []);
        assert_eq!(segments(" \n\u{3000}\n"), []);
    }

    #[test]
    fn a_short_paragraph_stays_whole() {
        assert_eq!(texts("One. Two! Three?"), ["One. Two! Three?"]);
    }

    #[test]
    fn a_long_one_is_cut_at_the_best_mark() {
        let tail = "y".repeat(60);
        let (_, parts) = cut_after(1_950, &format!(" one, two. “Three.” Four {tail}"));
        assert_eq!(parts, [" one, two. “Three.”", &format!("Four {tail}")]);
        let (_, parts) = cut_after(1_950, &format!(" one, two three {tail}"));
        assert_eq!(parts, [" one,", &format!("two three {tail}")]);
        let (_, parts) = cut_after(1_950, &format!(" one two three {tail}"));
        assert_eq!(parts, [" one two three", &tail]);
        let (_, parts) = cut_after(1_950, &format!("。」二三、四{tail}"));
        assert_eq!(parts, ["。」", &format!("二三、四{tail}")]);
        assert!(!segments(&"y".repeat(3_000))[0].ends_paragraph);
        assert!(segments(&"y".repeat(3_000))[1].ends_paragraph);
    }

    #[test]
    fn the_first_segment_of_a_long_first_paragraph_is_short() {
        let sentence = "The bus stops in front of the school. ";
        let long = sentence.repeat(120);
        let first = sentence.repeat(FIRST_BYTES / sentence.len());
        assert_eq!(texts(&long)[0], first.trim());
        assert!(texts(&long)[1].len() > MAX_BYTES - sentence.len());
        // Only where it is cut, and where the first sound waits for it.
        assert_eq!(texts(&sentence.repeat(50)).len(), 1);
        assert!(texts(&format!("One.\n{long}"))[1].len() > MAX_BYTES - sentence.len());
        // A long sentence is not cut for it.
        let clauses = format!("{}. {long}", "one, ".repeat(FIRST_BYTES / 5 + 1));
        assert!(texts(&clauses)[0].len() > FIRST_BYTES);
    }

    #[test]
    fn abbreviations_initials_and_numbers_are_no_sentence_ends() {
        let tail = "y".repeat(60);
        for text in ["Dr. Who", "J. Smith", "At 3.14 now", "E.g. This", "Etc. And", "No. 5", "Or so. it"] {
            let (_, parts) = cut_after(1_950, &format!(" End. {text} {tail}"));
            assert_eq!(parts[0], " End.", "{text}");
        }
        let (_, parts) = cut_after(1_950, &format!(" End. The year 1999. Then {tail}"));
        assert_eq!(parts[0], " End. The year 1999.");
    }

    #[test]
    fn a_link_is_not_cut() {
        let link = "[two words](/tu wˈɜɹdz. ɛnd/)";
        for filler in 1_940..2_010 {
            let (whole, parts) = cut_after(filler, &format!("{link}{}", " z".repeat(100)));
            let uncut = parts.iter().filter(|part| part.contains(link)).count();
            assert_eq!(uncut, 1, "{filler}: {:?}", texts(&whole));
        }
    }

    #[test]
    fn letters_and_emoji_stay_whole() {
        let family = "👨\u{200d}👩\u{200d}👧";
        for part in texts(&family.repeat(1_000)) {
            assert!(part.starts_with('👨') && part.ends_with('👧'));
        }
        for part in texts(&"e\u{301}".repeat(3_000)) {
            assert!(part.starts_with('e') && part.ends_with('\u{301}'));
        }
    }

    #[test]
    fn a_megabyte_of_anything_is_cut() {
        let units = [
            "a",
            ".",
            "[",
            "(",
            " ",
            "é",
            "。",
            "👨\u{200d}",
            "\"",
            "\u{301}",
            "\n",
            "a. ",
            ". ",
            "[a](/b/)",
        ];
        for unit in units {
            let text = unit.repeat(1_000_000 / unit.len());
            let count = segments(&text).len();
            assert!(count <= 1_000_000 / MAX_BYTES * 2, "{unit:?}: {count}");
        }
    }

    fn check(text: &str) -> Result<(), TestCaseError> {
        let mut end = 0;
        let segments = segments(text);
        for segment in &segments {
            prop_assert!(segment.range.start >= end);
            prop_assert!(text[end..segment.range.start].chars().all(char::is_whitespace));
            let inside = &text[segment.range.clone()];
            prop_assert!(!inside.is_empty() && inside.len() <= MAX_BYTES);
            prop_assert_eq!(inside, inside.trim());
            prop_assert!(!inside.contains(marks::is_line_break));
            end = segment.range.end;
            let space = text[end..].starts_with(char::is_whitespace);
            prop_assert_eq!(segment.space_after, !segment.ends_paragraph && space);
            let next =
                text[end..].trim_start_matches(|c: char| c.is_whitespace() && !marks::is_line_break(c));
            prop_assert_eq!(
                segment.ends_paragraph,
                next.is_empty() || next.starts_with(marks::is_line_break)
            );
        }
        prop_assert!(text[end..].chars().all(char::is_whitespace));
        Ok(())
    }

    proptest! {
        #[test]
        fn everything_but_white_space_is_covered_in_order(text in any::<String>()) {
            check(&text)?;
        }

        #[test]
        fn long_texts_too(
            parts in prop::collection::vec("[a-zA-Z é。.,\"\\[\\]()/\u{301}\n👨]{0,300}|[a-z]{0,3000}", 0..12),
        ) {
            check(&parts.concat())?;
        }
    }
}
