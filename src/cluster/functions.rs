//! The functions that scheduler and executors know: DataFusion's, ours, and the one that measures a unit.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringArray};
use arrow::datatypes::DataType;
use ballista_core::extension::SessionStateExt;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_core::utils::default_session_builder;
use datafusion::common::exec_err;
use datafusion::error::Result;
use datafusion::execution::SessionState;
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::engine;
use crate::job::Hand;

/// Measures a unit: what its errand says of all its units, and the unit's task, to what became of it.
pub(super) fn measure_unit(hand: Option<Arc<Hand>>) -> ScalarUDF {
    let measure = move |arguments: &[ColumnarValue]| match &hand {
        Some(hand) => answers(hand, arguments),
        None => exec_err!("units are measured by executors"),
    };
    create_udf(
        "measure_unit",
        vec![DataType::Utf8, DataType::Utf8],
        DataType::Utf8,
        // It puts a part into the pool, whatever it says.
        Volatility::Volatile,
        Arc::new(measure),
    )
}

fn answers(hand: &Hand, arguments: &[ColumnarValue]) -> Result<ColumnarValue> {
    let arrays = ColumnarValue::values_to_arrays(arguments)?;
    let [common, tasks] = arrays.as_slice() else {
        return exec_err!("it takes what an errand says and a task");
    };
    let (common, tasks) = (common.as_string::<i32>(), tasks.as_string::<i32>());
    let pairs = common.iter().zip(tasks);
    let answers = pairs.map(|pair| Some(hand.answer(pair.0?, pair.1?)));
    let answers: ArrayRef = Arc::new(answers.collect::<StringArray>());
    Ok(ColumnarValue::Array(answers))
}

/// A session that knows them all, as a scheduler plans with.
pub(super) fn session(config: SessionConfig, hand: Option<Arc<Hand>>) -> Result<SessionState> {
    let context = SessionContext::new_with_state(default_session_builder(config)?);
    engine::register_all(&context);
    context.register_udf(measure_unit(hand));
    Ok(context.state())
}

/// The same tables asked by a session whose queries a cluster carries out.
pub(super) fn distributed(context: &SessionContext, url: String) -> Result<SessionContext> {
    let tables = context
        .catalog("datafusion")
        .and_then(|catalog| catalog.schema("public"));
    let context = SessionContext::new_with_state(context.state().upgrade_for_ballista(url)?);
    // Ballista begins with an empty catalog, and with DataFusion's functions alone.
    if let (Some(tables), Some(catalog)) = (tables, context.catalog("datafusion")) {
        catalog.register_schema("public", tables)?;
    }
    engine::register_all(&context);
    Ok(context)
}

/// The same for an executor, which measures by this hand.
pub(super) fn registry(hand: Arc<Hand>) -> Result<BallistaFunctionRegistry> {
    let state = session(SessionConfig::new(), Some(hand))?;
    fn owned<T>(known: &HashMap<String, Arc<T>>) -> HashMap<String, Arc<T>> {
        known.clone()
    }
    Ok(BallistaFunctionRegistry {
        scalar_functions: owned(state.scalar_functions()),
        aggregate_functions: owned(state.aggregate_functions()),
        window_functions: owned(state.window_functions()),
        ..BallistaFunctionRegistry::default()
    })
}
