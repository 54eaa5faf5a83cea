//! The voice source: the harmonics of the pitch, which ONNX Runtime's operators compute one element at a time.
//!
//! The phase of its short-time Fourier transform goes through an arc tangent, so that the last digit of a sine is heard.
//! Everything here rounds where ONNX Runtime's operators round, in the same order, and gives the same bits.

#![expect(unsafe_code, reason = "compiled for several instruction sets")]

use std::sync::{Mutex, PoisonError};

use super::KernelError;
use super::isa::{Isa, Job};
use super::parallel::Parallel;
use super::vector::Vector;

/// Frames of a task.
const TASK: usize = 4096;
/// Frames that are computed at once.
const CHUNK: usize = 64;

/// Calls `work` with the number of a task's first frame, and its part of the output, in which a frame has `width` numbers.
fn for_each_part(
    output: &mut [f32],
    width: usize,
    parallel: &dyn Parallel,
    work: impl Fn(usize, &mut [f32]) + Sync,
) {
    let parts: Vec<Mutex<&mut [f32]>> = output.chunks_mut((TASK * width).max(1)).map(Mutex::new).collect();
    parallel.for_each(parts.len(), &|index| {
        if let Some(part) = parts.get(index) {
            work(index * TASK, &mut part.lock().unwrap_or_else(PoisonError::into_inner));
        }
    });
}

/// Stretches rows by linear interpolation, `[row][frame]` to `[frame · factor][row]`: `Resize` with half-pixel coordinates,
/// and `Transpose`.
///
/// ONNX Runtime takes three dimensions for a volume of depth one, and sums over the eight corners of a cube. The rows are
/// its height: of the last one, both corners are the row itself, with halves for weights.
pub(crate) fn stretch(
    isa: Isa,
    parallel: &dyn Parallel,
    input: &[f32],
    rows: usize,
    factor: usize,
    output: &mut [f32],
) -> Result<(), KernelError> {
    let frames = input.len().checked_div(rows).ok_or(KernelError::Size)?;
    let made = frames.checked_mul(factor).and_then(|frames| frames.checked_mul(rows));
    // Beyond that, ONNX Runtime's coordinates are not whole numbers any more, and neither are these.
    let is_counted = frames.checked_mul(factor).is_some_and(|frames| frames < 1 << 24);
    if input.len() != frames * rows || made != Some(output.len()) || !is_counted {
        return Err(KernelError::Size);
    }
    if output.is_empty() {
        return Ok(());
    }
    for_each_part(output, rows, parallel, |first, output| {
        isa.run(Stretch { input, rows, frames, factor: factor as f32, first, output });
    });
    Ok(())
}

struct Stretch<'a> {
    input: &'a [f32],
    rows: usize,
    frames: usize,
    factor: f32,
    first: usize,
    output: &'a mut [f32],
}

/// Between which frames a chunk's frames lie, and how far from them.
struct Places {
    low: [i32; CHUNK],
    before: [f32; CHUNK],
    after: [f32; CHUNK],
}

impl Places {
    #[inline(always)]
    fn of(first: usize, factor: f32, frames: usize) -> Self {
        let (mut low, mut before, mut after) = ([0; CHUNK], [0.0; CHUNK], [0.0; CHUNK]);
        let last = frames as i32 - 1;
        for (index, ((low, before), after)) in low.iter_mut().zip(&mut before).zip(&mut after).enumerate() {
            let place = ((first + index) as i32 as f32 + 0.5) / factor - 0.5;
            let place = place.min(last as f32).max(0.0);
            *low = (place as i32).min(last);
            let high = (*low + 1).min(last);
            let is_last = *low == high;
            *before = if is_last { 0.5 } else { (place - *low as f32).abs() };
            *after = if is_last { 0.5 } else { (place - high as f32).abs() };
        }
        Self { low, before, after }
    }
}

impl Job for Stretch<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let Self { input, rows, frames, factor, first, output } = self;
        for (chunk, output) in output.chunks_mut(CHUNK * rows).enumerate() {
            let places = Places::of(first + chunk * CHUNK, factor, frames);
            let count = output.len() / rows;
            let mut start = 0;
            // Frames that lie between the same two.
            while let Some(&low) = places.low.get(start).filter(|_| start < count) {
                let same =
                    places.low.iter().take(count).skip(start).take_while(|&&place| place == low).count();
                let end = start + same;
                let (low, high) = (low as usize, (low as usize + 1).min(frames - 1));
                let (Some(before), Some(after)) =
                    (places.before.get(start..end), places.after.get(start..end))
                else {
                    return;
                };
                for (row, signal) in input.chunks_exact(frames).enumerate() {
                    let (Some(&a), Some(&b)) = (signal.get(low), signal.get(high)) else { return };
                    let mut values = [0.0; CHUNK];
                    if row + 1 == rows {
                        for ((value, before), after) in values.iter_mut().zip(before).zip(after) {
                            let (a, b) = (after * 0.5 * 0.5 * a, before * 0.5 * 0.5 * b);
                            *value = a + b + a + b + a + b + a + b;
                        }
                    } else {
                        for ((value, before), after) in values.iter_mut().zip(before).zip(after) {
                            let (a, b) = (after * 0.5 * a, before * 0.5 * b);
                            *value = a + b + a + b;
                        }
                    }
                    let places = output.iter_mut().skip(start * rows + row).step_by(rows);
                    for (output, value) in places.zip(values).take(same) {
                        *output = value;
                    }
                }
                start = end;
            }
        }
    }
}

/// How loud harmonics and noise are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Loudness {
    /// Of the harmonics.
    pub(crate) harmonics: f32,
    /// There is a voice where the pitch is above this, in hertz.
    pub(crate) threshold: f32,
    /// Of the noise beside a voice.
    pub(crate) voiced: f32,
    /// Of the noise without one, as a quotient.
    pub(crate) unvoiced: [f32; 2],
}

/// Harmonics where there is a voice, with noise everywhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct VoiceRun<'a> {
    /// `[frame]`, in hertz.
    pub(crate) pitch: &'a [f32],
    /// `[frame][harmonic]`
    pub(crate) sines: &'a [f32],
    /// `[frame][harmonic]`
    pub(crate) noise: &'a [f32],
    pub(crate) loudness: Loudness,
}

impl VoiceRun<'_> {
    /// The output is `[frame][harmonic]`.
    pub(crate) fn run(
        self,
        isa: Isa,
        parallel: &dyn Parallel,
        output: &mut [f32],
    ) -> Result<(), KernelError> {
        let Self { pitch, sines, noise, loudness } = self;
        if pitch.is_empty() && output.is_empty() {
            return Ok(());
        }
        let harmonics = output.len().checked_div(pitch.len()).ok_or(KernelError::Size)?;
        let len = pitch.len() * harmonics;
        if output.len() != len || sines.len() != len || noise.len() != len || harmonics == 0 {
            return Err(KernelError::Size);
        }
        for_each_part(output, harmonics, parallel, |first, output| {
            let at = first * harmonics;
            let (Some(pitch), Some(sines), Some(noise)) = (
                pitch.get(first..first + output.len() / harmonics),
                sines.get(at..at + output.len()),
                noise.get(at..at + output.len()),
            ) else {
                return;
            };
            isa.run(Voice { run: VoiceRun { pitch, sines, noise, loudness }, harmonics, output });
        });
        Ok(())
    }
}

struct Voice<'a> {
    run: VoiceRun<'a>,
    harmonics: usize,
    output: &'a mut [f32],
}

impl Job for Voice<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        let Self { run: VoiceRun { mut pitch, mut sines, mut noise, loudness }, harmonics, mut output } =
            self;
        let Loudness { harmonics: loud, threshold, voiced, unvoiced: [over, under] } = loudness;
        // A voice lasts for many frames.
        while let Some(&first) = pitch.first() {
            let has_voice = first > threshold;
            let same = pitch.iter().take_while(|&&pitch| (pitch > threshold) == has_voice).count();
            let voice = if has_voice { 1.0 } else { 0.0 };
            let hiss = voice * voiced + (1.0 - voice) * over / under;
            let (part, rest) = output.split_at_mut((same * harmonics).min(output.len()));
            for ((output, sine), noise) in part.iter_mut().zip(sines).zip(noise) {
                *output = sine * loud * voice + hiss * noise;
            }
            output = rest;
            pitch = pitch.get(same..).unwrap_or_default();
            sines = sines.get(same * harmonics..).unwrap_or_default();
            noise = noise.get(same * harmonics..).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests;
