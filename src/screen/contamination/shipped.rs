//! The fingerprints that come with the program: hashes of eight public benchmarks, in `data/fingerprints/`.
//!
//! Made by `gradatim fingerprint`; each file's first line says from what. They hold no text.

/// A benchmark by name, as its fingerprint's file.
const SHIPPED: [(&str, &[u8]); 8] = [
    (
        "aime24",
        include_bytes!("../../../data/fingerprints/aime24.fingerprint"),
    ),
    (
        "aime25",
        include_bytes!("../../../data/fingerprints/aime25.fingerprint"),
    ),
    (
        "math500",
        include_bytes!("../../../data/fingerprints/math500.fingerprint"),
    ),
    (
        "amc23",
        include_bytes!("../../../data/fingerprints/amc23.fingerprint"),
    ),
    (
        "olympiadbench",
        include_bytes!("../../../data/fingerprints/olympiadbench.fingerprint"),
    ),
    (
        "aime_1983_2024",
        include_bytes!("../../../data/fingerprints/aime_1983_2024.fingerprint"),
    ),
    (
        "minerva",
        include_bytes!("../../../data/fingerprints/minerva.fingerprint"),
    ),
    (
        "olymmath_en_hard",
        include_bytes!("../../../data/fingerprints/olymmath_en_hard.fingerprint"),
    ),
];

/// The file of a benchmark's fingerprint, or none where it does not come with the program.
pub fn shipped(name: &str) -> Option<&'static [u8]> {
    let found = SHIPPED.iter().find(|(known, _)| *known == name);
    found.map(|(_, bytes)| *bytes)
}

/// The names that [`shipped`] knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::super::DETECTOR_VERSION;
    use super::super::fingerprint::Fingerprint;
    use super::super::selftest::{NUMBERS, VERBATIM};
    use super::*;

    #[test]
    fn shipped_fingerprints_can_be_read_and_were_measured_by_this_detector() {
        for (name, bytes) in SHIPPED {
            let fingerprint = Fingerprint::from_bytes(bytes).expect(name);
            assert_eq!(fingerprint.name, name);
            let measured = fingerprint.measured.expect("a self-test");
            assert_eq!(measured.detector_version, DETECTOR_VERSION, "{name}");
            let verbatim = measured.planted[VERBATIM];
            let items = fingerprint.items.len() as u32;
            assert_eq!(
                (verbatim.planted, verbatim.contaminated()),
                (items, items),
                "{name}"
            );
            assert_eq!(measured.planted[NUMBERS].contaminated(), 0, "{name}");
        }
    }
}
