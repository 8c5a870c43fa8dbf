//! Every command that README and `docs/` show is one that the program takes.

use std::path::Path;

/// The commands of ours in a page's blocks of shell, each with its words.
fn commands(page: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let blocks = page.split("\n```").skip(1).step_by(2);
    for block in blocks.filter(|block| block.starts_with("sh\n") || block.starts_with("console\n"))
    {
        let joined = block.replace("\\\n", " ");
        for line in joined.lines() {
            let line = line.strip_prefix("$ ").unwrap_or(line);
            let ours = line
                .strip_prefix("gradatim ")
                .or_else(|| line.strip_prefix("cargo run --release -- "));
            if let Some(ours) = ours {
                found.push(words(ours));
            }
        }
    }
    found
}

/// The words of a line of shell, up to where another command or a file takes over.
fn words(line: &str) -> Vec<String> {
    let words = shlex::split(line).unwrap_or_else(|| panic!("quotes: {line}"));
    let is_ours = |word: &String| !["|", ">", ">>", "<", "&&", "||", ";"].contains(&word.as_str());
    words.into_iter().take_while(is_ours).collect()
}

#[test]
fn every_command_that_a_page_shows_is_one() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![repository.join("README.md")];
    let docs = std::fs::read_dir(repository.join("docs")).expect("docs");
    pages.extend(docs.map(|entry| entry.expect("a page").path()));
    let mut count = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a text");
        for words in commands(&text) {
            let all = std::iter::once("gradatim".to_owned()).chain(words.clone());
            if let Err(error) = super::parse(all) {
                let is_help = error.kind() == clap::error::ErrorKind::DisplayHelp;
                assert!(is_help, "{}: {words:?}\n{error}", page.display());
            }
            count += 1;
        }
    }
    assert!(count > 40, "{count} commands");
}

#[test]
fn a_line_of_shell_is_ours_up_to_the_next_command() {
    let page = "x\n```sh\ngradatim plan 'a b.toml' \\\n  --json | jq .   # why\nls\n```\n```toml\ngradatim = 1\n```\n```console\n$ gradatim sql \"SELECT 1\" > x\n```\n";
    assert_eq!(
        commands(page),
        [vec!["plan", "a b.toml", "--json"], vec!["sql", "SELECT 1"]]
    );
}
