//! What was found in the rows of a dataset: each kind with how many rows have it and where the first stand.

use std::collections::{BTreeMap, HashMap, HashSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::answers::{Answers, OF_ANSWERS};
use super::golds::Golds;
use super::kinds::{Basis, Kind, REPEATED_SHARE_MAX, SHORT_THINKING_TOKENS, SPOILING, Section};
use super::lengths::share;
use super::mixes::LANGUAGE;
use super::rows::Rows;
use super::scope::Scope;
use super::unclosed::is_all_thinking;
use crate::Result;
use crate::ids::Id;
use crate::pool::entries::{Body, Entry};
use crate::run::{Amount, Settings};
use crate::screen::contamination::Outcome as Found;
use crate::source::Remark;
use crate::verify::Outcome;

/// How many rows are named of a kind, to be looked at.
pub(super) const FIRST: usize = 3;

/// A kind of finding, with its rows: all of them stand in `findings.parquet` of an audit's folder, under its word.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Finding {
    /// Its word.
    pub kind: &'static str,
    pub section: Section,
    /// What the rows are.
    pub sentence: String,
    /// Rows without a trajectory under `reading`, else trajectories; exact copies count as often as they stand there.
    pub rows: u64,
    /// Of all entries under `reading`, else of all trajectories.
    pub share: f64,
    /// Trajectories of which it is not known whether they are of it; of most kinds it is known of all.
    pub rows_not_known: u64,
    /// The first of them.
    pub examples: Vec<Example>,
}

/// Trajectories that nothing was found in that makes one useless to train on.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Unspoiled {
    /// The kinds of findings that do.
    pub kinds: Vec<&'static str>,
    /// Trajectories with none of them.
    pub rows: u64,
    /// Those among them that answer no benchmark's problem.
    pub rows_of_no_benchmark: u64,
}

/// A kind that could not be looked for, as nothing in the dataset tells of it.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Unsought {
    /// Its word.
    pub kind: &'static str,
    /// What the rows lack.
    pub reason: &'static str,
}

/// A row to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Example {
    /// Source, file and row, counted from 0.
    pub place: String,
    /// Which of the row's trajectories it is, from 0; null where it has none.
    pub generation: Option<u32>,
    pub trajectory_id: Option<String>,
    pub problem_id: Option<String>,
    /// What is to be seen there, where more than the kind is to be said.
    pub told: Option<String>,
}

impl Example {
    pub(super) fn of(scope: &Scope<'_>, entry: u32, told: Option<String>) -> Self {
        let entries = &scope.experiment.entries;
        let row = &entries.rows[entry as usize];
        let body = row.body.as_deref().ok();
        Self {
            place: scope.place(entry),
            generation: row.generation,
            trajectory_id: body.map(|body| body.trajectory_id.to_string()),
            problem_id: body.map(|body| entries.problems[body.problem as usize].id.to_string()),
            told,
        }
    }
}

impl Unspoiled {
    /// Counts the trajectory whose kinds were seen last.
    fn add(&mut self, seen: &Sightings<'_, '_>) {
        self.rows += u64::from(!seen.is_spoiled);
        self.rows_of_no_benchmark += u64::from(!seen.is_spoiled && !seen.is_contaminated);
    }
}

/// What was found, and what could not be looked for.
pub(super) struct Findings {
    /// In the order of sections and kinds.
    pub findings: Vec<Finding>,
    pub unsought: Vec<Unsought>,
    /// None where no row has a response.
    pub unspoiled: Option<Unspoiled>,
}

/// What only all of a dataset's rows together tell.
pub(super) struct Known<'k> {
    pub golds: &'k Golds,
    /// Entries whose thinking never closes.
    pub unclosed: &'k HashSet<u32>,
    /// The language of each problem of the run; none where it is not told.
    pub languages: &'k [Option<&'static str>],
    /// The one that most trajectories ask in.
    pub language: Option<&'k str>,
    /// What the trajectories have.
    pub basis: Basis,
}

/// What the trajectories have that a kind may need.
pub(super) fn basis(scope: &Scope<'_>, language: Option<&str>) -> Basis {
    let mut basis = Basis {
        language: language.is_some(),
        ..Basis::default()
    };
    for (_, body) in scope.trajectories() {
        basis.response |= !is_problem_alone(body);
        basis.gold |= body.outcome != Outcome::NoGold;
        basis.recorded |= body.recorded.is_some();
        basis.ending |= body.finished.is_some();
        basis.thinking |= body.thinking_tokens > 0;
        basis.long_response |= body.tokens >= TELLING_TOKENS;
        basis.category |= body.category.is_some();
    }
    basis
}

/// What of a response is the same in every copy of it, and hardly ever in another that is long enough.
pub(super) type Measures = (u32, u32, u32, u32);

pub(super) fn measures(body: &Body) -> Measures {
    let repeated = body.repeated_share.to_bits();
    (body.bytes, body.tokens, body.thinking_tokens, repeated)
}

/// Of shorter responses several have the same measures.
pub(super) const TELLING_TOKENS: u32 = 64;

/// Rows of one kind.
#[derive(Default)]
struct Sighting {
    rows: u64,
    not_known: u64,
    first: Vec<(u32, Option<String>)>,
}

/// What was seen so far.
struct Sightings<'e, 'r> {
    entries: &'e [Entry],
    kinds: BTreeMap<Kind, Sighting>,
    /// Whether the entry that is looked at is of a kind that spoils it, and whether of a benchmark.
    is_spoiled: bool,
    is_contaminated: bool,
    /// Where each sighting is written.
    rows: &'r mut Rows<'e>,
}

impl<'e, 'r> Sightings<'e, 'r> {
    fn new(entries: &'e [Entry], rows: &'r mut Rows<'e>) -> Self {
        let kinds = Kind::ALWAYS.into_iter();
        Self {
            entries,
            kinds: kinds.map(|kind| (kind, Sighting::default())).collect(),
            is_spoiled: false,
            is_contaminated: false,
            rows,
        }
    }

    /// Counts an entry; of one row the first is named.
    fn see(&mut self, kind: Kind, entry: u32, told: impl Fn() -> Option<String>) {
        self.rows.add(kind.as_str(), entry, &told);
        self.is_spoiled |= kind.spoils();
        self.is_contaminated |= kind == Kind::Contaminated;
        let place = |entry: u32| {
            let row = &self.entries[entry as usize];
            (row.part, row.row)
        };
        let sighting = self.kinds.entry(kind).or_default();
        sighting.rows += 1;
        let last = sighting.first.last().map(|(last, _)| place(*last));
        if sighting.first.len() < FIRST && last != Some(place(entry)) {
            sighting.first.push((entry, told()));
        }
    }

    /// Counts an entry of which it is not known whether it is of the kind.
    fn doubt(&mut self, kind: Kind) {
        self.kinds.entry(kind).or_default().not_known += 1;
    }

    /// Takes away the kinds without rows that could not be looked for: of them nobody knows that there are none.
    fn take_unsought(&mut self, basis: &Basis) -> Vec<Unsought> {
        let mut unsought = Vec::new();
        self.kinds.retain(|kind, sighting| {
            let reason = kind.unsought(basis).filter(|_| sighting.rows == 0);
            unsought.extend(reason.map(|reason| Unsought {
                kind: kind.as_str(),
                reason,
            }));
            reason.is_none()
        });
        unsought
    }
}

/// Who watches is told of so many rows at once.
const TOLD_ROWS: u64 = 1024;

/// What was found in the rows of a dataset.
///
/// Each row of each kind goes to `rows`.
pub(super) fn findings<'e>(
    scope: &Scope<'e>,
    known: &Known<'_>,
    rows: &mut Rows<'e>,
    settings: &Settings<'_>,
) -> Result<Findings> {
    let mut seen = Sightings::new(&scope.experiment.entries.rows, rows);
    let (mut entries, mut trajectories) = (0, 0);
    let all = scope.entries().count() as u64;
    settings.watch.begin("findings", Amount::rows(all));
    let mut copies = Copies::default();
    let mut unspoiled = Unspoiled {
        kinds: SPOILING.map(Kind::as_str).to_vec(),
        rows: 0,
        rows_of_no_benchmark: 0,
    };
    let mut answers = Answers::default();
    for (at, entry) in scope.entries() {
        entries += 1;
        if seen.rows.are_written() {
            answers.load(scope, at)?;
        }
        match &entry.body {
            Err(void) => seen.see(Kind::Unread(*void), at, || None),
            Ok(body) => {
                (seen.is_spoiled, seen.is_contaminated) = (false, false);
                trajectories += 1;
                let language = known.languages[body.problem as usize];
                seen.rows.add(LANGUAGE, at, || language.map(str::to_owned));
                alone(&mut seen, at, body, known, &answers);
                of_problem(&mut seen, scope, at, body, known);
                copies.look(&mut seen, scope, at, body);
                if !is_problem_alone(body) {
                    unspoiled.add(&seen);
                }
            }
        }
        seen.rows.flush_if_many()?;
        if entries % TOLD_ROWS == 0 {
            settings.check_stop()?;
            settings.watch.advance(Amount::rows(TOLD_ROWS));
        }
    }
    settings.watch.advance(Amount::rows(entries % TOLD_ROWS));
    tell_answers(&mut seen, scope, &mut answers)?;
    let unsought = seen.take_unsought(&known.basis);
    let finding = |(kind, sighting): (Kind, Sighting)| {
        let section = kind.section();
        let of = if section == Section::Reading {
            entries
        } else {
            trajectories
        };
        let examples = sighting.first.into_iter();
        Finding {
            kind: kind.as_str(),
            section,
            sentence: match known.basis.response {
                true => kind.sentence(),
                false => kind.sentence_of_problems(),
            },
            rows: sighting.rows,
            rows_not_known: sighting.not_known,
            share: share(sighting.rows, of),
            examples: examples
                .map(|(at, told)| Example::of(scope, at, told))
                .collect(),
        }
    };
    let mut findings: Vec<Finding> = seen.kinds.into_iter().map(finding).collect();
    findings.sort_by_key(|finding| finding.section);
    Ok(Findings {
        findings,
        unsought,
        unspoiled: known.basis.response.then_some(unspoiled),
    })
}

/// Says of the rows to look at what was asked for and what was answered, where that is not said yet.
fn tell_answers(
    seen: &mut Sightings<'_, '_>,
    scope: &Scope<'_>,
    answers: &mut Answers,
) -> Result<()> {
    for kind in OF_ANSWERS {
        let first = seen.kinds.get_mut(&kind).map(|found| &mut found.first);
        for (entry, words) in first.into_iter().flatten() {
            if words.is_none() {
                answers.load(scope, *entry)?;
                *words = answers.of(*entry);
            }
        }
    }
    Ok(())
}

/// Whether an entry is a problem without a response, as a benchmark's rows are.
pub(super) fn is_problem_alone(body: &Body) -> bool {
    body.bytes == 0
}

/// What a trajectory tells by itself.
fn alone(seen: &mut Sightings<'_, '_>, at: u32, body: &Body, known: &Known<'_>, answers: &Answers) {
    let mut see = |kind: Kind, is_so: bool| {
        let told = || OF_ANSWERS.contains(&kind).then(|| answers.of(at)).flatten();
        if is_so {
            seen.see(kind, at, told);
        }
    };
    for remark in Remark::ALL {
        see(Kind::Remarked(remark), body.remarks.has(remark));
    }
    let is = |outcome: Outcome| body.outcome == outcome;
    see(Kind::NoGold, is(Outcome::NoGold));
    if is_problem_alone(body) {
        return;
    }
    see(Kind::Wrong, is(Outcome::Wrong));
    see(Kind::Undecided, is(Outcome::Undecided));
    see(Kind::NoAnswer, is(Outcome::NoAnswer));
    see(
        Kind::RecordedRightFoundWrong,
        is(Outcome::Wrong) && body.recorded == Some(true),
    );
    see(
        Kind::RecordedWrongFoundRight,
        is(Outcome::Correct) && body.recorded == Some(false),
    );
    let thinks = body.thinking_tokens > 0;
    let is_unclosed = known.unclosed.contains(&at);
    see(Kind::ThinkingUnclosed, is_unclosed);
    // Each kind counts its rows whatever else they are: what is cut off in its thinking is cut off too.
    see(Kind::CutOff, body.finished == Some(false));
    see(
        Kind::NothingBehindThinking,
        is_all_thinking(body) && !is_unclosed,
    );
    see(Kind::ThinkingMissing, !thinks && known.basis.thinking);
    see(
        Kind::ThinkingShort,
        thinks && body.thinking_tokens <= SHORT_THINKING_TOKENS,
    );
    see(Kind::Repetitive, body.repeated_share > REPEATED_SHARE_MAX);
    if body.finished.is_none() {
        seen.doubt(Kind::CutOff);
    }
}

/// What its problem tells.
fn of_problem(
    seen: &mut Sightings<'_, '_>,
    scope: &Scope<'_>,
    at: u32,
    body: &Body,
    known: &Known<'_>,
) {
    let problem = body.problem;
    let language = known.languages[problem as usize];
    if language.is_some() && language != known.language {
        seen.see(Kind::OtherLanguage, at, || language.map(str::to_owned));
    }
    if scope.experiment.entries.categories_conflict(problem) {
        seen.see(Kind::CategoriesConflict, at, || None);
    }
    if known.golds.problems.contains(&problem) {
        seen.see(Kind::GoldDisagrees, at, || None);
    }
    let screened = &scope.experiment.screened;
    let meets = |outcome: Found| screened.meets(problem, outcome);
    match (meets(Found::Contaminated), meets(Found::Suspect)) {
        (Some(item), _) => seen.see(Kind::Contaminated, at, || Some(item.clone())),
        (None, Some(item)) => seen.see(Kind::Suspect, at, || Some(item.clone())),
        (None, None) => {}
    }
}

/// The rows so far, by what a later one may have in common with them.
#[derive(Default)]
struct Copies {
    trajectories: HashMap<Id, u32>,
    /// The first entry of a cluster with a response of these measures, and its problem.
    responses: HashMap<(u32, Measures), (u32, u32)>,
    /// The first entry and its problem.
    clusters: HashMap<u32, (u32, u32)>,
    /// The first entry and its cluster.
    templates: HashMap<u32, (u32, u32)>,
}

impl Copies {
    fn look(&mut self, seen: &mut Sightings<'_, '_>, scope: &Scope<'_>, at: u32, body: &Body) {
        let of = |first: u32| Some(format!("of {}", scope.place(first)));
        let first = *self.trajectories.entry(body.trajectory_id).or_insert(at);
        if first != at {
            seen.see(Kind::Copy, at, || of(first));
        }
        let Some(clusters) = &scope.experiment.screened.clusters else {
            return;
        };
        let cluster = clusters.first[body.problem as usize];
        let template = clusters.template[body.problem as usize];
        if body.tokens >= TELLING_TOKENS {
            let key = (cluster, measures(body));
            let (first, problem) = *self.responses.entry(key).or_insert((at, body.problem));
            if problem != body.problem {
                seen.see(Kind::CopyOfNear, at, || of(first));
            }
        }
        let (first, problem) = *self.clusters.entry(cluster).or_insert((at, body.problem));
        if problem != body.problem {
            seen.see(Kind::NearDuplicate, at, || of(first));
        }
        let (first, known) = *self.templates.entry(template).or_insert((at, cluster));
        if known != cluster {
            seen.see(Kind::SameTemplate, at, || of(first));
        }
    }
}
