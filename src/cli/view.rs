//! `gradatim view`: a folder as pages in a browser.

use std::path::PathBuf;
use std::sync::Arc;

use crate::Result;
use crate::memory::Limit;
use crate::plan::Overrides;
use crate::view::server::{Places, Server};
use clap::Args;

use super::hub::Network;
use super::progress::Progress;
use super::size::ByteSize;
use super::{named_path, print, say, stop_on_signals, threads};

/// Serves an output folder, or an evaluation's, as pages for a browser of this machine: search, filter and sort; read a
/// trajectory with its verdict and every decision; attempts on a problem, subsets and runs side by side.
#[derive(Args)]
#[command(after_help = "\
Ends with 130 by Ctrl-C, which is how it is ended.

It prints an address with a token, listens on 127.0.0.1 alone, and only reads. All that a page shows stands in its address.
A text that no subset holds is read from its source when it is opened, an attempt's from its log; one that is not there
is named.
Problems are searched in the pool, and in the subsets where there is none; responses in the subsets.

Examples:
  gradatim view out
  gradatim view out --port 8080 --pool pool
  gradatim view evaluation")]
pub(super) struct Arguments {
    /// The folder that `gradatim run` or `gradatim eval` wrote.
    #[arg(value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// The port to listen on; 0 is a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The pool that the run was given, for the texts of all its problems [default: the user's cache folder].
    #[arg(long, value_name = "DIR")]
    pool: Option<PathBuf>,
    /// Where relative paths in the lock file start, and those of an evaluation's logs, of which each folder is named that
    /// holds some [default: the current folder].
    #[arg(long, value_name = "DIR")]
    base: Vec<PathBuf>,
    /// Read the source, companion, benchmark, join or log NAME from this path, as `gradatim run` does.
    #[arg(long, value_name = "NAME=PATH", value_parser = named_path)]
    source: Vec<(String, PathBuf)>,
    /// How much memory to stay under; a sixth of it is for the texts that are searched [default: three quarters of what
    /// the machine leaves].
    #[arg(long, value_name = "SIZE")]
    memory: Option<ByteSize>,
}

/// How much disk ranges of hub files may take.
const HUB_SPACE: u64 = 20_000_000_000;

pub(super) fn view(arguments: &Arguments) -> Result<u8> {
    if let Some(ByteSize(bytes)) = arguments.memory {
        Limit::asked(bytes).for_query()?.keep();
    }
    let stop = stop_on_signals()?;
    let server = Server::open(places(arguments, &stop), arguments.port, threads())?;
    print(&format!("{}\n", server.address()))?;
    say("open this address in a browser of this machine; Ctrl-C ends it");
    // Nothing went wrong, and nothing is to be said.
    Ok(128 + server.serve(&stop)? as u8)
}

fn places(arguments: &Arguments, stop: &Arc<std::sync::atomic::AtomicUsize>) -> Places {
    let progress = Arc::new(Progress::new());
    Places {
        out: arguments.out.clone(),
        pool: arguments.pool.clone(),
        bases: arguments.base.clone(),
        overrides: Overrides {
            sources: arguments.source.iter().cloned().collect(),
            ..Overrides::default()
        },
        connect: Box::new(Network::new(stop, &progress, HUB_SPACE)),
    }
}
