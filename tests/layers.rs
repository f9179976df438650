//! The layers of `native/`: each imports only what stands above it, and unsafe code stays in its rooms.

use std::fs;
use std::path::{Path, PathBuf};

/// From the top down, as `native/lib.rs` and `native/ARCHITECTURE.md` list them.
const LAYERS: [&str; 7] = ["ffi", "py", "frame", "jvm", "runtime", "bridge", "entry"];

/// The layers that may have unsafe code at all; in `frame` only the cursor.
const UNSAFE: [&str; 6] = ["ffi", "py", "frame/cursor", "jvm", "runtime", "entry"];

/// Every source below a folder of `native/`, with its path from there and its text without comments.
fn sources(folder: &str) -> Vec<(String, String)> {
    let native = Path::new(env!("CARGO_MANIFEST_DIR")).join("native");
    let mut folders = vec![native.join(folder)];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of native/") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&native).expect("below native/").display().to_string();
                let text = fs::read_to_string(&path).expect("a source");
                let code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
                sources.push((name, code.collect::<Vec<_>>().join("\n")));
            }
        }
    }
    assert!(!sources.is_empty(), "native/{folder} has no sources");
    sources
}

/// Whether `word` stands in the text as a whole word.
fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|part| part == word)
}

#[test]
fn a_layer_imports_only_layers_above_it() {
    for (index, layer) in LAYERS.iter().enumerate() {
        for (name, text) in sources(layer) {
            for below in &LAYERS[index + 1..] {
                assert!(
                    !text.contains(&format!("crate::{below}")),
                    "{name} imports {below}, which stands below {layer}"
                );
            }
            assert!(!text.contains("use crate::{"), "{name}: name the layer in each import");
        }
    }
}

#[test]
fn every_folder_of_native_is_a_layer_or_the_loader() {
    let native = Path::new(env!("CARGO_MANIFEST_DIR")).join("native");
    for entry in fs::read_dir(native).expect("native/") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name");
        if entry.path().is_dir() {
            assert!(name == "loader" || LAYERS.contains(&name.as_str()), "native/{name} is no layer");
        }
    }
}

#[test]
fn cpython_is_imported_in_one_room() {
    for layer in &LAYERS[1..] {
        for (name, text) in sources(layer) {
            assert!(!has_word(&text, "pyo3_ffi"), "{name} uses pyo3_ffi; ffi/ is the only layer that does");
        }
    }
}

#[test]
fn the_codec_and_what_stands_above_it_know_no_jvm() {
    for layer in ["ffi", "py", "frame"] {
        for (name, text) in sources(layer) {
            assert!(!has_word(&text, "jni"), "{name} uses the JVM");
        }
    }
}

#[test]
fn unsafe_code_stays_in_its_rooms() {
    for layer in LAYERS {
        for (name, text) in sources(layer) {
            if !UNSAFE.iter().any(|room| name.starts_with(&format!("{room}/"))) {
                assert!(!has_word(&text, "unsafe"), "{name} has unsafe code");
            }
        }
    }
}

#[test]
fn the_command_line_tool_stands_on_the_api_and_nothing_on_the_tool() {
    let main = Path::new(env!("CARGO_MANIFEST_DIR")).join("java/krait/src/main/java/dev/krait");
    for folder in [main.clone(), main.join("internal")] {
        for entry in fs::read_dir(folder).expect("a folder of Java sources") {
            let path = entry.expect("an entry").path();
            if path.extension().is_some_and(|extension| extension == "java") {
                let text = fs::read_to_string(&path).expect("a source");
                assert!(!text.contains("import dev.krait.cli"), "{} imports the tool", path.display());
            }
        }
    }
}
