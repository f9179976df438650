//! None, bool, int and float.

use std::ffi::c_long;

use super::{Gil, Object, Owned, Result};
use crate::ffi;

/// The value of an exact int or float.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Number {
    /// An int that fits 64 bits.
    Int(i64),
    /// A float.
    Float(f64),
}

impl<'g> Gil<'g> {
    /// `None`.
    #[inline(always)]
    pub fn none(self) -> Owned<'g> {
        // SAFETY: None lives for ever.
        unsafe { Object::from_ptr(ffi::Py_None()) }.own(self)
    }

    /// `True` or `False`.
    #[inline(always)]
    pub fn bool(self, value: bool) -> Owned<'g> {
        // SAFETY: the two bools live for ever.
        unsafe { Object::from_ptr(if value { ffi::Py_True() } else { ffi::Py_False() }) }.own(self)
    }

    /// An int.
    #[inline(always)]
    pub fn long(self, value: i64) -> Result<Owned<'g>> {
        // Where C's long has 64 bits: CPython has a short cut for those that fit one of its digits, in this function alone.
        // SAFETY: under the GIL.
        self.owned(unsafe {
            match c_long::try_from(value) {
                Ok(value) => ffi::PyLong_FromLong(value),
                Err(_) => ffi::PyLong_FromLongLong(value),
            }
        })
    }

    /// A float.
    #[inline(always)]
    pub fn double(self, value: f64) -> Result<Owned<'g>> {
        // SAFETY: under the GIL.
        self.owned(unsafe { ffi::PyFloat_FromDouble(value) })
    }
}

impl Object {
    /// Whether this is `True`.
    #[inline(always)]
    pub fn is_true(&self) -> bool {
        // SAFETY: Py_True only takes an address.
        self.as_ptr() == unsafe { ffi::Py_True() }
    }

    /// Whether this is an int or an instance of a subclass.
    #[inline(always)]
    pub fn is_long(&self) -> bool {
        let exact = self.type_ptr() == &raw mut ffi::PyLong_Type;
        exact || self.has_type_flag(ffi::Py_TPFLAGS_LONG_SUBCLASS)
    }

    /// An int's value, or none where it does not fit 64 bits. A TypeError for what is no int.
    #[inline(always)]
    pub fn to_long(&self, gil: Gil<'_>) -> Result<Option<i64>> {
        let mut overflow = 0;
        // SAFETY: a live object under the GIL.
        let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(self.as_ptr(), &mut overflow) };
        if overflow != 0 {
            return Ok(None);
        }
        if value == -1 && gil.has_raised() {
            return Err(gil.raised());
        }
        Ok(Some(value))
    }

    /// The value of a plain number: an int that fits 64 bits, or a float, and no instance of a subclass.
    #[inline(always)]
    pub fn number(&self, _gil: Gil<'_>) -> Option<Number> {
        let class = self.type_ptr();
        if std::ptr::eq(class, &raw const ffi::PyLong_Type) {
            let mut overflow = 0;
            // SAFETY: a live int under the GIL, of which only its size can be wrong.
            let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(self.as_ptr(), &mut overflow) };
            return (overflow == 0).then_some(Number::Int(value));
        }
        // SAFETY: a live float under the GIL.
        std::ptr::eq(class, &raw const ffi::PyFloat_Type)
            .then(|| Number::Float(unsafe { ffi::PyFloat_AsDouble(self.as_ptr()) }))
    }

    /// Whether this is a float or an instance of a subclass.
    #[inline(always)]
    pub fn is_float(&self) -> bool {
        // SAFETY: a live object under the GIL that its borrower holds.
        unsafe { ffi::PyFloat_Check(self.as_ptr()) != 0 }
    }

    /// A float's value; other numbers by `__float__` or `__index__`.
    #[inline(always)]
    pub fn to_double(&self, gil: Gil<'_>) -> Result<f64> {
        // SAFETY: a live object under the GIL.
        let value = unsafe { ffi::PyFloat_AsDouble(self.as_ptr()) };
        if value == -1.0 && gil.has_raised() {
            return Err(gil.raised());
        }
        Ok(value)
    }
}
