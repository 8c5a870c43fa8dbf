//! `found(question, where, problem_id, trajectory_id)`: the search as a function of the pages' queries.
//!
//! So a list that is searched is the same query as one that is not, with one condition more. What a question finds is
//! found once for the whole query, and kept for the next page of it. While texts are still read, those that came since
//! are looked through and no other again.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use arrow::array::{Array, AsArray, BooleanArray, StringViewArray};
use arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, ScalarValue, exec_datafusion_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};

use super::search::Search;
use super::texts::Shelf;
use crate::ids::Id;

/// Its name in queries.
pub(super) const FOUND: &str = "found";

/// As long may be searched.
const SEARCH_TIME: Duration = Duration::from_secs(10);

/// As many times as long as they were read do texts wait to be read that pages may be made, and so often is looked whether
/// these are.
const WAY: u32 = 10;
const LOOK_TIME: Duration = Duration::from_millis(2);

/// As many questions are kept.
const KEPT: usize = 8;

/// The texts that are searched, and what was found lately.
#[derive(Default)]
pub(super) struct Library {
    pub problems: Shelf,
    /// Responses that stand in subsets.
    pub responses: Shelf,
    /// What was found lately, the last first. Who looks holds it: the threads of one query ask the same at once.
    lately: Mutex<Vec<Found>>,
    /// Pages that are being made.
    pages: AtomicUsize,
}

/// A question, and what it finds in the texts that were there.
#[derive(Default)]
struct Found {
    typed: String,
    scope: Scope,
    hits: Arc<Hits>,
    /// Blocks of each shelf that were looked through.
    seen: [usize; 2],
}

/// Where is searched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Scope {
    #[default]
    Both,
    Problems,
    Responses,
}

impl Scope {
    /// As addresses have it, with what people read.
    pub(super) const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Both, "both", "problems and responses"),
        (Self::Problems, "problems", "problems"),
        (Self::Responses, "responses", "responses"),
    ];

    pub(super) fn of(word: Option<&str>) -> Self {
        let mut all = Self::ALL.iter();
        let found = all.find(|(_, known, _)| Some(*known) == word);
        found.map_or(Self::Both, |(scope, ..)| *scope)
    }

    pub(super) fn word(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(scope, ..)| *scope == self)
            .map_or("both", |(_, word, _)| word)
    }
}

/// What has what was looked for.
#[derive(Clone, Debug, Default)]
struct Hits {
    problems: HashSet<Id>,
    trajectories: HashSet<Id>,
}

impl Library {
    /// Says that a page is being made, until it is dropped.
    pub(super) fn page(&self) -> PageBeingMade<'_> {
        self.pages.fetch_add(1, Ordering::Relaxed);
        PageBeingMade(self)
    }

    /// Waits while pages are being made, up to ten times as long as was worked since: whoever looks at a page is served
    /// first, and however many do, the work goes on.
    pub(super) fn give_way(&self, worked: Duration) {
        let until = Instant::now() + worked * WAY;
        while self.pages.load(Ordering::Relaxed) > 0 && Instant::now() < until {
            std::thread::sleep(LOOK_TIME);
        }
    }

    /// What a question finds; none where it took too long.
    fn hits(&self, typed: &str, scope: Scope) -> Option<Arc<Hits>> {
        let lately = self.lately.lock();
        let mut lately = lately.unwrap_or_else(|broken| broken.into_inner());
        let known = lately
            .iter()
            .position(|found| found.typed == typed && found.scope == scope);
        let mut found = match known {
            Some(at) => lately.remove(at),
            None => Found {
                typed: typed.to_owned(),
                scope,
                ..Found::default()
            },
        };
        let is_found = self.look(&mut found);
        let hits = is_found.then(|| Arc::clone(&found.hits));
        lately.truncate(KEPT - 1);
        lately.insert(0, found);
        hits
    }

    /// Looks through what came since; whether there was time for it.
    fn look(&self, found: &mut Found) -> bool {
        let Some(search) = Search::read(&found.typed) else {
            return true;
        };
        let until = Instant::now() + SEARCH_TIME;
        let asked = [
            found.scope != Scope::Responses,
            found.scope != Scope::Problems,
        ];
        let shelves = [&self.problems, &self.responses];
        for (which, shelf) in shelves.into_iter().enumerate().filter(|(at, _)| asked[*at]) {
            let Some((ids, seen)) = shelf.search(&search, found.seen[which], until) else {
                return false;
            };
            found.seen[which] = seen;
            if !ids.is_empty() {
                Arc::make_mut(&mut found.hits).of(which).extend(ids);
            }
        }
        true
    }
}

impl Hits {
    /// Those of problems, or of responses.
    fn of(&mut self, which: usize) -> &mut HashSet<Id> {
        match which {
            0 => &mut self.problems,
            _ => &mut self.trajectories,
        }
    }
}

/// A page while it is made.
pub(super) struct PageBeingMade<'l>(&'l Library);

impl Drop for PageBeingMade<'_> {
    fn drop(&mut self) {
        self.0.pages.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The function over a library.
pub(super) fn function(library: Arc<Library>) -> ScalarUDF {
    ScalarUDF::new_from_impl(Function {
        library: Shared(library),
        signature: Signature::exact(vec![DataType::Utf8View; 4], Volatility::Stable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Function {
    library: Shared,
    signature: Signature,
}

/// The one library of a server: it is equal to itself.
struct Shared(Arc<Library>);

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the texts that are searched")
    }
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for Shared {}

impl std::hash::Hash for Shared {
    fn hash<H: std::hash::Hasher>(&self, hasher: &mut H) {
        Arc::as_ptr(&self.0).hash(hasher);
    }
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        FOUND
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType, DataFusionError> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(
        &self,
        arguments: ScalarFunctionArgs,
    ) -> Result<ColumnarValue, DataFusionError> {
        let [typed, scope, problems, trajectories] = arguments.args.as_slice() else {
            return Err(exec_datafusion_err!(
                "{FOUND} takes a question, where, and two ids"
            ));
        };
        let (Some(typed), Some(scope)) = (constant(typed), constant(scope)) else {
            return Err(exec_datafusion_err!(
                "{FOUND} takes a question as it is typed"
            ));
        };
        let hits = self.library.0.hits(&typed, Scope::of(Some(&scope)));
        let hits = hits.ok_or_else(|| {
            exec_datafusion_err!(
                "the search took longer than {} seconds",
                SEARCH_TIME.as_secs()
            )
        })?;
        let problems = problems.to_array(arguments.number_rows)?;
        let trajectories = trajectories.to_array(arguments.number_rows)?;
        let found = are_hits(
            &hits,
            problems.as_string_view(),
            trajectories.as_string_view(),
        );
        Ok(ColumnarValue::Array(Arc::new(found)))
    }
}

fn constant(value: &ColumnarValue) -> Option<String> {
    match value {
        ColumnarValue::Scalar(ScalarValue::Utf8View(text)) => text.clone(),
        _ => None,
    }
}

fn are_hits(
    hits: &Hits,
    problems: &StringViewArray,
    trajectories: &StringViewArray,
) -> BooleanArray {
    let is_in = |ids: &HashSet<Id>, texts: &StringViewArray, at: usize| {
        let id = (!ids.is_empty() && texts.is_valid(at)).then(|| texts.value(at).parse());
        id.is_some_and(|id| id.is_ok_and(|id: Id| ids.contains(&id)))
    };
    let found = (0..problems.len()).map(|at| {
        is_in(&hits.problems, problems, at) || is_in(&hits.trajectories, trajectories, at)
    });
    BooleanArray::from(found.collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::super::texts::Filling;
    use super::*;

    /// A library of which some responses are read, and then the others.
    fn fill(library: &Library, ids: std::ops::Range<u128>) {
        let mut filling = Filling::begin(&library.responses, 100, usize::MAX);
        for id in ids {
            filling.add(Id(id), &format!("response {id} of a triangle"));
        }
        filling.finish(None);
    }

    #[test]
    fn texts_that_come_later_are_found_too_and_none_is_looked_through_twice() {
        let library = Library::default();
        let trajectories = |typed: &str, scope| {
            let hits = library.hits(typed, scope).expect("in time");
            hits.trajectories.len()
        };
        let seen = || library.lately.lock().expect("it is whole")[0].seen;
        assert_eq!(trajectories("triangle", Scope::Responses), 0);
        assert_eq!(seen(), [0, 0]);
        fill(&library, 0..40);
        assert_eq!(trajectories("triangle", Scope::Responses), 40);
        assert_eq!(seen(), [0, 1]);
        fill(&library, 40..100);
        assert_eq!(trajectories("triangle", Scope::Responses), 100);
        assert_eq!(seen(), [0, 2]);
        assert_eq!(trajectories("triangle", Scope::Both), 100);
        assert_eq!(trajectories("triangle", Scope::Problems), 0);
        assert_eq!(trajectories("\"response 7 of\"", Scope::Responses), 1);
        assert_eq!(trajectories("circle", Scope::Responses), 0);
        // The last questions are kept, each once.
        let lately = library.lately.lock().expect("it is whole");
        assert_eq!(lately.len(), 5);
    }
}
