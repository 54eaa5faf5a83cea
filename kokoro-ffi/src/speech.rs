//! Speech: samples, times of words, statistics.

use std::ffi::{CString, c_char};
use std::ops::Range;
use std::ptr;
use std::sync::OnceLock;

use kokoro_core::{Progress, Speech, SpeechChunk, SpeechStats, SpokenChunk, WordTiming};

use crate::argument::{Out, counted, string};
use crate::buffer::{give, kokoro_buffer};
use crate::failure::{Failure, Outcome, without_nul};
use crate::handle::{self, Handle};
use crate::status::kokoro_status;
use crate::version::KOKORO_SAMPLE_RATE;
use crate::{choices, guard};

/// Speech: a whole one, or a chunk of a stream. Nobody changes it; any thread may read it. What its functions point to
/// is valid until it is freed.
pub struct kokoro_speech(());

/// A part of a text, in bytes of its UTF-8. The layout is fixed.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct kokoro_range {
    /// Bytes before it.
    pub start: usize,
    /// Bytes before what follows it.
    pub end: usize,
}

/// When a word of the text is spoken. The layout is fixed: what is added later gets a function of its own.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct kokoro_word {
    /// The word in the text of the request, in bytes.
    pub text: kokoro_range,
    /// The same in characters (Unicode scalar values), for languages that count so.
    pub characters: kokoro_range,
    /// Seconds from the start of the whole speech to the start of the word.
    pub start_seconds: f64,
    /// Seconds from the start of the whole speech to the end of the word.
    pub end_seconds: f64,
}

/// What the model made in one run. The layout is fixed: what is added later gets a function of its own.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct kokoro_chunk {
    /// The part of the text of the request that it speaks, in bytes.
    pub text: kokoro_range,
    /// Samples of the whole speech before it.
    pub first_sample: usize,
    /// How many samples it has, pauses before and after it included.
    pub sample_count: usize,
}

/// Counts and times of a request; of a chunk, those of its stream up to and with that chunk. New ones may be added.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum kokoro_stat {
    /// Length of the request's text in bytes.
    KOKORO_STAT_TEXT_BYTES = 0,
    /// How many bytes of it were spoken.
    KOKORO_STAT_SPOKEN_TEXT_BYTES = 1,
    /// Phoneme symbols given to the model, spaces included.
    KOKORO_STAT_PHONEME_SYMBOLS = 2,
    /// How many runs of the model there were.
    KOKORO_STAT_CHUNKS = 3,
    /// Paragraphs, or parts of long ones, whose phonemes were in the cache.
    KOKORO_STAT_G2P_CACHE_HITS = 4,
    /// Seconds of audio.
    KOKORO_STAT_AUDIO_SECONDS = 5,
    /// Seconds in line, while others had their turn.
    KOKORO_STAT_QUEUE_SECONDS = 6,
    /// Seconds from text to phonemes.
    KOKORO_STAT_G2P_SECONDS = 7,
    /// Seconds in the model.
    KOKORO_STAT_INFERENCE_SECONDS = 8,
    /// Seconds for cutting and joining chunks.
    KOKORO_STAT_ASSEMBLY_SECONDS = 9,
    /// Seconds from the call to the first audio.
    KOKORO_STAT_FIRST_AUDIO_SECONDS = 10,
    /// Seconds from the call to the end, or to the chunk; of a stream with the time in which nothing was asked for.
    KOKORO_STAT_TOTAL_SECONDS = 11,
    /// Seconds of work for a second of audio; below 1 is faster than real time.
    KOKORO_STAT_REAL_TIME_FACTOR = 12,
    /// How many seconds the rest of the stream will probably take, judging by what was done.
    KOKORO_STAT_REMAINING_SECONDS = 13,
}

impl From<Range<usize>> for kokoro_range {
    fn from(range: Range<usize>) -> Self {
        Self { start: range.start, end: range.end }
    }
}

impl From<&WordTiming> for kokoro_word {
    fn from(word: &WordTiming) -> Self {
        Self {
            text: word.range.clone().into(),
            characters: word.characters.clone().into(),
            start_seconds: word.start_seconds,
            end_seconds: word.end_seconds,
        }
    }
}

/// Speech and, once they were asked for, its parts in the form that C reads.
pub(crate) struct Piece {
    content: Content,
    stats: SpeechStats,
    spoken_text_bytes: usize,
    remaining_seconds: f64,
    pcm16: OnceLock<Vec<i16>>,
    words: OnceLock<Vec<kokoro_word>>,
    chunks: OnceLock<Vec<kokoro_chunk>>,
    phonemes: OnceLock<Vec<CString>>,
    unspoken: OnceLock<Vec<kokoro_range>>,
    unknown_symbols: OnceLock<CString>,
}

enum Content {
    Whole(Box<Speech>),
    Chunk(Box<SpeechChunk>),
}

impl Handle for kokoro_speech {
    type Object = Piece;
    const NAME: &'static str = "kokoro_speech";
}

impl Piece {
    pub(crate) fn whole(speech: Speech) -> Self {
        let stats = speech.stats().clone();
        let spoken = stats.text_bytes;
        Self::new(Content::Whole(Box::new(speech)), stats, spoken, 0.0)
    }

    pub(crate) fn chunk(chunk: SpeechChunk, stats: SpeechStats, progress: Progress) -> Self {
        let remaining = progress.remaining_seconds.unwrap_or(0.0);
        Self::new(Content::Chunk(Box::new(chunk)), stats, progress.text_bytes, remaining)
    }

    fn new(content: Content, stats: SpeechStats, spoken_text_bytes: usize, remaining_seconds: f64) -> Self {
        Self {
            content,
            stats,
            spoken_text_bytes,
            remaining_seconds,
            pcm16: OnceLock::new(),
            words: OnceLock::new(),
            chunks: OnceLock::new(),
            phonemes: OnceLock::new(),
            unspoken: OnceLock::new(),
            unknown_symbols: OnceLock::new(),
        }
    }

    fn samples(&self) -> &[f32] {
        match &self.content {
            Content::Whole(speech) => speech.samples(),
            Content::Chunk(chunk) => &chunk.samples,
        }
    }

    fn pcm16(&self) -> &[i16] {
        self.pcm16.get_or_init(|| match &self.content {
            Content::Whole(speech) => speech.to_pcm16(),
            Content::Chunk(chunk) => chunk.to_pcm16(),
        })
    }

    fn words(&self) -> Outcome<&[kokoro_word]> {
        let words = match &self.content {
            Content::Whole(speech) => speech.words(),
            Content::Chunk(chunk) => chunk.words.as_deref(),
        };
        let words = words.ok_or_else(no_times)?;
        Ok(self.words.get_or_init(|| words.iter().map(kokoro_word::from).collect()))
    }

    fn chunks(&self) -> &[kokoro_chunk] {
        self.chunks.get_or_init(|| match &self.content {
            Content::Whole(speech) => speech.chunks().iter().map(spoken).collect(),
            Content::Chunk(chunk) => vec![kokoro_chunk {
                text: chunk.range.clone().into(),
                first_sample: chunk.start_sample,
                sample_count: chunk.samples.len(),
            }],
        })
    }

    fn phonemes(&self) -> &[CString] {
        self.phonemes.get_or_init(|| match &self.content {
            Content::Whole(speech) => {
                speech.chunks().iter().map(|chunk| without_nul(chunk.phonemes.as_str())).collect()
            }
            Content::Chunk(chunk) => vec![without_nul(chunk.phonemes.as_str())],
        })
    }

    fn durations(&self, index: usize) -> Outcome<&[u32]> {
        let durations = match &self.content {
            Content::Whole(speech) => speech.chunks().get(index).map(|chunk| &chunk.durations),
            Content::Chunk(chunk) => (index == 0).then_some(&chunk.durations),
        };
        let durations = durations.ok_or_else(|| self.no_chunk(index))?;
        durations.as_deref().ok_or_else(no_times)
    }

    fn no_chunk(&self, index: usize) -> Failure {
        Failure::argument(format!("index = {index}: the speech has {} chunks", self.chunks().len()))
    }

    fn stat(&self, stat: i32) -> Outcome<f64> {
        use kokoro_stat::*;
        let stats = &self.stats;
        Ok(match stat {
            _ if stat == KOKORO_STAT_TEXT_BYTES as i32 => stats.text_bytes as f64,
            _ if stat == KOKORO_STAT_SPOKEN_TEXT_BYTES as i32 => self.spoken_text_bytes as f64,
            _ if stat == KOKORO_STAT_PHONEME_SYMBOLS as i32 => stats.phoneme_symbols as f64,
            _ if stat == KOKORO_STAT_CHUNKS as i32 => stats.chunks as f64,
            _ if stat == KOKORO_STAT_G2P_CACHE_HITS as i32 => stats.g2p_cache_hits as f64,
            _ if stat == KOKORO_STAT_AUDIO_SECONDS as i32 => stats.audio_seconds,
            _ if stat == KOKORO_STAT_QUEUE_SECONDS as i32 => stats.queue_seconds,
            _ if stat == KOKORO_STAT_G2P_SECONDS as i32 => stats.g2p_seconds,
            _ if stat == KOKORO_STAT_INFERENCE_SECONDS as i32 => stats.inference_seconds,
            _ if stat == KOKORO_STAT_ASSEMBLY_SECONDS as i32 => stats.assembly_seconds,
            _ if stat == KOKORO_STAT_FIRST_AUDIO_SECONDS as i32 => stats.first_audio_seconds,
            _ if stat == KOKORO_STAT_TOTAL_SECONDS as i32 => stats.total_seconds,
            _ if stat == KOKORO_STAT_REAL_TIME_FACTOR as i32 => stats.real_time_factor(),
            _ if stat == KOKORO_STAT_REMAINING_SECONDS as i32 => self.remaining_seconds,
            _ => {
                let last = KOKORO_STAT_REMAINING_SECONDS as i32;
                return Err(Failure::argument(format!("stat = {stat}: it must be one of 0 to {last}")));
            }
        })
    }

    fn whole_speech(&self) -> Outcome<&Speech> {
        match &self.content {
            Content::Whole(speech) => Ok(speech),
            Content::Chunk(_) => Err(Failure::absent(
                "a chunk of a stream has no subtitles of its own: collect the stream, or speak the request as a whole",
            )),
        }
    }
}

fn spoken(chunk: &SpokenChunk) -> kokoro_chunk {
    kokoro_chunk {
        text: chunk.range.clone().into(),
        first_sample: chunk.samples.start,
        sample_count: chunk.samples.len(),
    }
}

fn no_times() -> Failure {
    Failure::absent("the model file gives no durations, and they could not be made an output of it")
}

/// One channel of 24,000 samples a second, nominally within -1..1, `*count` of them. NULL if the handle is not valid or
/// `count` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_samples(
    speech: *const kokoro_speech,
    count: *mut usize,
) -> *const f32 {
    // SAFETY: the caller passes NULL, or where a number can be stored.
    guard::value(ptr::null(), || unsafe { counted(handle::get(speech)?.samples(), count) })
}

/// The same as 16-bit integers, clipped at full scale; made at the first call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_pcm16(speech: *const kokoro_speech, count: *mut usize) -> *const i16 {
    // SAFETY: the caller passes NULL, or where a number can be stored.
    guard::value(ptr::null(), || unsafe { counted(handle::get(speech)?.pcm16(), count) })
}

/// Samples in a second: ::KOKORO_SAMPLE_RATE. 0 if the handle is not valid.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_speech_sample_rate(speech: *const kokoro_speech) -> i32 {
    guard::value(0, || handle::get(speech).map(|_| KOKORO_SAMPLE_RATE))
}

/// When each word is spoken, `*count` of them in the order of the text; punctuation is not a word. Of a chunk: the
/// words that end in it. ::KOKORO_ABSENT if the model gives no durations; `*words` is NULL then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_words(
    speech: *const kokoro_speech,
    words: *mut *const kokoro_word,
    count: *mut usize,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer and a number can be stored.
        let (out, out_count) = unsafe { Out::array(words, count) }?;
        let piece = handle::get(speech)?;
        let words = piece.words()?;
        out.put(words.as_ptr());
        out_count.put(words.len());
        Ok(())
    })
}

/// The runs of the model, `*count` of them in order; of a chunk of a stream, itself. NULL if the handle is not valid or
/// `count` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_chunks(
    speech: *const kokoro_speech,
    count: *mut usize,
) -> *const kokoro_chunk {
    // SAFETY: the caller passes NULL, or where a number can be stored.
    guard::value(ptr::null(), || unsafe { counted(handle::get(speech)?.chunks(), count) })
}

/// The phonemes that were spoken in a chunk, by its index in kokoro_speech_chunks(). NUL-terminated; NULL if there is
/// no such chunk or the handle is not valid.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_speech_phonemes(speech: *const kokoro_speech, index: usize) -> *const c_char {
    guard::value(ptr::null(), || {
        let piece = handle::get(speech)?;
        piece.phonemes().get(index).map(|phonemes| phonemes.as_ptr()).ok_or_else(|| piece.no_chunk(index))
    })
}

/// Frames of every token of a chunk, the pads at both ends included, by its index in kokoro_speech_chunks(); 40 frames
/// are a second. ::KOKORO_ABSENT if the model does not tell; `*frames` is NULL then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_durations(
    speech: *const kokoro_speech,
    index: usize,
    frames: *mut *const u32,
    count: *mut usize,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer and a number can be stored.
        let (out, out_count) = unsafe { Out::array(frames, count) }?;
        let piece = handle::get(speech)?;
        let durations = piece.durations(index)?;
        out.put(durations.as_ptr());
        out_count.put(durations.len());
        Ok(())
    })
}

/// 1 if it is whole, or the last chunk of its stream; else 0.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_speech_is_last(speech: *const kokoro_speech) -> i32 {
    guard::value(0, || {
        Ok(match &handle::get(speech)?.content {
            Content::Whole(_) => 1,
            Content::Chunk(chunk) => chunk.is_last.into(),
        })
    })
}

/// A count or time of the request: one of ::kokoro_stat.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_stat(
    speech: *const kokoro_speech,
    stat: i32,
    value: *mut f64,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a number can be stored.
        let out = unsafe { Out::new(value, "value") }?;
        out.put(handle::get(speech)?.stat(stat)?);
        Ok(())
    })
}

/// Parts of the text that nothing was said for although they are more than punctuation, `*count` of them. NULL if the
/// handle is not valid or `count` is NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_unspoken(
    speech: *const kokoro_speech,
    count: *mut usize,
) -> *const kokoro_range {
    guard::value(ptr::null(), || {
        let piece = handle::get(speech)?;
        let unspoken = piece
            .unspoken
            .get_or_init(|| piece.stats.unspoken.iter().cloned().map(kokoro_range::from).collect());
        // SAFETY: the caller passes NULL, or where a number can be stored.
        unsafe { counted(unspoken, count) }
    })
}

/// Phoneme symbols that the model has no token for, each once, in order of appearance, as one string; mostly an empty
/// one. NUL-terminated; NULL if the handle is not valid.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_speech_unknown_symbols(speech: *const kokoro_speech) -> *const c_char {
    guard::value(ptr::null(), || {
        let piece = handle::get(speech)?;
        let symbols = || without_nul(piece.stats.unknown_symbols.iter().collect::<String>());
        Ok(piece.unknown_symbols.get_or_init(symbols).as_ptr())
    })
}

/// A WAV file in memory; `format` is one of ::kokoro_wav. `*file` is to be freed with kokoro_buffer_free(), and NULL
/// after an error. ::KOKORO_IO for audio of more than 4 GiB.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_wav(
    speech: *const kokoro_speech,
    format: i32,
    file: *mut *mut kokoro_buffer,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: the caller passes NULL, or where a pointer can be stored.
        let out = unsafe { Out::handle(file) }?;
        let format = choices::wav(format)?;
        out.put(give(match &handle::get(speech)?.content {
            Content::Whole(speech) => speech.to_wav_bytes(format)?,
            Content::Chunk(chunk) => chunk.to_wav_bytes(format)?,
        }));
        Ok(())
    })
}

/// Writes a WAV file, replacing one that is there; `format` is one of ::kokoro_wav. ::KOKORO_IO if that cannot be done.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_write_wav(
    speech: *const kokoro_speech,
    path: *const c_char,
    format: i32,
) -> kokoro_status {
    guard::done(|| {
        let piece = handle::get(speech)?;
        // SAFETY: the caller passes NULL or a NUL-terminated string.
        let path = unsafe { string(path, "path") }?;
        let format = choices::wav(format)?;
        match &piece.content {
            Content::Whole(speech) => Ok(speech.write_wav(path, format)?),
            Content::Chunk(chunk) => Ok(chunk.write_wav(path, format)?),
        }
    })
}

/// Subtitles of a whole speech, as SubRip (.srt). `*text` is to be freed with kokoro_buffer_free(). ::KOKORO_ABSENT if
/// the model gives no durations, and of a chunk; `*text` is NULL then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_srt(
    speech: *const kokoro_speech,
    text: *mut *mut kokoro_buffer,
) -> kokoro_status {
    // SAFETY: the caller passes NULL, or where a pointer can be stored.
    unsafe { subtitles(speech, text, Speech::to_srt) }
}

/// Subtitles of a whole speech, as WebVTT (.vtt). `*text` is to be freed with kokoro_buffer_free(). ::KOKORO_ABSENT if
/// the model gives no durations, and of a chunk; `*text` is NULL then.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn kokoro_speech_webvtt(
    speech: *const kokoro_speech,
    text: *mut *mut kokoro_buffer,
) -> kokoro_status {
    // SAFETY: the caller passes NULL, or where a pointer can be stored.
    unsafe { subtitles(speech, text, Speech::to_webvtt) }
}

/// # Safety
/// `text` is NULL, or a pointer can be stored there.
unsafe fn subtitles(
    speech: *const kokoro_speech,
    text: *mut *mut kokoro_buffer,
    make: impl FnOnce(&Speech) -> Option<String>,
) -> kokoro_status {
    guard::done(|| {
        // SAFETY: by the contract of this function.
        let out = unsafe { Out::handle(text) }?;
        out.put(give(make(handle::get(speech)?.whole_speech()?).ok_or_else(no_times)?));
        Ok(())
    })
}

/// Frees speech. NULL is allowed.
#[unsafe(no_mangle)]
pub extern "C" fn kokoro_speech_free(speech: *mut kokoro_speech) -> kokoro_status {
    guard::done(|| handle::free(speech))
}
