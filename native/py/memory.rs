//! Reading and filling the memory behind buffers.

use std::mem::MaybeUninit;

use super::{BufferView, Exception, Gil, Layout, Object, Owned, Result};
use crate::ffi;

/// The bytes of an object's buffer in C order.
pub struct Bytes<'g> {
    view: BufferView<'g>,
    /// A copy, where the buffer itself is laid out otherwise.
    copy: Option<Owned<'g>>,
}

impl<'g> Bytes<'g> {
    /// The buffer.
    pub fn view(&self) -> &BufferView<'g> {
        &self.view
    }

    /// Reads the bytes.
    ///
    /// The exporter keeps its memory while the view is held, but Python code may write to it: `read` runs none.
    pub fn read<R>(&self, gil: Gil<'g>, read: impl FnOnce(&[u8]) -> Result<R>) -> Result<R> {
        if let Some(copy) = &self.copy {
            return read(copy.as_bytes(gil)?);
        }
        if self.view.is_empty() {
            // Its address may be null.
            return read(&[]);
        }
        // SAFETY: the view is C-contiguous and held, so its memory stays, and under the GIL nothing writes to it as
        // long as `read` runs no Python code.
        read(unsafe { std::slice::from_raw_parts(self.view.address(), self.view.len()) })
    }
}

impl Object {
    /// The bytes of the object's buffer in C order: in place where they lie so, else as a copy.
    pub fn buffer_bytes<'g>(&self, gil: Gil<'g>) -> Result<Bytes<'g>> {
        match self.buffer(gil, Layout::Contiguous) {
            Ok(view) => Ok(Bytes { view, copy: None }),
            Err(raised) => {
                gil.clear_raised(raised);
                let view = self.buffer(gil, Layout::Any)?;
                let copy = gil.bytes_with(view.len(), |into| view.copy_to(into))?;
                Ok(Bytes { view, copy: Some(copy) })
            }
        }
    }

    /// Fills the buffer of an object that nobody else has seen yet. Raises where it is read only.
    pub fn fill_buffer<'g>(&self, gil: Gil<'g>, fill: impl FnOnce(&mut [MaybeUninit<u8>]) -> Result<()>) -> Result<()> {
        let view = self.buffer(gil, Layout::Contiguous)?;
        if view.is_read_only() {
            return Err(gil.raise(Exception::Type, "the buffer to be filled is read only"));
        }
        if view.is_empty() {
            return fill(&mut []);
        }
        // SAFETY: a held, C-contiguous and writable buffer of a new object: nobody else reads or writes it. Its bytes are
        // initialised, and stay so: `fill` has no way to take that back but by writing uninitialised bytes on purpose.
        fill(unsafe { std::slice::from_raw_parts_mut(view.address().cast(), view.len()) })
    }

    /// `self + other`.
    pub fn add<'g>(&self, gil: Gil<'g>, other: &Object) -> Result<Owned<'g>> {
        // SAFETY: live objects under the GIL.
        gil.owned(unsafe { ffi::PyNumber_Add(self.as_ptr(), other.as_ptr()) })
    }

    /// Whether there is an attribute of this name. Errors other than AttributeError come back.
    pub fn has_attr(&self, gil: Gil<'_>, name: &Object) -> Result<bool> {
        match self.attr(gil, name) {
            Ok(_) => Ok(true),
            Err(raised) if gil.raised_is(&raised, Exception::Attribute) => {
                gil.clear_raised(raised);
                Ok(false)
            }
            Err(raised) => Err(raised),
        }
    }
}
