//! Kernels for the vocoder's residual blocks, which are 86 % of the model's arithmetic.
//!
//! A [`Stage`] is what one stage of the generator does with a signal after upsampling: a residual block for the noise
//! source, the sum with the signal, three residual blocks, their mean. Every convolution is one pass through memory that
//! also applies the normalisation and the activation before it, adds bias and residual, and collects the statistics that
//! the next normalisation needs. Convolutions are computed by Toom-Cook transforms with a third to a half of the
//! multiplications, or by matrix instructions where there are some. docs/kernels.md has the method, the accuracy and the
//! speed.

mod activation;
mod block;
mod conv;
mod dense;
mod elementary;
mod filter;
mod finish;
mod isa;
mod layout;
#[cfg(all(target_arch = "x86_64", target_os = "linux"))]
mod matrix;
mod noise;
mod pack;
mod parallel;
mod pool;
mod prepare;
mod product;
mod scratch;
mod snake;
mod source;
mod stage;
mod stats;
mod tile;
mod transform;
mod upsample;
mod vector;
mod wave;

#[cfg(feature = "bench")]
mod bench;
#[cfg(test)]
mod reference;

#[cfg(feature = "bench")]
pub use bench::Kernels;
pub(crate) use block::{Block, BlockRun, BlockShape, BlockWeights};
pub(crate) use isa::{ISA_VARIABLE, Isa};
pub(crate) use layout::Layout;
pub(crate) use noise::{Distribution, fill as fill_noise};
pub(crate) use pack::Quality;
pub(crate) use parallel::Parallel;
pub(crate) use scratch::{Buffer, Scratch};
pub(crate) use source::{Loudness, VoiceRun, stretch};
pub(crate) use stage::{ConvWeights, Stage, StageRun, StageShape};
pub(crate) use upsample::{Upsample, UpsampleRun, UpsampleShape};
pub(crate) use vector::BLOCK;
pub(crate) use wave::{Wave, WaveFrames, WaveRun, WaveShape, WaveWeights};

/// Why a kernel did not finish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KernelError {
    #[error("cancelled")]
    Cancelled,
    #[error("a slice has another length than the shape says")]
    Size,
}
