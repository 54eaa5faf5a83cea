//! NumPy `.npy` voices: a short header that describes one array, then its bytes.

use super::literal;
use super::pack::{ROW_BYTES, Voice, invalid, rows_of_shape};
use crate::Result;

/// How every `.npy` file begins, before two bytes of version.
pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// The only element type read: little-endian 32-bit floating point, as the published voices have.
const ELEMENT: &str = "<f4";

/// Longest header read, in bytes: NumPy's own default for files it does not trust.
const MAX_HEADER_BYTES: usize = 10_000;

/// Decodes the whole content of a `.npy` file. `origin` names it in errors.
///
/// # Errors
///
/// `InvalidVoiceFile` unless it is version 1.0, 2.0 or 3.0, `<f4`, in C order, of a voice's shape, complete, without
/// bytes to spare, and finite.
pub(super) fn decode(bytes: &[u8], origin: &str) -> Result<Voice> {
    let data = data(bytes).map_err(|detail| invalid(origin, detail))?;
    Voice::from_le_bytes(data, origin)
}

/// The bytes of the array, once the header is known to describe a voice.
fn data(bytes: &[u8]) -> Result<&[u8], String> {
    let (header, data) = split(bytes)?;
    let array = literal::parse(header)?;
    if array.descr != ELEMENT {
        return Err(format!(
            "found elements of type `{}`, expected `{ELEMENT}`; save the array with `.astype('{ELEMENT}')`",
            array.descr.escape_debug()
        ));
    }
    if array.fortran_order {
        return Err("found an array in Fortran order, expected C order; save it with \
                    `numpy.ascontiguousarray`"
            .to_owned());
    }
    let rows = rows_of_shape(&array.shape)?;
    if rows.checked_mul(ROW_BYTES) != Some(data.len()) {
        return Err(format!(
            "found {} bytes behind the header, expected {rows} rows of {ROW_BYTES} bytes",
            data.len()
        ));
    }
    Ok(data)
}

/// The text of the header and what follows it.
fn split(bytes: &[u8]) -> Result<(&[u8], &[u8]), String> {
    let truncated = || "the file ends inside its header".to_owned();
    let rest = bytes.strip_prefix(MAGIC).ok_or("found no NumPy signature at the start")?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or_else(truncated)?;
    let (length, rest) = match version {
        [1, 0] => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(truncated)?;
            (usize::from(u16::from_le_bytes(*length)), rest)
        }
        [2 | 3, 0] => {
            let (length, rest) = rest.split_first_chunk().ok_or_else(truncated)?;
            (u32::from_le_bytes(*length) as usize, rest)
        }
        [major, minor] => {
            return Err(format!("found .npy version {major}.{minor}, expected 1.0, 2.0 or 3.0"));
        }
    };
    if length > MAX_HEADER_BYTES {
        return Err(format!("found a header of {length} bytes, expected at most {MAX_HEADER_BYTES}"));
    }
    rest.split_at_checked(length).ok_or_else(truncated)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use proptest::prelude::*;

    /// A file of the given version around `header` and `data`.
    fn file(version: u8, header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend([version, 0]);
        match version {
            1 => bytes.extend(u16::try_from(header.len()).unwrap().to_le_bytes()),
            _ => bytes.extend(u32::try_from(header.len()).unwrap().to_le_bytes()),
        }
        bytes.extend(header.as_bytes());
        bytes.extend(data);
        bytes
    }

    fn header(descr: &str, fortran: &str, shape: &str) -> String {
        format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}   \n")
    }

    fn refusal(bytes: &[u8]) -> String {
        let error = decode(bytes, "`x.npy`").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
        let message = error.to_string();
        assert!(message.starts_with("`x.npy`: "), "{message}");
        message
    }

    #[test]
    fn versions_and_shapes() {
        for version in 1..=3 {
            for (shape, rows) in
                [("(3, 1, 256)", 3), ("(3, 256)", 3), ("(256,)", 1), ("(1, 256)", 1), ("(1, 1, 256)", 1)]
            {
                let bytes = file(version, &header("<f4", "False", shape), &vec![0; rows * ROW_BYTES]);
                assert_eq!(decode(&bytes, "test").unwrap().rows(), rows, "{version} {shape}");
            }
        }
    }

    #[test]
    fn other_element_types_are_refused() {
        for descr in ["<f8", "<f2", ">f4", "=f4", "|u1", "<i4", "|O", ""] {
            let message = refusal(&file(1, &header(descr, "False", "(256,)"), &[0; 1024]));
            assert!(message.contains(&format!("`{descr}`, expected `<f4`")), "{message}");
        }
    }

    #[test]
    fn fortran_order_is_refused() {
        let message = refusal(&file(1, &header("<f4", "True", "(2, 256)"), &[0; 2048]));
        assert!(message.contains("Fortran order"), "{message}");
    }

    #[test]
    fn wrong_shapes_and_sizes_are_refused() {
        for (shape, size, says) in [
            ("(2, 255)", 2040, "[2, 255]"),
            ("()", 4, "[]"),
            ("(0, 256)", 0, "[0, 256]"),
            ("(2, 256)", 1024, "found 1024 bytes behind the header, expected 2 rows"),
            ("(2, 256)", 2049, "found 2049 bytes"),
            ("(18014398509481985, 1, 256)", 1024, "expected 18014398509481985 rows"),
        ] {
            let message = refusal(&file(1, &header("<f4", "False", shape), &vec![0; size]));
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn truncated_and_absurd_headers_are_refused() {
        let whole = file(2, &header("<f4", "False", "(1, 256)"), &[0; 1024]);
        for length in 0..whole.len() {
            refusal(&whole[..length]);
        }
        let mut absurd = whole.clone();
        absurd[8..12].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(refusal(&absurd).contains("4294967295 bytes"));
        let mut version = whole.clone();
        version[6] = 4;
        assert!(refusal(&version).contains("version 4.0"));
        version[6..8].copy_from_slice(&[1, 1]);
        assert!(refusal(&version).contains("version 1.1"));
        assert!(refusal(b"not numpy at all").contains("signature"));
        assert!(refusal(&file(1, "{'descr': ", &[])).contains("quoted string"));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = decode(&bytes, "test");
        }

        #[test]
        fn arbitrary_headers_never_panic(version in 1_u8..=3, text in "[{}()'\", :0-9a-z_<f4TrueFals\\\\]{0,120}") {
            let _ = decode(&file(version, &text, &[0; 1024]), "test");
        }

        #[test]
        fn a_damaged_byte_never_panics(at in 0_usize..80, value: u8) {
            let mut bytes = file(1, &header("<f4", "False", "(1, 256)"), &[0; 1024]);
            bytes[at] = value;
            let _ = decode(&bytes, "test");
        }
    }
}
