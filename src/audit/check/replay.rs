//! The run again, from its measurements on: what follows from them is made as the run made it, and compared.
//!
//! Screening rests on what was found in texts, which the ledger (clusters, templates) and `leakage.json` (hits) hold. So does
//! selecting where a grid asks for texts, similarities or joined columns: then the selection is taken as it stands,
//! which a note says.

use std::collections::HashMap;
use std::path::Path;

use foldhash::fast::RandomState;
use indexmap::IndexSet;

use super::derived;
use super::files::Folder;
use super::ledger::{Ledger, Standing};
use super::manifest::Stored;
use super::outcome;
use super::rows;
use super::selection::Chosen;
use crate::Result;
use crate::emit::leakage::Leakage;
use crate::folder::RUN_FOLDER;
use crate::ids::Id;
use crate::manifest::{LookupRole, Manifest, NearDuplicatesRecord, VERSION};
use crate::measure::tokens::{QWEN, Tokenizer};
use crate::pipeline::PipelineFile;
use crate::plan::Plan;
use crate::pool::Entries;
use crate::run::{Amount, Experiment, Held, RunPart};
use crate::screen::contamination::Hit;
use crate::screen::near::Clusters;
use crate::screen::problems::{Disagreement, ProblemHit};
use crate::screen::{Fate, Screened};
use crate::select::{JoinCounts, Selection};
use crate::source::quietly;

/// What is made again, and what it is made from.
pub(super) struct Replay<'r> {
    pub stored: &'r Stored,
    pub experiment: Experiment<'r>,
    pub fates: Vec<Fate>,
    pub chosen: &'r Chosen,
    pub leakage: Option<Leakage>,
    pub has_texts: bool,
    pub copies: HashMap<Id, Vec<u32>>,
    /// Where tokens of rows can be counted.
    pub tokenizer: Option<Tokenizer>,
}

/// Makes again what follows and notes where the folder has something else.
/// Fails where there is no place to write it.
pub(super) fn check(
    folder: &mut Folder<'_>,
    stored: &Stored,
    mut ledger: Ledger,
    chosen: &Chosen,
) -> Result<()> {
    if !ledger.is_whole || !chosen.is_whole {
        folder.findings.note(
            "what follows from ledger and selection is not derived, since they cannot be read",
        );
        return Ok(());
    }
    let Some(plan) = plan(folder, &stored.manifest) else {
        return Ok(());
    };
    let leakage = leakage(folder, &plan);
    let tokenizer = tokenizer(&plan);
    // What contradicts itself can break a promise that the code of a run rests on.
    let replayed = quietly(|| -> Result<_, String> {
        let (has_texts, copies) = (ledger.has_texts, std::mem::take(&mut ledger.copies));
        let experiment = experiment(&plan, ledger, &stored.manifest, leakage.as_ref())?;
        let fates = experiment.fates();
        Ok(Replay {
            stored,
            experiment,
            fates,
            chosen,
            leakage,
            has_texts,
            copies,
            tokenizer,
        })
    });
    let replay = match replayed.unwrap_or_else(|| Err(CONTRADICTS.to_owned())) {
        Ok(replay) => replay,
        Err(why) => {
            folder
                .findings
                .broken(format!("the run cannot be derived again: {why}"));
            return Ok(());
        }
    };
    rows::check(folder, &replay);
    folder.watch.begin("derive", Amount::default());
    if stored.manifest.manifest_version == VERSION {
        outcome::check(folder, &replay);
        derived::check(folder, &replay)?;
    }
    Ok(())
}

pub(super) const CONTRADICTS: &str = "ledger, selection and pipeline contradict one another";

/// A run as it stood when it had selected, read again from its folder.
pub(crate) struct Replayed<'p> {
    pub experiment: Experiment<'p>,
    pub fates: Vec<Fate>,
    /// Every order whole, beyond the cuts too.
    pub selection: Selection,
}

/// What a folder alone gives again of its run.
pub(crate) enum Again<T> {
    Taken(T),
    /// Its grids ask for what no file of the folder holds, as the pipeline has it.
    Asks(Vec<String>),
    /// Nothing, as of one that was damaged or written by an older version.
    Contradicts,
}

/// Hands over the run of a folder; fails where no run ever wrote the folder.
pub(crate) fn with<T>(out: &Path, take: impl FnOnce(&Replayed<'_>) -> T) -> Result<Again<T>> {
    let mut folder = Folder::unhashed(out)?;
    let Some(stored) = super::manifest::read(&mut folder) else {
        return Ok(Again::Contradicts);
    };
    let Some(plan) = plan(&mut folder, &stored.manifest) else {
        return Ok(Again::Contradicts);
    };
    let asked = plan.asked_beside_entries();
    if !asked.is_empty() {
        return Ok(Again::Asks(asked));
    }
    let ledger = super::ledger::read_to_replay(&mut folder, &stored);
    if !ledger.is_whole {
        return Ok(Again::Contradicts);
    }
    let leakage = leakage(&mut folder, &plan);
    // What contradicts itself can break a promise that the code of a run rests on.
    let taken = quietly(|| {
        let experiment = experiment(&plan, ledger, &stored.manifest, leakage.as_ref()).ok()?;
        let fates = experiment.fates();
        let selection = experiment.select(&fates);
        Some(take(&Replayed {
            experiment,
            fates,
            selection,
        }))
    });
    Ok(taken.flatten().map_or(Again::Contradicts, Again::Taken))
}

/// The plan of the lock file; none, which is noted, where that is none of a run.
fn plan(folder: &mut Folder<'_>, manifest: &Manifest) -> Option<Plan> {
    let name = format!("{RUN_FOLDER}/pipeline.lock.toml");
    let text = folder.text(&name)?;
    let planned = quietly(|| {
        let file = PipelineFile::parse(Path::new(&name), text)?;
        Plan::recorded(&file, manifest)
    });
    let why = match planned {
        Some(Ok(plan)) => return Some(plan),
        Some(Err(error)) => error.to_string(),
        None => "it is damaged".to_owned(),
    };
    folder
        .findings
        .broken(format!("the lock file is none that a run writes: {why}"));
    None
}

/// What counts the tokens of rows; none where that is a file of the user's, which only `sources` can find.
fn tokenizer(plan: &Plan) -> Option<Tokenizer> {
    (plan.tokenizer == QWEN).then(Tokenizer::qwen)
}

/// The certificate of a run that looked for benchmarks; whether it has one is as the pipeline says.
fn leakage(folder: &mut Folder<'_>, plan: &Plan) -> Option<Leakage> {
    let name = format!("{RUN_FOLDER}/leakage.json");
    match (plan.screen.contamination.is_some(), folder.path(&name)) {
        (false, None) => return None,
        (false, Some(_)) => {
            folder
                .findings
                .broken(format!("{name} is there, and no benchmark was looked for"));
            return None;
        }
        (true, _) => {}
    }
    let text = folder.text(&name)?;
    let parsed =
        quietly(|| serde_json::from_str(&text).map_err(|why: serde_json::Error| why.to_string()));
    match parsed.unwrap_or_else(|| Err("it is damaged".to_owned())) {
        Ok(leakage) => Some(leakage),
        Err(why) => {
            folder.unreadable(&name, &why);
            None
        }
    }
}

/// The run as it was when it was measured and its problems were looked at.
fn experiment<'p>(
    plan: &'p Plan,
    ledger: Ledger,
    manifest: &Manifest,
    leakage: Option<&Leakage>,
) -> Result<Experiment<'p>, String> {
    let mut entries = ledger.entries;
    let parts = parts(plan, &ledger.files, &mut entries)?;
    let near = manifest.near_duplicates.as_ref();
    let found = [&ledger.clusters, &ledger.templates];
    let clusters = clusters(plan, &entries, found, near)?;
    let hits = leakage.map_or(Ok(Vec::new()), |leakage| hits(&entries, leakage))?;
    let disagreeing = near.map_or(Ok(Vec::new()), |near| disagreeing(&entries, near))?;
    let problems = leakage.map_or(0, |leakage| leakage.problems);
    let nominated = leakage.and_then(Leakage::nominated);
    let screened = Screened::recorded(problems, hits, clusters, disagreeing, nominated);
    let joins = joins(plan, manifest);
    Ok(Experiment::recorded(plan, entries, parts, screened, joins))
}

/// A part for each file that the manifest has, with its entries; fails where the ledger has others.
fn parts(
    plan: &Plan,
    files: &[super::ledger::FileEntries],
    entries: &mut Entries,
) -> Result<Vec<RunPart>, String> {
    let mut parts = Vec::new();
    let mut files = files.iter().peekable();
    let mut end = 0;
    for (source, planned) in plan.sources.iter().enumerate() {
        for (file, known) in planned.files.iter().enumerate() {
            let is_it = |next: &&super::ledger::FileEntries| {
                next.source == planned.name && next.file == known.file.name
            };
            let range = files
                .next_if(is_it)
                .map_or(end..end, |next| next.entries.clone());
            end = range.end;
            for row in &mut entries.rows[range.clone()] {
                row.part = parts.len() as u32;
            }
            parts.push(RunPart {
                source,
                file,
                content: None,
                held: Held::Elsewhere,
                entries: range,
            });
        }
    }
    match files.next() {
        None => Ok(parts),
        Some(lost) => Err(format!(
            "the ledger has entries of {}/{} where the manifest has no such file",
            lost.source, lost.file
        )),
    }
}

/// Which problems are near duplicates and which of one template, by the problems that stand for them in the ledger.
fn clusters(
    plan: &Plan,
    entries: &Entries,
    found: [&Standing; 2],
    near: Option<&NearDuplicatesRecord>,
) -> Result<Option<Clusters>, String> {
    let asked = plan.cluster_threshold.is_some();
    let lacks = |stands: &Standing| asked == stands.is_empty() && !entries.problems.is_empty();
    if asked != near.is_some() || found.into_iter().any(lacks) {
        return Err("it has near duplicates where none were looked for, or lacks them".to_owned());
    }
    let Some(near) = near else { return Ok(None) };
    let [first, template] = found.map(|stands| firsts(entries, stands));
    let is_whole = |(problem, &first): (usize, &u32)| template[problem] == template[first as usize];
    if !first.iter().enumerate().all(is_whole) {
        return Err("near duplicates are of two templates".to_owned());
    }
    Ok(Some(Clusters {
        first,
        template,
        uncompared: near.uncompared,
    }))
}

/// For each problem the one with the smallest id of those for which the same one stands.
fn firsts(entries: &Entries, stands: &Standing) -> Vec<u32> {
    let id = |problem: u32| entries.problems[problem as usize].id;
    let mut smallest: HashMap<Id, u32, RandomState> = HashMap::default();
    for (&problem, &of) in stands {
        let first = smallest.entry(of).or_insert(problem);
        if id(problem) < id(*first) {
            *first = problem;
        }
    }
    let problems = 0..entries.problems.len() as u32;
    problems
        .map(|problem| stands.get(&problem).map_or(problem, |of| smallest[of]))
        .collect()
}

fn problem(entries: &Entries, id: &str) -> Result<u32, String> {
    let found = id.parse().ok().and_then(|id| entries.find_problem(id));
    found.ok_or_else(|| format!("no entry has the problem `{}`", crate::error::shortened(id)))
}

fn hits(entries: &Entries, leakage: &Leakage) -> Result<Vec<ProblemHit>, String> {
    let mut items = IndexSet::new();
    let found = leakage.hits.iter().map(|hit| {
        let named = |one: &crate::emit::leakage::BenchmarkRecord| one.name == hit.benchmark;
        let benchmark = leakage.benchmarks.iter().position(named);
        Ok(ProblemHit {
            problem: problem(entries, &hit.problem_id)?,
            hit: Hit {
                benchmark: benchmark.ok_or("a hit is of no benchmark")? as u32,
                item: items.insert_full((&hit.benchmark, &hit.item)).0 as u32,
                class: hit.class,
                evidence: hit.evidence,
                by_vectors: hit.by_vectors,
                matched: hit.matched.clone(),
            },
            item: format!("{}/{}", hit.benchmark, hit.item),
            text: hit.problem.clone(),
            dropped: hit.dropped,
        })
    });
    found.collect()
}

fn disagreeing(
    entries: &Entries,
    near: &NearDuplicatesRecord,
) -> Result<Vec<Disagreement>, String> {
    let found = near.disagreeing.iter().map(|cluster| {
        let answers = cluster.answers.iter();
        let answers = answers.map(|(id, answer)| Ok((problem(entries, id)?, answer.clone())));
        Ok(Disagreement {
            answers: answers.collect::<Result<_, String>>()?,
        })
    });
    found.collect()
}

/// What joining did to each joined column, as the manifest says.
fn joins(plan: &Plan, manifest: &Manifest) -> Vec<JoinCounts> {
    let counts = |name: &str| {
        let mut lookups = manifest.lookups.iter();
        let known = lookups.find(|known| known.role == LookupRole::Join && known.name == name);
        known.and_then(|known| known.joined).unwrap_or_default()
    };
    plan.joins.iter().map(|join| counts(&join.name)).collect()
}
