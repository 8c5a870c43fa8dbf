//! What the texts of a run's problems say: which are a benchmark's, and which are near duplicates.
//!
//! Texts are looked at one by one, as the pool gives them, and are not kept: a hit is some bytes, a sketch
//! some hundred. Both are facts about problems alone; what follows for entries is decided with their fates.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::canonical::{Canonical, canonical};
use super::contamination::fingerprint::{Fingerprint, Forms, Item};
use super::contamination::nominees::{Nominated, Nominee};
use super::contamination::{Detector, Hit, Outcome};
use super::near::{Clusters, Sketch, Sketches};
use super::{Fate, Screen};
use crate::pool::Entries;

/// What one text says.
pub struct Looked {
    hits: Vec<Hit>,
    /// How the text begins, where it has hits.
    text: String,
    sketch: Option<Sketch>,
}

/// Characters of a problem that are kept where it meets a benchmark's item, to be read.
pub(crate) const TEXT_CHARS: usize = 300;

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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProblemHit {
    /// Its index among the run's problems.
    pub problem: u32,
    pub hit: Hit,
    /// Benchmark and item: `math500/test/algebra/1.json`.
    #[serde(skip)]
    pub item: String,
    /// How the problem begins.
    pub text: String,
    /// Whether its class is one that the pipeline drops.
    #[serde(skip)]
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

    /// What a text says, with its gold answer where it has one and the items that its vector nominates; the same on
    /// any thread.
    pub fn look(&self, text: &str, answer: Option<&str>, nominees: &[Nominee]) -> Looked {
        let is_asked = self.sketches.is_some();
        let sketch = |canonical: &Canonical| is_asked.then(|| Sketch::of(canonical));
        let Some(detector) = &self.detector else {
            return Looked {
                hits: Vec::new(),
                text: String::new(),
                sketch: sketch(&canonical(text)),
            };
        };
        let forms = Forms::of(text);
        let hits = detector.hits_of(&forms, answer, nominees);
        let told = if hits.is_empty() { 0 } else { TEXT_CHARS };
        Looked {
            hits,
            text: text.chars().take(told).collect(),
            sketch: sketch(&forms.canonical),
        }
    }

    /// Adds what was seen of a problem; each is added once.
    pub fn add(&mut self, entries: &Entries, problem: u32, looked: Looked) {
        self.problems += 1;
        let hits = looked.hits.into_iter().map(|hit| ProblemHit {
            problem,
            dropped: self.screen.drops(hit.class),
            item: self.item(&hit),
            hit,
            text: looked.text.clone(),
        });
        let hits: Vec<ProblemHit> = hits.collect();
        self.hits.extend(hits);
        if let (Some(sketches), Some(sketch)) = (&mut self.sketches, looked.sketch) {
            sketches.add(entries.problems[problem as usize].id, sketch);
            self.sketched.push(problem);
        }
    }

    /// A hit's benchmark and item.
    fn item(&self, hit: &Hit) -> String {
        let detector = self.detector.as_ref();
        detector.map_or_else(String::new, |detector| {
            let benchmark = &detector.benchmarks()[hit.benchmark as usize];
            full_name(benchmark, detector.item(hit))
        })
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
            for_benchmarks: self.detector.is_some(),
            problems: self.problems,
            met: Met::of(&self.hits),
            hits: self.hits,
            clusters,
            disagreeing: Vec::new(),
            nominated: None,
        }
    }
}

/// A benchmark and one of its items.
pub(super) fn full_name(benchmark: &Fingerprint, item: &Item) -> String {
    format!("{}/{}", benchmark.name, item.id)
}

/// The first hit of a problem by what follows from it.
#[derive(Clone, Copy, Debug, Default)]
struct Met {
    dropped: Option<u32>,
    contaminated: Option<u32>,
    suspect: Option<u32>,
}

impl Met {
    fn of(hits: &[ProblemHit]) -> HashMap<u32, Self> {
        let mut met: HashMap<u32, Self> = HashMap::new();
        for (at, found) in (0..).zip(hits) {
            let met = met.entry(found.problem).or_default();
            if found.dropped {
                met.dropped.get_or_insert(at);
            }
            match found.hit.class.outcome() {
                Outcome::Contaminated => met.contaminated.get_or_insert(at),
                Outcome::Suspect => met.suspect.get_or_insert(at),
            };
        }
        met
    }
}

/// What the texts of a run's problems said.
#[derive(Default)]
pub struct Screened {
    /// Whether benchmarks were looked for; not said of what a run recorded.
    pub for_benchmarks: bool,
    /// How many problems were looked at.
    pub problems: u32,
    /// By problem id, the worst class first.
    pub hits: Vec<ProblemHit>,
    /// What the problems with hits are.
    met: HashMap<u32, Met>,
    /// For each problem the first of its cluster and of its template, by id; none where near duplicates are not
    /// looked for.
    pub clusters: Option<Clusters>,
    /// The clusters whose gold answers differ.
    pub disagreeing: Vec<Disagreement>,
    /// What vectors nominated; none where nobody asks.
    pub nominated: Option<Nominated>,
}

/// What was found in all problems, while some of it is put aside.
pub(crate) struct AllHits {
    hits: Vec<ProblemHit>,
    problems: u32,
}

/// A cluster whose problems have different gold answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// The problems that have a gold answer, with it; the first answer is another than one of the others.
    pub answers: Vec<(u32, String)>,
}

impl Screened {
    /// What a run found, read again. `hits` are in its order.
    pub(crate) fn recorded(
        problems: u32,
        hits: Vec<ProblemHit>,
        clusters: Option<Clusters>,
        disagreeing: Vec<Disagreement>,
        nominated: Option<Nominated>,
    ) -> Self {
        Self {
            for_benchmarks: false,
            problems,
            met: Met::of(&hits),
            hits,
            clusters,
            disagreeing,
            nominated,
        }
    }

    /// Puts what was found in problems that are not asked for aside, until it is put back; of clusters nothing is.
    pub(crate) fn keep_hits(
        &mut self,
        entries: &Entries,
        is_asked: impl Fn(u32) -> bool,
    ) -> AllHits {
        let hits = std::mem::take(&mut self.hits);
        let kept = hits.iter().filter(|found| is_asked(found.problem));
        self.hits = kept.cloned().collect();
        self.met = Met::of(&self.hits);
        let problems = 0..entries.problems.len() as u32;
        let asked = problems.filter(|problem| is_asked(*problem)).count() as u32;
        AllHits {
            hits,
            problems: std::mem::replace(&mut self.problems, asked),
        }
    }

    /// Takes back what [`Screened::keep_hits`] put aside.
    pub(crate) fn restore_hits(&mut self, all: AllHits) {
        self.met = Met::of(&all.hits);
        self.hits = all.hits;
        self.problems = all.problems;
    }

    /// The hit for which the entries of a problem are dropped.
    pub(crate) fn contaminated(&self, problem: u32) -> Option<u32> {
        self.met.get(&problem)?.dropped
    }

    /// The item that a problem meets with this outcome, as people read it.
    pub(crate) fn meets(&self, problem: u32, outcome: Outcome) -> Option<String> {
        let met = self.met.get(&problem)?;
        let hit = match outcome {
            Outcome::Contaminated => met.contaminated,
            Outcome::Suspect => met.suspect,
        };
        self.describe(hit?)
    }

    /// How many problems have this outcome at worst.
    pub(crate) fn problems_that_are(&self, outcome: Outcome) -> u32 {
        let worst = self.met.values().map(|met| match met.contaminated {
            Some(_) => Outcome::Contaminated,
            None => Outcome::Suspect,
        });
        worst.filter(|worst| *worst == outcome).count() as u32
    }

    /// A hit as people read it: `math500/test/algebra/1.json (near)`; where vectors found it with their cosine.
    pub(crate) fn describe(&self, hit: u32) -> Option<String> {
        let found = self.hits.get(hit as usize)?;
        let class = found.hit.class.as_str();
        Some(match found.hit.evidence.vectors {
            Some(near) if found.hit.by_vectors => {
                format!("{} ({class}, cosine {:.2})", found.item, near.cosine)
            }
            _ => format!("{} ({class})", found.item),
        })
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
