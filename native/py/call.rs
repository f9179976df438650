//! Calls, imports, running code.

use std::ffi::{CStr, c_int};
use std::ptr::null_mut;
use std::sync::OnceLock;

use super::{Exception, Gil, Object, Owned, Result};
use crate::ffi::{self, optional};

fn vectorcall() -> optional::Vectorcall {
    static FOUND: OnceLock<optional::Vectorcall> = OnceLock::new();
    *FOUND.get_or_init(|| {
        optional::py_object_vectorcall()
            .or_else(optional::py_object_vectorcall_dict)
            .expect("every CPython from 3.9 on exports PyObject_VectorcallDict")
    })
}

impl Object {
    /// `self(*args)`.
    #[inline]
    pub fn call<'g>(&self, gil: Gil<'g>, args: &[&Object]) -> Result<Owned<'g>> {
        // SAFETY: live objects under the GIL. `&Object` is a non-null pointer to a Python object, so the slice is the
        // array of borrowed references that vectorcall reads; it writes nothing, since no offset flag is given.
        gil.owned(unsafe {
            vectorcall()(self.as_ptr(), args.as_ptr().cast::<*mut ffi::PyObject>(), args.len(), null_mut())
        })
    }

    /// `self(*args)` with owned arguments.
    #[inline]
    pub fn call_owned<'g>(&self, gil: Gil<'g>, args: &[Owned<'_>]) -> Result<Owned<'g>> {
        // SAFETY: as in `call`; Owned is a transparent non-null pointer to a Python object.
        gil.owned(unsafe {
            vectorcall()(self.as_ptr(), args.as_ptr().cast::<*mut ffi::PyObject>(), args.len(), null_mut())
        })
    }

    /// `self(*args, **keywords)` with a tuple and a dict.
    pub fn call_with_keywords<'g>(&self, gil: Gil<'g>, args: &Object, keywords: Option<&Object>) -> Result<Owned<'g>> {
        let keywords = keywords.map_or(null_mut(), Object::as_ptr);
        // SAFETY: live objects under the GIL; CPython checks that they are a tuple and a dict.
        gil.owned(unsafe { ffi::PyObject_Call(self.as_ptr(), args.as_ptr(), keywords) })
    }

    /// `self.name(*args)`; `self` stands first among the arguments.
    #[inline]
    pub fn call_method_object<'g>(&self, gil: Gil<'g>, name: &Object, args: &[&Object]) -> Result<Owned<'g>> {
        debug_assert!(args.first().is_some_and(|first| first.is(self)));
        let Some(call) = optional::py_object_vectorcall_method() else {
            return self.attr(gil, name)?.call(gil, &args[1..]);
        };
        // SAFETY: as in `call`; the name comes first, then the array that begins with the object.
        gil.owned(unsafe { call(name.as_ptr(), args.as_ptr().cast::<*mut ffi::PyObject>(), args.len(), null_mut()) })
    }

    /// `self.name(*args)`.
    pub fn call_method<'g>(&self, gil: Gil<'g>, name: &CStr, args: &[&Object]) -> Result<Owned<'g>> {
        self.attr_str(gil, name)?.call(gil, args)
    }
}

/// As often is an import begun anew that another thread has spoilt.
const IMPORTS: usize = 10;

/// Whether a KeyError is about this name.
fn is_missing(gil: Gil<'_>, exception: &Object, name: &CStr) -> Result<bool> {
    let arguments = exception.attr_str(gil, c"args")?;
    match arguments.tuple_item(0) {
        Some(key) if key.is_str() => Ok(key.to_string_lossy(gil)?.as_bytes() == name.to_bytes()),
        _ => Ok(false),
    }
}

impl<'g> Gil<'g> {
    /// `importlib.import_module(name)`: for a dotted name the last module.
    ///
    /// Where another thread imports it already, CPython waits; and if that fails or is stopped, it takes the module away from
    /// whoever waits, too, and raises a KeyError, or gives what there is of the module. Nothing is wrong here then, and the
    /// import begins anew.
    pub fn import(self, name: &CStr) -> Result<Owned<'g>> {
        for _ in 0..IMPORTS {
            match self.import_once(name) {
                Ok(module) if !self.imported(name).is_some_and(|current| current.is(&module)) => {}
                Err(raised) if self.raised_is(&raised, Exception::Key) => {
                    let exception = self.take_raised(raised);
                    if !is_missing(self, &exception, name)? {
                        return Err(self.raise_object(&exception));
                    }
                }
                imported => return imported,
            }
        }
        self.import_once(name)
    }

    fn import_once(self, name: &CStr) -> Result<Owned<'g>> {
        // SAFETY: a C string under the GIL.
        self.owned(unsafe { ffi::PyImport_ImportModule(name.as_ptr()) })
    }

    /// A module that has been imported in this interpreter, or is being imported.
    pub fn imported(self, name: &CStr) -> Option<Owned<'g>> {
        let find = |name: &Object| {
            // SAFETY: a live str under the GIL; it gives a new reference, or null, with an exception or without.
            let module = unsafe { ffi::PyImport_GetModule(name.as_ptr()) };
            if module.is_null() && !self.has_raised() { Ok(None) } else { self.owned(module).map(Some) }
        };
        self.interned(name).and_then(|name| find(&name)).unwrap_or_else(|raised| {
            self.clear_raised(raised);
            None
        })
    }

    /// Compiles source text; `start` is `Py_file_input`, `Py_eval_input` or `Py_single_input`.
    pub fn compile(self, source: &CStr, file: &CStr, start: c_int) -> Result<Owned<'g>> {
        // SAFETY: C strings under the GIL.
        self.owned(unsafe { ffi::Py_CompileString(source.as_ptr(), file.as_ptr(), start) })
    }

    /// Runs a code object with these globals, which are its locals too.
    pub fn run_code(self, code: &Object, globals: &Object) -> Result<Owned<'g>> {
        // SAFETY: live objects under the GIL; CPython checks that they are code and a dict.
        self.owned(unsafe { ffi::PyEval_EvalCode(code.as_ptr(), globals.as_ptr(), globals.as_ptr()) })
    }

    /// The `builtins` of this interpreter, as a dict.
    pub fn builtins(self) -> Result<Owned<'g>> {
        self.import(c"builtins")?.attr_str(self, c"__dict__")
    }
}

#[cfg(test)]
mod tests {
    use crate::py::testing::{describe, namespace, repr, run, with_python};

    #[test]
    fn an_import_that_another_thread_spoils_begins_anew() {
        with_python(|gil| {
            let code = "import importlib.util, sys\n\
                class Finder:\n    runs = 0\n\
                \x20   def find_spec(self, name, path=None, target=None):\n\
                \x20       return importlib.util.spec_from_loader(name, self) if name.startswith('spoilt_') else None\n\
                \x20   def create_module(self, spec): return None\n\
                \x20   def exec_module(self, module):\n\
                \x20       Finder.runs += 1\n\
                \x20       if module.__name__ == 'spoilt_by_itself': raise KeyError('other')\n\
                \x20       if module.__name__ == 'spoilt_always' or Finder.runs < 3: del sys.modules[module.__name__]\n\
                sys.meta_path.append(Finder())";
            let globals = namespace(gil);
            run(gil, code, &globals);
            let module = gil.import(c"spoilt_twice").expect("the third time it stays");
            let name = module.attr_str(gil, c"__name__").expect("a name");
            assert_eq!(repr(gil, &name), "'spoilt_twice'");
            for (name, error) in
                [(c"spoilt_by_itself", "KeyError: 'other'"), (c"spoilt_always", "KeyError: 'spoilt_always'")]
            {
                let raised = gil.import(name).err().expect("it is never there");
                assert_eq!(describe(gil, raised), error);
            }
        });
    }

    #[test]
    fn an_import_that_fails_in_another_thread_meanwhile_begins_anew() {
        with_python(|gil| {
            let code = "import importlib.util, sys, threading, time\n\
                class Finder:\n    runs = 0\n\
                \x20   def find_spec(self, name, path=None, target=None):\n\
                \x20       return importlib.util.spec_from_loader(name, self) if name == 'failing_once' else None\n\
                \x20   def create_module(self, spec): return None\n\
                \x20   def exec_module(self, module):\n\
                \x20       Finder.runs += 1\n\
                \x20       if Finder.runs == 1:\n\
                \x20           time.sleep(0.2)\n\
                \x20           raise ValueError\n\
                \x20       module.whole = True\n\
                def fail():\n\
                \x20   try: import failing_once\n\
                \x20   except ValueError: pass\n\
                sys.meta_path.append(Finder())\n\
                thread = threading.Thread(target=fail)\nthread.start()\n\
                while 'failing_once' not in sys.modules: time.sleep(0.001)";
            run(gil, code, &namespace(gil));
            let module = gil.import(c"failing_once").expect("the second time it is made");
            assert!(module.attr_str(gil, c"whole").expect("all of it").is_true());
        });
    }
}
