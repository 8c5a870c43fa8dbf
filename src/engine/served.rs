//! What a server asks of the session beside queries: large answers a part at a time, and functions of its own.

use std::future::poll_fn;
use std::ops::ControlFlow;

use arrow::array::RecordBatch;
use datafusion::logical_expr::ScalarUDF;

use super::Engine;
use super::failed::failed;
use crate::{Error, Result};

impl Engine {
    /// Gives the rows of a query as they come, until `each` breaks off; they are held by nobody.
    pub(crate) fn each(
        &self,
        sql: &str,
        mut each: impl FnMut(&RecordBatch) -> Result<ControlFlow<()>>,
    ) -> Result<()> {
        let failed = |error| failed(error, sql, &self.names());
        self.threads.lent().block_on(async {
            let frame = self.context.sql(sql).await.map_err(failed)?;
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
