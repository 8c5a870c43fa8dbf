//! `gradatim completions`: for the shell.

use crate::Result;
use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::{Cli, print_to_keep};

/// Prints completions for a shell.
#[derive(Args)]
#[command(after_help = "\
Example:
  gradatim completions bash > ~/.local/share/bash-completion/completions/gradatim")]
pub(super) struct Arguments {
    /// The shell.
    shell: Shell,
}

pub(super) fn completions(arguments: &Arguments) -> Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Cli::command(),
        "gradatim",
        &mut script,
    );
    print_to_keep(&String::from_utf8_lossy(&script))?;
    Ok(0)
}
