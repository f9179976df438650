//! A C extension whose own threads take the GIL by `PyGILState_Ensure`, beside the thread states that Krait makes.
//!
//! One test, for Python belongs to the thread that starts it.

use std::ffi::CString;

use krait_core::ffi;
use krait_core::py::{Gil, Start, ThreadState, initialise};

/// Runs statements, which say by `assert` what they expect.
fn run(gil: Gil<'_>, code: &str) {
    let code = CString::new(code).expect("test code has no NUL");
    let globals = gil.dict().unwrap_or_else(|_| panic!("no dict"));
    let ran = gil.compile(&code, c"<test>", ffi::Py_file_input).and_then(|code| gil.run_code(&code, &globals));
    if let Err(raised) = ran {
        let exception = gil.take_raised(raised);
        let text = exception.repr(gil).and_then(|text| text.to_string_lossy(gil));
        panic!("{}", text.unwrap_or_else(|_| "an exception without a text".to_owned()));
    }
}

#[test]
fn threads_of_an_extension_and_threads_that_krait_attaches_share_the_interpreter() {
    let start = Start { program: option_env!("PYO3_PYTHON").unwrap_or("python3"), home: None };
    // SAFETY: no other test is in this program; the token is not used after the detach below.
    let gil = unsafe { initialise(&start) }.unwrap_or_else(|error| panic!("{error}"));
    let interpreter = gil.interpreter();
    run(gil, &format!("import sys\nsys.path.insert(0, {:?})\nimport krait_threads", krait_test_extension::FOLDER));
    // SAFETY: no token of this thread is used before it attaches again.
    let main = unsafe { gil.detach() };

    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                // SAFETY: the interpreter lives as long as the process.
                let state = unsafe { ThreadState::new(interpreter) }.expect("memory for a thread state");
                // SAFETY: a thread state of this thread's own, which has none attached.
                let gil = unsafe { state.attach() };
                run(
                    gil,
                    "import krait_threads\n\
                     assert krait_threads.holds()\n\
                     assert krait_threads.nested(krait_threads.holds)\n\
                     assert sorted(krait_threads.run(lambda n: n * n, 3, 50)) == [0] * 50 + [1] * 50 + [4] * 50\n\
                     assert krait_threads.holds()",
                );
                // SAFETY: it is the attached one, and no token is used after it.
                unsafe { state.delete_attached() };
            });
        }
    });

    // SAFETY: this thread's own, detached above.
    let gil = unsafe { main.attach() };
    run(gil, "import krait_threads\nassert krait_threads.run(str, 1, 1) == ['0']");
}
