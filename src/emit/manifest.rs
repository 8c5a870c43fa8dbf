//! `manifest.json`: what was made, from what, by which code, with every count.

use std::collections::{BTreeMap, HashSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Written;
use crate::ids::{self, Id};
use crate::plan::{PlannedCompanion, PlannedFile, VectorFile};
use crate::pool::companions::Counts;
use crate::run::{self, Experiment, JoinCounts, Joined};
use crate::screen::{Fate, Tally};
use crate::select::controls::{decile, token_deciles};
use crate::select::{Selection, Steps, Subset};
use crate::source::{HubMode, Place};
use crate::verify::Outcome;

/// What one run made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// Version of this file's form.
    pub manifest_version: u32,
    /// The program and its version.
    pub program: String,
    pub title: Option<String>,
    pub seed: u64,
    /// The hash that ids and draws are made with.
    pub hash: String,
    /// The tokenizer that counted: its name, or the hash of its file.
    pub tokenizer: String,
    /// SHA-256 of `pipeline.lock.toml`.
    pub pipeline_sha256: String,
    pub sources: Vec<SourceRecord>,
    /// Datasets that were joined by the problem's text, in the order in which they were.
    #[serde(default)]
    pub companions: Vec<CompanionRecord>,
    /// Questions that problems were compared with, and columns that were joined.
    #[serde(default)]
    pub lookups: Vec<LookupRecord>,
    /// Entries read, kept and dropped: read = kept + the sum of dropped, for each source.
    pub ledger: Vec<LedgerRecord>,
    /// The same for each file.
    pub files: Vec<FileRecord>,
    /// How often our verdict meets the recorded one, over all trajectories.
    pub verdicts: Vec<VerdictRecord>,
    /// What share was accepted, by category and tenth of length: filtering also removes long and hard
    /// trajectories.
    pub acceptance: Vec<AcceptanceRecord>,
    pub subsets: Vec<SubsetRecord>,
    /// Subsets that were left out or made smaller.
    pub shortfalls: Vec<ShortfallRecord>,
    /// For each style pair: how often its trajectories are right.
    pub pairs: Vec<PairRecord>,
    /// Null where near duplicates were not looked for.
    #[serde(default)]
    pub near_duplicates: Option<NearDuplicatesRecord>,
    /// For each family of a recipe that leaves problems out: how many each step left.
    #[serde(default)]
    pub recipes: Vec<RecipeRecord>,
    pub warnings: Vec<String>,
}

/// One source.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SourceRecord {
    pub name: String,
    pub layout: String,
    pub accept: String,
    /// Null where neither the pipeline nor a card on the hub says.
    #[serde(default)]
    pub license: Option<String>,
    /// Whom to name for it; null where neither says.
    #[serde(default)]
    pub attribution: Option<String>,
}

/// One companion.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CompanionRecord {
    pub name: String,
    /// What its categories were for: `fill` or `replace`.
    pub category: String,
    /// Null where its card on the hub does not say, and for files on disk.
    #[serde(default)]
    pub license: Option<String>,
    #[serde(default)]
    pub attribution: Option<String>,
    pub joined: Counts,
    pub files: Vec<CompanionFileRecord>,
}

/// One file of a companion.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct CompanionFileRecord {
    pub file: String,
    pub bytes: u64,
    /// BLAKE3 of its bytes, 128 bits; null for a file of the hub.
    pub blake3: Option<String>,
    /// Where on the hub it lies; null for a file on disk.
    pub hub: Option<HubRecord>,
}

/// A benchmark, a joined column, or the vectors of problems and of a benchmark's questions.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LookupRecord {
    pub name: String,
    /// `benchmark`, `join` or `vectors`; these have the benchmark's name.
    pub role: String,
    /// Questions of the benchmark; null for a joined column.
    pub questions: Option<u64>,
    /// What joining did; null for all but a joined column.
    pub joined: Option<JoinCounts>,
    pub files: Vec<CompanionFileRecord>,
}

/// What the steps of a recipe left.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct RecipeRecord {
    /// The largest subset of the family.
    pub subset: String,
    pub recipe: String,
    pub steps: Vec<StepRecord>,
}

/// One step of a recipe.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct StepRecord {
    /// `candidates`, then what each filter left (`text`, `difficulty`, `length`), then for `s1` what each
    /// step could add (`first`, `uniform`, `weighed`).
    pub step: String,
    pub problems: u64,
}

/// One source's counts.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct LedgerRecord {
    pub source: String,
    pub read: u64,
    pub kept: u64,
    pub dropped: BTreeMap<String, u64>,
}

/// One file and its counts.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct FileRecord {
    pub source: String,
    pub file: String,
    pub bytes: u64,
    /// BLAKE3 of its bytes, 128 bits; null where it could not be read, and for a file of the hub.
    pub blake3: Option<String>,
    /// Where on the hub it lies; null for a file on disk.
    #[serde(default)]
    pub hub: Option<HubRecord>,
    pub read: u64,
    pub kept: u64,
    pub dropped: BTreeMap<String, u64>,
}

/// A file's place on the hub.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct HubRecord {
    pub dataset: String,
    pub commit: String,
    /// SHA-256 of its bytes, or git's SHA-1 of the blob where it is small: as the hub says.
    pub content: String,
    /// `verified`: the whole file was fetched and its hash compared. `unverified`: only ranges of it were
    /// read, of which length and place were checked.
    pub check: String,
}

/// How many trajectories have one pair of verdicts.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct VerdictRecord {
    /// Ours.
    pub verdict: String,
    /// `right`, `wrong` or `none`.
    pub recorded: String,
    pub count: u64,
}

/// Trajectories of one category and one tenth of length.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct AcceptanceRecord {
    pub category: Option<String>,
    /// Tenth of tokens over all trajectories, from 0.
    pub length_decile: u32,
    pub trajectories: u64,
    pub accepted: u64,
    /// `wrong` by our verdict.
    pub wrong: u64,
    /// `undecided` by our verdict.
    pub undecided: u64,
}

impl AcceptanceRecord {
    /// Accepted, wrong and undecided in percent, as `74 / 3 / 12`.
    pub fn percents(&self) -> String {
        let percent =
            |count: u64| format!("{:.0}", 100.0 * count as f64 / self.trajectories as f64);
        [self.accepted, self.wrong, self.undecided]
            .map(percent)
            .join(" / ")
    }
}

/// One subset or control.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct SubsetRecord {
    pub name: String,
    /// `subset`, `random`, `matched`, `paired` or `validation`.
    pub role: String,
    pub grid: Option<String>,
    pub category: Option<String>,
    pub length: Option<String>,
    pub style: Option<String>,
    /// What selected inside the bucket; null for a control.
    #[serde(default)]
    pub recipe: Option<String>,
    /// The rule of acceptance on top of the pipeline's; null for that alone.
    #[serde(default)]
    pub accept: Option<String>,
    /// Rows that were asked for, or tokens: see `unit`.
    pub asked: u64,
    /// What `asked` counts: `rows` or `tokens`.
    #[serde(default = "rows")]
    pub unit: String,
    /// Rows that were selected.
    pub size: u32,
    /// Their problems: fewer where `per_problem` is more than 1.
    #[serde(default)]
    pub problems: u32,
    /// Rows whose text was written: `size`, or 0 where `[emit] subsets` leaves it out.
    pub written: u32,
    /// Problems in the bucket that it was drawn from.
    pub bucket: u32,
    /// Rows that could have been selected.
    pub available: u32,
    /// How many trajectories of a problem it has at most.
    #[serde(default = "one")]
    pub per_problem: u32,
    pub draw: u32,
    /// `independent`, or `replicate` where the whole bucket is taken.
    pub draw_kind: String,
    /// The next larger subset of the same draw.
    pub prefix_of: Option<String>,
    /// The subsets that it is a control of.
    pub control_of: Vec<String>,
    /// The subsets with the same problems in another style.
    pub pair_of: Vec<String>,
    /// For a matched control: what it matched on and where strata were too thin.
    pub matched: Option<MatchedRecord>,
    /// Tokens of all its replies.
    pub tokens: u64,
    /// Relative to the output folder; null where its text is not written.
    pub path: Option<String>,
    pub sha256: Option<String>,
}

/// What a matched control matched on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct MatchedRecord {
    pub strata: Vec<String>,
    pub thin: Vec<ThinRecord>,
}

/// A stratum with too few problems.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ThinRecord {
    pub stratum: String,
    pub rows: u32,
    pub gave_up: Vec<String>,
}

/// A subset that asked for more than there is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct ShortfallRecord {
    pub name: String,
    pub asked: u64,
    pub available: u64,
    /// What both count: `rows` or `tokens`.
    #[serde(default = "rows")]
    pub unit: String,
    pub reason: String,
}

fn rows() -> String {
    "rows".to_owned()
}

fn yes() -> bool {
    true
}

fn one() -> u32 {
    1
}

/// How often the two trajectories of a pair are right.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct PairRecord {
    pub category: String,
    pub styles: [String; 2],
    /// Count by verdict of the first, then of the second.
    pub counts: BTreeMap<String, BTreeMap<String, u64>>,
}

/// Clusters of problems that are near duplicates.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct NearDuplicatesRecord {
    /// The Jaccard index from which on two problems are one.
    pub threshold: f64,
    /// Whether one problem of a cluster stays alone; else clusters only keep the validation set apart.
    #[serde(default = "yes")]
    pub dropped: bool,
    pub problems: u32,
    /// Clusters of two or more problems.
    pub clusters: u32,
    /// Problems in these clusters.
    pub clustered: u32,
    /// Problems in the largest cluster.
    pub largest: u32,
    /// How often a problem was compared with a part of a large bucket only, and was near none of it.
    pub uncompared: u64,
    /// Clusters with a gold answer that is `wrong` by another of the cluster.
    pub disagreeing_count: u32,
    /// The first of them by id, at most 1,000.
    pub disagreeing: Vec<DisagreementRecord>,
}

/// A cluster whose gold answers differ.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct DisagreementRecord {
    /// The gold answer by problem id.
    pub answers: BTreeMap<String, String>,
}

impl Manifest {
    pub(super) fn new(
        experiment: &Experiment<'_>,
        fates: &[Fate],
        selection: &Selection,
        subsets: &[(&Subset, Option<&Written>)],
        lock: &str,
    ) -> Self {
        let plan = experiment.plan;
        let ledger = run::ledger(experiment, fates);
        let sources = plan.sources.iter().map(|source| SourceRecord {
            name: source.name.clone(),
            layout: word(&source.source.layout),
            accept: word(&source.accept),
            license: source.terms.license.clone(),
            attribution: source.terms.attribution.clone(),
        });
        let ledger = ledger.into_iter().map(|(source, tally)| LedgerRecord {
            source,
            read: tally.read,
            kept: tally.kept,
            dropped: reasons(&tally),
        });
        let shortfalls = selection
            .shortfalls
            .iter()
            .map(|shortfall| ShortfallRecord {
                name: shortfall.name.clone(),
                asked: shortfall.asked.count(),
                unit: shortfall.asked.unit().to_owned(),
                available: shortfall.available,
                reason: shortfall.reason.clone(),
            });
        let pairs = selection.pairs.iter().map(|pair| PairRecord {
            category: pair.category.clone(),
            styles: pair.styles.clone(),
            counts: pair.counts.clone(),
        });
        Self {
            manifest_version: 1,
            program: format!("gradatim {}", env!("CARGO_PKG_VERSION")),
            title: plan.pipeline.title.clone(),
            seed: plan.pipeline.seed,
            hash: ids::HASH.into(),
            tokenizer: plan.tokenizer.clone(),
            pipeline_sha256: Sha256::digest(lock)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
            sources: sources.collect(),
            companions: companions(experiment),
            lookups: lookups(experiment),
            ledger: ledger.collect(),
            files: files(experiment, fates),
            verdicts: verdicts(experiment),
            acceptance: acceptance(experiment, fates),
            subsets: subsets
                .iter()
                .map(|(subset, written)| subset_record(experiment, subset, *written))
                .collect(),
            shortfalls: shortfalls.collect(),
            pairs: pairs.collect(),
            near_duplicates: near_duplicates(experiment),
            recipes: selection.steps.iter().map(recipe_record).collect(),
            warnings: selection.warnings.clone(),
        }
    }
}

/// The word that a unit variant is written as.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("a variant is written as a word, not as {other:?}"),
    }
}

fn reasons(tally: &Tally) -> BTreeMap<String, u64> {
    let pairs = tally.dropped.iter();
    pairs
        .map(|(reason, count)| ((*reason).to_owned(), *count))
        .collect()
}

fn hub_record(place: &Place) -> Option<HubRecord> {
    let Place::Hub(remote) = place else {
        return None;
    };
    let check = match remote.mode {
        HubMode::Cache => "verified",
        HubMode::Stream => "unverified",
    };
    Some(HubRecord {
        dataset: remote.file.repo.to_string(),
        commit: remote.file.commit.to_string(),
        content: remote.file.content.to_string(),
        check: check.to_owned(),
    })
}

/// The hash of a file on disk; one on the hub has the hub's.
fn blake3(place: &Place, content: Option<Id>) -> Option<String> {
    match place {
        Place::Disk(_) => content.map(|id| id.to_string()),
        Place::Hub(_) => None,
    }
}

fn companions(experiment: &Experiment<'_>) -> Vec<CompanionRecord> {
    let planned = experiment.plan.companions.iter();
    let record = |(companion, joined): (&PlannedCompanion, &Joined)| CompanionRecord {
        name: companion.name.clone(),
        category: word(&companion.category),
        license: companion.terms.license.clone(),
        attribution: companion.terms.attribution.clone(),
        joined: joined.counts,
        files: file_records(&companion.files, &joined.contents),
    };
    planned.zip(&experiment.companions).map(record).collect()
}

fn file_records(files: &[PlannedFile], contents: &[Id]) -> Vec<CompanionFileRecord> {
    let record = |(file, content): (&PlannedFile, &Id)| CompanionFileRecord {
        file: file.file.name.clone(),
        bytes: file.bytes,
        blake3: blake3(&file.file.place, Some(*content)),
        hub: hub_record(&file.file.place),
    };
    files.iter().zip(contents).map(record).collect()
}

fn lookups(experiment: &Experiment<'_>) -> Vec<LookupRecord> {
    let plan = experiment.plan;
    let benchmarks = plan.benchmarks.iter().map(|benchmark| LookupRecord {
        name: benchmark.name.clone(),
        role: "benchmark".into(),
        questions: Some(benchmark.questions.len() as u64),
        joined: None,
        files: file_records(&benchmark.files, &benchmark.contents),
    });
    let joins = plan.joins.iter().zip(&experiment.joins);
    let joins = joins.map(|(join, counts)| LookupRecord {
        name: join.name.clone(),
        role: "join".into(),
        questions: None,
        joined: Some(*counts),
        files: file_records(&join.files, &join.contents),
    });
    let vectors = plan.vectors.iter().map(|vectors| LookupRecord {
        name: vectors.benchmark.clone(),
        role: "vectors".into(),
        questions: Some(vectors.questions.len() as u64),
        joined: None,
        files: [&vectors.problems, &vectors.asking]
            .map(vector_record)
            .into(),
    });
    benchmarks.chain(joins).chain(vectors).collect()
}

fn vector_record(file: &VectorFile) -> CompanionFileRecord {
    CompanionFileRecord {
        file: file.name.clone(),
        bytes: file.bytes,
        blake3: Some(file.content.to_string()),
        hub: None,
    }
}

fn recipe_record(steps: &Steps) -> RecipeRecord {
    let step = |&(step, problems): &(&str, u64)| StepRecord {
        step: step.to_owned(),
        problems,
    };
    RecipeRecord {
        subset: steps.subset.clone(),
        recipe: steps.recipe.as_str().to_owned(),
        steps: steps.left.iter().map(step).collect(),
    }
}

fn files(experiment: &Experiment<'_>, fates: &[Fate]) -> Vec<FileRecord> {
    let mut records: Vec<FileRecord> = Vec::new();
    let mut last = None;
    let mut tally = Tally::default();
    for (part, counts) in experiment.parts.iter().zip(experiment.tallies(fates)) {
        let place = (part.source, part.file);
        if last != Some(place) {
            tally = Tally::default();
            let source = &experiment.plan.sources[part.source];
            let file = &source.files[part.file];
            records.push(FileRecord {
                source: source.name.clone(),
                file: file.file.name.clone(),
                bytes: file.bytes,
                blake3: blake3(&file.file.place, part.content),
                hub: hub_record(&file.file.place),
                read: 0,
                kept: 0,
                dropped: BTreeMap::new(),
            });
            last = Some(place);
        }
        tally.merge(&counts);
        if let Some(record) = records.last_mut() {
            record.read = tally.read;
            record.kept = tally.kept;
            record.dropped = reasons(&tally);
        }
    }
    records
}

fn verdicts(experiment: &Experiment<'_>) -> Vec<VerdictRecord> {
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for body in experiment
        .entries
        .rows
        .iter()
        .filter_map(|row| row.body.as_ref().ok())
    {
        let recorded = match body.recorded {
            Some(true) => "right",
            Some(false) => "wrong",
            None => "none",
        };
        *counts.entry((body.outcome.as_str(), recorded)).or_default() += 1;
    }
    let record = |((verdict, recorded), count): ((&str, &str), u64)| VerdictRecord {
        verdict: verdict.to_owned(),
        recorded: recorded.to_owned(),
        count,
    };
    counts.into_iter().map(record).collect()
}

fn acceptance(experiment: &Experiment<'_>, fates: &[Fate]) -> Vec<AcceptanceRecord> {
    let entries = &experiment.entries;
    let bodies = || {
        let rows = entries.rows.iter().zip(fates);
        rows.filter_map(|(row, fate)| Some((row.body.as_ref().ok()?, *fate)))
    };
    let deciles = token_deciles(bodies().map(|(body, _)| body.tokens).collect());
    let mut counts: BTreeMap<(Option<&str>, u32), [u64; 4]> = BTreeMap::new();
    for (body, fate) in bodies() {
        let category = body.category.map(|name| entries.name(name));
        let count = counts
            .entry((category, decile(&deciles, body.tokens)))
            .or_default();
        count[0] += 1;
        count[1] += u64::from(fate == Fate::Kept);
        count[2] += u64::from(body.outcome == Outcome::Wrong);
        count[3] += u64::from(body.outcome == Outcome::Undecided);
    }
    let records = counts
        .into_iter()
        .map(|((category, length_decile), count)| {
            let [trajectories, accepted, wrong, undecided] = count;
            AcceptanceRecord {
                category: category.map(str::to_owned),
                length_decile,
                trajectories,
                accepted,
                wrong,
                undecided,
            }
        });
    records.collect()
}

/// No manifest lists more clusters that disagree: a threshold set too low would fill it.
const DISAGREEING_MAX: usize = 1000;

fn near_duplicates(experiment: &Experiment<'_>) -> Option<NearDuplicatesRecord> {
    let pipeline = &experiment.plan.pipeline;
    let threshold = pipeline.cluster_threshold()?;
    let clusters = experiment.screened.clusters.as_ref()?;
    let mut sizes: BTreeMap<u32, u32> = BTreeMap::new();
    for &first in &clusters.first {
        *sizes.entry(first).or_default() += 1;
    }
    sizes.retain(|_, size| *size > 1);
    let problems = &experiment.entries.problems;
    let disagreeing = &experiment.screened.disagreeing;
    let listed = disagreeing.iter().take(DISAGREEING_MAX).map(|cluster| {
        let answers = cluster
            .answers
            .iter()
            .map(|(problem, answer)| (problems[*problem as usize].id.to_string(), answer.clone()));
        DisagreementRecord {
            answers: answers.collect(),
        }
    });
    Some(NearDuplicatesRecord {
        threshold,
        dropped: pipeline.screen.near_duplicates.is_some(),
        problems: clusters.first.len() as u32,
        clusters: sizes.len() as u32,
        clustered: sizes.values().sum(),
        largest: sizes.values().copied().max().unwrap_or_default(),
        uncompared: clusters.uncompared,
        disagreeing_count: disagreeing.len() as u32,
        disagreeing: listed.collect(),
    })
}

fn problems(experiment: &Experiment<'_>, subset: &Subset) -> u32 {
    let problem = |&entry: &u32| experiment.entries.body_of(entry).problem;
    let problems: HashSet<u32> = subset.entries().iter().map(problem).collect();
    problems.len() as u32
}

fn subset_record(
    experiment: &Experiment<'_>,
    subset: &Subset,
    written: Option<&Written>,
) -> SubsetRecord {
    let tokens = |&entry: &u32| u64::from(experiment.entries.body_of(entry).tokens);
    SubsetRecord {
        name: subset.name.clone(),
        role: word(&subset.role),
        grid: subset.grid.clone(),
        category: subset.category.clone(),
        length: subset.length.clone(),
        style: subset.style.clone(),
        recipe: subset.recipe.map(|recipe| recipe.as_str().to_owned()),
        accept: subset.accept.map(|rule| rule.as_str().to_owned()),
        asked: subset.asked.count(),
        unit: subset.asked.unit().to_owned(),
        size: subset.size,
        problems: problems(experiment, subset),
        written: written.map_or(0, |written| written.rows),
        bucket: subset.bucket,
        available: subset.available,
        per_problem: subset.per_problem,
        draw: subset.draw,
        draw_kind: word(&subset.draw_kind),
        prefix_of: subset.prefix_of.clone(),
        control_of: subset.control_of.clone(),
        pair_of: subset.pair_of.clone(),
        matched: subset.matched.as_ref().map(|matched| MatchedRecord {
            strata: matched.strata.iter().map(word).collect(),
            thin: matched
                .thin
                .iter()
                .map(|thin| ThinRecord {
                    stratum: thin.stratum.clone(),
                    rows: thin.rows,
                    gave_up: thin.gave_up.iter().map(word).collect(),
                })
                .collect(),
        }),
        tokens: subset.entries().iter().map(tokens).sum(),
        path: written.map(|written| written.path.clone()),
        sha256: written.map(|written| written.sha256.clone()),
    }
}
