//! RIFF WAVE, one channel, 16-bit integer or 32-bit float samples.

use std::io::{self, Write};

use crate::timing::SAMPLE_RATE;
use crate::{Error, ErrorKind, Result};

/// Sample encoding of a WAV file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WavFormat {
    /// 16-bit signed integers: what every player reads. Values outside -1..=1 are clipped.
    #[default]
    Pcm16,
    /// 32-bit IEEE floats: the samples exactly as the model made them.
    Float32,
}

impl WavFormat {
    /// The samples alone, little-endian and without a header: what other encoders and raw streams take.
    ///
    /// ```
    /// use kokoro_core::WavFormat;
    /// assert_eq!(WavFormat::Pcm16.to_bytes(&[0.0, 1.0, -2.0]), [0, 0, 0xFF, 0x7F, 0x01, 0x80]);
    /// ```
    #[must_use]
    pub fn to_bytes(self, samples: &[f32]) -> Vec<u8> {
        match self {
            Self::Pcm16 => samples.iter().flat_map(|&sample| pcm16(sample).to_le_bytes()).collect(),
            Self::Float32 => samples.iter().flat_map(|sample| sample.to_le_bytes()).collect(),
        }
    }

    /// A WAV file of these samples, at 24,000 a second: for audio that was changed after it was made, and for parts of a
    /// stream.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] for audio of more than 4 GiB, which the format cannot hold.
    pub fn to_wav_bytes(self, samples: &[f32]) -> Result<Vec<u8>> {
        wav_bytes(samples, SAMPLE_RATE, self).map_err(|error| {
            Error::new(ErrorKind::Io, format!("cannot make a WAV file: {error}")).with_source(error)
        })
    }

    fn bytes_per_sample(self) -> u32 {
        match self {
            Self::Pcm16 => 2,
            Self::Float32 => 4,
        }
    }

    /// `wFormatTag` of Microsoft's specification: `WAVE_FORMAT_PCM`, `WAVE_FORMAT_IEEE_FLOAT`.
    fn tag(self) -> u16 {
        match self {
            Self::Pcm16 => 1,
            Self::Float32 => 3,
        }
    }
}

/// Bytes before the samples of [`WavFormat::Pcm16`].
const RIFF_HEADER: u32 = 12;
const CHUNK_HEADER: u32 = 8;

/// The whole file in memory.
pub(crate) fn wav_bytes(samples: &[f32], sample_rate: u32, format: WavFormat) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(64 + samples.len() * format.bytes_per_sample() as usize);
    write_wav(&mut bytes, samples, sample_rate, format)?;
    Ok(bytes)
}

/// Writes the file to `out`, which needs no seeking.
pub(crate) fn write_wav(
    out: &mut impl Write,
    samples: &[f32],
    sample_rate: u32,
    format: WavFormat,
) -> io::Result<()> {
    let width = format.bytes_per_sample();
    let too_long = || io::Error::new(io::ErrorKind::FileTooLarge, "a WAV file holds at most 4 GiB");
    let count = u32::try_from(samples.len()).map_err(|_| too_long())?;
    let data = count.checked_mul(width).ok_or_else(too_long)?;

    // Formats other than PCM have an extension size in `fmt ` and a `fact` chunk with the length.
    let mut fmt = Vec::with_capacity(18);
    fmt.extend(format.tag().to_le_bytes());
    fmt.extend(1u16.to_le_bytes());
    fmt.extend(sample_rate.to_le_bytes());
    fmt.extend((sample_rate * width).to_le_bytes());
    fmt.extend((width as u16).to_le_bytes());
    fmt.extend((width as u16 * 8).to_le_bytes());
    let mut fact = None;
    if format != WavFormat::Pcm16 {
        fmt.extend(0u16.to_le_bytes());
        fact = Some(count.to_le_bytes());
    }
    let fact_size = if fact.is_some() { CHUNK_HEADER + 4 } else { 0 };
    let riff = (RIFF_HEADER - CHUNK_HEADER) + CHUNK_HEADER + fmt.len() as u32 + fact_size + CHUNK_HEADER;
    let riff = riff.checked_add(data).ok_or_else(too_long)?;

    out.write_all(b"RIFF")?;
    out.write_all(&riff.to_le_bytes())?;
    out.write_all(b"WAVE")?;
    write_chunk(out, b"fmt ", &fmt)?;
    if let Some(fact) = fact {
        write_chunk(out, b"fact", &fact)?;
    }
    out.write_all(b"data")?;
    out.write_all(&data.to_le_bytes())?;
    match format {
        WavFormat::Pcm16 => write_samples(out, samples, |sample| pcm16(sample).to_le_bytes()),
        WavFormat::Float32 => write_samples(out, samples, f32::to_le_bytes),
    }
}

fn write_chunk(out: &mut impl Write, id: &[u8; 4], body: &[u8]) -> io::Result<()> {
    out.write_all(id)?;
    out.write_all(&(body.len() as u32).to_le_bytes())?;
    out.write_all(body)
}

fn write_samples<const N: usize>(
    out: &mut impl Write,
    samples: &[f32],
    encode: impl Fn(f32) -> [u8; N],
) -> io::Result<()> {
    let mut buffer = Vec::with_capacity(4096 * N);
    for block in samples.chunks(4096) {
        buffer.clear();
        buffer.extend(block.iter().flat_map(|&sample| encode(sample)));
        out.write_all(&buffer)?;
    }
    Ok(())
}

/// Full scale is 32767 on both sides, so that a symmetric wave stays symmetric.
pub(crate) fn pcm16(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * 32767.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pcm16_is_byte_for_byte_the_format() {
        let bytes = wav_bytes(&[0.0, 1.0, -1.0, 2.0, 0.5], 24_000, WavFormat::Pcm16).unwrap();
        let mut expected =
            b"RIFF\x2e\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\xc0\x5d\0\0\x80\xbb\0\0\x02\0\x10\0".to_vec();
        expected.extend(b"data\x0a\0\0\0");
        for sample in [0i16, 32767, -32767, 32767, 16384] {
            expected.extend(sample.to_le_bytes());
        }
        assert_eq!(bytes, expected);
    }

    #[test]
    fn float32_keeps_every_bit() {
        let samples = [0.1f32, -3.5, f32::MIN_POSITIVE];
        let bytes = wav_bytes(&samples, 24_000, WavFormat::Float32).unwrap();
        assert_eq!(u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize, bytes.len() - 8);
        assert_eq!(&bytes[20..22], 3u16.to_le_bytes());
        assert_eq!(&bytes[38..42], b"fact");
        let data = bytes.windows(4).position(|window| window == b"data").unwrap() + 8;
        let read: Vec<f32> =
            bytes[data..].chunks(4).map(|sample| f32::from_le_bytes(sample.try_into().unwrap())).collect();
        assert_eq!(read, samples);
    }

    #[test]
    fn an_empty_file_is_a_file() {
        let bytes = wav_bytes(&[], 24_000, WavFormat::Pcm16).unwrap();
        assert_eq!(bytes.len(), 44);
    }

    #[test]
    fn not_a_number_is_silence() {
        assert_eq!(pcm16(f32::NAN), 0);
    }
}
