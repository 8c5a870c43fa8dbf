//! What a pipeline file says, checked by itself: keys that contradict each other, thresholds that are none,
//! conditions on what nobody tells.

use std::collections::HashSet;

use super::Overrides;
use super::lock::named_files;
use super::lookups::at_key;
use super::screen_vectors;
use crate::error::{did_you_mean, listed};
use crate::pipeline::{Added, Pipeline, PipelineFile, TextColumn};
use crate::rules::Accept;
use crate::screen::near::THRESHOLD_MIN;
use crate::source::{Layout, Source, control_token, layout, license};
use crate::{Error, Result};

/// Refuses what any table of the pipeline gets wrong; returns what `[emit] subsets` means.
pub(super) fn check(
    file: &PipelineFile,
    pipeline: &Pipeline,
    overrides: &Overrides,
) -> Result<Vec<glob::Pattern>> {
    let emitted = check_emit(file, pipeline)?;
    refuse_unknown(pipeline, overrides)?;
    check_screen(file, pipeline)?;
    check_names(file, pipeline)?;
    check_near(file, pipeline)?;
    screen_vectors::check(file, pipeline)?;
    Ok(emitted)
}

/// Refuses a `--source` of a name that the pipeline does not have.
pub(crate) fn refuse_unknown(pipeline: &Pipeline, overrides: &Overrides) -> Result<()> {
    let known = pipeline.sources.keys().chain(pipeline.companions.keys());
    let known = known.chain(pipeline.benchmarks.keys());
    let files = named_files(pipeline);
    let known = known.chain(pipeline.join.keys()).chain(&files);
    let known: Vec<&String> = known.collect();
    let Some(lost) = overrides.sources.keys().find(|name| !known.contains(name)) else {
        return Ok(());
    };
    let known: Vec<&str> = known.into_iter().map(String::as_str).collect();
    let meant = did_you_mean(lost, known.iter().copied());
    Err(Error::usage(
        format!("the pipeline has no source, companion, benchmark or join `{lost}`"),
        format!("{meant}name one of {}", listed(known)),
    ))
}

/// Refuses bounds that hold nothing, and a condition on something that no source and no companion tells.
fn check_screen(file: &PipelineFile, pipeline: &Pipeline) -> Result<()> {
    let screen = &pipeline.screen;
    let bounds = (screen.tokens_min, screen.tokens_max);
    if let (Some(min), Some(max)) = bounds
        && min > max
    {
        let mend = "write the smaller one there";
        return Err(file.error("screen.tokens_min", "is more than `tokens_max`", mend));
    }
    if !pipeline.companions.is_empty() {
        return Ok(());
    }
    let asked = [
        ("question_type", screen.question_type.is_some()),
        ("problem_is_valid", screen.problem_is_valid.is_some()),
        ("solution_is_valid", screen.solution_is_valid.is_some()),
        ("synthetic", screen.synthetic.is_some()),
    ];
    let mut asked = asked.into_iter().filter(|(_, is_asked)| *is_asked);
    asked.try_for_each(|(key, _)| check_told(file, pipeline, key))
}

/// Refuses a key of `[screen]` that a source's layout has no column for.
fn check_told(file: &PipelineFile, pipeline: &Pipeline, key: &str) -> Result<()> {
    let mut sources = pipeline.sources.iter();
    let Some((name, _)) = sources.find(|(_, source)| !layout::tells(source, key)) else {
        return Ok(());
    };
    Err(file.error(
        &format!("screen.{key}"),
        &format!("asks for what the source `{name}` does not tell, so all of it would be dropped"),
        "add a table `[companions.numina]` with `hub = \"AI-MO/NuminaMath-1.5\"`",
    ))
}

/// Refuses two tables of one name, which `--source` could not tell apart.
fn check_names(file: &PipelineFile, pipeline: &Pipeline) -> Result<()> {
    let companions = pipeline.companions.keys().map(|name| ("companions", name));
    let benchmarks = pipeline.benchmarks.keys().map(|name| ("benchmarks", name));
    let joins = pipeline.join.keys().map(|name| ("join", name));
    let mut names: HashSet<&String> = pipeline.sources.keys().collect();
    let mut others = companions.chain(benchmarks).chain(joins);
    let Some((table, name)) = others.find(|(_, name)| !names.insert(name)) else {
        return Ok(());
    };
    Err(file.error(
        &format!("{table}.{name}"),
        "has the name of another table",
        "give it a name of its own: `--source` means one of them",
    ))
}

/// Refuses thresholds that are none, two that differ, and a validation set of nothing.
fn check_near(file: &PipelineFile, pipeline: &Pipeline) -> Result<()> {
    let split = pipeline.validation.as_ref();
    let screens = pipeline.screen.near_duplicates;
    let splits = split.and_then(|split| split.near_duplicates);
    check_threshold(file, "screen.near_duplicates", screens)?;
    check_threshold(file, "validation.near_duplicates", splits)?;
    if screens.is_some() && splits.is_some() && screens != splits {
        return Err(file.error(
            "validation.near_duplicates",
            "is another threshold than `[screen] near_duplicates`, by whose clusters the split is made",
            "leave it out",
        ));
    }
    if split.is_some_and(|split| split.size == 0) {
        let mend = "write 1 or more, or leave the table out";
        return Err(file.error("validation.size", "is 0", mend));
    }
    Ok(())
}

fn check_threshold(file: &PipelineFile, key: &str, threshold: Option<f64>) -> Result<()> {
    let is_one = |asked: &f64| (THRESHOLD_MIN..=1.0).contains(asked);
    let Some(asked) = threshold.filter(|asked| !is_one(asked)) else {
        return Ok(());
    };
    let problem = format!("is {asked}, and a threshold lies from {THRESHOLD_MIN} to 1");
    let mend = "write 0.9 for copies, 0.8 for problems from one template too";
    Err(file.error(key, &problem, mend))
}

/// Refuses a source of which nothing could be selected.
pub(super) fn source(
    file: &PipelineFile,
    accept: Accept,
    name: &str,
    source: &Source,
) -> Result<()> {
    let key = format!("sources.{name}");
    check_responses(file, &key, source)?;
    check_not_blank(
        file,
        &format!("{key}.attribution"),
        source.attribution.as_ref(),
    )?;
    check_columns(file, &key, source)?;
    let accept = source.accept.unwrap_or(accept);
    if matches!(accept, Accept::Recorded | Accept::Both) && !layout::records(source) {
        return Err(file.error(
            &key,
            "records no verdicts, so nothing of it would be accepted",
            "write `accept = \"ours\"` under it, or name its `recorded` column",
        ));
    }
    Ok(())
}

/// Refuses problems without responses where something is to be selected: an audit takes them.
fn check_responses(file: &PipelineFile, key: &str, source: &Source) -> Result<()> {
    let pipeline = &file.pipeline;
    if pipeline.grid.is_empty() && pipeline.validation.is_none() {
        return Ok(());
    }
    if source.layout == Layout::Problems {
        return Err(file.error(
            &format!("{key}.layout"),
            "has no responses, so nothing could be selected",
            "write `layout = \"numina\"` for the human solutions, or a table under `[companions]`",
        ));
    }
    match &source.columns {
        Some(columns) if columns.response.is_none() => Err(file.error(
            &format!("{key}.columns"),
            "names no `response`, so nothing could be selected",
            "write `response = \"NAME\"` with the column of the responses under it",
        )),
        _ => Ok(()),
    }
}

/// Refuses layout `columns` without columns, and columns of another.
fn check_columns(file: &PipelineFile, key: &str, source: &Source) -> Result<()> {
    match (source.layout == Layout::Columns, &source.columns) {
        (true, None) => Err(file.error(
            key,
            "has layout `columns` and no columns",
            &format!("write a table `[{key}.columns]` with at least `problem` and `response`"),
        )),
        (false, Some(_)) => Err(file.error(
            &format!("{key}.columns"),
            "is read by layout `columns` only",
            "leave it out, or write `layout = \"columns\"`",
        )),
        (true, Some(columns)) => match columns.misaligned() {
            Some(beside) => Err(file.error(
                &format!("{key}.columns.{beside}"),
                "names several columns, and not as many as `response`",
                "write one for each column of `response`, in their order",
            )),
            None => Ok(()),
        },
        (false, None) => Ok(()),
    }
}

/// A missing column of a source: where its table names the columns, told there.
pub(super) fn wrong_column(
    file: &PipelineFile,
    name: &str,
    source: &Source,
    error: Error,
) -> Error {
    let Some(columns) = &source.columns else {
        return error;
    };
    let picks = columns.picks().map(|(key, pick)| (key, Some(pick)));
    at_key(file, &format!("sources.{name}.columns"), picks, error)
}

fn check_not_blank(file: &PipelineFile, key: &str, text: Option<&String>) -> Result<()> {
    match text.is_some_and(|text| text.trim().is_empty()) {
        true => Err(file.error(key, "is empty", "leave it out")),
        false => Ok(()),
    }
}

/// Refuses words of the pipeline's own that a tokenizer takes for the end or the beginning of a turn.
fn check_said(file: &PipelineFile, key: &str, text: Option<&String>) -> Result<()> {
    let Some(token) = text.and_then(|text| control_token(text)) else {
        return Ok(());
    };
    Err(file.error(
        key,
        &format!("has `{token}`, which ends or begins a turn wherever it stands"),
        "leave it out: the trainer's chat template puts such tokens around each turn",
    ))
}

/// Refuses `conversations` as what TRL trains on: it takes that column before `messages`, and in its turns nobody is a user
/// or an assistant.
fn check_added(file: &PipelineFile, add: &[Added]) -> Result<()> {
    match add.contains(&Added::Conversations) && !add.contains(&Added::PromptCompletion) {
        true => Err(file.error(
            "emit.add",
            "has `conversations` without `prompt_completion`: TRL takes it before `messages`, does not know `human` and \
             `gpt`, and trains on hardly a token of each row",
            "write `prompt_completion` too, which TRL takes before both, or leave `conversations` out: LLaMA-Factory, \
             axolotl, ms-swift and verl read `messages`",
        )),
        false => Ok(()),
    }
}

/// Puts each licence of the pipeline as the hub spells it; refuses what is none.
pub(super) fn licenses(file: &PipelineFile, pipeline: &mut Pipeline) -> Result<()> {
    for (name, source) in &mut pipeline.sources {
        check_license(
            file,
            &format!("sources.{name}.license"),
            &mut source.license,
        )?;
    }
    check_license(file, "emit.license", &mut pipeline.emit.license)
}

fn check_license(file: &PipelineFile, key: &str, written: &mut Option<String>) -> Result<()> {
    check_not_blank(file, key, written.as_ref())?;
    let Some(text) = written else { return Ok(()) };
    let settled = license::settled(text).map_err(|unknown| {
        let problem = format!("names `{unknown}`, a licence that neither SPDX nor the hub knows");
        let mend = format!(
            "{}write an id of SPDX's or a name of the hub's, as `apache-2.0`, or `other` and its terms as `attribution`",
            license::meant(unknown)
        );
        file.error(key, &problem, &mend)
    })?;
    *text = settled;
    Ok(())
}

fn check_emit(file: &PipelineFile, pipeline: &Pipeline) -> Result<Vec<glob::Pattern>> {
    let emit = &pipeline.emit;
    check_not_blank(file, "emit.system", emit.system.as_ref())?;
    check_not_blank(file, "emit.instruction", emit.instruction.as_ref())?;
    check_said(file, "emit.system", emit.system.as_ref())?;
    check_said(file, "emit.instruction", emit.instruction.as_ref())?;
    check_added(file, &emit.add)?;
    if emit.text != TextColumn::default() && !emit.add.contains(&Added::Text) {
        return Err(file.error(
            "emit.text",
            "says how the column `text` is written, and nothing adds that column",
            "write `add = [\"text\"]` under `[emit]`",
        ));
    }
    let pattern = |text: &String| {
        glob::Pattern::new(text).map_err(|error| {
            file.error(
                "emit.subsets",
                &format!("has `{text}`, which is no glob: {error}"),
                "write `*` for any letters, as `diverse-*`",
            )
        })
    };
    emit.subsets.iter().map(pattern).collect()
}
