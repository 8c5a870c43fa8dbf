//! Amounts of memory and disk, as they are typed.

use std::str::FromStr;

/// An amount in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByteSize(pub u64);

/// Nobody who leaves the unit out means bytes.
fn without_unit(number: &str) -> String {
    format!("it has no unit: write {number}MB or {number}MiB, or {number}B for bytes")
}

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number, unit) = text.split_at(digits);
        let scale: u64 = match unit.trim().to_ascii_lowercase().as_str() {
            "" if digits > 0 => return Err(without_unit(number)),
            "b" => 1,
            "k" | "kb" => 1_000,
            "kib" => 1 << 10,
            "m" | "mb" => 1_000_000,
            "mib" => 1 << 20,
            "g" | "gb" => 1_000_000_000,
            "gib" => 1 << 30,
            _ => return Err("write a number with MB or GB, as 600MB".into()),
        };
        let bytes = number
            .parse::<u64>()
            .ok()
            .and_then(|number| number.checked_mul(scale));
        match bytes {
            Some(bytes) if bytes > 0 => Ok(Self(bytes)),
            _ => Err("write a number with MB or GB, as 600MB".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_has_a_unit() {
        let bytes = |text: &str| text.parse::<ByteSize>().map(|size| size.0);
        assert_eq!(bytes("600MB"), Ok(600_000_000));
        assert_eq!(bytes("2 GiB"), Ok(2 << 30));
        assert_eq!(bytes("512b"), Ok(512));
        let bare = bytes("600").expect_err("no unit");
        assert!(bare.contains("600MB") && bare.contains("600MiB"), "{bare}");
        for wrong in [
            "",
            "MB",
            "0MB",
            "-1MB",
            "1.5GB",
            "99999999999999999999GB",
            "6TB",
        ] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }
}
