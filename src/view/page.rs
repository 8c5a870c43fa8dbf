//! A page: its head and style, and the parts that pages are made of.
//!
//! One style for the report and the viewer. A page asks nobody for anything, runs nothing, and is read without a
//! mouse: headings in their order, tables with heads, all that scrolls reached by the keyboard. What comes from data is
//! one line of text wherever it stands here; longer texts are written by [`text`](super::text).

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::figures::Figure;
pub(crate) use super::table::{Cell, Table, folded, typed};
use crate::error::{one_line, thousands};

/// How every page looks, in light and in dark, on a screen and on paper.
pub(crate) const STYLE: &str = include_str!("style.css");

/// What a page may do where nobody says it in a header: show itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/// A whole document.
pub(crate) struct Page<'p> {
    pub title: &'p str,
    /// Behind the title, in a line or two.
    pub about: Markup,
    pub style: Style<'p>,
    /// Where else one can go; of a report its contents.
    pub nav: Markup,
    pub main: Markup,
    pub footer: Markup,
}

/// Where a page has its style.
pub(crate) enum Style<'p> {
    /// In itself, as CSS: it is one file, and says so to the browser.
    Inside(&'p str),
    /// With who serves it, who says in a header what it may do; behind it further elements of the head.
    Served(&'p str, Markup),
}

impl Page<'_> {
    /// The document as HTML.
    pub(crate) fn html(&self) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    (self.style.first())
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta name="referrer" content="no-referrer";
                    title { (one_line(self.title)) }
                    (self.style.last())
                }
                body {
                    a.skip href="#content" { "Skip to the content" }
                    header.top { h1 { (one_line(self.title)) } (self.about) }
                    (self.nav)
                    main #content { (self.main) }
                    footer { (self.footer) }
                }
            }
        };
        page.into_string()
    }
}

impl Style<'_> {
    /// What must stand before all that it governs.
    fn first(&self) -> Markup {
        match self {
            Self::Inside(_) => {
                html! { meta http-equiv="Content-Security-Policy" content=(POLICY); }
            }
            Self::Served(..) => html! {},
        }
    }

    fn last(&self) -> Markup {
        match self {
            Self::Inside(css) => html! { style { (PreEscaped(css)) } },
            Self::Served(path, more) => html! { link rel="stylesheet" href=(path); (more) },
        }
    }
}

/// A part of a report: what was found in a sentence, then the drawings and tables that show it.
pub(crate) struct Section {
    /// Its anchor.
    pub id: &'static str,
    pub title: &'static str,
    /// What was found, with its numbers: one sentence.
    pub found: String,
    pub figures: Vec<Figure>,
    pub body: Markup,
}

impl Section {
    pub(crate) fn markup(&self) -> Markup {
        html! {
            section aria-labelledby=(self.id) {
                h2 id=(self.id) { (self.title) }
                p.found { (said(&self.found)) }
                @for figure in &self.figures { (figure.inline()) }
                (self.body)
            }
        }
    }
}

/// A sentence of ours, in which names may stand between backticks.
pub(crate) fn said(sentence: &str) -> Markup {
    let sentence = one_line(sentence);
    let parts: Vec<&str> = sentence.split('`').collect();
    // A backtick that nothing closes is one.
    let is_paired = parts.len() % 2 == 1;
    html! {
        @for (at, part) in parts.iter().enumerate() {
            @if is_paired && at % 2 == 1 { code { (part) } }
            @else if at > 0 && !is_paired { "`" (part) }
            @else { (part) }
        }
    }
}

/// The contents of a page of sections.
pub(crate) fn contents(sections: &[Section]) -> Markup {
    html! {
        nav.contents aria-label="Contents" {
            ol { @for section in sections { li { a href={ "#" (section.id) } { (section.title) } } } }
        }
    }
}

/// A share of 1 in percent; something is never written as nothing, nor less than all as all.
pub(crate) fn percent(share: f64) -> String {
    match 100.0 * share {
        0.0 => "0 %".to_owned(),
        100.0 => "100 %".to_owned(),
        little if little > 0.0 && little < 0.05 => "< 0.1 %".to_owned(),
        most if (99.95..100.0).contains(&most) => "> 99.9 %".to_owned(),
        share => format!("{share:.1} %"),
    }
}

/// A count with the word for it, in its singular or plural: `1 row`, `12,000 rows`.
pub(crate) fn counted(count: u64, one: &str, several: &str) -> String {
    match count {
        1 => format!("1 {one}"),
        count => format!("{} {several}", thousands(count)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_between_backticks_are_code_and_one_alone_is_a_backtick() {
        assert_eq!(
            said("of `a<b` and").into_string(),
            "of <code>a&lt;b</code> and"
        );
        assert_eq!(said("it`s").into_string(), "it`s");
    }

    #[test]
    fn a_share_of_something_is_never_written_as_nothing_and_less_than_all_never_as_all() {
        let shown = [0.0, 0.000_01, 0.0123, 0.25, 0.9996, 1.0].map(percent);
        assert_eq!(
            shown,
            ["0 %", "< 0.1 %", "1.2 %", "25.0 %", "> 99.9 %", "100 %"]
        );
    }

    #[test]
    fn a_page_of_one_file_says_that_it_asks_nobody_for_anything() {
        let page = Page {
            title: "t",
            about: html! {},
            style: Style::Inside(STYLE),
            nav: html! {},
            main: html! {},
            footer: html! {},
        };
        let written = page.html();
        let policy = written
            .find("default-src &#39;none&#39;")
            .or(written.find("default-src 'none'"));
        assert!(policy.is_some_and(|at| at < written.find("<style>").expect("its style")));
        assert!(!STYLE.contains("url(") && !STYLE.contains("@import") && !STYLE.contains("</"));
    }
}
