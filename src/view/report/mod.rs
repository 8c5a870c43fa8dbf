//! The report of a folder: one page that holds everything, to be looked at, sent and printed.
//!
//! It is made of aggregates and of a bounded number of texts, so that its size does not follow the folder's. A section
//! is a file here: it says in a sentence what was found, draws it, and names the command that shows the rows. One that has
//! nothing to say is absent.
//!
//! The page answers these by itself, to somebody who knows the field and not the program:
//!
//! 1. What was made of which data, under which licences, by which version? (`glance`)
//! 2. How many rows came in, and why was each dropped? (`fates`)
//! 3. Which cells of the grid are short, and how much is there for each? (`grid`)
//! 4. Of which style are they, and does their text sound like it? (`styles`)
//! 5. How long are the trajectories by style and category, and how much would be cut at 32,768 tokens? (`tokens`)
//! 6. Where do verifier and recorded labels differ, and who is right? (`verdicts`, `disputes`)
//! 7. Did filtering change the mix: are long, hard or some categories' trajectories gone? (`filtering`)
//! 8. Is each control comparable with its subset? (`balance`)
//! 9. Are sets that are called independent independent? (`overlap`)
//! 10. How do styles differ in what they do: checking, going back, subgoals? (`behaviours`)
//! 11. Which problems meet a benchmark's, and are they out? (`contamination`)
//! 12. What is in each subset, and what do its rows look like? (`subsets`, `examples`)
//! 13. How is it made again, and how checked? (`again`)
//!
//! Of an audit: what was audited, which columns were read as what, and which model wrote the responses? (`glance`) What is
//! wrong with the data, in which rows, and what does something about it? What could not be looked for? (`findings`) What
//! would a small maximum of tokens take? (`tokens`)
//!
//! Of an evaluation (`evaluation`): which kind of set is better, by how much, and is that beyond chance, also on other questions?
//! Is it more than chance draws differ by? At which questions does it show, and on which tier? What does a doubling of the rows
//! add? What does the base model score, and how were the answers made and graded? Where do log and verifier differ?

mod again;
mod at_hand;
mod balance;
mod behaviours;
mod contamination;
mod disputes;
mod evaluation;
mod examples;
mod facts;
mod fates;
mod filtering;
mod findings;
mod glance;
mod grid;
mod lengths;
mod overlap;
mod reasons;
mod shortage;
mod styles;
mod subsets;
mod tokens;
mod verdicts;

use std::path::{Path, PathBuf};

use maud::{Markup, html};

use super::figures::{self, Figure};
use super::page::{Page, STYLE, Section, Style, contents, typed};
use super::text;
use crate::error::one_line;
use crate::{Result, disk, folder};
use evaluation::Evaluation;
pub(crate) use facts::{Facts, Origin};

/// How much the sections of a report may have: with its head and style a page is at most 5 MB.
const SECTIONS_BYTES_MAX: usize = 4_800_000;

/// A report that is made, and not yet written.
pub(crate) struct Report {
    /// The page, as HTML.
    pub page: String,
    /// Each drawing of it, as a file of its own.
    pub figures: Vec<Figure>,
}

/// The report of a folder that `gradatim run`, `gradatim audit` or `gradatim eval` wrote; of a run's with the effects of an evaluation where
/// one is named. Fails where the folder is neither, or cannot be read.
pub(crate) fn report(out: &Path, evaluation: Option<&Path>, origin: Origin) -> Result<Report> {
    match folder::is_evaluation(out) {
        true => of_evaluation(out),
        false => of_run(out, evaluation, origin),
    }
}

/// Where the report of a folder stands unless somebody says: beside it, since the folder is sealed.
pub(crate) fn place(out: &Path) -> PathBuf {
    let whole = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    let named = whole.components().as_path();
    let mut name = named.file_name().unwrap_or("gradatim".as_ref()).to_owned();
    name.push(".report.html");
    match out.parent().filter(|_| out.file_name().is_some()) {
        Some(parent) => parent.join(name),
        None => named.with_file_name(name),
    }
}

impl Report {
    /// Writes the page, and where a folder is named each drawing into it: files of their own, whole or not at all.
    pub(crate) fn write(&self, page: &Path, figures: Option<&Path>) -> Result<()> {
        if let Some(folder) = figures {
            disk::create_folders(folder)?;
            for figure in &self.figures {
                let path = folder.join(format!("{}.svg", figure.name()));
                disk::write_named(&path, figure.file())?;
            }
        }
        disk::write_named(page, &self.page)
    }
}

fn of_run(out: &Path, evaluation: Option<&Path>, origin: Origin) -> Result<Report> {
    let facts = Facts::open(out, origin)?;
    let evaluation = evaluation.map(Evaluation::open).transpose()?;
    let title = match &facts.audit {
        Some(audit) => format!("An audit of {}", few(&audit.data())),
        None => facts
            .manifest
            .title
            .clone()
            .unwrap_or_else(|| format!("What is in {}", facts.name())),
    };
    let mut sections = sections(&facts)?;
    if let Some(evaluation) = &evaluation {
        sections.extend(evaluation.sections()?);
    }
    sections.extend(again::section(&facts)?);
    let about = html! {
        p { "A report of what is in the folder " code { (facts.name()) } ". " (how_to_ask(facts.name(), "ledger")) }
    };
    Ok(made(&title, about, sections, &facts.manifest.program))
}

/// How many names a title has.
const TITLE_MAX: usize = 3;

/// The first of some names, and how many there are besides.
fn few(names: &[&str]) -> String {
    let shown = names[..names.len().min(TITLE_MAX)].join(", ");
    match names.len().saturating_sub(TITLE_MAX) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// A run's sections, in the order in which one asks.
fn sections(facts: &Facts) -> Result<Vec<Section>> {
    let all = [
        glance::section(facts)?,
        findings::section(facts),
        fates::section(facts)?,
        grid::section(facts)?,
        tokens::section(facts)?,
        styles::section(facts)?,
        verdicts::section(facts)?,
        disputes::section(facts)?,
        filtering::section(facts)?,
        balance::section(facts)?,
        overlap::section(facts)?,
        behaviours::section(facts)?,
        contamination::section(facts)?,
        subsets::section(facts)?,
        examples::section(facts)?,
    ];
    Ok(all.into_iter().flatten().collect())
}

fn of_evaluation(out: &Path) -> Result<Report> {
    let evaluation = Evaluation::open(out)?;
    let about = html! {
        p {
            "A report of graded attempts in the folder " code { (evaluation.name()) } ". " (how_to_ask(evaluation.name(), "eval-runs"))
            " The same goes for " code { "arms" } ", " code { "comparisons" } ", " code { "comparison-tiers" } ", "
            code { "comparison-questions" } ", " code { "tiers" } ", " code { "pairs" } " and " code { "attempts" } "."
        }
    };
    let mut sections = evaluation.sections()?;
    sections.extend(evaluation.again()?);
    Ok(made(
        "What the evaluation shows",
        about,
        sections,
        &evaluation.program(),
    ))
}

/// What goes for every command on the page.
fn how_to_ask(name: &str, table: &str) -> Markup {
    html! {
        "Beside the rows of most tables stands the command that shows what they count; it is run where " code { (name) } " lies. "
        "What the columns of a table mean is printed by " (typed(&format!("gradatim schema {table}"))) "."
    }
}

/// The page of these sections.
fn made(title: &str, about: Markup, mut sections: Vec<Section>, program: &str) -> Report {
    fit(&mut sections);
    let footer = html! {
        p {
            "Made by gradatim " (env!("CARGO_PKG_VERSION")) " of what " (one_line(program))
            " wrote. This page is one file, asks nobody for anything and runs no script."
        }
    };
    let page = Page {
        title,
        about,
        style: Style::Inside(&[STYLE, text::STYLE, figures::STYLE].concat()),
        nav: contents(&sections),
        main: html! { @for section in &sections { (section.markup()) } },
        footer,
    };
    Report {
        page: page.html(),
        figures: sections
            .into_iter()
            .flat_map(|section| section.figures)
            .collect(),
    }
}

/// Leaves the body of the largest sections out until the page has its size: each is bounded, and together they may be more.
fn fit(sections: &mut [Section]) {
    let size = |section: &Section| section.body.0.len();
    while sections.iter().map(size).sum::<usize>() > SECTIONS_BYTES_MAX {
        let Some(largest) = sections.iter_mut().max_by_key(|section| size(section)) else {
            return;
        };
        largest.body =
            html! { p.soft { "Left out of this page, which would be too large with it." } };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(bytes: usize) -> Section {
        Section {
            id: "s",
            title: "s",
            found: "f".to_owned(),
            body: html! { (".".repeat(bytes)) },
            figures: Vec::new(),
        }
    }

    #[test]
    fn a_page_is_never_larger_than_its_bound_and_loses_its_largest_part_alone() {
        let mut sections = vec![section(1000), section(SECTIONS_BYTES_MAX), section(2000)];
        fit(&mut sections);
        let sizes: Vec<bool> = sections
            .iter()
            .map(|one| one.body.0.contains("Left out"))
            .collect();
        assert_eq!(sizes, [false, true, false]);
        let made = made("t", html! {}, vec![section(SECTIONS_BYTES_MAX)], "p");
        assert!(made.page.len() <= 5_000_000 && made.page.len() > SECTIONS_BYTES_MAX);
    }

    #[test]
    fn a_report_stands_beside_its_folder_however_that_is_named() {
        for (out, page) in [
            ("out", "out.report.html"),
            ("a/out/", "a/out.report.html"),
            ("./out", "./out.report.html"),
        ] {
            assert_eq!(place(Path::new(out)), Path::new(page), "{out}");
        }
        let here = std::env::current_dir().expect("a folder");
        let name = here
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert_eq!(
            place(Path::new(".")),
            here.with_file_name(format!("{name}.report.html"))
        );
    }
}
