//! Whether a thread that imports modules can be stopped, by what is on its stack.
//!
//! A single module of Python code that is stopped half-way is forgotten by CPython, and runs anew when it is imported again, as
//! after any exception there. Everything else is spared: a module that other threads wait for, which would go on with what there
//! is of it; one of the standard library, which is done in a moment, since others may come just while it is stopped (`encodings`
//! would take a codec for unknown then, for ever); the machinery itself, which holds locks; a package, whose submodules stay when it
//! goes, so that importing it again fails in ways that nobody connects with a stop; an extension module, which may not be
//! initialised twice; and code that is run so that nobody forgets the module: a reload, or a loader that is called by hand.

use crate::py::{Gil, Object, Owned, Result};

/// The files of the machinery. Every function there may hold a lock.
const MACHINERY: &str = "<frozen importlib.";
/// Its functions between a module's code and whoever asked for the module, from the code on. The third one has CPython forget
/// the module whose code raises. Frozen modules come without the first.
const LOADING: [&str; 5] =
    ["_call_with_frames_removed", "exec_module", "_load_unlocked", "_find_and_load_unlocked", "_find_and_load"];
const LOADED: usize = LOADING.len();
/// Those that may stand between that and who asked.
const ASKING: [&str; 3] = ["_gcd_import", "_call_with_frames_removed", "_handle_fromlist"];

/// Whether the machinery runs a frame's code.
pub(super) fn is_machinery(gil: Gil<'_>, code: &Object) -> Result<bool> {
    Ok(code.attr_str(gil, c"co_filename")?.to_string_lossy(gil)?.starts_with(MACHINERY))
}

/// Looks at a stack's frames, from the innermost on.
pub(super) struct Imports {
    spares_library: bool,
    /// How much of [`LOADING`] has been seen since a single module's code; none where the last frame was any other.
    seen: Option<usize>,
}

impl Imports {
    /// `spares_library`: single modules of the standard library must not be cut short, either.
    pub(super) fn new(spares_library: bool) -> Imports {
        Imports { spares_library, seen: None }
    }

    /// The next frame, its function's name, and whether that is the machinery's: whether the imports seen so far may be cut short there.
    pub(super) fn may_end(&mut self, gil: Gil<'_>, frame: &Object, name: &str, is_machinery: bool) -> Result<bool> {
        if !is_machinery {
            let is_whole = self.seen.is_none_or(|seen| seen == 0 || seen == LOADED);
            let module = single_module(gil, frame, name)?;
            self.seen = module.is_some().then_some(0);
            let is_spared = match module {
                Some(module) => self.spares_library && is_of_library(gil, &module)? || is_waited_for(gil, &module)?,
                None => false,
            };
            return Ok(is_whole && !is_spared);
        }
        self.seen = self.seen.and_then(|seen| after(seen, name));
        Ok(self.seen.is_some())
    }
}

/// How much has been seen with one more function of the machinery.
fn after(seen: usize, function: &str) -> Option<usize> {
    match seen {
        0 if function == LOADING[1] => Some(2),
        LOADED => ASKING.contains(&function).then_some(LOADED),
        _ => (LOADING[seen] == function).then_some(seen + 1),
    }
}

/// The name of the module whose code a frame is, if that comes from a file of Python code, and is no package.
fn single_module<'g>(gil: Gil<'g>, frame: &Object, name: &str) -> Result<Option<Owned<'g>>> {
    if name != "<module>" {
        return Ok(None);
    }
    let globals: Owned<'_> = frame.attr_str(gil, c"f_globals")?;
    if globals.dict_get(gil, &*gil.str("__path__")?)?.is_some() {
        return Ok(None);
    }
    let Some(file) = globals.dict_get(gil, &*gil.str("__file__")?)? else {
        return Ok(None);
    };
    let file = file.to_string_lossy(gil)?;
    if !file.ends_with(".py") && !file.ends_with(".pyc") {
        return Ok(None);
    }
    globals.dict_get(gil, &*gil.str("__name__")?)
}

/// Whether a module is one of the standard library.
fn is_of_library(gil: Gil<'_>, name: &Object) -> Result<bool> {
    let name = name.to_string_lossy(gil)?;
    let package = name.split('.').next().unwrap_or_default();
    gil.sys(c"stdlib_module_names").map_or(Ok(false), |known| known.contains(gil, &*gil.str(package)?))
}

/// Whether another thread waits until a module has been imported.
fn is_waited_for(gil: Gil<'_>, name: &Object) -> Result<bool> {
    let Some(importlib) = gil.imported(c"_frozen_importlib") else {
        return Ok(false);
    };
    let Some(lock) = importlib.attr_str(gil, c"_module_locks")?.dict_get(gil, name)? else {
        return Ok(false);
    };
    let lock = lock.call(gil, &[])?;
    // A number, or, since CPython 3.12, a list.
    if lock.is_none() { Ok(false) } else { lock.attr_str(gil, c"waiters")?.truth(gil) }
}

#[cfg(test)]
mod tests {
    use super::{LOADED, LOADING, after};

    fn seen(functions: &[&str]) -> Option<usize> {
        functions.iter().try_fold(0, |seen, function| after(seen, function))
    }

    #[test]
    fn a_module_that_is_asked_for_may_end() {
        assert_eq!(seen(&LOADING), Some(LOADED));
        assert_eq!(seen(&LOADING[1..]), Some(LOADED));
        let from_a_package = [&LOADING[..], &["_call_with_frames_removed", "_handle_fromlist"]].concat();
        assert_eq!(seen(&from_a_package), Some(LOADED));
        assert_eq!(seen(&[&LOADING[..], &["_gcd_import"]].concat()), Some(LOADED));
    }

    #[test]
    fn what_is_no_module_of_python_code_may_not() {
        assert_eq!(seen(&["_call_with_frames_removed", "exec_module", "_exec"]), None);
        assert_eq!(seen(&["_call_with_frames_removed", "create_module"]), None);
        assert_eq!(seen(&["_find_spec"]), None);
        // C code between the two imports: an extension module that imports one of Python code.
        assert_eq!(seen(&[&LOADING[..], &["_call_with_frames_removed", "exec_module"]].concat()), None);
    }
}
