//! What a caller gets.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use crate::audio::{WavFormat, wav_bytes, write_wav};
use crate::timing::{SAMPLE_RATE, WordTiming};
use crate::{Error, ErrorKind, Result};

/// Synthesized speech: samples, the times of its words, and how it came about.
#[derive(Debug, Clone)]
pub struct Speech {
    pub(crate) samples: Vec<f32>,
    pub(crate) words: Option<Vec<WordTiming>>,
    pub(crate) chunks: Vec<SpokenChunk>,
    pub(crate) stats: SpeechStats,
}

/// A part of a [`Speech`] that the model made in one run.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SpokenChunk {
    /// The phonemes that were spoken.
    pub phonemes: String,
    /// Its samples within [`Speech::samples`].
    pub samples: Range<usize>,
    /// Frames of every token, the pads at both ends included; 40 frames are a second. `None` if the model does not
    /// tell.
    pub durations: Option<Vec<u32>>,
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
    /// Time from text to phonemes.
    pub g2p_seconds: f64,
    /// Time in the model, waiting for a free session included.
    pub inference_seconds: f64,
    /// Time of the whole request.
    pub total_seconds: f64,
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

    /// When each word is spoken, in the order of the text; punctuation is not a word. `None` if the model file gives no
    /// durations.
    #[must_use]
    pub fn words(&self) -> Option<&[WordTiming]> {
        self.words.as_deref()
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
        let path = path.as_ref();
        let write = || {
            let mut file = BufWriter::new(File::create(path)?);
            write_wav(&mut file, &self.samples, SAMPLE_RATE, format)?;
            file.flush()
        };
        write().map_err(|error| {
            Error::new(ErrorKind::Io, format!("cannot write `{}`: {error}", path.display()))
                .with_source(error)
        })
    }

    /// A WAV file in memory.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] for audio of more than 4 GiB, which the format cannot hold.
    pub fn to_wav_bytes(&self, format: WavFormat) -> Result<Vec<u8>> {
        wav_bytes(&self.samples, SAMPLE_RATE, format).map_err(|error| {
            Error::new(ErrorKind::Io, format!("cannot make a WAV file: {error}")).with_source(error)
        })
    }
}
