//! Python for tests: started once, attached by whichever thread a test runs on.

use std::ffi::CString;
use std::sync::Once;

use super::{Gil, Object, Owned, Start, initialise};
use crate::ffi;

/// The interpreter whose libpython the tests are linked to.
fn executable() -> &'static str {
    option_env!("PYO3_PYTHON").unwrap_or("python3")
}

fn start() {
    static START: Once = Once::new();
    START.call_once(|| {
        // SAFETY: once, before any other call; the token is not used.
        if let Err(error) = unsafe { initialise(&Start { program: executable(), home: None }) } {
            panic!("{error}");
        }
        // SAFETY: attached by initialise; the GIL is given back so that every test thread can take it.
        unsafe { ffi::PyEval_SaveThread() };
        attached(|gil| {
            run(
                gil,
                concat!(
                    "import sys, types\n",
                    "krait = types.ModuleType('krait')\n",
                    "krait.__path__ = ['",
                    env!("CARGO_MANIFEST_DIR"),
                    "/python/krait']\n",
                    "sys.modules['krait'] = krait\n",
                ),
                &namespace(gil),
            );
        });
    });
}

/// Runs `body` with the GIL.
///
/// `krait` is a bare module there: its `__init__` needs the JVM.
pub(crate) fn with_python<R>(body: impl for<'g> FnOnce(Gil<'g>) -> R) -> R {
    start();
    attached(body)
}

fn attached<R>(body: impl for<'g> FnOnce(Gil<'g>) -> R) -> R {
    struct Release(ffi::PyGILState_STATE);
    impl Drop for Release {
        fn drop(&mut self) {
            // SAFETY: pairs with the Ensure below, on the same thread.
            unsafe { ffi::PyGILState_Release(self.0) }
        }
    }
    // SAFETY: Python is initialised and its main thread has given the GIL back.
    let _release = Release(unsafe { ffi::PyGILState_Ensure() });
    // SAFETY: attached until `_release` is dropped, after `body` has returned.
    body(unsafe { Gil::assume() })
}

/// As [`with_python`], on a stack as large as the one that Python has at run time: a test's own is smaller, and
/// unoptimised code needs more.
pub(crate) fn with_python_deep(body: impl for<'g> FnOnce(Gil<'g>) + Send) {
    let panic = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(16 << 20);
        thread.spawn_scoped(scope, || with_python(body)).expect("a thread starts").join()
    });
    if let Err(panic) = panic {
        std::panic::resume_unwind(panic);
    }
}

/// A fresh globals dict with `__builtins__` in it.
pub(crate) fn namespace<'g>(gil: Gil<'g>) -> Owned<'g> {
    let globals = expect(gil, gil.dict());
    let builtins = expect(gil, gil.import(c"builtins"));
    let name = expect(gil, gil.str("__builtins__"));
    expect(gil, globals.dict_set(gil, &name, &builtins));
    globals
}

/// Runs statements.
pub(crate) fn run(gil: Gil<'_>, code: &str, globals: &Object) {
    let code = CString::new(code).expect("test code has no NUL");
    let code = expect(gil, gil.compile(&code, c"<test>", ffi::Py_file_input));
    expect(gil, gil.run_code(&code, globals));
}

/// Evaluates an expression with these globals.
pub(crate) fn eval_in<'g>(gil: Gil<'g>, expression: &str, globals: &Object) -> Owned<'g> {
    let code = CString::new(expression).expect("test code has no NUL");
    let code = expect(gil, gil.compile(&code, c"<test>", ffi::Py_eval_input));
    expect(gil, gil.run_code(&code, globals))
}

/// Evaluates an expression in a fresh namespace; statements before it stand before the last line.
pub(crate) fn eval<'g>(gil: Gil<'g>, code: &str) -> Owned<'g> {
    let globals = namespace(gil);
    match code.rsplit_once('\n') {
        Some((statements, expression)) => {
            run(gil, statements, &globals);
            eval_in(gil, expression, &globals)
        }
        None => eval_in(gil, code, &globals),
    }
}

/// The value, or a panic with the exception's type and message.
#[track_caller]
pub(crate) fn expect<T>(gil: Gil<'_>, result: super::Result<T>) -> T {
    result.unwrap_or_else(|raised| panic!("{}", describe(gil, raised)))
}

/// `Type: message` of what was raised.
pub(crate) fn describe(gil: Gil<'_>, raised: super::Raised) -> String {
    let exception = gil.take_raised(raised);
    let text = |object: super::Result<Owned<'_>>| match object.and_then(|object| object.to_string_lossy(gil)) {
        Ok(text) => text,
        Err(raised) => {
            gil.clear_raised(raised);
            "?".to_owned()
        }
    };
    let class = text(exception.class(gil).attr_str(gil, c"__name__"));
    format!("{class}: {}", text(exception.str(gil)))
}

/// `repr(object)`.
#[track_caller]
pub(crate) fn repr(gil: Gil<'_>, object: &Object) -> String {
    let text = expect(gil, object.repr(gil));
    expect(gil, text.to_string_lossy(gil))
}
