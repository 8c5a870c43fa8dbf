//! What was found in the texts of some problems, as bytes that a later run reads.
//!
//! It is all that depends on the texts alone; what the pipeline drops for it is told anew.

use serde::{Deserialize, Serialize};

use super::Screen;
use super::contamination::Fingerprint;
use super::near::Clusters;
use super::problems::{Disagreement, ProblemHit, Screened, full_name};

/// As it is written: JSON.
#[derive(Serialize, Deserialize)]
struct Form {
    problems: u32,
    hits: Vec<ProblemHit>,
    clusters: Option<ClustersForm>,
    disagreeing: Vec<Disagreement>,
}

#[derive(Serialize, Deserialize)]
struct ClustersForm {
    first: Others,
    template: Others,
    uncompared: u64,
}

/// The problems that another one stands for, with that one.
#[derive(Serialize, Deserialize)]
struct Others(Vec<(u32, u32)>);

impl Others {
    fn of(firsts: &[u32]) -> Self {
        let pairs = (0..).zip(firsts.iter().copied());
        Self(pairs.filter(|(at, first)| at != first).collect())
    }

    /// For each of so many problems its first.
    fn firsts(&self, problems: u32) -> Option<Vec<u32>> {
        let mut firsts: Vec<u32> = (0..problems).collect();
        for &(at, first) in &self.0 {
            *firsts.get_mut(at as usize)? = (first < problems).then_some(first)?;
        }
        Some(firsts)
    }
}

impl Screened {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let clusters = self.clusters.as_ref().map(|clusters| ClustersForm {
            first: Others::of(&clusters.first),
            template: Others::of(&clusters.template),
            uncompared: clusters.uncompared,
        });
        let form = Form {
            problems: self.problems,
            hits: self.hits.clone(),
            clusters,
            disagreeing: self.disagreeing.clone(),
        };
        let bytes = serde_json::to_vec(&form).unwrap_or_default();
        assert!(!bytes.is_empty(), "numbers and texts are always JSON");
        bytes
    }

    /// The same of a run of so many problems that looks for these benchmarks; none where the bytes speak of others.
    pub(crate) fn from_bytes(
        bytes: &[u8],
        problems: u32,
        screen: &Screen,
        benchmarks: &[&Fingerprint],
    ) -> Option<Self> {
        let form: Form = serde_json::from_slice(bytes).ok()?;
        let hits = form.hits.into_iter().map(|found| {
            let benchmark = benchmarks.get(found.hit.benchmark as usize)?;
            let item = benchmark.items.get(found.hit.item as usize)?;
            (found.problem < problems).then(|| ProblemHit {
                item: full_name(benchmark, item),
                dropped: screen.drops(found.hit.class),
                ..found
            })
        });
        let hits: Vec<ProblemHit> = hits.collect::<Option<_>>()?;
        let told = form.disagreeing.iter().flat_map(|one| &one.answers);
        if told.into_iter().any(|(problem, _)| *problem >= problems) {
            return None;
        }
        let clusters = match form.clusters {
            None => None,
            Some(clusters) => Some(Clusters {
                first: clusters.first.firsts(problems)?,
                template: clusters.template.firsts(problems)?,
                uncompared: clusters.uncompared,
            }),
        };
        let mut found = Self::recorded(form.problems, hits, clusters, form.disagreeing, None);
        found.for_benchmarks = !benchmarks.is_empty();
        Some(found)
    }
}
