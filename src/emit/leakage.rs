//! `leakage.json`: the certificate of what the problems of a run share with benchmarks.
//!
//! It says which benchmarks at which revision were looked for, by which detector, how well that detector
//! finds them, and every problem that it found. How well is measured by planting
//! (`screen/contamination/selftest.rs`), and the certificate says where: in this run for a benchmark whose
//! texts the run had, when its fingerprint was made for all others, since hashes cannot be planted. What
//! the detector flags in this run is what a reader is asked to judge, so no precision is claimed from it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::run::Experiment;
use crate::screen::contamination::fingerprint::{
    self, CHARACTER_GRAM, Fingerprint, MadeFrom, SKETCH_GRAMS, WORD_GRAM,
};
use crate::screen::contamination::selftest::{Measured, measure};
use crate::screen::contamination::{
    BRIEF_BYTES, BRIEF_SHARE_MIN, Class, LENGTH_RATIO_MAX, NEAR_SHARE_MIN, NUMBERLESS_SHARE_MIN,
    SUPPORTED_SHARE_MIN,
};

/// Version of a certificate's form.
const VERSION: u32 = 1;

/// What the problems of a run share with benchmarks.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Leakage {
    /// Version of this file's form.
    pub leakage_version: u32,
    /// The program and its version.
    pub program: String,
    /// How many problems were looked at: all of the run's sources, kept or not.
    pub problems: u32,
    pub detector: DetectorRecord,
    pub benchmarks: Vec<BenchmarkRecord>,
    /// Every problem that meets an item of a benchmark, by problem id; a problem may stand here twice.
    pub hits: Vec<HitRecord>,
}

/// The detector's parameters.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct DetectorRecord {
    /// Version of canonical texts and hashes.
    pub fingerprint_version: u32,
    /// Bytes of a character n-gram of the canonical text.
    pub character_gram: usize,
    /// Words of a word n-gram.
    pub word_gram: usize,
    /// N-grams of a kind that are kept of an item.
    pub sketch_grams: usize,
    /// Share of an item's character n-grams from which on a problem is `near` it.
    pub near_share_min: f64,
    /// The same where that share of word n-grams is found too.
    pub supported_share_min: f64,
    /// The same for an item of fewer than `brief_bytes`.
    pub brief_share_min: f64,
    pub brief_bytes: u32,
    /// Share of an item's n-grams without numbers from which on only its numbers were changed.
    pub numberless_share_min: f64,
    /// How many times as long as the item a problem may be, unless it is `exact`.
    pub length_ratio_max: u32,
    /// The classes whose entries were dropped.
    pub drop: Vec<Class>,
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
    /// Where the detector's recall and precision on it were measured: `this_run`, `fingerprint` (when that
    /// was made), or `nowhere`.
    pub measured_in: String,
    pub measured: Option<Measured>,
    /// Items that some problem of the run meets, by the worst class of each.
    pub found: FoundRecord,
}

/// Items of a benchmark among the problems of the run.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub(crate) struct FoundRecord {
    pub exact: u32,
    pub near: u32,
    pub numbers_changed: u32,
}

/// A problem that meets an item.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct HitRecord {
    pub problem_id: String,
    pub benchmark: String,
    /// The benchmark's own id of the item, or its row.
    pub item: String,
    pub class: Class,
    /// Share of the item's n-grams that the problem has, of the kind of which it has most.
    pub share: f32,
    /// Whether this class is dropped.
    pub dropped: bool,
}

impl Leakage {
    /// The certificate of a run; none where no benchmark was looked for.
    pub(super) fn new(experiment: &Experiment<'_>) -> Option<Self> {
        let screened = &experiment.screened;
        let detector = screened.detector.as_ref()?;
        let table = experiment.plan.screen.contamination.as_ref()?;
        let hits = screened.hits.iter().map(|found| HitRecord {
            problem_id: experiment.entries.problems[found.problem as usize]
                .id
                .to_string(),
            benchmark: detector.benchmarks()[found.hit.benchmark as usize]
                .name
                .clone(),
            item: detector.item(&found.hit).id.clone(),
            class: found.hit.class,
            share: found.hit.share,
            dropped: found.dropped,
        });
        let benchmarks = (0..).zip(&experiment.plan.contamination);
        let benchmarks = benchmarks.map(|(index, benchmark)| {
            let (measured_in, measured) = self_test(&benchmark.fingerprint, &benchmark.texts);
            BenchmarkRecord {
                name: benchmark.fingerprint.name.clone(),
                files: benchmark.fingerprint.files.clone(),
                items: benchmark.fingerprint.items.len() as u32,
                content: Some(benchmark.fingerprint.content().to_string()),
                measured_in: measured_in.into(),
                measured,
                found: found(experiment, index),
            }
        });
        Some(Self {
            leakage_version: VERSION,
            program: format!("gradatim {}", env!("CARGO_PKG_VERSION")),
            problems: screened.problems,
            detector: DetectorRecord::new(table.drop.clone()),
            benchmarks: benchmarks.collect(),
            hits: hits.collect(),
        })
    }
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
            dropped: table.drop.contains(&hit.class),
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
            ..benchmark.clone()
        });
        Some(Self {
            leakage_version: VERSION,
            program: self.program.clone(),
            problems: experiment.entries.problems.len() as u32,
            detector: DetectorRecord::new(table.drop.clone()),
            benchmarks: benchmarks.collect(),
            hits,
        })
    }
}

impl DetectorRecord {
    fn new(drop: Vec<Class>) -> Self {
        Self {
            fingerprint_version: fingerprint::VERSION,
            character_gram: CHARACTER_GRAM,
            word_gram: WORD_GRAM,
            sketch_grams: SKETCH_GRAMS,
            near_share_min: NEAR_SHARE_MIN,
            supported_share_min: SUPPORTED_SHARE_MIN,
            brief_share_min: BRIEF_SHARE_MIN,
            brief_bytes: BRIEF_BYTES,
            numberless_share_min: NUMBERLESS_SHARE_MIN,
            length_ratio_max: LENGTH_RATIO_MAX,
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
        (None, Some(measured)) => ("fingerprint", Some(measured.clone())),
        (None, None) => ("nowhere", None),
    }
}

fn found(experiment: &Experiment<'_>, benchmark: u32) -> FoundRecord {
    let mut worst = std::collections::BTreeMap::new();
    let hits = experiment.screened.hits.iter().map(|found| found.hit);
    for hit in hits.filter(|hit| hit.benchmark == benchmark) {
        let class = worst.entry(hit.item).or_insert(hit.class);
        *class = hit.class.min(*class);
    }
    let count = |wanted: Class| worst.values().filter(|class| **class == wanted).count() as u32;
    FoundRecord {
        exact: count(Class::Exact),
        near: count(Class::Near),
        numbers_changed: count(Class::NumbersChanged),
    }
}
