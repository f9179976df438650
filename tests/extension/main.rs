//! Copies the test extension into the folder that is named, for tests that cargo does not run.

use std::fs;
use std::path::Path;

fn main() -> std::io::Result<()> {
    let to = std::env::args_os().nth(1).expect("usage: krait-test-extension FOLDER");
    fs::create_dir_all(&to)?;
    for entry in fs::read_dir(krait_test_extension::FOLDER)? {
        let entry = entry?;
        fs::copy(entry.path(), Path::new(&to).join(entry.file_name()))?;
    }
    Ok(())
}
