//! What a server asks of the session beside queries: large answers a part at a time, and functions of its own.

use std::future::poll_fn;
use std::ops::ControlFlow;

use arrow::array::RecordBatch;
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::ScalarUDF;
use datafusion::prelude::SessionContext;

use super::Engine;
use super::failed::failed;
use crate::{Error, Result};

/// Rows of a large answer at a time: what others ask waits no longer than so many long texts take.
const ROWS_AT_A_TIME: usize = 256;

impl Engine {
    /// Gives the rows of a query as they come, until `each` breaks off; they are held by nobody.
    pub(crate) fn each(
        &self,
        sql: &str,
        mut each: impl FnMut(&RecordBatch) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let failed = |error| failed(error, sql, &self.names());
        let config = self.context.copied_config();
        // The tables that there are stay.
        let config = config.with_create_default_catalog_and_schema(false);
        let state = SessionStateBuilder::new_from_existing(self.context.state());
        let state = state.with_config(config.with_batch_size(ROWS_AT_A_TIME));
        let context = SessionContext::new_with_state(state.build());
        self.threads.lent().block_on(async {
            let frame = context.sql(sql).await.map_err(failed)?;
            let mut stream = frame.execute_stream().await.map_err(failed)?;
            while let Some(batch) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
                if each(&batch.map_err(failed)?)?.is_break() {
                    break;
                }
            }
            Ok::<(), Error>(())
        })
    }

    /// Makes a function known to queries.
    pub(crate) fn add_function(&self, function: ScalarUDF) {
        self.context.register_udf(function);
    }
}
