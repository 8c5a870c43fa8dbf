//! The verifier's options on the command line: one for each of its settings, by the same name.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::verify::{Options, SETTINGS, Setting};
use crate::{Error, Result};

/// The settings that were named, with their values.
#[derive(Clone, Debug, Default)]
pub(super) struct Conventions(Vec<(&'static str, String)>);

impl Conventions {
    /// The profile's options with what was named in their place.
    pub(super) fn over(&self, mut options: Options) -> Result<Options> {
        for (name, value) in &self.0 {
            let set = options.set(name, value);
            set.map_err(|error| Error::usage(error.to_string(), "name another value"))?;
        }
        Ok(options)
    }
}

impl FromArgMatches for Conventions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let named = SETTINGS.iter().filter_map(|setting| {
            let value = matches.get_one::<String>(setting.name)?;
            Some((setting.name, value.clone()))
        });
        Ok(Self(named.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Conventions {
    fn augment_args(command: Command) -> Command {
        SETTINGS.iter().map(argument).fold(command, Command::arg)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

fn argument(setting: &'static Setting) -> Arg {
    let taken = |value: &str| {
        let set = Options::default().set(setting.name, value);
        set.map(|()| value.to_owned())
    };
    Arg::new(setting.name)
        .long(setting.name.replace('_', "-"))
        .value_name(setting.placeholder())
        .help(setting.about)
        .help_heading(
            "Conventions, over those of the profile (`verify::Options` says more of each)",
        )
        .allow_hyphen_values(true)
        .value_parser(taken)
}
