//! Which format a file is of, by its shape alone.

use super::open::{Look, Shape};
use super::{FORMATS, Format, Options};
use crate::error::did_you_mean;
use crate::{Error, Result};

/// The format of tables whose columns the user names.
const PLAIN: &str = "plain";

/// The one format that claims a file, or the one that the user named, by itself or by a column; none where none claims
/// it.
///
/// Fails where the named one is unknown, and where several claim the file.
pub(super) fn format(
    file: &str,
    look: &Look<'_>,
    options: &Options,
) -> Result<Option<&'static dyn Format>> {
    if let Some(name) = &options.format {
        return named(name).map(Some);
    }
    let is_theirs = options.columns.values().any(|name| look.has(name));
    if is_theirs && matches!(look.shape, Shape::Rows(_)) {
        return named(PLAIN).map(Some);
    }
    let claim = |fallback: bool| {
        let own = FORMATS
            .iter()
            .filter(move |format| format.is_fallback() == fallback);
        own.filter(|format| format.claims(look)).collect::<Vec<_>>()
    };
    let mut claiming = claim(false);
    if claiming.is_empty() {
        claiming = claim(true);
    }
    match claiming.as_slice() {
        [] => Ok(None),
        [one] => Ok(Some(**one)),
        several => {
            let names: Vec<&str> = several.iter().map(|format| format.name()).collect();
            Err(Error::File {
                file: file.to_owned(),
                problem: format!("may be a log of several formats: {}", names.join(", ")),
                hint: format!("say which: `--format {}`", names[0]),
            })
        }
    }
}

/// The same of a file that is one object: none where no format has such documents, since it may be a file of one row.
pub(super) fn document(
    file: &str,
    look: &Look<'_>,
    options: &Options,
) -> Result<Option<&'static dyn Format>> {
    let any = Options {
        format: None,
        ..options.clone()
    };
    let claimed = format(file, look, &any)?;
    let asked = options.format.as_deref();
    Ok(claimed.filter(|format| asked.is_none_or(|asked| asked == format.name())))
}

/// The format of that name.
fn named(name: &str) -> Result<&'static dyn Format> {
    let found = FORMATS.iter().find(|format| format.name() == name);
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = FORMATS.iter().map(|format| format.name()).collect();
        Error::usage(
            format!("`{name}` is no format of logs"),
            format!(
                "{}name one of {}",
                did_you_mean(name, names.iter().copied()),
                names.join(", ")
            ),
        )
    })
}

/// The error of a file that no format claims: what it has, and what would be read.
pub(super) fn unknown(file: &str, look: &Look<'_>) -> Error {
    const SHOWN: usize = 20;
    let (what, names): (_, Vec<&str>) = match look.shape {
        Shape::Archive(entries) => ("entries", entries.iter().map(String::as_str).collect()),
        Shape::Rows(_) => (
            "columns",
            look.columns.iter().map(|(name, _)| name.as_str()).collect(),
        ),
        Shape::Document(_) => (
            "keys",
            look.columns.iter().map(|(name, _)| name.as_str()).collect(),
        ),
    };
    let mut has = match names.is_empty() {
        true => format!("no {what}"),
        false => format!("the {what} {}", names[..names.len().min(SHOWN)].join(", ")),
    };
    if names.len() > SHOWN {
        has += &format!(" and {} more", names.len() - SHOWN);
    }
    let known: Vec<String> = FORMATS
        .iter()
        .map(|format| format!("\n  {}: {}", format.name(), format.keys()))
        .collect();
    Error::File {
        file: file.to_owned(),
        problem: format!(
            "is no log of a format that is known: it has {has}; known are{}",
            known.concat()
        ),
        hint: "name the columns of a plain table, as `--column question_id=NAME --column correct=NAME`"
            .into(),
    }
}
