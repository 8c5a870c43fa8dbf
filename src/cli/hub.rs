//! The hub as the command line reaches it: settings from the environment, waits on the terminal.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::pool::cache_folder;
use crate::run::Watch;
use crate::source::hub::{Hooks, Hub, HubSettings, Wait};
use crate::{Error, Result};

use super::progress::Progress;

/// Shows waits, and ends the work when a signal asks to.
struct Terminal {
    stop: Arc<AtomicUsize>,
    progress: Arc<Progress>,
}

impl Hooks for Terminal {
    fn waits(&self, wait: &Wait) {
        self.progress.wait(&wait.to_string());
    }

    fn note(&self, text: &str) {
        Watch::note(&*self.progress, text);
    }

    fn check(&self) -> Result<()> {
        match self.stop.load(Ordering::Relaxed) {
            0 => Ok(()),
            signal => Err(Error::Interrupted {
                signal: signal as i32,
            }),
        }
    }
}

/// A client of the hub that the environment names. Ranges take up to `space` bytes on disk.
pub(super) fn connect(
    stop: &Arc<AtomicUsize>,
    progress: &Arc<Progress>,
    space: u64,
) -> Result<Arc<Hub>> {
    let mut settings = HubSettings::from_env(cache_folder()?.join("hub"))?;
    settings.ranges_bytes_max = space;
    let terminal = Terminal {
        stop: stop.clone(),
        progress: progress.clone(),
    };
    Ok(Arc::new(Hub::new(settings, Arc::new(terminal))))
}
