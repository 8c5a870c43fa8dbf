//! Names of licences, as the hub takes them.
//!
//! A card whose `license` is no name of the hub's list is shown there as one without a licence, and rows whose licence
//! is in anybody's words cannot be sifted by it. So a pipeline writes a name of the hub's or of SPDX's list, in letters
//! of any size, and rows, manifest and card have the hub's: of what only SPDX knows the card says `other` and its name.

use std::borrow::Cow;

use crate::error::did_you_mean;

/// The names that the hub takes, from its page on licences of repositories, read on 27 Nov 2026.
const HUB: [&str; 83] = [
    "apache-2.0",
    "mit",
    "openrail",
    "bigscience-openrail-m",
    "creativeml-openrail-m",
    "bigscience-bloom-rail-1.0",
    "bigcode-openrail-m",
    "afl-3.0",
    "artistic-2.0",
    "bsl-1.0",
    "bsd",
    "bsd-2-clause",
    "bsd-3-clause",
    "bsd-3-clause-clear",
    "c-uda",
    "cc",
    "cc0-1.0",
    "cc-by-2.0",
    "cc-by-2.5",
    "cc-by-3.0",
    "cc-by-4.0",
    "cc-by-sa-3.0",
    "cc-by-sa-4.0",
    "cc-by-nc-2.0",
    "cc-by-nc-3.0",
    "cc-by-nc-4.0",
    "cc-by-nd-4.0",
    "cc-by-nc-nd-3.0",
    "cc-by-nc-nd-4.0",
    "cc-by-nc-sa-2.0",
    "cc-by-nc-sa-3.0",
    "cc-by-nc-sa-4.0",
    "cdla-sharing-1.0",
    "cdla-permissive-1.0",
    "cdla-permissive-2.0",
    "wtfpl",
    "ecl-2.0",
    "epl-1.0",
    "epl-2.0",
    "etalab-2.0",
    "eupl-1.1",
    "eupl-1.2",
    "agpl-3.0",
    "gfdl",
    "gpl",
    "gpl-2.0",
    "gpl-3.0",
    "lgpl",
    "lgpl-2.1",
    "lgpl-3.0",
    "isc",
    "h-research",
    "intel-research",
    "lppl-1.3c",
    "ms-pl",
    "apple-ascl",
    "apple-amlr",
    "mpl-2.0",
    "odc-by",
    "odbl",
    "openmdw-1.0",
    "openmdw-1.1",
    "openrail++",
    "osl-3.0",
    "postgresql",
    "ofl-1.1",
    "ncsa",
    "unlicense",
    "zlib",
    "pddl",
    "lgpl-lr",
    "deepfloyd-if-license",
    "fair-noncommercial-research-license",
    "llama2",
    "llama3",
    "llama3.1",
    "llama3.2",
    "llama3.3",
    "llama4",
    "grok2-community",
    "gemma",
    "unknown",
    "other",
];

/// Names of SPDX, in small letters, that the hub has under another.
const RENAMED: [(&str, &str); 21] = [
    ("agpl-3.0-only", "agpl-3.0"),
    ("agpl-3.0-or-later", "agpl-3.0"),
    ("c-uda-1.0", "c-uda"),
    ("gfdl-1.1-only", "gfdl"),
    ("gfdl-1.1-or-later", "gfdl"),
    ("gfdl-1.2-only", "gfdl"),
    ("gfdl-1.2-or-later", "gfdl"),
    ("gfdl-1.3-only", "gfdl"),
    ("gfdl-1.3-or-later", "gfdl"),
    ("gpl-2.0-only", "gpl-2.0"),
    ("gpl-2.0-or-later", "gpl-2.0"),
    ("gpl-3.0-only", "gpl-3.0"),
    ("gpl-3.0-or-later", "gpl-3.0"),
    ("lgpl-2.1-only", "lgpl-2.1"),
    ("lgpl-2.1-or-later", "lgpl-2.1"),
    ("lgpl-3.0-only", "lgpl-3.0"),
    ("lgpl-3.0-or-later", "lgpl-3.0"),
    ("lgpllr", "lgpl-lr"),
    ("odbl-1.0", "odbl"),
    ("odc-by-1.0", "odc-by"),
    ("pddl-1.0", "pddl"),
];

/// A licence as rows, manifest and card have it; of several, `mit, cc-by-4.0`, all of them. Fails with the one that
/// neither list has.
pub(crate) fn settled(written: &str) -> Result<String, &str> {
    let names: Result<Vec<Cow<'static, str>>, &str> =
        written.split(',').map(|name| of_one(name.trim())).collect();
    Ok(names?.join(", "))
}

fn of_one(name: &str) -> Result<Cow<'static, str>, &str> {
    let small = name.to_lowercase();
    if let Some(known) = HUB.iter().find(|known| **known == small) {
        return Ok(Cow::Borrowed(known));
    }
    if let Some((_, renamed)) = RENAMED.iter().find(|(spdx, _)| *spdx == small) {
        return Ok(Cow::Borrowed(renamed));
    }
    let mut known = spdx::identifiers::LICENSES.iter();
    match known.any(|license| license.name.eq_ignore_ascii_case(name)) {
        true => Ok(Cow::Owned(small)),
        false => Err(name),
    }
}

/// The start of a hint: which licence was meant; empty where nothing is near.
pub(crate) fn meant(name: &str) -> String {
    let spdx = spdx::identifiers::LICENSES.iter();
    let spdx = spdx.map(|license| license.name);
    // The first of equals is told, so the hub's names go first.
    did_you_mean(name, HUB.into_iter().chain(spdx))
}

/// What a card's front matter says of a licence: the name that the hub takes, or `other` and how it is called.
pub(crate) fn of_card(license: &str) -> (Vec<&str>, Option<&str>) {
    let names: Vec<&str> = license.split(", ").collect();
    match names.iter().all(|name| HUB.contains(name)) {
        true => (names, None),
        false => (vec!["other"], Some(license)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_licence_is_the_hub_s_name_whatever_its_letters() {
        for (written, expected) in [
            ("apache-2.0", Ok("apache-2.0")),
            ("Apache-2.0", Ok("apache-2.0")),
            ("MIT", Ok("mit")),
            ("CC-BY-SA-4.0", Ok("cc-by-sa-4.0")),
            ("GPL-3.0-or-later", Ok("gpl-3.0")),
            ("ODC-By-1.0", Ok("odc-by")),
            ("BlueOak-1.0.0", Ok("blueoak-1.0.0")),
            ("MIT, CC-BY-4.0", Ok("mit, cc-by-4.0")),
            ("other", Ok("other")),
            ("Apache 2.0", Err("Apache 2.0")),
            ("mit,", Err("")),
            ("mit OR apache-2.0", Err("mit OR apache-2.0")),
            ("my own", Err("my own")),
        ] {
            assert_eq!(
                settled(written).as_deref(),
                expected.as_ref().map(|text| *text),
                "{written}"
            );
        }
    }

    #[test]
    fn every_other_name_of_spdx_s_is_one_and_every_one_that_it_stands_for_is_the_hub_s() {
        let spdx = |name: &str| {
            let mut known = spdx::identifiers::LICENSES.iter();
            known.any(|license| license.name.eq_ignore_ascii_case(name))
        };
        for (name, hub) in RENAMED {
            assert!(spdx(name) && HUB.contains(&hub), "{name}: {hub}");
        }
    }

    #[test]
    fn a_near_miss_is_told_what_it_means() {
        for (written, expected) in [
            ("Apache 2.0", "apache-2.0"),
            ("apache-2", "apache-2.0"),
            ("CC BY 4.0", "cc-by-4.0"),
            ("blueoak-1.0", "BlueOak-1.0.0"),
        ] {
            assert!(
                meant(written).contains(expected),
                "{written}: {}",
                meant(written)
            );
        }
        assert_eq!(meant("in our own words"), "");
    }

    #[test]
    fn a_card_names_what_the_hub_takes_and_calls_the_rest_other() {
        assert_eq!(of_card("mit"), (vec!["mit"], None));
        assert_eq!(of_card("mit, cc-by-4.0"), (vec!["mit", "cc-by-4.0"], None));
        let own = "blueoak-1.0.0";
        assert_eq!(of_card(own), (vec!["other"], Some(own)));
    }
}
