//! Ballista's executor, with a hand that measures units.

use std::net::{IpAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use ballista_core::config::TaskSchedulingPolicy;
use ballista_core::registry::BallistaFunctionRegistry;
use ballista_executor::executor_process::{ExecutorProcessConfig, start_executor_process};
use ballista_executor::executor_server::TERMINATING;
use ballista_executor::health::ExecutorHealth;

use super::scheduler::taken;
use super::{LOOK, functions, runtime};
use crate::Result;
use crate::job::Hand;

/// How an executor runs.
pub(crate) struct Executor {
    pub scheduler_host: String,
    pub scheduler_port: u16,
    pub bind: IpAddr,
    /// The name by which the scheduler reaches it; the address that it comes from where it is none.
    pub host: Option<String>,
    /// 0 for one that is free, as the next.
    pub port: u16,
    pub grpc_port: u16,
    /// For what passes between the stages of a query.
    pub work: PathBuf,
    /// What queries may take, in bytes.
    pub memory: u64,
    /// How many tasks it does at a time.
    pub tasks: usize,
    /// Seconds between two signs of life.
    pub heartbeat: u64,
}

/// What an executor says of where it stands.
pub(crate) enum Standing {
    Ready,
    Alone,
}

/// So long is waited before a scheduler that cannot be reached is asked again.
const AGAIN: Duration = Duration::from_secs(1);

impl Executor {
    /// Works until it is stopped, and then ends what it is at. Where the scheduler goes it waits for another at the same
    /// address.
    pub(crate) fn work(self, hand: Hand, stop: &AtomicUsize, say: fn(Standing)) -> Result<()> {
        let registry = functions::registry(Arc::new(hand));
        let registry = registry.map_err(|error| crate::Error::Query(error.to_string()))?;
        let registry = Arc::new(registry);
        let port = free(self.bind, self.port)?;
        let grpc_port = free(self.bind, self.grpc_port)?;
        let runtime = runtime()?;
        let mut is_alone = false;
        while stop.load(Ordering::Relaxed) == 0 {
            // Of the whole process, and set by the one before.
            TERMINATING.store(false, Ordering::Release);
            let health = ExecutorHealth::new();
            let config = self.config(&registry, health.clone(), [port, grpc_port]);
            let was_ready = runtime.block_on(async {
                let service = tokio::spawn(start_executor_process(Arc::new(config)));
                let mut is_ready = false;
                // It meets the signals itself.
                while !service.is_finished() {
                    if !is_ready && health.is_ready() {
                        is_ready = true;
                        say(Standing::Ready);
                    }
                    tokio::time::sleep(LOOK).await;
                }
                is_ready
            });
            if stop.load(Ordering::Relaxed) != 0 {
                break;
            }
            if was_ready || !is_alone {
                say(Standing::Alone);
                is_alone = true;
            }
            std::thread::sleep(AGAIN);
        }
        Ok(())
    }

    fn config(
        &self,
        registry: &Arc<BallistaFunctionRegistry>,
        health: ExecutorHealth,
        [port, grpc_port]: [u16; 2],
    ) -> ExecutorProcessConfig {
        ExecutorProcessConfig {
            bind_host: self.bind.to_string(),
            external_host: self.host.clone(),
            port,
            grpc_port,
            scheduler_host: self.scheduler_host.clone(),
            scheduler_port: self.scheduler_port,
            vcores: self.tasks,
            task_scheduling_policy: TaskSchedulingPolicy::PushStaged,
            work_dir: Some(self.work.to_string_lossy().into_owned()),
            memory_pool_size: Some(self.memory),
            executor_heartbeat_interval_seconds: self.heartbeat,
            override_function_registry: Some(Arc::clone(registry)),
            health,
            ..ExecutorProcessConfig::default()
        }
    }
}

/// The port, or one that nobody has at this moment.
fn free(bind: IpAddr, port: u16) -> Result<u16> {
    let listener = TcpListener::bind((bind, port)).map_err(|error| taken(bind, port, &error))?;
    Ok(listener.local_addr()?.port())
}
