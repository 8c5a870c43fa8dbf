//! The bytes of a file, from wherever the hub says they are.
//!
//! The hub answers a request for a large file with a signed address elsewhere. It is kept and used again
//! until it is refused, which halves the requests that the hub counts.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Mutex;

use super::Hub;
use super::address::{origin, resolve_url};
use super::file::{ContentId, RemoteFile};
use super::http::{HOPS_MAX, HttpAnswer, HttpBody};
use super::refusal::Subject;
use crate::source::remote::Fault;
use crate::source::remote::lock;

/// The way by which each file's bytes were last found.
#[derive(Default)]
pub(super) struct Addresses(Mutex<HashMap<String, Route>>);

/// The way to a file's bytes.
#[derive(Clone, Default)]
struct Route {
    /// Elsewhere, signed; never shown. None where the hub itself gives the bytes.
    signed: Option<String>,
    known: bool,
    /// The store that the bytes came from, and what it called them: the same at a commit for ever.
    /// Another store may have another name for them.
    etag: Option<(String, String)>,
}

impl Addresses {
    fn get(&self, file: &RemoteFile) -> Option<Route> {
        let routes = lock(&self.0);
        routes.get(&key(file)).filter(|route| route.known).cloned()
    }

    fn found(&self, file: &RemoteFile, signed: Option<String>) {
        let mut routes = lock(&self.0);
        let route = routes.entry(key(file)).or_default();
        (route.signed, route.known) = (signed, true);
    }

    fn forget(&self, file: &RemoteFile) {
        if let Some(route) = lock(&self.0).get_mut(&key(file)) {
            (route.signed, route.known) = (None, false);
        }
    }

    /// Whether a store calls a body as it did all before it.
    fn is_same(&self, file: &RemoteFile, store: String, etag: &str) -> bool {
        let mut routes = lock(&self.0);
        let route = routes.entry(key(file)).or_default();
        match &route.etag {
            Some((known, first)) if *known == store => first == etag,
            _ => {
                route.etag = Some((store, etag.to_owned()));
                true
            }
        }
    }
}

fn key(file: &RemoteFile) -> String {
    format!("{}@{}/{}", file.repo, file.commit, file.path)
}

impl Hub {
    /// Asks where a file is, if that is not known: many who ask at once then need not.
    pub(super) fn locate(&self, file: &RemoteFile, first: &Range<u64>) -> Result<(), Fault> {
        if self.addresses.get(file).is_none() {
            let (answer, _) = self.follow(file, first, false)?;
            drop(answer);
        }
        Ok(())
    }

    /// The body of a range of a file. It has been promised to be that range; its length is still to be
    /// counted.
    pub(super) fn open(&self, file: &RemoteFile, range: Range<u64>) -> Result<HttpBody, Fault> {
        let (answer, store) = self.follow(file, &range, true)?;
        if let Err(why) = check(&answer, file, &range) {
            self.addresses.forget(file);
            return Err(Fault::Wrong(why));
        }
        if let (Some(store), Some(etag)) = (store, answer.header("etag"))
            && !self.addresses.is_same(file, store, etag)
        {
            self.addresses.forget(file);
            return Err(Fault::Wrong("it changed while it was read".into()));
        }
        Ok(answer.body)
    }

    /// Goes from the hub, or from the address that is known, to the bytes; or only to where they are.
    /// Names the store that has them, where it is not the hub itself.
    fn follow(
        &self,
        file: &RemoteFile,
        range: &Range<u64>,
        to_the_end: bool,
    ) -> Result<(HttpAnswer, Option<String>), Fault> {
        let known = self.addresses.get(file).and_then(|route| route.signed);
        let endpoint = self.client.endpoint();
        let mut url =
            known.unwrap_or_else(|| resolve_url(endpoint, &file.repo, &file.commit, &file.path));
        let whole = *range == (0..file.size);
        let asked = (!whole).then_some((range.start, range.end));
        for _ in 0..HOPS_MAX {
            let mut answer = self.client.ask(&url, asked)?;
            let store = origin(&url).filter(|_| !self.client.is_hub(&url));
            let Some(next) = answer.redirect(&url)? else {
                let answer = self.arrived(file, answer, store.is_some())?;
                return Ok((answer, store.map(str::to_owned)));
            };
            check_linked(&answer, file).map_err(Fault::Wrong)?;
            url = next;
            if !self.client.is_hub(&url) {
                self.addresses.found(file, Some(url.clone()));
                if !to_the_end {
                    return Ok((answer, None));
                }
            }
        }
        Err(Fault::Broken("the hub sends us in circles".into()))
    }

    /// Where the answer is no redirect: passes on what was granted.
    fn arrived(
        &self,
        file: &RemoteFile,
        answer: HttpAnswer,
        elsewhere: bool,
    ) -> Result<HttpAnswer, Fault> {
        if elsewhere && matches!(answer.status, 400 | 401 | 403 | 404 | 410) {
            self.addresses.forget(file);
            return Err(Fault::Expired);
        }
        if !elsewhere {
            self.addresses.found(file, None);
        }
        let subject = Subject {
            repo: &file.repo,
            revision: &file.commit,
            path: Some(&file.path),
        };
        subject.accept(answer, &self.client)
    }
}

/// What the hub says of the file behind a redirect has to be what it listed.
fn check_linked(answer: &HttpAnswer, file: &RemoteFile) -> Result<(), String> {
    let size = answer.header("x-linked-size");
    let sum = answer.header("x-linked-etag").map(bare);
    let is_sum = |text: &&str| text.parse::<ContentId>().is_ok();
    if size.is_some_and(|size| size.parse() != Ok(file.size)) {
        return Err("the hub gives it another size than it listed".into());
    }
    if sum
        .filter(is_sum)
        .is_some_and(|sum| sum != file.content.to_string())
    {
        return Err("the hub gives it another sum than it listed".into());
    }
    Ok(())
}

/// An `ETag` without its quotes and its mark of weakness.
fn bare(etag: &str) -> &str {
    etag.trim_start_matches("W/").trim_matches('"')
}

/// Whether an answer promises the range that was asked for.
fn check(answer: &HttpAnswer, file: &RemoteFile, range: &Range<u64>) -> Result<(), String> {
    let length = range.end - range.start;
    match answer.status {
        200 if length == file.size => {}
        206 => check_range(answer.header("content-range"), file.size, range)?,
        status => return Err(format!("{status} comes where a range was asked for")),
    }
    match answer.header("content-length").map(str::parse::<u64>) {
        Some(Ok(promised)) if promised != length => Err(format!(
            "{promised} bytes come where {length} were asked for"
        )),
        _ => Ok(()),
    }
}

fn check_range(header: Option<&str>, size: u64, range: &Range<u64>) -> Result<(), String> {
    let expected = format!("bytes {}-{}/{size}", range.start, range.end - 1);
    match header {
        Some(header) if header.trim() == expected => Ok(()),
        Some(header) => Err(format!(
            "`{}` comes where `{expected}` was asked for",
            header.escape_debug()
        )),
        None => Err("a range comes without its place".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_to_be_the_one_that_was_asked_for() {
        let check = |header| check_range(header, 100, &(10..20)).is_ok();
        assert!(check(Some("bytes 10-19/100")));
        for header in [
            "bytes 10-18/100",
            "bytes 0-9/100",
            "bytes 10-19/101",
            "bytes 10-19/*",
        ] {
            assert!(!check(Some(header)), "{header}");
        }
        assert!(!check(None));
    }
}
