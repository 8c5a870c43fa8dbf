//! Has the tasks of an errand done by a cluster: one query whose rows are the tasks, each a partition of its own.
//!
//! The query is a plan as it is carried out, since a table of texts in memory is sent with each task as that task's rows
//! alone. Ballista starts a task anew where its executor dies. What a task answers is fetched when all have ended, and
//! only where it is wanted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
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

    async fn asked(&self, errand: &Errand<'_>) -> Result<Vec<Option<String>>> {
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
            match status.map(|status| status.status) {
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
        let mut client = None;
        for place in places {
            let Some(task) = place.partition_id.as_ref().map(|id| id.partition_id) else {
                continue;
            };
            let task = task as usize;
            if task >= answers.len() || !(errand.wants)(task) {
                continue;
            }
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
                answers[task] = fetched(client, place).await;
            }
        }
        answers
    }
}

/// The text of a task's only row.
async fn fetched(client: &mut BallistaClient, place: PartitionLocation) -> Option<String> {
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
    let texts = rows.first()?.column(0).as_string_opt::<i32>()?;
    (!texts.is_empty()).then(|| texts.value(0).to_owned())
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
    let mut partitions = Vec::with_capacity(errand.tasks.len());
    for task in errand.tasks {
        let row = Arc::new(StringArray::from(vec![task.as_str()]));
        partitions.push(vec![RecordBatch::try_new(Arc::clone(&schema), vec![row])?]);
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
        self.runtime.block_on(self.asked(errand))
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
