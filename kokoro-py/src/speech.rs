//! What was spoken, as plain Python values; the names of the fields are those of the classes in Python.

use kokoro_core::{Speech, SpeechChunk, SpeechStats, WordTiming};
use numpy::{IntoPyArray, PyArray1};
use pyo3::prelude::*;

use crate::characters::Characters;

/// Seconds of start and end, place in the text in characters.
pub(crate) type WordFields = (f64, f64, usize, usize);

fn words(words: Option<Vec<WordTiming>>) -> Option<Vec<WordFields>> {
    let fields =
        |word: WordTiming| (word.start_seconds, word.end_seconds, word.characters.start, word.characters.end);
    words.map(|words| words.into_iter().map(fields).collect())
}

/// `kokoro_rs.Speech`.
#[derive(IntoPyObject)]
pub(crate) struct SpeechFields<'py> {
    samples: Bound<'py, PyArray1<f32>>,
    words: Option<Vec<WordFields>>,
    words_absent: Option<&'static str>,
    chunks: Vec<SpokenChunkFields>,
    stats: StatsFields,
}

/// `kokoro_rs.SpokenChunk`.
#[derive(IntoPyObject)]
pub(crate) struct SpokenChunkFields {
    start_char: usize,
    end_char: usize,
    phonemes: String,
    start_sample: usize,
    end_sample: usize,
    durations: Option<Vec<u32>>,
}

/// `kokoro_rs.SpeechStats`.
#[derive(IntoPyObject)]
pub(crate) struct StatsFields {
    text_bytes: usize,
    phoneme_symbols: usize,
    audio_seconds: f64,
    chunks: usize,
    queue_seconds: f64,
    g2p_seconds: f64,
    inference_seconds: f64,
    assembly_seconds: f64,
    first_audio_seconds: f64,
    total_seconds: f64,
    g2p_cache_hits: u64,
    unspoken: Vec<(usize, usize)>,
    unknown_symbols: Vec<char>,
}

/// `kokoro_rs.SpeechChunk`.
#[derive(IntoPyObject)]
pub(crate) struct ChunkFields<'py> {
    index: usize,
    start_char: usize,
    end_char: usize,
    phonemes: String,
    start_sample: usize,
    samples: Bound<'py, PyArray1<f32>>,
    words: Option<Vec<WordFields>>,
    durations: Option<Vec<u32>>,
    is_last: bool,
}

impl<'py> SpeechFields<'py> {
    pub(crate) fn new(py: Python<'py>, speech: Speech, characters: &mut Characters) -> Self {
        let chunks = speech.chunks().iter().map(|chunk| {
            let (start_char, end_char) = characters.range(&chunk.range);
            SpokenChunkFields {
                start_char,
                end_char,
                phonemes: chunk.phonemes.clone(),
                start_sample: chunk.samples.start,
                end_sample: chunk.samples.end,
                durations: chunk.durations.clone(),
            }
        });
        let chunks = chunks.collect();
        Self {
            words: words(speech.words().map(<[_]>::to_vec)),
            words_absent: speech.words_absent(),
            chunks,
            stats: StatsFields::new(speech.stats(), characters),
            samples: speech.into_samples().into_pyarray(py),
        }
    }
}

impl StatsFields {
    pub(crate) fn new(stats: &SpeechStats, characters: &mut Characters) -> Self {
        Self {
            text_bytes: stats.text_bytes,
            phoneme_symbols: stats.phoneme_symbols,
            audio_seconds: stats.audio_seconds,
            chunks: stats.chunks,
            queue_seconds: stats.queue_seconds,
            g2p_seconds: stats.g2p_seconds,
            inference_seconds: stats.inference_seconds,
            assembly_seconds: stats.assembly_seconds,
            first_audio_seconds: stats.first_audio_seconds,
            total_seconds: stats.total_seconds,
            g2p_cache_hits: stats.g2p_cache_hits,
            unspoken: stats.unspoken.iter().map(|range| characters.range(range)).collect(),
            unknown_symbols: stats.unknown_symbols.clone(),
        }
    }
}

impl<'py> ChunkFields<'py> {
    pub(crate) fn new(py: Python<'py>, chunk: SpeechChunk, characters: &mut Characters) -> Self {
        let (start_char, end_char) = characters.range(&chunk.range);
        Self {
            index: chunk.index,
            start_char,
            end_char,
            phonemes: chunk.phonemes,
            start_sample: chunk.start_sample,
            samples: chunk.samples.into_pyarray(py),
            words: words(chunk.words),
            durations: chunk.durations,
            is_last: chunk.is_last,
        }
    }
}
