//! The buffer protocol.

use std::ffi::CStr;

use super::{Exception, Gil, Object, Result};
use crate::ffi::optional::{self, Buffer};

/// How a buffer must be laid out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// C-contiguous: its bytes can be read as one slice.
    Contiguous,
    /// Any: [`BufferView::copy_to`] puts the bytes in C order.
    Any,
}

/// A held buffer. Its exporter cannot resize while it lives.
pub struct BufferView<'g> {
    view: Box<Buffer>,
    gil: Gil<'g>,
}

impl<'g> BufferView<'g> {
    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.view.len as usize
    }

    /// Whether it has no bytes.
    pub fn is_empty(&self) -> bool {
        self.view.len == 0
    }

    /// Length of one element in bytes.
    pub fn item_size(&self) -> usize {
        self.view.itemsize as usize
    }

    /// Number of dimensions.
    pub fn dimensions(&self) -> usize {
        self.view.ndim as usize
    }

    /// Whether the memory must not be written.
    pub fn is_read_only(&self) -> bool {
        self.view.readonly != 0
    }

    /// Address of the first byte.
    pub fn address(&self) -> *mut u8 {
        self.view.buf.cast()
    }

    /// The element's format in `struct` syntax.
    pub fn format(&self) -> &str {
        if self.view.format.is_null() {
            return "B";
        }
        // SAFETY: the exporter keeps the NUL-terminated format alive as long as the view.
        unsafe { CStr::from_ptr(self.view.format) }.to_str().unwrap_or("?")
    }

    /// Copies the bytes, in C order whatever the layout; `into` must be as long as the view.
    pub fn copy_to(&self, into: &mut [u8]) -> Result<()> {
        assert_eq!(into.len(), self.len(), "the target of a buffer copy has the view's length");
        let Some(to_contiguous) = optional::py_buffer_to_contiguous() else {
            return Err(self.gil.raise(Exception::System, "libpython has no PyBuffer_ToContiguous"));
        };
        // SAFETY: `into` has as many bytes as the view, which is held, under the GIL.
        self.gil.status(unsafe {
            to_contiguous(into.as_mut_ptr().cast(), &*self.view, self.view.len, b'C' as std::ffi::c_char)
        })
    }
}

impl Drop for BufferView<'_> {
    fn drop(&mut self) {
        if let Some(release) = optional::py_buffer_release() {
            // SAFETY: the view was filled by PyObject_GetBuffer and is released once, under the GIL.
            unsafe { release(&mut *self.view) }
        }
    }
}

impl Object {
    /// The object's buffer, or a TypeError or BufferError.
    pub fn buffer<'g>(&self, gil: Gil<'g>, layout: Layout) -> Result<BufferView<'g>> {
        let Some(get) = optional::py_object_get_buffer() else {
            return Err(gil.raise(Exception::System, "libpython has no PyObject_GetBuffer"));
        };
        let flags = match layout {
            Layout::Contiguous => optional::BUFFER_CONTIGUOUS_FORMAT | 0x0020,
            Layout::Any => optional::BUFFER_FULL_READ_ONLY,
        };
        // SAFETY: an all-zero Buffer is valid: null pointers and zeros.
        let mut view: Box<Buffer> = Box::new(unsafe { std::mem::zeroed() });
        // SAFETY: a live object under the GIL, and memory for a Py_buffer that does not move while it is held.
        gil.status(unsafe { get(self.as_ptr(), &mut *view, flags) })?;
        Ok(BufferView { view, gil })
    }
}
