//! A query of one's own, over the same tables as `gradatim sql`.

use maud::html;

use super::super::asked::Asked;
use super::super::viewed::Viewed;
use super::{Made, table, wrong};
use crate::error::one_line;
use crate::view::page::counted;
use crate::{Error, Result};

/// Rows that are shown; the command shows all.
const ROWS_MAX: usize = 500;

pub(in crate::view::server) fn query(viewed: &Viewed, asked: &Asked) -> Result<Made> {
    let typed = asked.get("q");
    let answer = match typed.map(|sql| viewed.first_rows(sql, ROWS_MAX)) {
        // What was typed is on the page still, to be mended.
        Some(Err(error @ (Error::Usage { .. } | Error::Query(_)))) => Some(Err(error)),
        Some(answer) => Some(Ok(answer?)),
        None => None,
    };
    let tables = viewed.rows("SHOW TABLES")?;
    let main = html! {
        form.query action=(viewed.to("sql", &Asked::default())) method="get" {
            label for="sql" { "Query" }
            textarea #sql name="q" rows="4" spellcheck="false" required { (typed.unwrap_or("SELECT reason, count(*) FROM ledger GROUP BY reason")) }
            button { "Ask" }
        }
        @if let Some(Err(error)) = &answer { (wrong(&error.to_string(), error.hint().as_deref())) }
        @if let Some(Ok((rows, are_more))) = &answer {
            section aria-labelledby="answer" {
                h2 #answer { "Answer" }
                p { @if *are_more { "The first " } (counted(rows.len() as u64, "row", "rows")) @if *are_more { " of more" } "." }
                (table("Rows", rows))
                @if let Some(sql) = typed { p { "The same in a terminal: " code.command { (one_line(&command(viewed, sql))) } } }
            }
        }
        section aria-labelledby="tables" {
            h2 #tables { "Tables" }
            ul.places { @for row in &tables { @for value in row.values() { @if let Some(name) = value.as_str() {
                li { a href=(viewed.to("sql", &Asked::default().with("q", format!("SELECT * FROM \"{}\" LIMIT 20", name.replace('"', "\"\""))))) { (one_line(name)) } }
            } } } }
        }
    };
    let about =
        html! { p { "Over the same tables as " code { "gradatim sql" } "; it only reads." } };
    let page = Made::page("SQL", about, main);
    Ok(match answer {
        Some(Err(_)) => page.refused(),
        _ => page,
    })
}

/// The command as a shell takes it.
fn command(viewed: &Viewed, sql: &str) -> String {
    let quoted = sql.replace('\'', r"'\''");
    format!("gradatim sql '{quoted}' --in {}", viewed.out().display())
}
