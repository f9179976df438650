//! Classes and functions written in Rust: what a class does is a safe trait, the trampolines are here.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_int, c_void};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::{Mutex, PoisonError};

use super::{Detached, Exception, Gil, Object, Owned, Raised, Result, panic_text};
use crate::ffi::{self, optional};

/// What instances of a class written in Rust do. `Self` is the state that each instance holds.
pub trait Behaviour: Sized + 'static {
    /// `module.Name`.
    const NAME: &'static CStr;

    /// `str(me)`.
    fn str<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>>;
    /// `repr(me)`.
    fn repr<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>>;
    /// `hash(me)`.
    fn hash(&self, gil: Gil<'_>) -> Result<i64>;
    /// `me == other`; none where the other decides.
    fn equals(&self, gil: Gil<'_>, other: &Object) -> Result<Option<bool>>;
    /// Less than 0, 0 or more: how `me` stands to `other` in order; none where they have none.
    fn order(&self, gil: Gil<'_>, other: &Object) -> Result<Option<i64>>;
    /// An object whose buffer is this one's, for [`Class::with_buffer`]; none where it has none.
    fn buffer<'g>(&self, gil: Gil<'g>) -> Result<Option<Owned<'g>>>;
    /// `me(*args)`, for [`Class::with_call`]; `all` are `me` and the arguments. Keyword arguments are refused before.
    fn call<'g>(&self, gil: Gil<'g>, all: &[&Object]) -> Result<Owned<'g>>;
}

#[repr(C)]
struct Instance<T> {
    header: ffi::PyObject,
    state: ManuallyDrop<T>,
}

pub(super) const DISALLOW_INSTANTIATION: std::ffi::c_ulong = 1 << 7;

/// A heap type whose instances hold a `T`. Python code can subclass it, but make no instance: that takes a `T`.
pub struct Class<T: Behaviour> {
    class: Detached,
    state: PhantomData<fn() -> T>,
}

impl<T: Behaviour> Class<T> {
    /// Makes the type.
    pub fn new(gil: Gil<'_>) -> Result<Self> {
        let mut slots = [
            slot(ffi::Py_tp_dealloc, dealloc::<T> as *mut c_void),
            slot(ffi::Py_tp_str, str::<T> as *mut c_void),
            slot(ffi::Py_tp_repr, repr::<T> as *mut c_void),
            slot(ffi::Py_tp_hash, hash::<T> as *mut c_void),
            slot(ffi::Py_tp_richcompare, compare::<T> as *mut c_void),
            slot(0, null_mut()),
        ];
        let mut spec = ffi::PyType_Spec {
            name: T::NAME.as_ptr(),
            basicsize: size_of::<Instance<T>>() as c_int,
            itemsize: 0,
            flags: (ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_BASETYPE | DISALLOW_INSTANTIATION) as std::ffi::c_uint,
            slots: slots.as_mut_ptr(),
        };
        // SAFETY: the spec is complete, its name lives for ever, and every slot's function below has the signature
        // that CPython documents for it.
        let class = gil.owned(unsafe { ffi::PyType_FromSpec(&mut spec) })?.detach();
        Ok(Class { class, state: PhantomData })
    }

    /// A subclass whose instances have a buffer, by [`Behaviour::buffer`].
    pub fn with_buffer<'g>(&self, gil: Gil<'g>, name: &'static CStr) -> Result<Owned<'g>> {
        // Part of the stable ABI from 3.11; 3.10 takes it all the same.
        const BF_GETBUFFER: c_int = 1;
        const BF_RELEASEBUFFER: c_int = 2;
        // SAFETY: the functions have the signatures that CPython documents for the slots.
        unsafe {
            let functions =
                [slot(BF_GETBUFFER, buffer::<T> as *mut c_void), slot(BF_RELEASEBUFFER, release as *mut c_void)];
            self.subclass(gil, name, &functions)
        }
    }

    /// A subclass whose instances can be called, by [`Behaviour::call`].
    pub fn with_call<'g>(&self, gil: Gil<'g>, name: &'static CStr) -> Result<Owned<'g>> {
        // SAFETY: as above.
        unsafe { self.subclass(gil, name, &[slot(ffi::Py_tp_call, call::<T> as *mut c_void)]) }
    }

    /// # Safety
    /// The functions have the signatures that CPython documents for their slots.
    unsafe fn subclass<'g>(
        &self,
        gil: Gil<'g>,
        name: &'static CStr,
        functions: &[ffi::PyType_Slot],
    ) -> Result<Owned<'g>> {
        let mut slots = [functions, &[slot(0, null_mut())]].concat();
        let mut spec = ffi::PyType_Spec {
            name: name.as_ptr(),
            basicsize: size_of::<Instance<T>>() as c_int,
            itemsize: 0,
            flags: (ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_BASETYPE | DISALLOW_INSTANTIATION) as std::ffi::c_uint,
            slots: slots.as_mut_ptr(),
        };
        let bases = gil.tuple(&[self.object(gil)])?;
        // SAFETY: as in `new`; the base has the same layout, and CPython takes its own reference to it.
        gil.owned(unsafe { ffi::PyType_FromSpecWithBases(&mut spec, bases.as_ptr()) })
    }

    /// The same type, for who may not ask for it each time.
    pub fn again(&self, gil: Gil<'_>) -> Self {
        Class { class: self.class.get(gil).own(gil).detach(), state: PhantomData }
    }

    /// The type as an object.
    pub fn object<'a>(&'a self, gil: Gil<'_>) -> &'a Object {
        self.class.get(gil)
    }

    /// A new instance.
    pub fn instance<'g>(&self, gil: Gil<'g>, state: T) -> Result<Owned<'g>> {
        self.instance_of(gil, self.object(gil), state)
    }

    /// A new instance of a subclass. Panics when `class` is none.
    pub fn instance_of<'g>(&self, gil: Gil<'g>, class: &Object, state: T) -> Result<Owned<'g>> {
        assert!(class.is_subclass_of(self.object(gil)), "an instance is of a class that has room for the state");
        // SAFETY: a live type that is or extends ours, without items; GenericAlloc gives zeroed memory with a header.
        let object = gil.owned(unsafe { ffi::PyType_GenericAlloc(class.as_ptr().cast(), 0) })?;
        // SAFETY: the object begins with our layout, is not shared yet, and its state is not initialised.
        unsafe { (&raw mut (*object.as_ptr().cast::<Instance<T>>()).state).write(ManuallyDrop::new(state)) };
        Ok(object)
    }

    /// The state of an instance of this class or of a subclass.
    #[inline]
    pub fn state<'a>(&self, object: &'a Object) -> Option<&'a T> {
        // SAFETY: both are types, and live as long as the object and `self`.
        if unsafe { ffi::PyType_IsSubtype(object.type_ptr(), self.class.address().cast()) } == 0 {
            return None;
        }
        // SAFETY: nothing but `instance_of` makes instances: the type has no `tp_new`, and a subclass inherits none.
        Some(unsafe { state(object.as_ptr()) })
    }
}

fn slot(slot: c_int, pfunc: *mut c_void) -> ffi::PyType_Slot {
    ffi::PyType_Slot { slot, pfunc }
}

/// # Safety
/// `me` is a live instance of a `Class<T>`, during `'a`.
unsafe fn state<'a, T>(me: *mut ffi::PyObject) -> &'a T {
    // SAFETY: by the caller's guarantee.
    unsafe { &*(&raw const (*me.cast::<Instance<T>>()).state).cast::<T>() }
}

/// Runs `body`, and turns a panic into a SystemError: nothing unwinds into CPython.
pub(super) fn shielded<R>(gil: Gil<'_>, body: impl FnOnce() -> Result<R>) -> Result<R> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(gil.raise(Exception::System, &panic_text(&*panic))))
}

/// The pointer that CPython expects: a new reference, or null with the indicator set.
pub(super) fn pointer(result: Result<Owned<'_>>) -> *mut ffi::PyObject {
    result.map_or(null_mut(), Owned::into_ptr)
}

unsafe extern "C" fn dealloc<T: Behaviour>(me: *mut ffi::PyObject) {
    // SAFETY: CPython calls this once, under the GIL, with the last reference gone.
    unsafe {
        Gil::assume().release(ManuallyDrop::take(&mut (*me.cast::<Instance<T>>()).state));
        free(me);
    }
}

/// Frees an instance of a heap type, of which nothing is left but its memory.
///
/// # Safety
/// By its `tp_dealloc`, as the last thing, and GenericAlloc made it.
pub(super) unsafe fn free(me: *mut ffi::PyObject) {
    // SAFETY: the type's tp_free frees what GenericAlloc made, and the instance's reference to its heap type goes last.
    unsafe {
        let class = ffi::Py_TYPE(me);
        let free = ffi::PyType_GetSlot(class, ffi::Py_tp_free);
        let free = std::mem::transmute::<*mut c_void, unsafe extern "C" fn(*mut c_void)>(free);
        free(me.cast());
        ffi::Py_DECREF(class.cast());
    }
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
            return Ok(match me.order(gil, other)? {
                Some(order) => gil.bool(match operation {
                    ffi::Py_LT => order < 0,
                    ffi::Py_LE => order <= 0,
                    ffi::Py_GT => order > 0,
                    _ => order >= 0,
                }),
                None => not_implemented(),
            });
        }
        Ok(match me.equals(gil, other)? {
            Some(equal) => gil.bool(equal == (operation == ffi::Py_EQ)),
            None => not_implemented(),
        })
    }))
}

unsafe extern "C" fn call<T: Behaviour>(
    me: *mut ffi::PyObject,
    args: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    /// Arguments that need no memory.
    const FEW: usize = 3;
    // SAFETY: CPython calls slots under the GIL with live objects.
    let (gil, state, me, args) =
        unsafe { (Gil::assume(), state::<T>(me), Object::from_ptr(me), Object::from_ptr(args)) };
    // SAFETY: null, or a live dict.
    if !keywords.is_null() && unsafe { ffi::PyDict_Size(keywords) } > 0 {
        return pointer(Err(gil.raise(Exception::Type, "Java methods take no keyword arguments")));
    }
    pointer(shielded(gil, || {
        let count = args.len(gil)?;
        let mut few = [me; FEW + 1];
        if count <= FEW {
            for (index, argument) in few[1..=count].iter_mut().enumerate() {
                *argument = args.tuple_item(index).unwrap_or(me);
            }
            return state.call(gil, &few[..=count]);
        }
        let all: Vec<_> = std::iter::once(me).chain((0..count).filter_map(|index| args.tuple_item(index))).collect();
        state.call(gil, &all)
    }))
}

unsafe extern "C" fn buffer<T: Behaviour>(me: *mut ffi::PyObject, view: *mut optional::Buffer, flags: c_int) -> c_int {
    // SAFETY: CPython calls slots under the GIL with live objects.
    let (gil, me) = unsafe { (Gil::assume(), state::<T>(me)) };
    // SAFETY: CPython passes memory for a Py_buffer; without an exporter it counts as not filled.
    unsafe { (*view).obj = null_mut() };
    let filled = shielded(gil, || {
        let (Some(source), Some(get)) = (me.buffer(gil)?, optional::py_object_get_buffer()) else {
            return Err(gil.raise(Exception::Buffer, "this Java object has no buffer"));
        };
        // SAFETY: a live object and CPython's own view; the exporter that the view then holds is `source`.
        gil.status(unsafe { get(source.as_ptr(), view, flags) })
    });
    if filled.is_ok() { 0 } else { -1 }
}

/// Nothing: a view is released by its exporter, which is another object. That the slot is filled tells who asks only that
/// memory goes with the view: `numpy.frombuffer` releases the view at once and reads on where it is empty.
unsafe extern "C" fn release(_me: *mut ffi::PyObject, _view: *mut optional::Buffer) {}

/// What a function written in Rust does; it gets the tuple of its arguments.
pub type Function = for<'g> fn(Gil<'g>, &Object) -> Result<Owned<'g>>;

impl<'g> Gil<'g> {
    /// A Python function written in Rust.
    pub fn function(self, name: &'static CStr, function: Function) -> Result<Owned<'g>> {
        let definition = definition(name, function);
        // SAFETY: a null name makes a nameless capsule; it has no destructor, and the function in it lives for ever.
        let data = unsafe {
            ffi::PyCapsule_New(std::ptr::from_ref(&definition.function).cast_mut().cast(), std::ptr::null(), None)
        };
        let data = self.owned(data)?;
        // SAFETY: the definition lives for ever; the function keeps the capsule alive.
        self.owned(unsafe { ffi::PyCFunction_NewEx(definition.method.get(), data.as_ptr(), null_mut()) })
    }
}

/// What CPython is told of a function.
struct Definition {
    method: UnsafeCell<ffi::PyMethodDef>,
    function: Function,
}

// SAFETY: CPython only reads it, and what it points to is constant.
unsafe impl Sync for Definition {}

/// The definition of a function, of which every interpreter has an object: made once, since CPython refers to it for ever.
fn definition(name: &'static CStr, function: Function) -> &'static Definition {
    static KNOWN: Mutex<Vec<&'static Definition>> = Mutex::new(Vec::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let same = |known: &&&Definition| {
        // SAFETY: nobody writes it.
        let its_name = unsafe { (*known.method.get()).ml_name };
        its_name == name.as_ptr() && known.function as usize == function as usize
    };
    if let Some(found) = known.iter().find(same) {
        return found;
    }
    let method = ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: invoke },
        ml_flags: ffi::METH_VARARGS,
        ml_doc: std::ptr::null(),
    };
    let made: &'static Definition = Box::leak(Box::new(Definition { method: UnsafeCell::new(method), function }));
    known.push(made);
    made
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
