//! A long list in pages: where one is in it, the ways to the others, and what is said of a page that there is not.

use maud::{Markup, html};

use super::super::asked::Asked;
use super::super::viewed::Viewed;
use super::page_number;
use crate::Result;
use crate::error::thousands;

/// One page of a list.
pub(super) struct Paging<'p> {
    viewed: &'p Viewed,
    /// Where the list stands: `rows`.
    path: String,
    asked: &'p Asked,
    of_page: u64,
    page: u64,
}

impl<'p> Paging<'p> {
    /// The page of a list that an address asks for, with so many entries on each.
    pub(super) fn of(
        viewed: &'p Viewed,
        path: impl Into<String>,
        asked: &'p Asked,
        of_page: u64,
    ) -> Result<Self> {
        Ok(Self {
            viewed,
            path: path.into(),
            asked,
            of_page,
            page: page_number(asked)?,
        })
    }

    /// Entries before it.
    pub(super) fn skip(&self) -> u64 {
        (self.page - 1).saturating_mul(self.of_page)
    }

    /// The end of a query for its entries.
    pub(super) fn limit(&self) -> String {
        format!("LIMIT {} OFFSET {}", self.of_page, self.skip())
    }

    fn last(&self, all: u64) -> u64 {
        all.div_ceil(self.of_page).max(1)
    }

    fn to(&self, page: u64) -> String {
        self.viewed.to(&self.path, &self.asked.with("page", page))
    }

    /// The ways to the other pages of a list of `all`; nothing where it is one page.
    pub(super) fn ways(&self, all: u64, label: &str) -> Markup {
        let (page, last) = (self.page, self.last(all));
        html! {
            @if last > 1 && page <= last {
                nav.pages aria-label=(label) {
                    @if page > 1 { a href=(self.to(1)) { "first" } " " a rel="prev" href=(self.to(page - 1)) { "previous" } }
                    " page " (thousands(page)) " of " (thousands(last)) " "
                    @if page < last { a rel="next" href=(self.to(page + 1)) { "next" } " " a href=(self.to(last)) { "last" } }
                }
            }
        }
    }

    /// Whether the list of `all` has no such page.
    pub(super) fn is_beyond(&self, all: u64) -> bool {
        self.page > self.last(all)
    }

    /// What is said in the place of the entries where the list of `all` has no such page.
    pub(super) fn beyond(&self, all: u64) -> Option<Markup> {
        let last = self.last(all);
        self.is_beyond(all).then(|| {
            html! {
                p.found role="note" {
                    "There is no such page: "
                    @if last == 1 { "there is 1 page" } @else { "there are " (thousands(last)) " pages" }
                    ", and this would be page " (thousands(self.page)) ". "
                    a rel="prev" href=(self.to(last)) { "To the last" }
                }
            }
        })
    }

    /// The entries between the ways to the other pages, or that there is no such page.
    pub(super) fn around(&self, all: u64, label: &str, entries: Markup) -> Markup {
        match self.beyond(all) {
            Some(said) => said,
            None => html! {
                (self.ways(all, label))
                (entries)
                (self.ways(all, &format!("{label}, again")))
            },
        }
    }
}
