//! The terminal: arguments in; report and exit code out. One file a command, and what they share.
//!
//! It is part of the library and its last layer: the binary calls [`run()`] and nothing else, and so can
//! whoever brings another front to the same program; [`answer()`] gives what a command says as data.

mod answer;
mod apart;
mod audit;
mod balance;
mod check;
mod cluster;
mod completions;
mod diff;
#[cfg(test)]
mod documented;
mod eval;
mod example;
mod fetched;
mod fingerprint;
mod hub;
mod init;
mod inspect;
mod machine;
mod measure;
mod plan;
mod pool;
mod power;
mod preflight;
mod progress;
mod report;
mod run;
mod schema;
mod shell;
mod size;
mod sql;
mod starter;
mod style;
mod table;
mod terminal;
mod train_config;
mod training;
mod verify;
mod view;
mod why;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use crate::error::nearest;
use crate::memory::{Limit, Need};
use crate::pipeline::PipelineFile;
use crate::plan::{Overrides, Plan};
use crate::pool::Pool;
use crate::rules::OnShortfall;
use crate::run::{Amount, Experiment, Settings, Timings, Watch, measure};
use crate::source::{BatchSize, HubMode, Located, Reach};
use crate::{Error, Result};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use hub::Network;
use progress::Progress;
use size::ByteSize;
use terminal::{
    hand_over, is_closed_pipe, print, print_error, print_for_programs, print_json, print_misuse,
    print_to_keep, say, tell,
};

/// Runs the program with these arguments, its own name first; returns the exit code.
///
/// Reports go to stdout, talk and errors to stderr. Signals are met for the process's whole life.
pub fn run(arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>) -> u8 {
    let arguments = match parse(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let error = with_nearest_command(error);
            print_misuse(&error);
            return error.exit_code() as u8;
        }
    };
    machine::limit().keep();
    match arguments.command.run() {
        Ok(code) => code,
        Err(error) if is_closed_pipe(&error) => 0,
        Err(error) => {
            print_error(&error);
            error.exit_code()
        }
    }
}

pub use answer::{Answer, Failure, answer, answer_on};
pub use machine::refused;
pub use progress::{Board, Moment};

/// Turns collections of math-reasoning trajectories into the training sets of an experiment, and proves
/// that they are what they claim to be.
#[derive(Parser)]
#[command(version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER_HELP: &str = "\
Exit codes:
  0  done
  1  the answer is no: a check failed, an id was not found, a row could not be judged
  2  the command or the pipeline is wrong
  3  a source or the disk is unavailable: worth trying again
  4  integrity: a file cannot be read, or holds something else than it should
  5  cannot be satisfied: a subset asks for more than there is
  130, 143  interrupted; the same command goes on where it was

Example:
  gradatim run pipelines/quickstart.toml --out out && gradatim check out";

#[derive(Subcommand)]
enum Command {
    /// Make the subsets and controls of a pipeline.
    Run(run::Arguments),
    /// Show what a run would make, and what is missing.
    Plan(plan::Arguments),
    /// Measure what a run would measure, or one machine's share of it, into the pool.
    Measure(measure::Arguments),
    /// Have several machines measure together: scheduler, executors, and whether they work.
    Cluster(Box<cluster::Arguments>),
    /// Show what a file or folder holds: layout, columns, rows.
    Inspect(inspect::Arguments),
    /// Write a pipeline over your own data, to start from.
    Init(init::Arguments),
    /// Judge answers: one pair, or each row of a file.
    Verify(Box<verify::Arguments>),
    /// Show why a trajectory or a problem is where it is.
    Why(why::Arguments),
    /// Look at an output folder, or an evaluation's, in a browser.
    View(view::Arguments),
    /// Query the tables of an output folder, or of an evaluation's.
    Sql(sql::Arguments),
    /// Verify that an output folder is what its manifest says.
    Check(check::Arguments),
    /// Show what logs of evaluations say of the trained models, and of the experiment.
    Eval(Box<eval::Arguments>),
    /// Show what a dataset is, and what is wrong with it.
    Audit(Box<audit::Arguments>),
    /// Write one page that shows what is in a folder.
    Report(report::Arguments),
    /// Show where two output folders, or two datasets, differ.
    Diff(Box<diff::Arguments>),
    /// Show how two subsets compare: balance, mixes, overlap.
    Balance(balance::Arguments),
    /// Show what a trainer makes of each subset, and what is lost on the way.
    Preflight(preflight::Arguments),
    /// Write a trainer's configuration for a subset, or for every run of the experiment.
    TrainConfig(Box<train_config::Arguments>),
    /// Show the smallest difference that an experiment can detect.
    Power(power::Arguments),
    /// List, verify and prune the measured trajectories that runs keep.
    Pool(pool::Arguments),
    /// Make a benchmark's fingerprint, by which its problems are found in others.
    Fingerprint(fingerprint::Arguments),
    /// Print a complete pipeline.
    Example(example::Arguments),
    /// Print the JSON schema of pipeline, manifest, leakage, audit or evaluation, or the columns of a table.
    Schema(schema::Arguments),
    /// Print completions for a shell.
    Completions(completions::Arguments),
}

impl Command {
    fn run(&self) -> Result<u8> {
        match self {
            Self::Run(arguments) => run::run(arguments),
            Self::Plan(arguments) => plan::plan(arguments),
            Self::Measure(arguments) => measure::measure(arguments),
            Self::Cluster(arguments) => cluster::cluster(arguments),
            Self::Inspect(arguments) => inspect::inspect(arguments),
            Self::Init(arguments) => init::init(arguments),
            Self::Verify(arguments) => verify::verify(arguments),
            Self::Why(arguments) => why::why(arguments),
            Self::View(arguments) => view::view(arguments),
            Self::Sql(arguments) => sql::sql(arguments),
            Self::Check(arguments) => check::check(arguments),
            Self::Eval(arguments) => eval::eval(arguments),
            Self::Audit(arguments) => audit::audit(arguments),
            Self::Report(arguments) => report::report(arguments),
            Self::Diff(arguments) => diff::diff(arguments),
            Self::Balance(arguments) => balance::balance(arguments),
            Self::Preflight(arguments) => preflight::preflight(arguments),
            Self::TrainConfig(arguments) => train_config::train_config(arguments),
            Self::Power(arguments) => power::power(arguments),
            Self::Pool(arguments) => pool::pool(arguments),
            Self::Fingerprint(arguments) => fingerprint::fingerprint(arguments),
            Self::Example(arguments) => example::example(arguments),
            Self::Schema(arguments) => schema::schema(arguments),
            Self::Completions(arguments) => completions::completions(arguments),
        }
    }
}

/// The largest number that TOML has: the seed stands in `pipeline.lock.toml`.
const SEED_MAX: u64 = i64::MAX as u64;

/// Which pipeline is meant, over which data.
#[derive(Args)]
struct Input {
    /// The pipeline file.
    pipeline: PathBuf,
    /// Read the pipeline's source, companion, benchmark or join NAME from this file, folder or glob, or from
    /// `hub:DATASET@REVISION`; or a file that it names elsewhere (a tokenizer, a fingerprint, vectors).
    #[arg(long, value_name = "NAME=PATH", value_parser = named_path)]
    source: Vec<(String, PathBuf)>,
    /// Where relative paths in the pipeline start [default: its folder; of a lock file the current one].
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,
}

/// What `run` and `plan` share.
#[derive(Args)]
struct Common {
    #[command(flatten)]
    input: Input,
    /// What happens when a subset cannot be filled [default: as the pipeline says].
    #[arg(long, value_enum)]
    on_shortfall: Option<OnShortfall>,
    /// Another seed than the pipeline's.
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=SEED_MAX))]
    seed: Option<u64>,
    #[command(flatten)]
    work: Work,
}

/// How what is asked for is carried out, which changes nothing of what comes out.
#[derive(Args)]
struct Work {
    /// Where measured trajectories are kept between runs: a folder, or one in an object store that other machines use too
    /// (`s3://BUCKET/FOLDER`) [default: the user's cache folder].
    #[arg(long, value_name = "DIR")]
    pool: Option<PathBuf>,
    /// How many threads work; the output is the same for any number [default: as many as the machine has and
    /// `--memory` allows].
    #[arg(long, value_parser = thread_count)]
    threads: Option<usize>,
    /// At most how many rows are read at a time; the output is the same for any number.
    #[arg(long, value_name = "ROWS", default_value_t = 512, value_parser = batch_size)]
    batch_size: usize,
    /// How much memory to stay under, as `600MB` or `2GB`; the output is the same for any amount [default: three
    /// quarters of what the machine, its control group or `ulimit -v` leaves].
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
    /// How files of a hub come here [default: as the pipeline says, or `stream`].
    #[arg(long, value_enum, value_name = "MODE")]
    hub: Option<HubMode>,
    /// How much disk the ranges of hub files may take (mode `stream`); the oldest go first.
    #[arg(long, value_name = "SIZE", default_value = "20GB")]
    hub_space: ByteSize,
    /// Write what each stage cost to this file, as JSON.
    #[arg(long, value_name = "FILE")]
    timings: Option<PathBuf>,
    /// Report as JSON on stdout.
    #[arg(long)]
    json: bool,
}

impl Input {
    fn file(&self) -> Result<PipelineFile> {
        Ok(PipelineFile::read(&self.pipeline)?.with_base(self.base.as_deref()))
    }

    /// Plans the pipeline, with `overrides` beside what is named here.
    fn plan(
        &self,
        work: &Work,
        overrides: Overrides,
        stop: &Arc<AtomicUsize>,
        progress: &Arc<Progress>,
    ) -> Result<Plan> {
        work.limit().keep();
        let file = self.file()?;
        work.refuse_over(&self.pipeline)?;
        work.refuse_meeting(&file, &self.source)?;
        let overrides = Overrides {
            sources: self.source.iter().cloned().collect(),
            hub_mode: work.hub,
            ..overrides
        };
        work.plan(&file, &overrides, stop, progress)
    }
}

impl Common {
    fn plan(&self, stop: &Arc<AtomicUsize>, progress: &Arc<Progress>) -> Result<Plan> {
        let overrides = Overrides {
            on_shortfall: self.on_shortfall,
            seed: self.seed,
            ..Overrides::default()
        };
        self.input.plan(&self.work, overrides, stop, progress)
    }
}

impl Work {
    /// Plans the pipeline of a file; says what should be known of it.
    fn plan(
        &self,
        file: &PipelineFile,
        overrides: &Overrides,
        stop: &Arc<AtomicUsize>,
        progress: &Arc<Progress>,
    ) -> Result<Plan> {
        progress.begin("plan", Amount::default());
        let plan = Plan::new(file, overrides, &self.network(stop, progress));
        progress.finish();
        let plan = plan?;
        plan.notes.iter().for_each(|note| progress.note(note));
        Ok(plan)
    }

    /// Measures what a question is about, and answers it as a stage of that name.
    fn answer<T>(
        &self,
        file: &PipelineFile,
        stage: &'static str,
        answer: impl FnOnce(Experiment<'_>, &Settings<'_>) -> Result<T>,
    ) -> Result<T> {
        let stop = stop_on_signals()?;
        let progress = Arc::new(Progress::new());
        self.refuse_meeting(file, &[])?;
        let overrides = Overrides {
            hub_mode: self.hub,
            ..Overrides::default()
        };
        let plan = self.plan(file, &overrides, &stop, &progress)?;
        let settings = self.settings(&plan, &stop, &progress)?;
        let mut timings = Timings::default();
        let measured = measure(&plan, &settings, &mut timings);
        progress.finish();
        let measured = measured?;
        progress.begin(stage, Amount::default());
        let answer = timings.stage(stage, || answer(measured, &settings));
        progress.finish();
        let answer = answer?;
        self.write_timings(&timings)?;
        Ok(answer)
    }

    /// Refuses to write over the pipeline.
    fn refuse_over(&self, pipeline: &Path) -> Result<()> {
        let timings = self.timings.as_deref().map(|path| ("--timings", path));
        apart::refuse_same(&[pipeline], timings.as_slice())
    }

    /// Refuses a pool in a folder whose files are read, where its parts would be found. (An output folder is known
    /// there, and passed over.)
    fn refuse_meeting(&self, file: &PipelineFile, given: &[(String, PathBuf)]) -> Result<()> {
        let is_given = |name: &String| given.iter().any(|(given, _)| given == name);
        let sources = file.pipeline.sources.iter();
        let named = sources.filter(|(name, source)| source.path.is_some() && !is_given(name));
        let named = named.map(|(_, source)| source.location().below(file.folder()));
        let read: Vec<PathBuf> = given
            .iter()
            .map(|(_, path)| path.clone())
            .chain(named)
            .collect();
        match &self.pool {
            Some(pool) => {
                apart::refuse_pool(pool)?;
                apart::refuse_inside(&read, "--pool", pool)
            }
            None => Ok(()),
        }
    }

    /// What does not lie on this disk.
    fn network(&self, stop: &Arc<AtomicUsize>, progress: &Arc<Progress>) -> Network {
        Network::new(stop, progress, self.hub_space.0)
    }

    /// What `--memory` says, or the machine.
    fn limit(&self) -> Limit {
        let asked = self.memory.map(|ByteSize(bytes)| Limit::asked(bytes));
        asked.unwrap_or_else(machine::limit)
    }

    fn settings<'a>(
        &self,
        plan: &Plan,
        stop: &'a Arc<AtomicUsize>,
        progress: &'a Arc<Progress>,
    ) -> Result<Settings<'a>> {
        let need = Need {
            threads: self.threads,
            cores: threads(),
            row_bytes_max: plan.row_bytes_max(),
            entries: plan.entries_min(),
        };
        let split = self.limit().split(need)?.keep();
        use_threads(split.threads)?;
        let network = self.network(stop, progress);
        Ok(Settings {
            pool: Pool::open_in(&|| network.stores(), self.pool.as_deref())?,
            threads: split.threads,
            batch: BatchSize {
                rows: self.batch_size,
                bytes: split.batch_bytes,
            },
            stop,
            watch: &**progress,
            elsewhere: None,
        })
    }

    /// Writes the timings where the user asked for them.
    fn write_timings(&self, timings: &Timings) -> Result<()> {
        let Some(path) = &self.timings else {
            return Ok(());
        };
        let text = serde_json::to_string_pretty(timings).map_err(std::io::Error::from)?;
        crate::disk::write_named(path, text + "\n")
    }
}

fn named_path(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && !path.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(path)))
        }
        _ => Err("write as NAME=PATH".into()),
    }
}

/// More threads than any machine has would only take memory.
const THREADS_MAX: usize = 4096;

/// More rows at a time are no faster, and each has a place.
const BATCH_ROWS_MAX: usize = 1 << 20;

fn thread_count(text: &str) -> Result<usize, String> {
    number_to(text, THREADS_MAX)
}

fn batch_size(text: &str) -> Result<usize, String> {
    number_to(text, BATCH_ROWS_MAX)
}

fn number_to(text: &str, most: usize) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if (1..=most).contains(&number) => Ok(number),
        _ => Err(format!("write a number from 1 to {most}")),
    }
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// Sets the size of the thread pool that row-wise work is shared over.
fn use_threads(threads: usize) -> Result<()> {
    // A pool that stands already is of an earlier command of the same process.
    let built = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global();
    match built {
        Err(error) if std::error::Error::source(&error).is_some() => Err(Error::usage(
            format!("{threads} threads cannot be started: {error}"),
            "give fewer with `--threads`, or raise the limits of this process (`ulimit -u`, `ulimit -v`)",
        )),
        _ => Ok(()),
    }
}

/// Becomes the number of the signal that asks to stop; a second one ends the program at once. Where the command is
/// answered, its caller says when.
fn stop_on_signals() -> Result<Arc<AtomicUsize>> {
    if let Some(stop) = answer::stop() {
        return Ok(stop);
    }
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    let stop = Arc::new(AtomicUsize::new(0));
    let asked = Arc::new(std::sync::atomic::AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 128 + signal, asked.clone())?;
        flag::register(signal, asked.clone())?;
        flag::register_usize(signal, stop.clone(), signal as usize)?;
    }
    Ok(stop)
}

/// The arguments as typed, as clap reads them.
fn parse(
    arguments: impl IntoIterator<Item = impl Into<OsString> + Clone>,
) -> Result<Cli, clap::Error> {
    let matches = command().try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))
}

/// The command tree; each help says where exit codes stand, if it does not say how it ends.
pub(crate) fn command() -> clap::Command {
    Cli::command().mut_subcommands(|command| {
        let help = command.get_after_help().map(ToString::to_string);
        let help = help.unwrap_or_default();
        match help.contains("Ends with") {
            true => command,
            false => command.after_help(format!("{EXIT_CODES_ELSEWHERE}\n\n{help}")),
        }
    })
}

const EXIT_CODES_ELSEWHERE: &str = "Exit codes are listed by `gradatim --help`.";

/// A mistyped command with the one that was meant: clap finds none for short words, or one that is far.
fn with_nearest_command(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue};
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return error;
    };
    let command = command();
    let names = command.get_subcommands().map(clap::Command::get_name);
    if let Some(meant) = nearest(word, names) {
        let meant = ContextValue::Strings(vec![meant.to_owned()]);
        error.insert(ContextKind::SuggestedSubcommand, meant);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each command with the names that lead to it, those inside of others too.
    fn all() -> Vec<(Vec<String>, clap::Command)> {
        fn walk(
            path: &[String],
            command: &clap::Command,
            all: &mut Vec<(Vec<String>, clap::Command)>,
        ) {
            for inner in command.get_subcommands() {
                let path = [path, &[inner.get_name().to_owned()]].concat();
                walk(&path, inner, all);
                all.push((path, inner.clone()));
            }
        }
        let mut found = Vec::new();
        walk(&[], &command(), &mut found);
        assert!(found.len() >= 14);
        found
    }

    /// The words of a line of a shell, up to where another command or file begins.
    fn words(line: &str) -> Vec<String> {
        let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
        for letter in line.chars() {
            match (quote, letter) {
                (Some(open), _) if open == letter => quote = None,
                (None, '\'' | '"') => quote = Some(letter),
                (None, ' ') => words.push(std::mem::take(&mut word)),
                _ => word.push(letter),
            }
        }
        words.push(word);
        let end = words
            .iter()
            .position(|word| [">", "&&", "|"].contains(&word.as_str()));
        words.truncate(end.unwrap_or(words.len()));
        words
    }

    /// The examples of a help text.
    fn examples(help: &str) -> Vec<Vec<String>> {
        let lines = help.lines().filter(|line| line.starts_with("  gradatim "));
        lines.map(|line| words(line.trim_start())).collect()
    }

    fn after_help(command: &clap::Command) -> String {
        command
            .get_after_help()
            .map(ToString::to_string)
            .unwrap_or_default()
    }

    #[test]
    fn each_command_has_examples_that_are_commands_of_this_program() {
        for (path, command) in all().into_iter().filter(|(path, _)| path.len() == 1) {
            let examples = examples(&after_help(&command));
            assert!(!examples.is_empty(), "{path:?}");
            for example in examples {
                assert_eq!(example[1], path[0], "{example:?}");
                let parsed = parse(&example).map(|_| ());
                parsed.unwrap_or_else(|error| panic!("{example:?}: {error}"));
            }
        }
    }

    #[test]
    fn each_command_says_what_it_and_each_argument_does_and_how_it_ends() {
        for (path, command) in all() {
            assert!(command.get_about().is_some(), "{path:?}");
            for argument in command.get_arguments() {
                let name = argument.get_id();
                assert!(argument.get_help().is_some(), "{path:?}: {name}");
            }
            let help = after_help(&command);
            let ends = help.contains("Ends with") || help.contains("xit code");
            assert!(path.len() > 1 || ends, "{path:?}: {help}");
        }
    }

    #[test]
    fn no_line_of_a_help_is_longer_than_100_columns() {
        let mut commands = all();
        commands.push((Vec::new(), command()));
        for (path, command) in commands {
            let mut command = command.term_width(100);
            for help in [command.render_help(), command.render_long_help()] {
                let help = help.to_string();
                let long = help.lines().find(|line| line.chars().count() > 100);
                assert_eq!(long, None, "{path:?}");
            }
        }
    }
}
