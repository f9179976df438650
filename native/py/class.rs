//! Classes and functions written in Rust: what a class does is a safe trait, the trampolines are here.

use std::ffi::{CStr, c_int, c_void};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;

use super::{Detached, Exception, Gil, Object, Owned, Raised, Result};
use crate::ffi;

/// What instances of a class written in Rust do. `Self` is the state that each instance holds.
pub trait Behaviour: Sized + 'static {
    /// `module.Name`.
    const NAME: &'static CStr;

    /// `me(*args, **keywords)`.
    fn call<'g>(&self, gil: Gil<'g>, args: &Object, keywords: Option<&Object>) -> Result<Owned<'g>>;
    /// `str(me)`.
    fn str<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>>;
    /// `repr(me)`.
    fn repr<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>>;
    /// `hash(me)`.
    fn hash(&self, gil: Gil<'_>) -> Result<i64>;
    /// `me == other`; none where the other decides.
    fn equals(&self, gil: Gil<'_>, other: &Object) -> Result<Option<bool>>;
    /// `me.name`, where `name` is nothing that the class itself has; none raises AttributeError.
    fn attribute<'g>(&self, gil: Gil<'g>, name: &Object) -> Result<Option<Owned<'g>>>;
}

#[repr(C)]
struct Instance<T> {
    header: ffi::PyObject,
    state: ManuallyDrop<T>,
}

/// A heap type whose instances hold a `T`. Python code can neither make nor subclass it.
pub struct Class<T: Behaviour> {
    class: Detached,
    state: PhantomData<fn() -> T>,
}

impl<T: Behaviour> Class<T> {
    /// Makes the type.
    pub fn new(gil: Gil<'_>) -> Result<Self> {
        let slot = |slot: c_int, pfunc: *mut c_void| ffi::PyType_Slot { slot, pfunc };
        let mut slots = [
            slot(ffi::Py_tp_dealloc, dealloc::<T> as *mut c_void),
            slot(ffi::Py_tp_call, call::<T> as *mut c_void),
            slot(ffi::Py_tp_str, str::<T> as *mut c_void),
            slot(ffi::Py_tp_repr, repr::<T> as *mut c_void),
            slot(ffi::Py_tp_hash, hash::<T> as *mut c_void),
            slot(ffi::Py_tp_richcompare, compare::<T> as *mut c_void),
            slot(ffi::Py_tp_getattro, attribute::<T> as *mut c_void),
            slot(0, null_mut()),
        ];
        const DISALLOW_INSTANTIATION: std::ffi::c_ulong = 1 << 7;
        let mut spec = ffi::PyType_Spec {
            name: T::NAME.as_ptr(),
            basicsize: size_of::<Instance<T>>() as c_int,
            itemsize: 0,
            flags: (ffi::Py_TPFLAGS_DEFAULT | DISALLOW_INSTANTIATION) as std::ffi::c_uint,
            slots: slots.as_mut_ptr(),
        };
        // SAFETY: the spec is complete, its name lives for ever, and every slot's function below has the signature
        // that CPython documents for it.
        let class = gil.owned(unsafe { ffi::PyType_FromSpec(&mut spec) })?.detach();
        Ok(Class { class, state: PhantomData })
    }

    /// The type as an object.
    pub fn object<'a>(&'a self, gil: Gil<'_>) -> &'a Object {
        self.class.get(gil)
    }

    /// A new instance.
    pub fn instance<'g>(&self, gil: Gil<'g>, state: T) -> Result<Owned<'g>> {
        // SAFETY: a live type of ours without items; GenericAlloc gives zeroed memory with a header.
        let object = gil.owned(unsafe { ffi::PyType_GenericAlloc(self.class.address().cast(), 0) })?;
        // SAFETY: the object has our layout, is not shared yet, and its state is not initialised.
        unsafe { (&raw mut (*object.as_ptr().cast::<Instance<T>>()).state).write(ManuallyDrop::new(state)) };
        Ok(object)
    }

    /// The state of an instance of exactly this class.
    #[inline]
    pub fn state<'a>(&self, object: &'a Object) -> Option<&'a T> {
        if object.type_ptr().cast() != self.class.address() {
            return None;
        }
        // SAFETY: an instance of our type, made by `instance`.
        Some(unsafe { state(object.as_ptr()) })
    }
}

/// # Safety
/// `me` is a live instance of a `Class<T>`, during `'a`.
unsafe fn state<'a, T>(me: *mut ffi::PyObject) -> &'a T {
    // SAFETY: by the caller's guarantee.
    unsafe { &*(&raw const (*me.cast::<Instance<T>>()).state).cast::<T>() }
}

/// Runs `body`, and turns a panic into a SystemError: nothing unwinds into CPython.
fn shielded<R>(gil: Gil<'_>, body: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no message");
        Err(gil.raise(Exception::System, &format!("Krait panicked: {text}")))
    })
}

/// The pointer that CPython expects: a new reference, or null with the indicator set.
fn pointer(result: Result<Owned<'_>>) -> *mut ffi::PyObject {
    result.map_or(null_mut(), Owned::into_ptr)
}

unsafe extern "C" fn dealloc<T: Behaviour>(me: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, under the GIL, with the last reference gone; the type's tp_free frees what
    // GenericAlloc made, and the instance's reference to its heap type goes last.
    unsafe {
        let class = ffi::Py_TYPE(me);
        ManuallyDrop::drop(&mut (*me.cast::<Instance<T>>()).state);
        let free = ffi::PyType_GetSlot(class, ffi::Py_tp_free);
        let free = std::mem::transmute::<*mut c_void, unsafe extern "C" fn(*mut c_void)>(free);
        free(me.cast());
        ffi::Py_DECREF(class.cast());
    }
}

unsafe extern "C" fn call<T: Behaviour>(
    me: *mut ffi::PyObject,
    args: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls slots under the GIL with live objects; keywords may be null.
    let (gil, me, args, keywords) = unsafe {
        let keywords = if keywords.is_null() { None } else { Some(Object::from_ptr(keywords)) };
        (Gil::assume(), state::<T>(me), Object::from_ptr(args), keywords)
    };
    pointer(shielded(gil, || me.call(gil, args, keywords)))
}

unsafe extern "C" fn str<T: Behaviour>(me: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls slots under the GIL with live objects.
    let (gil, me) = unsafe { (Gil::assume(), state::<T>(me)) };
    pointer(shielded(gil, || me.str(gil)))
}

unsafe extern "C" fn repr<T: Behaviour>(me: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls slots under the GIL with live objects.
    let (gil, me) = unsafe { (Gil::assume(), state::<T>(me)) };
    pointer(shielded(gil, || me.repr(gil)))
}

unsafe extern "C" fn hash<T: Behaviour>(me: *mut ffi::PyObject) -> ffi::Py_hash_t {
    // SAFETY: CPython calls slots under the GIL with live objects.
    let (gil, me) = unsafe { (Gil::assume(), state::<T>(me)) };
    match shielded(gil, || me.hash(gil)) {
        // -1 means an error to CPython.
        Ok(-1) => -2,
        Ok(hash) => hash as ffi::Py_hash_t,
        Err(Raised { .. }) => -1,
    }
}

unsafe extern "C" fn compare<T: Behaviour>(
    me: *mut ffi::PyObject,
    other: *mut ffi::PyObject,
    operation: c_int,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls slots under the GIL with live objects.
    let (gil, me, other) = unsafe { (Gil::assume(), state::<T>(me), Object::from_ptr(other)) };
    let not_implemented = || {
        // SAFETY: NotImplemented lives for ever.
        unsafe { Object::from_ptr(ffi::Py_NotImplemented()) }.own(gil)
    };
    pointer(shielded(gil, || {
        if operation != ffi::Py_EQ && operation != ffi::Py_NE {
            return Ok(not_implemented());
        }
        Ok(match me.equals(gil, other)? {
            Some(equal) => gil.bool(equal == (operation == ffi::Py_EQ)),
            None => not_implemented(),
        })
    }))
}

unsafe extern "C" fn attribute<T: Behaviour>(
    me: *mut ffi::PyObject,
    name: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls slots under the GIL with live objects.
    let (gil, object, name) = unsafe { (Gil::assume(), Object::from_ptr(me), Object::from_ptr(name)) };
    // SAFETY: as above.
    let generic = || gil.owned(unsafe { ffi::PyObject_GenericGetAttr(object.as_ptr(), name.as_ptr()) });
    pointer(shielded(gil, || {
        let raised = match generic() {
            Ok(found) => return Ok(found),
            Err(raised) if gil.raised_is(&raised, Exception::Attribute) => raised,
            Err(raised) => return Err(raised),
        };
        let missing = gil.take_raised(raised);
        // SAFETY: `object` is an instance of our type.
        match unsafe { state::<T>(object.as_ptr()) }.attribute(gil, name)? {
            Some(found) => Ok(found),
            None => Err(gil.raise_object(&missing)),
        }
    }))
}

/// What a function written in Rust does; it gets the tuple of its arguments.
pub type Function = for<'g> fn(Gil<'g>, &Object) -> Result<Owned<'g>>;

impl<'g> Gil<'g> {
    /// A Python function written in Rust. Its definition is never freed: make each one once.
    pub fn function(self, name: &'static CStr, function: Function) -> Result<Owned<'g>> {
        // SAFETY: a null name makes a nameless capsule; it has no destructor.
        let data = self.owned(unsafe {
            ffi::PyCapsule_New(Box::into_raw(Box::new(function)).cast(), std::ptr::null(), None)
        })?;
        let definition = Box::leak(Box::new(ffi::PyMethodDef {
            ml_name: name.as_ptr(),
            ml_meth: ffi::PyMethodDefPointer { PyCFunction: invoke },
            ml_flags: ffi::METH_VARARGS,
            ml_doc: std::ptr::null(),
        }));
        // SAFETY: the definition lives for ever; the function keeps the capsule alive.
        self.owned(unsafe { ffi::PyCFunction_NewEx(definition, data.as_ptr(), null_mut()) })
    }
}

unsafe extern "C" fn invoke(me: *mut ffi::PyObject, args: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls it under the GIL with the capsule that `function` made, which holds a Function, and a
    // tuple.
    let (gil, function, args) = unsafe {
        let function = ffi::PyCapsule_GetPointer(me, std::ptr::null()).cast::<Function>();
        (Gil::assume(), *function, Object::from_ptr(args))
    };
    pointer(shielded(gil, || function(gil, args)))
}
