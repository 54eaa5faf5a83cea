//! Where the sound of a chunk begins and ends.

/// How many samples at either end hold no sound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Quiet {
    pub(crate) lead: usize,
    pub(crate) tail: usize,
}

/// 10 ms at 24 kHz: shorter than any speech sound, longer than a period of the lowest voice.
const WINDOW: usize = 240;
/// 5 ms.
const STEP: usize = WINDOW / 2;

/// Windows this far below the loudest one are quiet: 50 dB. The weakest consonants are some 30 dB below a stressed vowel; the
/// reference's users cut at 60 dB, in windows of 85 ms.
const RELATIVE: f64 = 3.162e-3;
/// And in any case those below -80 dB of full scale, which nobody hears.
const ABSOLUTE: f64 = 1e-4;

/// What is kept before the first window that is not quiet, 20 ms: an onset rises over as long.
pub(crate) const GUARD_LEAD: usize = 480;
/// What is kept after the last one, 40 ms: a sound fades more slowly than it sets in.
pub(crate) const GUARD_TAIL: usize = 960;

/// What can be cut off without touching a sound, the guards not counted in. Nothing, if there is no sound at all.
///
/// `most` is what the model itself says to lie outside of its first and last sound, where it does; no more than that is
/// ever taken for quiet, however soft it is.
pub(crate) fn quiet(samples: &[f32], most: Option<Quiet>) -> Quiet {
    let power: Vec<f64> = (0..samples.len().saturating_sub(WINDOW - 1))
        .step_by(STEP)
        .filter_map(|start| samples.get(start..start + WINDOW))
        .map(|window| window.iter().map(|&sample| f64::from(sample) * f64::from(sample)).sum())
        .collect();
    let loudest = power.iter().copied().fold(0.0, f64::max);
    let threshold = (loudest * RELATIVE * RELATIVE).max(ABSOLUTE * ABSOLUTE * WINDOW as f64);
    let first = power.iter().position(|&power| power >= threshold);
    let last = power.iter().rposition(|&power| power >= threshold);
    let (Some(first), Some(last)) = (first, last) else { return Quiet::default() };
    let found = Quiet {
        lead: (first * STEP).saturating_sub(GUARD_LEAD),
        tail: samples.len().saturating_sub(last * STEP + WINDOW).saturating_sub(GUARD_TAIL),
    };
    match most {
        Some(most) => Quiet { lead: found.lead.min(most.lead), tail: found.tail.min(most.tail) },
        None => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(amplitude: f32, length: usize) -> impl Iterator<Item = f32> {
        (0..length).map(move |at| amplitude * (at as f32 * 0.05).sin())
    }

    fn silence(length: usize) -> impl Iterator<Item = f32> {
        // The model's own: about 60 dB below its speech.
        (0..length).map(|at| if at % 2 == 0 { 2e-4 } else { -2e-4 })
    }

    #[test]
    fn silence_is_found_and_guards_are_kept() {
        let samples: Vec<f32> = silence(7200).chain(tone(0.3, 12_000)).chain(silence(9600)).collect();
        let found = quiet(&samples, None);
        assert!((7200 - GUARD_LEAD - WINDOW..=7200 - GUARD_LEAD).contains(&found.lead), "{found:?}");
        assert!((9600 - GUARD_TAIL - WINDOW..=9600 - GUARD_TAIL).contains(&found.tail), "{found:?}");
    }

    #[test]
    fn a_soft_onset_is_sound() {
        // A fricative 36 dB below the vowel, 100 ms long.
        let samples: Vec<f32> = silence(4800)
            .chain(tone(0.3 * 0.016, 2400))
            .chain(tone(0.3, 12_000))
            .chain(silence(4800))
            .collect();
        assert!(quiet(&samples, None).lead <= 4800 - GUARD_LEAD);
    }

    #[test]
    fn the_models_own_bounds_are_kept() {
        let samples: Vec<f32> = silence(9600).chain(tone(0.3, 4800)).chain(silence(9600)).collect();
        let most = Quiet { lead: 1200, tail: 0 };
        assert_eq!(quiet(&samples, Some(most)), most);
    }

    #[test]
    fn nothing_is_cut_where_there_is_no_sound_or_no_silence() {
        assert_eq!(quiet(&[], None), Quiet::default());
        assert_eq!(quiet(&[0.0; 9600], None), Quiet::default());
        assert_eq!(quiet(&[0.5; 100], None), Quiet::default());
        assert_eq!(quiet(&tone(0.5, 9600).collect::<Vec<_>>(), None), Quiet::default());
    }
}
