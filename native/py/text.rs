//! str and bytes.

use std::borrow::Cow;
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::num::NonZeroUsize;

use once_cell::race::OnceNonZeroUsize;

use super::{Exception, Gil, Object, Owned, Result};
use crate::ffi::{self, optional};

/// A str's content, for as long as the object lives.
pub enum Text<'a, 'g> {
    /// ASCII, read in place.
    Ascii(&'a [u8]),
    /// Anything else, unpaired surrogates and all.
    Utf16(Utf16<'g>),
}

/// UTF-16LE in a temporary bytes object.
pub struct Utf16<'g> {
    bytes: Owned<'g>,
    /// Bytes of a byte order mark before the text.
    mark: usize,
}

impl Utf16<'_> {
    /// The code units' bytes.
    pub fn as_bytes(&self, gil: Gil<'_>) -> Result<&[u8]> {
        Ok(&self.bytes.as_bytes(gil)?[self.mark..])
    }
}

type NoArguments = unsafe extern "C" fn(*mut ffi::PyObject, *mut ffi::PyObject) -> *mut ffi::PyObject;

/// The C function behind `str.isascii`: the stable ABI has no other constant-time way to ask.
fn is_ascii_function(gil: Gil<'_>) -> Result<NoArguments> {
    // A cell that does not block: who looks it up may lose the GIL on the way to a thread that waits for the cell.
    static FOUND: OnceNonZeroUsize = OnceNonZeroUsize::new();
    let address = FOUND.get_or_try_init(|| {
        let method = gil.str("")?.attr_str(gil, c"isascii")?;
        // SAFETY: a bound method of a built-in type is a PyCFunction; anything else makes it raise.
        let function = unsafe { ffi::PyCFunction_GetFunction(method.as_ptr()) };
        function.and_then(|function| NonZeroUsize::new(function as usize)).ok_or_else(|| gil.raised())
    })?;
    // SAFETY: the address is the one of such a function, from above.
    Ok(unsafe { std::mem::transmute::<usize, NoArguments>(address.get()) })
}

/// UTF-16LE as units, which must be aligned.
fn units(bytes: &[u8]) -> Cow<'_, [u16]> {
    // SAFETY: every pair of bytes is a valid u16.
    match unsafe { bytes.align_to::<u16>() } {
        ([], units, []) if cfg!(target_endian = "little") => Cow::Borrowed(units),
        _ => Cow::Owned(bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()),
    }
}

impl<'g> Gil<'g> {
    /// A str from UTF-8.
    pub fn str(self, text: &str) -> Result<Owned<'g>> {
        self.str_utf8(text.as_bytes())
    }

    /// A str from bytes that should be UTF-8.
    #[inline]
    pub fn str_utf8(self, text: &[u8]) -> Result<Owned<'g>> {
        // SAFETY: the pointer and length are a slice's; under the GIL. Lengths of slices fit isize.
        self.owned(unsafe { ffi::PyUnicode_FromStringAndSize(text.as_ptr().cast(), text.len() as isize) })
    }

    /// A str from UTF-16LE, unpaired surrogates kept, a leading byte order mark kept as data.
    pub fn str_utf16(self, bytes: &[u8]) -> Result<Owned<'g>> {
        let units = units(bytes);
        // Whole passes without a branch, which the compiler makes vector code of.
        if units.len() > 1
            && let Some(new) = optional::py_unicode_new()
            && units.iter().fold(0, |all, unit| all | unit) < 0x80
        {
            return self.str_ascii_units(new, &units);
        }
        if let Some(from_units) = optional::py_unicode_from_kind_and_data()
            && !units.iter().fold(false, |found, unit| found | (unit & 0xf800 == 0xd800))
        {
            // SAFETY: kind 2 takes an array of 16-bit units and its length; under the GIL.
            return self.owned(unsafe { from_units(2, units.as_ptr().cast(), units.len() as isize) });
        }
        let mut little_endian = -1;
        // SAFETY: the pointer and length are a slice's; under the GIL.
        self.owned(unsafe {
            ffi::PyUnicode_DecodeUTF16(
                bytes.as_ptr().cast(),
                bytes.len() as isize,
                c"surrogatepass".as_ptr(),
                &mut little_endian,
            )
        })
    }

    /// A str from units below 0x80, narrowed in one pass into its own memory.
    #[inline]
    fn str_ascii_units(self, new: optional::NewStr, units: &[u16]) -> Result<Owned<'g>> {
        // SAFETY: under the GIL; lengths of slices fit isize.
        let text = self.owned(unsafe { new(units.len() as isize, 0x7f) })?;
        let mut length = 0;
        // SAFETY: a live str under the GIL.
        let start = unsafe { ffi::PyUnicode_AsUTF8AndSize(text.as_ptr(), &mut length) };
        if start.is_null() {
            return Err(self.raised());
        }
        debug_assert_eq!(length as usize, units.len());
        // SAFETY: the content of an ASCII str is its own UTF-8. The object is new and nobody else has it, as CPython demands
        // of who fills one in; uninitialised bytes are MaybeUninit's to hold, and all are written.
        let content =
            unsafe { std::slice::from_raw_parts_mut(start.cast_mut().cast::<MaybeUninit<u8>>(), units.len()) };
        for (byte, unit) in content.iter_mut().zip(units) {
            byte.write(*unit as u8);
        }
        Ok(text)
    }

    /// An interned str, for names.
    pub fn interned(self, name: &CStr) -> Result<Owned<'g>> {
        // SAFETY: a C string under the GIL.
        self.owned(unsafe { ffi::PyUnicode_InternFromString(name.as_ptr()) })
    }

    /// Interns a str: attribute and global look-ups then compare addresses.
    pub fn intern(self, text: Owned<'g>) -> Owned<'g> {
        let mut pointer = text.into_ptr();
        // SAFETY: PyUnicode_InternInPlace takes over the reference and gives one back, for exact strs; it leaves
        // others alone.
        unsafe {
            ffi::PyUnicode_InternInPlace(&mut pointer);
            Owned::from_ptr(pointer)
        }
    }

    /// A bytes object.
    pub fn bytes(self, content: &[u8]) -> Result<Owned<'g>> {
        // SAFETY: the pointer and length are a slice's; under the GIL.
        self.owned(unsafe { ffi::PyBytes_FromStringAndSize(content.as_ptr().cast(), content.len() as isize) })
    }

    /// A bytes object of this length, filled in by `fill` before anyone else sees it.
    pub fn bytes_with(self, length: usize, fill: impl FnOnce(&mut [u8]) -> Result<()>) -> Result<Owned<'g>> {
        // SAFETY: under the GIL; a null source leaves the content uninitialised. A length over isize::MAX is negative
        // and raises.
        let bytes = self.owned(unsafe { ffi::PyBytes_FromStringAndSize(std::ptr::null(), length as isize) })?;
        // SAFETY: the object is new, nobody else has it, and has `length` bytes, which are zeroed before use.
        let content = unsafe {
            let start = ffi::PyBytes_AsString(bytes.as_ptr()).cast::<u8>();
            std::ptr::write_bytes(start, 0, length);
            std::slice::from_raw_parts_mut(start, length)
        };
        fill(content)?;
        Ok(bytes)
    }

    /// As [`Gil::bytes_with`], for large contents: the memory is not zeroed first. `fill` says how many bytes it has
    /// written, from the first one on; a SystemError is raised unless that is all.
    pub fn bytes_filled(
        self,
        length: usize,
        fill: impl FnOnce(&mut [MaybeUninit<u8>]) -> Result<usize>,
    ) -> Result<Owned<'g>> {
        // SAFETY: as in `bytes_with`; uninitialised bytes are MaybeUninit's to hold.
        let (bytes, content) = unsafe {
            let bytes = self.owned(ffi::PyBytes_FromStringAndSize(std::ptr::null(), length as isize))?;
            let start = ffi::PyBytes_AsString(bytes.as_ptr()).cast::<MaybeUninit<u8>>();
            (bytes, std::slice::from_raw_parts_mut(start, length))
        };
        if fill(content)? != length {
            return Err(self.raise(Exception::System, "a bytes object was not filled"));
        }
        Ok(bytes)
    }
}

impl Object {
    /// Whether this is a str or an instance of a subclass.
    #[inline(always)]
    pub fn is_str(&self) -> bool {
        self.is_exact_str() || self.has_type_flag(ffi::Py_TPFLAGS_UNICODE_SUBCLASS)
    }

    /// Whether this is a str, and not of a subclass.
    #[inline(always)]
    pub fn is_exact_str(&self) -> bool {
        self.type_ptr() == &raw mut ffi::PyUnicode_Type
    }

    /// Whether this is a bytes or an instance of a subclass.
    #[inline(always)]
    pub fn is_bytes(&self) -> bool {
        self.has_type_flag(ffi::Py_TPFLAGS_BYTES_SUBCLASS)
    }

    /// A bytes object's content; `self` must be bytes.
    pub fn as_bytes(&self, gil: Gil<'_>) -> Result<&[u8]> {
        if !self.is_bytes() {
            return Err(gil.raise(Exception::Type, "expected bytes"));
        }
        // SAFETY: a live bytes object, immutable, borrowed for as long as `self`.
        Ok(unsafe {
            let start = ffi::PyBytes_AsString(self.as_ptr()).cast::<u8>();
            std::slice::from_raw_parts(start, ffi::PyBytes_Size(self.as_ptr()) as usize)
        })
    }

    /// A str's content where that is ASCII. A TypeError for what is no str.
    #[inline]
    pub fn ascii(&self, gil: Gil<'_>) -> Result<Option<&[u8]>> {
        if !self.is_str() {
            return Err(gil.raise(Exception::Type, "expected str"));
        }
        let is_ascii = is_ascii_function(gil)?;
        // SAFETY: `self` is a str, and isascii takes no arguments (METH_NOARGS).
        if !gil.owned(unsafe { is_ascii(self.as_ptr(), std::ptr::null_mut()) })?.is_true() {
            return Ok(None);
        }
        let mut length = 0;
        // SAFETY: a live str under the GIL; ASCII content is its own UTF-8 and lives as long as it.
        let start = unsafe { ffi::PyUnicode_AsUTF8AndSize(self.as_ptr(), &mut length) };
        if start.is_null() {
            return Err(gil.raised());
        }
        // SAFETY: CPython gave start and length of immutable memory inside the object.
        Ok(Some(unsafe { std::slice::from_raw_parts(start.cast(), length as usize) }))
    }

    /// A str's content: in place for ASCII, else a temporary UTF-16, so that CPython caches nothing in the object.
    #[inline]
    pub fn text<'a, 'g>(&'a self, gil: Gil<'g>) -> Result<Text<'a, 'g>> {
        match self.ascii(gil)? {
            Some(ascii) => Ok(Text::Ascii(ascii)),
            None => self.utf16(gil).map(Text::Utf16),
        }
    }

    /// A str's content as UTF-16.
    pub fn utf16<'g>(&self, gil: Gil<'g>) -> Result<Utf16<'g>> {
        // The direct encoder writes a byte order mark in front, and refuses unpaired surrogates: those take the way
        // through the codec registry, which costs as much as encoding a thousand characters.
        // SAFETY: a live str under the GIL.
        match gil.owned(unsafe { ffi::PyUnicode_AsUTF16String(self.as_ptr()) }) {
            Ok(bytes) => return Ok(Utf16 { bytes, mark: 2 }),
            Err(raised) if gil.raised_is(&raised, Exception::Value) => gil.clear_raised(raised),
            Err(raised) => return Err(raised),
        }
        // SAFETY: a live str and C strings under the GIL.
        let bytes = gil.owned(unsafe {
            ffi::PyUnicode_AsEncodedString(self.as_ptr(), c"utf-16-le".as_ptr(), c"surrogatepass".as_ptr())
        })?;
        Ok(Utf16 { bytes, mark: 0 })
    }

    /// A str's content as a Rust string; unpaired surrogates become U+FFFD. For messages, never for values.
    pub fn to_string_lossy(&self, gil: Gil<'_>) -> Result<String> {
        match self.text(gil)? {
            Text::Ascii(bytes) => Ok(String::from_utf8_lossy(bytes).into_owned()),
            Text::Utf16(bytes) => {
                let units = bytes.as_bytes(gil)?.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
                Ok(char::decode_utf16(units).map(|unit| unit.unwrap_or('\u{fffd}')).collect())
            }
        }
    }
}
