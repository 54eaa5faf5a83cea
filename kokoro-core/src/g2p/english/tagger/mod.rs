//! Parts of speech by spaCy's network.
//!
//! The network is that of spaCy (MIT), "tok2vec" and "tagger" in the shape of `en_core_web_sm`: six features of a token are
//! hashed into tables of vectors, four layers look at a token and its neighbours, a last one chooses among fifty tags.
//! Its weights come from the crate `misaki-rs` and are laid out for [`kernel`] when this crate is built.

mod features;
mod hash;
mod kernel;
mod network;

pub(super) use self::features::{Features, string_id};
pub(super) use self::network::{LAYERS, Network};

use once_cell::sync::Lazy;

static NETWORK: Lazy<Option<Network>> =
    Lazy::new(|| Network::read(include_bytes!(concat!(env!("OUT_DIR"), "/tagger.weights"))));

/// The network, loaded on the first call. `None` would be a defect of the build.
pub(super) fn network() -> Option<&'static Network> {
    NETWORK.as_ref()
}
