//! Writes a Kokoro model file for tests and benchmarks.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use kokoro_testkit::{Durations, Graph, Recipe, Source, Speed};

const HELP: &str = "\
Write a Kokoro model with the real graph and pseudo-random weights.

usage: make-model (--graph NAME | --from FILE) [options] OUT.onnx

  --graph NAME               input_ids (integer speed, durations) or tokens (float speed, no durations)
  --from FILE                start from this model, such as a published one, in place of a graph of our own
  --seed N                   seed of the weights [1]
  --silent                   zeros in place of the noise: equal inputs give equal waveforms
  --int-speed                make the input `speed` an i32
  --f32-speed                make the input `speed` an f32
  --no-durations             remove the output of durations
  --durations                add the output of durations (i64 `duration`), if there is none
  --f32-durations            add it as f32 `durations`
  --waveform-rank N          give the waveform N dimensions
  --rename-input OLD=NEW     rename an input (repeatable)
  --rename-output OLD=NEW    rename an output (repeatable)
  --metadata KEY=VALUE       set metadata (repeatable); @FILE as the value reads it from a file
  --fp16                     store the weights as f16
  -h, --help                 print this help
";

enum Command {
    Help,
    Make { recipe: Recipe, out: PathBuf },
}

fn main() -> ExitCode {
    let outcome = match parse(std::env::args_os().skip(1)) {
        Ok(Command::Help) => io::stdout().write_all(HELP.as_bytes()).map_err(|error| error.to_string()),
        Ok(Command::Make { recipe, out }) => recipe.write(&out).map_err(|error| error.to_string()),
        Err(usage) => Err(format!("{usage}\nTry --help.")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // Where standard error is closed, the exit code still tells.
            let _ = writeln!(io::stderr(), "make-model: {message}");
            ExitCode::FAILURE
        }
    }
}

fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Command, String> {
    let mut arguments = arguments.into_iter();
    let mut source = None;
    let mut out = None;
    // The source is known at the end only; until then any will do.
    let mut recipe = Recipe::new(Graph::InputIds);

    while let Some(argument) = arguments.next() {
        let text = argument.to_string_lossy().into_owned();
        let mut value = || arguments.next().ok_or_else(|| format!("{text} needs a value"));
        match text.as_str() {
            "-h" | "--help" => return Ok(Command::Help),
            "--graph" => set_once(&mut source, Source::Skeleton(graph(&value()?)?), ONE_SOURCE)?,
            "--from" => set_once(&mut source, Source::File(value()?.into()), ONE_SOURCE)?,
            "--seed" => recipe.seed = number(&text, value()?)?,
            "--silent" => recipe.silent = true,
            "--int-speed" => recipe.speed = once(recipe.speed, Speed::Int, "type of speed")?,
            "--f32-speed" => recipe.speed = once(recipe.speed, Speed::F32, "type of speed")?,
            "--no-durations" => recipe.durations = once(recipe.durations, Durations::None, DURATIONS)?,
            "--durations" => recipe.durations = once(recipe.durations, Durations::I64, DURATIONS)?,
            "--f32-durations" => recipe.durations = once(recipe.durations, Durations::F32, DURATIONS)?,
            "--waveform-rank" => recipe.waveform_rank = Some(number(&text, value()?)?),
            "--rename-input" => recipe.rename_inputs.push(pair(&text, value()?)?),
            "--rename-output" => recipe.rename_outputs.push(pair(&text, value()?)?),
            "--metadata" => recipe.metadata.push(metadata(pair(&text, value()?)?)?),
            "--fp16" => recipe.fp16 = true,
            _ if text.starts_with('-') => return Err(format!("there is no option {text}")),
            _ => set_once(&mut out, argument.into(), "only one file can be written at a time")?,
        }
    }
    recipe.source =
        source.ok_or("say what to start from: --graph input_ids, --graph tokens or --from FILE")?;
    let out = out.ok_or("the file to write is missing")?;
    Ok(Command::Make { recipe, out })
}

const ONE_SOURCE: &str = "one of --graph and --from is enough";
const DURATIONS: &str = "form of the durations";

fn set_once<T>(slot: &mut Option<T>, value: T, otherwise: &str) -> Result<(), String> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(otherwise.into()),
    }
}

fn once<T: Default + PartialEq>(before: T, value: T, what: &str) -> Result<T, String> {
    if before == T::default() { Ok(value) } else { Err(format!("there is only one {what}")) }
}

fn graph(name: &OsString) -> Result<Graph, String> {
    let name = name.to_string_lossy();
    Graph::from_name(&name).ok_or_else(|| format!("there is no graph {name}; there are input_ids and tokens"))
}

fn number<T: std::str::FromStr>(option: &str, value: OsString) -> Result<T, String> {
    let value = value.to_string_lossy();
    value.parse().map_err(|_| format!("{option} takes a whole number, not {value}"))
}

fn pair(option: &str, value: OsString) -> Result<(String, String), String> {
    let value = value.into_string().map_err(|value| format!("{option}: {} is not UTF-8", value.display()))?;
    let (left, right) = value.split_once('=').ok_or_else(|| format!("{option} {value}: a = is missing"))?;
    Ok((left.into(), right.into()))
}

fn metadata((key, value): (String, String)) -> Result<(String, String), String> {
    let Some(file) = value.strip_prefix('@') else { return Ok((key, value)) };
    let value = fs::read_to_string(file).map_err(|error| format!("--metadata {key}=@{file}: {error}"))?;
    Ok((key, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(line: &str) -> Result<(Recipe, PathBuf), String> {
        match parse(line.split_whitespace().map(OsString::from))? {
            Command::Make { recipe, out } => Ok((recipe, out)),
            Command::Help => Err("help".into()),
        }
    }

    #[test]
    fn reads_every_option() {
        let line = "--silent out.onnx --graph tokens --seed 7 --int-speed --f32-durations --waveform-rank 3 \
                    --rename-input tokens=input_ids --rename-output audio=waveform --metadata a=b=c --fp16";
        let (recipe, out) = recipe(line).unwrap();
        assert_eq!(out, PathBuf::from("out.onnx"));
        let expected = Recipe {
            seed: 7,
            silent: true,
            speed: Speed::Int,
            durations: Durations::F32,
            waveform_rank: Some(3),
            rename_inputs: vec![("tokens".into(), "input_ids".into())],
            rename_outputs: vec![("audio".into(), "waveform".into())],
            metadata: vec![("a".into(), "b=c".into())],
            fp16: true,
            ..Recipe::new(Graph::Tokens)
        };
        assert_eq!(recipe, expected);
    }

    #[test]
    fn starts_from_a_file() {
        let (made, _) = recipe("--from kokoro.onnx out.onnx").unwrap();
        assert_eq!(made, Recipe::from_file("kokoro.onnx"));
    }

    #[test]
    fn says_what_is_wrong() {
        for (line, message) in [
            ("out.onnx", "say what to start from: --graph input_ids, --graph tokens or --from FILE"),
            ("--graph tokens", "the file to write is missing"),
            ("--graph token out.onnx", "there is no graph token; there are input_ids and tokens"),
            ("--graph tokens --from a.onnx out.onnx", "one of --graph and --from is enough"),
            ("--graph tokens a.onnx b.onnx", "only one file can be written at a time"),
            ("--graph tokens --seed x out.onnx", "--seed takes a whole number, not x"),
            ("--graph tokens out.onnx --seed", "--seed needs a value"),
            ("--graph tokens --loud out.onnx", "there is no option --loud"),
            ("--graph tokens --no-durations --durations o", "there is only one form of the durations"),
            ("--graph tokens --metadata key out.onnx", "--metadata key: a = is missing"),
        ] {
            assert_eq!(recipe(line).unwrap_err(), message, "{line}");
        }
    }
}
