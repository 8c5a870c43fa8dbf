//! Queries that end when they are told to.
//!
//! Tokio ends a task where it waits, and DataFusion has what reads wait now and then. What multiplies rows does not: of
//! two batches a join makes millions of others, and looks at nothing meanwhile. So each operator with several inputs is
//! made to wait as those that read do; and the condition of a join of all pairs, which may find none for hours, asks
//! whether somebody still wants it. What stays: a function over one batch, and a window over one partition, end when
//! they are done; such a query holds its thread until then, and the next gets another ([`Threads`]).

use std::fmt::{Display, Formatter};
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::{FieldRef, Schema};
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DataFusionError, exec_err, internal_err};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::ColumnarValue;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::joins::NestedLoopJoinExec;
use datafusion::physical_plan::joins::utils::JoinFilter;
use datafusion::physical_plan::unnest::UnnestExec;
use datafusion::physical_plan::{ExecutionPlan, PhysicalExpr};
use datafusion::prelude::SessionContext;
use tokio::runtime::Runtime;

use crate::Result;
use crate::source::quiet;

type Answer<T> = std::result::Result<T, DataFusionError>;

/// Whether a query is still wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted(Arc<AtomicBool>);

impl Wanted {
    /// Says that it no longer is.
    pub(super) fn end(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn has_ended(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Operators of a plan that are made to wait, the innermost first. Tokio lets a task do 128 things before it has to wait;
/// each of these takes one for a batch of the innermost, which would never come behind more of them.
const WAITING_MAX: usize = 64;

/// The session for one query, which ends when it is no longer wanted.
pub(super) fn session(context: &SessionContext, wanted: &Wanted) -> SessionContext {
    let rule = Arc::new(Breakable(wanted.clone()));
    let state = SessionStateBuilder::new_from_existing(context.state());
    SessionContext::new_with_state(state.with_physical_optimizer_rule(rule).build())
}

#[derive(Debug)]
struct Breakable(Wanted);

impl PhysicalOptimizerRule for Breakable {
    fn name(&self) -> &str {
        "breakable"
    }

    fn optimize(
        &self,
        plan: Arc<dyn ExecutionPlan>,
        _: &ConfigOptions,
    ) -> Answer<Arc<dyn ExecutionPlan>> {
        let mut waiting = 0;
        let done = plan.transform_up(|plan| {
            let multiplies = plan.children().len() > 1 || plan.is::<UnnestExec>();
            if !multiplies {
                return Ok(Transformed::no(plan));
            }
            let plan = match plan.downcast_ref::<NestedLoopJoinExec>() {
                Some(join) => self.watched(join)?,
                None => plan,
            };
            waiting += 1;
            Ok(Transformed::yes(match waiting > WAITING_MAX {
                true => plan,
                false => Arc::new(CooperativeExec::new(plan)),
            }))
        });
        done.map(|done| done.data)
    }

    fn schema_check(&self) -> bool {
        true
    }
}

impl Breakable {
    fn watched(&self, join: &NestedLoopJoinExec) -> Answer<Arc<dyn ExecutionPlan>> {
        let watched = |filter: &JoinFilter| {
            let condition = Watched {
                condition: Arc::clone(filter.expression()),
                wanted: self.0.clone(),
            };
            let schema = Arc::clone(filter.schema());
            JoinFilter::new(
                Arc::new(condition),
                filter.column_indices().to_vec(),
                schema,
            )
        };
        let join = NestedLoopJoinExec::try_new(
            Arc::clone(join.left()),
            Arc::clone(join.right()),
            join.filter().map(watched),
            join.join_type(),
            join.projection().as_ref().map(|columns| columns.to_vec()),
        )?;
        Ok(Arc::new(join))
    }
}

/// A condition that fails once nobody wants it.
#[derive(Debug)]
struct Watched {
    condition: Arc<dyn PhysicalExpr>,
    wanted: Wanted,
}

impl PartialEq for Watched {
    fn eq(&self, other: &Self) -> bool {
        *self.condition == *other.condition
    }
}

impl Eq for Watched {}

impl Hash for Watched {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.condition.hash(state);
    }
}

impl Display for Watched {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        Display::fmt(&self.condition, f)
    }
}

impl PhysicalExpr for Watched {
    fn evaluate(&self, batch: &RecordBatch) -> Answer<ColumnarValue> {
        match self.wanted.has_ended() {
            true => exec_err!("the query is no longer wanted"),
            false => self.condition.evaluate(batch),
        }
    }

    fn return_field(&self, schema: &Schema) -> Answer<FieldRef> {
        self.condition.return_field(schema)
    }

    fn children(&self) -> Vec<&Arc<dyn PhysicalExpr>> {
        vec![&self.condition]
    }

    fn with_new_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn PhysicalExpr>>,
    ) -> Answer<Arc<dyn PhysicalExpr>> {
        let Some(condition) = children.pop() else {
            return internal_err!("a condition has one child");
        };
        Ok(Arc::new(Self {
            condition,
            wanted: self.wanted.clone(),
        }))
    }

    fn fmt_sql(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.condition.fmt_sql(f)
    }
}

/// The threads that queries run on. Those that a query holds beyond its end are left to it, and others taken.
pub(super) struct Threads {
    count: usize,
    now: Mutex<Arc<Runtime>>,
}

/// The threads for one query.
pub(super) struct Lent(Option<Arc<Runtime>>);

impl Threads {
    pub(super) fn new(count: usize) -> Result<Self> {
        Ok(Self {
            count,
            now: Mutex::new(Arc::new(runtime(count)?)),
        })
    }

    pub(super) fn lent(&self) -> Lent {
        let now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        Lent(Some(Arc::clone(&now)))
    }

    /// Takes others, where none of these comes to do anything within a second after a query was ended.
    pub(super) fn renew(&self, held: &Lent) -> Result<()> {
        let (tell, told) = sync_channel(1);
        held.spawn(async move {
            // Nobody hears it who has gone on to others.
            let _ = tell.send(());
        });
        if told.recv_timeout(Duration::from_secs(1)).is_ok() {
            return Ok(());
        }
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        if held.0.as_ref().is_some_and(|held| Arc::ptr_eq(held, &now)) {
            let before = std::mem::replace(&mut *now, Arc::new(runtime(self.count)?));
            drop(Lent(Some(before)));
        }
        Ok(())
    }
}

impl std::ops::Deref for Lent {
    type Target = Runtime;

    fn deref(&self) -> &Runtime {
        self.0.as_deref().expect("it is there up to its drop")
    }
}

impl Drop for Lent {
    /// Who is the last to have threads waits for none of them.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take().and_then(Arc::into_inner) {
            runtime.shutdown_background();
        }
    }
}

/// What a query that `statement` lets pass takes of it, several times over; only what is used is taken.
const STACK_BYTES: usize = 32 << 20;

fn runtime(threads: usize) -> Result<Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads)
        .thread_stack_size(STACK_BYTES)
        // What breaks off there is told by who waits for it.
        .on_thread_start(quiet::hush)
        .enable_all()
        .build()?;
    Ok(runtime)
}
