//! Makes the data that `kokoro_core` embeds: dictionaries, letter-to-sound tables, tokenizer rules, tagger weights.
//!
//! All of it comes from the crate `misaki-rs`, so that neither a dictionary nor anything derived from one has to be kept
//! in this repository. It takes about twenty seconds, downloads nothing and writes to `OUT_DIR` only.

#![expect(clippy::print_stdout, reason = "it is how a build script speaks to Cargo")]

mod dictionary;
#[path = "../src/g2p/english/dictionary/hash.rs"]
mod hash;
#[path = "../src/g2p/english/sound/model/pattern.rs"]
mod pattern;
mod patterns;
mod tables;
mod tagger;
#[path = "../src/g2p/english/tagger/hash.rs"]
mod tagger_hash;
mod train;

use std::collections::HashMap;
use std::error::Error;
use std::path::Path;
use std::{env, fs, thread};

use misaki_rs::data;
use misaki_rs::lexicon::PhonemeEntry;

type Entries = HashMap<String, PhonemeEntry>;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build");
    for shared in ["dictionary/hash.rs", "sound/model/pattern.rs", "tagger/hash.rs"] {
        println!("cargo::rerun-if-changed=src/g2p/english/{shared}");
    }
    let directory = env::var("OUT_DIR")?;
    let directory = Path::new(&directory);
    let (us, gb) = thread::scope(|scope| {
        let us = scope.spawn(|| dialect(directory, "us", data::load_us_gold(), &data::load_us_silver()));
        let gb = dialect(directory, "gb", data::load_gb_gold(), &data::load_gb_silver());
        (us.join(), gb)
    });
    us.map_err(|_| "the American data cannot be made")??;
    gb?;
    fs::write(directory.join("tables.rs"), tables::source()? + &patterns::source()?)?;
    fs::write(directory.join("tagger.weights"), tagger::weights(tagger_hash::row_hash)?)?;
    Ok(())
}

/// Writes the data of a dialect. The error is a text, as it comes from another thread.
fn dialect(directory: &Path, name: &str, gold: Entries, silver: &Entries) -> Result<(), String> {
    let write = |kind: &str, bytes: Vec<u8>| {
        fs::write(directory.join(format!("{name}.{kind}")), bytes).map_err(|error| error.to_string())
    };
    write("dictionary", dictionary::table(&gold, silver).map_err(|error| error.to_string())?)?;
    write("sound", train::table(&train::entries(gold)).map_err(|error| error.to_string())?)
}
