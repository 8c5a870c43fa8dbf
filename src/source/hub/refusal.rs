//! What the hub refuses, each in words of its own with what mends it; and what cannot be asked for offline.

use super::address::{self, Address};
use super::http::{Client, HttpAnswer};
use crate::Error;
use crate::error::HubFault;
use crate::source::remote::Fault;

pub(super) fn not_cached(what: &str) -> Error {
    Error::hub(
        HubFault::Offline,
        format!("{what} is not in the cache, and `HF_HUB_OFFLINE` is set"),
        "unset `HF_HUB_OFFLINE`, or run once with it unset",
    )
}

/// What an answer is about, for the words of a refusal.
pub(super) struct Subject<'a> {
    pub repo: &'a str,
    pub revision: &'a str,
    pub path: Option<&'a str>,
}

impl<'a> Subject<'a> {
    pub(super) fn of(address: &'a Address) -> Self {
        Self {
            repo: &address.repo,
            revision: &address.revision,
            path: None,
        }
    }

    /// Passes on what was granted.
    pub(super) fn accept(&self, answer: HttpAnswer, client: &Client) -> Result<HttpAnswer, Fault> {
        match answer.status {
            200 | 206 => Ok(answer),
            416 => Err(Fault::Wrong("it has another length".into())),
            _ => Err(self.refusal(&answer, client)),
        }
    }

    /// Each refusal in words of its own, with what mends it.
    fn refusal(&self, answer: &HttpAnswer, client: &Client) -> Fault {
        let repo = self.repo;
        let page = address::page_url(client.endpoint(), repo);
        let code = answer.header("x-error-code").unwrap_or_default();
        let (fault, what, hint) = match (answer.status, code) {
            (401 | 403, "GatedRepo") if client.has_token() => (
                HubFault::Denied,
                format!("`{repo}` is gated, and the token's owner has no access to it"),
                format!("ask for access at {page}, then run again"),
            ),
            (401 | 403, "GatedRepo") => (
                HubFault::Denied,
                format!("`{repo}` is gated"),
                format!("ask for access at {page}, then set `HF_TOKEN` to a token of that account"),
            ),
            (404, "RevisionNotFound") => (
                HubFault::Unknown,
                format!("`{repo}` has no revision `{}`", self.revision),
                format!("see its branches and tags at {page}"),
            ),
            (404, "EntryNotFound") => (
                HubFault::Unknown,
                format!("`{repo}` has no file `{}`", self.path.unwrap_or("?")),
                format!("see its files at {page}/tree/{}", self.revision),
            ),
            (401, _) if !client.has_token() => (
                HubFault::Denied,
                format!("`{repo}` is private or does not exist: the hub wants a token to say which"),
                "check the name; if it is private, set `HF_TOKEN` to a token that may read it"
                    .to_owned(),
            ),
            (401, "RepoNotFound") | (404, _) => (
                HubFault::Unknown,
                format!("the hub has no dataset `{repo}`, or the token may not see it"),
                "check the name (`NAMESPACE/NAME`), and whether the token may read private datasets"
                    .to_owned(),
            ),
            (401, _) => (
                HubFault::Denied,
                "the hub does not know the token".to_owned(),
                "set `HF_TOKEN` to a token that is valid, or unset it for what is public".to_owned(),
            ),
            (403, _) => (
                HubFault::Denied,
                format!("the hub refuses `{repo}` to this token"),
                format!("give the token the right to read it, or see {page}"),
            ),
            (status, _) => (
                HubFault::Wrong,
                format!("the hub answers {status} for `{repo}`"),
                "check `HF_ENDPOINT`".to_owned(),
            ),
        };
        Fault::Final(Error::hub(fault, what, hint))
    }
}
