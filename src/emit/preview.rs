//! One row as it would be trained on, to be looked at before anything is written.

use super::{chat, texts};
use crate::Result;
use crate::run::Experiment;
use crate::screen::Fate;
use crate::select::Selection;

/// A selected trajectory as a trainer would get it.
pub(crate) struct Preview {
    /// None where nothing is selected: then it is the first that is accepted.
    pub subset: Option<String>,
    /// Where it stands: its source, file and row.
    pub place: String,
    /// Who says what, in order.
    pub turns: Vec<(&'static str, String)>,
}

/// The first row of the first subset that has any, or the first that is accepted.
pub(crate) fn preview(
    experiment: &Experiment<'_>,
    selection: &Selection,
    fates: &[Fate],
) -> Result<Option<Preview>> {
    let mut subsets = selection.subsets.iter();
    let first = subsets.find_map(|subset| Some((Some(subset), *subset.entries().first()?)));
    let accepted = || fates.iter().position(|fate| *fate == Fate::Kept);
    let Some((subset, entry)) = first.or_else(|| Some((None, accepted()? as u32))) else {
        return Ok(None);
    };
    let row = &experiment.entries.rows[entry as usize];
    let source = &experiment.source_of(row.part).name;
    let file = &experiment.file_of(row.part).file.name;
    let text = texts::of_one(experiment, entry)?;
    Ok(text.map(|text| Preview {
        subset: subset.map(|subset| subset.name.clone()),
        place: format!("{source}/{file}:{}", row.row),
        turns: chat::turns(&experiment.plan.emit, &text)
            .into_iter()
            .map(|(speaker, said)| (speaker.role(), said.into_owned()))
            .collect(),
    }))
}
