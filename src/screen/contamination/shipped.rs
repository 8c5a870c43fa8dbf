//! The fingerprints that come with the program: hashes of five public benchmarks, in `data/fingerprints/`.
//!
//! Made by `gradatim fingerprint`; each file's first line says from what. They hold no text.

/// A benchmark by name, as its fingerprint's file.
const SHIPPED: [(&str, &[u8]); 5] = [
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
    use super::super::fingerprint::Fingerprint;
    use super::super::selftest::{NUMBERS, VERBATIM};
    use super::*;

    #[test]
    fn shipped_fingerprints_can_be_read_and_missed_nothing_when_they_were_made() {
        let items = [30, 30, 500, 40, 675];
        for ((name, bytes), items) in SHIPPED.iter().zip(items) {
            let fingerprint = Fingerprint::from_bytes(bytes).expect(name);
            assert_eq!(
                (fingerprint.name.as_str(), fingerprint.items.len()),
                (*name, items)
            );
            let measured = fingerprint.measured.expect("a self-test");
            assert_eq!(measured.recall, 1.0, "{name}");
            assert_eq!(measured.planted[VERBATIM].exact, items as u32, "{name}");
            assert_eq!(measured.planted[NUMBERS].missed, 0, "{name}");
        }
    }
}
