//! Deterministic pseudo-random weights, bit for bit those that NumPy draws.
//!
//! A tensor named `name` is drawn from `numpy.random.default_rng([seed, zlib.crc32(name)])` as
//! `random(n, dtype=float32)` and stretched to the mean and the standard deviation in its `doc_string`. So it depends
//! on nothing but its own name and the seed.

use crate::error::{Error, Result};
use crate::onnx::{DataType, ModelProto, TensorProto};

const MARK: &str = "stripped: mean=";

/// Fills every stripped tensor of the model's graph, and says how many there were.
///
/// # Errors
/// When a tensor's description or shape makes no sense.
pub fn fill(model: &mut ModelProto, seed: u64) -> Result<usize> {
    let mut filled = 0;
    for tensor in model.graph.iter_mut().flat_map(|graph| &mut graph.initializer) {
        filled += usize::from(fill_tensor(tensor, seed)?);
    }
    Ok(filled)
}

/// Whether the tensor's values are missing.
pub fn is_stripped(tensor: &TensorProto) -> bool {
    tensor.doc_string().starts_with(MARK)
}

/// Fills one tensor if its values are missing, and says whether they were.
///
/// # Errors
/// When the tensor's description or shape makes no sense.
pub fn fill_tensor(tensor: &mut TensorProto, seed: u64) -> Result<bool> {
    if !is_stripped(tensor) {
        return Ok(false);
    }
    let refuse = |why: &str| Error::graph(format!("tensor {:?} {why}", tensor.name()));
    let (mean, std) =
        parse_mark(tensor.doc_string()).ok_or_else(|| refuse("has an unreadable description"))?;
    if tensor.data_type() != DataType::Float as i32 {
        return Err(refuse("is stripped but not of type float"));
    }
    let count = element_count(&tensor.dims).ok_or_else(|| refuse("has an impossible shape"))?;

    tensor.raw_data = Some(draw(seed, tensor.name(), count, mean, std).into());
    // Empty rather than absent: what the Python script that came with the skeletons leaves behind.
    tensor.doc_string = Some(String::new());
    Ok(true)
}

/// `count` little-endian f32 values, uniform around `mean` with the standard deviation `std`.
fn draw(seed: u64, name: &str, count: usize, mean: f64, std: f64) -> Vec<u8> {
    let half_width = std * 3f64.sqrt();
    let (scale, offset) = ((2.0 * half_width) as f32, (mean - half_width) as f32);

    let mut rng = Pcg64::new(seed, crc32fast::hash(name.as_bytes()));
    let mut bytes = vec![0; 4 * count];
    // NumPy takes the low half of each 64-bit draw first.
    let mut pairs = bytes.chunks_exact_mut(8);
    for pair in &mut pairs {
        let bits = rng.next();
        let low = (unit(bits as u32) * scale + offset).to_bits();
        let high = (unit((bits >> 32) as u32) * scale + offset).to_bits();
        pair.copy_from_slice(&(u64::from(high) << 32 | u64::from(low)).to_le_bytes());
    }
    let rest = pairs.into_remainder();
    if !rest.is_empty() {
        rest.copy_from_slice(&(unit(rng.next() as u32) * scale + offset).to_le_bytes());
    }
    bytes
}

/// The upper 24 bits as a number in `[0, 1)`.
fn unit(bits: u32) -> f32 {
    (bits >> 8) as f32 * (1.0 / 16_777_216.0)
}

pub(crate) fn element_count(dims: &[i64]) -> Option<usize> {
    dims.iter().try_fold(1usize, |count, &dim| count.checked_mul(usize::try_from(dim).ok()?))
}

fn parse_mark(text: &str) -> Option<(f64, f64)> {
    let mut words = text.strip_prefix(MARK)?.split_whitespace();
    let mean = words.next()?.parse().ok()?;
    let std = words.next()?.strip_prefix("std=")?.parse().ok()?;
    Some((mean, std))
}

/// PCG XSL-RR 128/64, NumPy's default generator.
struct Pcg64 {
    state: u128,
    increment: u128,
}

impl Pcg64 {
    const MULTIPLIER: u128 = 0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645;

    fn new(seed: u64, stream: u32) -> Self {
        let [state_high, state_low, sequence_high, sequence_low] = seed_words(seed, stream);
        let join = |high: u64, low: u64| u128::from(high) << 64 | u128::from(low);
        let mut rng = Self { state: 0, increment: join(sequence_high, sequence_low) << 1 | 1 };
        rng.step();
        rng.state = rng.state.wrapping_add(join(state_high, state_low));
        rng.step();
        rng
    }

    fn step(&mut self) {
        self.state = self.state.wrapping_mul(Self::MULTIPLIER).wrapping_add(self.increment);
    }

    fn next(&mut self) -> u64 {
        self.step();
        let folded = (self.state >> 64) as u64 ^ self.state as u64;
        folded.rotate_right((self.state >> 122) as u32)
    }
}

/// `numpy.random.SeedSequence([seed, stream]).generate_state(4, uint64)`.
fn seed_words(seed: u64, stream: u32) -> [u64; 4] {
    // A number below 2^32 is one word of entropy, a larger one two.
    let entropy = match (seed >> 32) as u32 {
        0 => [seed as u32, stream, 0, 0],
        high => [seed as u32, high, stream, 0],
    };

    let mut hash = Hash { constant: 0x43b0_d7e5, multiplier: 0x931e_8875 };
    let mut pool = entropy.map(|word| hash.mix(word));
    for source in 0..pool.len() {
        for target in (0..pool.len()).filter(|&target| target != source) {
            let word = hash.mix(pool[source]);
            let mixed =
                0xca01_f9dd_u32.wrapping_mul(pool[target]).wrapping_sub(0x4973_f715_u32.wrapping_mul(word));
            pool[target] = mixed ^ mixed >> 16;
        }
    }

    let mut hash = Hash { constant: 0x8b51_f9dd, multiplier: 0x58f3_8ded };
    let mut word = |index: usize| u64::from(hash.mix(pool[index % pool.len()]));
    [0, 2, 4, 6].map(|index| {
        let low = word(index);
        low | word(index + 1) << 32
    })
}

struct Hash {
    constant: u32,
    multiplier: u32,
}

impl Hash {
    fn mix(&mut self, word: u32) -> u32 {
        let word = word ^ self.constant;
        self.constant = self.constant.wrapping_mul(self.multiplier);
        let word = word.wrapping_mul(self.constant);
        word ^ word >> 16
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Graph;

    fn goldens() -> serde_json::Value {
        serde_json::from_str(include_str!("../tests/data/numpy.json")).unwrap()
    }

    #[test]
    fn draws_what_numpy_draws() {
        for case in goldens()["draws"].as_array().unwrap() {
            let name = case["name"].as_str().unwrap();
            let count = case["count"].as_u64().unwrap() as usize;
            let (mean, std) = (case["mean"].as_f64().unwrap(), case["std"].as_f64().unwrap());
            let bytes = draw(case["seed"].as_u64().unwrap(), name, count, mean, std);

            assert_eq!(bytes.len(), 4 * count, "{case}");
            let first: Vec<u64> = bytes
                .chunks_exact(4)
                .take(8)
                .map(|b| u64::from(u32::from_le_bytes(b.try_into().unwrap())))
                .collect();
            let expected: Vec<u64> =
                case["first"].as_array().unwrap().iter().map(|v| v.as_u64().unwrap()).collect();
            assert_eq!(first, expected, "{case}");
            assert_eq!(u64::from(crc32fast::hash(&bytes)), case["crc32"].as_u64().unwrap(), "{case}");
        }
    }

    #[test]
    fn fills_a_whole_graph_as_numpy_does() {
        let goldens = goldens();
        for graph in Graph::ALL {
            let mut model = graph.skeleton().unwrap();
            let mut crc = crc32fast::Hasher::new();
            let mut values = 0;
            // One tensor at a time, so that the test needs little memory.
            for tensor in &mut model.graph.as_mut().unwrap().initializer {
                fill_tensor(tensor, 1).unwrap();
                assert!(!is_stripped(tensor));
                let raw = tensor.raw_data.take().unwrap();
                assert_eq!(Some(raw.len()), element_count(&tensor.dims).map(|n| 4 * n));
                crc.update(&raw);
                values += raw.len() as u64 / 4;
            }
            let golden = &goldens["graphs"][graph.name()];
            assert_eq!(golden["values"].as_u64().unwrap(), values);
            assert_eq!(golden["crc32"].as_u64().unwrap(), u64::from(crc.finalize()), "{graph}");
        }
    }

    #[test]
    fn tells_what_is_stripped_from_what_is_not() {
        let mut tensor = TensorProto {
            name: Some("w".into()),
            dims: vec![3],
            data_type: Some(DataType::Float as i32),
            ..Default::default()
        };
        assert!(!fill_tensor(&mut tensor, 1).unwrap());
        assert_eq!(tensor.raw_data, None);

        tensor.doc_string = Some("stripped: mean=oops std=1".into());
        let error = fill_tensor(&mut tensor, 1).unwrap_err().to_string();
        assert_eq!(error, "tensor \"w\" has an unreadable description");

        tensor.doc_string = Some("stripped: mean=0 std=1".into());
        tensor.dims = vec![2, -1];
        assert_eq!(
            fill_tensor(&mut tensor, 1).unwrap_err().to_string(),
            "tensor \"w\" has an impossible shape"
        );
    }
}
