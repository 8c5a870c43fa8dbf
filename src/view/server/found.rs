//! `found(question, where, problem_id, trajectory_id)`: the search as a function of the pages' queries.
//!
//! So a list that is searched is the same query as one that is not, with one condition more. What a question finds is
//! found once for the whole query, and kept for the next page of it.

use std::collections::HashSet;
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

/// As many questions are kept.
const KEPT: usize = 8;

/// The texts that are searched, and what was found lately.
#[derive(Default)]
pub(super) struct Library {
    pub problems: Shelf,
    /// Responses that stand in subsets.
    pub responses: Shelf,
    /// What was found lately, the last first. Who looks holds it: the threads of one query ask the same at once.
    lately: Mutex<Vec<(Question, Arc<Hits>)>>,
}

/// What was asked, and of how many texts.
#[derive(Clone, PartialEq, Eq)]
struct Question {
    typed: String,
    scope: Scope,
    counts: [u64; 2],
}

/// Where is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
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
#[derive(Debug, Default)]
struct Hits {
    problems: HashSet<Id>,
    trajectories: HashSet<Id>,
}

impl Library {
    /// What a question finds; none where it took too long.
    fn hits(&self, typed: &str, scope: Scope) -> Option<Arc<Hits>> {
        let question = Question {
            typed: typed.to_owned(),
            scope,
            counts: [&self.problems, &self.responses].map(|shelf| shelf.state().count),
        };
        let lately = self.lately.lock();
        let mut lately = lately.unwrap_or_else(|broken| broken.into_inner());
        if let Some((_, hits)) = lately.iter().find(|(known, _)| *known == question) {
            return Some(Arc::clone(hits));
        }
        let hits = Arc::new(self.searched(typed, scope)?);
        lately.truncate(KEPT - 1);
        lately.insert(0, (question, Arc::clone(&hits)));
        Some(hits)
    }

    fn searched(&self, typed: &str, scope: Scope) -> Option<Hits> {
        let Some(search) = Search::read(typed) else {
            return Some(Hits::default());
        };
        let until = Instant::now() + SEARCH_TIME;
        let of = |shelf: &Shelf, is_asked: bool| match is_asked {
            true => shelf.search(&search, until),
            false => Some(HashSet::new()),
        };
        Some(Hits {
            problems: of(&self.problems, scope != Scope::Responses)?,
            trajectories: of(&self.responses, scope != Scope::Problems)?,
        })
    }
}

/// The function over a library.
pub(super) fn function(library: Arc<Library>) -> ScalarUDF {
    ScalarUDF::new_from_impl(Found {
        library: Shared(library),
        signature: Signature::exact(vec![DataType::Utf8View; 4], Volatility::Stable),
    })
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Found {
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

impl ScalarUDFImpl for Found {
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
