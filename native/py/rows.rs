//! An iterator written in Rust that a loop in Python asks for arguments, and gives each one's result.

use std::cell::Cell;
use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;
use std::ptr::{NonNull, null, null_mut};

use super::class::{DISALLOW_INSTANTIATION, free, shielded};
use super::{Detached, Gil, Object, Owned, Result, thread_ident};
use crate::ffi;

/// What the loop goes over.
pub trait Rows {
    /// Whether only the loop's own thread may ask, when another one has found the iterator in the loop's frame.
    fn is_bound(&self) -> bool;

    /// Takes a row's result; false ends the loop.
    fn take(&mut self, gil: Gil<'_>, result: &Owned<'_>) -> Result<bool>;

    /// The next row's argument; none ends the loop. The last result is there to be used up.
    fn next<'g>(&mut self, gil: Gil<'g>, spent: Option<Owned<'g>>) -> Result<Option<Owned<'g>>>;

    /// Takes the last row's result, and gives the next argument.
    fn step<'g>(&mut self, gil: Gil<'g>, result: Option<Owned<'g>>) -> Result<Option<Owned<'g>>> {
        match &result {
            Some(result) if !self.take(gil, result)? => Ok(None),
            _ => self.next(gil, result),
        }
    }
}

/// The iterator, as it is in Python. Whoever finds it in the loop's frame can hold it for longer than the loop runs.
#[repr(C)]
struct Instance {
    header: ffi::PyObject,
    /// The last row's result, from when the loop stores it until it is taken.
    result: Cell<*mut ffi::PyObject>,
    /// None while they are asked, and when the loop is over.
    rows: Cell<Option<NonNull<dyn Rows>>>,
    /// Whose loop it is, if nobody else's thread may ask.
    thread: Option<u64>,
    /// What the rows raised: raised when the loop is over, since a StopIteration would only end it.
    raised: Cell<Option<Detached>>,
}

impl Instance {
    /// Takes the result out that the loop has stored.
    #[inline(always)]
    fn take_result<'g>(&self, _gil: Gil<'g>) -> Option<Owned<'g>> {
        // SAFETY: the slot holds a strong reference, which is given up to us.
        NonNull::new(self.result.replace(null_mut())).map(|result| unsafe { Owned::from_ptr(result.as_ptr()) })
    }
}

/// The type's members, to which CPython refers.
struct Members([ffi::PyMemberDef; 2]);

// SAFETY: nobody writes them, and what they point to is constant.
unsafe impl Sync for Members {}

static MEMBERS: Members = Members([
    // An object or nothing, writable: CPython has an instruction of its own to store into such a member.
    member(c"result".as_ptr(), ffi::Py_T_OBJECT_EX, offset_of!(Instance, result)),
    member(null(), 0, 0),
]);

const fn member(name: *const c_char, type_code: c_int, offset: usize) -> ffi::PyMemberDef {
    ffi::PyMemberDef { name, type_code, offset: offset as ffi::Py_ssize_t, flags: 0, doc: null() }
}

/// The heap type of such iterators.
pub struct RowsClass(Detached);

impl RowsClass {
    /// Makes the type for this interpreter.
    pub fn new(gil: Gil<'_>) -> Result<Self> {
        let slot = |slot: c_int, pfunc: *mut c_void| ffi::PyType_Slot { slot, pfunc };
        let mut slots = [
            slot(ffi::Py_tp_dealloc, dealloc as *mut c_void),
            slot(ffi::Py_tp_iter, ffi::PyObject_SelfIter as *mut c_void),
            slot(ffi::Py_tp_iternext, next as *mut c_void),
            slot(ffi::Py_tp_members, (&raw const MEMBERS.0).cast_mut().cast()),
            slot(0, null_mut()),
        ];
        let mut spec = ffi::PyType_Spec {
            name: c"krait.Rows".as_ptr(),
            basicsize: size_of::<Instance>() as c_int,
            itemsize: 0,
            flags: (ffi::Py_TPFLAGS_DEFAULT | DISALLOW_INSTANTIATION) as std::ffi::c_uint,
            slots: slots.as_mut_ptr(),
        };
        // SAFETY: the spec is complete, its names live for ever, and every slot's function has the signature that CPython
        // documents for it.
        Ok(RowsClass(gil.owned(unsafe { ffi::PyType_FromSpec(&mut spec) })?.detach()))
    }

    /// Calls `looping(function, iterator)`, and gives the rows back with what it raised. A result that the loop has stored is
    /// taken in any case.
    pub fn run<T: Rows>(&self, gil: Gil<'_>, looping: &Object, function: &Object, rows: T) -> (T, Result<()>) {
        // Not on the stack: greenlets copy parts of that away while others run.
        let mut rows = Box::new(rows);
        let ended = self.run_boxed(gil, looping, function, &mut *rows);
        (*rows, ended)
    }

    fn run_boxed(&self, gil: Gil<'_>, looping: &Object, function: &Object, rows: &mut dyn Rows) -> Result<()> {
        // SAFETY: a live type of ours without items; GenericAlloc gives zeroed memory with a header.
        let object = gil.owned(unsafe { ffi::PyType_GenericAlloc(self.0.address().cast(), 0) })?;
        // SAFETY: only the lifetime changes: nobody uses the pointer after it is taken back below, before which nothing returns.
        let pointer: NonNull<dyn Rows> = unsafe { std::mem::transmute(NonNull::from(&mut *rows)) };
        let instance = object.as_ptr().cast::<Instance>();
        // SAFETY: the object has our layout, is not shared yet, and its fields are not initialised.
        let instance = unsafe {
            (&raw mut (*instance).result).write(Cell::new(null_mut()));
            (&raw mut (*instance).rows).write(Cell::new(Some(pointer)));
            (&raw mut (*instance).thread).write(rows.is_bound().then(thread_ident));
            (&raw mut (*instance).raised).write(Cell::new(None));
            &*instance
        };
        let ended = looping.call(gil, &[function, &object]);
        instance.rows.set(None);
        let raised = instance.raised.take().map(|exception| exception.attach(gil));
        let left = instance.take_result(gil);
        match (ended, raised) {
            (Ok(_), None) => Ok(()),
            (Ok(_), Some(exception)) => Err(gil.raise_object(&exception)),
            (Err(stopped), _) => {
                let exception = gil.take_raised(stopped);
                if let Some(Err(second)) = left.map(|left| rows.take(gil, &left)) {
                    gil.clear_raised(second);
                }
                Err(gil.raise_object(&exception))
            }
        }
    }
}

/// `next(me)`; also null without an exception, which ends the loop, where somebody else asks than the loop.
unsafe extern "C" fn next(me: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls slots under the GIL with live objects.
    let (gil, instance) = unsafe { (Gil::assume(), &*me.cast::<Instance>()) };
    if instance.thread.is_some_and(|thread| thread != thread_ident()) {
        return null_mut();
    }
    let Some(mut pointer) = instance.rows.take() else {
        return null_mut();
    };
    let item = shielded(gil, || {
        // SAFETY: `run_boxed` put the pointer there, and has not taken it back: it borrows the rows. Nobody else has it now.
        let rows = unsafe { pointer.as_mut() };
        rows.step(gil, instance.take_result(gil))
    });
    instance.rows.set(Some(pointer));
    match item {
        Ok(item) => item.map_or(null_mut(), Owned::into_ptr),
        Err(raised) => {
            instance.raised.set(Some(gil.take_raised(raised).detach()));
            null_mut()
        }
    }
}

unsafe extern "C" fn dealloc(me: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, under the GIL, with the last reference gone; what the slot holds is the object's own.
    unsafe {
        ffi::Py_XDECREF((*me.cast::<Instance>()).result.replace(null_mut()));
        free(me);
    }
}
