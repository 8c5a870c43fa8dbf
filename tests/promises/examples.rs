//! The rows that a report shows: of each set, and of each way in which verifier and label differ.

use std::collections::BTreeSet;

use serde_json::json;

use crate::html::{Element, parse};
use crate::support::*;

/// A run of which one trajectory is right and labelled wrong, in a file of its own.
fn made() -> Place {
    let place = Place::new();
    let mut rows = openr1_rows(60);
    rows[5]["problem"] = json!("Costs $5.00 and $7.50 each: which <b>price</b> is $x^2$ above?");
    rows[5]["answer"] = json!(r"\frac{1}{2}");
    rows[5]["generations"] = json!([format!(
        "<think>It is a half.</think>It is \\boxed{{\\frac{{1}}{{2}}}}."
    )]);
    rows[5]["correctness_math_verify"] = json!([false]);
    for column in [
        "is_reasoning_complete",
        "correctness_llama",
        "finish_reasons",
    ] {
        rows[5][column] = json!([rows[5][column][0]]);
    }
    place.write("data/a.jsonl", jsonl(&rows));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [5, 10]\n\
         [grid.control]\nrandom = 1\n",
    );
    place.run("out", &[]).ends(0);
    place
}

/// A section of the report of `out`.
fn section(place: &Place, id: &str) -> Option<Vec<String>> {
    place.gradatim(&["report", "out"]).ends(0);
    let page = std::fs::read_to_string(place.path("out.report.html")).expect("a page");
    let page = parse(&page).unwrap_or_else(|why| panic!("{why}"));
    let sections = page.named("section");
    let section = sections
        .iter()
        .find(|section| section.attribute("aria-labelledby") == Some(id))?;
    Some(
        section
            .named("article")
            .into_iter()
            .map(Element::text)
            .collect(),
    )
}

#[test]
fn a_report_shows_rows_of_each_set_with_their_texts_and_none_twice() {
    let place = made();
    let articles = section(&place, "examples").expect("rows are shown");
    let out = place.out("out");
    let selected: BTreeSet<String> = out
        .selection()
        .into_values()
        .flatten()
        .map(|(id, _)| id)
        .collect();
    let ids: BTreeSet<&str> = articles.iter().map(|article| &article[..12]).collect();
    assert_eq!(ids.len(), articles.len(), "a row is shown once");
    assert!(articles.len() >= out.selection().len());
    for article in &articles {
        assert!(
            selected.iter().any(|id| id.starts_with(&article[..12])),
            "{article}"
        );
        for part in ["Problem", "What is ", "Gold answer", "Response", "Thinking"] {
            assert!(article.contains(part), "no {part} in {article}");
        }
    }
}

#[test]
fn a_dispute_is_shown_with_its_texts_from_the_source_or_names_what_is_missing() {
    let place = made();
    let disputed = section(&place, "disputes").expect("a dispute");
    let of_price = disputed
        .iter()
        .find(|article| article.contains("$5.00 and $7.50 each: which <b>price</b> is"));
    let of_price = of_price.unwrap_or_else(|| panic!("{disputed:?}"));
    for part in [
        "our verdict correct",
        "rule says wrong",
        "Answer that was found",
        "It is a half.",
    ] {
        assert!(of_price.contains(part), "no {part} in {of_price}");
    }
    std::fs::rename(place.path("data"), place.path("moved")).expect("the data moves");
    let disputed = section(&place, "disputes").expect("a dispute");
    // Why is said once above them, and not by each.
    let page = std::fs::read_to_string(place.path("out.report.html")).expect("a page");
    assert_eq!(page.matches("the response is not shown").count(), 1);
    assert_eq!(page.matches("no set holds them").count(), 1);
    let has_response = |article: &String| article.contains("It is a half.");
    assert!(
        !disputed.is_empty() && !disputed.iter().any(has_response),
        "{disputed:?}"
    );
}
