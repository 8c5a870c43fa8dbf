//! `gradatim cluster`: the processes that measure together, and how they are.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::str::FromStr;

use crate::Result;
use crate::engine::Engine;
use crate::job::Elsewhere;
use clap::{Args, Subcommand};

use super::size::ByteSize;
use super::thread_count;

/// Starts the processes of a cluster, on which `run --cluster` and `measure --cluster` have files measured: one scheduler,
/// and executors on as many machines as there are. They are those of Apache DataFusion Ballista with the functions of
/// this program; the pool and the files must lie where all of them see them, under the same names.
#[derive(Args)]
#[command(after_help = "\
Nothing asks who comes: whoever reaches a port may have files read and written. So each listens on this machine alone,
unless `--bind` says otherwise; give it an address of a network of your own.

Examples:
  gradatim cluster scheduler
  gradatim cluster executor --scheduler df://localhost
  gradatim cluster health df://localhost --executors 1")]
pub(super) struct Arguments {
    #[command(subcommand)]
    role: Role,
}

#[derive(Subcommand)]
enum Role {
    /// Hand work to executors; one a cluster. It ends on SIGTERM or Ctrl-C, and what it knew goes with it.
    Scheduler(SchedulerArguments),
    /// Do work; one a machine. On SIGTERM or Ctrl-C it ends what it is at first, and on a second one at once.
    Executor(ExecutorArguments),
    /// Show whether a scheduler works, and how many executors it has; ends with 1 where they are fewer than asked for.
    Health(HealthArguments),
}

/// A port that Ballista's own programs listen on too.
const PORT: u16 = 50050;

const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[derive(Args)]
struct SchedulerArguments {
    /// The address to listen on; 0.0.0.0 for all that this machine has.
    #[arg(long, value_name = "ADDRESS", default_value_t = LOCAL)]
    bind: IpAddr,
    /// The port to listen on; 0 for one that is free, which is said.
    #[arg(long, default_value_t = PORT)]
    port: u16,
    /// The name by which executors reach this machine [default: the address of `--bind`, or `localhost`].
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// An executor that was silent for so long is dead, and others do its work; three times its `--heartbeat` or more.
    #[arg(long, value_name = "SECONDS", default_value_t = 6, value_parser = seconds)]
    executor_timeout: u64,
    /// How long work waits for an executor where the last one has died, before it is given up.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = seconds)]
    no_executors: u64,
    /// Say what happens, not only what should not.
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Args)]
struct ExecutorArguments {
    /// The scheduler; it is waited for where it is not there yet.
    #[arg(long, value_name = "df://HOST:PORT")]
    scheduler: Address,
    /// The address to listen on; 0.0.0.0 for all that this machine has.
    #[arg(long, value_name = "ADDRESS", default_value_t = LOCAL)]
    bind: IpAddr,
    /// The name by which the scheduler reaches this machine [default: the address that it is seen from].
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
    /// The port for data; 0 for one that is free.
    #[arg(long, default_value_t = 50051)]
    port: u16,
    /// The port for tasks; 0 for one that is free.
    #[arg(long, value_name = "PORT", default_value_t = 50052)]
    grpc_port: u16,
    /// Where queries put what does not stay in memory [default: a folder of its own, which goes with it].
    #[arg(long, value_name = "DIR")]
    work_dir: Option<PathBuf>,
    /// How much memory to stay under, as `600MB` or `2GB` [default: three quarters of what the machine, its control group
    /// or `ulimit -v` leaves].
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
    /// How many tasks it does at a time [default: as many as the machine has cores and `--memory` allows].
    #[arg(long, value_parser = thread_count)]
    tasks: Option<usize>,
    /// How often it tells the scheduler that it lives.
    #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = seconds)]
    heartbeat: u64,
    /// Say what happens, not only what should not.
    #[arg(long, short)]
    verbose: bool,
}

#[derive(Args)]
struct HealthArguments {
    /// The scheduler.
    #[arg(value_name = "df://HOST:PORT")]
    scheduler: Address,
    /// How many executors it must have at least.
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    executors: u64,
}

/// Where work is measured.
#[derive(Args)]
pub(super) struct Place {
    /// Have files measured by a cluster's executors (`gradatim cluster --help`); the output is the same. Pool and files
    /// must lie where all of them see them, under the same names.
    #[arg(long, value_name = "df://HOST:PORT")]
    cluster: Option<Address>,
}

/// Who answers queries.
#[derive(Args)]
pub(super) struct Answerer {
    /// Have the query answered by a cluster's executors (`gradatim cluster --help`), which must see the folder, the pool and
    /// files beside them under the same names. `leakage` is not asked so.
    #[arg(long, value_name = "df://HOST:PORT")]
    cluster: Option<Address>,
}

impl Answerer {
    /// The engine, asked there. Fails where the cluster is not reached.
    pub(super) fn of(&self, engine: Engine) -> Result<Engine> {
        match &self.cluster {
            Some(address) => built::asked(address, engine),
            None => Ok(engine),
        }
    }
}

impl Place {
    /// Who measures; none where this process does. Fails where the cluster is not reached.
    pub(super) fn elsewhere(&self) -> Result<Option<Box<dyn Elsewhere>>> {
        self.cluster.as_ref().map(built::connect).transpose()
    }
}

/// Where a scheduler is.
#[derive(Clone, Debug, PartialEq)]
struct Address {
    host: String,
    port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "df://{}:{}", self.host, self.port)
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("write df://HOST:PORT, as df://localhost:{PORT}");
        let place = text.strip_prefix("df://").ok_or_else(wrong)?;
        let (host, port) = match place.rsplit_once(':') {
            // A colon inside of an address of IPv6 is no port's.
            Some((host, port)) if !port.ends_with(']') => {
                (host, port.parse().map_err(|_| wrong())?)
            }
            _ => (place, PORT),
        };
        let is_bracketed = host.starts_with('[') && host.ends_with(']');
        let is_name = |host: &str| {
            let mut letters = host.chars();
            letters.all(|letter| letter.is_alphanumeric() || "-._".contains(letter))
        };
        if host.is_empty() || port == 0 || !(is_bracketed || is_name(host)) {
            return Err(wrong());
        }
        let host = host.to_owned();
        Ok(Self { host, port })
    }
}

/// As long as anybody waits.
const SECONDS_MAX: u64 = 86_400;

fn seconds(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(seconds) if (1..=SECONDS_MAX).contains(&seconds) => Ok(seconds),
        _ => Err(format!(
            "write a number of seconds, from 1 to {SECONDS_MAX}"
        )),
    }
}

pub(super) fn cluster(arguments: &Arguments) -> Result<u8> {
    match &arguments.role {
        Role::Scheduler(arguments) => built::scheduler(arguments),
        Role::Executor(arguments) => built::executor(arguments),
        Role::Health(arguments) => built::health(arguments),
    }
}

/// The program with Ballista in it.
#[cfg(feature = "cluster")]
mod built {
    use std::time::Duration;

    use super::*;
    use crate::Error;
    use crate::cli::{machine, print, say, stop_on_signals, threads, use_threads};
    use crate::cluster::{Cluster, Executor, Scheduler, Standing, speak};
    use crate::job::Hand;
    use crate::memory::{Limit, Need};
    use crate::source::{BatchSize, ROW_BYTES_MAX};

    pub(super) fn connect(address: &Address) -> Result<Box<dyn Elsewhere>> {
        Ok(Box::new(connected(address)?))
    }

    pub(super) fn asked(address: &Address, engine: Engine) -> Result<Engine> {
        connected(address)?.asked(engine)
    }

    fn connected(address: &Address) -> Result<Cluster> {
        let cluster = Cluster::connect(&address.host, address.port)?;
        if executors(address)? == 0 {
            say(&format!(
                "{address} has no executor yet, and they are waited for"
            ));
        }
        Ok(cluster)
    }

    pub(super) fn scheduler(arguments: &SchedulerArguments) -> Result<u8> {
        speak(arguments.verbose, say);
        let stop = stop_on_signals()?;
        let host = arguments.host.clone();
        let scheduler = Scheduler {
            bind: arguments.bind,
            port: arguments.port,
            host: host.unwrap_or_else(|| match arguments.bind.is_unspecified() {
                true => "localhost".into(),
                false => bracketed(arguments.bind),
            }),
            executor_timeout: arguments.executor_timeout,
            no_executors: arguments.no_executors,
        };
        let host = scheduler.host.clone();
        scheduler.serve(&stop, |address| {
            let port = address.port();
            // Whoever reads it may have gone: that is no fault of a service.
            let _ = print(&format!("{}\n", Address { host, port }));
            say("the scheduler is ready; it ends on SIGTERM or Ctrl-C");
        })?;
        say("the scheduler has ended");
        Ok(0)
    }

    pub(super) fn executor(arguments: &ExecutorArguments) -> Result<u8> {
        speak(arguments.verbose, say);
        let stop = stop_on_signals()?;
        let asked = arguments.memory.map(|ByteSize(bytes)| Limit::asked(bytes));
        let limit = asked.unwrap_or_else(machine::limit);
        let need = Need {
            threads: arguments.tasks,
            cores: threads(),
            row_bytes_max: ROW_BYTES_MAX,
            entries: 0,
        };
        let split = limit.split(need)?.keep();
        use_threads(split.threads)?;
        let own = match arguments.work_dir {
            Some(_) => None,
            None => Some(tempfile::tempdir()?),
        };
        let work = arguments.work_dir.clone();
        let work = work.or_else(|| Some(own.as_ref()?.path().to_owned()));
        let executor = Executor {
            scheduler_host: arguments.scheduler.host.clone(),
            scheduler_port: arguments.scheduler.port,
            bind: arguments.bind,
            host: arguments.host.clone(),
            port: arguments.port,
            grpc_port: arguments.grpc_port,
            work: work.unwrap_or_default(),
            // What units are measured with is counted by itself.
            memory: split.share_bytes / 2 * split.threads as u64,
            tasks: split.threads,
            heartbeat: arguments.heartbeat,
        };
        let hand = Hand::new(BatchSize {
            rows: BATCH_ROWS,
            bytes: split.batch_bytes,
        });
        executor.work(hand, &stop, |standing| match standing {
            Standing::Ready => say("the executor is ready; it ends on SIGTERM or Ctrl-C"),
            Standing::Alone => say("the scheduler cannot be reached, and is waited for"),
        })?;
        say("the executor has ended");
        Ok(0)
    }

    /// As `--batch-size` has it where nobody says another.
    const BATCH_ROWS: usize = 512;

    fn bracketed(address: IpAddr) -> String {
        match address {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("[{address}]"),
        }
    }

    pub(super) fn health(arguments: &HealthArguments) -> Result<u8> {
        let address = &arguments.scheduler;
        let executors = executors(address)?;
        print(&format!("{address} works; executors: {executors}\n"))?;
        Ok(u8::from(executors < arguments.executors))
    }

    /// How many executors a scheduler has. Fails where it is not reached.
    fn executors(address: &Address) -> Result<u64> {
        let unreached = |why: String| Error::Cluster {
            what: format!("the scheduler {address} cannot be reached: {why}"),
            hint: "start one with `gradatim cluster scheduler`".into(),
        };
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(Duration::from_secs(5)))
            .http_status_as_error(false)
            .build()
            .new_agent();
        let url = format!("http://{}:{}/readyz", address.host, address.port);
        let answer = agent.get(url).call();
        let answer = answer.and_then(|mut answer| answer.body_mut().read_to_string());
        let answer = answer.map_err(|error| unreached(error.to_string()))?;
        // `ready: 2 executors registered`, or `not ready: 0/1 executors registered`.
        let numbers = answer.split(|letter: char| !letter.is_ascii_digit());
        let mut numbers = numbers.filter_map(|digits| digits.parse().ok());
        let executors = numbers.next();
        executors.ok_or_else(|| unreached(format!("it says `{}`", answer.trim())))
    }
}

/// The program as it is built where nobody asks for more.
#[cfg(not(feature = "cluster"))]
mod built {
    use super::*;
    use crate::Error;

    fn absent() -> Error {
        Error::usage(
            "this gradatim was built without Ballista, by which machines work together",
            "build one with it: `cargo build --release --features cluster`; or let each machine take a share with \
             `gradatim measure --shard`",
        )
    }

    pub(super) fn connect(_: &Address) -> Result<Box<dyn Elsewhere>> {
        Err(absent())
    }

    pub(super) fn asked(_: &Address, _: Engine) -> Result<Engine> {
        Err(absent())
    }

    pub(super) fn scheduler(_: &SchedulerArguments) -> Result<u8> {
        Err(absent())
    }

    pub(super) fn executor(_: &ExecutorArguments) -> Result<u8> {
        Err(absent())
    }

    pub(super) fn health(_: &HealthArguments) -> Result<u8> {
        Err(absent())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheduler_is_a_host_and_a_port_that_may_be_left_out() {
        for (text, expected) in [
            ("df://localhost", "df://localhost:50050"),
            ("df://node-7.lab:7000", "df://node-7.lab:7000"),
            ("df://10.0.0.1:1", "df://10.0.0.1:1"),
            ("df://[::1]", "df://[::1]:50050"),
            ("df://[::1]:8", "df://[::1]:8"),
        ] {
            let address: Address = text.parse().expect(text);
            assert_eq!(address.to_string(), expected);
        }
        for none in [
            "localhost:50050",
            "df://",
            "df://:1",
            "df://host:0",
            "df://host:70000",
            "df://host:x",
            "df://a/b",
            "df://user@host",
            "http://host",
        ] {
            assert!(none.parse::<Address>().is_err(), "{none}");
        }
    }
}
