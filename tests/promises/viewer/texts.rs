//! Texts: found by words and formulas, read whole, explained, and fetched from their source where no subset has them.

use std::time::{Duration, Instant};

use super::client::{Viewer, attributes, encoded};
use super::made;
use crate::support::text;

/// How many entries a search finds, once all texts are read.
pub(super) fn found(viewer: &Viewer, asked: &str) -> String {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let page = viewer.page(&format!("rows?{asked}"));
        if !page.contains("still being read") {
            let (_, rest) = page.split_once("</h1><p>").expect("how many there are");
            return rest.split(' ').next().expect("a number").to_owned();
        }
        assert!(Instant::now() < until, "the texts are never read");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_search_finds_the_words_and_formulas_of_problems_and_of_responses_in_subsets() {
    let place = made();
    for pool in ["pool", "elsewhere"] {
        let more: &[&str] = if pool == "pool" {
            &["out", "--pool", "pool"]
        } else {
            &["out"]
        };
        let viewer = Viewer::start(&place, more);
        for (typed, expected) in [
            ("zephyr", "1"),
            ("ZEPHYR triangle", "1"),
            ("zephyr square", "0"),
            ("x^2+y^2=1", "1"),
            ("x^2 + y^2 = 1", "1"),
            ("$x^2+y^2=1$ angle", "1"),
            ("x^2+y^2=2", "0"),
            ("\"the zephyr angle\"", "1"),
            ("\u{e9}cole", "1"),
            ("E\u{301}COLE", "1"),
            ("ecole", "0"),
            // The grid `shapes` need not have drawn it; its text is searched where it did.
            ("nowhere-to-be-found", "0"),
        ] {
            let is_at_hand = pool == "pool" || expected == "0" || is_drawn(&place);
            if is_at_hand {
                assert_eq!(
                    found(&viewer, &format!("q={}&in=problems", encoded(typed))),
                    expected,
                    "{pool}: {typed}"
                );
            }
        }
        let expected = if is_drawn(&place) { "1" } else { "0" };
        for typed in ["quagmire", "\\frac{1}{3}"] {
            let asked = format!("q={}&in=responses", encoded(typed));
            assert_eq!(found(&viewer, &asked), expected, "{pool}: {typed}");
        }
    }
}

/// Whether the planted trajectory stands in a subset.
fn is_drawn(place: &crate::support::Place) -> bool {
    let out = place.out("out");
    let selection = out.selection();
    let mut names = selection.keys();
    names.any(|name| {
        out.subset(name)
            .iter()
            .any(|row| text(row, "problem").contains("ZEPHYR"))
    })
}

#[test]
fn what_a_search_finds_is_found_in_every_place_that_holds_it() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    // Counted from what the test wrote: problems `What is a+b?`, each with its trajectories.
    let ledger = place.out("out").ledger();
    let of = |words: &str| {
        let is_it = |row: &&serde_json::Value| {
            row["source_id"]
                .as_str()
                .is_some_and(|id| id.contains(words))
        };
        ledger.iter().filter(is_it).count().to_string()
    };
    for words in ["What is 1", "+7", "8?"] {
        let asked = format!("q={}&in=problems", encoded(&format!("\"{words}\"")));
        assert_eq!(found(&viewer, &asked), of(words), "{words}");
    }
}

/// The page of an entry that a list finds.
fn entry(viewer: &Viewer, asked: &str) -> String {
    let list = viewer.page(&format!("rows?{asked}"));
    let row = attributes(&list, "href")
        .into_iter()
        .find(|link| link.contains("/row/"));
    let row = row.unwrap_or_else(|| panic!("no entry: {list}"));
    viewer.page(
        row.strip_prefix(&format!("{}/", viewer.base))
            .expect("a page"),
    )
}

#[test]
fn a_trajectory_is_read_with_its_verdict_explained_and_every_decision() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let page = entry(&viewer, "reason=recorded_wrong&where=extracted%20%3D%20777");
    for words in [
        "dropped as recorded_wrong",
        "What is 500+1?",
        "777",
        "501",
        "records that it is wrong",
        "by the rule",
        "read as",
        "It is in no subset",
        "gradatim why",
        "Text from source",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let copy = entry(&viewer, "reason=duplicate");
    assert!(
        copy.contains("Exact copy") && copy.contains("is an exact copy"),
        "{copy}"
    );
    let void = entry(&viewer, "reason=no_problem");
    assert!(void.contains("yields no trajectory"), "{void}");
}

#[test]
fn a_list_is_walked_entry_by_entry() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let list = viewer.page("rows?sort=tokens&fate=kept");
    let rows: Vec<String> = attributes(&list, "href")
        .into_iter()
        .filter(|link| link.contains("/row/"))
        .collect();
    let mut address = rows[0].clone();
    for next in &rows[1..6] {
        let page = viewer.get(&address).body;
        let (_, rest) = page.split_once("rel=\"next\"").expect("a way on");
        assert_eq!(&attributes(rest, "href")[0], next);
        address = next.clone();
    }
    let page = viewer.get(&address).body;
    let (_, rest) = page.split_once("rel=\"prev\"").expect("a way back");
    assert_eq!(attributes(rest, "href")[0], rows[4]);
}

#[test]
fn a_text_of_no_subset_is_read_from_its_source_or_the_missing_source_is_named() {
    let place = made();
    let asked = "reason=recorded_wrong&where=extracted%20%3D%20777";
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    assert!(entry(&viewer, asked).contains("step8"));
    std::fs::rename(place.path("data"), place.path("moved")).expect("a folder");
    let page = entry(&viewer, asked);
    assert!(
        !page.contains("step8")
            && page.contains("is not to be reached")
            && page.contains("all/a.jsonl"),
        "{page}"
    );
    drop(viewer);
    let viewer = Viewer::start(&place, &["out", "--pool", "pool", "--source", "all=moved"]);
    assert!(entry(&viewer, asked).contains("step8"));
}

#[test]
fn the_attempts_on_a_problem_stand_side_by_side() {
    let place = made();
    let viewer = Viewer::start(&place, &["out", "--pool", "pool"]);
    let ledger = place.out("out").ledger();
    let of = |id: &str| ledger.iter().filter(|row| row["problem_id"] == id).count();
    let mut ids = ledger.iter().filter_map(|row| row["problem_id"].as_str());
    let id = ids.find(|id| of(id) == 4).expect("a problem with four");
    let page = viewer.page(&format!("problem/{id}"));
    assert_eq!(page.matches("<article>").count(), 4);
    assert!(page.contains("4 attempts"), "{page}");
}
