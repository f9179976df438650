//! The page of settings against the sources: what can be set stands there, and nothing else.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The constants of the Java sources that are names of system properties a user sets: `"krait.…"` in small letters.
fn properties(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder of Java sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            properties(&path, found);
            continue;
        }
        for line in
            read(&path).lines().filter(|line| line.contains("static final String") || line.contains("getProperty"))
        {
            for part in line.split('"').skip(1).step_by(2) {
                let name = part.strip_prefix("krait.").unwrap_or_default();
                if name.starts_with(|c: char| c.is_ascii_lowercase()) {
                    found.insert(part.to_owned());
                }
            }
        }
    }
}

#[test]
fn every_system_property_stands_in_the_page_of_settings() {
    let mut read_by_java = BTreeSet::new();
    for module in ["krait", "krait-pemja", "krait-flink"] {
        properties(&root().join("java").join(module).join("src/main/java/dev/krait"), &mut read_by_java);
    }
    let page = read(&root().join("docs/setup.md"));
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `krait."));
    let documented: BTreeSet<String> =
        rows.filter_map(|row| row.split('`').next()).map(|name| format!("krait.{name}")).collect();
    assert!(documented.len() > 5, "the table of properties is not where it was");
    assert_eq!(documented, read_by_java);
}

#[test]
fn the_exit_codes_of_the_page_are_those_of_the_tool() {
    let codes = read(&root().join("java/krait/src/main/java/dev/krait/cli/ExitCodes.java"));
    let in_java: BTreeSet<i32> = codes
        .lines()
        .filter(|line| line.contains("static final int"))
        .map(|line| line.rsplit_once("= ").expect("a value").1.trim_end_matches(';').parse().expect("an int"))
        .collect();
    let page = read(&root().join("docs/setup.md"));
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(' ').next()?.parse().ok());
    assert_eq!(rows.collect::<BTreeSet<i32>>(), in_java);
}
