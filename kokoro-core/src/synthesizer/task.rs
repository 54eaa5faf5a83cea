//! A request as the scheduler works on it: one run of the model in each step.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::assemble::Assembler;
use super::core::Core;
use super::front::{self, Reader};
use super::script::{Findings, Gap, Line, Script};
use crate::chunk::{Lead, Limits};
use crate::model::Utterance;
use crate::schedule::{Step, Task};
use crate::speech::SpeechChunk;
use crate::voice::Blend;
use crate::{CancelToken, Error, ErrorKind, Result, SpeechRequest};

/// What it took to make a chunk.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) queue: Duration,
    pub(super) inference: Duration,
    pub(super) assembly: Duration,
    pub(super) symbols: usize,
    pub(super) findings: Findings,
}

/// A chunk on its way to the caller.
pub(super) struct Made {
    pub(super) chunk: SpeechChunk,
    pub(super) work: Work,
}

/// A request that is being spoken.
pub(super) struct SpeechTask {
    core: Arc<Core>,
    cancel: CancelToken,
    span: tracing::Span,
    state: State,
    work: Work,
}

enum State {
    /// Nothing was done for it yet, except that it was checked.
    New(Box<SpeechRequest>, Lead),
    Open(Box<Speaking>),
}

/// What a request needs while it is spoken.
struct Speaking {
    voice: Blend,
    speed: f32,
    seed: Option<u64>,
    script: Script,
    assembler: Assembler,
    /// The next line, and what is before it.
    next: Option<(Gap, Line)>,
    made: usize,
}

impl SpeechTask {
    /// For a request that was [checked](front::check). `cancel` ends a run of the model.
    pub(super) fn new(core: Arc<Core>, request: SpeechRequest, lead: Lead, cancel: CancelToken) -> Self {
        let span = tracing::debug_span!("speech", text_bytes = request.text().len());
        Self { core, cancel, span, state: State::New(Box::new(request), lead), work: Work::default() }
    }

    /// Loads the voice and reads the text up to the first line, so that the caller learns of a bad request at once.
    pub(super) fn open(&mut self) -> Result<()> {
        let State::New(request, lead) = &self.state else { return Ok(()) };
        let _entered = self.span.clone().entered();
        let speaking = Speaking::new(&self.core, request, *lead)?;
        self.state = State::Open(Box::new(speaking));
        Ok(())
    }
}

impl Task for SpeechTask {
    type Item = Made;
    type Error = Error;

    fn step(&mut self, waited: Duration) -> Result<Step<Made>> {
        self.work.queue += waited;
        if matches!(self.state, State::New(..)) {
            self.open()?;
            return Ok(Step::Nothing);
        }
        let State::Open(speaking) = &mut self.state else { return Ok(Step::Nothing) };
        let _entered = self.span.enter();
        let chunk = speaking.speak(&self.core, &self.cancel, &mut self.work)?;
        // What pauses cost is no work, but audio that others have not had.
        let (cost, last) = (chunk.samples.len() as u64, chunk.is_last);
        Ok(Step::Item { item: Made { chunk, work: std::mem::take(&mut self.work) }, cost, last })
    }
}

impl Speaking {
    fn new(core: &Core, request: &SpeechRequest, lead: Lead) -> Result<Self> {
        let mix = front::voice(core, request)?;
        let voice = core.voices.blend(&mix)?;
        let spec = core.engine.spec();
        let text: Arc<str> = request.text().into();
        let limits = Limits::new(core.chunk_symbols, spec.max_symbols);
        let reader = Reader::new(core, request, &mix);
        let mut script = Script::new(Arc::clone(&text), reader, limits, lead);
        let next = tracing::debug_span!("g2p").in_scope(|| script.next(core))?;
        if next.is_none() {
            return Err(Error::new(
                ErrorKind::NothingToSpeak,
                "the text holds nothing that can be spoken, such as letters or digits",
            ));
        }
        let timed = spec.durations_output.is_some();
        let assembler = Assembler::new(text, request.joins, request.speed, timed);
        Ok(Self { voice, speed: request.speed, seed: request.seed, script, assembler, next, made: 0 })
    }

    /// Speaks the next line.
    fn speak(&mut self, core: &Core, cancel: &CancelToken, work: &mut Work) -> Result<SpeechChunk> {
        let Some((before, line)) = self.next.take() else {
            return Err(Error::new(ErrorKind::Internal, "a request was asked for more than it has"));
        };
        // The reference chooses the row before it drops unknown symbols.
        let symbols = NonZeroUsize::new(line.phonemes.chars().count()).unwrap_or(NonZeroUsize::MIN);
        let style = self.voice.style(symbols);
        let begin = Instant::now();
        let utterance = Utterance {
            tokens: &line.tokens,
            style: &style,
            speed: self.speed,
            seed: self.seed.map(|seed| chunk_seed(seed, self.made)),
            cancel,
        };
        let mut inference =
            tracing::debug_span!("inference", symbols).in_scope(|| core.engine.infer(&utterance))?;
        work.inference += begin.elapsed();
        work.symbols += symbols.get();

        // The pause after this line, and whether it is the last one, depend on what follows.
        self.next = tracing::debug_span!("g2p").in_scope(|| self.script.next(core))?;
        work.findings = self.script.findings();
        let after = self.next.as_ref().map_or_else(|| self.script.end(), |(gap, _)| *gap);

        let begin = Instant::now();
        let next = self.next.as_ref().map(|(_, line)| line);
        let vocabulary = &core.engine.spec().vocabulary;
        let assembled = tracing::debug_span!("assembly")
            .in_scope(|| self.assembler.push(&line, &mut inference, before, after, next, vocabulary));
        work.assembly += begin.elapsed();
        let index = self.made;
        self.made += 1;
        Ok(SpeechChunk {
            index,
            range: line.range(),
            phonemes: line.phonemes,
            start_sample: assembled.start,
            samples: assembled.samples,
            words: assembled.words,
            durations: inference.durations,
            is_last: self.next.is_none(),
        })
    }
}

/// The seed of one chunk: all chunks of a request have other noise. (A finaliser of SplitMix64, Steele et al. 2014.)
fn chunk_seed(seed: u64, chunk: usize) -> u64 {
    let mut state = seed.wrapping_add((chunk as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    state ^ (state >> 31)
}
