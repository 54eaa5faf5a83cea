//! Rounding to half precision.

/// The IEEE 754 binary16 bits nearest to `value`, ties to even; too large a value becomes infinite.
pub(crate) fn from_f32(value: f32) -> u16 {
    const INFINITY: u32 = 0x7f80_0000;
    const SMALLEST_NORMAL: u32 = 0x3880_0000; // 2^-14
    const ROUNDS_TO_INFINITY: u32 = 0x477f_f000; // 65520

    let bits = value.to_bits();
    let (sign, magnitude) = (bits >> 16 & 0x8000, bits & 0x7fff_ffff);
    let half = if magnitude > INFINITY {
        0x7e00
    } else if magnitude >= ROUNDS_TO_INFINITY {
        0x7c00
    } else if magnitude >= SMALLEST_NORMAL {
        // Exponent bias 127 becomes 15; then 13 bits go, and the last one kept decides a tie.
        let rebiased = magnitude - (112 << 23);
        (rebiased + 0xfff + (rebiased >> 13 & 1)) >> 13
    } else {
        // Next to 0.5, f32 has exactly the resolution of a subnormal half: let the addition round.
        (f32::from_bits(magnitude) + 0.5).to_bits() - 0.5f32.to_bits()
    };
    (sign | half) as u16
}

#[cfg(test)]
mod tests {
    use super::from_f32;

    #[test]
    fn rounds_as_numpy_does() {
        let goldens: serde_json::Value =
            serde_json::from_str(include_str!("../tests/data/numpy.json")).unwrap();
        for pair in goldens["halves"].as_array().unwrap() {
            let value = f32::from_bits(pair[0].as_u64().unwrap() as u32);
            assert_eq!(u64::from(from_f32(value)), pair[1].as_u64().unwrap(), "{value:e}");
        }
    }

    #[test]
    fn keeps_not_a_number() {
        assert_eq!(from_f32(f32::NAN) & 0x7fff, 0x7e00);
    }
}
