//! Trains the letter-to-sound tables that `kokoro_core` embeds.
//!
//! They are learned here, from the dictionaries of `misaki-rs`, so that neither a dictionary nor anything
//! derived from one has to be kept in this repository. It takes a few seconds, downloads nothing and writes
//! to `OUT_DIR` only.

#![expect(clippy::print_stdout, reason = "it is how a build script speaks to Cargo")]

#[path = "../src/g2p/english/sound/model/pattern.rs"]
mod pattern;
mod train;

use std::error::Error;
use std::path::Path;
use std::{env, fs, thread};

use misaki_rs::data;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/g2p/english/sound/model/pattern.rs");
    let directory = env::var("OUT_DIR")?;
    let (us, gb) = thread::scope(|scope| {
        let us = scope.spawn(|| train::table(&train::entries(data::load_us_gold())));
        let gb = train::table(&train::entries(data::load_gb_gold()));
        (us.join(), gb)
    });
    let us = us.map_err(|_| "the American table cannot be trained")??;
    fs::write(Path::new(&directory).join("us.sound"), us)?;
    fs::write(Path::new(&directory).join("gb.sound"), gb?)?;
    Ok(())
}
