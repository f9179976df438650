//! The operators.

use super::{Gil, Object, Owned, Result};
use crate::ffi;

/// An operator with two operands.
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "named as CPython's functions are")]
pub enum Binary {
    Add,
    Subtract,
    Multiply,
    MatrixMultiply,
    TrueDivide,
    FloorDivide,
    Remainder,
    DivMod,
    Power,
    LeftShift,
    RightShift,
    And,
    Or,
    Xor,
}

/// An operator with one operand.
#[derive(Clone, Copy)]
#[allow(missing_docs, reason = "named as CPython's functions are")]
pub enum Unary {
    Negative,
    Positive,
    Absolute,
    Invert,
}

impl Object {
    /// `self operator other`.
    pub fn binary<'g>(&self, gil: Gil<'g>, operator: Binary, other: &Object) -> Result<Owned<'g>> {
        let function = match operator {
            Binary::Add => ffi::PyNumber_Add,
            Binary::Subtract => ffi::PyNumber_Subtract,
            Binary::Multiply => ffi::PyNumber_Multiply,
            Binary::MatrixMultiply => ffi::PyNumber_MatrixMultiply,
            Binary::TrueDivide => ffi::PyNumber_TrueDivide,
            Binary::FloorDivide => ffi::PyNumber_FloorDivide,
            Binary::Remainder => ffi::PyNumber_Remainder,
            Binary::DivMod => ffi::PyNumber_Divmod,
            Binary::Power => power,
            Binary::LeftShift => ffi::PyNumber_Lshift,
            Binary::RightShift => ffi::PyNumber_Rshift,
            Binary::And => ffi::PyNumber_And,
            Binary::Or => ffi::PyNumber_Or,
            Binary::Xor => ffi::PyNumber_Xor,
        };
        // SAFETY: live objects under the GIL.
        gil.owned(unsafe { function(self.as_ptr(), other.as_ptr()) })
    }

    /// `operator self`.
    pub fn unary<'g>(&self, gil: Gil<'g>, operator: Unary) -> Result<Owned<'g>> {
        let function = match operator {
            Unary::Negative => ffi::PyNumber_Negative,
            Unary::Positive => ffi::PyNumber_Positive,
            Unary::Absolute => ffi::PyNumber_Absolute,
            Unary::Invert => ffi::PyNumber_Invert,
        };
        // SAFETY: a live object under the GIL.
        gil.owned(unsafe { function(self.as_ptr()) })
    }

    /// `other in self`.
    pub fn contains(&self, gil: Gil<'_>, other: &Object) -> Result<bool> {
        // SAFETY: live objects under the GIL.
        gil.flag(unsafe { ffi::PySequence_Contains(self.as_ptr(), other.as_ptr()) })
    }

    /// Whether this is an iterator over what cannot change: taking items ahead of time shows nowhere.
    pub fn iterates_over_constant(&self, gil: Gil<'_>) -> bool {
        static CLASSES: std::sync::OnceLock<[usize; 3]> = std::sync::OnceLock::new();
        // Not in `get_or_init`, where others would wait with the GIL for whoever has given it away to a finalizer.
        let find = || {
            // Static types: the same in every interpreter of the process, and there for ever. A type that cannot be
            // found is not taken for any.
            let class = |constant: Result<Owned<'_>>| {
                let iterator = constant.and_then(|constant| constant.iter(gil));
                iterator.map(|iterator| iterator.type_ptr() as usize).unwrap_or_else(|raised| {
                    gil.clear_raised(raised);
                    0
                })
            };
            let range = || gil.import(c"builtins")?.attr_str(gil, c"range")?.call(gil, &[&*gil.long(0)?]);
            [class(gil.tuple(&[])), class(gil.bytes(b"")), class(range())]
        };
        let classes = CLASSES.get().copied().unwrap_or_else(|| {
            let found = find();
            let _ = CLASSES.set(found);
            found
        });
        classes.contains(&(self.type_ptr() as usize))
    }
}

/// # Safety
/// As for PyNumber_Power, without a modulus.
unsafe extern "C" fn power(left: *mut ffi::PyObject, right: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: the caller's guarantee; None stands for no modulus.
    unsafe { ffi::PyNumber_Power(left, right, ffi::Py_None()) }
}
