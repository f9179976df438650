//! list, tuple, set, frozenset, dict.

use super::{Gil, Number, Object, Owned, Result};
use crate::ffi;

/// A list being filled: CPython never sees it before it is full.
pub struct ListBuilder<'g> {
    list: Owned<'g>,
    length: usize,
    filled: usize,
}

impl<'g> ListBuilder<'g> {
    /// An empty builder for `length` items.
    pub fn new(gil: Gil<'g>, length: usize) -> Result<Self> {
        // SAFETY: under the GIL; a length over isize::MAX is negative and raises.
        let list = gil.owned(unsafe { ffi::PyList_New(length as isize) })?;
        Ok(ListBuilder { list, length, filled: 0 })
    }

    /// Puts the next item. Panics when full.
    #[inline(always)]
    pub fn push(&mut self, item: Owned<'g>) {
        assert!(self.filled < self.length, "a list builder holds as many items as it was made for");
        // SAFETY: the list is new and unshared, the index is below its length and its place is empty;
        // PyList_SetItem takes over the reference.
        unsafe { ffi::PyList_SetItem(self.list.as_ptr(), self.filled as isize, item.into_ptr()) };
        self.filled += 1;
    }

    /// The list. Panics when it is not full.
    pub fn finish(self) -> Owned<'g> {
        assert_eq!(self.filled, self.length, "a list builder is finished when full");
        self.list
    }
}

/// A tuple being filled: CPython never sees it before it is full.
pub struct TupleBuilder<'g> {
    tuple: Owned<'g>,
    length: usize,
    filled: usize,
}

impl<'g> TupleBuilder<'g> {
    /// An empty builder for `length` items.
    pub fn new(gil: Gil<'g>, length: usize) -> Result<Self> {
        // SAFETY: under the GIL; a length over isize::MAX is negative and raises.
        let tuple = gil.owned(unsafe { ffi::PyTuple_New(length as isize) })?;
        Ok(TupleBuilder { tuple, length, filled: 0 })
    }

    /// Puts the next item. Panics when full.
    #[inline(always)]
    pub fn push(&mut self, item: Owned<'g>) {
        assert!(self.filled < self.length, "a tuple builder holds as many items as it was made for");
        // SAFETY: as in ListBuilder::push; an unshared tuple may be written.
        unsafe { ffi::PyTuple_SetItem(self.tuple.as_ptr(), self.filled as isize, item.into_ptr()) };
        self.filled += 1;
    }

    /// The tuple. Panics when it is not full.
    pub fn finish(self) -> Owned<'g> {
        assert_eq!(self.filled, self.length, "a tuple builder is finished when full");
        self.tuple
    }
}

/// Iterates a dict by position: memory-safe also when the dict changes under it.
pub struct DictIter<'a, 'g> {
    dict: &'a Object,
    gil: Gil<'g>,
    position: isize,
}

impl<'g> Iterator for DictIter<'_, 'g> {
    type Item = (Owned<'g>, Owned<'g>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (mut key, mut value) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: a live dict under the GIL (checked when the iterator was made); the borrowed references are turned
        // into owned ones before anything else can run.
        unsafe {
            if ffi::PyDict_Next(self.dict.as_ptr(), &mut self.position, &mut key, &mut value) == 0 {
                return None;
            }
            Some((Object::from_ptr(key).own(self.gil), Object::from_ptr(value).own(self.gil)))
        }
    }
}

impl<'g> Gil<'g> {
    /// An empty dict.
    pub fn dict(self) -> Result<Owned<'g>> {
        // SAFETY: under the GIL.
        self.owned(unsafe { ffi::PyDict_New() })
    }

    /// An empty set.
    pub fn set(self) -> Result<Owned<'g>> {
        // SAFETY: under the GIL; null makes it empty.
        self.owned(unsafe { ffi::PySet_New(std::ptr::null_mut()) })
    }

    /// A frozenset of an iterable's members.
    pub fn frozenset(self, members: &Object) -> Result<Owned<'g>> {
        // SAFETY: a live object under the GIL.
        self.owned(unsafe { ffi::PyFrozenSet_New(members.as_ptr()) })
    }

    /// A tuple of these.
    pub fn tuple(self, items: &[&Object]) -> Result<Owned<'g>> {
        let mut tuple = TupleBuilder::new(self, items.len())?;
        for item in items {
            tuple.push(item.own(self));
        }
        Ok(tuple.finish())
    }
}

impl Object {
    /// Whether this is a list or an instance of a subclass.
    #[inline(always)]
    pub fn is_list(&self) -> bool {
        self.has_type_flag(ffi::Py_TPFLAGS_LIST_SUBCLASS)
    }

    /// Whether this is a tuple or an instance of a subclass.
    #[inline(always)]
    pub fn is_tuple(&self) -> bool {
        self.has_type_flag(ffi::Py_TPFLAGS_TUPLE_SUBCLASS)
    }

    /// Whether this is a dict or an instance of a subclass.
    #[inline(always)]
    pub fn is_dict(&self) -> bool {
        self.has_type_flag(ffi::Py_TPFLAGS_DICT_SUBCLASS)
    }

    /// Whether this is a set, a frozenset or an instance of a subclass.
    #[inline(always)]
    pub fn is_any_set(&self) -> bool {
        // SAFETY: a live object under the GIL that its borrower holds.
        unsafe { ffi::PyAnySet_Check(self.as_ptr()) != 0 }
    }

    /// Number of items; 0 where this is no list.
    #[inline(always)]
    pub fn list_len(&self) -> usize {
        // SAFETY: a live object under the GIL that its borrower holds.
        length(unsafe { ffi::PyList_Size(self.as_ptr()) })
    }

    /// A list's item; none past its end, and none where this is no list.
    #[inline(always)]
    pub fn list_item<'g>(&self, gil: Gil<'g>, index: usize) -> Option<Owned<'g>> {
        // SAFETY: a live object under the GIL; PyList_GetItem checks class and index, and the borrowed reference becomes an
        // owned one at once.
        unsafe {
            let item = ffi::PyList_GetItem(self.as_ptr(), index as isize);
            if item.is_null() {
                ffi::PyErr_Clear();
                return None;
            }
            Some(Object::from_ptr(item).own(gil))
        }
    }

    /// A list's item by value where it is a plain number, which needs no reference; else none. `self` must be a list.
    #[inline(always)]
    pub fn list_number(&self, gil: Gil<'_>, index: usize) -> Option<Number> {
        debug_assert!(self.is_list());
        // SAFETY: a live list under the GIL; PyList_GetItem checks the index. The item is borrowed only while nothing
        // runs but functions that read an exact int or float.
        unsafe {
            let item = ffi::PyList_GetItem(self.as_ptr(), index as isize);
            if item.is_null() {
                ffi::PyErr_Clear();
                return None;
            }
            Object::from_ptr(item).number(gil)
        }
    }

    /// A tuple's item; none past its end, and none where this is no tuple.
    #[inline(always)]
    pub fn tuple_item(&self, index: usize) -> Option<&Object> {
        // SAFETY: a live object under the GIL that its borrower holds; PyTuple_Size says -1 and raises unless it is a
        // tuple. Tuples are immutable, so the item lives as long as it.
        unsafe {
            if index >= length(ffi::PyTuple_Size(self.as_ptr())) {
                return None;
            }
            Some(Object::from_ptr(ffi::PyTuple_GetItem(self.as_ptr(), index as isize)))
        }
    }

    /// `self.add(member)`; `self` must be a set.
    pub fn set_add(&self, gil: Gil<'_>, member: &Object) -> Result<()> {
        // SAFETY: live objects under the GIL; CPython checks that it is a set.
        gil.status(unsafe { ffi::PySet_Add(self.as_ptr(), member.as_ptr()) })
    }

    /// `self[key] = value`, past any override; `self` must be a dict.
    #[inline(always)]
    pub fn dict_set(&self, gil: Gil<'_>, key: &Object, value: &Object) -> Result<()> {
        // SAFETY: live objects under the GIL; CPython checks that it is a dict.
        gil.status(unsafe { ffi::PyDict_SetItem(self.as_ptr(), key.as_ptr(), value.as_ptr()) })
    }

    /// `self.get(key)`, past any override; `self` must be a dict.
    #[inline(always)]
    pub fn dict_get<'g>(&self, gil: Gil<'g>, key: &Object) -> Result<Option<Owned<'g>>> {
        // SAFETY: live objects under the GIL; the borrowed reference becomes an owned one at once.
        unsafe {
            let value = ffi::PyDict_GetItemWithError(self.as_ptr(), key.as_ptr());
            if value.is_null() {
                return if gil.has_raised() { Err(gil.raised()) } else { Ok(None) };
            }
            Ok(Some(Object::from_ptr(value).own(gil)))
        }
    }

    /// Number of entries; 0 where this is no dict.
    pub fn dict_len(&self) -> usize {
        // SAFETY: a live object under the GIL that its borrower holds.
        length(unsafe { ffi::PyDict_Size(self.as_ptr()) })
    }

    /// Entries in order, past any override; empty for what is no dict.
    pub fn dict_iter<'a, 'g>(&'a self, gil: Gil<'g>) -> DictIter<'a, 'g> {
        DictIter { dict: self, gil, position: if self.is_dict() { 0 } else { isize::MAX } }
    }
}

/// A length that CPython gave under the GIL: -1, with an exception, where it was asked of the wrong kind of object.
#[inline(always)]
fn length(given: isize) -> usize {
    usize::try_from(given).unwrap_or_else(|_| {
        // SAFETY: whoever asked CPython for the length holds the GIL still.
        unsafe { ffi::PyErr_Clear() };
        0
    })
}

#[cfg(test)]
mod tests {
    use crate::py::testing::with_python;

    #[test]
    fn what_is_no_container_has_no_items_and_leaves_no_exception_behind() {
        with_python(|gil| {
            let text = gil.str("text").unwrap();
            assert!(text.tuple_item(0).is_none());
            assert!(text.list_item(gil, 0).is_none());
            assert_eq!((text.list_len(), text.dict_len()), (0, 0));
            assert!(!gil.has_raised());
        });
    }
}
