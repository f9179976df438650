//! Errors: the indicator, taking an exception out of it, raising one.

use std::any::Any;
use std::ffi::{CString, c_int};
use std::marker::PhantomData;

use super::{Gil, Object, Owned};
use crate::ffi::{self, optional};

/// The error indicator of this thread is set: propagate it, or take the exception with [`Gil::take_raised`].
#[must_use]
#[derive(Debug)]
pub struct Raised(PhantomData<*mut ()>);

/// The result of every fallible Python call.
pub type Result<T> = std::result::Result<T, Raised>;

/// What to tell of a panic of Krait's, by what it carries.
#[cold]
pub fn panic_text(carried: &(dyn Any + Send)) -> String {
    let text = carried
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| carried.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    format!("Krait panicked: {text}")
}

/// The built-in exceptions that native code raises itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exception {
    /// Every error; not what ends or stops a program.
    Any,
    /// A value of the wrong type.
    Type,
    /// A value of the right type that does not fit.
    Value,
    /// A number that does not fit.
    Overflow,
    /// A name that is not bound.
    Name,
    /// An attribute that is not there.
    Attribute,
    /// A key that is not there.
    Key,
    /// Broken internals: a malformed frame.
    System,
    /// A refusal at run time.
    Runtime,
    /// Nested too deep.
    Recursion,
    /// No memory.
    Memory,
    /// No buffer.
    Buffer,
}

impl Exception {
    fn class(self) -> *mut ffi::PyObject {
        // SAFETY: reads the pointers to built-in classes that CPython sets before anything else runs.
        unsafe {
            match self {
                Exception::Any => ffi::PyExc_Exception,
                Exception::Type => ffi::PyExc_TypeError,
                Exception::Value => ffi::PyExc_ValueError,
                Exception::Overflow => ffi::PyExc_OverflowError,
                Exception::Name => ffi::PyExc_NameError,
                Exception::Attribute => ffi::PyExc_AttributeError,
                Exception::Key => ffi::PyExc_KeyError,
                Exception::System => ffi::PyExc_SystemError,
                Exception::Runtime => ffi::PyExc_RuntimeError,
                Exception::Recursion => ffi::PyExc_RecursionError,
                Exception::Memory => ffi::PyExc_MemoryError,
                Exception::Buffer => ffi::PyExc_BufferError,
            }
        }
    }
}

impl<'g> Gil<'g> {
    /// The result of a call that gives a new reference or null with the indicator set.
    #[inline(always)]
    pub(super) fn owned(self, pointer: *mut ffi::PyObject) -> Result<Owned<'g>> {
        if pointer.is_null() {
            return Err(self.raised());
        }
        // SAFETY: C API functions that return a new reference give it up to their caller.
        Ok(unsafe { Owned::from_ptr(pointer) })
    }

    /// The result of a call that gives 0, or -1 with the indicator set.
    #[inline(always)]
    pub(super) fn status(self, status: c_int) -> Result<()> {
        if status < 0 { Err(self.raised()) } else { Ok(()) }
    }

    /// The result of a call that gives 0 or 1, or -1 with the indicator set.
    #[inline(always)]
    pub(super) fn flag(self, flag: c_int) -> Result<bool> {
        if flag < 0 { Err(self.raised()) } else { Ok(flag != 0) }
    }

    /// The marker for an indicator that a C call has set; sets a SystemError where it has not.
    #[cold]
    pub(super) fn raised(self) -> Raised {
        if !self.has_raised() {
            return self.raise(Exception::System, "a C API function failed without an exception");
        }
        Raised(PhantomData)
    }

    /// Whether the indicator is set.
    #[inline(always)]
    pub fn has_raised(self) -> bool {
        // SAFETY: the token proves the attached thread state.
        unsafe { !ffi::PyErr_Occurred().is_null() }
    }

    /// Raises a built-in exception.
    #[cold]
    pub fn raise(self, exception: Exception, message: &str) -> Raised {
        let message = CString::new(message.replace('\0', "\\0")).unwrap_or_default();
        // SAFETY: a live class and a C string under the GIL.
        unsafe { ffi::PyErr_SetString(exception.class(), message.as_ptr()) };
        Raised(PhantomData)
    }

    /// Raises an exception object.
    pub fn raise_object(self, exception: &Object) -> Raised {
        // SAFETY: live objects under the GIL; PyErr_SetObject takes its own references.
        unsafe {
            match optional::py_err_set_raised_exception() {
                Some(set) => {
                    ffi::Py_INCREF(exception.as_ptr());
                    set(exception.as_ptr());
                }
                None => {
                    let class = exception.type_ptr().cast::<ffi::PyObject>();
                    ffi::Py_INCREF(class);
                    ffi::Py_INCREF(exception.as_ptr());
                    // The traceback stays the exception's own: PyErr_SetObject would drop it.
                    let traceback = ffi::PyException_GetTraceback(exception.as_ptr());
                    ffi::PyErr_Restore(class, exception.as_ptr(), traceback);
                }
            }
        }
        Raised(PhantomData)
    }

    /// Takes the exception out of the indicator, with its traceback set.
    pub fn take_raised(self, _raised: Raised) -> Owned<'g> {
        // SAFETY: the indicator is set, as Raised says; all functions are called under the GIL, and every
        // reference they give is owned or released here.
        unsafe {
            if let Some(get) = optional::py_err_get_raised_exception() {
                return Owned::from_ptr(get());
            }
            let (mut class, mut value, mut traceback) =
                (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
            ffi::PyErr_Fetch(&mut class, &mut value, &mut traceback);
            ffi::PyErr_NormalizeException(&mut class, &mut value, &mut traceback);
            if !traceback.is_null() {
                ffi::PyException_SetTraceback(value, traceback);
                ffi::Py_DECREF(traceback);
            }
            ffi::Py_XDECREF(class);
            Owned::from_ptr(value)
        }
    }

    /// Forgets the exception: for where another way follows.
    pub fn clear_raised(self, _raised: Raised) {
        // SAFETY: the token proves the attached thread state.
        unsafe { ffi::PyErr_Clear() }
    }

    /// Whether the raised exception is of this built-in class.
    pub fn raised_is(self, _raised: &Raised, exception: Exception) -> bool {
        // SAFETY: the indicator is set and the class lives for ever.
        unsafe { ffi::PyErr_ExceptionMatches(exception.class()) != 0 }
    }

    /// Prints the exception to `sys.stderr` as unraisable: for places that have nobody to tell.
    pub fn write_unraisable(self, _raised: Raised, context: Option<&Object>) {
        let context = context.map_or(std::ptr::null_mut(), Object::as_ptr);
        // SAFETY: the indicator is set; the context is a live object or null.
        unsafe { ffi::PyErr_WriteUnraisable(context) }
    }
}
