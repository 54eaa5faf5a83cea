//! The published models and voices: what there is, and where it is on this machine.
//!
//! [`catalogue`] lists the files. [`find_model`] and [`find_voices`] look for them, without network, in this order:
//!
//! 1. what the environment variables `KOKORO_MODEL` and `KOKORO_VOICES` name, if `auto` is asked for;
//! 2. the folder `kokoro-v1.0` in the [cache folder](cache_dir);
//! 3. the user's Hugging Face cache (`HF_HUB_CACHE`, `HF_HOME`), where files are used in place, never copied.
//!
//! [`SynthesizerBuilder::model`](crate::SynthesizerBuilder::model) and `KOKORO_MODEL` take the names of the catalogue, such
//! as `kokoro-v1.0`, and `auto`.
#![cfg_attr(feature = "download", doc = "")]
#![cfg_attr(
    feature = "download",
    doc = "[`Fetcher`] brings what is missing, checked against the catalogue's digests."
)]
//!
//! # The cache folder
//!
//! Files can be placed by hand as well:
//!
//! ```text
//! kokoro-v1.0/kokoro-v1.0.onnx        a model, by its name in the catalogue
//! kokoro-v1.0/voices/af_heart.bin     voices
//! kokoro-v1.0/config.json             the vocabulary; optional
//! runtime/onnxruntime-1.31.1/         ONNX Runtime's library, found by `runtime`
//! ```

pub(crate) mod catalogue;
pub(crate) mod digest;
#[cfg(feature = "download")]
mod fetch;
pub(crate) mod find;
mod hub;

pub use catalogue::{Catalogue, CatalogueModel, CatalogueVoice, PublishedFile, RuntimeBuild, catalogue};
#[cfg(feature = "download")]
pub use fetch::{Fetched, Fetcher, Outcome, Plan, Progress};
pub use find::{Found, Origin, find_model, find_voices};

pub use crate::folders::cache_dir;
