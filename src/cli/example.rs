//! `gradatim example`: complete pipelines, as text, or as a folder with the sample that they read.
//!
//! The folder is laid out as the repository is, with the same bytes: the pipeline's paths lead to the sample beside it,
//! and a run of it gives what a run in the repository gives, to the last byte of its manifest.

use std::path::{Path, PathBuf};

use crate::disk::{self, Over, Partial};
use crate::error::one_line;
use crate::pipeline::Pipeline;
use crate::sample::{SOURCES, Sample};
use crate::source::store;
use crate::{Error, Result};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::shell::shell;
use super::{print, print_json, print_to_keep};

/// Prints a complete pipeline, to start from; its top says how to name your own data in it.
///
/// With `--into` it is written to a folder, as `pipelines/NAME.toml`, with what it reads of the sample in `data/`: what is
/// then printed runs there, without a checkout of the repository.
#[derive(Args)]
#[command(after_help = "\
Examples:
  gradatim example quickstart --into quickstart
  gradatim example columns > my-experiment.toml
  gradatim example ladder")]
pub(super) struct Arguments {
    /// Which one.
    #[arg(value_enum, default_value = "quickstart")]
    name: Name,
    /// Write it to this folder, with the sample beside it where it reads that; the folder must not exist, or hold
    /// nothing.
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// Report what was written as JSON on stdout.
    #[arg(long, requires = "into")]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Name {
    /// A small experiment over the sample in `data/`.
    Quickstart,
    /// Random sets over columns of your own, which no layout names.
    Columns,
    /// The paper's grid over OpenR1.
    Ladder,
    /// The paper's headline questions in 12 arms.
    Headline,
    /// s1's selection, step by step, beside its controls.
    S1,
    /// LIMO's lexical score, beside its controls.
    Limo,
    /// Light-R1's rule for a second stage, and OpenThoughts' rules for problems.
    #[value(alias = "light_r1")]
    LightR1,
    /// R1 against Gemini on the same problems.
    Styles,
    /// Long trajectories among short ones, one in five, half and four in five.
    Mix,
    /// The same reasoning in another order, a third, two thirds or all of its steps.
    Shuffled,
    /// Wrong trajectories of the same problems.
    Wrong,
    /// Easy, middling and hard problems, by another model's pass rate.
    Difficulty,
    /// Many subsets, text for few: what the benchmarks run.
    Bench,
}

impl Name {
    fn text(self) -> &'static str {
        match self {
            Self::Quickstart => include_str!("../../pipelines/quickstart.toml"),
            Self::Columns => include_str!("../../pipelines/columns.toml"),
            Self::Ladder => include_str!("../../pipelines/ladder.toml"),
            Self::Headline => include_str!("../../pipelines/headline.toml"),
            Self::S1 => include_str!("../../pipelines/s1.toml"),
            Self::Limo => include_str!("../../pipelines/limo.toml"),
            Self::LightR1 => include_str!("../../pipelines/light_r1.toml"),
            Self::Styles => include_str!("../../pipelines/styles.toml"),
            Self::Mix => include_str!("../../pipelines/mix.toml"),
            Self::Shuffled => include_str!("../../pipelines/shuffled.toml"),
            Self::Wrong => include_str!("../../pipelines/wrong.toml"),
            Self::Difficulty => include_str!("../../pipelines/difficulty.toml"),
            Self::Bench => include_str!("../../pipelines/bench.toml"),
        }
    }

    /// Where it lies in the repository.
    fn file(self) -> String {
        let value = self.to_possible_value();
        let name = value.map(|value| value.get_name().replace('-', "_"));
        format!("{PIPELINES}/{}.toml", name.unwrap_or_default())
    }
}

const PIPELINES: &str = "pipelines";
const DATA: &str = "data";

pub(super) fn example(arguments: &Arguments) -> Result<u8> {
    let name = arguments.name;
    if arguments.into.as_deref().is_some_and(store::is_address) {
        return Err(Error::usage(
            "`--into` names an address, and an example is written to a folder of this disk",
            "name a folder",
        ));
    }
    let Some(folder) = &arguments.into else {
        print_to_keep(&(head(name.text()) + name.text()))?;
        return Ok(0);
    };
    let inputs = inputs(name)?;
    let files = write(folder, name, &inputs)?;
    let next = next(folder, name, &inputs);
    match arguments.json {
        true => print_json(&json!({
            "pipeline": folder.join(name.file()), "folder": folder, "files": files, "next": next,
        }))?,
        false => print(&page(folder, name, &inputs, &next))?,
    }
    Ok(0)
}

/// Something that a pipeline reads, by the name that `--source` gives it.
struct Input {
    name: String,
    lies: Lies,
}

#[derive(Debug, PartialEq)]
enum Lies {
    /// In a folder of the sample.
    InSample(String),
    /// In a dataset of the hub.
    OnHub(String),
    /// Where its user says.
    Elsewhere,
}

impl Lies {
    fn of(path: Option<&str>, hub: Option<&str>) -> Self {
        let of_hub = hub.or_else(|| path?.strip_prefix("hub:"));
        let of_sample = || {
            path?
                .strip_prefix("../")?
                .strip_prefix(DATA)?
                .strip_prefix('/')
        };
        match (of_hub, of_sample()) {
            (Some(dataset), _) => Self::OnHub(dataset.to_owned()),
            (None, Some(folder)) => Self::InSample(folder.to_owned()),
            (None, None) => Self::Elsewhere,
        }
    }
}

fn inputs(name: Name) -> Result<Vec<Input>> {
    let pipeline: Pipeline = toml::from_str(name.text()).map_err(std::io::Error::other)?;
    let sources = pipeline.sources.iter();
    let sources = sources.map(|(name, of)| (name, of.path.as_deref(), of.hub.as_deref()));
    let companions = pipeline.companions.iter();
    let companions = companions.map(|(name, of)| (name, of.path.as_deref(), of.hub.as_deref()));
    let joined = pipeline.join.iter();
    let joined = joined.map(|(name, of)| (name, of.path.as_deref(), None));
    let benchmarks = pipeline.benchmarks.iter();
    let benchmarks = benchmarks.map(|(name, of)| (name, of.path.as_deref(), None));
    let all = sources.chain(companions).chain(joined).chain(benchmarks);
    let inputs = all.map(|(name, path, hub)| Input {
        name: name.clone(),
        lies: Lies::of(path, hub),
    });
    Ok(inputs.collect())
}

/// Files of the sample that the inputs lie in.
fn needs(inputs: &[Input], file: &str) -> bool {
    let folder = file.split('/').next().unwrap_or_default();
    let lies = |input: &Input| matches!(&input.lies, Lies::InSample(of) if of == folder);
    inputs.iter().any(lies)
}

/// Writes the folder, as one; returns its files, by their names in it.
fn write(folder: &Path, name: Name, inputs: &[Input]) -> Result<Vec<String>> {
    let partial = Partial::begin_alone(folder)?;
    // Before the sample is made.
    partial.refuse_taken(Over::EmptyFolders)?;
    let mut files = vec![(name.file(), name.text().as_bytes().to_vec())];
    if SOURCES.iter().any(|file| needs(inputs, file)) {
        let sample = Sample::make().sources(|file| needs(inputs, file))?;
        let sample = sample.into_iter();
        files.extend(sample.map(|(file, bytes)| (format!("{DATA}/{file}"), bytes)));
    }
    for (file, bytes) in &files {
        let path = partial.built().join(file);
        disk::create_folders(path.parent().unwrap_or(&path))?;
        disk::write(&path, bytes)?;
    }
    partial.finish(Over::EmptyFolders)?;
    Ok(files.into_iter().map(|(file, _)| file).collect())
}

/// The commands that come next.
fn next(folder: &Path, name: Name, inputs: &[Input]) -> Vec<String> {
    let folder = folder.display().to_string();
    let yours = inputs.iter().filter(|input| input.lies == Lies::Elsewhere);
    let yours: String = yours
        .map(|input| format!(" --source {}=PATH", input.name))
        .collect();
    vec![
        format!("cd {}", shell(&folder)),
        format!("gradatim run {}{yours} --out out", name.file()),
        "gradatim check out".to_owned(),
    ]
}

fn page(folder: &Path, name: Name, inputs: &[Input], next: &[String]) -> String {
    let folder = folder.join(name.file()).display().to_string();
    let mut page = format!("{}\n", one_line(&folder));
    for Input { name, lies } in inputs {
        page += &match lies {
            Lies::InSample(of) => format!("  {name}: the sample, in {DATA}/{of}\n"),
            Lies::OnHub(dataset) => {
                format!("  {name}: hub:{dataset}, or what `--source {name}=PATH` names\n")
            }
            Lies::Elsewhere => format!("  {name}: yours, as `--source {name}=PATH` names it\n"),
        };
    }
    page += "\nnext:\n";
    page + &next
        .iter()
        .map(|line| format!("  {line}\n"))
        .collect::<String>()
}

/// What to change where it is not in this repository: its paths lead to files that stand there.
fn head(pipeline: &str) -> String {
    let names = pipeline.lines().filter_map(|line| {
        let name = line.strip_prefix("[sources.")?;
        name.strip_suffix(']').filter(|name| !name.contains('.'))
    });
    let sources: String = names.map(|name| format!(" --source {name}=PATH")).collect();
    format!(
        "# To change first: a `path` below starts at the folder of this file. Write where your own data lies,\n\
         # or name it on the command line:\n#\n#   gradatim run THIS_FILE{sources}\n#\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_pipeline_finds_the_sample_beside_it_or_says_what_is_to_be_named() {
        let mut seen = [0; 3];
        for &name in Name::value_variants() {
            let file = name.file();
            let kept = std::fs::read_to_string(&file).expect("it is in the repository");
            assert_eq!(name.text(), kept, "{file}");
            let inputs = inputs(name).expect("a pipeline");
            assert!(!inputs.is_empty(), "{file}");
            let run = &next(Path::new("my folder"), name, &inputs)[1];
            for input in &inputs {
                let is_named = run.contains(&format!(" --source {}=PATH", input.name));
                assert_eq!(is_named, input.lies == Lies::Elsewhere, "{file}");
                match &input.lies {
                    Lies::InSample(folder) => {
                        let below = format!("{folder}/");
                        let files = SOURCES.iter().filter(|file| file.starts_with(&below));
                        assert_ne!(files.count(), 0, "{file}: {folder}");
                        seen[0] += 1;
                    }
                    Lies::OnHub(_) => seen[1] += 1,
                    Lies::Elsewhere => seen[2] += 1,
                }
            }
        }
        assert!(seen.iter().all(|&count| count > 0), "{seen:?}");
    }
}
