//! What the texts of a run's problems say: which are a benchmark's, and which are near duplicates.
//!
//! Texts are looked at one by one, as the pool gives them, and are not kept: a hit is some bytes, a sketch
//! some hundred. Both are facts about problems alone; what follows for entries is decided with their fates.

use std::collections::{HashMap, HashSet};

use super::canonical::{Canonical, canonical};
use super::contamination::fingerprint::Forms;
use super::contamination::{Class, Detector, Hit};
use super::near::{Clusters, Sketch, Sketches};
use super::{Fate, Screen};
use crate::pool::Entries;

/// What one text says.
pub struct Looked {
    hits: Vec<Hit>,
    sketch: Option<Sketch>,
}

/// Looks at problems, and collects what their texts say.
pub struct Looking<'s> {
    screen: &'s Screen,
    detector: Option<Detector>,
    hits: Vec<ProblemHit>,
    sketches: Option<Sketches>,
    /// The problem of each sketch.
    sketched: Vec<u32>,
    problems: u32,
}

/// A problem's meeting with a benchmark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProblemHit {
    /// Its index among the run's problems.
    pub problem: u32,
    pub hit: Hit,
    /// Whether its class is one that the pipeline drops.
    pub dropped: bool,
}

impl<'s> Looking<'s> {
    /// `threshold` is where two problems become near duplicates; none where they are not looked for.
    pub fn new(screen: &'s Screen, detector: Option<Detector>, threshold: Option<f64>) -> Self {
        Self {
            screen,
            detector,
            hits: Vec::new(),
            sketches: threshold.map(Sketches::new),
            sketched: Vec::new(),
            problems: 0,
        }
    }

    /// Whether anything is asked of the texts at all.
    pub(crate) fn is_needed(&self) -> bool {
        self.detector.is_some() || self.sketches.is_some()
    }

    /// What a text says; the same on any thread.
    pub fn look(&self, text: &str) -> Looked {
        let is_asked = self.sketches.is_some();
        let sketch = |canonical: &Canonical| is_asked.then(|| Sketch::of(canonical));
        let Some(detector) = &self.detector else {
            return Looked {
                hits: Vec::new(),
                sketch: sketch(&canonical(text)),
            };
        };
        let forms = Forms::of(text);
        Looked {
            hits: detector.hits_of(&forms),
            sketch: sketch(&forms.canonical),
        }
    }

    /// Adds what was seen of a problem; each is added once.
    pub fn add(&mut self, entries: &Entries, problem: u32, looked: Looked) {
        self.problems += 1;
        let contamination = self.screen.contamination.as_ref();
        let drops = |class: Class| contamination.is_some_and(|table| table.drop.contains(&class));
        let hits = looked.hits.into_iter().map(|hit| ProblemHit {
            problem,
            hit,
            dropped: drops(hit.class),
        });
        self.hits.extend(hits);
        if let (Some(sketches), Some(sketch)) = (&mut self.sketches, looked.sketch) {
            sketches.add(entries.problems[problem as usize].id, sketch);
            self.sketched.push(problem);
        }
    }

    pub fn finish(mut self, entries: &Entries) -> Screened {
        let id = |hit: &ProblemHit| entries.problems[hit.problem as usize].id;
        let key = |hit: &ProblemHit| (id(hit), hit.hit.class, hit.hit.benchmark, hit.hit.item);
        self.hits.sort_by_key(key);
        let clusters = self.sketches.map(|sketches| {
            let found = sketches.clusters();
            let of_problems = |firsts: &[u32]| {
                let mut all: Vec<u32> = (0..entries.problems.len() as u32).collect();
                for (&problem, &of) in self.sketched.iter().zip(firsts) {
                    all[problem as usize] = self.sketched[of as usize];
                }
                all
            };
            Clusters {
                first: of_problems(&found.first),
                template: of_problems(&found.template),
                uncompared: found.uncompared,
            }
        });
        Screened {
            detector: self.detector,
            problems: self.problems,
            decisive: decisive(&self.hits),
            hits: self.hits,
            clusters,
            disagreeing: Vec::new(),
        }
    }
}

/// The first dropped hit of each problem.
fn decisive(hits: &[ProblemHit]) -> HashMap<u32, u32> {
    let mut decisive = HashMap::new();
    for (at, hit) in (0..).zip(hits).filter(|(_, hit)| hit.dropped) {
        decisive.entry(hit.problem).or_insert(at);
    }
    decisive
}

/// What the texts of a run's problems said.
#[derive(Default)]
pub struct Screened {
    /// None where no benchmark is screened for.
    pub detector: Option<Detector>,
    /// How many problems were looked at.
    pub problems: u32,
    /// By problem id, the worst class first.
    pub hits: Vec<ProblemHit>,
    /// The hit for which a problem's entries are dropped.
    decisive: HashMap<u32, u32>,
    /// For each problem the first of its cluster and of its template, by id; none where near duplicates are not
    /// looked for.
    pub clusters: Option<Clusters>,
    /// The clusters whose gold answers differ.
    pub disagreeing: Vec<Disagreement>,
}

/// A cluster whose problems have different gold answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disagreement {
    /// The problems that have a gold answer, with it; the first answer is another than one of the others.
    pub answers: Vec<(u32, String)>,
}

impl Screened {
    /// What a run found, read again; how each item is called is then not known. `hits` are in its order.
    pub(crate) fn recorded(
        problems: u32,
        hits: Vec<ProblemHit>,
        clusters: Option<Clusters>,
        disagreeing: Vec<Disagreement>,
    ) -> Self {
        Self {
            detector: None,
            problems,
            decisive: decisive(&hits),
            hits,
            clusters,
            disagreeing,
        }
    }

    /// The hit for which the entries of a problem are dropped.
    pub(crate) fn contaminated(&self, problem: u32) -> Option<u32> {
        self.decisive.get(&problem).copied()
    }

    /// A hit as people read it: `math500/test/algebra/1.json (near)`.
    pub(crate) fn describe(&self, hit: u32) -> Option<String> {
        let hit = self.hits.get(hit as usize)?.hit;
        let detector = self.detector.as_ref()?;
        let benchmark = &detector.benchmarks()[hit.benchmark as usize].name;
        let item = &detector.item(&hit).id;
        Some(format!("{benchmark}/{item} ({})", hit.class.as_str()))
    }

    /// For each problem whether the gold answers of its cluster differ.
    pub(crate) fn disagrees(&self) -> Option<Vec<bool>> {
        let first = &self.clusters.as_ref()?.first;
        let cluster = |one: &Disagreement| {
            one.answers
                .first()
                .map(|(problem, _)| first[*problem as usize])
        };
        let differ: HashSet<u32> = self.disagreeing.iter().filter_map(cluster).collect();
        Some(first.iter().map(|first| differ.contains(first)).collect())
    }

    /// The problem that stands for each problem's cluster: of those with a kept entry the one with the
    /// smallest id, or the smallest of all where none is kept.
    pub(crate) fn representatives(&self, entries: &Entries, fates: &[Fate]) -> Option<Vec<u32>> {
        let clusters = self.clusters.as_ref()?;
        let mut of_cluster: Vec<Option<u32>> = vec![None; entries.problems.len()];
        for (row, fate) in entries.rows.iter().zip(fates) {
            let (Ok(body), Fate::Kept) = (&row.body, fate) else {
                continue;
            };
            let id = |problem: u32| entries.problems[problem as usize].id;
            let best = &mut of_cluster[clusters.first[body.problem as usize] as usize];
            if best.is_none_or(|known| id(body.problem) < id(known)) {
                *best = Some(body.problem);
            }
        }
        let representative = |&first: &u32| of_cluster[first as usize].unwrap_or(first);
        Some(clusters.first.iter().map(representative).collect())
    }
}
