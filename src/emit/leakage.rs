//! `leakage.json`: the certificate of what the problems of a run share with benchmarks.
//!
//! It says which benchmarks at which revision were looked for, by which detector, how well that detector
//! finds their items in which rewriting, and every problem that it found, with what speaks for it. How well is
//! measured by planting (`screen/contamination/selftest`), and the certificate says where: in this run for a
//! benchmark whose texts the run had, when its fingerprint was made for all others, since hashes cannot be
//! planted; and nowhere where another version of the detector measured. No one number stands for all rewritings,
//! each has its interval, and those that are not found are named. What the detector flags in this run is what a
//! reader is asked to judge, so no precision is claimed from it.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::thousands;
use crate::plan::contamination::SoughtBenchmark;
use crate::run::Experiment;
use crate::screen::contamination::fingerprint::{
    self, Fingerprint, MadeFrom, SKETCH_GRAMS, WORDS_GRAM,
};
use crate::screen::contamination::interval::interval;
use crate::screen::contamination::nominees::{Nominated, Scale};
use crate::screen::contamination::selftest::{Found, Measured, NOT_PLANTED, Unrelated, measure};
use crate::screen::contamination::{
    Class, DETECTOR_VERSION, Drops, Evidence, FALSE_ALARMS, FalseAlarms, Outcome,
};
use crate::screen::problems::{ProblemHit, TEXT_CHARS};

/// Version of a certificate's form.
const VERSION: u32 = 2;

/// What the problems of a run share with benchmarks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Leakage {
    /// Version of this file's form.
    pub leakage_version: u32,
    /// The program and its version.
    pub program: String,
    /// How many problems were looked at: all of the run's sources, kept or not.
    pub problems: u32,
    /// How many of them are contaminated.
    pub contaminated: u32,
    /// How many of the others are suspect.
    pub suspect: u32,
    pub detector: DetectorRecord,
    pub benchmarks: Vec<BenchmarkRecord>,
    /// What was compared by vectors beside the texts; null where nobody asks.
    #[serde(default)]
    pub vectors: Option<VectorsRecord>,
    /// Every problem that meets an item of a benchmark, by problem id; a problem may stand here twice.
    pub hits: Vec<HitRecord>,
}

impl Leakage {
    /// How much the detector is to be trusted, as a sentence goes on: its false alarms, and what it does not find.
    pub(crate) fn doubts(&self) -> String {
        let alarms = &self.detector.false_alarms;
        let mut missed: Vec<&str> = Vec::new();
        for name in self.benchmarks.iter().flat_map(|one| &one.not_found) {
            if !missed.contains(&name.as_str()) {
                missed.push(name);
            }
        }
        let missed = match missed.is_empty() {
            true => String::new(),
            false => format!(
                "; not found are some: {}",
                missed.join(", ").replace('_', " ")
            ),
        };
        format!(
            "falsely flagged of {} that are none of theirs: {} as contaminated and {} as suspect{missed}",
            match alarms.problems {
                1 => "1 problem".to_owned(),
                count => format!("{} problems", thousands(count.into())),
            },
            thousands(alarms.contaminated.into()),
            thousands(alarms.suspect.into()),
        )
    }
}

/// The detector, and what is dropped.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct DetectorRecord {
    /// Version of canonical texts, evidence and thresholds.
    pub detector_version: u32,
    /// Version of fingerprints.
    pub fingerprint_version: u32,
    /// Bytes of an n-gram of words.
    pub words_gram: usize,
    /// N-grams that are kept of an item.
    pub sketch_grams: usize,
    /// What it flags among problems that are no benchmark's.
    pub false_alarms: FalseAlarms,
    /// What was dropped.
    pub drop: Drops,
}

/// What vectors of the user's nominated, and what came of it. How well they do depends on their model: neither the
/// recall of planted items nor the false alarms above are measured with them.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct VectorsRecord {
    /// The benchmarks of whose items there are vectors.
    pub benchmarks: Vec<String>,
    /// From which cosine on an item was looked at.
    pub cosine_min: f32,
    /// The cosines of different items, by which those of problems are judged.
    pub items: Scale,
    /// How many items a problem looked at, at most.
    pub nearest: u32,
    /// From which cosine on a problem is suspect by that alone; null where none is.
    pub suspect_cosine_min: Option<f32>,
    /// Problems that have a vector.
    pub problems_with: u32,
    /// Problems that have none, and were compared by their texts alone.
    pub problems_without: u32,
    /// Pairs of a problem and an item that vectors nominated.
    pub pairs: u32,
    /// How many of the hits texts alone would not have, or in another class.
    pub hits: u32,
}

/// One benchmark.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct BenchmarkRecord {
    pub name: String,
    /// The files that its fingerprint was made from.
    pub files: Vec<MadeFrom>,
    pub items: u32,
    /// BLAKE3 of its fingerprint, 128 bits.
    #[serde(default)]
    pub content: Option<String>,
    /// Where it was measured how well the detector finds its items: `this_run`, `fingerprint` (when that was
    /// made), or `not_measured`, where another version of the detector was.
    pub measured_in: String,
    /// What became of planted items, by rewriting.
    pub recall: Vec<RecallRecord>,
    /// The rewritings of which fewer than nine in ten were found, and those that cannot be planted.
    pub not_found: Vec<String>,
    /// What was flagged among problems of other files when the fingerprint was made; null where none were named.
    pub unrelated: Option<Unrelated>,
    /// Items that some problem of the run meets, by the worst class of each.
    pub found: FoundRecord,
}

/// Planted items of one rewriting.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RecallRecord {
    pub rewriting: String,
    pub planted: u32,
    /// How many were contaminated.
    pub contaminated: u32,
    /// How many were suspect.
    pub suspect: u32,
    /// The share that is contaminated, at 95 % (Clopper and Pearson): at least.
    pub contaminated_low: f64,
    /// The same, at most.
    pub contaminated_high: f64,
    /// The share that is contaminated or suspect: at least.
    pub found_low: f64,
    /// The same, at most.
    pub found_high: f64,
}

/// Items of a benchmark among the problems of the run.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct FoundRecord {
    pub exact: u32,
    pub near: u32,
    pub part: u32,
    pub numbers_changed: u32,
    pub reworded: u32,
    #[serde(default)]
    pub similar: u32,
}

/// A problem that meets an item.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct HitRecord {
    pub problem_id: String,
    /// How the problem begins.
    pub problem: String,
    pub benchmark: String,
    /// The benchmark's own id of the item, or its row.
    pub item: String,
    /// How the item begins, where the run had the benchmark's file; null where it had its fingerprint only.
    pub item_text: Option<String>,
    /// Words that both have in a row, the longest such places.
    pub matched: Vec<String>,
    pub outcome: Outcome,
    pub class: Class,
    /// What speaks for the item.
    pub evidence: Evidence,
    /// Whether vectors found it: by its text it would be none, or of another class.
    #[serde(default)]
    pub by_vectors: bool,
    /// Whether this outcome is dropped.
    pub dropped: bool,
}

impl Leakage {
    /// The certificate of a run; none where no benchmark was looked for.
    pub(crate) fn new(experiment: &Experiment<'_>) -> Option<Self> {
        let screened = &experiment.screened;
        if !screened.for_benchmarks {
            return None;
        }
        let table = experiment.plan.screen.contamination.as_ref()?;
        let sought = &experiment.plan.contamination;
        let benchmarks = (0..).zip(sought);
        let hits = screened.hits.iter();
        Some(Self {
            leakage_version: VERSION,
            program: format!("gradatim {}", env!("CARGO_PKG_VERSION")),
            problems: screened.problems,
            contaminated: screened.problems_that_are(Outcome::Contaminated),
            suspect: screened.problems_that_are(Outcome::Suspect),
            detector: DetectorRecord::new(table.drop),
            benchmarks: benchmarks
                .map(|(index, one)| BenchmarkRecord::new(one, found(experiment, index)))
                .collect(),
            vectors: VectorsRecord::new(experiment),
            hits: hits
                .map(|found| HitRecord::new(experiment, sought, found))
                .collect(),
        })
    }
}

impl HitRecord {
    fn new(experiment: &Experiment<'_>, sought: &[SoughtBenchmark], found: &ProblemHit) -> Self {
        let hit = &found.hit;
        let benchmark = &sought[hit.benchmark as usize];
        let text = |texts: &Vec<String>| {
            let text = texts.get(hit.item as usize)?;
            Some(text.chars().take(TEXT_CHARS).collect())
        };
        Self {
            problem_id: experiment.entries.problems[found.problem as usize]
                .id
                .to_string(),
            problem: found.text.clone(),
            benchmark: benchmark.fingerprint.name.clone(),
            item: benchmark.fingerprint.items[hit.item as usize].id.clone(),
            item_text: benchmark.texts.as_ref().and_then(text),
            matched: hit.matched.clone(),
            outcome: hit.class.outcome(),
            class: hit.class,
            evidence: hit.evidence,
            by_vectors: hit.by_vectors,
            dropped: found.dropped,
        }
    }
}

impl VectorsRecord {
    fn new(experiment: &Experiment<'_>) -> Option<Self> {
        let table = experiment.plan.screen.contamination.as_ref()?;
        let asked = table.vectors.as_ref()?;
        let screened = &experiment.screened;
        let nominated = screened.nominated?;
        let hits = screened.hits.iter();
        let problems = experiment.entries.problems.len() as u32;
        Some(Self {
            benchmarks: asked.items.keys().cloned().collect(),
            cosine_min: nominated.cosine_min,
            items: nominated.scale,
            nearest: asked.nearest,
            suspect_cosine_min: asked.suspect_cosine_min,
            problems_with: nominated.problems,
            problems_without: problems.saturating_sub(nominated.problems),
            pairs: nominated.pairs,
            hits: hits.filter(|found| found.hit.by_vectors).count() as u32,
        })
    }
}

impl BenchmarkRecord {
    fn new(benchmark: &SoughtBenchmark, found: FoundRecord) -> Self {
        let fingerprint = &benchmark.fingerprint;
        let (measured_in, measured) = self_test(fingerprint, &benchmark.texts);
        let measured = measured.unwrap_or_default();
        Self {
            name: fingerprint.name.clone(),
            files: fingerprint.files.clone(),
            items: fingerprint.items.len() as u32,
            content: Some(fingerprint.content().to_string()),
            measured_in: measured_in.into(),
            not_found: not_found(&measured),
            recall: recall(&measured),
            unrelated: measured.unrelated,
            found,
        }
    }
}

/// What became of planted items, by rewriting.
pub(crate) fn recall(measured: &Measured) -> Vec<RecallRecord> {
    // Of most rewritings all are found, or as many as of another.
    let mut known = HashMap::new();
    let mut interval = |found, of| {
        *known
            .entry((found, of))
            .or_insert_with(|| interval(found, of))
    };
    let record = |(rewriting, found): (&String, &Found)| {
        let contaminated = interval(found.contaminated(), found.planted);
        let either = interval(found.found(), found.planted);
        RecallRecord {
            rewriting: rewriting.clone(),
            planted: found.planted,
            contaminated: found.contaminated(),
            suspect: found.found() - found.contaminated(),
            contaminated_low: contaminated.0,
            contaminated_high: contaminated.1,
            found_low: either.0,
            found_high: either.1,
        }
    };
    measured.planted.iter().map(record).collect()
}

/// The rewritings of which too few were found, and those that cannot be planted.
pub(crate) fn not_found(measured: &Measured) -> Vec<String> {
    // Of a smaller share nobody would say that it is found.
    let is_missed = |found: &Found| found.found() * 10 < found.planted * 9;
    let missed = measured.planted.iter();
    let missed = missed.filter(|(_, found)| is_missed(found));
    let names = missed.map(|(rewriting, _)| rewriting.as_str());
    names.chain(NOT_PLANTED).map(str::to_owned).collect()
}

impl Leakage {
    /// The certificate as it follows from its own hits, the pipeline and the run; what only texts and fingerprints
    /// tell is taken as it stands. None where the run looked for other benchmarks.
    pub(crate) fn derived(&self, experiment: &Experiment<'_>) -> Option<Self> {
        let table = experiment.plan.screen.contamination.as_ref()?;
        if table.benchmarks.len() != self.benchmarks.len() {
            return None;
        }
        let hits = self.hits.iter().map(|hit| HitRecord {
            outcome: hit.class.outcome(),
            dropped: table.drop.takes(hit.class.outcome()),
            by_vectors: hit.by_vectors && hit.evidence.vectors.is_some(),
            ..hit.clone()
        });
        let mut hits: Vec<HitRecord> = hits.collect();
        let place = |name: &str| self.benchmarks.iter().position(|known| known.name == name);
        hits.sort_by(|a, b| {
            let key =
                |hit: &'_ HitRecord| (hit.problem_id.clone(), hit.class, place(&hit.benchmark));
            key(a).cmp(&key(b))
        });
        let benchmarks = (0..).zip(&self.benchmarks);
        let benchmarks = benchmarks.map(|(index, benchmark)| BenchmarkRecord {
            found: found(experiment, index),
            recall: benchmark.recall.iter().map(RecallRecord::derived).collect(),
            ..benchmark.clone()
        });
        let screened = &experiment.screened;
        Some(Self {
            leakage_version: VERSION,
            program: self.program.clone(),
            problems: experiment.entries.problems.len() as u32,
            contaminated: screened.problems_that_are(Outcome::Contaminated),
            suspect: screened.problems_that_are(Outcome::Suspect),
            detector: DetectorRecord::new(table.drop),
            benchmarks: benchmarks.collect(),
            vectors: VectorsRecord::new(experiment),
            hits,
        })
    }

    /// What vectors nominated, as it stands here.
    pub(crate) fn nominated(&self) -> Option<Nominated> {
        let vectors = self.vectors.as_ref()?;
        Some(Nominated {
            problems: vectors.problems_with,
            pairs: vectors.pairs,
            cosine_min: vectors.cosine_min,
            scale: vectors.items,
        })
    }
}

impl RecallRecord {
    /// The record with the intervals that follow from its counts.
    fn derived(&self) -> Self {
        let counts = |count: u32| interval(count.min(self.planted), self.planted);
        let contaminated = counts(self.contaminated);
        let either = counts(self.contaminated.saturating_add(self.suspect));
        Self {
            contaminated_low: contaminated.0,
            contaminated_high: contaminated.1,
            found_low: either.0,
            found_high: either.1,
            ..self.clone()
        }
    }
}

impl DetectorRecord {
    fn new(drop: Drops) -> Self {
        Self {
            detector_version: DETECTOR_VERSION,
            fingerprint_version: fingerprint::VERSION,
            words_gram: WORDS_GRAM,
            sketch_grams: SKETCH_GRAMS,
            false_alarms: FALSE_ALARMS,
            drop,
        }
    }
}

/// Where the detector was tested on a benchmark, and what came of it.
fn self_test(
    fingerprint: &Fingerprint,
    texts: &Option<Vec<String>>,
) -> (&'static str, Option<Measured>) {
    match (texts, &fingerprint.measured) {
        (Some(texts), _) => ("this_run", Some(measure(fingerprint, texts, None))),
        (None, Some(measured)) if measured.detector_version == DETECTOR_VERSION => {
            ("fingerprint", Some(measured.clone()))
        }
        (None, _) => ("not_measured", None),
    }
}

fn found(experiment: &Experiment<'_>, benchmark: u32) -> FoundRecord {
    let mut worst = std::collections::BTreeMap::new();
    let hits = experiment.screened.hits.iter().map(|found| &found.hit);
    for hit in hits.filter(|hit| hit.benchmark == benchmark) {
        let class = worst.entry(hit.item).or_insert(hit.class);
        *class = hit.class.min(*class);
    }
    let count = |wanted: Class| worst.values().filter(|class| **class == wanted).count() as u32;
    FoundRecord {
        exact: count(Class::Exact),
        near: count(Class::Near),
        part: count(Class::Part),
        numbers_changed: count(Class::NumbersChanged),
        reworded: count(Class::Reworded),
        similar: count(Class::Similar),
    }
}
