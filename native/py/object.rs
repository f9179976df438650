//! References: borrowed (`&Object`), owned, detached; and what every object can do.

use std::cell::UnsafeCell;
use std::ffi::{CStr, c_int};
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::ptr::NonNull;

use super::{Gil, Result};
use crate::ffi;

/// A Python object behind a reference: `&Object` is a borrowed reference, valid while what it borrows from lives.
#[repr(transparent)]
pub struct Object(UnsafeCell<ffi::PyObject>);

impl Object {
    /// A borrowed reference from a raw pointer.
    ///
    /// # Safety
    /// `pointer` is a Python object that someone keeps alive during `'a`.
    #[inline(always)]
    pub unsafe fn from_ptr<'a>(pointer: *mut ffi::PyObject) -> &'a Object {
        // SAFETY: the caller guarantees a live object; Object is a transparent wrapper of it.
        unsafe { &*pointer.cast::<Object>() }
    }

    /// The raw pointer, borrowed.
    #[inline(always)]
    pub fn as_ptr(&self) -> *mut ffi::PyObject {
        self.0.get()
    }

    /// The type's address: a key for caches, never a reference.
    #[inline(always)]
    pub fn type_ptr(&self) -> *mut ffi::PyTypeObject {
        // SAFETY: `self` is a live object, and ob_type is read under the GIL that its borrower holds.
        unsafe { ffi::Py_TYPE(self.as_ptr()) }
    }

    /// The type as an object.
    pub fn class<'g>(&self, gil: Gil<'g>) -> Owned<'g> {
        // SAFETY: a live object's type is a live object.
        unsafe { Object::from_ptr(self.type_ptr().cast()) }.own(gil)
    }

    /// Whether the type has any of these `Py_TPFLAGS_*`.
    #[inline(always)]
    pub fn has_type_flag(&self, flag: std::ffi::c_ulong) -> bool {
        // SAFETY: type_ptr is the live type of a live object.
        unsafe { ffi::PyType_GetFlags(self.type_ptr()) & flag != 0 }
    }

    /// A new strong reference.
    #[inline(always)]
    pub fn own<'g>(&self, _gil: Gil<'g>) -> Owned<'g> {
        // SAFETY: a live object, and the token proves the GIL.
        unsafe {
            ffi::Py_INCREF(self.as_ptr());
            Owned::from_ptr(self.as_ptr())
        }
    }

    /// Whether both are the same object.
    #[inline(always)]
    pub fn is(&self, other: &Object) -> bool {
        std::ptr::eq(self, other)
    }

    /// Whether this is `None`.
    #[inline(always)]
    pub fn is_none(&self) -> bool {
        // SAFETY: Py_None only takes an address.
        self.as_ptr() == unsafe { ffi::Py_None() }
    }

    /// `getattr(self, name)` with a str object.
    pub fn attr<'g>(&self, gil: Gil<'g>, name: &Object) -> Result<Owned<'g>> {
        // SAFETY: live objects under the GIL.
        gil.owned(unsafe { ffi::PyObject_GetAttr(self.as_ptr(), name.as_ptr()) })
    }

    /// `getattr(self, name)`.
    pub fn attr_str<'g>(&self, gil: Gil<'g>, name: &CStr) -> Result<Owned<'g>> {
        // SAFETY: a live object and a C string under the GIL.
        gil.owned(unsafe { ffi::PyObject_GetAttrString(self.as_ptr(), name.as_ptr()) })
    }

    /// `setattr(self, name, value)`.
    pub fn set_attr(&self, gil: Gil<'_>, name: &Object, value: &Object) -> Result<()> {
        // SAFETY: live objects under the GIL.
        gil.status(unsafe { ffi::PyObject_SetAttr(self.as_ptr(), name.as_ptr(), value.as_ptr()) })
    }

    /// `delattr(self, name)`.
    pub fn del_attr(&self, gil: Gil<'_>, name: &Object) -> Result<()> {
        // SAFETY: live objects under the GIL; a null value deletes.
        gil.status(unsafe { ffi::PyObject_SetAttr(self.as_ptr(), name.as_ptr(), std::ptr::null_mut()) })
    }

    /// `self[key]`.
    pub fn item<'g>(&self, gil: Gil<'g>, key: &Object) -> Result<Owned<'g>> {
        // SAFETY: live objects under the GIL.
        gil.owned(unsafe { ffi::PyObject_GetItem(self.as_ptr(), key.as_ptr()) })
    }

    /// `self[key] = value`.
    pub fn set_item(&self, gil: Gil<'_>, key: &Object, value: &Object) -> Result<()> {
        // SAFETY: live objects under the GIL.
        gil.status(unsafe { ffi::PyObject_SetItem(self.as_ptr(), key.as_ptr(), value.as_ptr()) })
    }

    /// `del self[key]`.
    pub fn del_item(&self, gil: Gil<'_>, key: &Object) -> Result<()> {
        // SAFETY: live objects under the GIL.
        gil.status(unsafe { ffi::PyObject_DelItem(self.as_ptr(), key.as_ptr()) })
    }

    /// `len(self)`.
    pub fn len(&self, gil: Gil<'_>) -> Result<usize> {
        // SAFETY: a live object under the GIL.
        let length = unsafe { ffi::PyObject_Size(self.as_ptr()) };
        usize::try_from(length).map_err(|_| gil.raised())
    }

    /// `bool(self)`.
    pub fn truth(&self, gil: Gil<'_>) -> Result<bool> {
        // SAFETY: a live object under the GIL.
        gil.flag(unsafe { ffi::PyObject_IsTrue(self.as_ptr()) })
    }

    /// `hash(self)`.
    pub fn hash(&self, gil: Gil<'_>) -> Result<i64> {
        // SAFETY: a live object under the GIL.
        match unsafe { ffi::PyObject_Hash(self.as_ptr()) } {
            -1 => Err(gil.raised()),
            hash => Ok(hash as i64),
        }
    }

    /// `str(self)`.
    pub fn str<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>> {
        // SAFETY: a live object under the GIL.
        gil.owned(unsafe { ffi::PyObject_Str(self.as_ptr()) })
    }

    /// `repr(self)`.
    pub fn repr<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>> {
        // SAFETY: a live object under the GIL.
        gil.owned(unsafe { ffi::PyObject_Repr(self.as_ptr()) })
    }

    /// `isinstance(self, class)`.
    pub fn is_instance(&self, gil: Gil<'_>, class: &Object) -> Result<bool> {
        // SAFETY: live objects under the GIL.
        gil.flag(unsafe { ffi::PyObject_IsInstance(self.as_ptr(), class.as_ptr()) })
    }

    /// A rich comparison: `operation` is one of `Py_LT` … `Py_GE`.
    pub fn compare<'g>(&self, gil: Gil<'g>, other: &Object, operation: c_int) -> Result<Owned<'g>> {
        // SAFETY: live objects under the GIL.
        gil.owned(unsafe { ffi::PyObject_RichCompare(self.as_ptr(), other.as_ptr(), operation) })
    }

    /// `iter(self)`.
    pub fn iter<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>> {
        // SAFETY: a live object under the GIL.
        gil.owned(unsafe { ffi::PyObject_GetIter(self.as_ptr()) })
    }

    /// `next(self)`, or `None` at the end; `self` must be an iterator.
    pub fn next<'g>(&self, gil: Gil<'g>) -> Result<Option<Owned<'g>>> {
        // SAFETY: a live object under the GIL; the caller passes what `iter` gave.
        let item = unsafe { ffi::PyIter_Next(self.as_ptr()) };
        if item.is_null() && !gil.has_raised() {
            return Ok(None);
        }
        gil.owned(item).map(Some)
    }

    /// Whether it can be called.
    pub fn is_callable(&self) -> bool {
        // SAFETY: a live object under the GIL that its borrower holds.
        unsafe { ffi::PyCallable_Check(self.as_ptr()) != 0 }
    }
}

/// A strong reference, dropped under the GIL.
#[repr(transparent)]
pub struct Owned<'g> {
    pointer: NonNull<ffi::PyObject>,
    gil: PhantomData<Gil<'g>>,
}

impl<'g> Owned<'g> {
    /// Takes over a strong reference.
    ///
    /// # Safety
    /// `pointer` is not null, the caller gives up one strong reference to it, and this thread is attached for `'g`.
    #[inline(always)]
    pub unsafe fn from_ptr(pointer: *mut ffi::PyObject) -> Self {
        debug_assert!(!pointer.is_null());
        // SAFETY: not null, by the caller's guarantee.
        Owned { pointer: unsafe { NonNull::new_unchecked(pointer) }, gil: PhantomData }
    }

    /// Gives up the reference: the caller owns it now.
    #[inline(always)]
    pub fn into_ptr(self) -> *mut ffi::PyObject {
        ManuallyDrop::new(self).pointer.as_ptr()
    }

    /// Lets the reference travel without the GIL.
    pub fn detach(self) -> Detached {
        Detached(ManuallyDrop::new(self).pointer)
    }
}

impl Deref for Owned<'_> {
    type Target = Object;

    #[inline(always)]
    fn deref(&self) -> &Object {
        // SAFETY: the strong reference keeps the object alive as long as `self`.
        unsafe { Object::from_ptr(self.pointer.as_ptr()) }
    }
}

impl Drop for Owned<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: one strong reference is ours, and `'g` proves that the thread is attached.
        unsafe { ffi::Py_DECREF(self.pointer.as_ptr()) }
    }
}

/// A strong reference that may be held and sent without the GIL.
///
/// Dropped, it goes to the graveyard, which is drained at the next attach; [`Detached::free`] and [`Gil::release`] drop it
/// at once.
pub struct Detached(NonNull<ffi::PyObject>);

// SAFETY: a Detached can only be looked into with a token, that is under the GIL; its drop needs none.
unsafe impl Send for Detached {}
// SAFETY: as above; sharing it gives nothing but `get`, which takes a token.
unsafe impl Sync for Detached {}

impl Detached {
    /// The object, borrowed.
    #[inline(always)]
    pub fn get<'a>(&'a self, _gil: Gil<'_>) -> &'a Object {
        // SAFETY: the strong reference keeps the object alive as long as `self`.
        unsafe { Object::from_ptr(self.0.as_ptr()) }
    }

    /// The address, to compare with.
    pub fn address(&self) -> *mut ffi::PyObject {
        self.0.as_ptr()
    }

    /// Drops the reference now, under the GIL.
    pub fn free(self, gil: Gil<'_>) {
        drop(self.attach(gil));
    }

    /// Back to an owned reference.
    pub fn attach<'g>(self, _gil: Gil<'g>) -> Owned<'g> {
        let pointer = ManuallyDrop::new(self).0.as_ptr();
        // SAFETY: the strong reference moves from the Detached to the Owned.
        unsafe { Owned::from_ptr(pointer) }
    }
}

impl Drop for Detached {
    fn drop(&mut self) {
        super::gil::bury(self.0);
    }
}
