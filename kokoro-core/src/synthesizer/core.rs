//! What requests are spoken with: everything that is loaded once.

use crate::g2p::Phonemizer;
use crate::model::Engine;
use crate::voice::VoiceStore;

/// Shared by all requests; nothing of it changes.
pub(super) struct Core {
    pub(super) engine: Engine,
    pub(super) voices: VoiceStore,
    pub(super) phonemizer: Phonemizer,
    pub(super) max_text_bytes: usize,
    pub(super) chunk_symbols: usize,
    pub(super) stream_buffer: usize,
}
