//! What a store refuses or cannot do, in our words, and whether it is worth trying again.

use std::error::Error as _;

use object_store::client::{HttpError, HttpErrorKind};

use super::ObjectUrl;
use crate::Error;
use crate::error::{HubFault, one_line, shortened};
use crate::source::remote::Fault;

/// The fault of one try to do something with the object at `url`.
pub(super) fn fault(url: &ObjectUrl, error: object_store::Error) -> Fault {
    use object_store::Error as Store;
    match error {
        Store::NotFound { .. } => Fault::Final(Error::Gone {
            file: url.to_string(),
            since: "planned",
        }),
        Store::Precondition { .. } | Store::NotModified { .. } => Fault::Final(changed(url)),
        Store::PermissionDenied { .. } | Store::Unauthenticated { .. } => {
            Fault::Final(denied(url, &error))
        }
        Store::Generic { .. } => generic(url, &error),
        Store::NotSupported { .. } if url.is_web() => Fault::Final(Error::hub(
            HubFault::Unknown,
            format!("`{url}` is served without ranges: {}", words(&error)),
            "download the file and name it, or serve it by what answers ranges",
        )),
        Store::InvalidPath { .. } => Fault::Final(unnameable(url, &error)),
        other => Fault::Final(Error::usage(
            format!("`{url}` cannot be used: {}", words(&other)),
            hint(url),
        )),
    }
}

pub(super) fn changed(url: &ObjectUrl) -> Error {
    Error::Changed {
        file: url.to_string(),
    }
}

fn unnameable(url: &ObjectUrl, error: &object_store::Error) -> Error {
    Error::usage(
        format!("an object in `{url}` cannot be named: {}", words(error)),
        "rename or remove what has empty parts, `.` or `..` in its name, or name another folder",
    )
}

fn denied(url: &ObjectUrl, error: &object_store::Error) -> Error {
    Error::hub(
        HubFault::Denied,
        format!("`{url}` is not ours to use: {}", words(error)),
        hint(url),
    )
}

/// Which variables say who asks.
fn hint(url: &ObjectUrl) -> String {
    let variables = match url.scheme() {
        "s3" | "s3a" => {
            "set `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` (or `AWS_PROFILE`), `AWS_REGION`, and \
             `AWS_ENDPOINT_URL` where it is another server than Amazon's; `AWS_SKIP_SIGNATURE=true` reads a public bucket"
        }
        "gs" => {
            "set `GOOGLE_APPLICATION_CREDENTIALS` to the file of an account that may; `GOOGLE_SKIP_SIGNATURE=true` reads a \
             public bucket"
        }
        "http" | "https" => "see whether the address is right, and whether it asks for a login",
        _ => {
            "set `AZURE_STORAGE_ACCOUNT_NAME` and `AZURE_STORAGE_ACCOUNT_KEY` (or a token); \
             `AZURE_SKIP_SIGNATURE=true` reads a public container"
        }
    };
    variables.to_owned()
}

fn generic(url: &ObjectUrl, error: &object_store::Error) -> Fault {
    if let Some(kind) = kind(error) {
        return match kind {
            HttpErrorKind::Connect => Fault::Unreached(words(error)),
            _ => Fault::Broken(words(error)),
        };
    }
    let told = words(error);
    if told.contains("Error parsing Path") {
        return Fault::Final(unnameable(url, error));
    }
    match status(&told) {
        Some(404) => Fault::Final(Error::usage(
            format!("`{url}` cannot be used: there is no `{}`", url.root()),
            "name a bucket that is there",
        )),
        // What is wrong with the request stays wrong; but a server may be slow to take a body (408), or busy (429).
        Some(status) if (400..500).contains(&status) && ![408, 429].contains(&status) => {
            Fault::Final(denied(url, error))
        }
        Some(_) => Fault::Broken(told),
        None if told.contains("redirect") => Fault::Final(denied(url, error)),
        None => Fault::Broken(told),
    }
}

/// What the exchange failed by, where there was no answer.
fn kind(error: &object_store::Error) -> Option<HttpErrorKind> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(http) = error.downcast_ref::<HttpError>() {
            return Some(http.kind());
        }
        cause = error.source();
    }
    None
}

/// The status of an answer, as the crate's words have it.
fn status(told: &str) -> Option<u16> {
    let (_, behind) = told.split_once("status code: ")?;
    behind.get(..3)?.parse().ok()
}

/// An error on one line, without the queries of addresses, which may be signed.
pub(super) fn words(error: &object_store::Error) -> String {
    let told = error.to_string();
    // Of "Generic S3 error: …" only what went wrong.
    let told = match told
        .strip_prefix("Generic ")
        .and_then(|rest| rest.split_once(" error: "))
    {
        Some((_, why)) => why.to_owned(),
        None => told,
    };
    let told = one_line(&told);
    let mut words = String::new();
    for word in told.split(' ') {
        let kept = match word.split_once('?') {
            Some((address, _)) if address.contains("://") => address,
            _ => word,
        };
        if !words.is_empty() {
            words.push(' ');
        }
        words += kept;
    }
    shortened(&words)
}

/// The fault of a body that ended with an error: whatever it is, what is missing can be asked for.
pub(super) fn body(error: &object_store::Error) -> Fault {
    Fault::Broken(format!("the body broke off: {}", words(error)))
}

/// The error of a store whose client cannot be made.
pub(super) fn unopened(url: &ObjectUrl, error: &object_store::Error) -> Error {
    Error::usage(
        format!("`{}` cannot be opened: {}", url.root(), words(error)),
        hint(url),
    )
}

/// What is said when patience ends.
pub(super) fn gave_up(url: &ObjectUrl, fault: Fault) -> Error {
    match fault {
        Fault::Final(error) => error,
        Fault::Unreached(why) => Error::hub(
            HubFault::Unavailable,
            format!("`{url}` cannot be reached: {why}"),
            match url.scheme() {
                "s3" | "s3a" => {
                    "see whether this machine has a network and `AWS_ENDPOINT_URL` is right"
                }
                _ => "see whether this machine has a network and the address is right",
            },
        ),
        Fault::Wrong(why) => Error::hub(
            HubFault::Wrong,
            format!("`{url}` is not what its store says it is: {why}"),
            "try again later",
        ),
        fault => Error::hub(
            HubFault::Unavailable,
            format!("`{url}` cannot be had: {fault}"),
            "run again later: what was measured is kept in the pool",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generic(text: &str) -> object_store::Error {
        object_store::Error::Generic {
            store: "S3",
            source: text.to_owned().into(),
        }
    }

    fn url() -> ObjectUrl {
        "s3://b/k".parse().expect("an address")
    }

    #[test]
    fn a_busy_server_is_asked_again_and_a_wrong_request_is_not() {
        let answer =
            |status: &str| generic(&format!("Server returned non-2xx status code: {status}: x"));
        for status in [
            "500 Internal",
            "503 Slow Down",
            "429 Too Many",
            "408 Timeout",
        ] {
            assert!(
                matches!(fault(&url(), answer(status)), Fault::Broken(_)),
                "{status}"
            );
        }
        for status in ["400 Bad Request", "405 Method Not Allowed"] {
            assert!(
                matches!(fault(&url(), answer(status)), Fault::Final(_)),
                "{status}"
            );
        }
    }

    #[test]
    fn a_signed_address_is_not_shown() {
        let told = words(&generic(
            "Error performing GET https://h/c/k?sv=1&sig=hush in 2 s",
        ));
        assert!(
            told.contains("https://h/c/k in") && !told.contains("hush"),
            "{told}"
        );
    }
}
