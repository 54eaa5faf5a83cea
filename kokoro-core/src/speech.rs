//! What a caller gets.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::audio::{WavFormat, pcm16, write_wav};
use crate::timing::{SAMPLE_RATE, WordTiming};
use crate::{Error, ErrorKind, Result, captions};

/// Why a speech has no times of words.
pub(crate) const NO_DURATIONS: &str = "the model file gives no durations, and they could not be made an output of it: see `Synthesizer::model_report`";

/// Synthesized speech: samples, the times of its words, and how it came about.
#[derive(Debug, Clone)]
pub struct Speech {
    pub(crate) samples: Vec<f32>,
    pub(crate) text: Arc<str>,
    pub(crate) words: Option<Vec<WordTiming>>,
    pub(crate) chunks: Vec<SpokenChunk>,
    pub(crate) stats: SpeechStats,
}

/// A part of a [`Speech`] that the model made in one run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SpokenChunk {
    /// The part of the text that it speaks, in bytes.
    pub range: Range<usize>,
    /// The phonemes that were spoken.
    pub phonemes: String,
    /// Its samples within [`Speech::samples`], pauses before and after it included.
    pub samples: Range<usize>,
    /// Frames of every token, the pads at both ends included; 40 frames are a second. `None` if the model does not
    /// tell.
    pub durations: Option<Vec<u32>>,
}

/// A part of a speech that is still being made.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SpeechChunk {
    /// How many chunks came before it.
    pub index: usize,
    /// The part of the text that it speaks, in bytes.
    pub range: Range<usize>,
    /// The phonemes that were spoken.
    pub phonemes: String,
    /// Samples of the whole speech before it.
    pub start_sample: usize,
    /// One channel of samples at 24,000 a second, nominally within -1..=1. Chunks are played one after the other: the pauses
    /// between them are in them.
    pub samples: Vec<f32>,
    /// The words that end in it, timed from the start of the whole speech. `None` if the model gives no durations.
    pub words: Option<Vec<WordTiming>>,
    /// Frames of every token, the pads at both ends included; 40 frames are a second. `None` if the model does not
    /// tell.
    pub durations: Option<Vec<u32>>,
    /// Whether nothing follows.
    pub is_last: bool,
}

impl SpeechChunk {
    /// The samples as 16-bit integers, clipped at full scale.
    #[must_use]
    pub fn to_pcm16(&self) -> Vec<i16> {
        self.samples.iter().copied().map(pcm16).collect()
    }

    /// Writes a WAV file of this chunk alone, replacing one that is there.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub fn write_wav(&self, path: impl AsRef<Path>, format: WavFormat) -> Result<()> {
        write_wav_file(path.as_ref(), &self.samples, format)
    }

    /// A WAV file of this chunk alone, in memory.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] for audio of more than 4 GiB, which the format cannot hold.
    pub fn to_wav_bytes(&self, format: WavFormat) -> Result<Vec<u8>> {
        format.to_wav_bytes(&self.samples)
    }
}

/// Counts and times of one request.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct SpeechStats {
    /// Length of the request's text.
    pub text_bytes: usize,
    /// Phoneme symbols given to the model, spaces included.
    pub phoneme_symbols: usize,
    /// Length of the audio.
    pub audio_seconds: f64,
    /// How many runs of the model there were.
    pub chunks: usize,
    /// Time in line for a worker, while others had their turn.
    pub queue_seconds: f64,
    /// Time from text to phonemes.
    pub g2p_seconds: f64,
    /// Time in the model.
    pub inference_seconds: f64,
    /// Time for cutting and joining chunks.
    pub assembly_seconds: f64,
    /// Time from the call to the first audio.
    pub first_audio_seconds: f64,
    /// Time of the whole request. Of a stream it includes the time in which nothing was asked for.
    pub total_seconds: f64,
    /// Paragraphs, or parts of long ones, whose phonemes were in the cache.
    pub g2p_cache_hits: u64,
    /// Parts of the text, in bytes, that nothing was said for although they are more than punctuation.
    pub unspoken: Vec<Range<usize>>,
    /// Phoneme symbols that the model has no token for, each once, in order of appearance.
    pub unknown_symbols: Vec<char>,
}

impl SpeechStats {
    /// Seconds of work for a second of audio; below 1 is faster than real time.
    #[must_use]
    pub fn real_time_factor(&self) -> f64 {
        if self.audio_seconds > 0.0 { self.total_seconds / self.audio_seconds } else { 0.0 }
    }
}

impl Speech {
    /// One channel of samples at [`sample_rate`](Self::sample_rate), nominally within -1..=1.
    #[must_use]
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// The samples without a copy.
    #[must_use]
    pub fn into_samples(self) -> Vec<f32> {
        self.samples
    }

    /// 24,000 samples a second.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        SAMPLE_RATE
    }

    /// Length of the audio.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.stats.audio_seconds)
    }

    /// When each word is spoken, in the order of the text; punctuation is not a word. `None` if there is no telling:
    /// [`words_absent`](Self::words_absent) says why.
    #[must_use]
    pub fn words(&self) -> Option<&[WordTiming]> {
        self.words.as_deref()
    }

    /// Why there are no [`words`](Self::words).
    #[must_use]
    pub fn words_absent(&self) -> Option<&'static str> {
        self.words.is_none().then_some(NO_DURATIONS)
    }

    /// The samples as 16-bit integers, clipped at full scale.
    #[must_use]
    pub fn to_pcm16(&self) -> Vec<i16> {
        self.samples.iter().copied().map(pcm16).collect()
    }

    /// Subtitles, as SubRip (`.srt`). `None` if there are no [`words`](Self::words).
    #[must_use]
    pub fn to_srt(&self) -> Option<String> {
        self.words().map(|words| captions::to_srt(&captions::cues(&self.text, words)))
    }

    /// Subtitles, as WebVTT (`.vtt`). `None` if there are no [`words`](Self::words).
    #[must_use]
    pub fn to_webvtt(&self) -> Option<String> {
        self.words().map(|words| captions::to_webvtt(&captions::cues(&self.text, words)))
    }

    /// The runs of the model behind this speech, in order.
    #[must_use]
    pub fn chunks(&self) -> &[SpokenChunk] {
        &self.chunks
    }

    /// Counts and times.
    #[must_use]
    pub fn stats(&self) -> &SpeechStats {
        &self.stats
    }

    /// Writes a WAV file, replacing one that is there.
    ///
    /// # Errors
    /// [`ErrorKind::Io`].
    pub fn write_wav(&self, path: impl AsRef<Path>, format: WavFormat) -> Result<()> {
        write_wav_file(path.as_ref(), &self.samples, format)
    }

    /// A WAV file in memory.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] for audio of more than 4 GiB, which the format cannot hold.
    pub fn to_wav_bytes(&self, format: WavFormat) -> Result<Vec<u8>> {
        format.to_wav_bytes(&self.samples)
    }
}

fn write_wav_file(path: &Path, samples: &[f32], format: WavFormat) -> Result<()> {
    let write = || {
        let mut file = BufWriter::new(File::create(path)?);
        write_wav(&mut file, samples, SAMPLE_RATE, format)?;
        file.flush()
    };
    write().map_err(|error| {
        Error::new(ErrorKind::Io, format!("cannot write `{}`: {error}", path.display())).with_source(error)
    })
}
