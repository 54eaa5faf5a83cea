//! What is to be spoken: the chunks of a text, found paragraph by paragraph as they are needed.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::core::Core;
use super::front::Reader;
use crate::Result;
use crate::chunk::{Boundary, Chunk, Lead, Limits, plan};
use crate::g2p::Pronunciation;
use crate::model::Vocabulary;
use crate::text::pause;
use crate::text::segment::segments;

/// One run of the model.
#[derive(Debug)]
pub(super) struct Line {
    /// The paragraph that it is of.
    pub(super) paragraph: Arc<Pronunciation>,
    /// Where that begins in the text, in bytes.
    pub(super) offset: usize,
    pub(super) chunk: Chunk,
    pub(super) phonemes: String,
    pub(super) tokens: Vec<i64>,
}

impl Line {
    /// The part of the text that it speaks, in bytes.
    pub(super) fn range(&self) -> Range<usize> {
        let word = |index: usize| self.paragraph.words.get(index).map_or(0..0, |word| word.range.clone());
        let first = self.chunk.pieces.first().map_or(0..0, |piece| word(piece.word));
        let last = self.chunk.pieces.last().map_or(0..0, |piece| word(piece.word));
        self.offset + first.start..self.offset + last.end.max(first.end)
    }
}

/// What is between two lines, or before the first, or after the last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Gap {
    /// The best reason for it that the text gives.
    pub(super) boundary: Option<Boundary>,
    /// What the text asks for, which then is all that counts.
    pub(super) pause: Option<Duration>,
}

impl Gap {
    fn widen(&mut self, boundary: Boundary, pause: Option<Duration>) {
        self.boundary = Some(self.boundary.map_or(boundary, |other| other.min(boundary)));
        if let Some(pause) = pause {
            let sum = self.pause.unwrap_or_default() + pause;
            self.pause = Some(sum.min(pause::LONGEST));
        }
    }
}

/// A paragraph, or what of it is before or after a pause.
struct Part {
    range: Range<usize>,
    /// The pause that the text asks for after it.
    pause: Option<Duration>,
}

/// What was found on the way, since it was last asked for.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) g2p: Duration,
    pub(super) cache_hits: u64,
    pub(super) unspoken: Vec<Range<usize>>,
    pub(super) unknown_symbols: Vec<char>,
}

/// The lines of a text.
pub(super) struct Script {
    text: Arc<str>,
    reader: Reader,
    limits: Limits,
    lead: Lead,
    parts: std::vec::IntoIter<Part>,
    planned: VecDeque<Chunk>,
    /// The paragraph of `planned`, where it begins, and the pause after it.
    paragraph: Arc<Pronunciation>,
    offset: usize,
    pause: Option<Duration>,
    /// What is between the last line and the next.
    gap: Gap,
    findings: Findings,
}

impl Script {
    pub(super) fn new(text: Arc<str>, reader: Reader, limits: Limits, lead: Lead) -> Self {
        let (pause, parts) = parts(&text);
        let mut gap = Gap::default();
        if pause.is_some() {
            gap.widen(Boundary::Paragraph, pause);
        }
        Self {
            text,
            reader,
            limits,
            lead,
            parts: parts.into_iter(),
            planned: VecDeque::new(),
            paragraph: Arc::default(),
            offset: 0,
            pause: None,
            gap,
            findings: Findings::default(),
        }
    }

    /// The next line that has something the model can say, and what is before it.
    pub(super) fn next(&mut self, core: &Core) -> Result<Option<(Gap, Line)>> {
        loop {
            while let Some(chunk) = self.planned.pop_front() {
                let phonemes = chunk.phonemes(&self.paragraph.words);
                let boundary = chunk.boundary;
                let line = core.engine.spec().vocabulary.tokens(&phonemes).map(|tokens| Line {
                    paragraph: Arc::clone(&self.paragraph),
                    offset: self.offset,
                    chunk,
                    phonemes,
                    tokens,
                });
                let before = self.gap;
                if line.is_some() {
                    self.gap = Gap::default();
                }
                // Symbols of which the model knows none are reported, and have no sound.
                self.gap.widen(boundary, self.pause.filter(|_| self.planned.is_empty()));
                if let Some(line) = line {
                    return Ok(Some((before, line)));
                }
            }
            if !self.plan_next(core)? {
                return Ok(None);
            }
        }
    }

    /// What is after the last line, once [`next`](Self::next) has given `None`.
    pub(super) fn end(&self) -> Gap {
        self.gap
    }

    /// What was found since this was last called.
    pub(super) fn findings(&mut self) -> Findings {
        std::mem::take(&mut self.findings)
    }

    /// Plans the next paragraph. False if there is none.
    fn plan_next(&mut self, core: &Core) -> Result<bool> {
        let Some(part) = self.parts.next() else { return Ok(false) };
        let begin = Instant::now();
        let text = self.text.get(part.range.clone()).unwrap_or_default();
        let paragraph = self.reader.read(core, text, &mut self.findings.cache_hits)?;
        self.offset = part.range.start;
        self.pause = part.pause;
        self.planned =
            plan(&paragraph.words, &paragraph.paragraph_starts, self.limits, &mut self.lead).into();
        if self.planned.is_empty() {
            // Nothing to say, but a pause all the same.
            self.gap.widen(Boundary::Paragraph, part.pause);
        }
        let shifted = |range: &Range<usize>| part.range.start + range.start..part.range.start + range.end;
        self.findings.unspoken.extend(paragraph.unspoken.iter().map(shifted));
        note_unknown(&paragraph, &core.engine.spec().vocabulary, &mut self.findings.unknown_symbols);
        self.paragraph = paragraph;
        self.findings.g2p += begin.elapsed();
        Ok(true)
    }
}

/// The pause before everything, and the parts of a text.
fn parts(text: &str) -> (Option<Duration>, Vec<Part>) {
    let mut parts: Vec<Part> = Vec::new();
    let mut first = None;
    let mut start = 0;
    let pauses = pause::find(text);
    let ends = pauses.into_iter().map(|pause| (pause.range, Some(pause.length)));
    for (mark, pause) in ends.chain([(text.len()..text.len(), None)]) {
        let mut paragraph = None;
        for segment in segments(text.get(start..mark.start).unwrap_or_default()) {
            let range = start + segment.range.start..start + segment.range.end;
            let begin = *paragraph.get_or_insert(range.start);
            if segment.ends_paragraph {
                parts.push(Part { range: begin..range.end, pause: None });
                paragraph = None;
            }
        }
        if let Some(pause) = pause {
            let last = parts.last_mut().map_or(&mut first, |part| &mut part.pause);
            *last = Some((last.unwrap_or_default() + pause).min(pause::LONGEST));
        }
        start = mark.end;
    }
    (first, parts)
}

/// Adds the symbols that the model has no token for.
fn note_unknown(paragraph: &Pronunciation, vocabulary: &Vocabulary, unknown: &mut Vec<char>) {
    for symbol in paragraph.words.iter().flat_map(|word| word.phonemes.chars()) {
        if !vocabulary.contains(symbol) && !unknown.contains(&symbol) {
            unknown.push(symbol);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> (Option<u128>, Vec<(&str, Option<u128>)>) {
        let (first, parts) = parts(text);
        let parts =
            parts.into_iter().map(|part| (&text[part.range], part.pause.map(|pause| pause.as_millis())));
        (first.map(|pause| pause.as_millis()), parts.collect())
    }

    #[test]
    fn paragraphs_and_pauses_cut_a_text() {
        assert_eq!(shown("One. Two.\n\n Three "), (None, vec![("One. Two.", None), ("Three", None)]));
        assert_eq!(
            shown("[pause:1s] One [pause:2s][pause:500ms] two\n[pause:3s]\nThree[pause:4s]"),
            (Some(1000), vec![("One", Some(2500)), ("two", Some(3000)), ("Three", Some(4000))])
        );
        assert_eq!(shown("[pause:50s][pause:50s]"), (Some(60_000), vec![]));
        assert_eq!(shown(""), (None, vec![]));
    }

    #[test]
    fn a_paragraph_of_many_segments_is_one_part() {
        let long = "A sentence of several words. ".repeat(200);
        assert_eq!(shown(&long), (None, vec![(long.trim(), None)]));
    }
}
