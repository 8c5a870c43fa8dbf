//! Datasets on a Hugging Face hub: which files there are, and their bytes.
//!
//! Two ways to the bytes. [`Hub::whole`] keeps whole files in the hub's own cache, where Python's tools
//! find them and leave theirs. [`Hub::ranges`] fetches only what is asked for, and keeps that on disk up
//! to a bound; a Parquet file of which four columns are read never travels as a whole. Both give what the
//! listing of one commit promises, or an error: sizes, sums and ranges are checked, what broke off goes
//! on where it was, and a hub that asks for patience gets it.
//!
//! `huggingface_hub`'s conventions for folders, variables and error codes are followed; its Rust crate
//! gives the layout of the cache. The network is ours: the crate ignores how long a 429 asks to wait,
//! and neither resumes nor checks what it wrote.
//!
//! ```no_run
//! use std::sync::Arc;
//! use gradatim::source::hub::{Address, Hub, HubSettings};
//!
//! let hub = Hub::new(HubSettings::from_env("ours".into())?, Arc::new(()));
//! let address: Address = "hub:open-r1/OpenR1-Math-220k".parse()?;
//! let dataset = hub.dataset(&address, Some("default"), Some("train"))?;
//! println!("{} files of commit {}", dataset.files.len(), dataset.commit);
//! let footer = hub.range(&dataset.files[0], dataset.files[0].size - 8..dataset.files[0].size)?;
//! let path = hub.whole(&dataset.files[0])?;
//! # Ok::<(), gradatim::Error>(())
//! ```

mod address;
mod cache;
mod dataset;
mod fetch;
mod file;
mod held;
mod http;
mod listing;
mod ranges;
mod refusal;
mod repo;
mod settings;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub use address::Address;
pub use dataset::{Config, Dataset, Description};
pub use file::{ContentId, RemoteFile};
pub use settings::{HubSettings, Token};

pub use super::remote::{Hooks, Patience, Ranged, RemoteParquet, RemoteReader, Wait};

/// A client of one hub, for any number of threads.
pub struct Hub {
    settings: HubSettings,
    client: http::Client,
    addresses: fetch::Addresses,
    shelf: ranges::Shelf,
    held_files: held::HeldFiles,
    /// What each revision meant when it was first asked for.
    commits: Mutex<HashMap<String, String>>,
    described: Mutex<HashMap<(String, String), Arc<Description>>>,
}

impl Hub {
    pub fn new(settings: HubSettings, hooks: Arc<dyn Hooks>) -> Self {
        Self {
            client: http::Client::new(&settings, hooks),
            addresses: fetch::Addresses::default(),
            held_files: held::HeldFiles::default(),
            shelf: ranges::Shelf::new(settings.ranges.join("ranges"), settings.ranges_bytes_max),
            commits: Mutex::default(),
            described: Mutex::default(),
            settings,
        }
    }
}
