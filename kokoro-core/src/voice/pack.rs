//! One voice: a table of style vectors, a row for each length of the phoneme string.

use std::num::NonZeroUsize;
use std::sync::Arc;

use ndarray::Array2;

use crate::{Error, ErrorKind, Result};

/// Numbers in a style vector.
pub(crate) const STYLE_LEN: usize = 256;

/// Bytes of a style vector in every file format: little-endian `f32`.
pub(super) const ROW_BYTES: usize = STYLE_LEN * size_of::<f32>();

/// Most bytes one voice may take once decompressed: 16 MiB, 32 times a published voice of 510 rows.
///
/// Bounds what a crafted archive of a few kilobytes can make the process allocate.
pub(super) const MAX_VOICE_BYTES: usize = 16 << 20;

/// One row of a [`Voice`], the model's `style` input for one utterance.
pub(crate) type Style = [f32; STYLE_LEN];

/// A table of `rows` x [`STYLE_LEN`] finite `f32`, at least one row. Cloning shares the table.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Voice {
    table: Arc<Array2<f32>>,
}

impl Voice {
    /// A voice from consecutive rows of little-endian `f32`. `origin` names the file in errors.
    ///
    /// # Errors
    ///
    /// `InvalidVoiceFile` when `bytes` is not a positive whole number of rows, or a number is not finite.
    pub(super) fn from_le_bytes(bytes: &[u8], origin: &str) -> Result<Self> {
        let found = bytes.len();
        if found == 0 || !found.is_multiple_of(ROW_BYTES) {
            return Err(invalid(
                origin,
                format!(
                    "found {found} bytes, expected a positive multiple of {ROW_BYTES}: rows of {STYLE_LEN} \
                     little-endian f32"
                ),
            ));
        }
        let values: Vec<f32> = bytes.as_chunks().0.iter().map(|word| f32::from_le_bytes(*word)).collect();
        Self::from_values(values, origin)
    }

    /// A voice from the numbers of its rows, one row after the other.
    ///
    /// # Errors
    ///
    /// `InvalidVoiceFile` when there is no row, the last one is incomplete, or a number is not finite.
    pub(super) fn from_values(values: Vec<f32>, origin: &str) -> Result<Self> {
        if let Some(at) = values.iter().position(|value| !value.is_finite()) {
            return Err(invalid(
                origin,
                format!(
                    "found {} in row {}, column {}, expected finite numbers",
                    values[at],
                    at / STYLE_LEN,
                    at % STYLE_LEN
                ),
            ));
        }
        let count = values.len();
        let rows = count / STYLE_LEN;
        match Array2::from_shape_vec((rows, STYLE_LEN), values) {
            Ok(table) if rows > 0 => Ok(Self { table: Arc::new(table) }),
            _ => Err(invalid(
                origin,
                format!("found {count} numbers, expected one or more rows of {STYLE_LEN}"),
            )),
        }
    }

    /// How many rows the table has, at least one.
    pub(crate) fn rows(&self) -> usize {
        self.table.nrows()
    }

    /// The style for a phoneme string of `phoneme_count` symbols, counted before symbols unknown to the model drop out.
    ///
    /// Row `phoneme_count - 1`, as in the reference implementation. Beyond the last row the last row serves, so a voice
    /// of one row serves every length.
    pub(crate) fn style(&self, phoneme_count: NonZeroUsize) -> Style {
        let row = phoneme_count.get().min(self.rows()) - 1;
        let mut style = [0.0; STYLE_LEN];
        for (to, from) in style.iter_mut().zip(self.table.row(row)) {
            *to = *from;
        }
        style
    }
}

#[cfg(test)]
impl Voice {
    /// Whether both are the result of the same decoding.
    pub(super) fn shares_table_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.table, &other.table)
    }
}

/// The error for a file whose content is at fault: `origin` names it, `detail` says what was found and expected.
pub(super) fn invalid(origin: &str, detail: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::InvalidVoiceFile, format!("{origin}: {detail}"))
}

/// The number of rows in an array of `shape`: `(N, 1, 256)`, `(N, 256)` or `(256,)` with N from 1.
///
/// # Errors
///
/// What was found and expected, for [`invalid`].
pub(super) fn rows_of_shape(shape: &[usize]) -> Result<usize, String> {
    match *shape {
        [STYLE_LEN] => Ok(1),
        [rows, STYLE_LEN] | [rows, 1, STYLE_LEN] if rows > 0 => Ok(rows),
        _ => Err(format!(
            "found an array of shape {shape:?}, expected [N, 1, {STYLE_LEN}], [N, {STYLE_LEN}] or [{STYLE_LEN}]"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(n: usize) -> NonZeroUsize {
        NonZeroUsize::new(n).unwrap()
    }

    /// Every number of a row is the row's index.
    fn numbered(rows: u16) -> Voice {
        let values = (0..rows).flat_map(|row| [f32::from(row); STYLE_LEN]).collect();
        Voice::from_values(values, "test").unwrap()
    }

    #[test]
    fn style_is_the_row_before_the_count_and_the_last_row_beyond() {
        let voice = numbered(510);
        assert_eq!(voice.rows(), 510);
        for (n, row) in [(1, 0.0), (2, 1.0), (509, 508.0), (510, 509.0), (511, 509.0), (usize::MAX, 509.0)] {
            assert_eq!(voice.style(count(n)), [row; STYLE_LEN], "{n} symbols");
        }
        assert_eq!(numbered(511).style(count(511)), [510.0; STYLE_LEN]);
        assert_eq!(numbered(1).style(count(300)), [0.0; STYLE_LEN]);
    }

    #[test]
    fn columns_keep_their_order() {
        let values: Vec<f32> = (0..STYLE_LEN).map(|column| column as f32).collect();
        let voice = Voice::from_values(values.clone(), "test").unwrap();
        assert_eq!(voice.style(count(1)).as_slice(), values);
    }

    #[test]
    fn sizes_that_are_no_whole_rows_are_refused() {
        for size in [0, 1, 4, ROW_BYTES - 1, ROW_BYTES + 1, ROW_BYTES + 4] {
            let error = Voice::from_le_bytes(&vec![0; size], "`x.bin`").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
            let message = error.to_string();
            assert!(message.starts_with(&format!("`x.bin`: found {size} bytes")), "{message}");
            assert!(message.contains("multiple of 1024"), "{message}");
        }
        for size in [0, 1, STYLE_LEN - 1, STYLE_LEN + 1] {
            let error = Voice::from_values(vec![0.0; size], "`x.bin`").unwrap_err();
            assert!(error.to_string().contains(&format!("found {size} numbers")), "{error}");
        }
    }

    #[test]
    fn numbers_that_are_not_finite_are_refused_with_their_place() {
        for (bad, shown) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
            let mut values = vec![0.5; 3 * STYLE_LEN];
            values[STYLE_LEN + 7] = bad;
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            let error = Voice::from_le_bytes(&bytes, "`x.bin`").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidVoiceFile);
            assert_eq!(
                error.to_string(),
                format!("`x.bin`: found {shown} in row 1, column 7, expected finite numbers")
            );
        }
    }

    #[test]
    fn shapes() {
        for (shape, rows) in
            [(&[256][..], 1), (&[1, 256], 1), (&[1, 1, 256], 1), (&[510, 256], 510), (&[510, 1, 256], 510)]
        {
            assert_eq!(rows_of_shape(shape), Ok(rows));
        }
        for shape in [
            &[][..],
            &[0],
            &[255],
            &[0, 256],
            &[256, 510],
            &[510, 2, 256],
            &[1, 510, 256],
            &[0, 1, 256],
            &[510, 1, 256, 1],
        ] {
            let message = rows_of_shape(shape).unwrap_err();
            assert!(message.contains(&format!("{shape:?}")), "{message}");
        }
    }

    #[test]
    fn clones_share_the_table() {
        let voice = numbered(2);
        assert!(voice.shares_table_with(&voice.clone()));
        assert!(!voice.shares_table_with(&numbered(2)));
    }
}
