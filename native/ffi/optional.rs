//! Symbols that not every CPython ≥ 3.10 has, or that the stable ABI leaves out, looked up when first used.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::OnceLock;

use super::{Py_ssize_t, PyInterpreterState, PyObject, PyThreadState};

/// `Py_buffer` as every CPython has laid it out since 3.0; the stable ABI has it from 3.11.
#[repr(C)]
pub struct Buffer {
    /// First byte of the memory.
    pub buf: *mut c_void,
    /// The exporter, a strong reference.
    pub obj: *mut PyObject,
    /// Length in bytes.
    pub len: Py_ssize_t,
    /// Length of one element in bytes.
    pub itemsize: Py_ssize_t,
    /// Non-zero where the memory must not be written.
    pub readonly: c_int,
    /// Number of dimensions.
    pub ndim: c_int,
    /// The element's format in `struct` syntax; null means `B`.
    pub format: *mut c_char,
    /// Elements per dimension.
    pub shape: *mut Py_ssize_t,
    /// Bytes between elements per dimension.
    pub strides: *mut Py_ssize_t,
    /// For indirect arrays.
    pub suboffsets: *mut Py_ssize_t,
    /// The exporter's own.
    pub internal: *mut c_void,
}

/// C-contiguous, read only allowed, with its format.
pub const BUFFER_CONTIGUOUS_FORMAT: c_int = 0x0020 | 0x0010 | 0x0008 | 0x0004;
/// Any layout, read only allowed, with its format.
pub const BUFFER_FULL_READ_ONLY: c_int = 0x0100 | 0x0010 | 0x0008 | 0x0004;

/// A vectorcall whose last argument, keyword names or a keyword dict, is always null here.
pub type Vectorcall = unsafe extern "C" fn(*mut PyObject, *const *mut PyObject, usize, *mut PyObject) -> *mut PyObject;

fn find(name: &CStr) -> Option<*mut c_void> {
    // SAFETY: dlsym with RTLD_DEFAULT and a NUL-terminated name has no other precondition.
    let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) };
    (!address.is_null()).then_some(address)
}

macro_rules! optional {
    ($(#[$doc:meta])* $name:ident = $symbol:literal : $type:ty) => {
        $(#[$doc])*
        pub fn $name() -> Option<$type> {
            static FOUND: OnceLock<Option<usize>> = OnceLock::new();
            FOUND.get_or_init(|| find($symbol).map(|address| address as usize)).map(|address| {
                // SAFETY: libpython exports the symbol with this type, as CPython's headers of every version that
                // has it say.
                unsafe { std::mem::transmute::<usize, $type>(address) }
            })
        }
    };
}

optional!(/// CPython ≥ 3.11.
    py_object_vectorcall = c"PyObject_Vectorcall": Vectorcall);
optional!(/// Every CPython here; outside the stable ABI.
    py_object_vectorcall_dict = c"PyObject_VectorcallDict": Vectorcall);
optional!(/// Every CPython here; in the stable ABI from 3.12.
    py_object_vectorcall_method = c"PyObject_VectorcallMethod": Vectorcall);
optional!(/// CPython ≥ 3.12.
    py_err_get_raised_exception = c"PyErr_GetRaisedException": unsafe extern "C" fn() -> *mut PyObject);
optional!(/// CPython ≥ 3.12.
    py_err_set_raised_exception = c"PyErr_SetRaisedException": unsafe extern "C" fn(*mut PyObject));
optional!(/// Every CPython here; outside the stable ABI.
    py_thread_state_delete_current = c"PyThreadState_DeleteCurrent": unsafe extern "C" fn());
optional!(/// Every CPython here; in the stable ABI from 3.11.
    py_object_get_buffer = c"PyObject_GetBuffer": unsafe extern "C" fn(*mut PyObject, *mut Buffer, c_int) -> c_int);
optional!(/// Every CPython here; in the stable ABI from 3.11.
    py_buffer_release = c"PyBuffer_Release": unsafe extern "C" fn(*mut Buffer));
optional!(/// Every CPython here; in the stable ABI from 3.11.
    py_buffer_to_contiguous = c"PyBuffer_ToContiguous":
        unsafe extern "C" fn(*mut c_void, *const Buffer, Py_ssize_t, c_char) -> c_int);
optional!(/// CPython ≤ 3.14: removed in 3.15.
    py_set_program_name = c"Py_SetProgramName": unsafe extern "C" fn(*const libc::wchar_t));
optional!(/// CPython ≤ 3.14.
    py_set_python_home = c"Py_SetPythonHome": unsafe extern "C" fn(*const libc::wchar_t));
optional!(/// CPython ≥ 3.14.
    py_init_config_create = c"PyInitConfig_Create": unsafe extern "C" fn() -> *mut c_void);
optional!(/// CPython ≥ 3.14.
    py_init_config_free = c"PyInitConfig_Free": unsafe extern "C" fn(*mut c_void));
optional!(/// CPython ≥ 3.14.
    py_init_config_set_int = c"PyInitConfig_SetInt": unsafe extern "C" fn(*mut c_void, *const c_char, i64) -> c_int);
optional!(/// CPython ≥ 3.14.
    py_init_config_set_str = c"PyInitConfig_SetStr":
        unsafe extern "C" fn(*mut c_void, *const c_char, *const c_char) -> c_int);
optional!(/// CPython ≥ 3.14.
    py_init_config_get_error = c"PyInitConfig_GetError":
        unsafe extern "C" fn(*mut c_void, *mut *const c_char) -> c_int);
optional!(/// CPython ≥ 3.14.
    py_initialize_from_init_config = c"Py_InitializeFromInitConfig": unsafe extern "C" fn(*mut c_void) -> c_int);
optional!(/// CPython ≥ 3.15, and later patches of 3.14: tells CPython the real bounds of the stack it runs on.
    py_unstable_set_stack_protection = c"PyUnstable_ThreadState_SetStackProtection":
        unsafe extern "C" fn(*mut PyThreadState, *mut c_void, usize) -> c_int);
optional!(/// Every CPython here; outside the stable ABI. Gives a borrowed reference or null without an exception.
    py_type_lookup = c"_PyType_Lookup":
        unsafe extern "C" fn(*mut super::PyTypeObject, *mut PyObject) -> *mut PyObject);
optional!(/// Every CPython here; in the stable ABI from 3.12.
    py_vectorcall_call = c"PyVectorcall_Call":
        unsafe extern "C" fn(*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject);
optional!(/// Every CPython here; outside the stable ABI.
    py_method_new = c"PyMethod_New": unsafe extern "C" fn(*mut PyObject, *mut PyObject) -> *mut PyObject);
optional!(/// CPython ≥ 3.9.
    py_thread_state_get_interpreter = c"PyThreadState_GetInterpreter":
        unsafe extern "C" fn(*mut PyThreadState) -> *mut PyInterpreterState);
optional!(/// Every CPython here; raises an exception in another thread.
    py_thread_state_set_async_exc = c"PyThreadState_SetAsyncExc":
        unsafe extern "C" fn(std::ffi::c_ulong, *mut PyObject) -> c_int);
optional!(/// Every CPython here.
    py_mem_raw_free = c"PyMem_RawFree": unsafe extern "C" fn(*mut c_void));
optional!(/// Every CPython here.
    py_decode_locale = c"Py_DecodeLocale": unsafe extern "C" fn(*const c_char, *mut usize) -> *mut libc::wchar_t);

/// CPython ≤ 3.14: the flag of UTF-8 mode, a global variable.
pub fn py_utf8_mode() -> Option<*mut c_int> {
    find(c"Py_UTF8Mode").map(<*mut c_void>::cast)
}

optional!(/// As `py_unstable_set_stack_protection`.
    py_unstable_reset_stack_protection = c"PyUnstable_ThreadState_ResetStackProtection":
        unsafe extern "C" fn(*mut PyThreadState));

optional!(/// Every CPython here.
    py_thread_get_thread_ident = c"PyThread_get_thread_ident": unsafe extern "C" fn() -> std::ffi::c_ulong);
optional!(/// CPython ≥ 3.12: a sub-interpreter with a configuration, say a GIL of its own.
    py_new_interpreter_from_config = c"Py_NewInterpreterFromConfig":
        unsafe extern "C" fn(*mut *mut PyThreadState, *const InterpreterConfig) -> Status);
optional!(/// Every CPython here.
    py_thread_state_swap = c"PyThreadState_Swap": unsafe extern "C" fn(*mut PyThreadState) -> *mut PyThreadState);
optional!(/// Every CPython here.
    py_err_get_exc_info = c"PyErr_GetExcInfo":
        unsafe extern "C" fn(*mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject));
optional!(/// CPython ≥ 3.11: a thread is not traced, profiled or monitored until as many calls of the next one.
    py_thread_state_enter_tracing = c"PyThreadState_EnterTracing": unsafe extern "C" fn(*mut PyThreadState));
optional!(/// CPython ≥ 3.11.
    py_thread_state_leave_tracing = c"PyThreadState_LeaveTracing": unsafe extern "C" fn(*mut PyThreadState));
optional!(/// Every CPython here.
    py_interpreter_state_thread_head = c"PyInterpreterState_ThreadHead":
        unsafe extern "C" fn(*mut PyInterpreterState) -> *mut PyThreadState);
optional!(/// Every CPython here.
    py_thread_state_next = c"PyThreadState_Next": unsafe extern "C" fn(*mut PyThreadState) -> *mut PyThreadState);

/// `PyInterpreterConfig`, as CPython has laid it out since 3.12.
#[repr(C)]
pub struct InterpreterConfig {
    /// Share the main interpreter's object allocator.
    pub use_main_obmalloc: c_int,
    /// Allow `os.fork`.
    pub allow_fork: c_int,
    /// Allow `os.exec*`.
    pub allow_exec: c_int,
    /// Allow threads.
    pub allow_threads: c_int,
    /// Allow daemon threads.
    pub allow_daemon_threads: c_int,
    /// Refuse extension modules that do not say that they support several interpreters.
    pub check_multi_interp_extensions: c_int,
    /// 0 default, 1 shared, 2 its own.
    pub gil: c_int,
}

/// `PyStatus`, as CPython has laid it out since 3.8.
#[repr(C)]
pub struct Status {
    /// 0 ok, 1 error, 2 exit.
    pub kind: c_int,
    /// Where, or null.
    pub function: *const c_char,
    /// What, or null.
    pub message: *const c_char,
    /// The exit code.
    pub exit_code: c_int,
}
optional!(/// CPython ≥ 3.13, or under its older private name: the attached thread state or null.
    py_thread_state_get_unchecked_13 = c"PyThreadState_GetUnchecked": unsafe extern "C" fn() -> *mut PyThreadState);
optional!(/// CPython ≤ 3.12.
    py_thread_state_get_unchecked_12 = c"_PyThreadState_UncheckedGet": unsafe extern "C" fn() -> *mut PyThreadState);

/// The attached thread state or null.
pub fn py_thread_state_get_unchecked() -> Option<unsafe extern "C" fn() -> *mut PyThreadState> {
    py_thread_state_get_unchecked_13().or_else(py_thread_state_get_unchecked_12)
}
/// `PyUnicode_New`: a length, and the largest character that will be written.
pub type NewStr = unsafe extern "C" fn(Py_ssize_t, u32) -> *mut PyObject;

optional!(/// Every CPython here; outside the stable ABI.
    py_unicode_new = c"PyUnicode_New": NewStr);
optional!(/// Every CPython here; outside the stable ABI.
    py_unicode_from_kind_and_data = c"PyUnicode_FromKindAndData":
        unsafe extern "C" fn(c_int, *const c_void, Py_ssize_t) -> *mut PyObject);
