//! Has the tasks of an errand done by a cluster: one query whose rows are the tasks, in partitions of neighbours.
//!
//! The query is a plan as it is carried out, since a table of texts in memory is sent with each of its partitions as the
//! rows of that one alone. Ballista starts a partition anew where its executor dies. What was answered is fetched when all
//! have ended, and only where it is wanted.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use ballista_core::client::BallistaClient;
use ballista_core::config::BALLISTA_SCHEDULER_MAX_PARTITIONS_PER_TASK;
use ballista_core::serde::BallistaPhysicalExtensionCodec;
use ballista_core::serde::protobuf::execute_query_params::Query;
use ballista_core::serde::protobuf::scheduler_grpc_client::SchedulerGrpcClient;
use ballista_core::serde::protobuf::{
    CancelJobParams, CleanJobDataParams, ExecuteQueryParams, GetJobStatusParams, KeyValuePair,
    PartitionLocation, execute_query_result, job_status,
};
use ballista_core::utils::{GrpcClientConfig, create_grpc_client_endpoint};
use ballista_core::version::insert_version_header;
use datafusion::common::DataFusionError;
use datafusion::common::config::ConfigOptions;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::physical_expr::ScalarFunctionExpr;
use datafusion::physical_expr::expressions::{Column, lit};
use datafusion::physical_plan::common::collect;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};
use datafusion_proto::physical_plan::AsExecutionPlan;
use datafusion_proto::protobuf::PhysicalPlanNode;
use tokio::runtime::Runtime;
use tonic::transport::Channel;

use super::{LOOK, functions, runtime, unavailable};
use crate::engine::Engine;
use crate::error::{one_line, shortened};
use crate::job::{Elsewhere, Errand};
use crate::{Error, Result};

/// A cluster, by its scheduler.
pub(crate) struct Cluster {
    host: String,
    port: u16,
    runtime: Runtime,
}

type Client = SchedulerGrpcClient<Channel>;

/// How often the errand looks at what came meanwhile.
const TICK: Duration = Duration::from_millis(500);

/// A scheduler that does not answer for so long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(10);

/// A query that the cluster gives up is asked again so often: what failed may have been one machine.
const QUERIES: usize = 3;

/// As large as a message may be.
const MESSAGE_BYTES_MAX: usize = 256 << 20;

/// Partitions of one query, at most about twice as many: enough for a thousand cores, with those of the errands beside it.
const GROUPS_MAX: u64 = 512;

/// How Ballista says that nobody is left to work.
const ALL_LOST: &str = "all executors were lost";

/// How a query ended.
enum Ended {
    /// With answers, by the number of the task.
    Answered(Vec<PartitionLocation>),
    /// It was given up, and why.
    GivenUp(String),
}

impl Cluster {
    /// Of the scheduler at this address; fails where it is not reached.
    pub(crate) fn connect(host: &str, port: u16) -> Result<Self> {
        let cluster = Self {
            host: host.to_owned(),
            port,
            runtime: runtime()?,
        };
        cluster.runtime.block_on(cluster.client())?;
        Ok(cluster)
    }

    /// The engine whose queries are carried out here, over files that executors see under the same names.
    pub(crate) fn asked(&self, engine: Engine) -> Result<Engine> {
        engine.asked_by(|context| functions::distributed(context, self.url()))
    }

    fn url(&self) -> String {
        format!("http://{}:{}", self.host, self.port)
    }

    fn gone(&self, why: &str) -> Error {
        unavailable(format!(
            "the scheduler df://{}:{} {why}",
            self.host, self.port
        ))
    }

    async fn client(&self) -> Result<Client> {
        let settings = GrpcClientConfig {
            connect_timeout_seconds: 5,
            timeout_seconds: SILENCE_MAX.as_secs(),
            ..GrpcClientConfig::default()
        };
        let failed = |error: String| self.gone(&format!("cannot be reached: {error}"));
        let endpoint = create_grpc_client_endpoint(self.url(), Some(&settings));
        let endpoint = endpoint.map_err(|error| failed(words(&error)))?;
        let channel = endpoint.connect().await;
        let channel = channel.map_err(|error| failed(words(&error)))?;
        Ok(SchedulerGrpcClient::new(channel)
            .max_encoding_message_size(MESSAGE_BYTES_MAX)
            .max_decoding_message_size(MESSAGE_BYTES_MAX))
    }

    async fn done(&self, errand: &Errand<'_>) -> Result<Vec<Option<String>>> {
        let mut client = self.client().await?;
        let mut why = String::new();
        for _ in 0..QUERIES {
            let job = self.submit(&mut client, errand).await?;
            match self.ended(&mut client, &job, errand).await? {
                Ended::Answered(places) => {
                    let answers = self.answers(places, errand).await;
                    let done = CleanJobDataParams {
                        job_id: job,
                        remove_stage_ids: Vec::new(),
                    };
                    // What stays goes some minutes later by itself.
                    let _ = client.clean_job_data(done).await;
                    return Ok(answers);
                }
                Ended::GivenUp(last) if last.contains(ALL_LOST) => {
                    return Err(unavailable("all executors of the cluster were lost"));
                }
                Ended::GivenUp(last) => why = last,
            }
        }
        Err(unavailable(format!(
            "the cluster gave the work up {QUERIES} times: {}",
            shortened(&one_line(&why))
        )))
    }

    /// Has the query begun; returns its name.
    async fn submit(&self, client: &mut Client, errand: &Errand<'_>) -> Result<String> {
        let refused = |why: String| self.gone(&format!("refused the work: {why}"));
        let plan = plan(errand).map_err(|error| refused(words(&error)))?;
        let of_one_task = KeyValuePair {
            key: BALLISTA_SCHEDULER_MAX_PARTITIONS_PER_TASK.into(),
            value: Some("1".into()),
        };
        let mut request = tonic::Request::new(ExecuteQueryParams {
            query: Some(Query::PhysicalPlan(plan)),
            settings: vec![of_one_task],
            session_id: session(),
            operation_id: String::new(),
        });
        insert_version_header(request.metadata_mut());
        // What is refused once, as by a scheduler of another version, stays refused.
        let answer = client.execute_query(request).await;
        let answer = answer.map_err(|status| refused(status.message().to_owned()))?;
        match answer.into_inner().result {
            Some(execute_query_result::Result::Success(begun)) => Ok(begun.job_id),
            Some(execute_query_result::Result::Failure(failure)) => {
                Err(refused(format!("{failure:?}")))
            }
            None => Err(refused("it said nothing".into())),
        }
    }

    /// Waits for the query's end; calls it back where the errand is.
    async fn ended(&self, client: &mut Client, job: &str, errand: &Errand<'_>) -> Result<Ended> {
        let (mut heard, mut looked) = (Instant::now(), Instant::now());
        let (begun, mut is_known) = (Instant::now(), false);
        loop {
            if looked.elapsed() >= TICK {
                looked = Instant::now();
                if let Err(stopped) = (errand.look)() {
                    let job_id = job.to_owned();
                    let _ = client.cancel_job(CancelJobParams { job_id }).await;
                    return Err(stopped);
                }
            }
            let job_id = job.to_owned();
            let status = client.get_job_status(GetJobStatusParams { job_id }).await;
            let status = match status {
                Ok(answer) => {
                    heard = Instant::now();
                    answer.into_inner().status
                }
                Err(_) if heard.elapsed() < SILENCE_MAX => {
                    tokio::time::sleep(TICK).await;
                    continue;
                }
                Err(status) => {
                    return Err(self.gone(&format!("does not answer: {}", status.message())));
                }
            };
            let is_new = !is_known && begun.elapsed() < SILENCE_MAX;
            is_known |= status.is_some();
            match status.map(|status| status.status) {
                None if is_new => tokio::time::sleep(LOOK).await,
                None => return Err(self.gone("was started anew, and knows nothing of this run")),
                Some(Some(job_status::Status::Successful(done))) => {
                    return Ok(Ended::Answered(done.partition_location));
                }
                Some(Some(job_status::Status::Failed(failed))) => {
                    return Ok(Ended::GivenUp(failed.error));
                }
                Some(_) => tokio::time::sleep(LOOK).await,
            }
        }
    }

    /// The answers that are wanted still, in the order of their tasks; none where it went with an executor.
    async fn answers(
        &self,
        places: Vec<PartitionLocation>,
        errand: &Errand<'_>,
    ) -> Vec<Option<String>> {
        let mut answers = vec![None; errand.tasks.len()];
        let groups = groups(errand.bytes);
        let mut client = None;
        for place in places {
            let number = place.partition_id.as_ref().map(|id| id.partition_id);
            let group = number.and_then(|number| groups.get(number as usize));
            let Some(group) = group.filter(|group| (**group).clone().any(errand.wants)) else {
                continue;
            };
            if client.is_none() {
                let host = &self.host;
                let connected = BallistaClient::try_new(
                    host,
                    self.port,
                    MESSAGE_BYTES_MAX,
                    false,
                    None,
                    1,
                    0,
                    0,
                    0,
                );
                client = connected.await.ok();
            }
            if let Some(client) = &mut client {
                let texts = fetched(client, place).await.unwrap_or_default();
                if texts.len() == group.len() {
                    answers[group.clone()].clone_from_slice(&texts);
                }
            }
        }
        answers
    }
}

/// Tasks that are done one after the other by one executor: neighbours, of about as many bytes in all, so that most files
/// are read by one machine, and that a task of Ballista's takes some seconds where there are many.
fn groups(bytes: &[u64]) -> Vec<Range<usize>> {
    let total: u64 = bytes.iter().sum();
    let (most, mut held, mut start) = (total / GROUPS_MAX, 0, 0);
    let mut groups = Vec::new();
    for (at, &of_task) in bytes.iter().enumerate() {
        held += of_task;
        if held >= most || at + 1 == bytes.len() {
            groups.push(start..at + 1);
            (start, held) = (at + 1, 0);
        }
    }
    groups
}

/// The texts of a partition's rows.
async fn fetched(
    client: &mut BallistaClient,
    place: PartitionLocation,
) -> Option<Vec<Option<String>>> {
    let (layout, file) = (place.layout(), place.file_id);
    let executor = place.executor_meta?;
    let partition = place.partition_id?.into();
    let port = executor.port as u16;
    let rows = client.fetch_partition_proxied(
        &executor.id,
        &partition,
        file,
        layout,
        &executor.host,
        port,
        true,
    );
    let rows = collect(rows.await.ok()?).await.ok()?;
    let mut texts = Vec::new();
    for batch in &rows {
        let column = batch.column(0).as_string_opt::<i32>()?;
        texts.extend(column.iter().map(|text| text.map(str::to_owned)));
    }
    Some(texts)
}

/// A name that no other session has.
fn session() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = now.unwrap_or_default().as_nanos();
    format!("gradatim-{}-{now}", std::process::id())
}

/// The errand as a plan, encoded.
fn plan(errand: &Errand<'_>) -> std::result::Result<Vec<u8>, DataFusionError> {
    let schema = Arc::new(Schema::new(vec![Field::new("task", DataType::Utf8, false)]));
    let mut partitions = Vec::new();
    for group in groups(errand.bytes) {
        let rows: StringArray = errand.tasks[group].iter().map(Some).collect();
        let rows = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(rows)])?;
        partitions.push(vec![rows]);
    }
    let table = MemorySourceConfig::try_new_exec(&partitions, Arc::clone(&schema), None)?;
    let measure = ScalarFunctionExpr::try_new(
        Arc::new(functions::measure_unit(None)),
        vec![lit(errand.common), Arc::new(Column::new("task", 0))],
        &schema,
        Arc::new(ConfigOptions::default()),
    )?;
    let answer = ProjectionExpr::new(Arc::new(measure), "answer".to_owned());
    let plan = Arc::new(ProjectionExec::try_new(vec![answer], table)?);
    let codec = BallistaPhysicalExtensionCodec::default();
    let node = PhysicalPlanNode::try_from_physical_plan(plan, &codec)?;
    let mut encoded = Vec::new();
    node.try_encode(&mut encoded)?;
    Ok(encoded)
}

impl Elsewhere for Cluster {
    fn ask(&self, errand: &Errand<'_>) -> Result<Vec<Option<String>>> {
        self.runtime.block_on(self.done(errand))
    }
}

/// The innermost cause, which says the most.
fn words(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_grouped_with_their_neighbours_and_few_stay_alone() {
        let sizes =
            |bytes: &[u64]| -> Vec<usize> { groups(bytes).iter().map(Range::len).collect() };
        assert!(sizes(&[]).is_empty());
        assert_eq!(sizes(&[0, 0, 0]), [1, 1, 1]);
        assert_eq!(sizes(&[7, 1 << 40, 3]), [2, 1]);
        assert_eq!(sizes(&[5; 512]), [1; 512]);
        assert_eq!(sizes(&[5; 5120]), [10; 512]);
        let groups = groups(&[1; 2000]);
        assert!(groups.len() <= 1024);
        let starts = groups.iter().map(|group| group.start).skip(1);
        let ends = groups.iter().map(|group| group.end);
        assert!(starts.zip(ends).all(|(start, end)| start == end));
        assert_eq!(groups.last().map(|group| group.end), Some(2000));
    }
}
