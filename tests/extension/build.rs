//! Compiles the extension against the stable ABI of CPython 3.10, so that one build serves every Python.

use std::path::{Path, PathBuf};
use std::process::Command;

const SOURCE: &str = "krait_threads.c";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={SOURCE}");
    println!("cargo:rerun-if-env-changed=PYO3_PYTHON");
    println!("cargo:rerun-if-env-changed=KRAIT_PYTHON");
    let folder = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR")).join("extension");
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));

    let mut build = cc::Build::new();
    build.pic(true).opt_level(1).extra_warnings(true).warnings_into_errors(true);
    build.flag("-isystem").flag(headers()).define("Py_LIMITED_API", "0x030a0000");
    // cc makes static libraries; an extension module is a shared one, which the compiler it found makes.
    let mut compiler = build.get_compiler().to_command();
    compiler.args(["-shared", "-pthread", SOURCE, "-o"]).arg(folder.join("krait_threads.abi3.so"));
    if std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "macos") {
        compiler.args(["-undefined", "dynamic_lookup"]);
    }
    let status = compiler.status().unwrap_or_else(|error| panic!("{compiler:?}: {error}"));
    assert!(status.success(), "{compiler:?}: {status}");
    println!("cargo:rustc-env=KRAIT_TEST_EXTENSION={}", folder.display());
}

/// The folder with Python.h of the Python that the tests use.
fn headers() -> String {
    let python = ["PYO3_PYTHON", "KRAIT_PYTHON"].into_iter().find_map(|name| std::env::var(name).ok());
    let python = python.unwrap_or_else(|| "python3".to_owned());
    let code = "import sysconfig; print(sysconfig.get_path('include'), end='')";
    let output = Command::new(&python).args(["-I", "-c", code]).output();
    let output = output.unwrap_or_else(|error| panic!("{python}: {error}"));
    let folder = String::from_utf8(output.stdout).expect("Python prints UTF-8");
    assert!(
        Path::new(&folder).join("Python.h").exists(),
        "Python.h of {python} is not in {folder:?}; on Debian, python3-dev has it"
    );
    folder
}
