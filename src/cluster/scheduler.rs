//! Ballista's scheduler.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_scheduler::cluster::BallistaCluster;
use ballista_scheduler::config::SchedulerConfig;
use ballista_scheduler::scheduler_process::{create_scheduler, start_grpc_service_with_listener};
use datafusion_proto::protobuf::{LogicalPlanNode, PhysicalPlanNode};

use super::{functions, runtime, unavailable, until_stopped};
use crate::{Error, Result};

/// How a scheduler runs.
pub(crate) struct Scheduler {
    pub bind: IpAddr,
    /// 0 for one that is free.
    pub port: u16,
    /// The name by which executors reach it.
    pub host: String,
    /// Who was silent for so many seconds is dead.
    pub executor_timeout: u64,
    /// Where no executor is left, so many seconds are waited for another.
    pub no_executors: u64,
}

/// More than 300,000 tasks in one message.
const MESSAGE_BYTES_MAX: u32 = 256 << 20;

impl Scheduler {
    /// Serves until it is stopped; says first where.
    pub(crate) fn serve(self, stop: &AtomicUsize, told: impl FnOnce(SocketAddr)) -> Result<()> {
        runtime()?.block_on(async {
            let listener = tokio::net::TcpListener::bind((self.bind, self.port)).await;
            let listener = listener.map_err(|error| taken(self.bind, self.port, &error))?;
            let address = listener.local_addr()?;
            let config = Arc::new(self.config(address.port()));
            let failed = |error| unavailable(format!("the scheduler cannot work: {error}"));
            let cluster = BallistaCluster::new_from_config(&config);
            let cluster = cluster.await.map_err(failed)?;
            let scheduler = create_scheduler::<LogicalPlanNode, PhysicalPlanNode>(cluster, config);
            let scheduler = scheduler.await.map_err(failed)?;
            told(address);
            let service = start_grpc_service_with_listener(listener, scheduler);
            match until_stopped(service, stop).await {
                Some(Err(error)) => Err(failed(error)),
                Some(Ok(())) | None => Ok(()),
            }
        })
    }

    fn config(&self, port: u16) -> SchedulerConfig {
        SchedulerConfig {
            bind_host: self.bind.to_string(),
            bind_port: port,
            external_host: self.host.clone(),
            // Executors are told of tasks; to be asked for them would cost a wait a task.
            scheduling_policy: TaskSchedulingPolicy::PushStaged,
            executor_timeout_seconds: self.executor_timeout,
            expire_dead_executor_interval_seconds: (self.executor_timeout / 3).max(1),
            no_executors_grace_period_seconds: self.no_executors,
            // Answers come through the scheduler: whoever runs a pipeline need not reach each executor.
            enable_embedded_flight_proxy: true,
            grpc_server_max_decoding_message_size: MESSAGE_BYTES_MAX,
            grpc_server_max_encoding_message_size: MESSAGE_BYTES_MAX,
            override_session_builder: Some(Arc::new(|config| functions::session(config, None))),
            ..SchedulerConfig::default()
        }
    }
}

/// The error of a place where nobody can be let in.
pub(super) fn taken(bind: IpAddr, port: u16, error: &std::io::Error) -> Error {
    Error::usage(
        format!("nothing can be served at {bind}, port {port}: {error}"),
        "name another port, or 0 for one that is free",
    )
}
