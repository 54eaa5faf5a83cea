//! Cuts a chunk to the pauses on both sides of it.

use std::ops::Range;

use super::quiet::{GUARD_LEAD, GUARD_TAIL, Quiet};

/// Samples of a fade at a cut: 5 ms at 24 kHz. It lies in silence, and is short against any sound.
const FADE: usize = 120;

/// What becomes of one side of a chunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// As the model made it.
    Whole,
    /// With this much silence between the sound and the seam, in samples, guards included: what the model made where it
    /// is enough, and zeros beyond.
    Seam(usize),
    /// As the model made it, and then this many zeros.
    Padded(usize),
}

/// A chunk as it goes into the speech.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cut {
    pub(crate) samples: Vec<f32>,
    /// Samples that were cut off at the start.
    pub(crate) removed: usize,
    /// Zeros that were put before.
    pub(crate) before: usize,
    /// Samples of the model that are left.
    pub(crate) kept: usize,
    /// Of the model's samples, those among which the sound is, as far as it was looked for.
    pub(crate) sound: Range<usize>,
}

impl Cut {
    /// Where something that the model says to be at a sample of its own lies in the result: within the sound.
    pub(crate) fn place(&self, sample: f64) -> f64 {
        let sample = sample.clamp(self.sound.start as f64, self.sound.end as f64);
        self.before as f64 + (sample - self.removed as f64).clamp(0.0, self.kept as f64)
    }
}

/// The share of a pause that belongs to the chunk before it: sounds fade more slowly than they set in.
pub(crate) fn before_seam(pause: usize) -> usize {
    pause - after_seam(pause)
}

/// The share that belongs to the chunk after it.
pub(crate) fn after_seam(pause: usize) -> usize {
    pause / 3
}

/// Cuts `samples`, of which `quiet` can be cut off.
pub(crate) fn cut(mut samples: Vec<f32>, quiet: Quiet, start: Side, end: Side) -> Cut {
    let is_seam = |side| matches!(side, Side::Seam(_));
    let sound_end = samples.len() - if is_seam(end) { quiet.tail.min(samples.len()) } else { 0 };
    let sound = if is_seam(start) { quiet.lead.min(sound_end) } else { 0 }..sound_end;
    let (removed, before) = one_side(start, quiet.lead, GUARD_LEAD);
    let (dropped, after) = one_side(end, quiet.tail, GUARD_TAIL);
    samples.truncate(samples.len().saturating_sub(dropped));
    let removed = removed.min(samples.len());
    samples.drain(..removed);
    let kept = samples.len();
    if is_seam(start) {
        fade(samples.iter_mut());
    }
    if is_seam(end) || after > 0 {
        fade(samples.iter_mut().rev());
    }
    if before > 0 {
        samples.splice(..0, std::iter::repeat_n(0.0, before));
    }
    samples.resize(samples.len() + after, 0.0);
    Cut { samples, removed, before, kept, sound }
}

/// How many samples go, and how many zeros come.
fn one_side(side: Side, quiet: usize, guard: usize) -> (usize, usize) {
    match side {
        Side::Whole => (0, 0),
        Side::Padded(zeros) => (0, zeros),
        Side::Seam(silence) => {
            // The guard stays in any case.
            let wanted = silence.saturating_sub(guard);
            (quiet.saturating_sub(wanted), wanted.saturating_sub(quiet))
        }
    }
}

/// From nothing up to full over the first samples.
fn fade<'a>(samples: impl ExactSizeIterator<Item = &'a mut f32>) {
    let length = FADE.min(samples.len());
    for (at, sample) in samples.take(length).enumerate() {
        *sample *= (at as f32 + 0.5) / length as f32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunk() -> Vec<f32> {
        vec![0.5; 10_000]
    }

    #[test]
    fn a_whole_side_is_not_touched() {
        let quiet = Quiet { lead: 3000, tail: 2000 };
        let cut = cut(chunk(), quiet, Side::Whole, Side::Whole);
        assert_eq!((cut.samples, cut.removed, cut.before, cut.kept), (chunk(), 0, 0, 10_000));
    }

    #[test]
    fn silence_is_cut_or_filled_to_the_pause() {
        let quiet = Quiet { lead: 3000, tail: 2000 };
        let cut = cut(chunk(), quiet, Side::Seam(GUARD_LEAD + 1000), Side::Seam(GUARD_TAIL + 2500));
        assert_eq!((cut.removed, cut.before, cut.kept), (2000, 0, 8000));
        assert_eq!(cut.samples.len(), 8500);
        assert!(cut.samples[8000..].iter().all(|&sample| sample == 0.0));
        let longer = super::cut(chunk(), quiet, Side::Seam(GUARD_LEAD + 3500), Side::Seam(0));
        assert_eq!((longer.removed, longer.before, longer.kept), (0, 500, 8000));
    }

    #[test]
    fn a_seam_begins_and_ends_with_next_to_nothing() {
        let cut = cut(chunk(), Quiet::default(), Side::Seam(0), Side::Seam(0));
        let step = 0.5 / FADE as f32;
        assert!(cut.samples[0] <= step && cut.samples[9_999] <= step);
        let steps = cut.samples.windows(2).map(|pair| (pair[1] - pair[0]).abs());
        assert!(steps.fold(0.0, f32::max) <= step * 1.001);
        assert_eq!(cut.samples[FADE..10_000 - FADE], chunk()[FADE..10_000 - FADE]);
    }

    #[test]
    fn places_follow_the_samples() {
        let quiet = Quiet { lead: 3000, tail: 2000 };
        let cut = cut(chunk(), quiet, Side::Seam(GUARD_LEAD + 1000), Side::Seam(0));
        // The sound is from 3000 to 8000.
        let places: Vec<f64> = [0.0, 2000.0, 5000.0, 8000.0, 9000.0].map(|at| cut.place(at)).into();
        assert_eq!(places, [1000.0, 1000.0, 3000.0, 6000.0, 6000.0]);
        let padded = super::cut(chunk(), quiet, Side::Padded(100), Side::Padded(7));
        assert_eq!(padded.place(5.0), 105.0);
        assert_eq!(padded.samples.len(), 10_107);
    }

    #[test]
    fn shares_add_up() {
        for pause in [0, 1, 2, 1440, 8400] {
            assert_eq!(before_seam(pause) + after_seam(pause), pause);
        }
        let short = cut(vec![0.1; 50], Quiet { lead: 40, tail: 40 }, Side::Seam(0), Side::Seam(0));
        assert_eq!((short.removed, short.kept), (10, 0));
    }
}
