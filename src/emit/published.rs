//! An output folder in an object store.
//!
//! It is built on this disk like any other and then put there, its manifest last: a folder with a manifest is whole.
//! Until then two objects keep others away, each made only where none is there: before the work one that says which
//! pipeline writes here, and before the first file one that says which bytes. A run that died leaves them, and the same
//! command goes on, since it puts the same bytes under the same names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use fs_err as fs;

use crate::folder::{self, RUN_FOLDER};
use crate::ids::IdHasher;
use crate::plan::Plan;
use crate::run::{Amount, Settings};
use crate::source::store::{ObjectUrl, Store, Stores, each};
use crate::{Error, Result};

/// Which pipeline writes here.
const CLAIM: &str = "claim.json";

/// Which bytes are being put here.
const PUTTING: &str = "putting.json";

/// A place in a store that no other pipeline writes to.
pub(crate) struct Claim {
    store: Arc<Store>,
    url: ObjectUrl,
    /// Whether this run made it, and it goes where nothing is put.
    is_new: bool,
}

impl Claim {
    /// Claims a folder for a plan.
    ///
    /// Fails where an output folder stands there, something else does, or another pipeline has claimed it.
    pub(crate) fn take(
        stores: &Stores,
        url: &ObjectUrl,
        plan: &Plan,
        settings: &Settings<'_>,
    ) -> Result<Self> {
        let store = stores.at(url)?;
        let mut claim = Self {
            store,
            url: url.clone(),
            is_new: false,
        };
        if claim.store.find(&claim.object(folder::MANIFEST))?.is_some() {
            return Err(claim.taken());
        }
        let pipeline = IdHasher::new("gradatim claim v1")
            .part(&plan.written)
            .finish();
        let text = said("pipeline", &pipeline.to_string());
        claim.is_new = claim.make(CLAIM, &text)?;
        claim.refuse_foreign()?;
        if !claim.is_new {
            settings.watch.note(&format!(
                "`{url}` was claimed by a run of this pipeline that has not ended: this one goes on in its place"
            ));
        }
        Ok(claim)
    }

    fn object(&self, name: &str) -> ObjectUrl {
        self.url.join(RUN_FOLDER).join(name)
    }

    fn taken(&self) -> Error {
        Error::OutputExists(PathBuf::from(self.url.to_string()))
    }

    /// Makes an object that keeps others away; says whether it was not there. Fails where it says something else.
    fn make(&self, name: &str, text: &str) -> Result<bool> {
        let at = self.object(name);
        if self
            .store
            .create(&at, text.to_owned().into_bytes().into())?
        {
            return Ok(true);
        }
        match self.store.read(&at)? {
            Some(there) if there == text.as_bytes() => Ok(false),
            // It ended meanwhile.
            None if self
                .store
                .create(&at, text.to_owned().into_bytes().into())? =>
            {
                Ok(true)
            }
            _ => Err(Error::usage(
                format!("`{}` is being written by a run of something else", self.url),
                format!("name another place, or wait until it ends; where it died, remove `{at}`"),
            )),
        }
    }

    /// Refuses a place where something lies that no run of ours put there: of those that put files one has said so first.
    fn refuse_foreign(&self) -> Result<()> {
        let ours = self.object(CLAIM);
        let there = self.store.list(&self.url)?;
        let foreign: Vec<_> = there.iter().filter(|object| object.url != ours).collect();
        let Some(first) = foreign.first() else {
            return Ok(());
        };
        if !self.is_new && self.store.find(&self.object(PUTTING))?.is_some() {
            return Ok(());
        }
        let first = first.url.to_string();
        if self.is_new {
            self.store.remove(&ours)?;
        }
        Err(Error::usage(
            format!(
                "`{}` is no new place: {} objects are there, as `{first}`",
                self.url,
                foreign.len()
            ),
            "name another one, or remove what is there",
        ))
    }

    /// Gives the place back, where nothing was put there.
    pub(crate) fn release(self) {
        if self.is_new {
            // What cannot be removed now, the same command takes over.
            let _ = self.store.remove(&self.object(CLAIM));
        }
    }

    /// Puts a folder of this disk there, its manifest last.
    pub(crate) fn put(&self, root: &Path, settings: &Settings<'_>) -> Result<()> {
        let sums = fs::read(root.join(RUN_FOLDER).join(folder::SUMS))?;
        let sums = blake3::hash(&sums).to_hex();
        self.make(PUTTING, &said("sums", &sums))?;
        let manifest = format!("{RUN_FOLDER}/{}", folder::MANIFEST);
        let mut files = Vec::new();
        every(root, "", &mut files)?;
        files.retain(|name| *name != manifest);
        settings.watch.begin("put", amount(root, &files)?);
        self.put_all(root, &files, settings)?;
        let text = fs::read(root.join(&manifest))?;
        let at = self.object(folder::MANIFEST);
        let is_put = self.store.create(&at, text.clone().into())?;
        if !is_put && self.store.read(&at)?.unwrap_or_default() != text {
            return Err(self.taken());
        }
        for name in [PUTTING, CLAIM] {
            let at = self.object(name);
            if let Err(error) = self.store.remove(&at) {
                settings.watch.note(&format!(
                    "the folder is whole, and `{at}` can be removed: {error}"
                ));
            }
        }
        Ok(())
    }

    fn put_all(&self, root: &Path, files: &[String], settings: &Settings<'_>) -> Result<()> {
        each(files, |name| {
            settings.check_stop()?;
            self.store.upload(&self.url.join(name), &root.join(name))?;
            let done = amount(root, std::slice::from_ref(name))?;
            settings.watch.advance(done);
            Ok(())
        })
    }
}

/// Whether an object only keeps others away from a folder that is being written.
pub(crate) fn is_claim(name: &str) -> bool {
    let own = name.strip_prefix(RUN_FOLDER);
    own.is_some_and(|name| [CLAIM, PUTTING].contains(&name.trim_start_matches('/')))
}

fn said(what: &str, hash: &str) -> String {
    let version = env!("CARGO_PKG_VERSION");
    format!("{{\"written_by\": \"gradatim {version}\", \"{what}\": \"{hash}\"}}\n")
}

fn amount(root: &Path, files: &[String]) -> Result<Amount> {
    let mut bytes = 0;
    for name in files {
        bytes += fs::metadata(root.join(name))?.len();
    }
    Ok(Amount::files(files.len() as u64, bytes))
}

/// Every file below a folder, hidden ones too.
fn every(root: &Path, below: &str, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = match below {
            "" => name,
            _ => format!("{below}/{name}"),
        };
        match entry.file_type()?.is_dir() {
            true => every(root, &name, files)?,
            false => files.push(name),
        }
    }
    Ok(())
}
