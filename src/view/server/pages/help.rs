//! What can be asked, and by which keys.

use maud::html;

use super::super::asked::Asked;
use super::super::viewed::Viewed;
use super::Made;

/// Keys and what they do; `assets/viewer.js` does it.
const KEYS: [(&str, &str); 8] = [
    ("/", "to the search"),
    (
        "j",
        "to the next row of a list; in an entry to the next one",
    ),
    ("k", "to the row before; in an entry to the one before"),
    ("Enter", "open the row"),
    ("n", "to the next page of a list"),
    ("p", "to the page before"),
    (
        "u",
        "back up: from an entry to its list, else to the overview",
    ),
    ("?", "this page"),
];

const CONDITIONS: [(&str, &str); 6] = [
    ("tokens >= 8192", "a number, with =, !=, <, <=, > or >="),
    ("problem_category = geometry", "a name, whole"),
    ("value ~ aime", "a piece of a text, in capitals or not"),
    ("recorded_judge = false", "true or false"),
    ("recorded_judge is null", "nothing is known"),
    ("finished is not null", "something is known"),
];

pub(in crate::view::server) fn help(viewed: &Viewed) -> Made {
    let main = html! {
        section aria-labelledby="keys" {
            h2 #keys { "Keys" }
            table { tbody { @for (key, does) in KEYS { tr { th scope="row" { kbd { (key) } } td { (does) } } } } }
        }
        section aria-labelledby="search-help" {
            h2 #search-help { "Search" }
            p { "Words are found in problems and in the responses of all subsets, in capitals or not; all of them must be there. \
                 A formula is found as it is typed, whatever white space stands between its signs: "
                code { "x^2+y^2" } " finds " code { "x^2 + y^2" } ". What stands between dollars or double quotes is looked for as a whole: "
                code { "triangle $\\frac{1}{2}$" } ", " code { "\"right triangle\"" } "." }
            p { "The text of a response that stands in no subset is not searched. It is read from its source when its entry is opened; \
                 where the source is not there, the page names it." }
        }
        section aria-labelledby="conditions" {
            h2 #conditions { "Conditions" }
            p { "Any column of the ledger can be asked for. Several conditions must hold at once." }
            table { tbody { @for (typed, means) in CONDITIONS { tr { th scope="row" { code { (typed) } } td { (means) } } } } }
            p { "The columns: " @for field in viewed.columns().fields() { code { (field.name()) } " " } }
        }
        section aria-labelledby="addresses" {
            h2 #addresses { "Addresses" }
            p { "All that a page shows stands in its address, which can be kept for as long as the server runs. \
                 The address holds a token that lets its reader see the folder: who gets the one gets the other, on this machine." }
            p { a href=(viewed.to("", &Asked::default())) { "To the overview" } }
        }
    };
    Made::page("Help", html! {}, main)
}
