//! Which licences the sources are under, where the whole cannot be under one of them without a word.

use indexmap::IndexMap;

use crate::error::one_line;
use crate::plan::Plan;

/// What is to be known of a plan's licences; nothing where all sources have one and the card names that.
pub(super) fn sentence(plan: &Plan) -> Option<String> {
    let mut sources: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for source in &plan.sources {
        let license = source.terms.license.as_deref().unwrap_or(NOT_STATED);
        sources.entry(license).or_default().push(&source.name);
    }
    let told = |licenses: &IndexMap<&str, Vec<&str>>| {
        let told: Vec<String> = licenses
            .iter()
            .map(|(license, names)| one_line(&format!("{license}: {}", names.join(", "))).into())
            .collect();
        told.join("; ")
    };
    let Some(whole) = plan.emit.license.as_deref() else {
        return (sources.len() > 1).then(|| {
            format!(
                "sources are under different licences ({}), so the card names none: `[emit] license` says what the whole \
                 is under, and each row has its source's",
                told(&sources)
            )
        });
    };
    sources.retain(|license, _| *license != whole && *license != NOT_STATED);
    (!sources.is_empty()).then(|| {
        format!(
            "the card says {whole}, and sources are under other licences ({}): each row has its source's",
            told(&sources)
        )
    })
}

const NOT_STATED: &str = "not stated";
