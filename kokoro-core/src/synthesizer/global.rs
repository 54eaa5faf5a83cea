//! One synthesizer for the whole process, configured from outside.

use once_cell::sync::OnceCell;

use super::{Synthesizer, SynthesizerBuilder};
use crate::Result;

static GLOBAL: OnceCell<Synthesizer> = OnceCell::new();

/// The synthesizer of this process, loaded at the first call from environment variables.
///
/// | variable | meaning | default |
/// | --- | --- | --- |
/// | `KOKORO_MODEL` | path of a Kokoro `.onnx` file, name of a [published one](crate::assets) such as `kokoro-v1.0`, `auto`, or `builtin` | none: must be set |
/// | `KOKORO_VOICES` | folder of voice files, one voice file, or `auto` | beside the model; with a published model, the published voices |
/// | `KOKORO_NUM_THREADS` | threads to compute with | what the process may use |
/// | `KOKORO_SESSIONS` | requests computed at the same time | 1 |
/// | `KOKORO_OPTIMIZATION` | how far the model may be changed for speed: `exact`, `fast` or `fine` | `fast` |
/// | `KOKORO_VERIFY` | 1: compare the changed model with the original when it is loaded | 0 |
/// | `KOKORO_PREPARED` | whether prepared files are used: `off`, `use` or `make` | `use` |
/// | `KOKORO_MAX_TEXT_BYTES` | longest text of a request | 1048576 |
/// | `KOKORO_CHUNK_SYMBOLS` | phoneme symbols in one run of the model | 250 |
/// | `KOKORO_MAX_REQUESTS` | requests that may be active at once | 64 |
/// | `KOKORO_LEXICON` | pronunciations of words, a [`.tsv` or `.json` file](crate::g2p::Lexicon::load) | none |
/// | `KOKORO_G2P_CACHE_BYTES` | memory for pronunciations of past text; 0 switches it off | 4194304 |
/// | `KOKORO_ISA` | instruction set of the kernels: `amx`, `avx512`, `avx2` or `portable` | the widest of this processor |
/// | `KOKORO_HOME` | folder of what is fetched and prepared, absolute | see [`cache_dir`](crate::assets::cache_dir) |
/// | `ORT_DYLIB_PATH` | ONNX Runtime's library, absolute | searched for, see [`runtime`](crate::runtime) |
///
/// Callers that come while it loads wait for the same load. A failed load is an error now and is tried afresh by the
/// next call. Once loaded, it stays until the process ends.
///
/// # Errors
/// Those of [`SynthesizerBuilder::build`].
pub fn global() -> Result<&'static Synthesizer> {
    GLOBAL.get_or_try_init(|| SynthesizerBuilder::from_env()?.build())
}
