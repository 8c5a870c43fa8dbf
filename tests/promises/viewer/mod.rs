//! `gradatim view`: who is let in, what pages hold, and that nothing that is asked brings it down.
//!
//! Requests are written by hand, as those do who do not keep to the rules; what a page should say is counted from the
//! tables that a run wrote, or planted by the test.

pub(crate) mod client;
mod door;
mod lists;
mod texts;

use serde_json::json;

use crate::support::{Place, jsonl, openr1_row, openr1_rows, reply};

/// A text that would act if a page let it.
const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(2)><style>*{display:none}</style>\
    <math><mtext></mtext></math></pre></details></main>\u{202e}\u{1b}[2J\u{0}'\"&amp;]]> $\\href{javascript:alert(3)}{x}$";

/// Some hundred problems with one to four trajectories each, and rows with what the tests look for.
pub(crate) fn made() -> Place {
    let place = Place::new();
    let mut rows = openr1_rows(90);
    let mut wrong = openr1_row("What is 500+1?", "501", "algebra", &[reply(777, 9)]);
    wrong["correctness_math_verify"] = json!([false]);
    let twice = openr1_row("What is 500+4?", "504", "algebra", &[reply(504, 5)]);
    let planted =
        "Let $x^2 +  y^2 = 1$ and find the\nZEPHYR angle of the triangle at the E\u{301}COLE.";
    let said = "<think>\nThe QUAGMIRE of $\\frac {1} {3}$ it is.\n</think>\n\nSo \\boxed{3}.";
    rows.extend([
        wrong,
        twice.clone(),
        twice,
        openr1_row("", "505", "algebra", &[reply(505, 5)]),
        openr1_row(planted, "3", "geometry", &[said.to_owned()]),
        openr1_row(
            HOSTILE,
            HOSTILE,
            HOSTILE,
            &[format!("{HOSTILE} \\boxed{{5}}")],
        ),
    ]);
    place.write("data/a.jsonl", jsonl(&rows));
    place.write(
        "pipeline.toml",
        "[sources.all]\nlayout = 'openr1'\npath = 'data'\n[measure]\ntokenizer = 'bytes.json'\n[[grid]]\nsize = [10]\n\
         category = ['algebra', 'all']\n[grid.control]\nrandom = 1\n[[grid]]\nname = 'shapes'\nsize = [1]\ncategory = ['geometry']\n",
    );
    place.run("out", &[]).ends(0);
    place
}
