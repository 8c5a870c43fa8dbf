//! What a report draws: the numbers under each drawing against the ledger's and the selection's rows, and the drawings
//! as files.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::html::{Element, parse};
use crate::support::*;

/// A run of several sets with controls, and its report with the drawings beside it.
fn drawn() -> (Place, Element) {
    let place = Place::new();
    place.write("data/a.jsonl", jsonl(&openr1_rows(80)));
    place.write(
        "pipeline.toml",
        "on_shortfall = 'skip'\n[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[screen]\ntokens_max = 300\n\
         [[grid]]\nsize = [5, 10]\ndraws = 2\n[grid.length]\nedges = [200]\n[grid.control]\nrandom = 1\nmatched = true\n",
    );
    place.run("out", &[]).ends(0);
    place
        .gradatim(&["report", "out", "--figures", "drawings"])
        .ends(0);
    let page = std::fs::read_to_string(place.path("out.report.html")).expect("a page");
    let page = parse(&page).unwrap_or_else(|why| panic!("{why}"));
    (place, page)
}

/// The rows of numbers under a drawing, without their head.
fn numbers(page: &Element, name: &str) -> Vec<Vec<String>> {
    let figures = page.named("figure");
    let mut figures = figures.into_iter();
    let figure = figures
        .find(|figure| figure.attribute("id") == Some(name))
        .unwrap_or_else(|| panic!("no drawing `{name}`"));
    let rows = figure.named("tr").into_iter().skip(1);
    rows.map(|row| {
        let all = row.all().into_iter();
        let cells = all.filter(|cell| ["th", "td"].contains(&cell.name.as_str()));
        cells.map(Element::text).collect()
    })
    .collect()
}

fn number(cell: &str) -> u64 {
    let digits = cell.replace(',', "");
    digits
        .parse()
        .unwrap_or_else(|_| panic!("`{cell}` is no number"))
}

#[test]
fn histograms_of_tokens_hold_every_trajectory_once_in_the_bar_of_its_count() {
    let (place, page) = drawn();
    let ledger = place.out("out").ledger();
    let tokens: Vec<u64> = ledger
        .iter()
        .filter_map(|row| row["tokens"].as_u64())
        .collect();
    let bars = numbers(&page, "plot-tokens");
    let mut sum = 0;
    for bar in &bars {
        let [from, below, count] = [3, 4, 5].map(|at| number(&bar[at]));
        let inside = tokens
            .iter()
            .filter(|tokens| (from..below).contains(tokens));
        assert_eq!(inside.count() as u64, count, "{bar:?}");
        sum += count;
    }
    assert_eq!(sum, tokens.len() as u64);
    assert!(bars.len() > 3, "{bars:?}");
    let mut by_category: BTreeMap<&str, u64> = BTreeMap::new();
    for row in ledger.iter().filter(|row| row["tokens"].is_u64()) {
        let category = row["problem_category"].as_str().unwrap_or("not known");
        *by_category.entry(category).or_default() += 1;
    }
    if by_category.len() > 1 {
        let bars = numbers(&page, "plot-tokens-category");
        let drawn: BTreeMap<&str, u64> = bars
            .iter()
            .map(|bar| (bar[0].as_str(), number(&bar[1])))
            .collect();
        assert_eq!(drawn, by_category);
    }
}

#[test]
fn cuts_are_drawn_where_the_pipeline_cuts_and_a_cut_that_nobody_reaches_is_not() {
    let (place, _) = drawn();
    let svg = std::fs::read_to_string(place.path("drawings/plot-tokens.svg")).expect("a drawing");
    for label in [">lengths part at 200<", ">dropped above 300<"] {
        assert!(svg.contains(label), "{svg}");
    }
    assert!(!svg.contains("32,768"), "{svg}");
}

#[test]
fn what_sets_share_is_what_their_problems_have_in_common() {
    let (place, page) = drawn();
    let selection = place.out("out").selection();
    let problems: BTreeMap<&str, BTreeSet<&str>> = selection
        .iter()
        .map(|(set, rows)| {
            let problems = rows.iter().map(|(_, problem)| problem.as_str());
            (set.as_str(), problems.collect())
        })
        .collect();
    let rows = numbers(&page, "plot-overlap");
    for row in &rows {
        let [a, b] = [&row[0], &row[1]].map(|name| &problems[name.as_str()]);
        assert_eq!(a.intersection(b).count() as u64, number(&row[2]), "{row:?}");
    }
    let names: Vec<&&str> = problems.keys().collect();
    let pairs = names.iter().enumerate().flat_map(|(at, a)| {
        let others = names[at + 1..].iter();
        others
            .filter(|b| !problems[**a].is_disjoint(&problems[***b]))
            .map(|_| 1_usize)
    });
    assert_eq!(
        rows.len(),
        pairs.sum::<usize>(),
        "each pair that shares one"
    );
}

#[test]
fn the_plot_of_balance_names_each_pair_by_the_difference_that_its_table_has() {
    let (place, page) = drawn();
    let balance = table(&place.out("out").run("balance.parquet"));
    let rows = numbers(&page, "plot-balance");
    for row in &rows {
        let (variable, level) = match row[3].split_once(": ") {
            Some((variable, level)) => (variable, Some(level)),
            None => (row[3].as_str(), None),
        };
        let is_it = |line: &&Value| {
            text(line, "subset") == row[0]
                && text(line, "control") == row[1]
                && text(line, "variable") == variable
                && line["level"].as_str() == level
        };
        let line = balance
            .iter()
            .find(is_it)
            .unwrap_or_else(|| panic!("{row:?}"));
        let smd = line["smd"].as_f64().expect("a difference");
        let shown: f64 = row[4].replace('−', "-").parse().expect("a number");
        assert!((smd - shown).abs() < 0.0051, "{row:?}: {smd}");
    }
    // Every pair that is meant to have something alike.
    let told = place.gradatim(&["balance", "out", "--json"]).ends(0).json();
    let pairs = told["pairs"].as_array().expect("pairs").iter();
    let pairs: Vec<&Value> = pairs.filter(|pair| !pair["worst"].is_null()).collect();
    assert!(!pairs.is_empty());
    assert_eq!(rows.len(), pairs.len());
}

#[test]
fn each_drawing_is_a_file_that_is_read_without_the_page() {
    let (place, page) = drawn();
    for figure in page.named("figure") {
        let name = figure.attribute("id").expect("a name");
        let path = place.path(&format!("drawings/{name}.svg"));
        let svg = std::fs::read_to_string(path).expect("a drawing");
        let read =
            roxmltree::Document::parse(&svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        let root = read.root_element();
        assert_eq!(root.attribute("role"), Some("img"));
        let named = root.attribute("aria-labelledby").unwrap_or_default();
        for id in named.split(' ') {
            let mut all = root.descendants();
            assert!(
                all.any(|node| node.attribute("id") == Some(id)),
                "{name}: {id}"
            );
        }
        assert!(
            root.descendants()
                .any(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "style")))
        );
    }
    let ids: Vec<&str> = page
        .all()
        .iter()
        .filter_map(|one| one.attribute("id"))
        .collect();
    let once: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), once.len(), "every id of the page stands once");
}
