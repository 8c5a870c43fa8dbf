//! What a query may be: a question, and one that its readers can get to the bottom of.
//!
//! Both are looked at before the parser sees it. Of the parts of SQL that do something, some do it while they are
//! planned; and what nests without end, or chains on for long, becomes a tree that is as deep, which to plan and to let
//! go of takes the stack's room. DataFusion's own options are asked as well, of the plan.

use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::keywords::Keyword;
use datafusion::sql::sqlparser::tokenizer::{Token, Tokenizer};

use crate::{Error, Result};

/// How deep brackets may nest: below the 50 levels at which DataFusion's parser gives up.
const NESTED_MAX: usize = 40;

/// Operators and words of SQL of one query, and tables in a row. Of what nests deepest for them (`EXCEPT`, joins) 400 are
/// more than 8 MiB of stack hold in a build for tests, where a query has 32 MiB (2026-11-26).
const LINKS_MAX: usize = 500;

/// Words that a question begins with.
const ASKING: [&str; 6] = ["SELECT", "WITH", "VALUES", "FROM", "TABLE", "SHOW"];

/// Words before a question, that ask how it would be answered, or what a table has.
const EXPLAINING: [&str; 3] = ["EXPLAIN", "DESCRIBE", "DESC"];

/// What may stand between them.
const MANNERS: [&str; 9] = [
    "ANALYZE", "VERBOSE", "FORMAT", "INDENT", "TREE", "PGJSON", "GRAPHVIZ", "JSON", "TEXT",
];

/// Refuses what is no question, several at once, and what is too deep; what cannot be read is left to the parser.
pub(super) fn check(sql: &str) -> Result<()> {
    let Ok(tokens) = Tokenizer::new(&GenericDialect {}, sql).tokenize() else {
        return Ok(());
    };
    let is_said = |token: &Token| !matches!(token, Token::Whitespace(_) | Token::EOF);
    let tokens: Vec<Token> = tokens.into_iter().filter(is_said).collect();
    check_kind(&tokens)?;
    check_single(&tokens)?;
    check_depth(&tokens)
}

fn check_kind(tokens: &[Token]) -> Result<()> {
    let mut words = tokens.iter().filter_map(|token| match token {
        Token::Word(word) => Some(word),
        _ => None,
    });
    let Some(mut first) = words.next() else {
        return Ok(());
    };
    if is_among(&first.value, &EXPLAINING) {
        let mut more = words.skip_while(|word| is_among(&word.value, &MANNERS));
        match more.next() {
            Some(next) if is_among(&first.value, &EXPLAINING[..1]) => first = next,
            // The name of a table may be any word.
            Some(next) if is_among(&next.value, &EXPLAINING) => first = next,
            _ => return Ok(()),
        }
    }
    // What is no word of SQL at all is a slip of the pen.
    if is_among(&first.value, &ASKING) || first.keyword == Keyword::NoKeyword {
        return Ok(());
    }
    Err(Error::usage(
        format!(
            "the query cannot be answered: `{}` does something else than ask",
            first.value.to_uppercase()
        ),
        "ask by `SELECT`, `WITH`, `VALUES`, `SHOW TABLES`, `DESCRIBE` or `EXPLAIN`; files of your own come by `--with \
         NAME=PATH`, and answers go to files by `--csv` or `--json` and `>`",
    ))
}

fn is_among(word: &str, words: &[&str]) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

fn check_single(tokens: &[Token]) -> Result<()> {
    let mut after = tokens
        .iter()
        .skip_while(|token| **token != Token::SemiColon);
    match after.find(|token| **token != Token::SemiColon) {
        None => Ok(()),
        Some(_) => Err(Error::usage(
            "the query cannot be answered: it is more than one",
            "ask one question at a time, by `SELECT`",
        )),
    }
}

fn check_depth(tokens: &[Token]) -> Result<()> {
    let (mut open, mut links) = (0_usize, 0_usize);
    let (mut before, mut tables) = (None, false);
    for token in tokens {
        tables = match clause(token) {
            Some(word) => word == "FROM",
            None => tables,
        };
        match token {
            Token::Comma if tables => links += 1,
            Token::LBracket => (open, links) = (open + 1, links + 1),
            Token::LParen | Token::LBrace => open += 1,
            Token::RParen | Token::RBracket | Token::RBrace => open = open.saturating_sub(1),
            // A type inside of a type is closed by what may also be an operator: it is counted as if it never were.
            Token::Lt if is_of_types(before) => open += 1,
            other if is_link(other) => links += 1,
            _ => {}
        }
        if open > NESTED_MAX {
            return Err(too_deep());
        }
        before = Some(token);
    }
    match links > LINKS_MAX {
        true => Err(too_long()),
        false => Ok(()),
    }
}

/// The word where it begins a part of a query: commas behind `FROM` stand between tables, which are joined.
fn clause(token: &Token) -> Option<&'static str> {
    let words = [
        "FROM", "SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT", "VALUES", "WINDOW", "IN",
    ];
    match token {
        Token::Word(word) => words
            .into_iter()
            .find(|known| known.eq_ignore_ascii_case(&word.value)),
        _ => None,
    }
}

fn is_of_types(token: Option<&Token>) -> bool {
    let names = ["ARRAY", "STRUCT", "MAP", "NESTED", "TUPLE"];
    matches!(token, Some(Token::Word(word)) if is_among(&word.value, &names))
}

/// Whether it may bind what stands before it to what follows, so that many of them make a deep tree.
fn is_link(token: &Token) -> bool {
    match token {
        Token::Word(word) => word.keyword != Keyword::NoKeyword && word.quote_style.is_none(),
        Token::Comma | Token::SemiColon | Token::Number(..) | Token::SingleQuotedString(_) => false,
        _ => true,
    }
}

/// The error of a query that nests deeper than it may.
pub(super) fn too_deep() -> Error {
    Error::usage(
        format!("the query is nested too deep: at most {NESTED_MAX} levels are read"),
        "name its inner parts before it, as `WITH part AS (SELECT …) SELECT … FROM part`",
    )
}

fn too_long() -> Error {
    Error::usage(
        format!(
            "the query has too many parts: at most {LINKS_MAX} operators and words of SQL are read"
        ),
        "write values that are compared with one column as `column IN (…)`, or as a file that is joined by `--with \
         NAME=PATH`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(sql: &str) -> Option<String> {
        check(sql).err().map(|error| error.to_string())
    }

    #[test]
    fn what_asks_is_a_question_and_what_does_something_is_refused_by_its_name() {
        for sql in [
            "SELECT 1;",
            "(SELECT 1) UNION (SELECT 2)",
            "with a as (select 1) select * from a",
            "VALUES (1)",
            "show tables",
            "DESCRIBE ledger",
            "DESC \"set\"",
            "EXPLAIN ANALYZE VERBOSE SELECT 1",
            "EXPLAIN FORMAT TREE SELECT 1",
            "-- DROP\nSELECT 'DROP TABLE a'",
            "SELEC 1",
            "",
        ] {
            assert_eq!(refused(sql), None, "{sql}");
        }
        for (sql, word) in [
            ("COPY ledger TO 'a.csv'", "COPY"),
            (
                "/* a */ create external table a stored as csv location 'a'",
                "CREATE",
            ),
            ("CREATE VIEW a AS SELECT 1", "CREATE"),
            ("INSERT INTO a SELECT 1", "INSERT"),
            ("DROP TABLE ledger", "DROP"),
            ("SET datafusion.execution.batch_size = 1", "SET"),
            ("RESET a", "RESET"),
            ("UPDATE a SET b = 1", "UPDATE"),
            ("DELETE FROM a", "DELETE"),
            ("TRUNCATE TABLE a", "TRUNCATE"),
            ("PREPARE a AS SELECT 1", "PREPARE"),
            ("EXECUTE a", "EXECUTE"),
            ("BEGIN", "BEGIN"),
            ("EXPLAIN COPY ledger TO 'a.csv'", "COPY"),
            ("EXPLAIN EXPLAIN SELECT 1", "EXPLAIN"),
            ("EXPLAIN ANALYZE INSERT INTO a SELECT 1", "INSERT"),
        ] {
            let told = refused(sql).unwrap_or_default();
            assert!(told.contains(&format!("`{word}`")), "{sql}: {told}");
        }
        assert!(refused("SELECT 1; DROP TABLE a").is_some());
    }

    #[test]
    fn what_is_too_deep_or_too_long_is_refused_and_a_long_list_is_not() {
        let many = |text: &str, count| text.repeat(count);
        assert_eq!(
            refused(&format!("SELECT {}1{}", many("(", 40), many(")", 40))),
            None
        );
        for deep in [
            format!("SELECT {}1{}", many("(", 100_000), many(")", 100_000)),
            format!("SELECT {}", many("[", 100_000)),
            format!("SELECT CAST(1 AS {}", many("ARRAY<", 1_000)),
        ] {
            assert!(refused(&deep).expect("refused").contains("too deep"));
        }
        for long in [
            format!("SELECT {} 1", many("NOT ", 100_000)),
            format!("SELECT 1{}", many(" UNION ALL SELECT 1", 10_000)),
            format!("SELECT 1{}", many(" + 1", 100_000)),
            format!("SELECT 1{}", many("::INT", 100_000)),
            format!("SELECT a{}", many("[1]", 1_000)),
            format!("SELECT 1 FROM a{}", many(", a", 1_000)),
            many("EXPLAIN ", 10),
        ] {
            assert!(refused(&long).is_some(), "{}", &long[..30]);
        }
        assert_eq!(
            refused(&format!("SELECT 1 IN (1{})", many(", 'a'", 100_000))),
            None
        );
        assert_eq!(
            refused(&format!("SELECT 1 = 1{}", many(" AND a = 1", 240))),
            None
        );
    }
}
