//! What an object is, by its type's address and flags: the first question of every conversion.

use super::{Gil, Object, Owned, Result};
use crate::ffi::{self, optional};

/// The exact built-in types that conversions know. An instance of a subclass is `Other`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuiltIn {
    /// `None`.
    None,
    /// `bool`.
    Bool,
    /// `int`.
    Int,
    /// `float`.
    Float,
    /// `str`.
    Str,
    /// `bytes`.
    Bytes,
    /// `list`.
    List,
    /// `tuple`.
    Tuple,
    /// `dict`.
    Dict,
    /// `set` or `frozenset`.
    AnySet,
    /// `bytearray`.
    ByteArray,
    /// `memoryview`.
    MemoryView,
    /// `range`.
    Range,
    /// Anything else.
    Other,
}

/// What a type's flags say its instances are, subclasses included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// `int`.
    Int,
    /// `str`.
    Str,
    /// `bytes`.
    Bytes,
    /// `list`.
    List,
    /// `tuple`.
    Tuple,
    /// `dict`.
    Dict,
    /// Anything else.
    Other,
}

impl Object {
    /// Which built-in type this is an exact instance of.
    #[inline(always)]
    pub fn built_in(&self) -> BuiltIn {
        let class = self.type_ptr();
        macro_rules! is {
            ($type:ident) => {
                std::ptr::eq(class, &raw const ffi::$type)
            };
        }
        if is!(PyLong_Type) {
            BuiltIn::Int
        } else if is!(PyUnicode_Type) {
            BuiltIn::Str
        } else if is!(PyFloat_Type) {
            BuiltIn::Float
        } else if self.is_none() {
            BuiltIn::None
        } else if is!(PyBool_Type) {
            BuiltIn::Bool
        } else if is!(PyList_Type) {
            BuiltIn::List
        } else if is!(PyDict_Type) {
            BuiltIn::Dict
        } else if is!(PyTuple_Type) {
            BuiltIn::Tuple
        } else if is!(PyBytes_Type) {
            BuiltIn::Bytes
        } else if is!(PySet_Type) || is!(PyFrozenSet_Type) {
            BuiltIn::AnySet
        } else if is!(PyByteArray_Type) {
            BuiltIn::ByteArray
        } else if is!(PyMemoryView_Type) {
            BuiltIn::MemoryView
        } else if is!(PyRange_Type) {
            BuiltIn::Range
        } else {
            BuiltIn::Other
        }
    }

    /// Which built-in type this is an instance of, by the type's flags.
    pub fn family(&self) -> Family {
        // SAFETY: type_ptr is the live type of a live object.
        let flags = unsafe { ffi::PyType_GetFlags(self.type_ptr()) };
        let has = |flag| flags & flag != 0;
        if has(ffi::Py_TPFLAGS_LONG_SUBCLASS) {
            Family::Int
        } else if has(ffi::Py_TPFLAGS_UNICODE_SUBCLASS) {
            Family::Str
        } else if has(ffi::Py_TPFLAGS_BYTES_SUBCLASS) {
            Family::Bytes
        } else if has(ffi::Py_TPFLAGS_LIST_SUBCLASS) {
            Family::List
        } else if has(ffi::Py_TPFLAGS_TUPLE_SUBCLASS) {
            Family::Tuple
        } else if has(ffi::Py_TPFLAGS_DICT_SUBCLASS) {
            Family::Dict
        } else {
            Family::Other
        }
    }

    /// Whether this is a bytearray or an instance of a subclass.
    pub fn is_byte_array(&self) -> bool {
        // SAFETY: a live object under the GIL that its borrower holds.
        unsafe { ffi::PyByteArray_Check(self.as_ptr()) != 0 }
    }

    /// Whether `class` is a type in this object's method resolution order, past `__instancecheck__`.
    pub fn is_exactly_or_below(&self, class: &Object) -> bool {
        // SAFETY: live objects under the GIL that their borrowers hold; PyType_IsSubtype is only called with types.
        unsafe {
            ffi::PyType_Check(class.as_ptr()) != 0 && ffi::PyType_IsSubtype(self.type_ptr(), class.as_ptr().cast()) != 0
        }
    }

    /// Whether this is a class.
    pub fn is_class(&self) -> bool {
        self.has_type_flag(ffi::Py_TPFLAGS_TYPE_SUBCLASS)
    }

    /// Whether this is an exception, not a class of them.
    pub fn is_exception(&self) -> bool {
        self.has_type_flag(ffi::Py_TPFLAGS_BASE_EXC_SUBCLASS)
    }

    /// Whether this is a class that is `class` or inherits from it, past `__subclasscheck__`.
    pub fn is_subclass_of(&self, class: &Object) -> bool {
        // SAFETY: live objects under the GIL that their borrowers hold, both found to be types.
        self.is_class()
            && class.is_class()
            && unsafe { ffi::PyType_IsSubtype(self.as_ptr().cast(), class.as_ptr().cast()) != 0 }
    }

    /// What the object's class and its bases have under a name, past every override; a str that is interned.
    pub fn class_attr<'g>(&self, gil: Gil<'g>, name: &Object) -> Option<Owned<'g>> {
        match optional::py_type_lookup() {
            Some(lookup) => {
                // SAFETY: a live type and a live str under the GIL; the borrowed reference becomes an owned one at once.
                let found = unsafe { lookup(self.type_ptr(), name.as_ptr()) };
                // SAFETY: as above.
                (!found.is_null()).then(|| unsafe { Object::from_ptr(found) }.own(gil))
            }
            None => match self.class(gil).attr(gil, name) {
                Ok(found) => Some(found),
                Err(raised) => {
                    gil.clear_raised(raised);
                    None
                }
            },
        }
    }

    /// Whether this is an instance of this very type.
    #[inline(always)]
    pub fn is_of(&self, class: &Object) -> bool {
        self.type_ptr().cast() == class.as_ptr()
    }

    /// A list of an iterable's members.
    pub fn to_list<'g>(&self, gil: Gil<'g>) -> Result<Owned<'g>> {
        // SAFETY: a live object under the GIL.
        gil.owned(unsafe { ffi::PySequence_List(self.as_ptr()) })
    }

    /// `self * times` for a sequence.
    pub fn repeat<'g>(&self, gil: Gil<'g>, times: usize) -> Result<Owned<'g>> {
        // SAFETY: a live object under the GIL; a count over isize::MAX is negative and gives an empty sequence, which
        // the caller's own length check finds.
        gil.owned(unsafe { ffi::PySequence_Repeat(self.as_ptr(), times as isize) })
    }
}
