//! `gradatim train-config`: a trainer's configuration for a run of the experiment, or for each of them.

use std::path::{Path, PathBuf};

use clap::Args;

use super::preflight::Told;
use super::{apart, print_for_programs, say};
use crate::error::did_you_mean;
use crate::train::configs::{Asked, Config, Folder, Subject, TARGETS, Target, names};
use crate::train::launcher::{Launcher, Step};
use crate::{Error, Result, disk};

/// Writes the configuration with which a trainer trains on a subset as the experiment says: learning rate, batch, epochs
/// or steps and seed as `[runs]` and `runs.csv` have them, loss on the reply alone, nothing cut or dropped without a word,
/// and a template that keeps the thinking where the model's own deletes it. Each key that is set against a trainer's
/// default says why.
#[derive(Args)]
#[command(after_help = "\
Trainers: trl, llamafactory, axolotl, ms-swift, verl, torchtune, open-instruct, nemo-rl, prime-rl,
s1. The first lines of a configuration say how it
is run, where the trained model will lie, and how `gradatim preflight` looks at the rows before.

A model is a folder, or an id on the hub: of that only the name is known, so trainers with
templates of their own may ask for `--family`.

With `--all`, `DIR/configs` has one configuration for each line of `runs.csv`, by the name of the
run; `bash DIR/runs.sh` goes through them, skips what is done and makes the attempts that
`gradatim eval --experiment OUT` joins (`--help` says how); `DIR/slurm.sh` is the same as an array. Nothing is written into OUT, which is sealed.

Example:
  gradatim train-config out diverse-long-r1-100 --trainer trl --model Qwen/Qwen2.5-7B-Instruct
  gradatim train-config out --all --trainer axolotl --model models/qwen3 --gpus 8 --out training")]
pub(super) struct Arguments {
    /// The folder that `gradatim run` wrote.
    out: PathBuf,
    /// The subset or control that is trained on; its first run in `runs.csv`, or the one of `--seed` and `--budget`.
    #[arg(value_name = "SUBSET", required_unless_present_any = ["run", "all"])]
    subset: Option<String>,
    /// The trainer, by its name.
    #[arg(long, value_name = "NAME", value_parser = target)]
    trainer: &'static Target,
    /// The model to train: its folder, or its id on the hub.
    #[arg(long, value_name = "DIR|ID")]
    model: String,
    /// The family whose chat template the model has, where neither folder nor name tell, as `qwen2.5`.
    #[arg(long, value_name = "FAMILY")]
    family: Option<String>,
    /// Render with this chat template in place of the model's: a Jinja file, or a family's.
    #[arg(long, value_name = "FILE|FAMILY")]
    template: Option<String>,
    /// Of the subset, the run with this seed.
    #[arg(long, value_name = "SEED", conflicts_with_all = ["run", "all"])]
    seed: Option<u64>,
    /// Of the subset, the run with this budget: `epochs`, `steps` or `subset_steps`.
    #[arg(long, value_name = "BUDGET", conflicts_with_all = ["run", "all"])]
    budget: Option<String>,
    /// The run of this name in `runs.csv`.
    #[arg(long, value_name = "RUN", conflicts_with_all = ["subset", "all"])]
    run: Option<String>,
    /// Every run of `runs.csv`, a file each, in `DIR/configs` of `--out DIR`.
    #[arg(long, requires = "to", conflicts_with = "subset")]
    all: bool,
    /// GPUs that a step's rows are split over.
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=65536))]
    gpus: u32,
    /// Rows that a GPU takes at once; the rest of a step's rows is accumulated.
    #[arg(long, value_name = "ROWS", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=65536))]
    per_device: u32,
    /// Tokens that a row may have [default: as `[runs] max_length` says].
    #[arg(long, value_name = "TOKENS", value_parser = clap::value_parser!(u32).range(1..))]
    max_length: Option<u32>,
    /// What the trainer is told to do with a longer row [default: to refuse it, where it can be told; else to cut its end].
    #[arg(long, value_enum, value_name = "WHAT")]
    beyond: Option<Told>,
    /// Where OUT will lie for the trainer, as on another machine [default: where it lies].
    #[arg(long, value_name = "DIR")]
    data: Option<String>,
    /// Where trained models go, each in a folder of its run's name [default: `models`; with `--all`, in `--out DIR`].
    #[arg(long, value_name = "DIR")]
    models: Option<String>,
    /// Write to this file [default: stdout], or with `--all` below this folder.
    #[arg(long = "out", id = "to", value_name = "FILE|DIR")]
    to: Option<PathBuf>,
    /// Write over configurations that say something else.
    #[arg(long, requires = "to")]
    overwrite: bool,
}

fn target(name: &str) -> Result<&'static Target, String> {
    let found = TARGETS.into_iter().find(|target| target.name == name);
    found.ok_or_else(|| {
        let meant = did_you_mean(name, TARGETS.map(|target| target.name));
        format!("{meant}write one of {}", names())
    })
}

pub(super) fn train_config(arguments: &Arguments) -> Result<u8> {
    if let Some(to) = &arguments.to {
        apart::refuse_inside(std::slice::from_ref(&arguments.out), "--out", to)?;
    }
    let folder = Folder::read(&arguments.out)?;
    let ending = arguments.trainer.ending;
    match (&arguments.to, arguments.all) {
        (Some(to), true) => {
            let configs = to.join("configs");
            let template = configs.join(TEMPLATE);
            let models = shown(&to.join("models"))?;
            let asked = asked(arguments, models, Some(&template))?;
            let mut files = Vec::new();
            let mut steps = Vec::new();
            for line in &folder.lines {
                let name = format!("{}.{ending}", line.run);
                let file = configs.join(&name).display().to_string();
                let config = asked.config(&folder, line, &file)?;
                steps.push(Step {
                    run: line.run.clone(),
                    config: name.clone(),
                    model: config.model.clone(),
                    command: config.command.clone(),
                });
                add(&mut files, &name, config, &template);
            }
            let launcher = launcher(arguments, to, &steps)?;
            write_all(&configs, &files, arguments.overwrite)?;
            disk::create_folders(&to.join("attempts"))?;
            write_each(to, &launcher, arguments.overwrite)?;
            say(&format!(
                "{} configurations in `{}`; `bash {}` trains them all and makes their attempts",
                folder.lines.len(),
                configs.display(),
                to.join("runs.sh").display(),
            ));
        }
        (to, _) => {
            let line = match &arguments.run {
                Some(run) => folder.of_run(run)?,
                None => {
                    let subset = arguments.subset.as_deref().unwrap_or_default();
                    folder.of_subset(subset, arguments.seed, arguments.budget.as_deref())?
                }
            };
            let template = to.as_ref().map(|to| to.with_extension("jinja"));
            let asked = asked(arguments, "models".into(), template.as_deref())?;
            let own = PathBuf::from(format!("{}.{ending}", line.run));
            let file = to.as_ref().unwrap_or(&own);
            let config = asked.config(&folder, line, &file.display().to_string())?;
            match (to, template) {
                (Some(to), Some(template)) => {
                    let told = format!(
                        "train with `{}`; the model will lie in `{}`",
                        config.command, config.model
                    );
                    let mut files = Vec::new();
                    let name = to.file_name().unwrap_or_default().to_string_lossy();
                    add(&mut files, &name, config, &template);
                    let folder = to.parent().unwrap_or(Path::new(""));
                    write_each(folder, &files, arguments.overwrite)?;
                    say(&told);
                }
                _ => print_for_programs(&config.text)?,
            }
        }
    }
    Ok(0)
}

/// The files that go through the runs and make the attempts.
fn launcher(arguments: &Arguments, to: &Path, steps: &[Step]) -> Result<Vec<(String, String)>> {
    let launcher = Launcher {
        out: &arguments.out,
        experiment: &shown(&arguments.out)?,
        folder: &shown(to)?,
        gpus: arguments.gpus,
    };
    launcher.files(steps)
}

/// The name of the template that all configurations of a folder share.
const TEMPLATE: &str = "chat_template.jinja";

fn asked(arguments: &Arguments, models: String, template: Option<&Path>) -> Result<Asked> {
    let data = match &arguments.data {
        Some(data) => data.trim_end_matches('/').to_owned(),
        None => shown(&arguments.out)?,
    };
    Ok(Asked {
        target: arguments.trainer,
        subject: Subject::read(
            &arguments.model,
            arguments.family.as_deref(),
            arguments.template.as_deref(),
        )?,
        data,
        models: arguments.models.clone().unwrap_or(models),
        gpus: arguments.gpus,
        per_device: arguments.per_device,
        length_max: arguments.max_length,
        beyond: arguments.beyond.map(Told::beyond),
        template_file: template.map(shown).transpose()?,
    })
}

/// A path as a trainer finds it from anywhere.
fn shown(path: &Path) -> Result<String> {
    let whole = std::path::absolute(path)?;
    let shown = whole.to_str().ok_or_else(|| {
        Error::usage(
            format!("`{}` is no text, as configurations are", path.display()),
            "move it to a path whose letters are UTF-8",
        )
    })?;
    Ok(shown.trim_end_matches('/').to_owned())
}

/// A configuration with its template, by the names of their files.
fn add(files: &mut Vec<(String, String)>, name: &str, config: Config, template: &Path) {
    if let (Some(text), Some(name)) = (config.template, template.file_name()) {
        let file = (name.to_string_lossy().into_owned(), text);
        if !files.contains(&file) {
            files.push(file);
        }
    }
    files.push((name.to_owned(), config.text));
}

/// Writes a folder of files: as one where it is not there yet.
fn write_all(folder: &Path, files: &[(String, String)], is_over: bool) -> Result<()> {
    if disk::is_there(folder) {
        return write_each(folder, files, is_over);
    }
    let partial = disk::Partial::begin_alone(folder)?;
    disk::create_folders(&partial.built())?;
    for (name, text) in files {
        disk::write(&partial.built().join(name), text)?;
    }
    partial.finish(disk::Over::Nothing)
}

/// Writes files that are not there yet, each whole or not at all; refuses before the first where one says something else.
fn write_each(folder: &Path, files: &[(String, String)], is_over: bool) -> Result<()> {
    let mut new = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        match disk::read_own_text(&path) {
            Ok(found) if found == *text => continue,
            Ok(_) | Err(_) if disk::is_there(&path) && !is_over => {
                return Err(Error::usage(
                    format!("`{}` is there and says something else", path.display()),
                    "name another with `--out`, or write over it with `--overwrite`",
                ));
            }
            _ => new.push((path, text)),
        }
    }
    for (path, text) in new {
        disk::write_named(&path, text)?;
    }
    Ok(())
}
