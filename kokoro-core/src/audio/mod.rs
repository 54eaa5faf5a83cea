//! Samples: where they sound, how chunks of them are joined, and the files they are written to.

mod quiet;
mod seam;
mod wav;

pub(crate) use quiet::{Quiet, quiet};
pub(crate) use seam::{Cut, Side, after_seam, before_seam, cut};
pub use wav::WavFormat;
pub(crate) use wav::{pcm16, write_wav};
