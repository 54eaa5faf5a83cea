//! Cuts and joins what the model made, and says when each word is heard.

use std::sync::Arc;
use std::time::Duration;

use super::script::{Gap, Line};
use crate::audio::{Cut, Quiet, Side, after_seam, before_seam, cut, quiet};
use crate::chunk::Boundary;
use crate::g2p::has_sound;
use crate::joins::{BETWEEN_WORDS, Joins};
use crate::model::{Inference, Vocabulary};
use crate::text::position::Positions;
use crate::timing::{SAMPLE_RATE, Span, WordTiming, span_times};

/// A word as far as it has been spoken.
struct Started {
    word: usize,
    start: f64,
    end: f64,
    tokens: usize,
}

/// Joins the lines of one text, in order.
pub(super) struct Assembler {
    positions: Positions,
    joins: Joins,
    speed: f32,
    timed: bool,
    /// Samples so far.
    length: usize,
    is_first: bool,
    /// A word of which the next line has more.
    carried: Option<Started>,
}

/// A line as it goes into the speech.
pub(super) struct Assembled {
    pub(super) samples: Vec<f32>,
    /// Samples before it.
    pub(super) start: usize,
    pub(super) words: Option<Vec<WordTiming>>,
}

impl Assembler {
    /// `timed`: whether the model gives durations.
    pub(super) fn new(text: Arc<str>, joins: Joins, speed: f32, timed: bool) -> Self {
        Self {
            positions: Positions::new(text),
            joins,
            speed,
            timed,
            length: 0,
            is_first: true,
            carried: None,
        }
    }

    /// Appends what the model made of `line`. `before` and `after` are what is around it; `next` is the line that follows.
    pub(super) fn push(
        &mut self,
        line: &Line,
        inference: &mut Inference,
        before: Gap,
        after: Gap,
        next: Option<&Line>,
        vocabulary: &Vocabulary,
    ) -> Assembled {
        let samples = std::mem::take(&mut inference.samples);
        let start = self.side(before, self.is_first, after_seam);
        let end = self.side(after, next.is_none(), before_seam);
        let needs_quiet = matches!(start, Side::Seam(_)) || matches!(end, Side::Seam(_));
        let found = if needs_quiet {
            quiet(
                &samples,
                inference.durations.as_deref().map(|d| outside(line, d, samples.len(), vocabulary)),
            )
        } else {
            Quiet::default()
        };
        let cut = cut(samples, found, start, end);
        let words = inference.durations.as_ref().filter(|_| self.timed).map(|durations| {
            let goes_on = next.is_some_and(|next| continues(line, next));
            self.words(line, durations, &cut, goes_on, vocabulary)
        });
        let start = self.length;
        self.length += cut.samples.len();
        self.is_first = false;
        Assembled { samples: cut.samples, start, words }
    }

    /// What becomes of one side of a line. `share` is how much of a pause belongs to it.
    fn side(&self, gap: Gap, is_outermost: bool, share: fn(usize) -> usize) -> Side {
        let joins = &self.joins;
        if is_outermost {
            // A pause that the text asks for at its very start or end is added as a whole.
            return match (gap.pause, joins.trim_ends) {
                (pause, true) => Side::Seam(samples(pause.unwrap_or_default())),
                (Some(pause), false) => Side::Padded(samples(pause)),
                (None, false) => Side::Whole,
            };
        }
        let pause = gap.pause.unwrap_or_else(|| {
            let pause = match gap.boundary {
                None | Some(Boundary::Paragraph) => joins.paragraph,
                Some(Boundary::Sentence) => joins.sentence,
                Some(Boundary::Clause) => joins.clause,
                Some(Boundary::Word | Boundary::Inside) => BETWEEN_WORDS.min(joins.clause),
            };
            pause.div_f32(self.speed)
        });
        match (joins.trim, gap.pause) {
            (true, _) => Side::Seam(share(samples(pause))),
            (false, Some(pause)) => Side::Padded(share(samples(pause))),
            (false, None) => Side::Whole,
        }
    }

    /// The times of the words that end in a line.
    fn words(
        &mut self,
        line: &Line,
        durations: &[u32],
        cut: &Cut,
        goes_on: bool,
        vocabulary: &Vocabulary,
    ) -> Vec<WordTiming> {
        let words = &line.paragraph.words;
        let space = vocabulary.contains(' ');
        let spans: Vec<Span> = line
            .chunk
            .pieces
            .iter()
            .map(|piece| Span {
                tokens: piece.text(words).chars().filter(|&symbol| vocabulary.contains(symbol)).count(),
                space_after: piece.space_after && space,
            })
            .collect();
        let place = |seconds: f64| {
            let sample = cut.place(seconds * f64::from(SAMPLE_RATE));
            (self.length as f64 + sample) / f64::from(SAMPLE_RATE)
        };
        let mut started = self.carried.take();
        let mut ended = Vec::new();
        for ((piece, span), time) in line.chunk.pieces.iter().zip(&spans).zip(span_times(&spans, durations)) {
            let Some((start, end)) = time.map(|(start, end)| (place(start), place(end))) else { continue };
            match &mut started {
                Some(word) if word.word == piece.word => {
                    word.end = end;
                    word.tokens += span.tokens;
                }
                _ => {
                    ended.extend(started.take());
                    started = Some(Started { word: piece.word, start, end, tokens: span.tokens });
                }
            }
        }
        if goes_on {
            self.carried = started;
        } else {
            ended.extend(started);
        }
        let spoken = ended.into_iter().filter_map(|timed| {
            let word = words.get(timed.word)?;
            if timed.tokens == 0 || !has_sound(&word.phonemes) {
                return None;
            }
            let range = line.offset + word.range.start..line.offset + word.range.end;
            Some(WordTiming {
                characters: self.positions.characters(range.clone()),
                range,
                start_seconds: timed.start,
                end_seconds: timed.end,
            })
        });
        spoken.collect()
    }
}

/// Whether `next` begins with more of the word that `line` ends with.
fn continues(line: &Line, next: &Line) -> bool {
    let last = line.chunk.pieces.last().map(|piece| piece.word);
    let first = next.chunk.pieces.first().map(|piece| piece.word);
    // Equal paragraphs share their words; their places differ.
    let is_same = line.offset == next.offset && Arc::ptr_eq(&line.paragraph, &next.paragraph);
    is_same && last.is_some() && last == first
}

/// What lies outside of the first and the last sound by the model's own durations: the pads, and the marks at the end.
fn outside(line: &Line, durations: &[u32], samples: usize, vocabulary: &Vocabulary) -> Quiet {
    let frames: u64 = durations.iter().copied().map(u64::from).sum();
    let samples_in = |frames_in: u64| (samples as u64 * frames_in / frames.max(1)) as usize;
    let lead = durations.first().copied().unwrap_or_default();
    let marks = line.phonemes.chars().rev().filter(|&symbol| vocabulary.contains(symbol));
    let marks = marks.take_while(|&symbol| !symbol.is_alphabetic()).count();
    let tail: u64 = durations.iter().rev().take(marks + 1).copied().map(u64::from).sum();
    Quiet { lead: samples_in(u64::from(lead)), tail: samples_in(tail) }
}

fn samples(duration: Duration) -> usize {
    (duration.as_secs_f64() * f64::from(SAMPLE_RATE)).round() as usize
}
