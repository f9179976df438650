//! The cell of a variable that a Python function shares: native code takes out what the function has put in, and puts in what it uses.

use std::cell::Cell;
use std::ffi::CStr;
use std::ptr::{NonNull, null_mut};

use super::{Gil, Object, Owned, Result};
use crate::ffi;

/// Where a cell has what is in it: behind reference count and class.
const CONTENTS: usize = 16;

const ATTRIBUTE: &CStr = c"cell_contents";

/// Whether this CPython's cells, of the class `types.CellType`, are laid out as we know. They always have been, and its headers say so; the stable ABI does not.
pub fn has_cell_layout(gil: Gil<'_>, class: &Object) -> Result<bool> {
    let size = class.attr_str(gil, c"__basicsize__")?.to_long(gil)?;
    if size != Some((CONTENTS + size_of::<usize>()) as i64) {
        return Ok(false);
    }
    let filled = gil.none();
    for (cell, contents) in [(class.call(gil, &[])?, null_mut()), (class.call(gil, &[&filled])?, filled.as_ptr())] {
        // SAFETY: the class says that so many bytes are the cell's own.
        if unsafe { cell.as_ptr().byte_add(CONTENTS).cast::<*mut ffi::PyObject>().read() } != contents {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A cell, which whoever has this keeps alive.
pub struct CellContents {
    cell: *mut ffi::PyObject,
    has_layout: bool,
}

impl CellContents {
    /// # Safety
    /// A live cell, until the last use; `has_layout` only if [`has_cell_layout`] says so.
    pub unsafe fn of(cell: &Object, has_layout: bool) -> Self {
        CellContents { cell: cell.as_ptr(), has_layout }
    }

    /// Takes out what is in it, if anything is.
    #[inline(always)]
    pub fn take<'g>(&self, gil: Gil<'g>) -> Option<Owned<'g>> {
        if !self.has_layout {
            return self.take_attribute(gil);
        }
        self.replace(gil, null_mut())
    }

    #[cold]
    fn take_attribute<'g>(&self, gil: Gil<'g>) -> Option<Owned<'g>> {
        // SAFETY: a live cell, by the guarantee given to `of`.
        let cell = unsafe { Object::from_ptr(self.cell) };
        let taken = cell.attr_str(gil, ATTRIBUTE).and_then(|contents| {
            cell.del_attr(gil, &*gil.interned(ATTRIBUTE)?)?;
            Ok(contents)
        });
        // An empty one raises ValueError.
        taken.map_err(|raised| gil.clear_raised(raised)).ok()
    }

    /// Puts something in, in the place of what was in it.
    #[inline(always)]
    pub fn put<'g>(&self, gil: Gil<'g>, value: Owned<'g>) -> Result<()> {
        if !self.has_layout {
            return self.put_attribute(gil, &value);
        }
        drop(self.replace(gil, value.into_ptr()));
        Ok(())
    }

    #[cold]
    fn put_attribute(&self, gil: Gil<'_>, value: &Object) -> Result<()> {
        // SAFETY: a live cell, by the guarantee given to `of`.
        unsafe { Object::from_ptr(self.cell) }.set_attr(gil, &*gil.interned(ATTRIBUTE)?, value)
    }

    /// Exchanges what is in it, in the layout that we know. The cell takes over a reference to the new contents, which may be null.
    #[inline(always)]
    fn replace<'g>(&self, _gil: Gil<'g>, contents: *mut ffi::PyObject) -> Option<Owned<'g>> {
        // SAFETY: a live cell of the layout that we know; what was in it was its own reference, and is given up to us.
        unsafe {
            let place = &*self.cell.byte_add(CONTENTS).cast::<Cell<*mut ffi::PyObject>>();
            NonNull::new(place.replace(contents)).map(|taken| Owned::from_ptr(taken.as_ptr()))
        }
    }
}
