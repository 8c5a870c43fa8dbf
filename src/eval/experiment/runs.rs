//! The joined runs of one benchmark, arm by arm, over its questions in one order.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::answer::{Estimand, Missing, Unmatched};
use super::design::Design;
use super::join::Found;
use super::{Logged, Named};
use crate::eval::attempt::{Grader, Run};
use crate::eval::table::{self, Counts, Outcome, Table, pooled};
use crate::eval::tiers::Tier;

/// A benchmark with the runs that were asked it.
#[derive(Debug)]
pub(super) struct Benchmark<'r> {
    pub name: Option<String>,
    /// Questions that it has, where a log says.
    pub of: Option<usize>,
    pub questions: Vec<(String, Option<Tier>)>,
    /// The runs of each arm of the design, by draw, then by seed.
    pub arms: Vec<Vec<Trained<'r>>>,
    pub references: Vec<(String, Trained<'r>)>,
}

/// A run that was joined.
#[derive(Debug)]
pub(super) struct Trained<'r> {
    /// Index of its line; none of a reference.
    pub line: Option<usize>,
    pub draw: u32,
    pub run: &'r Run,
    pub table: Table,
    /// Where each of the benchmark's questions stands in the table.
    places: Vec<Option<usize>>,
}

/// What is counted of a run at a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// Right attempts.
    Avg,
    /// Whether one of the first so many is right, as one attempt.
    Cov(u32),
}

/// What varies in an arm: each with the runs that are one of it.
#[derive(Clone, Debug)]
pub(super) struct Units<'b, 'r> {
    pub estimand: Estimand,
    pub numbers: Vec<u64>,
    pub runs: Vec<Vec<&'b Trained<'r>>>,
}

/// The runs by benchmark, what has no log, and the logs that are of no line.
#[derive(Debug, Default)]
pub(super) struct Gathered<'r> {
    pub benchmarks: Vec<Benchmark<'r>>,
    pub missing: Vec<Missing>,
    pub unmatched: Vec<Unmatched>,
    /// Lines with a log.
    pub joined: usize,
}

/// Puts runs in their places. Of two logs of one line and benchmark the first by name counts.
pub(super) fn gather<'r>(
    design: &Design,
    logs: &[Logged<'r>],
    found: &[Found],
    references: &[Named<'r>],
    grader: Grader,
) -> Gathered<'r> {
    let mut order: Vec<usize> = (0..logs.len()).collect();
    order.sort_by_key(|&at| (&logs[at].log, &logs[at].run.name));
    let mut taken: BTreeMap<(Option<&str>, usize), &'r Run> = BTreeMap::new();
    let mut gathered = Gathered::default();
    for at in order {
        let logged = &logs[at];
        let benchmark = logged.run.benchmark.as_deref();
        let (why, is_second) = match &found[at] {
            Err(why) => (why.clone(), false),
            Ok(line) if taken.contains_key(&(benchmark, *line)) => {
                let run = &design.lines[*line].run;
                (format!("another log is of the run `{run}` already"), true)
            }
            Ok(line) => {
                taken.insert((benchmark, *line), logged.run);
                continue;
            }
        };
        gathered.unmatched.push(Unmatched {
            log: logged.log.clone(),
            benchmark: logged.run.benchmark.clone(),
            why,
            is_second,
        });
    }
    let names: BTreeSet<Option<&str>> = taken.keys().map(|(name, _)| *name).collect();
    gathered.missing = missing(design, &taken, &names);
    gathered.joined = taken
        .keys()
        .map(|(_, line)| *line)
        .collect::<BTreeSet<usize>>()
        .len();
    for name in names {
        let own = taken
            .range((name, 0)..=(name, usize::MAX))
            .map(|((_, line), run)| (*line, *run));
        let beside = references
            .iter()
            .filter(|named| named.run.benchmark.as_deref() == name);
        gathered
            .benchmarks
            .push(Benchmark::of(name, design, own.collect(), beside, grader));
    }
    gathered
}

fn missing(
    design: &Design,
    taken: &BTreeMap<(Option<&str>, usize), &Run>,
    names: &BTreeSet<Option<&str>>,
) -> Vec<Missing> {
    let of_line = |(at, line): (usize, &super::design::Line)| {
        let lacks: Vec<Option<&str>> = names
            .iter()
            .copied()
            .filter(|name| !taken.contains_key(&(*name, at)))
            .collect();
        let lacks = if lacks.len() == names.len() {
            vec![None]
        } else {
            lacks
        };
        lacks
            .into_iter()
            .map(|name| Missing {
                run: line.run.clone(),
                benchmark: name.map(str::to_owned),
            })
            .collect::<Vec<Missing>>()
    };
    design.lines.iter().enumerate().flat_map(of_line).collect()
}

impl<'r> Benchmark<'r> {
    fn of<'n>(
        name: Option<&str>,
        design: &Design,
        own: Vec<(usize, &'r Run)>,
        references: impl Iterator<Item = &'n Named<'r>>,
        grader: Grader,
    ) -> Self
    where
        'r: 'n,
    {
        let references: Vec<&Named<'r>> = references.collect();
        let runs = || {
            own.iter()
                .map(|(_, run)| *run)
                .chain(references.iter().map(|named| named.run))
        };
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut questions: Vec<(String, Option<Tier>)> = Vec::new();
        for asked in runs().flat_map(|run| &run.questions) {
            let at = *places.entry(&asked.id).or_insert_with(|| {
                questions.push((asked.id.clone(), None));
                questions.len() - 1
            });
            questions[at].1 = questions[at].1.or(asked.tier);
        }
        let trained = |line: Option<usize>, run: &'r Run| {
            let mut trained = Trained {
                line,
                draw: line.map_or(0, |line| design.lines[line].draw),
                run,
                table: run.table(grader),
                places: vec![None; questions.len()],
            };
            for (at, asked) in run.questions.iter().enumerate() {
                let place = &mut trained.places[places[asked.id.as_str()]];
                *place = place.or((!asked.attempts.is_empty()).then_some(at));
            }
            trained
        };
        let mut arms: Vec<Vec<Trained<'r>>> = design.arms.iter().map(|_| Vec::new()).collect();
        for (line, run) in &own {
            arms[design.lines[*line].arm].push(trained(Some(*line), run));
        }
        for arm in &mut arms {
            arm.sort_by_key(|trained| {
                trained
                    .line
                    .map(|line| (trained.draw, design.lines[line].seed, line))
            });
        }
        let of = runs().filter_map(|run| run.of).max().map(|of| of as usize);
        let beside = references
            .iter()
            .map(|named| (named.name.clone(), trained(None, named.run)));
        Self {
            references: beside.collect(),
            name: name.map(str::to_owned),
            of,
            arms,
            questions: questions.clone(),
        }
    }

    /// Questions, by index, that all of these runs have, of one tier or of all.
    pub(super) fn common<'t>(
        &self,
        runs: impl IntoIterator<Item = &'t Trained<'r>>,
        tier: Option<Tier>,
    ) -> Vec<usize>
    where
        'r: 't,
    {
        let runs: Vec<&Trained<'r>> = runs.into_iter().collect();
        let is_asked = |&at: &usize| runs.iter().all(|trained| trained.places[at].is_some());
        let is_of = |&at: &usize| tier.is_none() || self.questions[at].1 == tier;
        (0..self.questions.len())
            .filter(is_of)
            .filter(is_asked)
            .collect()
    }

    /// The tiers that its questions have, from the easiest on.
    pub(super) fn tiers(&self) -> Vec<Tier> {
        let has = |tier: &Tier| self.questions.iter().any(|(_, of)| *of == Some(*tier));
        Tier::ALL.into_iter().filter(has).collect()
    }

    /// Questions that there are, of one tier or of all, where it is known.
    pub(super) fn there_are(&self, tier: Option<Tier>) -> Option<usize> {
        match tier {
            None => self.of,
            Some(tier) if self.name.as_deref() == Some("aime24") => Some(tier.aime24_count()),
            Some(tier) => self
                .of
                .is_some_and(|of| of == self.questions.len())
                .then(|| {
                    self.questions
                        .iter()
                        .filter(|(_, own)| *own == Some(tier))
                        .count()
                }),
        }
    }

    /// What varies in an arm: its draws where there are several, else training seeds, else nothing but attempts. None
    /// without a run.
    pub(super) fn units(&self, design: &Design, arm: usize) -> Option<Units<'_, 'r>> {
        let runs = &self.arms[arm];
        let draws: BTreeSet<u32> = runs.iter().map(|trained| trained.draw).collect();
        if draws.len() > 1 && !design.arms[arm].is_replicate {
            let of = |draw: &u32| {
                runs.iter()
                    .filter(|trained| trained.draw == *draw)
                    .collect()
            };
            return Some(Units {
                estimand: Estimand::ThisKind,
                numbers: draws.iter().map(|draw| u64::from(*draw)).collect(),
                runs: draws.iter().map(of).collect(),
            });
        }
        let estimand = match runs.len() {
            0 => return None,
            1 => Estimand::ThisRun,
            _ => Estimand::ThisSet,
        };
        Some(Units {
            estimand,
            numbers: runs
                .iter()
                .map(|trained| trained.line.unwrap_or(0) as u64)
                .collect(),
            runs: runs.iter().map(|trained| vec![trained]).collect(),
        })
    }
}

impl Trained<'_> {
    /// What became of one question, which it must have.
    fn counts(&self, question: usize, measure: Measure) -> Counts {
        let Some(place) = self.places[question] else {
            return Counts::default();
        };
        let question = &self.table.questions[place];
        match measure {
            Measure::Avg => question.counts(),
            Measure::Cov(n) => {
                let mut first = question.attempts.iter().take(n as usize);
                let covered = first.any(|attempt| attempt.outcome == Outcome::Right);
                Counts::new(u32::from(covered), 1)
            }
        }
    }

    pub(super) fn all_counts(&self, questions: &[usize], measure: Measure) -> Vec<Counts> {
        questions
            .iter()
            .map(|&at| self.counts(at, measure))
            .collect()
    }

    /// The table of some questions alone.
    pub(super) fn table_of(&self, questions: &[usize]) -> Table {
        let places = questions.iter().filter_map(|&at| self.places[at]);
        Table {
            questions: places
                .map(|place| self.table.questions[place].clone())
                .collect(),
        }
    }

    /// The benchmark's questions that it was asked, by index.
    pub(super) fn asked(&self) -> impl Iterator<Item = usize> {
        let places = self.places.iter().enumerate();
        places.filter_map(|(at, place)| place.map(|_| at))
    }

    /// The fewest and the most attempts at one of some questions.
    pub(super) fn attempts(&self, questions: &[usize]) -> [u32; 2] {
        let of = |at: &usize| {
            self.places[*at].map(|place| self.table.questions[place].attempts.len() as u32)
        };
        let all = || questions.iter().filter_map(of);
        [all().min().unwrap_or(0), all().max().unwrap_or(0)]
    }
}

impl<'b, 'r> Units<'b, 'r> {
    pub(super) fn all(&self) -> impl Iterator<Item = &'b Trained<'r>> {
        self.runs.iter().flatten().copied()
    }

    /// The counts of each unit, its runs together; those of some numbers alone where they are given.
    pub(super) fn draws(
        &self,
        questions: &[usize],
        measure: Measure,
        of: Option<&[u64]>,
    ) -> Vec<Vec<Counts>> {
        let numbered = self.numbers.iter().zip(&self.runs);
        let wanted = numbered.filter(|(number, _)| of.is_none_or(|of| of.contains(number)));
        let together = |runs: &Vec<&Trained<'r>>| {
            let counts: Vec<Vec<Counts>> = runs
                .iter()
                .map(|trained| trained.all_counts(questions, measure))
                .collect();
            pooled(&counts)
        };
        wanted.filter_map(|(_, runs)| together(runs)).collect()
    }

    /// The mean over units of the mean over their runs of what a run says; none where no run says anything.
    pub(super) fn mean(&self, of: impl Fn(&Trained<'r>) -> Option<f64>) -> Option<f64> {
        let units = self
            .runs
            .iter()
            .filter_map(|runs| table::mean(runs.iter().filter_map(|trained| of(trained))));
        table::mean(units)
    }
}
