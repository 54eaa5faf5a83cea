use super::super::parallel::Sequential;
use super::super::parallel::tests::Threads;
use super::*;
use proptest::prelude::*;

/// One number at a time, by the definition: the sum over the corners of a cube whose depth is one.
fn corners(input: &[f32], rows: usize, factor: usize) -> Vec<f32> {
    let frames = input.len() / rows;
    let axis = |place: f32, len: usize| {
        let low = (place as usize).min(len - 1);
        let high = (low + 1).min(len - 1);
        let (before, after) = ((place - low as f32).abs(), (place - high as f32).abs());
        if low == high { ([low, high], [0.5, 0.5]) } else { ([low, high], [after, before]) }
    };
    let mut output = Vec::new();
    for frame in 0..frames * factor {
        let place = ((frame as f32 + 0.5) / factor as f32 - 0.5).clamp(0.0, (frames - 1) as f32);
        let (xs, x_weights) = axis(place, frames);
        for row in 0..rows {
            let (ys, y_weights) = axis(row as f32, rows);
            let mut sum = 0.0;
            for z_weight in [0.5, 0.5] {
                for (y, y_weight) in ys.iter().zip(y_weights) {
                    for (x, x_weight) in xs.iter().zip(x_weights) {
                        sum += x_weight * y_weight * z_weight * input[y * frames + x];
                    }
                }
            }
            output.push(sum);
        }
    }
    output
}

fn voice(run: VoiceRun<'_>) -> Vec<f32> {
    let Loudness { harmonics, threshold, voiced, unvoiced: [over, under] } = run.loudness;
    let each = run.sines.len() / run.pitch.len();
    let of = |(index, (sine, noise)): (usize, (&f32, &f32))| {
        let has_voice = f32::from(u8::from(run.pitch[index / each] > threshold));
        let hiss = has_voice * voiced + (1.0 - has_voice) * over / under;
        sine * harmonics * has_voice + hiss * noise
    };
    run.sines.iter().zip(run.noise).enumerate().map(of).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_are_stretched_as_by_the_definition(
        rows in 1usize..12, frames in 1usize..40, factor in 2usize..310, seed in any::<u64>(), threads in 1usize..4,
    ) {
        let mut input = vec![0.0; rows * frames];
        let noise = super::super::Distribution::Uniform { low: -1e4, high: 1e4 };
        super::super::fill_noise(&mut input, noise, seed, 0, &Sequential);
        let expected = corners(&input, rows, factor);
        for isa in Isa::all() {
            let mut output = vec![f32::NAN; expected.len()];
            stretch(isa, &Threads(threads), &input, rows, factor, &mut output).unwrap();
            prop_assert_eq!(&output, &expected, "{}", isa.name());
        }
    }

    #[test]
    fn a_voice_is_as_by_the_definition(
        pitch in prop::collection::vec(prop_oneof![Just(0.0f32), 5.0f32..15.0, Just(200.0)], 1..40),
        repeat in 1usize..200, harmonics in 1usize..10, threads in 1usize..4,
    ) {
        let pitch: Vec<f32> = pitch.iter().flat_map(|&hertz| std::iter::repeat_n(hertz, repeat)).collect();
        let len = pitch.len() * harmonics;
        let (mut sines, mut noise) = (vec![0.0; len], vec![0.0; len]);
        let uniform = super::super::Distribution::Uniform { low: -1.0, high: 1.0 };
        super::super::fill_noise(&mut sines, uniform, 1, 0, &Sequential);
        super::super::fill_noise(&mut noise, uniform, 1, 1, &Sequential);
        let loudness = Loudness { harmonics: 0.1, threshold: 10.0, voiced: 0.003, unvoiced: [0.1, 3.0] };
        let run = VoiceRun { pitch: &pitch, sines: &sines, noise: &noise, loudness };
        let expected = voice(run);
        for isa in Isa::all() {
            let mut output = vec![f32::NAN; len];
            run.run(isa, &Threads(threads), &mut output).unwrap();
            prop_assert_eq!(&output, &expected, "{}", isa.name());
        }
    }
}

#[test]
fn sizes_that_do_not_fit_are_refused() {
    let isa = Isa::best();
    let mut output = [0.0; 12];
    for (input, rows, factor) in
        [(&[0.0; 3][..], 2, 2), (&[0.0; 4], 2, 2), (&[0.0; 4], 0, 3), (&[0.0; 6], 2, usize::MAX)]
    {
        let result = stretch(isa, &Sequential, input, rows, factor, &mut output);
        assert_eq!(result, Err(KernelError::Size), "{} in {rows} rows by {factor}", input.len());
    }
    let loudness = Loudness { harmonics: 0.1, threshold: 10.0, voiced: 0.003, unvoiced: [0.1, 3.0] };
    for (pitch, sines, noise) in [(4, 12, 11), (4, 11, 12), (5, 12, 12), (0, 12, 12), (24, 12, 12)] {
        let zeros = [0.0; 24];
        let run =
            VoiceRun { pitch: &zeros[..pitch], sines: &zeros[..sines], noise: &zeros[..noise], loudness };
        assert_eq!(run.run(isa, &Sequential, &mut output), Err(KernelError::Size));
    }
    assert_eq!(stretch(isa, &Sequential, &[], 9, 300, &mut []), Ok(()));
}
