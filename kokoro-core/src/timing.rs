//! From the model's durations to the times of words.

use std::ops::Range;

/// Audio samples per second of every Kokoro model.
pub(crate) const SAMPLE_RATE: u32 = 24_000;

/// Half a duration frame, in which the reference counts: 80 of them are a second.
const HALF_FRAMES_PER_SECOND: f64 = 80.0;

/// Frames that the reference takes off the leading pad: the audible onset comes before it ends.
const LEAD_FRAMES: u32 = 3;

/// When a word of the text is spoken.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WordTiming {
    /// The word in the original text, in bytes.
    pub range: Range<usize>,
    /// The same in characters (Unicode scalar values), for languages that count so.
    pub characters: Range<usize>,
    /// Seconds from the start of the audio to the start of the word.
    pub start_seconds: f64,
    /// Seconds from the start of the audio to the end of the word.
    pub end_seconds: f64,
}

impl WordTiming {
    /// A word with its place and time, for [`captions`](crate::captions) of words that were stored elsewhere.
    #[must_use]
    pub fn new(range: Range<usize>, characters: Range<usize>, start_seconds: f64, end_seconds: f64) -> Self {
        Self { range, characters, start_seconds, end_seconds }
    }
}

/// The tokens of one word (or a part of it) in a chunk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// Tokens of its phonemes: symbols that the vocabulary knows.
    pub(crate) tokens: usize,
    /// Whether a space token follows.
    pub(crate) space_after: bool,
}

/// Start and end of every span in seconds from the start of the chunk, by the arithmetic of the reference
/// (`KPipeline.join_timestamps` of the Python package `kokoro` 0.9.4): a span begins where half of the space before it
/// ends, and the space after it is shared half and half.
///
/// `durations` are in frames, pads included. Spans that the durations do not cover get no time.
pub(crate) fn span_times(spans: &[Span], durations: &[u32]) -> Vec<Option<(f64, f64)>> {
    let mut times = vec![None; spans.len()];
    let Some(&lead) = durations.first().filter(|_| durations.len() >= 3) else { return times };
    let frames = |range: Range<usize>| -> u64 {
        durations.get(range).map_or(0, |frames| frames.iter().copied().map(u64::from).sum())
    };
    let mut left = 2 * u64::from(lead.saturating_sub(LEAD_FRAMES));
    let mut right = left;
    let mut index = 1;
    for (time, span) in times.iter_mut().zip(spans) {
        let end = index + span.tokens;
        if index + 1 >= durations.len() || end >= durations.len() {
            break;
        }
        let start = left;
        let space = if span.space_after { frames(end..end + 1) } else { 0 };
        left = right + 2 * frames(index..end) + space;
        *time = Some((seconds(start), seconds(left)));
        right = left + space;
        index = end + usize::from(span.space_after);
    }
    times
}

fn seconds(half_frames: u64) -> f64 {
    half_frames as f64 / HALF_FRAMES_PER_SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(tokens: usize, space_after: bool) -> Span {
        Span { tokens, space_after }
    }

    /// Worked by hand from the reference's loop.
    #[test]
    fn spaces_are_shared_half_and_half() {
        // pad 5; "ab" 4+6; space 3; "c" 7; "." 2; pad 9
        let durations = [5, 4, 6, 3, 7, 2, 9];
        let times = span_times(&[span(2, true), span(1, false), span(1, false)], &durations);
        // left = right = 2*(5-3) = 4. First: left = 4+20+3 = 27, right = 30. Second: start 27, left = 30+14 = 44.
        let expected = [(4.0, 27.0), (27.0, 44.0), (44.0, 48.0)];
        let expected: Vec<_> = expected.iter().map(|(a, b)| Some((a / 80.0, b / 80.0))).collect();
        assert_eq!(times, expected);
    }

    #[test]
    fn a_short_lead_does_not_go_below_zero() {
        assert_eq!(span_times(&[span(1, false)], &[2, 8, 1]), [Some((0.0, 0.2))]);
    }

    #[test]
    fn a_trailing_space_that_was_cut_off_takes_half_of_the_final_pad() {
        // As in the reference, where the last word of a chunk keeps its space though the phonemes were stripped.
        assert_eq!(span_times(&[span(1, true)], &[3, 10, 6]), [Some((0.0, 26.0 / 80.0))]);
    }

    #[test]
    fn spans_beyond_the_durations_get_no_time() {
        assert_eq!(
            span_times(&[span(1, false), span(5, false), span(1, false)], &[3, 10, 6]),
            [Some((0.0, 0.25)), None, None]
        );
        assert_eq!(span_times(&[span(1, false)], &[3, 10]), [None]);
        assert_eq!(span_times(&[span(1, false)], &[]), [None]);
    }

    /// What the reference does, in its own order of steps and in its own numbers: `KPipeline.join_timestamps`, for tokens that
    /// all have phonemes.
    fn reference(tokens: &[(usize, bool)], durations: &[u32]) -> Vec<Option<(f64, f64)>> {
        let durations: Vec<f64> = durations.iter().map(|&frames| f64::from(frames)).collect();
        let mut times = vec![None; tokens.len()];
        let mut left = 2.0 * (durations[0] - 3.0).max(0.0);
        let mut right = left;
        let mut i = 1;
        for (time, &(phonemes, whitespace)) in times.iter_mut().zip(tokens) {
            if i >= durations.len() - 1 {
                break;
            }
            let j = i + phonemes;
            if j >= durations.len() {
                break;
            }
            let start = left / 80.0;
            let token: f64 = durations[i..j].iter().sum();
            let space = if whitespace { durations[j] } else { 0.0 };
            left = right + 2.0 * token + space;
            *time = Some((start, left / 80.0));
            right = left + space;
            i = j + usize::from(whitespace);
        }
        times
    }

    #[test]
    fn ten_sequences_have_the_times_of_the_reference() {
        let mut random = 0x9E37_79B9_7F4A_7C15_u64;
        let mut below = |bound: u64| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            random % bound
        };
        for _ in 0..10 {
            let tokens: Vec<(usize, bool)> =
                (0..5 + below(40)).map(|_| (1 + below(9) as usize, below(4) > 0)).collect();
            let symbols: usize = tokens.iter().map(|&(phonemes, space)| phonemes + usize::from(space)).sum();
            let durations: Vec<u32> = (0..symbols + 2).map(|_| 1 + below(12) as u32).collect();
            let spans: Vec<Span> = tokens.iter().map(|&(phonemes, space)| span(phonemes, space)).collect();
            let expected = reference(&tokens, &durations);
            assert_eq!(expected.iter().flatten().count(), tokens.len());
            for (ours, theirs) in span_times(&spans, &durations).iter().zip(&expected) {
                let ((start, end), (their_start, their_end)) = (ours.unwrap(), theirs.unwrap());
                assert!(
                    (start - their_start).abs() < 5e-4 && (end - their_end).abs() < 5e-4,
                    "{ours:?} {theirs:?}"
                );
            }
        }
    }
}
