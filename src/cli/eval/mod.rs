//! `gradatim eval`: from graded attempts to what they say.

mod answer;
mod asked;
mod cells;
mod inspect;
mod screen;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::{Args, ValueEnum};
use serde_json::{Map, Value};

use super::progress::Progress;
use super::table::{counted, thousands, whole};
use super::{
    apart, named_path, print, print_json, say, stop_on_signals, thread_count, threads, use_threads,
};
use crate::error::{did_you_mean, listed};
use crate::eval::attempt::Run;
use crate::eval::experiment::answer::Answer;
use crate::eval::experiment::{self, Joining, Logged, Named, Source};
use crate::eval::logs::write::Publication;
use crate::eval::logs::{self, Grading, Logs};
use crate::eval::output::{folder, object};
use crate::eval::report::{self, Differing, Report, Unanswerable};
use crate::eval::tiers::Role;
use crate::run::{Amount, Watch};
use crate::{Error, Result, disk};

/// Says what logs of evaluations show: avg@n, cov@n, pass@k and maj@n of each run, whole and by tier, with intervals
/// that say what they are about; runs against each other on the questions that both have; and with `--experiment` what
/// category, size, length and style did.
#[derive(Args)]
#[command(after_help = "\
A log is a file of lm-evaluation-harness, lighteval, evalchemy, inspect_ai, OpenCompass,
NeMo-Skills, MathArena, verl, TRL, AReaL or Every Eval Ever, or a table with named columns; it
is known by what it holds. `--inspect` shows what one is, and what would be read.

Every interval holds 95 % and says of what. `this run`: this very model on these questions, its
attempts vary. `this kind`: such subsets, so that draws and training vary too; one run says
nothing of it. `like these`: other questions like these. A cut-off, unanswered or undecided
attempt counts as wrong, and the average's two bounds are said with it.

Up to 24 runs at a benchmark are each compared with each other; with more, name those that are
meant by `--pair` or `--against`. Two runs are not compared where they are known to differ in
template, temperature, top-p, token limit, grader or benchmark, or have fewer than six questions
in common: `--allow` lets it through, and says so.

`gradatim sql` asks the tables of the folder that `--out` writes: attempts, runs, tiers, pairs.

The tiers of AIME24 are the paper's, by its ids. `--tiers` names models that make tiers by the
paper's rule instead, at any benchmark; those models are then not judged by them.

Ends with 1 where a comparison that was asked for by `--pair`, `--against` or `--reference` is
refused, and with 4 where a log is of no format that is known.

Examples:
  gradatim eval logs/base.jsonl logs/mine.jsonl
  gradatim eval logs --experiment out --reference base=base.jsonl --out evaluation
  gradatim eval samples.jsonl --inspect
  gradatim eval logs --tiers base=qwen --tiers small=s1 --tiers large=r1 --ladder")]
pub(super) struct Arguments {
    /// Logs: files, folders or globs; `-` for stdin.
    #[arg(required = true)]
    logs: Vec<PathBuf>,
    /// The folder that `gradatim run` wrote, whose subsets the models were trained on.
    #[arg(long, value_name = "DIR")]
    experiment: Option<PathBuf>,
    /// A CSV with the columns `log` and `run` that says which log is of which line of `runs.csv`.
    #[arg(long, value_name = "FILE", requires = "experiment")]
    join: Option<PathBuf>,
    /// The column of the logs that holds the line's `run`.
    #[arg(
        long,
        value_name = "NAME",
        requires = "experiment",
        conflicts_with = "join"
    )]
    join_column: Option<String>,
    /// How the logs' paths end, with `{run}` where the line's `run` stands: `{run}/samples_*.jsonl`.
    #[arg(long, value_name = "PATTERN", requires = "experiment", conflicts_with_all = ["join", "join_column"])]
    join_pattern: Option<String>,
    /// Take the experiment's design from these columns of the logs, where no folder of ours has it; several by commas.
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        conflicts_with = "experiment"
    )]
    arms: Vec<String>,
    /// The column of the logs that tells draws apart.
    #[arg(long, value_name = "NAME", requires = "arms")]
    draw: Option<String>,
    /// A model that no subset trained, as the base, with its log: every other run is compared with it.
    #[arg(long, value_name = "NAME=LOG", value_parser = named_path)]
    reference: Vec<(String, PathBuf)>,
    /// Show what each log is, and what would be read of it; nothing is computed.
    #[arg(long, conflicts_with_all = ["experiment", "reference", "out", "pair", "against", "tiers", "ladder"])]
    inspect: bool,
    /// Take all logs for files of this format [default: known by what they hold].
    #[arg(long, value_name = "NAME")]
    format: Option<String>,
    /// The filter that is read, by name or by number from 1, where a log has several.
    #[arg(long, value_name = "NAME")]
    filter: Option<String>,
    /// Which column of a table holds what: `question=id`, `correct=is_right`, `run=model`.
    #[arg(long, value_name = "WHAT=NAME", value_parser = named_text)]
    column: Vec<(String, String)>,
    /// A benchmark's questions with their gold answers, where a log has none: JSONL, CSV or Parquet.
    #[arg(long, value_name = "NAME=FILE", value_parser = named_path)]
    benchmark: Vec<(String, PathBuf)>,
    /// Whose grades count: the log's, our verifier's, or the log's with ours beside them.
    #[arg(long, value_enum, default_value = "recorded")]
    grader: GraderName,
    /// Make tiers by the paper's rule of these models: `base=RUN`, `small=RUN`, `large=RUN`; one base and one small at least.
    #[arg(long, value_name = "ROLE=RUN", value_parser = role)]
    tiers: Vec<(Role, String)>,
    /// Compare these two runs, the first less the second, and none that is not named.
    #[arg(long, num_args = 2, value_names = ["A", "B"], action = clap::ArgAction::Append)]
    pair: Vec<String>,
    /// Compare every run with this one, and none that is not named.
    #[arg(long, value_name = "RUN")]
    against: Vec<String>,
    /// Compare runs although this is known to differ; several by commas.
    #[arg(long, value_enum, value_delimiter = ',')]
    allow: Vec<Allowed>,
    /// Look for a ladder at every benchmark with three runs or more, and not only at AIME24.
    #[arg(long)]
    ladder: bool,
    /// The seed of what is drawn: flips of signs, and tables with the same margins.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Write tables (Parquet, CSV, LaTeX), plots (SVG) and a manifest into this folder, which must not exist.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Write a page to look at beside that folder too, as `gradatim report` does.
    #[arg(long, requires = "out")]
    report: bool,
    /// Write each run as a record of Every Eval Ever too, below `every_eval_ever/` in that folder, in the name of this
    /// organisation.
    #[arg(long, value_name = "ORGANISATION", requires_all = ["out", "published_at"])]
    publish: Option<String>,
    /// When the records are made, in seconds since 1970, as `date +%s` says: no clock decides what is written here.
    #[arg(long, value_name = "SECONDS", requires = "publish")]
    published_at: Option<u64>,
    /// What the organisation is to the makers of the models.
    #[arg(long, value_enum, default_value = "third-party")]
    relationship: Relationship,
    /// How many threads work; the output is the same for any number.
    #[arg(long, default_value_t = threads(), value_parser = thread_count)]
    threads: usize,
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

/// Whose grades count.
#[derive(Clone, Copy, ValueEnum)]
enum GraderName {
    /// What the log says; ours where it says nothing.
    Recorded,
    /// Ours; what the log says where it has nothing to grade.
    Ours,
    /// The log's, and beside them ours, with a table of where they differ.
    Both,
}

/// What may differ between runs that are compared.
#[derive(Clone, Copy, ValueEnum)]
enum Allowed {
    Template,
    Temperature,
    TopP,
    MaxTokens,
    Grader,
    Questions,
}

/// What a publisher is to the makers of the models, as the standard has it.
#[derive(Clone, Copy, ValueEnum)]
enum Relationship {
    FirstParty,
    ThirdParty,
    Collaborative,
    Other,
}

impl Relationship {
    fn as_str(self) -> &'static str {
        match self {
            Self::FirstParty => "first_party",
            Self::ThirdParty => "third_party",
            Self::Collaborative => "collaborative",
            Self::Other => "other",
        }
    }
}

impl From<Allowed> for Differing {
    fn from(allowed: Allowed) -> Self {
        match allowed {
            Allowed::Template => Self::Template,
            Allowed::Temperature => Self::Temperature,
            Allowed::TopP => Self::TopP,
            Allowed::MaxTokens => Self::MaxTokens,
            Allowed::Grader => Self::Grader,
            Allowed::Questions => Self::Questions,
        }
    }
}

impl From<GraderName> for Grading {
    fn from(name: GraderName) -> Self {
        match name {
            GraderName::Recorded => Self::Recorded,
            GraderName::Ours => Self::Ours,
            GraderName::Both => Self::Both,
        }
    }
}

fn role(text: &str) -> Result<(Role, String), String> {
    let roles = [
        ("base", Role::Base),
        ("small", Role::Small),
        ("large", Role::Large),
    ];
    let (role, name) = text.split_once('=').unwrap_or_default();
    match roles.iter().find(|(known, _)| *known == role) {
        Some((_, role)) if !name.is_empty() => Ok((*role, name.to_owned())),
        _ => Err("write as base=RUN, small=RUN or large=RUN".into()),
    }
}

fn named_text(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((what, name)) if !what.is_empty() && !name.is_empty() => {
            Ok((what.to_owned(), name.to_owned()))
        }
        _ => Err("write as WHAT=NAME".into()),
    }
}

/// What was read, with the models that no subset trained behind the others.
struct Read {
    logs: Logs,
    references: Vec<String>,
}

pub(super) fn eval(arguments: &Arguments) -> Result<u8> {
    arguments.refuse_meeting()?;
    use_threads(arguments.threads)?;
    if arguments.inspect {
        return inspect::inspect(&arguments.logs, &arguments.options(), arguments.json);
    }
    let progress = Progress::new();
    let read = arguments.read(&progress);
    progress.begin("compute", Amount::default());
    let done = read.and_then(|read| arguments.computed(read));
    progress.finish();
    let mut done = done?;
    done.written(arguments, &progress)?;
    if arguments.json {
        print_json(&done.object(arguments)?)?;
    } else {
        print(&done.shown())?;
    }
    if let Some(out) = &arguments.out {
        say(&format!(
            "wrote {}; see {}",
            out.display(),
            out.join("report.txt").display()
        ));
        if arguments.report {
            super::report::beside(out, super::report::origin(None, &[]))?;
        }
    }
    Ok(u8::from(done.refuses_what_was_asked(arguments)))
}

impl Arguments {
    /// Refuses what would be lost or spoil what is read, before anything is.
    fn refuse_meeting(&self) -> Result<()> {
        let Some(out) = &self.out else { return Ok(()) };
        if disk::is_there(out) {
            return Err(Error::OutputExists(out.clone()));
        }
        let references = self.reference.iter().map(|(_, path)| path);
        let read: Vec<PathBuf> = self
            .experiment
            .iter()
            .chain(&self.logs)
            .chain(references)
            .cloned()
            .collect();
        apart::refuse_inside(&read, "--out", out)
    }

    fn options(&self) -> logs::Options {
        logs::Options {
            format: self.format.clone(),
            filter: self.filter.clone(),
            columns: self.column.iter().cloned().collect(),
            benchmarks: self.benchmark.clone(),
            grading: self.grader.into(),
        }
    }

    fn publication(&self) -> Option<Publication> {
        Some(Publication {
            organization: self.publish.clone()?,
            relationship: self.relationship.as_str(),
            retrieved: self.published_at?,
        })
    }

    fn read(&self, watch: &dyn Watch) -> Result<Read> {
        let mut logs = logs::read(&self.logs, &self.options(), watch)?;
        let mut references = Vec::new();
        for (name, path) in &self.reference {
            let read = self.read_reference(path, watch)?;
            let several = read.runs.iter().any(|run| run.name != read.runs[0].name);
            if several {
                return Err(Error::usage(
                    format!(
                        "`--reference {name}={}` holds several models",
                        path.display()
                    ),
                    "name the log of one model",
                ));
            }
            let renamed = |run: Run| Run {
                name: name.clone(),
                ..run
            };
            logs.runs.extend(read.runs.into_iter().map(renamed));
            logs.inputs.extend(read.inputs);
            logs.passed.extend(read.passed);
            let renamed = read.disagreements.into_iter().map(|of| logs::Disagreement {
                run: name.clone(),
                ..of
            });
            logs.disagreements.extend(renamed);
            references.push(name.clone());
        }
        refuse_same_names(&logs.runs)?;
        Ok(Read { logs, references })
    }

    /// A reference may be of a harness, in which nobody names columns.
    fn read_reference(&self, path: &PathBuf, watch: &dyn Watch) -> Result<Logs> {
        let path = std::slice::from_ref(path);
        let options = self.options();
        let read = logs::read(path, &options, watch);
        if read.is_ok() || options.columns.is_empty() {
            return read;
        }
        let columns = std::collections::BTreeMap::new();
        logs::read(path, &logs::Options { columns, ..options }, watch)
    }

    fn computed(&self, read: Read) -> Result<Done> {
        let Read {
            mut logs,
            references,
        } = read;
        let has_design = self.experiment.is_some() || !self.arms.is_empty();
        let asked = report::Asked {
            grader: Grading::from(self.grader).grader(),
            seed: self.seed,
            pairs: self
                .pair
                .chunks_exact(2)
                .map(|pair| [pair[0].clone(), pair[1].clone()])
                .collect(),
            // An experiment's arms are compared, as its manifest says, and not its runs.
            all_pairs: !has_design,
            against: self.against.clone(),
            references: references.clone(),
            allow: self.allow.iter().map(|&allowed| allowed.into()).collect(),
            ladder: self.ladder,
            rule: self.tiers.clone(),
        };
        let found = report::report(&mut logs.runs, &asked);
        let report = found.map_err(|why| unanswerable(why, &logs.runs))?;
        let answer = if has_design {
            Some(self.answer(&logs, &references)?)
        } else {
            None
        };
        Ok(Done {
            logs,
            report,
            answer,
        })
    }

    fn answer(&self, logs: &Logs, references: &[String]) -> Result<Answer> {
        let is_reference = |run: &Run| references.contains(&run.name);
        let logged = logs
            .runs
            .iter()
            .filter(|run| !is_reference(run))
            .map(|run| Logged {
                run,
                log: run
                    .files
                    .first()
                    .cloned()
                    .unwrap_or_else(|| run.name.clone()),
            });
        let named = logs
            .runs
            .iter()
            .filter(|run| is_reference(run))
            .map(|run| Named {
                name: run.name.clone(),
                run,
            });
        let source = match &self.experiment {
            Some(out) => Source::Folder(out),
            None => Source::Columns {
                arms: self.arms.clone(),
                draw: self.draw.clone(),
            },
        };
        let options = experiment::Options {
            grader: Grading::from(self.grader).grader(),
            joining: Joining {
                table: self.join.clone(),
                column: self.join_column.clone(),
                pattern: self.join_pattern.clone(),
            },
            allow: self.allow.iter().map(|&allowed| allowed.into()).collect(),
            references: named.collect(),
            seed: self.seed,
        };
        experiment::answer(&source, &logged.collect::<Vec<_>>(), &options)
    }
}

/// Two runs at one benchmark that have one name cannot be told apart.
fn refuse_same_names(runs: &[Run]) -> Result<()> {
    let mut seen = BTreeSet::new();
    let again = runs
        .iter()
        .find(|run| !seen.insert((&run.name, &run.benchmark)));
    match again {
        None => Ok(()),
        Some(run) => Err(Error::usage(
            format!(
                "two runs have the name `{}`",
                crate::error::one_line(&run.name)
            ),
            "give the reference another name, or the logs a column `run`",
        )),
    }
}

fn unanswerable(why: Unanswerable, runs: &[Run]) -> Error {
    match why {
        Unanswerable::NoRun(name) => {
            let names: BTreeSet<&str> = runs.iter().map(|run| run.name.as_str()).collect();
            let meant = did_you_mean(&name, names.iter().copied());
            Error::usage(
                format!("no run has the name `{name}`; there are {}", listed(names)),
                format!("{meant}name a run as the report does"),
            )
        }
        Unanswerable::Rule(role) => Error::usage(
            format!("tiers by the rule need a {role} model"),
            format!("name it with `--tiers {role}=RUN`"),
        ),
    }
}

/// What was computed.
struct Done {
    logs: Logs,
    report: Report,
    answer: Option<Answer>,
}

impl Done {
    /// What `--json` prints.
    fn object(&self, arguments: &Arguments) -> Result<Map<String, Value>> {
        let mut object = self.portable_object()?;
        let inputs = serde_json::to_value(&self.logs.inputs).map_err(std::io::Error::from)?;
        object.insert("inputs".to_owned(), inputs);
        let passed = self
            .logs
            .passed
            .iter()
            .map(|(path, why)| serde_json::json!({ "path": path, "why": why }));
        object.insert("passed_over".to_owned(), passed.collect());
        object.insert("unread".to_owned(), self.logs.unread.clone().into());
        if Grading::from(arguments.grader).grades_all() {
            let differ =
                serde_json::to_value(&self.logs.disagreements).map_err(std::io::Error::from)?;
            object.insert("disagreements".to_owned(), differ);
        }
        Ok(object)
    }

    /// The same without what says where the logs lie.
    fn portable_object(&self) -> Result<Map<String, Value>> {
        object(&self.report, self.answer.as_ref())
    }

    /// What people read on a screen: without names that nobody can read there.
    fn shown(&self) -> String {
        let mut text = self.text(cells::narrow);
        for run in &self.report.runs {
            if let Some(short) = cells::cut(&run.name) {
                text = text.replace(&run.name, &short);
            }
        }
        text
    }

    /// What people read.
    fn text(&self, laid: cells::Laid) -> String {
        let mut text = match &self.answer {
            Some(answer) => answer::answer(answer, laid),
            None => screen::runs(&self.report, laid),
        };
        text += &screen::rest(&self.report, laid);
        let warnings = self
            .answer
            .as_ref()
            .map_or(&[][..], |answer| &answer.warnings);
        text + &screen::notes(&self.report, warnings, &self.said_of_files())
    }

    /// Rows that tell nothing, files that were passed over, and rows of benchmark files that were not read.
    fn said_of_files(&self) -> Vec<String> {
        let bad = self.logs.inputs.iter().flat_map(|input| {
            let bad = input.bad.iter();
            bad.map(|(why, rows)| {
                let path = folder::portable(&input.path);
                let tell = if *rows == 1 { "tells" } else { "tell" };
                let place = match (rows, input.first_bad.get(why)) {
                    (_, None) => String::new(),
                    (1, Some(row)) => format!(": row {row}"),
                    (_, Some(row)) => format!(": the first is row {row}"),
                };
                format!(
                    "{path}: {} of {} {tell} nothing ({why}){place}",
                    counted(*rows, "row"),
                    thousands(input.rows)
                )
            })
        });
        let passed = self.logs.passed.iter();
        let passed =
            passed.map(|(path, why)| format!("{} is passed over: {why}", folder::portable(path)));
        let unread = self.logs.unread.iter().cloned();
        bad.chain(passed).chain(unread).collect()
    }

    /// Writes the folder that was asked for; a signal leaves nothing of it.
    fn written(&mut self, arguments: &Arguments, progress: &Progress) -> Result<()> {
        let Some(out) = &arguments.out else {
            return Ok(());
        };
        let stop = stop_on_signals()?;
        progress.begin("write", Amount::default());
        let written = self.write(arguments, out, &stop);
        progress.finish();
        written
    }

    fn write(&self, arguments: &Arguments, out: &Path, stop: &AtomicUsize) -> Result<()> {
        let go_on = || match stop.load(Ordering::Relaxed) {
            0 => Ok(()),
            signal => Err(Error::Interrupted {
                signal: signal as i32,
            }),
        };
        let publication = arguments.publication();
        let contents = folder::Contents {
            report: &self.report,
            answer: self.answer.as_ref(),
            runs: &self.logs.runs,
            grader: Grading::from(arguments.grader).grader(),
            disagreements: &self.logs.disagreements,
            inputs: &self.logs.inputs,
            publication: publication.as_ref(),
            asked: asked::asked(arguments),
            object: &self.portable_object()?,
            text: &self.text(whole),
        };
        folder::write(out, &contents, &go_on)
    }

    /// Whether a comparison was refused that somebody asked for.
    fn refuses_what_was_asked(&self, arguments: &Arguments) -> bool {
        let named = |name: &str| {
            let pairs = arguments.pair.iter().chain(&arguments.against);
            pairs
                .chain(arguments.reference.iter().map(|(name, _)| name))
                .any(|known| known == name)
        };
        let mut refused = self
            .report
            .pairs
            .iter()
            .filter(|pair| pair.refused.is_some());
        refused.any(|pair| named(&pair.a) || named(&pair.b))
    }
}
