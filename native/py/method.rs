//! Callables written in Rust that sit in a class: called without a tuple of arguments, and unbound where CPython can.

use std::ffi::{CStr, c_int, c_void};
use std::marker::PhantomData;
use std::mem::{ManuallyDrop, offset_of};
use std::ptr::null_mut;
use std::sync::{Mutex, PoisonError};

use super::class::{DISALLOW_INSTANTIATION, free, pointer, shielded};
use super::{Detached, Exception, Gil, Object, Owned, Result};
use crate::ffi::{self, optional};

/// What a callable of a class does. `Self` is the state that each one holds.
pub trait Method: Sized + 'static {
    /// Names of the attributes to read.
    const ATTRIBUTES: &'static [&'static CStr];

    /// `me(*args)`; keyword arguments are refused before.
    fn call<'g>(&self, gil: Gil<'g>, args: &[&Object]) -> Result<Owned<'g>>;
    /// What `instance.me` is, or `Class.me` without an instance; none for `me` itself.
    fn bind<'g>(&self, gil: Gil<'g>, me: &Object, instance: Option<&Object>) -> Result<Option<Owned<'g>>>;
    /// `repr(me)`.
    fn repr<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>>;
    /// The attribute of this index in [`Method::ATTRIBUTES`].
    fn attribute<'g>(&self, gil: Gil<'g>, index: usize) -> Result<Owned<'g>>;
}

#[repr(C)]
struct Instance<T> {
    header: ffi::PyObject,
    vectorcall: *mut c_void,
    state: ManuallyDrop<T>,
}

/// A heap type whose instances hold a `T`. Python code can neither make nor subclass it.
pub struct MethodClass<T: Method> {
    class: Detached,
    state: PhantomData<fn() -> T>,
}

impl<T: Method> MethodClass<T> {
    /// Makes the type. Where `takes_self`, `instance.me(…)` is `me(instance, …)` and CPython makes no bound object for it.
    pub fn new(gil: Gil<'_>, name: &'static CStr, takes_self: bool) -> Result<Self> {
        const HAVE_VECTORCALL: std::ffi::c_ulong = 1 << 11;
        const METHOD_DESCRIPTOR: std::ffi::c_ulong = 1 << 17;
        let (members, attributes) = Self::tables();
        let tuple_call = optional::py_vectorcall_call().expect("every CPython exports PyVectorcall_Call");
        let slot = |slot: c_int, pfunc: *mut c_void| ffi::PyType_Slot { slot, pfunc };
        let mut slots = [
            slot(ffi::Py_tp_dealloc, dealloc::<T> as *mut c_void),
            slot(ffi::Py_tp_call, tuple_call as *mut c_void),
            slot(ffi::Py_tp_repr, repr::<T> as *mut c_void),
            slot(ffi::Py_tp_descr_get, descriptor_get::<T> as *mut c_void),
            slot(ffi::Py_tp_members, members.cast()),
            slot(ffi::Py_tp_getset, attributes.cast()),
            slot(0, null_mut()),
        ];
        let mut flags = ffi::Py_TPFLAGS_DEFAULT | HAVE_VECTORCALL | DISALLOW_INSTANTIATION;
        if takes_self {
            flags |= METHOD_DESCRIPTOR;
        }
        let mut spec = ffi::PyType_Spec {
            name: name.as_ptr(),
            basicsize: size_of::<Instance<T>>() as c_int,
            itemsize: 0,
            flags: flags as std::ffi::c_uint,
            slots: slots.as_mut_ptr(),
        };
        // SAFETY: the spec is complete, its name and tables live for ever, and every slot's function has the
        // signature that CPython documents for it.
        let class = gil.owned(unsafe { ffi::PyType_FromSpec(&mut spec) })?.detach();
        Ok(MethodClass { class, state: PhantomData })
    }

    /// The members and attributes of the type: made once, since the types of all interpreters refer to them for ever.
    fn tables() -> (*mut ffi::PyMemberDef, *mut ffi::PyGetSetDef) {
        const READ_ONLY: c_int = 1;
        /// By the function that is in the attributes, which is another one for each kind of state.
        static KNOWN: Mutex<Vec<(usize, usize, usize)>> = Mutex::new(Vec::new());
        let kind = attribute::<T> as *const () as usize;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, members, attributes)) = known.iter().find(|(of, ..)| *of == kind) {
            return (*members as *mut _, *attributes as *mut _);
        }
        let vectorcall = ffi::PyMemberDef {
            name: c"__vectorcalloffset__".as_ptr(),
            type_code: ffi::Py_T_PYSSIZET,
            offset: offset_of!(Instance<T>, vectorcall) as ffi::Py_ssize_t,
            flags: READ_ONLY,
            doc: std::ptr::null(),
        };
        let members = Box::leak(Box::new([vectorcall, ffi::PyMemberDef::default()])).as_mut_ptr();
        let attributes = T::ATTRIBUTES.iter().enumerate().map(|(index, name)| ffi::PyGetSetDef {
            name: name.as_ptr(),
            get: Some(attribute::<T>),
            closure: index as *mut c_void,
            ..ffi::PyGetSetDef::default()
        });
        let attributes: Vec<_> = attributes.chain([ffi::PyGetSetDef::default()]).collect();
        let attributes = attributes.leak().as_mut_ptr();
        known.push((kind, members as usize, attributes as usize));
        (members, attributes)
    }

    /// A new instance.
    pub fn instance<'g>(&self, gil: Gil<'g>, state: T) -> Result<Owned<'g>> {
        // SAFETY: a live type of ours without items; GenericAlloc gives zeroed memory with a header.
        let object = gil.owned(unsafe { ffi::PyType_GenericAlloc(self.class.address().cast(), 0) })?;
        let instance = object.as_ptr().cast::<Instance<T>>();
        // SAFETY: the object has our layout, is not shared yet, and its fields are not initialised.
        unsafe {
            (&raw mut (*instance).vectorcall).write(vectorcall::<T> as *mut c_void);
            (&raw mut (*instance).state).write(ManuallyDrop::new(state));
        }
        Ok(object)
    }

    /// The state of an instance of exactly this class.
    pub fn state<'a>(&self, object: &'a Object) -> Option<&'a T> {
        if object.type_ptr().cast() != self.class.address() {
            return None;
        }
        // SAFETY: an instance of our type, made by `instance`.
        Some(unsafe { state(object.as_ptr()) })
    }
}

impl<'g> Gil<'g> {
    /// `function` bound to `instance`, as methods are.
    pub fn bound(self, function: &Object, instance: &Object) -> Result<Owned<'g>> {
        let new = optional::py_method_new().expect("every CPython exports PyMethod_New");
        // SAFETY: live objects under the GIL.
        self.owned(unsafe { new(function.as_ptr(), instance.as_ptr()) })
    }
}

/// # Safety
/// `me` is a live instance of a `MethodClass<T>`, during `'a`.
unsafe fn state<'a, T>(me: *mut ffi::PyObject) -> &'a T {
    // SAFETY: by the caller's guarantee.
    unsafe { &*(&raw const (*me.cast::<Instance<T>>()).state).cast::<T>() }
}

unsafe extern "C" fn dealloc<T: Method>(me: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, under the GIL, with the last reference gone.
    unsafe {
        Gil::assume().release(ManuallyDrop::take(&mut (*me.cast::<Instance<T>>()).state));
        free(me);
    }
}

unsafe extern "C" fn vectorcall<T: Method>(
    me: *mut ffi::PyObject,
    args: *const *mut ffi::PyObject,
    count: usize,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    const OFFSET_FLAG: usize = 1 << (usize::BITS - 1);
    // SAFETY: CPython calls it under the GIL with live objects: `count` without the flag is the number of positional
    // arguments, which are non-null as `&Object` is.
    let (gil, me, args) = unsafe {
        let count = count & !OFFSET_FLAG;
        let args = if count == 0 { &[] } else { std::slice::from_raw_parts(args.cast::<&Object>(), count) };
        (Gil::assume(), state::<T>(me), args)
    };
    // SAFETY: null, or a live tuple of names.
    if !keywords.is_null() && unsafe { ffi::PyTuple_Size(keywords) } > 0 {
        return pointer(Err(gil.raise(Exception::Type, "Java methods take no keyword arguments")));
    }
    pointer(shielded(gil, || me.call(gil, args)))
}

unsafe extern "C" fn descriptor_get<T: Method>(
    me: *mut ffi::PyObject,
    instance: *mut ffi::PyObject,
    _class: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    // SAFETY: CPython calls slots under the GIL with live objects; the instance may be null.
    let (gil, object, instance) = unsafe {
        let instance = if instance.is_null() { None } else { Some(Object::from_ptr(instance)) };
        (Gil::assume(), Object::from_ptr(me), instance)
    };
    // SAFETY: `me` is an instance of our type.
    let me = unsafe { state::<T>(me) };
    pointer(shielded(gil, || Ok(me.bind(gil, object, instance)?.unwrap_or_else(|| object.own(gil)))))
}

unsafe extern "C" fn repr<T: Method>(me: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: CPython calls slots under the GIL with live objects.
    let (gil, me) = unsafe { (Gil::assume(), state::<T>(me)) };
    pointer(shielded(gil, || me.repr(gil)))
}

unsafe extern "C" fn attribute<T: Method>(me: *mut ffi::PyObject, closure: *mut c_void) -> *mut ffi::PyObject {
    // SAFETY: CPython calls getters under the GIL with live objects.
    let (gil, me) = unsafe { (Gil::assume(), state::<T>(me)) };
    pointer(shielded(gil, || me.attribute(gil, closure as usize)))
}
