//! The terminal: arguments in; report and exit code out.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

/// The system's allocator keeps what many threads freed, and so does mimalloc 3 for a second; mimalloc 2 gives
/// it back within 10 ms: 308 MB where they need 380 and 374 (94,000 rows of OpenR1, 2026-11-21).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Cli::parse();
    let done = match arguments.command {
        Command::Run(arguments) => cli::run::run(&arguments),
        Command::Plan(arguments) => cli::plan::plan(&arguments),
        Command::Inspect(arguments) => cli::inspect::inspect(&arguments),
        Command::Verify(arguments) => cli::verify::verify(&arguments),
        Command::Why(arguments) => cli::why::why(&arguments),
        Command::Sql(arguments) => cli::sql::sql(&arguments),
        Command::Check(arguments) => cli::check::check(&arguments),
        Command::Balance(arguments) => cli::balance::balance(&arguments),
        Command::Power(arguments) => cli::power::power(&arguments),
        Command::Pool(arguments) => cli::pool::pool(&arguments),
        Command::Fingerprint(arguments) => cli::fingerprint::fingerprint(&arguments),
        Command::Example(arguments) => cli::example::example(&arguments),
        Command::Schema(arguments) => cli::schema::schema(&arguments),
        Command::Completions(arguments) => cli::completions::completions(&arguments),
    };
    match done {
        Ok(code) => code.into(),
        Err(error) if cli::is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            cli::print_error(&error);
            error.exit_code().into()
        }
    }
}
