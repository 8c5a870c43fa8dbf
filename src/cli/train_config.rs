//! `gradatim train-config`: a trainer's configuration for a run of the experiment, or for each of them.

use std::path::{Path, PathBuf};

use clap::Args;

use super::preflight::Told;
use super::{apart, print_for_programs, say};
use crate::error::did_you_mean;
use crate::train::configs::{Asked, Config, Folder, Line, Subject, TARGETS, Target, names, quoted};
use crate::train::launcher::{Launcher, Step};
use crate::{Error, Result, disk};

/// Writes the configuration with which a trainer trains on a subset as the experiment says: learning rate, batch, epochs
/// or steps and seed as `[runs]` and `runs.csv` have them, loss on the reply alone, nothing cut or dropped without a word,
/// and a template that keeps the thinking where the model's own deletes it. Each key that is set against a trainer's
/// default says why.
#[derive(Args)]
#[command(after_help = "\
Trainers: trl, llamafactory, axolotl, ms-swift, verl, torchtune, open-instruct, nemo-rl, prime-rl,
s1. The first lines of a configuration say how it is run, where the trained model will lie, how
`gradatim preflight` looks at the rows before, and what is otherwise than the experiment says.

A model is a folder, or an id on the hub: of that only the name is known, so trainers with
templates of their own may ask for `--family`.

With `--all`, `DIR/configs` has one configuration for each line of `runs.csv`, by the name of the
run; `bash DIR/runs.sh` goes through them, skips what is done and makes the attempts that
`gradatim eval --experiment OUT` joins (`--help` says how); `DIR/slurm.sh` is the same as an array.
Nothing is written into OUT, which is sealed.

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
    match (&arguments.to, arguments.all) {
        (Some(to), true) => every_run(arguments, &folder, to)?,
        (Some(to), false) => one_run(arguments, &folder, to)?,
        (None, _) => {
            let asked = asked(arguments, "models".into(), None)?;
            let line = line(arguments, &folder)?;
            let file = format!("{}.{}", line.run, asked.target.ending);
            print_for_programs(&asked.config(&folder, line, &file)?.text)?;
        }
    }
    Ok(0)
}

/// The run that is asked for.
fn line<'f>(arguments: &Arguments, folder: &'f Folder) -> Result<&'f Line> {
    match (&arguments.run, arguments.subset.as_deref()) {
        (Some(run), _) => folder.of_run(run),
        (None, subset) => {
            let subset = subset.unwrap_or_default();
            folder.of_subset(subset, arguments.seed, arguments.budget.as_deref())
        }
    }
}

/// Writes the configuration of one run to a file, with its template beside it.
fn one_run(arguments: &Arguments, folder: &Folder, to: &Path) -> Result<()> {
    let template = to.with_extension("jinja");
    if template == to {
        return Err(Error::usage(
            format!("`--out {}` names the file of a chat template", to.display()),
            format!("let it end with `.{}`", arguments.trainer.ending),
        ));
    }
    let asked = asked(arguments, "models".into(), Some(&template))?;
    let file = to.display().to_string();
    let config = asked.config(folder, line(arguments, folder)?, &file)?;
    let command = config.command.replace("\"$config\"", &quoted(&file));
    let model = &config.model;
    let told = format!("train with `{command}`; the model will lie in `{model}`");
    let mut files = Vec::new();
    let name = to.file_name().unwrap_or_default().to_string_lossy();
    add(&mut files, &name, config, &template);
    let beside = to.parent().unwrap_or(Path::new(""));
    refuse_other(beside, &files, arguments.overwrite)?;
    write_each(beside, &files)?;
    say(&told);
    Ok(())
}

/// Writes the configurations of all runs, and what goes through them.
fn every_run(arguments: &Arguments, folder: &Folder, to: &Path) -> Result<()> {
    let configs = to.join("configs");
    let template = configs.join(TEMPLATE);
    let asked = asked(arguments, shown(&to.join("models"))?, Some(&template))?;
    let (mut files, mut steps) = (Vec::new(), Vec::new());
    for line in &folder.lines {
        let name = format!("{}.{}", line.run, asked.target.ending);
        let file = configs.join(&name).display().to_string();
        let config = asked.config(folder, line, &file)?;
        steps.push(Step {
            run: line.run.clone(),
            config: name.clone(),
            model: config.model.clone(),
            command: config.command.clone(),
        });
        add(&mut files, &name, config, &template);
    }
    let launcher = launcher(arguments, to, &steps)?;
    refuse_other(&configs, &files, arguments.overwrite)?;
    refuse_other(to, &launcher, arguments.overwrite)?;
    write_all(&configs, &files)?;
    disk::create_folders(&to.join("attempts"))?;
    write_each(to, &launcher)?;
    say(&format!(
        "{} configurations in `{}`; `bash {}` trains them all and makes their attempts",
        folder.lines.len(),
        configs.display(),
        quoted(&to.join("runs.sh").to_string_lossy()),
    ));
    Ok(())
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

/// Files by their paths below a folder, each with its text.
type Files = [(String, String)];

/// Refuses, before anything is written, to write over a file that says something else.
fn refuse_other(folder: &Path, files: &Files, is_over: bool) -> Result<()> {
    let other = files.iter().map(|(name, text)| (folder.join(name), text));
    let mut other = other.filter(|(path, text)| disk::is_there(path) && !says(path, text));
    match other.next() {
        Some((path, _)) if !is_over => Err(Error::usage(
            format!("`{}` is there and says something else", path.display()),
            "name another with `--out`, or write over it with `--overwrite`",
        )),
        _ => Ok(()),
    }
}

fn says(path: &Path, text: &str) -> bool {
    disk::read_own_text(path).is_ok_and(|found| found == text)
}

/// Writes a folder of files: as one where it is not there yet.
fn write_all(folder: &Path, files: &Files) -> Result<()> {
    if disk::is_there(folder) {
        return write_each(folder, files);
    }
    let partial = disk::Partial::begin_alone(folder)?;
    disk::create_folders(&partial.built())?;
    for (name, text) in files {
        disk::write(&partial.built().join(name), text)?;
    }
    partial.finish(disk::Over::Nothing)
}

/// Writes those files that do not say so yet, each whole or not at all.
fn write_each(folder: &Path, files: &Files) -> Result<()> {
    let files = files.iter().map(|(name, text)| (folder.join(name), text));
    for (path, text) in files.filter(|(path, text)| !says(path, text)) {
        disk::write_named(&path, text)?;
    }
    Ok(())
}
