//! spaCy's tokenizer rules, as the build script writes them.

use super::patterns::Class;

include!(concat!(env!("OUT_DIR"), "/tables.rs"));
