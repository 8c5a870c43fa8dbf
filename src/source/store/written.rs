//! What is written to a store: whole objects, some of them only where none of their name is there.

use std::io::Read;
use std::path::Path;

use bytes::Bytes;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutMode, PutOptions, PutPayload};

use super::client::{PART_BYTES, Store, key, stalled};
use super::{Object, ObjectUrl, failed};
use crate::source::disk_file::open_regular;
use crate::source::remote::{Fault, Tries};
use crate::{Error, Result, disk};

impl Store {
    /// The bytes of a small object; none where there is none.
    pub fn read(&self, url: &ObjectUrl) -> Result<Option<Bytes>> {
        let Some(object) = self.find(url)? else {
            return Ok(None);
        };
        let whole = 0..object.size();
        let bytes = self.ranges(&object, std::slice::from_ref(&whole))?;
        Ok(bytes.into_iter().next())
    }

    /// Writes an object where none of its name is there, as one act of the store; says whether it did.
    pub fn create(&self, url: &ObjectUrl, bytes: Bytes) -> Result<bool> {
        let (client, at) = (self.client.clone(), key(url)?);
        let created = self.patiently(url, move || {
            let (client, at, bytes) = (client.clone(), at.clone(), bytes.clone());
            async move {
                let options = PutOptions::from(PutMode::Create);
                match client.put_opts(&at, PutPayload::from(bytes), options).await {
                    Ok(_) => Ok(true),
                    Err(
                        object_store::Error::AlreadyExists { .. }
                        | object_store::Error::Precondition { .. },
                    ) => Ok(false),
                    Err(error) => Err(error),
                }
            }
        });
        created.map_err(|error| refused_writing(url, error))
    }

    /// Writes an object, in place of one that is there.
    pub fn put(&self, url: &ObjectUrl, bytes: Bytes) -> Result<()> {
        let (client, at) = (self.client.clone(), key(url)?);
        let put = self.patiently(url, move || {
            let (client, at, bytes) = (client.clone(), at.clone(), bytes.clone());
            async move { client.put(&at, PutPayload::from(bytes)).await.map(drop) }
        });
        put.map_err(|error| refused_writing(url, error))
    }

    /// Writes a file of this disk as an object, in place of one that is there; a long one in parts.
    pub fn upload(&self, url: &ObjectUrl, path: &Path) -> Result<()> {
        let size = fs_err::metadata(path)?.len();
        if size <= PART_BYTES {
            return self.put(url, fs_err::read(path)?.into());
        }
        let (client, wire) = (self.client.clone(), self.wire.clone());
        let (at, path, to) = (key(url)?, path.to_owned(), url.clone());
        let uploaded = self.wait(async move {
            let mut tries = Tries::default();
            loop {
                let mut parts = match client.put_multipart(&at).await {
                    Ok(parts) => parts,
                    Err(error) => {
                        wire.after(&to, failed::fault(&to, error), &mut tries)
                            .await?;
                        continue;
                    }
                };
                let sent = send(parts.as_mut(), &path, &to, wire.patience.stall * 4).await;
                match sent {
                    Ok(()) => return Ok(()),
                    Err(fault) => {
                        // What cannot be taken back now, the store's own rules take away.
                        let _ = parts.abort().await;
                        let fault = fault.unwrap_or_else(|| stalled(&wire.patience));
                        wire.after(&to, fault, &mut tries).await?;
                    }
                }
            }
        })?;
        uploaded.map_err(|error| refused_writing(url, error))
    }

    /// Writes an object as a new file of this disk.
    pub fn download(&self, object: &Object, path: &Path) -> Result<()> {
        use std::io::Write;
        let mut file = disk::create(path)?;
        let mut at = 0;
        while at < object.size() {
            let end = object.size().min(at + PART_BYTES * 4);
            for bytes in self.ranges(object, std::slice::from_ref(&(at..end)))? {
                let written = file.write_all(&bytes);
                written.map_err(|error| Error::write(path, error))?;
            }
            at = end;
        }
        Ok(())
    }

    /// Takes an object away; what is gone is gone.
    pub fn remove(&self, url: &ObjectUrl) -> Result<()> {
        let (client, at) = (self.client.clone(), key(url)?);
        self.patiently(url, move || {
            let (client, at) = (client.clone(), at.clone());
            async move {
                match client.delete(&at).await {
                    Err(object_store::Error::NotFound { .. }) => Ok(()),
                    done => done,
                }
            }
        })
    }
}

/// Sends a file in parts, one after the other; no fault where a part took too long.
async fn send(
    parts: &mut dyn MultipartUpload,
    path: &Path,
    url: &ObjectUrl,
    patience: std::time::Duration,
) -> Result<(), Option<Fault>> {
    let ours = |error: std::io::Error| Some(Fault::from(error));
    let theirs = |error: object_store::Error| Some(failed::fault(url, error));
    let mut file = open_regular(path).map_err(ours)?;
    loop {
        let mut part = Vec::new();
        let mut piece = file.take(PART_BYTES);
        piece.read_to_end(&mut part).map_err(ours)?;
        file = piece.into_inner();
        if part.is_empty() {
            break;
        }
        let sent = tokio::time::timeout(patience, parts.put_part(part.into())).await;
        sent.map_err(|_| None)?.map_err(theirs)?;
    }
    let done = tokio::time::timeout(patience, parts.complete()).await;
    done.map_err(|_| None)?.map_err(theirs)?;
    Ok(())
}

/// A bucket that is not there is no object that is gone.
fn refused_writing(url: &ObjectUrl, error: Error) -> Error {
    match error {
        Error::Gone { .. } => Error::usage(
            format!(
                "`{}` cannot be written to: the store has no such place",
                url.root()
            ),
            "name a bucket that is there",
        ),
        other => other,
    }
}
