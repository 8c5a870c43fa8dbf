//! Reports on paper: few sheets, nothing wider or taller than one, light, and a word where something is left out.

use serde_json::json;

use super::client::{Browser, Found, Kind};
use super::{PAINT, address, wider};
use crate::support::*;

/// What our pages leave of a sheet of A4 between their margins, in CSS pixels: 186 by 271 mm.
const SHEET: (u32, u32) = (703, 1024);

/// What is wrong with the page that is open once it is laid out for paper, for a user who prefers the dark.
pub(super) fn wrong_on_paper(browser: &mut Browser) -> Found {
    browser.show_on_paper(SHEET.0, true);
    let mut found: Found = wider(browser, SHEET.0).into_iter().collect();
    let paint = browser.value(PAINT);
    if paint != "rgb(255, 255, 255)" {
        found.push((Kind::Layout, format!("paper of {paint}")));
    }
    let look = format!("({})({})", include_str!("paper.js"), json!(SHEET.1));
    let other = browser.value(&look);
    let other = other.as_array().expect("a list").iter();
    found.extend(other.map(|what| (Kind::Layout, what.to_string())));
    found
}

#[test]
fn a_report_is_printed_on_few_sheets_within_their_width_and_says_what_is_left_out() {
    let place = Place::new();
    let Some(mut browser) = Browser::start(place.folder()) else {
        return;
    };
    let out = QUICKSTART.out.0.to_string_lossy();
    place
        .gradatim(&["report", &out, "--out", "page.html"])
        .ends(0);
    browser.show(1400, false);
    browser.open(&address(&place, "page.html"));
    assert_eq!(wrong_on_paper(&mut browser), []);
    let sheets = browser.sheets();
    assert!((8..=25).contains(&sheets), "{sheets} sheets");
    let left_out = "document.querySelectorAll('.set > article').length - [...document.querySelectorAll('.set > article')]\
        .filter((one) => one.checkVisibility()).length";
    assert!(
        browser.value(left_out).as_u64() > Some(100),
        "rows of sets are left out"
    );
}

#[test]
fn what_does_not_fit_on_paper_is_found() {
    let place = Place::new();
    let Some(mut browser) = Browser::start(place.folder()) else {
        return;
    };
    let rows = "<tr><td>x".repeat(20);
    let page = |style: &str| {
        format!(
            "<!DOCTYPE html><style>body {{ background: white }} {style}</style><main><section><p class=found>f</p><details \
             class=long open><summary>s</summary><table><tbody>{rows}</table></details><details class=set open><article>a</article>\
             <article>b</article></details><figure>x</figure></section></main>"
        )
    };
    for (style, count) in [
        ("", 0),
        ("figure { height: 40cm }", 1),
        ("table { width: 40cm }", 1),
        (
            "@media (prefers-color-scheme: dark) { body { background: black } }",
            1,
        ),
        ("tr:nth-child(n+5) { display: none }", 1),
        ("article + article { display: none }", 1),
        (
            "tr:nth-child(n+5) { display: none } summary::after { content: 'Printed: the first 4.' }",
            0,
        ),
        (
            "article + article { display: none } .found::after { content: 'Printed: the first.' }",
            0,
        ),
    ] {
        place.write("page.html", page(style));
        browser.show(1400, false);
        browser.open(&address(&place, "page.html"));
        let found = wrong_on_paper(&mut browser);
        assert_eq!(found.len(), count, "{style}: {found:?}");
    }
    // Two pages and a bit.
    place.write(
        "page.html",
        "<!DOCTYPE html><div style='height: 60cm'>x</div>",
    );
    browser.open(&address(&place, "page.html"));
    assert_eq!(browser.sheets(), 3);
}
