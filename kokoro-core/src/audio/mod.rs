//! Samples and the files they are written to.

mod wav;

pub use wav::WavFormat;
pub(crate) use wav::{wav_bytes, write_wav};
