//! The DataFusion session: what a run wrote as tables, and our functions over them.
//!
//! `verdict(gold, response)`, `compare(gold, answer)`, `extract_answer(response)`, `token_count(text)`, `style(text)`,
//! `contaminated(problem)` and `same_problem(a, b)` are the same code as the stages', so that a query over raw text gives what a run would give. Behind the two texts of a verdict may stand its
//! options, as the JSON object that a row of `gradatim verify` may carry: `'{"rel_tol": 1e-4}'`.

mod bounded;
mod breaking;
pub(crate) mod conventions;
mod failed;
mod files;
pub(crate) mod rows;
mod served;
mod statement;
mod streamed;
mod tables;
mod texts;
mod told;
mod verdicts;

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use arrow::array::{ArrayRef, AsArray, RecordBatch, StringViewArray, UInt32Array};
use arrow::datatypes::DataType;
use datafusion::common::{DataFusionError, exec_err};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::logical_expr::{ColumnarValue, Volatility, create_udf};
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::folder::{self, EVALUATION_TABLES, RUN_FOLDER};
use crate::measure::tokens::Tokenizer;
use crate::measure::{style, thinking_part};
use crate::verify;
use crate::{Error, Result, memory};
use breaking::{Threads, Wanted};
use failed::failed;
pub(crate) use streamed::Streamed;
use tables::{Listed, Tables};

/// What a run writes of all its subsets together, and an audit beside it, where it has it.
pub(crate) const TABLES: [&str; 5] = ["ledger", "selection", "balance", "overlap", "findings"];

/// What is made into tables of what is none: a run's `subsets.csv`, the hits of its `leakage.json`, the parts of a pool.
const TOLD: [&str; 4] = ["subsets", "leakage", "pool", "problems"];

/// How often is looked whether a query shall end.
const LOOK: Duration = Duration::from_millis(20);

/// A session over one output folder, and the threads that it runs on.
pub(crate) struct Engine {
    context: SessionContext,
    threads: Threads,
}

impl Engine {
    /// Has the tables of an output folder: [`TABLES`] and one for each written subset, or those of an evaluation; fails
    /// where neither wrote it. A file is first looked at when a query names it.
    pub(crate) fn open(out: &Path, threads: usize) -> Result<Self> {
        let files = match folder::is_evaluation(out) {
            true => present(out, &EVALUATION_TABLES).collect(),
            false => tables_of_run(out)?,
        };
        let config = SessionConfig::new()
            .with_target_partitions(threads)
            .with_information_schema(true)
            // A text that is doubled again and again is counted by nobody.
            .set_bool("datafusion.execution.enable_recursive_ctes", false);
        let runtime = limited()?;
        let mut context = SessionContext::new_with_config_rt(config, Arc::clone(&runtime));
        let query = |error: DataFusionError| Error::Query(error.to_string());
        if let Some(catalog) = context.catalog("datafusion") {
            let tables = Tables::new(files, runtime);
            catalog
                .register_schema("public", Arc::new(tables))
                .map_err(query)?;
        }
        let bounded = bounded::register(&mut context, memory::rest() / CALLS);
        bounded.map_err(query)?;
        register_functions(&context);
        let threads = Threads::new(threads)?;
        Ok(Self { context, threads })
    }

    /// The same, asked by another session over its tables, as one whose queries are carried out elsewhere.
    #[cfg(feature = "cluster")]
    pub(crate) fn asked_by(
        mut self,
        adapt: impl FnOnce(&SessionContext) -> std::result::Result<SessionContext, DataFusionError>,
    ) -> Result<Self> {
        let adapted = adapt(&self.context).map_err(|error| Error::Query(error.to_string()))?;
        self.context = adapted;
        Ok(self)
    }

    /// The rows of a query.
    pub(crate) fn query(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        self.query_within(sql, Bounds::NONE)
    }

    /// The same up to a number of rows; fails where they were not there after a time.
    pub(crate) fn query_within(&self, sql: &str, most: Bounds) -> Result<Vec<RecordBatch>> {
        self.asked(sql, most, None)
    }

    /// The rows of a query that ends where it is told to stop, by the number of a signal.
    pub(crate) fn query_until(&self, sql: &str, stop: &AtomicUsize) -> Result<Vec<RecordBatch>> {
        self.asked(sql, Bounds::NONE, Some(stop))
    }

    fn asked(
        &self,
        sql: &str,
        most: Bounds,
        stop: Option<&AtomicUsize>,
    ) -> Result<Vec<RecordBatch>> {
        statement::check(sql)?;
        let (wanted, asked) = (Wanted::default(), asked(sql).to_owned());
        let context = breaking::session(&self.context, &wanted);
        let (tell, told) = sync_channel(1);
        let threads = self.threads.lent();
        // On a thread of the runtime: the stack of this one is somebody else's to choose.
        let work = threads.spawn(async move {
            // Nobody hears it where the time was up.
            let _ = tell.send(rows_of(&context, &asked, most).await);
        });
        // By this thread's own clock: that of the runtime stands still where a query keeps all of its threads busy.
        let signal = || stop.map_or(0, |stop| stop.load(Ordering::Relaxed));
        let until = Instant::now().checked_add(most.time);
        let heard = loop {
            let left = until.map_or(most.time, |until| {
                until.saturating_duration_since(Instant::now())
            });
            let heard = told.recv_timeout(stop.map_or(left, |_| left.min(LOOK)));
            let is_over = left.is_zero() || signal() != 0;
            if is_over || !matches!(heard, Err(RecvTimeoutError::Timeout)) {
                break heard;
            }
        };
        match heard {
            Ok(rows) => rows.map_err(|error| failed(error, sql, &self.names())),
            Err(RecvTimeoutError::Timeout) => {
                wanted.end();
                work.abort();
                self.threads.renew(&threads)?;
                Err(match signal() {
                    0 => too_slow(most.time),
                    signal => Error::Interrupted {
                        signal: signal as i32,
                    },
                })
            }
            Err(RecvTimeoutError::Disconnected) => Err(broken_off()),
        }
    }

    /// Whether there is a table of that name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().iter().any(|known| known == name)
    }

    /// The written subsets of a run's folder, by name.
    pub(crate) fn subsets(&self) -> Vec<String> {
        let mut names = self.names();
        names.retain(|name| !TABLES.contains(&name.as_str()) && !TOLD.contains(&name.as_str()));
        names
    }

    /// What can be asked: the run's tables, then the others, by name.
    fn names(&self) -> Vec<String> {
        let schema = self
            .context
            .catalog("datafusion")
            .and_then(|catalog| catalog.schema("public"));
        let mut names = schema.map_or_else(Vec::new, |schema| schema.table_names());
        let ours = [&TABLES[..], &TOLD, &EVALUATION_TABLES].concat();
        let is_ours = |name: &str| ours.contains(&name);
        names.sort_unstable_by_key(|name| (!is_ours(name), name.clone()));
        names
    }
}

/// The tables of a run's folder, by name.
fn tables_of_run(out: &Path) -> Result<BTreeMap<String, Listed>> {
    let run = out.join(RUN_FOLDER);
    fs_err::metadata(run.join(folder::MANIFEST)).map_err(|error| Error::no_output(out, &error))?;
    let mut files = BTreeMap::new();
    for entry in fs_err::read_dir(out)? {
        let entry = entry?;
        let shards = folder::SPLITS.map(|split| entry.path().join(folder::shard(split)));
        if let Some(shard) = shards.into_iter().find(|shard| shard.is_file()) {
            let name = entry.file_name().to_string_lossy().into_owned();
            files.insert(name, Listed::Parquet(shard));
        }
    }
    let told = [
        ("subsets", Listed::Csv(run.join("subsets.csv"))),
        ("leakage", Listed::Hits(run.join("leakage.json"))),
    ];
    for (name, file) in told {
        // A subset may have such a name.
        if file.path().is_file() {
            files.entry(name.to_owned()).or_insert(file);
        }
    }
    files.extend(present(&run, &TABLES));
    Ok(files)
}

/// Those of the tables that a folder has.
fn present(folder: &Path, tables: &[&str]) -> impl Iterator<Item = (String, Listed)> {
    let paths = tables
        .iter()
        .map(|name| ((*name).to_owned(), folder.join(format!("{name}.parquet"))));
    let present = paths.filter(|(_, path)| path.is_file());
    present.map(|(name, path)| (name, Listed::Parquet(path)))
}

/// How much a query may be asked for.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    pub time: Duration,
    /// Once there are so many no more are waited for; the last batch is whole.
    pub rows: usize,
}

impl Bounds {
    pub(crate) const NONE: Self = Self {
        time: Duration::MAX,
        rows: usize::MAX,
    };
}

/// What functions return is held by nobody's count, and several are there at a time: each may return such a part of what
/// is left.
const CALLS: u64 = 6;

/// What a query may write beside its memory, into a folder that goes with the session.
const SPILLED_BYTES_MAX: u64 = 20_000_000_000;

/// A runtime that keeps what is sorted and joined within the process's memory.
fn limited() -> Result<Arc<RuntimeEnv>> {
    let bytes = usize::try_from(memory::rest() / 2).unwrap_or(usize::MAX);
    let runtime = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(FairSpillPool::new(bytes)))
        .with_max_temp_directory_size(SPILLED_BYTES_MAX)
        .build_arc();
    runtime.map_err(|error| Error::Query(error.to_string()))
}

async fn rows_of(
    context: &SessionContext,
    asked: &str,
    most: Bounds,
) -> Result<Vec<RecordBatch>, DataFusionError> {
    let frame = context.sql_with_options(asked, reading()).await?;
    bounded::check(frame.logical_plan())?;
    // A query without a row has columns still.
    let schema = Arc::clone(frame.schema().inner());
    let mut rows = answer(frame.execute_stream().await?, most.rows).await?;
    if rows.is_empty() {
        rows.push(RecordBatch::new_empty(schema));
    }
    Ok(rows)
}

/// The rows of an answer, which are shown as a whole and so held as one.
async fn answer(
    mut stream: SendableRecordBatchStream,
    rows_max: usize,
) -> std::result::Result<Vec<RecordBatch>, DataFusionError> {
    let most = memory::rest() / 8;
    let (mut rows, mut bytes, mut count) = (Vec::new(), 0_u64, 0_usize);
    while let Some(batch) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let batch = batch?;
        bytes = bytes.saturating_add(batch.get_array_memory_size() as u64);
        if bytes > most {
            let most = most / 1_000_000;
            return exec_err!(
                "the answer has more than {most} MB: ask for less, as by `LIMIT`, or have it written by `gradatim sql … \
                 --parquet FILE`, which holds none of it"
            );
        }
        count += batch.num_rows();
        rows.push(batch);
        if count >= rows_max {
            break;
        }
    }
    Ok(rows)
}

/// A question writes nothing: `COPY … TO` and `CREATE EXTERNAL TABLE` are for other programs.
fn reading() -> SQLOptions {
    SQLOptions::new()
        .with_allow_ddl(false)
        .with_allow_dml(false)
        .with_allow_statements(false)
}

/// The error of a query under which a reader of files panicked, as they do on some that are damaged.
fn broken_off() -> Error {
    Error::File {
        file: "a file of the query".into(),
        problem: "cannot be read: its reader broke off".into(),
        hint: "hold the folder against its sums with `gradatim check`, and look into files of your own with `gradatim \
               inspect`"
            .into(),
    }
}

fn too_slow(most: Duration) -> Error {
    Error::Query(format!(
        "the query has no answer after {} seconds, which is as long as it may take here: ask for less",
        most.as_secs()
    ))
}

/// DataFusion's own answer would begin with seven tables about tables.
const NAMES: &str = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' \
                     ORDER BY table_name";

/// The question that is asked of DataFusion.
fn asked(sql: &str) -> &str {
    match is_show_tables(sql) {
        true => NAMES,
        false => sql,
    }
}

fn is_show_tables(sql: &str) -> bool {
    let words = sql.trim().trim_end_matches(';').split_whitespace();
    words
        .map(str::to_ascii_lowercase)
        .eq(["show".to_owned(), "tables".to_owned()])
}

/// What a session needs to carry out what another planned: our functions, and those of DataFusion's that are bounded.
#[cfg(feature = "cluster")]
pub(crate) fn register_all(context: &SessionContext) {
    register_functions(context);
    bounded::register_by_name(context, memory::rest() / CALLS);
}

/// Registers our functions with a session: `verdict`, `compare`, `extract_answer`, `tokens` (`token_count`), `style`,
/// `contaminated` and `same_problem`.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let context = datafusion::prelude::SessionContext::new();
/// gradatim::engine::register_functions(&context);
/// let runtime = tokio::runtime::Runtime::new()?;
/// let rows = runtime.block_on(async {
///     let sql = r#"SELECT verdict('1/2', 'So it is \boxed{0.5}.') AS v, compare('2', '2.0001', '{"rel_tol": 0.1}') AS c"#;
///     context.sql(sql).await?.collect().await
/// })?;
/// let shown = arrow::util::pretty::pretty_format_batches(&rows)?.to_string();
/// assert_eq!(shown.matches("correct").count(), 2);
/// # Ok(())
/// # }
/// ```
pub fn register_functions(context: &SessionContext) {
    verdicts::register(context);
    texts::register(context);
    let tokens = create_udf(
        "tokens",
        vec![DataType::Utf8View],
        DataType::UInt32,
        Volatility::Immutable,
        Arc::new(tokens),
    );
    context.register_udf(tokens.with_aliases(["token_count"]));
    context.register_udf(create_udf(
        "style",
        vec![DataType::Utf8View],
        DataType::Utf8View,
        Volatility::Immutable,
        Arc::new(style_of),
    ));
}

type Answer = std::result::Result<ColumnarValue, DataFusionError>;

fn tokens(arguments: &[ColumnarValue]) -> Answer {
    static QWEN: LazyLock<Tokenizer> = LazyLock::new(Tokenizer::qwen);
    let counts = one_text(arguments)?;
    let counts = counts
        .as_string_view()
        .iter()
        .map(|text| text.map(|text| QWEN.tokens(text)));
    Ok(ColumnarValue::Array(Arc::new(
        counts.collect::<UInt32Array>(),
    )))
}

fn style_of(arguments: &[ColumnarValue]) -> Answer {
    let texts = one_text(arguments)?;
    let styles = texts.as_string_view().iter().map(|text| {
        let text = text?;
        let thinking = thinking_part(text, &verify::split_thinking(text));
        Some(style::style(text, thinking).as_str())
    });
    Ok(ColumnarValue::Array(Arc::new(
        styles.collect::<StringViewArray>(),
    )))
}

fn one_text(arguments: &[ColumnarValue]) -> std::result::Result<ArrayRef, DataFusionError> {
    match ColumnarValue::values_to_arrays(arguments)?.as_slice() {
        [text] => Ok(text.clone()),
        _ => exec_err!("it takes one text"),
    }
}
