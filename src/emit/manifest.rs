//! The manifest of a run, filled in from its plan, its entries and its selection.

use std::collections::{BTreeMap, HashSet};

use sha2::{Digest, Sha256};

use super::{Written, comparisons, lock};
use crate::ids::{self, Id};
use crate::manifest::{
    AcceptanceRecord, CompanionFileRecord, CompanionRecord, DerivedRecord, DisagreementRecord,
    FileRecord, HubCheck, HubRecord, LedgerRecord, LookupRecord, LookupRole, Manifest,
    MatchedRecord, NearDuplicatesRecord, ObjectRecord, PairRecord, PassRateOver, PassRatesRecord,
    RecipeRecord, ShortfallRecord, SourceRecord, StepRecord, SubsetRecord, ThinRecord, VERSION,
    VerdictRecord,
};
use crate::plan::{PlannedCompanion, PlannedFile, PlannedScreenVectors, VectorFile};
use crate::pool::Entries;
use crate::pool::entries::Problem;
use crate::run::{Experiment, Joined};
use crate::screen::near::Clusters;
use crate::screen::{Fate, Tally};
use crate::select::{Selection, Steps, Subset, SubsetRole, decile, token_deciles};
use crate::source::{HubMode, Place};
use crate::verify::Outcome;

/// The manifest of a run whose subsets are written, and whose tokens somebody counted.
///
/// Its seals are still missing: the files that they are of are written from it.
pub(crate) fn manifest(
    experiment: &Experiment<'_>,
    fates: &[Fate],
    selection: &Selection,
    written: &[Option<Written>],
    counted_by: Option<&str>,
) -> Manifest {
    let plan = experiment.plan;
    let ledger = experiment.ledger(fates);
    let sources = plan.sources.iter().map(|source| SourceRecord {
        name: source.name.clone(),
        layout: source.source.layout,
        accept: source.accept,
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
            unit: shortfall.asked.unit(),
            available: shortfall.available,
            lack: Some(shortfall.lack.clone()),
            reason: shortfall.reason.clone(),
        });
    let pairs = selection.pairs.iter().map(|pair| PairRecord {
        category: pair.category.clone(),
        styles: pair.styles.clone(),
        counts: pair.counts.clone(),
    });
    let subsets = selection.subsets.iter().zip(written);
    let subsets =
        subsets.map(|(subset, written)| subset_record(experiment, subset, written.as_ref()));
    let mut manifest = Manifest {
        manifest_version: VERSION,
        program: format!("gradatim {}", env!("CARGO_PKG_VERSION")),
        title: plan.title.clone(),
        seed: plan.seed,
        hash: ids::HASH.into(),
        tokenizer: plan.tokenizer.clone(),
        counted_by: counted_by.map(str::to_owned),
        pipeline_sha256: String::new(),
        sources: sources.collect(),
        companions: companions(experiment),
        lookups: lookups(experiment),
        ledger: ledger.collect(),
        files: files(experiment, fates),
        verdicts: verdicts(experiment),
        pass_rates: Some(pass_rates(&experiment.entries)),
        acceptance: acceptance(experiment, fates),
        subsets: subsets.collect(),
        paired_draws: comparisons::paired_draws(&selection.subsets),
        shared: comparisons::shared(&selection.subsets),
        shortfalls: shortfalls.collect(),
        pairs: pairs.collect(),
        near_duplicates: near_duplicates(experiment),
        recipes: selection.steps.iter().map(recipe_record).collect(),
        warnings: selection.warnings.clone(),
        seals: BTreeMap::new(),
    };
    name_lock(&mut manifest, &plan.written);
    manifest
}

/// Gives the manifest the hash of the lock file, in which stands what it says was read.
pub(crate) fn name_lock(manifest: &mut Manifest, planned: &str) {
    manifest.pipeline_sha256 = sha256(&lock::text(planned, manifest));
}

/// Of a text, in hexadecimal digits.
fn sha256(text: &str) -> String {
    let hash = Sha256::digest(text);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
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
        HubMode::Cache => HubCheck::Verified,
        HubMode::Stream => HubCheck::Unverified,
    };
    Some(HubRecord {
        dataset: remote.file.repo.to_string(),
        commit: remote.file.commit.to_string(),
        content: remote.file.content.to_string(),
        check,
    })
}

fn object_record(place: &Place) -> Option<ObjectRecord> {
    let Place::Store(file) = place else {
        return None;
    };
    Some(ObjectRecord {
        url: file.object.url.to_string(),
        state: file.object.state(),
    })
}

/// The hash of a file on disk; one elsewhere has what its place says.
fn blake3(place: &Place, content: Option<Id>) -> Option<String> {
    match place {
        Place::Disk(_) => content.map(|id| id.to_string()),
        Place::Hub(_) | Place::Store(_) => None,
    }
}

fn companions(experiment: &Experiment<'_>) -> Vec<CompanionRecord> {
    let planned = experiment.plan.companions.iter();
    let record = |(companion, joined): (&PlannedCompanion, &Joined)| CompanionRecord {
        name: companion.name.clone(),
        category: companion.category,
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
        object: object_record(&file.file.place),
    };
    files.iter().zip(contents).map(record).collect()
}

fn lookups(experiment: &Experiment<'_>) -> Vec<LookupRecord> {
    let plan = experiment.plan;
    let benchmarks = plan.benchmarks.iter().map(|benchmark| LookupRecord {
        name: benchmark.name.clone(),
        role: LookupRole::Benchmark,
        questions: Some(benchmark.questions.len() as u64),
        joined: None,
        files: file_records(&benchmark.files, &benchmark.contents),
    });
    let joins = plan.joins.iter().zip(&experiment.joins);
    let joins = joins.map(|(join, counts)| LookupRecord {
        name: join.name.clone(),
        role: LookupRole::Join,
        questions: None,
        joined: Some(*counts),
        files: file_records(&join.files, &join.contents),
    });
    let vectors = plan.vectors.iter().map(|vectors| LookupRecord {
        name: vectors.benchmark.clone(),
        role: LookupRole::Vectors,
        questions: Some(vectors.questions.len() as u64),
        joined: None,
        files: [&vectors.problems, &vectors.asking]
            .map(vector_record)
            .into(),
    });
    let screened = plan.screen_vectors.iter().flat_map(screen_vectors);
    let lookups = benchmarks.chain(joins).chain(vectors);
    lookups.chain(screened).collect()
}

/// The vectors that problems were screened by, for each benchmark.
fn screen_vectors(planned: &PlannedScreenVectors) -> impl Iterator<Item = LookupRecord> {
    let benchmarks = planned.benchmarks.iter();
    benchmarks.map(|(name, items, file)| LookupRecord {
        name: name.clone(),
        role: LookupRole::Vectors,
        questions: Some(*items),
        joined: None,
        files: [&planned.problems, file].map(vector_record).into(),
    })
}

fn vector_record(file: &VectorFile) -> CompanionFileRecord {
    CompanionFileRecord {
        file: file.name.clone(),
        bytes: file.bytes,
        blake3: Some(file.content.to_string()),
        hub: None,
        object: None,
    }
}

fn recipe_record(steps: &Steps) -> RecipeRecord {
    let step = |&(step, problems): &(&str, u64)| StepRecord {
        step: step.to_owned(),
        problems,
    };
    RecipeRecord {
        subset: steps.subset.clone(),
        recipe: steps.recipe,
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
                object: object_record(&file.file.place),
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
    let entries = &experiment.entries;
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    entries.each_trajectory(|copies| {
        let body = entries.witness(copies);
        let recorded = match body.recorded {
            Some(true) => "right",
            Some(false) => "wrong",
            None => "none",
        };
        *counts.entry((body.outcome.as_str(), recorded)).or_default() += 1;
    });
    let record = |((verdict, recorded), count): ((&str, &str), u64)| VerdictRecord {
        verdict: verdict.to_owned(),
        recorded: recorded.to_owned(),
        count,
    };
    counts.into_iter().map(record).collect()
}

fn pass_rates(entries: &Entries) -> PassRatesRecord {
    let (mut finished, mut all) = (0, 0);
    entries.each_trajectory(|copies| {
        all += 1;
        finished += u64::from(entries.witness(copies).finished != Some(false));
    });
    let sum = |count: fn(&Problem) -> u32| -> u64 {
        let counts = entries.problems.iter().map(count);
        counts.map(u64::from).sum()
    };
    PassRatesRecord {
        used: PassRateOver::Decided,
        right: sum(|problem| problem.correct),
        decided: sum(|problem| problem.decided),
        finished,
        all,
        problems: entries.problems.len() as u64,
        problems_known: sum(|problem| u32::from(problem.pass_rate().is_some())),
    }
}

fn acceptance(experiment: &Experiment<'_>, fates: &[Fate]) -> Vec<AcceptanceRecord> {
    let entries = &experiment.entries;
    let is_kept = |copies: &[u32]| {
        let mut copies = copies.iter();
        copies.any(|&copy| fates[copy as usize] == Fate::Kept)
    };
    let mut tokens = Vec::new();
    entries.each_trajectory(|copies| tokens.push(entries.body_of(copies[0]).tokens));
    let deciles = token_deciles(tokens);
    let mut counts: BTreeMap<(Option<&str>, u32), [u64; 4]> = BTreeMap::new();
    entries.each_trajectory(|copies| {
        let body = entries.witness(copies);
        let category = body.category.map(|name| entries.name(name));
        let count = counts
            .entry((category, decile(&deciles, body.tokens)))
            .or_default();
        count[0] += 1;
        count[1] += u64::from(is_kept(copies));
        count[2] += u64::from(body.outcome == Outcome::Wrong);
        count[3] += u64::from(body.outcome == Outcome::Undecided);
    });
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
    let plan = experiment.plan;
    let threshold = plan.cluster_threshold?;
    let clusters = experiment.screened.clusters.as_ref()?;
    let mut sizes = sizes(&clusters.first);
    sizes.retain(|_, size| *size > 1);
    let mut templates = sizes_of_templates(clusters);
    templates.retain(|_, (clusters, _)| *clusters > 1);
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
        dropped: plan.screen.drops_near_duplicates(),
        problems: clusters.first.len() as u32,
        clusters: sizes.len() as u32,
        clustered: sizes.values().sum(),
        largest: sizes.values().copied().max().unwrap_or_default(),
        templates: templates.len() as u32,
        templated: templates.values().map(|(_, problems)| problems).sum(),
        largest_template: templates
            .values()
            .map(|(_, problems)| *problems)
            .max()
            .unwrap_or_default(),
        uncompared: clusters.uncompared,
        disagreeing_count: disagreeing.len() as u32,
        disagreeing: listed.collect(),
    })
}

/// How many problems each cluster has.
fn sizes(first: &[u32]) -> BTreeMap<u32, u32> {
    let mut sizes = BTreeMap::new();
    for &first in first {
        *sizes.entry(first).or_default() += 1;
    }
    sizes
}

/// How many clusters and how many problems each template has.
fn sizes_of_templates(clusters: &Clusters) -> BTreeMap<u32, (u32, u32)> {
    let mut sizes: BTreeMap<u32, (u32, u32)> = BTreeMap::new();
    let problems = (0..).zip(clusters.first.iter().zip(&clusters.template));
    for (problem, (&first, &template)) in problems {
        let size = sizes.entry(template).or_default();
        size.0 += u32::from(first == problem);
        size.1 += 1;
    }
    sizes
}

fn problems(experiment: &Experiment<'_>, subset: &Subset) -> u32 {
    let problem = |&entry: &u32| experiment.entries.body_of(entry).problem;
    let problems: HashSet<u32> = subset.entries().iter().map(problem).collect();
    problems.len() as u32
}

/// To six digits, which every reader of JSON reads as they are written.
fn rounded(share: f64) -> f64 {
    (share * 1e6).round() / 1e6
}

fn subset_record(
    experiment: &Experiment<'_>,
    subset: &Subset,
    written: Option<&Written>,
) -> SubsetRecord {
    let tokens = |&entry: &u32| u64::from(experiment.entries.body_of(entry).tokens);
    let rows = written.and_then(|written| written.derived.as_ref());
    let problems = problems(experiment, subset);
    let is_drawn = matches!(subset.role, SubsetRole::Subset | SubsetRole::Random);
    SubsetRecord {
        name: subset.name.clone(),
        role: subset.role,
        grid: subset.grid.clone(),
        category: subset.category.clone(),
        length: subset.length.clone(),
        style: subset.style.clone(),
        recipe: subset.recipe,
        accept: subset.accept,
        asked: subset.asked.count(),
        unit: subset.asked.unit(),
        size: subset.size,
        problems,
        written: written.map_or(0, |written| written.rows),
        bucket: subset.bucket,
        bucket_share: subset.bucket_share.map(rounded),
        bucket_taken: is_drawn.then(|| rounded(f64::from(problems) / f64::from(subset.bucket))),
        draws_overlap: subset.draws_overlap.map(rounded),
        available: subset.available,
        per_problem: subset.per_problem,
        draw: subset.draw,
        drawn_as: subset.drawn_as.clone(),
        stands_as: subset.stands_as.clone(),
        draw_kind: subset.draw_kind,
        prefix_of: subset.prefix_of.clone(),
        control_of: subset.control_of.clone(),
        pair_of: subset.pair_of.clone(),
        matched: subset.matched.as_ref().map(|matched| MatchedRecord {
            strata: matched.strata.clone(),
            thin: matched
                .thin
                .iter()
                .map(|thin| ThinRecord {
                    stratum: thin.stratum.clone(),
                    rows: thin.rows,
                    gave_up: thin.gave_up.clone(),
                })
                .collect(),
        }),
        derived: subset.derivation.map(|derivation| DerivedRecord {
            transformation: derivation.name(),
            percent: derivation.percent,
            seed: derivation.seed,
            unchanged: rows.map_or(0, |rows| rows.unchanged),
        }),
        tokens: match rows {
            Some(rows) => rows.tokens.iter().copied().map(u64::from).sum(),
            None => subset.entries().iter().map(tokens).sum(),
        },
        path: written.map(|written| written.path.clone()),
        sha256: written.map(|written| written.sha256.clone()),
    }
}
