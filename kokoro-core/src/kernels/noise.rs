//! Noise that a seed repeats.
//!
//! Philox4x32-10 (Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011) makes four numbers from a counter and a
//! key, so that every part of a signal can be made on its own, by any thread. Only operations that are rounded the same
//! everywhere are used: the result does not depend on the processor.

#![expect(unsafe_code, reason = "compiled for several instruction sets")]

use super::isa::{Isa, Job};
use super::parallel::Parallel;
use super::vector::Vector;

/// Counters that are worked on at the same time.
const LANES: usize = 16;
/// Numbers from one counter.
const WORDS: usize = 4;
/// Numbers that are made at once.
const BLOCK: usize = LANES * WORDS;
/// Blocks of a task.
const TASK: usize = 256;

/// How the numbers are spread.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Distribution {
    /// Gaussian.
    Normal { mean: f32, deviation: f32 },
    /// Every number from `low` to below `high`.
    Uniform { low: f32, high: f32 },
}

/// Fills `output` with the noise of a seed. Streams of one seed are independent of each other.
pub(crate) fn fill(
    output: &mut [f32],
    distribution: Distribution,
    seed: u64,
    stream: u32,
    parallel: &dyn Parallel,
) {
    let isa = Isa::best();
    let parts: Vec<std::sync::Mutex<&mut [f32]>> =
        output.chunks_mut(TASK * BLOCK).map(std::sync::Mutex::new).collect();
    parallel.for_each(parts.len(), &|index| {
        let Some(part) = parts.get(index) else { return };
        let output = &mut **part.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        isa.run(Fill { output, distribution, seed, stream, block: (index * TASK) as u64 });
    });
}

/// The numbers from one block on.
struct Fill<'a> {
    output: &'a mut [f32],
    distribution: Distribution,
    seed: u64,
    stream: u32,
    block: u64,
}

impl Job for Fill<'_> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector>(self) {
        for (block, output) in (self.block..).zip(self.output.chunks_mut(BLOCK)) {
            let words = philox(self.seed, self.stream, block);
            let values = match self.distribution {
                Distribution::Normal { mean, deviation } => normal(&words, mean, deviation),
                Distribution::Uniform { low, high } => uniform(&words, low, high),
            };
            for (output, value) in output.iter_mut().zip(values.as_flattened()) {
                *output = *value;
            }
        }
    }
}

type Words = [[u32; LANES]; WORDS];
type Values = [[f32; LANES]; WORDS];

/// The counters of a block, ten rounds on.
#[inline(always)]
fn philox(seed: u64, stream: u32, block: u64) -> Words {
    const MULTIPLIERS: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
    const STEPS: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
    const ROUNDS: usize = 10;
    let first = block.wrapping_mul(LANES as u64);
    let mut words = [[0; LANES]; WORDS];
    let [low, high, which, _] = &mut words;
    for (lane, ((low, high), which)) in low.iter_mut().zip(high).zip(which).enumerate() {
        let counter = first.wrapping_add(lane as u64);
        (*low, *high, *which) = (counter as u32, (counter >> 32) as u32, stream);
    }
    let mut key = [seed as u32, (seed >> 32) as u32];
    for _ in 0..ROUNDS {
        let [a, b, c, d] = &mut words;
        for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
            let first = u64::from(MULTIPLIERS[0]) * u64::from(*a);
            let second = u64::from(MULTIPLIERS[1]) * u64::from(*c);
            *a = (second >> 32) as u32 ^ *b ^ key[0];
            *b = second as u32;
            *c = (first >> 32) as u32 ^ *d ^ key[1];
            *d = first as u32;
        }
        key = [key[0].wrapping_add(STEPS[0]), key[1].wrapping_add(STEPS[1])];
    }
    words
}

/// 24 bits as a number from 0 to below 1.
#[inline(always)]
fn fraction(word: u32) -> f32 {
    // As a signed number, which every processor converts fast.
    (word >> 8) as i32 as f32 * (1.0 / 16_777_216.0)
}

#[inline(always)]
fn uniform(words: &Words, low: f32, high: f32) -> Values {
    let mut values = [[0.0; LANES]; WORDS];
    for (value, &word) in values.as_flattened_mut().iter_mut().zip(words.as_flattened()) {
        *value = low + fraction(word) * (high - low);
    }
    values
}

/// Box and Muller's transform: two uniform numbers become two Gaussian ones.
#[inline(always)]
fn normal(words: &Words, mean: f32, deviation: f32) -> Values {
    let mut values = [[0.0; LANES]; WORDS];
    let (pairs, _) = values.as_chunks_mut::<2>();
    for ([first, second], [radii, angles]) in pairs.iter_mut().zip(words.as_chunks::<2>().0) {
        for (((first, second), &radius), &angle) in first.iter_mut().zip(second).zip(radii).zip(angles) {
            // From above 0 to 1, so that the logarithm is finite; the largest result is 5.8 deviations.
            let radius = (-2.0 * logarithm(1.0 - fraction(radius))).sqrt() * deviation;
            let (sine, cosine) = turn(fraction(angle));
            *first = mean + radius * cosine;
            *second = mean + radius * sine;
        }
    }
    values
}

/// ln x for 2⁻²⁴ ≤ x ≤ 1, by ln m = 2 artanh((m - 1) / (m + 1)) for the mantissa m, which is between √½ and √2. The error
/// is below 2e-7.
#[inline(always)]
fn logarithm(x: f32) -> f32 {
    const HALF_ROOT: u32 = 0x3F35_04F3;
    let bits = x.to_bits().wrapping_sub(HALF_ROOT);
    let exponent = bits as i32 >> 23;
    let mantissa = f32::from_bits((bits & 0x007F_FFFF).wrapping_add(HALF_ROOT));
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let z = s * s;
    let series = 2.0 + z * (2.0 / 3.0 + z * (2.0 / 5.0 + z * (2.0 / 7.0 + z * (2.0 / 9.0))));
    exponent as f32 * std::f32::consts::LN_2 + s * series
}

/// Sine and cosine of a number of turns from 0 to 1: Taylor's series on an eighth of a turn to both sides.
#[inline(always)]
fn turn(turns: f32) -> (f32, f32) {
    let quarter = (4.0 * turns + 0.5) as i32;
    let angle = (4.0 * turns - quarter as f32) * std::f32::consts::FRAC_PI_2;
    let z = angle * angle;
    let sine = angle * (1.0 + z * (-1.0 / 6.0 + z * (1.0 / 120.0 + z * (-1.0 / 5_040.0))));
    let cosine = 1.0 + z * (-0.5 + z * (1.0 / 24.0 + z * (-1.0 / 720.0 + z * (1.0 / 40_320.0))));
    let (sine, cosine) = if quarter & 1 == 0 { (sine, cosine) } else { (cosine, sine) };
    let sine = if quarter & 2 == 0 { sine } else { -sine };
    let cosine = if (quarter + 1) & 2 == 0 { cosine } else { -cosine };
    (sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::super::parallel::Sequential;
    use super::super::parallel::tests::Threads;
    use super::*;

    const NORMAL: Distribution = Distribution::Normal { mean: 0.0, deviation: 1.0 };

    fn noise(len: usize, distribution: Distribution, seed: u64, stream: u32) -> Vec<f32> {
        let mut output = vec![0.0; len];
        fill(&mut output, distribution, seed, stream, &Sequential);
        output
    }

    /// The known answers of the generator's authors.
    #[test]
    fn philox_gives_the_published_numbers() {
        let at = |words: Words, lane: usize| words.map(|word| word[lane]);
        assert_eq!(at(philox(0, 0, 0), 0), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        // The fourth word of the counter is always 0 here, so that of the other published cases only the key can be taken:
        // the definition, one counter at a time.
        let scalar = |seed: u64, counter: [u32; 4]| {
            let (mut c, mut key) = (counter, [seed as u32, (seed >> 32) as u32]);
            for _ in 0..10 {
                let (p, q) = (0xD251_1F53u64 * u64::from(c[0]), 0xCD9E_8D57u64 * u64::from(c[2]));
                c = [(q >> 32) as u32 ^ c[1] ^ key[0], q as u32, (p >> 32) as u32 ^ c[3] ^ key[1], p as u32];
                key = [key[0].wrapping_add(0x9E37_79B9), key[1].wrapping_add(0xBB67_AE85)];
            }
            c
        };
        assert_eq!(
            scalar(0x299f_31d0_a409_3822, [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344]),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
        for (seed, stream, block) in
            [(1, 2, 3), (u64::MAX, u32::MAX, (1 << 28) - 1), (0xDEAD_BEEF, 7, 1 << 40)]
        {
            for lane in [0, 5, LANES - 1] {
                let counter = u64::from(lane as u32).wrapping_add(block * LANES as u64);
                let expected = scalar(seed, [counter as u32, (counter >> 32) as u32, stream, 0]);
                assert_eq!(at(philox(seed, stream, block), lane), expected);
            }
        }
    }

    #[test]
    fn elementary_functions_are_right() {
        for word in (0..=u32::MAX).step_by(99_991) {
            let x = 1.0 - fraction(word);
            assert!(
                (f64::from(logarithm(x)) - f64::from(x).ln()).abs() < 2e-6 * (1.0 + f64::from(x).ln().abs())
            );
            let (sine, cosine) = turn(fraction(word));
            let (s, c) = (std::f64::consts::TAU * f64::from(fraction(word))).sin_cos();
            assert!((f64::from(sine) - s).abs() < 5e-7 && (f64::from(cosine) - c).abs() < 5e-7, "{word}");
        }
    }

    #[test]
    fn gaussian_noise_is_gaussian() {
        let values = noise(1 << 20, NORMAL, 1, 0);
        let moment =
            |power: i32| values.iter().map(|&x| f64::from(x).powi(power)).sum::<f64>() / values.len() as f64;
        // Five standard errors of each.
        assert!(moment(1).abs() < 5e-3, "{}", moment(1));
        assert!((moment(2) - 1.0).abs() < 7e-3, "{}", moment(2));
        assert!(moment(3).abs() < 2e-2, "{}", moment(3));
        assert!((moment(4) - 3.0).abs() < 5e-2, "{}", moment(4));
        for (least, expected) in [(1.0, 0.158_655), (2.0, 0.022_750), (3.0, 0.001_350)] {
            let share = values.iter().filter(|&&x| x > least).count() as f64 / values.len() as f64;
            assert!(
                (share - expected).abs() < 5.0 * (expected / values.len() as f64).sqrt(),
                "{least}: {share}"
            );
        }
        for lag in [1, 2, 3, LANES, BLOCK] {
            let sum: f64 =
                values.iter().zip(&values[lag..]).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum();
            assert!((sum / values.len() as f64).abs() < 5e-3, "lag {lag}");
        }
    }

    #[test]
    fn mean_deviation_and_range_are_those_asked_for() {
        let plain = noise(999, NORMAL, 3, 1);
        let moved = noise(999, Distribution::Normal { mean: 2.0, deviation: 0.5 }, 3, 1);
        assert!(plain.iter().zip(&moved).all(|(x, y)| (2.0 + 0.5 * x - y).abs() < 1e-5));
        let uniform = noise(1 << 16, Distribution::Uniform { low: -1.0, high: 3.0 }, 3, 1);
        assert!(uniform.iter().all(|x| (-1.0..=3.0).contains(x)));
        let mean = uniform.iter().map(|&x| f64::from(x)).sum::<f64>() / uniform.len() as f64;
        assert!((mean - 1.0).abs() < 5.0 * 4.0 / 12f64.sqrt() / 256.0, "{mean}");
    }

    #[test]
    fn noise_depends_on_seed_and_stream_and_on_nothing_else() {
        let len = 3 * TASK * BLOCK + 17;
        let first = noise(len, NORMAL, 7, 0);
        assert_eq!(noise(len, NORMAL, 7, 0), first);
        assert_eq!(noise(BLOCK + 1, NORMAL, 7, 0), first[..BLOCK + 1]);
        assert_ne!(noise(len, NORMAL, 8, 0), first);
        assert_ne!(noise(len, NORMAL, 7, 1), first);
        let mut threaded = vec![0.0; len];
        fill(&mut threaded, NORMAL, 7, 0, &Threads(3));
        assert_eq!(threaded, first);
        for isa in Isa::all() {
            let mut other = vec![0.0; TASK * BLOCK];
            isa.run(Fill { output: &mut other, distribution: NORMAL, seed: 7, stream: 0, block: 0 });
            assert_eq!(other, first[..TASK * BLOCK], "{}", isa.name());
        }
    }
}
