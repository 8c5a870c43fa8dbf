//! The hub and object stores as the command line reaches them: settings from the environment, waits on the terminal.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use crate::pool::cache_folder;
use crate::run::Watch;
use crate::source::Reach;
use crate::source::hub::{Hooks, Hub, HubSettings, Wait};
use crate::source::store::Stores;
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

/// What does not lie on this disk.
pub(super) struct Network {
    terminal: Arc<Terminal>,
    /// Bytes that the hub's ranges may take up on disk.
    space: u64,
    stores: OnceLock<Arc<Stores>>,
}

impl Network {
    pub(super) fn new(stop: &Arc<AtomicUsize>, progress: &Arc<Progress>, space: u64) -> Self {
        Self {
            terminal: Arc::new(Terminal {
                stop: stop.clone(),
                progress: progress.clone(),
            }),
            space,
            stores: OnceLock::new(),
        }
    }
}

impl Network {
    /// For a command that shows no progress; signals end what waits.
    pub(super) fn plain(space: u64) -> Result<Self> {
        let stop = super::stop_on_signals()?;
        Ok(Self::new(&stop, &Arc::new(Progress::new()), space))
    }
}

impl Reach for Network {
    /// The hub that the environment names.
    fn hub(&self) -> Result<Arc<Hub>> {
        let mut settings = HubSettings::from_env(cache_folder()?.join("hub"))?;
        settings.ranges_bytes_max = self.space;
        Ok(Arc::new(Hub::new(settings, self.terminal.clone())))
    }

    fn stores(&self) -> Arc<Stores> {
        let made = || Arc::new(Stores::new(self.terminal.clone()));
        self.stores.get_or_init(made).clone()
    }
}
