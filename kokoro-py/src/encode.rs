//! Samples and times of words, as files.

use std::borrow::Cow;

use kokoro_core::{WavFormat, WordTiming, captions};
use numpy::PyReadonlyArray1;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::{OrRaise, invalid};
use crate::speech::WordFields;

fn format_of(py: Python<'_>, name: &str) -> PyResult<WavFormat> {
    match name {
        "pcm16" => Ok(WavFormat::Pcm16),
        "float32" => Ok(WavFormat::Float32),
        _ => Err(invalid(py, &format!("format = {name:?}: it must be \"pcm16\" or \"float32\""))),
    }
}

/// The samples one after the other: Python allows steps between them.
fn contiguous<'a>(samples: &'a PyReadonlyArray1<'_, f32>) -> Cow<'a, [f32]> {
    match samples.as_slice() {
        Ok(samples) => Cow::Borrowed(samples),
        Err(_) => Cow::Owned(samples.as_array().to_vec()),
    }
}

/// A WAV file of these samples.
#[pyfunction]
pub(crate) fn wav<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray1<'py, f32>,
    format: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    let bytes = format_of(py, format)?.to_wav_bytes(&contiguous(&samples)).or_raise(py)?;
    Ok(PyBytes::new(py, &bytes))
}

/// The samples alone, little-endian.
#[pyfunction]
pub(crate) fn pcm<'py>(
    py: Python<'py>,
    samples: PyReadonlyArray1<'py, f32>,
    format: &str,
) -> PyResult<Bound<'py, PyBytes>> {
    Ok(PyBytes::new(py, &format_of(py, format)?.to_bytes(&contiguous(&samples))))
}

fn cues(text: &str, words: &[WordFields]) -> Vec<captions::Cue> {
    let mut bytes: Vec<usize> = text.char_indices().map(|(byte, _)| byte).collect();
    bytes.push(text.len());
    let byte = |character: usize| bytes.get(character).copied().unwrap_or(text.len());
    let words = words.iter().map(|&(start_seconds, end_seconds, start, end)| {
        let end = end.max(start);
        WordTiming::new(byte(start)..byte(end), start..end, start_seconds, end_seconds)
    });
    captions::cues(text, &words.collect::<Vec<_>>())
}

/// Subtitles as SubRip.
#[pyfunction]
pub(crate) fn srt(py: Python<'_>, text: &str, words: Vec<WordFields>) -> String {
    py.detach(|| captions::to_srt(&cues(text, &words)))
}

/// Subtitles as WebVTT.
#[pyfunction]
pub(crate) fn webvtt(py: Python<'_>, text: &str, words: Vec<WordFields>) -> String {
    py.detach(|| captions::to_webvtt(&cues(text, &words)))
}
