//! The table as bytes. The format is described with its reader, `src/g2p/english/sound/model/table.rs`.

use super::estimate::Estimates;
use super::trie::{Level, ORDER, Token};

/// What a token stands for.
#[derive(Clone, Default)]
pub(super) struct Name {
    pub(super) letter: u8,
    pub(super) phonemes: String,
}

/// Tokens have ten bits, their costs six.
const MOST_TOKENS: usize = 1 << 10;
const COST_BITS: u32 = 6;

pub(super) fn write(names: &[Name], levels: &[Level], estimates: &[Estimates]) -> Result<Vec<u8>, String> {
    if names.len() > MOST_TOKENS {
        return Err(format!("{} pairs of letters and phonemes, of {MOST_TOKENS} at most", names.len()));
    }
    let mut out = Vec::from(*b"KLTS\x01");
    out.push(ORDER as u8);
    out.extend((names.len() as u16).to_le_bytes());
    for name in names {
        out.push(name.letter);
        out.push(name.phonemes.len() as u8);
        out.extend(name.phonemes.as_bytes());
    }
    for (at, (level, estimates_here)) in levels.iter().zip(estimates).enumerate() {
        let kept: Vec<usize> = (0..level.len()).filter(|&node| estimates_here.kept[node]).collect();
        out.extend((kept.len() as u32).to_le_bytes());
        for &node in &kept {
            out.extend(entry(level.token[node], estimates_here.cost[node]).to_le_bytes());
        }
        if let Some(next) = estimates.get(at + 1) {
            let children = |&node: &usize| level.children(node).filter(|&child| next.kept[child]).count();
            let children: Vec<usize> = kept.iter().map(children).collect();
            write_inner(&mut out, at, &children, |place| estimates_here.backoff[kept[place]])?;
        }
    }
    Ok(out)
}

/// Writes which nodes have children, what it costs to leave each, and where its children are.
fn write_inner(
    out: &mut Vec<u8>,
    at: usize,
    children: &[usize],
    backoff: impl Fn(usize) -> f64,
) -> Result<(), String> {
    let inner: Vec<usize> = (0..children.len()).filter(|&place| children[place] > 0).collect();
    let mut rank = 0u32;
    for block in children.chunks(64) {
        let bits = block.iter().rev().fold(0u64, |bits, &count| bits << 1 | u64::from(count > 0));
        out.extend(bits.to_le_bytes());
        out.extend(rank.to_le_bytes());
        rank += bits.count_ones();
    }
    out.extend((inner.len() as u32).to_le_bytes());
    out.extend(inner.iter().map(|&place| ((backoff(place) + 2.0) * 16.0 + 0.5).clamp(0.0, 255.0) as u8));
    let mut start = 0;
    for block in inner.chunks(16) {
        out.extend((start as u32).to_le_bytes());
        start += block.iter().map(|&place| children[place]).sum::<usize>();
    }
    for &place in &inner {
        if at < 2 {
            out.extend((children[place] as u16).to_le_bytes());
        } else {
            out.push(u8::try_from(children[place]).map_err(|_| "a context has too many continuations")?);
        }
    }
    Ok(())
}

fn entry(token: Token, cost: f64) -> u16 {
    let quarters = (cost * 4.0 + 0.5).clamp(0.0, 63.0) as u16;
    token << COST_BITS | quarters
}
