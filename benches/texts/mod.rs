//! What benchmarks read of a source in an OpenR1 layout: its units, and its trajectories.

use std::path::Path;

use gradatim::source::{
    self, BatchSize, Format, Layout, Source, SourceFile, Trajectory, Unit, files, layout,
    parquet::Footer,
};

/// The units of all its files, in their order.
pub fn units(path: &Path, source: &Source) -> gradatim::Result<Vec<(SourceFile, Unit)>> {
    let mut units = Vec::new();
    for file in files::find(path)? {
        let of_file = match file.format {
            Format::Parquet => Footer::read(&file)?.units(&layout::columns(source)),
            Format::Arrow | Format::Text(_) => vec![Unit::Whole],
        };
        units.extend(of_file.into_iter().map(|unit| (file.clone(), unit)));
    }
    Ok(units)
}

/// Hands over its trajectories in their order, until one is the last that is wanted.
pub fn trajectories(
    path: &Path,
    mut is_last: impl FnMut(&Trajectory<'_>) -> bool,
) -> gradatim::Result<()> {
    let source = Source::of(Layout::Openr1);
    for (file, unit) in units(path, &source)? {
        for batch in source::read(&file, unit, &source, BatchSize::of_rows(512))? {
            let batch = batch?;
            for index in 0..batch.len() {
                let mut entries = Vec::new();
                layout::entries(&source, batch.row(index), &mut entries);
                let mut found = entries.iter().filter_map(|entry| entry.body.as_ref().ok());
                if found.any(&mut is_last) {
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}
