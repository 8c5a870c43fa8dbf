//! The promises of the project, kept by the program as people run it.
//!
//! One binary, since linking is slow; a module a file. `support` runs the real program in a folder of its
//! own and reads what it wrote; expected values are computed here, from what a test wrote itself or from
//! `data/truth.jsonl.gz`, never from the program's output.

mod answers;
mod audit;
mod bad_input;
mod balance;
mod behaviours;
mod browser;
mod cards;
mod changes;
mod check;
mod checksums;
#[cfg(feature = "cluster")]
mod cluster;
mod columns;
mod commands;
mod companions;
mod controls;
mod csv;
mod diff;
mod docs;
mod elsewhere;
mod eval_figures;
mod eval_loop;
mod evaluation;
mod evidence;
mod examples;
mod folders;
mod html;
mod hub;
mod kills;
mod launcher;
mod lock;
mod measured;
mod memory;
mod names;
mod owners;
mod pages;
mod pool;
mod preflight;
mod printed;
mod properties;
mod real;
mod recipes;
mod repo;
mod report;
mod report_answers;
mod report_evaluation;
mod report_figures;
mod sample;
mod screen_vectors;
mod screening;
mod shapes;
mod shares;
mod sources;
mod sql;
mod stores;
mod support;
mod terminal;
mod tokens;
mod train_config;
mod training;
mod truths;
mod viewer;
mod why;
mod writing;
