//! `manifest.json`: what was made, from what, by which code, with every count.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::pool::companions::CompanionCounts;
use crate::rules::{Accept, CategoryRule};
use crate::select::recipe::Recipe;
use crate::select::size::SizeUnit;
use crate::select::{DrawKind, JoinCounts, Lack, Stratum, SubsetRole};
use crate::source::Layout;

/// Version of a manifest's form: 1 had no seals, and its ledger no `text_id`; in 2 the draws of all subsets went
/// together, and nothing was said of what draws, controls and benchmarks share.
pub(crate) const VERSION: u32 = 3;

/// From which version on the manifest seals the files beside it.
pub(crate) const SEALING_VERSION: u32 = 2;

/// What one run made.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Manifest {
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
    /// What counts tokens with it: `gradatim`, or the tokenizers library with its version where the file is none that
    /// this program knows every part of. Both count the same. Missing in a folder of an earlier version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_by: Option<String>,
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
    /// How often our verdict meets the recorded one, over all trajectories; exact copies are one.
    pub verdicts: Vec<VerdictRecord>,
    /// What pass rates of problems are over.
    #[serde(default)]
    pub pass_rates: Option<PassRatesRecord>,
    /// What share was accepted, by category and tenth of length: filtering also removes long and hard
    /// trajectories.
    pub acceptance: Vec<AcceptanceRecord>,
    pub subsets: Vec<SubsetRecord>,
    /// Subsets and controls whose draws go together: what they score is compared draw by draw, in pairs. All other
    /// draws are independent of each other, and compared as such (Welch).
    #[serde(default)]
    pub paired_draws: Vec<PairedDrawsRecord>,
    /// Subsets and controls that are compared with more than one other: these differences share what the one scores,
    /// and are correlated.
    #[serde(default)]
    pub shared: Vec<SharedRecord>,
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
    /// SHA-256 of every other file by its name, but for the subsets' own, whose records have theirs, and for
    /// `SHA256SUMS`, which is written last; of the card it is that of the generated part.
    #[serde(default)]
    pub seals: BTreeMap<String, String>,
}

/// One source.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SourceRecord {
    pub name: String,
    pub layout: Layout,
    pub accept: Accept,
    /// Null where neither the pipeline nor a card on the hub says.
    #[serde(default)]
    pub license: Option<String>,
    /// Whom to name for it; null where neither says.
    #[serde(default)]
    pub attribution: Option<String>,
}

/// One companion.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct CompanionRecord {
    pub name: String,
    pub category: CategoryRule,
    /// Null where its card on the hub does not say, and for files on disk.
    #[serde(default)]
    pub license: Option<String>,
    #[serde(default)]
    pub attribution: Option<String>,
    pub joined: CompanionCounts,
    pub files: Vec<CompanionFileRecord>,
}

/// One file of a companion.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct CompanionFileRecord {
    pub file: String,
    pub bytes: u64,
    /// BLAKE3 of its bytes, 128 bits; null for a file of the hub or of a store.
    pub blake3: Option<String>,
    /// Where on the hub it lies; null for a file on disk.
    pub hub: Option<HubRecord>,
    /// The object in a store that it is; left out of any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRecord>,
}

/// A benchmark, a joined column, or the vectors of problems and of a benchmark's questions.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct LookupRecord {
    pub name: String,
    pub role: LookupRole,
    /// Questions of the benchmark; null for a joined column.
    pub questions: Option<u64>,
    /// What joining did; null for all but a joined column.
    pub joined: Option<JoinCounts>,
    pub files: Vec<CompanionFileRecord>,
}

/// What a lookup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LookupRole {
    /// Questions that problems were compared with.
    Benchmark,
    /// A joined column.
    Join,
    /// Vectors, which have the name of the benchmark whose questions they compare problems with.
    Vectors,
}

/// What the steps of a recipe left.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct RecipeRecord {
    /// The largest subset of the family.
    pub subset: String,
    pub recipe: Recipe,
    pub steps: Vec<StepRecord>,
}

/// One step of a recipe.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct StepRecord {
    /// `candidates`, then what each filter left (`text`, `difficulty`, `length`), then for `s1` what each
    /// step could add (`first`, `uniform`, `weighed`), for `mix` what has a long and a short trajectory (`two_lengths`).
    pub step: String,
    pub problems: u64,
}

/// One source's counts.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct LedgerRecord {
    pub source: String,
    pub read: u64,
    pub kept: u64,
    pub dropped: BTreeMap<String, u64>,
}

/// One file and its counts.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct FileRecord {
    pub source: String,
    pub file: String,
    pub bytes: u64,
    /// BLAKE3 of its bytes, 128 bits; null where it could not be read, and for a file of the hub or of a
    /// store.
    pub blake3: Option<String>,
    /// Where on the hub it lies; null for a file on disk.
    #[serde(default)]
    pub hub: Option<HubRecord>,
    /// The object in a store that it is; left out of any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRecord>,
    pub read: u64,
    pub kept: u64,
    pub dropped: BTreeMap<String, u64>,
}

/// A file's place on the hub.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct HubRecord {
    pub dataset: String,
    pub commit: String,
    /// SHA-256 of its bytes, or git's SHA-1 of the blob where it is small: as the hub says.
    pub content: String,
    pub check: HubCheck,
}

/// An object in a store, as it was found; each read of it said so, and another would have been refused.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ObjectRecord {
    /// `s3://BUCKET/KEY`.
    pub url: String,
    /// Its version, else its ETag, else when it was changed last.
    pub state: String,
}

/// How what came from the hub was checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum HubCheck {
    /// The whole file's hash was compared, in this run or in the one that measured it.
    Verified,
    /// Only ranges of it were read, of which length and place were checked.
    Unverified,
}

/// How many trajectories have one pair of verdicts; exact copies count once.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct VerdictRecord {
    /// Ours.
    pub verdict: String,
    /// `right`, `wrong` or `none`.
    pub recorded: String,
    pub count: u64,
}

/// What a problem's pass rate is over, in difficulty, strata and balance, and what else it could be over: trajectories
/// of all problems, before anything is screened; exact copies count once.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PassRatesRecord {
    /// What is used: right over this count.
    pub used: PassRateOver,
    /// Right by our verdict.
    pub right: u64,
    /// Right or wrong by our verdict.
    pub decided: u64,
    /// Not cut off, as far as anybody says.
    pub finished: u64,
    pub all: u64,
    pub problems: u64,
    /// Problems that have a pass rate: those of two decided trajectories or more.
    pub problems_known: u64,
}

/// A denominator of pass rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PassRateOver {
    Decided,
}

/// Trajectories of one category and one tenth of length; exact copies count once, and are accepted where one of them
/// was kept.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct AcceptanceRecord {
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
    pub(crate) fn percents(&self) -> String {
        let percent =
            |count: u64| format!("{:.0}", 100.0 * count as f64 / self.trajectories as f64);
        [self.accepted, self.wrong, self.undecided]
            .map(percent)
            .join(" / ")
    }
}

/// One subset or control.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SubsetRecord {
    pub name: String,
    pub role: SubsetRole,
    pub grid: Option<String>,
    pub category: Option<String>,
    pub length: Option<String>,
    pub style: Option<String>,
    /// What selected inside the bucket; null for a control.
    #[serde(default)]
    pub recipe: Option<Recipe>,
    /// The rule of acceptance on top of the pipeline's; null for that alone.
    #[serde(default)]
    pub accept: Option<Accept>,
    /// Rows that were asked for, or tokens: see `unit`. A wrong control is asked for its subset's rows, and has (`size`)
    /// one for each that a wrong trajectory of its problem is left for.
    pub asked: u64,
    /// What `asked` counts.
    #[serde(default)]
    pub unit: SizeUnit,
    /// Rows that were selected.
    pub size: u32,
    /// Their problems: fewer where `per_problem` is more than 1.
    #[serde(default)]
    pub problems: u32,
    /// Rows whose text was written: `size`, or 0 where `[emit] subsets` leaves it out.
    pub written: u32,
    /// Problems in the bucket that it was drawn from.
    pub bucket: u32,
    /// Shares are rounded to six digits. Of short and long: the share of the problems that it is cut from which the bucket holds; of the buckets of
    /// several categories the largest. Above a quarter `long` is hardly long.
    #[serde(default)]
    pub bucket_share: Option<f64>,
    /// Its problems over those of the bucket: what is near 1 leaves another draw little else to take. Null for a
    /// control that follows its subset row by row, and for the validation set.
    #[serde(default)]
    pub bucket_taken: Option<f64>,
    /// The share of its problems that another draw is expected to have too. Null where that is not known: where a
    /// recipe draws by steps of its own, where each draw has a bucket of its own (`choose = "hash"`), and for a
    /// control that follows its subset.
    #[serde(default)]
    pub draws_overlap: Option<f64>,
    /// Rows that could have been selected.
    pub available: u32,
    /// How many trajectories of a problem it has at most.
    #[serde(default = "one")]
    pub per_problem: u32,
    /// Number of its draw. Draws of one number go together only where `paired_draws` says so.
    pub draw: u32,
    /// The family's name in the key of its draw, `H(seed, role, draw, name, problem)`: draws under different names
    /// are independent. A paired control has its subset's draw.
    #[serde(default)]
    pub drawn_as: String,
    /// The name in the key that chooses which of a problem's trajectories stands for it.
    #[serde(default)]
    pub stands_as: String,
    pub draw_kind: DrawKind,
    /// The next larger subset of the same draw.
    pub prefix_of: Option<String>,
    /// The subsets that it is a control of.
    pub control_of: Vec<String>,
    /// The subsets with the same problems in another style.
    pub pair_of: Vec<String>,
    /// For a matched control: what it matched on and where strata were too thin.
    pub matched: Option<MatchedRecord>,
    /// For a derived control: how its rows were made of their trajectories.
    #[serde(default)]
    pub derived: Option<DerivedRecord>,
    /// Tokens of all its replies; of a derived control's as they are after the change.
    pub tokens: u64,
    /// Relative to the output folder; null where its text is not written.
    pub path: Option<String>,
    pub sha256: Option<String>,
}

/// Subsets and controls of one draw that go together.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PairedDrawsRecord {
    pub by: PairedDrawsBy,
    /// Smallest first; the subset before its control.
    pub subsets: Vec<String>,
}

/// What several comparisons have in common.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct SharedRecord {
    pub name: String,
    /// What it is compared with, in the order of the selection.
    pub compared_with: Vec<String>,
}

/// What makes draws go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PairedDrawsBy {
    /// Prefixes of one order.
    Size,
    /// The same problems in other styles.
    Style,
    /// A control row by row from its subset's strata.
    Matched,
    /// A control of the same problems at the other end of lengths.
    Paired,
    /// A control of wrong trajectories of the same problems.
    Wrong,
    /// A control of the same trajectories, changed.
    Derived,
}

/// How rows of a derived control were made: each of the trajectory that `derived_from` names.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct DerivedRecord {
    /// `shuffled_steps_P`: P of a hundred steps, the paragraphs of the thinking, stand elsewhere.
    pub transformation: String,
    pub percent: u32,
    /// What the places are hashed with, beside the trajectory's id.
    pub seed: u64,
    /// Rows in which there was nothing to change, as where the thinking has no two paragraphs: their `id` is that of
    /// their trajectory.
    pub unchanged: u32,
}

/// What a matched control matched on.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct MatchedRecord {
    pub strata: Vec<Stratum>,
    pub thin: Vec<ThinRecord>,
}

/// A stratum with too few problems.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ThinRecord {
    pub stratum: String,
    pub rows: u32,
    pub gave_up: Vec<Stratum>,
}

/// A subset that asked for more than there is.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct ShortfallRecord {
    pub name: String,
    pub asked: u64,
    pub available: u64,
    /// What both count.
    #[serde(default)]
    pub unit: SizeUnit,
    /// What it lacks; null where an older version wrote it.
    #[serde(default)]
    pub lack: Option<Lack>,
    /// The same in words.
    pub reason: String,
}

fn yes() -> bool {
    true
}

fn one() -> u32 {
    1
}

/// How often the two trajectories of a pair are right.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct PairRecord {
    pub category: String,
    pub styles: [String; 2],
    /// Count by verdict of the first, then of the second.
    pub counts: BTreeMap<String, BTreeMap<String, u64>>,
}

/// Clusters of problems that are near duplicates.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct NearDuplicatesRecord {
    /// The share of the text, instructions and tags apart, that near duplicates have in common at least.
    pub threshold: f64,
    /// Whether one problem of a cluster stays alone; else only templates keep the validation set apart.
    #[serde(default = "yes")]
    pub dropped: bool,
    pub problems: u32,
    /// Clusters of two or more problems.
    pub clusters: u32,
    /// Problems in these clusters.
    pub clustered: u32,
    /// Problems in the largest cluster.
    pub largest: u32,
    /// Templates of two or more clusters: the same words with other numbers, or parts of one another.
    #[serde(default)]
    pub templates: u32,
    /// Problems in these templates; none is dropped for that.
    #[serde(default)]
    pub templated: u32,
    /// Problems in the largest template.
    #[serde(default)]
    pub largest_template: u32,
    /// How often a problem was not compared with all of a large bucket, and was related to none of it.
    pub uncompared: u64,
    /// Clusters with a gold answer that is `wrong` by another of the cluster.
    pub disagreeing_count: u32,
    /// The first of them by id, at most 1,000.
    pub disagreeing: Vec<DisagreementRecord>,
}

/// A cluster whose gold answers differ.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(crate) struct DisagreementRecord {
    /// The gold answer by problem id.
    pub answers: BTreeMap<String, String>,
}
