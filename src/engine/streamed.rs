//! The rows of a question as they come: an answer that goes to a file is held by nobody.

use std::future::poll_fn;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::prelude::SessionContext;

use super::failed::failed;
use super::{Engine, asked, broken_off, reading, statement};
use crate::Result;

/// An answer of which a batch is made while another is taken.
pub(crate) struct Streamed<'e> {
    engine: &'e Engine,
    sql: String,
    schema: SchemaRef,
    told: Receiver<Told>,
}

/// What the thread of a query tells: that its rows have ended is told too, as where it broke off nothing is.
type Told = Result<Part, DataFusionError>;

enum Part {
    Columns(SchemaRef),
    Rows(RecordBatch),
    End,
}

/// Batches that wait to be taken.
const WAITING: usize = 1;

impl Engine {
    /// Asks a question; fails where it cannot be answered, as far as that is known before its first row.
    pub(crate) fn stream(&self, sql: &str) -> Result<Streamed<'_>> {
        statement::check(sql)?;
        let (context, asked) = (self.context.clone(), asked(sql).to_owned());
        let (tell, told) = sync_channel(WAITING);
        // On a thread of the runtime, whose stack has room for it.
        self.threads.lent().spawn(async move {
            let ended = tell_rows(&context, &asked, &tell).await;
            // Nobody hears it where what was told was enough.
            let _ = tell.send(ended.map(|()| Part::End));
        });
        match told.recv() {
            Ok(Ok(Part::Columns(schema))) => Ok(Streamed {
                engine: self,
                sql: sql.to_owned(),
                schema,
                told,
            }),
            Ok(Err(error)) => Err(failed(error, sql, &self.names())),
            _ => Err(broken_off()),
        }
    }
}

impl Streamed<'_> {
    /// The columns, which an answer without a row has too.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The next rows; none behind the last.
    pub(crate) fn next(&self) -> Result<Option<RecordBatch>> {
        match self.told.recv() {
            Ok(Ok(Part::Rows(rows))) => Ok(Some(rows)),
            Ok(Ok(Part::End)) => Ok(None),
            Ok(Err(error)) => Err(failed(error, &self.sql, &self.engine.names())),
            Ok(Ok(Part::Columns(_))) | Err(_) => Err(broken_off()),
        }
    }
}

/// Tells the columns and the rows, until nobody hears it.
async fn tell_rows(
    context: &SessionContext,
    asked: &str,
    tell: &SyncSender<Told>,
) -> Result<(), DataFusionError> {
    let frame = context.sql_with_options(asked, reading()).await?;
    let mut stream = frame.execute_stream().await?;
    let mut heard = tell.send(Ok(Part::Columns(stream.schema())));
    while heard.is_ok()
        && let Some(rows) = poll_fn(|context| stream.as_mut().poll_next(context)).await
    {
        heard = tell.send(Ok(Part::Rows(rows?)));
    }
    Ok(())
}
