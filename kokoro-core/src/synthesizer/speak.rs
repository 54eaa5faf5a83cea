//! One request from start to end.

use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

use super::{Inner, front};
use crate::chunk::{Chunk, Limits, plan};
use crate::g2p::{Word, has_sound};
use crate::model::{Utterance, Vocabulary};
use crate::speech::{Speech, SpeechStats, SpokenChunk};
use crate::timing::{SAMPLE_RATE, Span, WordTiming, span_times};
use crate::{Error, ErrorKind, Result, SpeechRequest};

/// The seed of one chunk: all chunks of a request have other noise. (A finaliser of SplitMix64, Steele et al. 2014.)
fn chunk_seed(seed: u64, chunk: usize) -> u64 {
    let mut state = seed.wrapping_add((chunk as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}

pub(super) fn synthesize(inner: &Inner, request: &SpeechRequest) -> Result<Speech> {
    let begin = Instant::now();
    front::check(inner, request)?;
    let mix = front::voice(inner, request)?;
    let voice = inner.voices.blend(&mix)?;
    let phonemes = front::phonemize(inner, request, &mix)?;
    let words = &phonemes.words;
    let spec = inner.engine.spec();
    let limits = Limits::new(inner.chunk_symbols, spec.max_symbols);
    let chunks = plan(words, &phonemes.paragraph_starts, limits);
    let g2p_time = begin.elapsed();

    let mut speech = Assembly::new(words, spec.durations_output.is_some());
    let mut inference_time = Duration::ZERO;
    let cancel = request.cancel.clone().unwrap_or_default();
    for (index, chunk) in chunks.iter().enumerate() {
        let phonemes = chunk.phonemes(words);
        // The reference chooses the row before it drops unknown symbols.
        let symbols = NonZeroUsize::new(phonemes.chars().count());
        let (Some(symbols), Some(tokens)) = (symbols, spec.vocabulary.tokens(&phonemes)) else {
            // Symbols of which the model knows none: they are reported, and have no sound.
            continue;
        };
        let style = voice.style(symbols);
        let run = Instant::now();
        let inference = inner.engine.infer(&Utterance {
            tokens: &tokens,
            style: &style,
            speed: request.speed,
            seed: request.seed.map(|seed| chunk_seed(seed, index)),
            cancel: &cancel,
        })?;
        inference_time += run.elapsed();
        speech.push(chunk, phonemes, inference.samples, inference.durations, &spec.vocabulary);
    }
    if speech.chunks.is_empty() {
        return Err(Error::new(
            ErrorKind::NothingToSpeak,
            "the text holds nothing that can be spoken, such as letters or digits",
        ));
    }
    let stats = SpeechStats {
        text_bytes: request.text().len(),
        phoneme_symbols: speech.symbols,
        audio_seconds: speech.samples.len() as f64 / f64::from(SAMPLE_RATE),
        g2p_seconds: g2p_time.as_secs_f64(),
        inference_seconds: inference_time.as_secs_f64(),
        total_seconds: begin.elapsed().as_secs_f64(),
        unspoken: phonemes.unspoken.clone(),
        unknown_symbols: unknown_symbols(words, &spec.vocabulary),
    };
    Ok(speech.finish(stats))
}

/// The speech as it grows chunk by chunk.
struct Assembly<'a> {
    words: &'a [Word],
    samples: Vec<f32>,
    chunks: Vec<SpokenChunk>,
    symbols: usize,
    /// Start and end of every word in seconds, once it has been spoken.
    times: Option<Vec<Option<(f64, f64)>>>,
}

impl<'a> Assembly<'a> {
    fn new(words: &'a [Word], timed: bool) -> Self {
        let times = timed.then(|| vec![None; words.len()]);
        Self { words, samples: Vec::new(), chunks: Vec::new(), symbols: 0, times }
    }

    fn push(
        &mut self,
        chunk: &Chunk,
        phonemes: String,
        samples: Vec<f32>,
        durations: Option<Vec<u32>>,
        vocabulary: &Vocabulary,
    ) {
        let start = self.samples.len();
        if let (Some(times), Some(durations)) = (&mut self.times, &durations) {
            let offset = start as f64 / f64::from(SAMPLE_RATE);
            let length = samples.len() as f64 / f64::from(SAMPLE_RATE);
            time_words(times, chunk, self.words, vocabulary, durations, offset, length);
        }
        self.symbols += phonemes.chars().count();
        self.samples.extend(samples);
        self.chunks.push(SpokenChunk { phonemes, samples: start..self.samples.len(), durations });
    }

    fn finish(self, stats: SpeechStats) -> Speech {
        let words = self.times.map(|times| {
            let spoken = self.words.iter().zip(times).filter(|(word, _)| has_sound(&word.phonemes));
            spoken
                .filter_map(|(word, time)| {
                    let (start_seconds, end_seconds) = time?;
                    Some(WordTiming { range: word.range.clone(), start_seconds, end_seconds })
                })
                .collect()
        });
        Speech { samples: self.samples, words, chunks: self.chunks, stats }
    }
}

/// Enters the times of a chunk's words; a word that spans two chunks keeps its first start.
fn time_words(
    times: &mut [Option<(f64, f64)>],
    chunk: &Chunk,
    words: &[Word],
    vocabulary: &Vocabulary,
    durations: &[u32],
    offset: f64,
    length: f64,
) {
    let space = vocabulary.contains(' ');
    let spans: Vec<Span> = chunk
        .pieces
        .iter()
        .map(|piece| Span {
            tokens: piece.text(words).chars().filter(|&symbol| vocabulary.contains(symbol)).count(),
            space_after: piece.space_after && space,
        })
        .collect();
    for (piece, span) in chunk.pieces.iter().zip(span_times(&spans, durations)) {
        if let (Some(time), Some((start, end))) = (times.get_mut(piece.word), span) {
            // The arithmetic of the reference can point a little behind the last sample.
            let end = offset + end.min(length);
            let start = time.map_or(offset + start.min(length), |(start, _)| start);
            *time = Some((start, end));
        }
    }
}

fn unknown_symbols(words: &[Word], vocabulary: &Vocabulary) -> Vec<char> {
    let mut unknown = Vec::new();
    for symbol in words.iter().flat_map(|word| word.phonemes.chars()) {
        if !vocabulary.contains(symbol) && !unknown.contains(&symbol) {
            unknown.push(symbol);
        }
    }
    unknown
}
