//! The folder of an evaluation: beside the experiment and never inside of it, which stays sealed.
//!
//! ```text
//! DIR/
//!   eval.json                     what `--json` prints
//!   report.txt                    what the screen shows, in its full width
//!   attempts.parquet              every attempt and where its text stands, as `gradatim sql` asks it
//!   runs, tiers, pairs            .parquet, .csv and, for a paper, .tex
//!   arms, comparisons             the same of an experiment
//!   comparison_tiers              its comparisons by tier
//!   comparison_questions.parquet  its comparisons question by question
//!   disagreements                 attempts that the log and we grade differently
//!   ladder.svg, potential.svg …   plots
//!   every_eval_ever/              each run as a record of that standard, where it is published
//!   manifest.json                 what was asked, of what, by which version, and the hash of every file
//! ```
//!
//! The same logs, options and version give the same bytes: no time, thread count or absolute path stands in it.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::path::{Component, Path};

use serde::Serialize;
use serde_json::{Map, Value};

use super::{latex, plots, tables};
use crate::disk::{self, Over, Partial};
use crate::eval::attempt::{Grader, Run};
use crate::eval::experiment::answer::Answer;
use crate::eval::logs::write::{Publication, Record};
use crate::eval::logs::{Disagreement, Input};
use crate::eval::report::Report;
use crate::folder::{EVALUATION, sha256, walk};
use crate::{Error, Result};

/// What the folder is made of.
pub(crate) struct Contents<'c> {
    pub report: &'c Report,
    pub answer: Option<&'c Answer>,
    pub runs: &'c [Run],
    pub grader: Grader,
    pub disagreements: &'c [Disagreement],
    /// Files that were read.
    pub inputs: &'c [Input],
    /// Who publishes the runs as records of Every Eval Ever, where they are to be.
    pub publication: Option<&'c Publication>,
    /// What was asked, as the manifest holds it.
    pub asked: Value,
    /// What `--json` prints.
    pub object: &'c Map<String, Value>,
    /// What the screen shows.
    pub text: &'c str,
}

/// What one evaluation was made of.
#[derive(Serialize)]
struct Manifest<'m> {
    /// What kind of folder it is.
    kind: &'static str,
    gradatim_version: &'static str,
    asked: &'m Value,
    /// SHA-256 of the experiment's manifest.
    experiment: Option<&'m str>,
    inputs: Vec<Made<'m>>,
    /// SHA-256 of every other file.
    files: BTreeMap<String, String>,
}

/// A file that was read.
#[derive(Serialize)]
struct Made<'m> {
    path: String,
    #[serde(flatten)]
    rest: Map<String, Value>,
    #[serde(skip)]
    input: &'m Input,
}

/// Writes the folder as a whole; what is there already is never written over. `go_on` may end it between its files.
pub(crate) fn write(
    out: &Path,
    contents: &Contents<'_>,
    go_on: &dyn Fn() -> Result<()>,
) -> Result<()> {
    if disk::is_there(out) {
        return Err(Error::OutputExists(out.to_owned()));
    }
    let partial = Partial::begin_alone(out)?;
    let built = partial.built();
    disk::create_folders(&built)?;
    let put = |name: &str, text: &str| disk::write(&built.join(name), text);
    let read = (contents.runs, contents.inputs);
    tables::write_attempts(&built, read, contents.grader, go_on)?;
    tables::write(&built, contents.report, contents.answer, go_on)?;
    tables::write_disagreements(&built, contents.disagreements)?;
    for (name, text) in latex::tables(contents.report, contents.answer) {
        put(name, &text)?;
    }
    go_on()?;
    for (name, svg) in plots(contents.report, contents.answer) {
        put(&name, &svg)?;
    }
    if let Some(publication) = contents.publication {
        publish(&built.join(RECORDS), contents, publication, go_on)?;
    }
    put("eval.json", &json(contents.object)?)?;
    put("report.txt", contents.text)?;
    put(EVALUATION, &json(&manifest(&built, contents)?)?)?;
    go_on()?;
    partial.finish(Over::Nothing)
}

/// Where the records lie.
const RECORDS: &str = "every_eval_ever";

/// Writes each run as a record.
fn publish(
    folder: &Path,
    contents: &Contents<'_>,
    publication: &Publication,
    go_on: &dyn Fn() -> Result<()>,
) -> Result<()> {
    for run in contents.runs {
        go_on()?;
        let Some(record) = Record::new(run, contents.grader, publication) else {
            continue;
        };
        let path = folder.join(record.samples_path());
        if let Some(above) = path.parent() {
            disk::create_folders(above)?;
        }
        let mut file = BufWriter::new(disk::create(&path)?);
        let written = record.samples(&mut file);
        let written = written.and_then(|written| file.flush().map(|()| written));
        let written = written.map_err(|error| Error::write(&path, error))?;
        disk::write(&folder.join(record.path()), record.aggregate(&written))?;
    }
    Ok(())
}

fn manifest<'m>(built: &Path, contents: &'m Contents<'_>) -> Result<Manifest<'m>> {
    let mut names = Vec::new();
    walk(built, &mut names)?;
    let sum = |name: String| {
        let sum = sha256(&built.join(&name))?;
        Ok((name, sum))
    };
    let answer = contents.answer;
    let mut inputs: Vec<Made<'_>> = contents.inputs.iter().map(made).collect::<Result<_>>()?;
    inputs.sort_by(|a, b| (&a.path, &a.input.blake3).cmp(&(&b.path, &b.input.blake3)));
    Ok(Manifest {
        kind: "evaluation",
        gradatim_version: env!("CARGO_PKG_VERSION"),
        asked: &contents.asked,
        experiment: answer.and_then(|answer| answer.experiment.manifest_sha256.as_deref()),
        inputs,
        files: names.into_iter().map(sum).collect::<Result<_>>()?,
    })
}

fn made(input: &Input) -> Result<Made<'_>> {
    let rest = match serde_json::to_value(input).map_err(std::io::Error::from)? {
        Value::Object(mut map) => {
            map.remove("path");
            map
        }
        _ => Map::new(),
    };
    Ok(Made {
        path: portable(&input.path),
        rest,
        input,
    })
}

/// A path that says nothing of this machine: of an absolute one the file's name, of one through folders above what lies
/// below them.
pub(crate) fn portable(path: &str) -> String {
    let path = Path::new(path);
    let named = |component: Component<'_>| match component {
        Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
        _ => None,
    };
    let parts: Vec<String> = path.components().filter_map(named).collect();
    match (path.is_absolute(), parts.last()) {
        (true, Some(name)) => name.clone(),
        _ => parts.join("/"),
    }
}

fn json(value: &impl Serialize) -> Result<String> {
    let text = serde_json::to_string_pretty(value).map_err(std::io::Error::from)?;
    Ok(crate::error::visible_json(&text).into_owned() + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_a_manifest_says_nothing_of_this_machine() {
        assert_eq!(portable("/home/me/logs/a.jsonl"), "a.jsonl");
        assert_eq!(portable("../logs/./a.jsonl"), "logs/a.jsonl");
        assert_eq!(portable("-"), "-");
    }
}
