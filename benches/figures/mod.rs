//! The rows of a table of figures, as `figures.py` prints and hands them on.

use std::fs::OpenOptions;
use std::io::Write;

/// One figure of several runs, of which the least, the median and the most are told; a ratio has no unit.
pub fn row(name: &str, values: impl IntoIterator<Item = f64>, unit: &str, digits: usize) {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    let [least, middle, most] = [0, values.len() / 2, values.len() - 1].map(|at| values[at]);
    let shown =
        format!("{name:52} {least:10.digits$} {middle:10.digits$} {most:10.digits$}  {unit}");
    println!("{}", shown.trim_end());
    let Some(path) = std::env::var_os("FIGURES") else {
        return;
    };
    let told = serde_json::json!({
        "name": name, "unit": unit, "digits": digits, "min": least, "median": middle, "max": most,
    });
    let file = OpenOptions::new().create(true).append(true).open(path);
    let written = file.and_then(|mut file| writeln!(file, "{told}"));
    written.expect("the file of figures can be written");
}
