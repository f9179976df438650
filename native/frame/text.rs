//! str: ASCII, UTF16 and CHAR.
#![forbid(unsafe_code)]

use super::cursor::{Reader, Writer};
use super::{Context, Peer, length, tag};
use crate::py::{Object, Owned, Result, Text};

#[inline]
pub(super) fn decode_ascii<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let bytes = context.ok(reader.elements(1))?;
    if !bytes.is_ascii() {
        return Err(context.malformed(reader, "an ASCII string with other bytes in it ends"));
    }
    context.gil.str_utf8(bytes)
}

#[inline]
pub(super) fn decode_utf16<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    context.gil.str_utf16(context.ok(reader.elements(2))?)
}

pub(super) fn decode_char<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    context.gil.str_utf16(context.ok(reader.bytes(2))?)
}

#[inline]
pub(super) fn encode<P: Peer>(context: Context<'_, '_, P>, writer: &mut Writer<'_>, object: &Object) -> Result<()> {
    match object.text(context.gil)? {
        Text::Ascii(bytes) => {
            writer.counted(tag::ASCII, length(context.gil, bytes.len(), "a str")?);
            writer.put(bytes);
        }
        Text::Utf16(bytes) => {
            let bytes = bytes.as_bytes(context.gil)?;
            writer.counted(tag::UTF16, length(context.gil, bytes.len() / 2, "a str")?);
            writer.put(bytes);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::testing::*;
    use crate::py::testing::with_python;

    #[test]
    fn text_in_any_script_comes_back() {
        with_python(|gil| {
            for code in [
                "''",
                "'abc'",
                "'a\\0b'",
                "'\\x7f'",
                "'é'",
                "'\\xff'",
                "'Łódź'",
                "'東京'",
                "'😀a😀'",
                "'\\U0010ffff'",
                "'\\ufeffabc'",
                "'\\ufffeabc'",
                "'\\ud800'",
                "'a\\udfffb'",
                "'\\udc00\\ud800'",
                "'x' * 100_000",
                "'ж' * 100_000",
            ] {
                comes_back(gil, code);
            }
        });
    }

    #[test]
    fn ascii_is_one_byte_a_character_and_the_rest_utf_16() {
        with_python(|gil| {
            assert_eq!(encoded(gil, "'ab'"), payload![[tag::ASCII], 2u32.to_le_bytes(), *b"ab"]);
            assert_eq!(
                encoded(gil, "'aé😀'"),
                payload![[tag::UTF16], 4u32.to_le_bytes(), [0x61, 0, 0xe9, 0, 0x3d, 0xd8, 0, 0xde]]
            );
        });
    }

    #[test]
    fn a_character_is_a_str_of_one() {
        with_python(|gil| {
            assert_eq!(decoded(gil, &payload![[tag::CHAR], 0x61u16.to_le_bytes()]), "'a'");
            assert_eq!(decoded(gil, &payload![[tag::CHAR], 0x0u16.to_le_bytes()]), "'\\x00'");
            assert_eq!(decoded(gil, &payload![[tag::CHAR], 0xd800u16.to_le_bytes()]), "'\\ud800'");
            assert_eq!(decoded(gil, &payload![[tag::CHAR], 0xfeffu16.to_le_bytes()]), "'\\ufeff'");
        });
    }

    #[test]
    fn subclasses_of_str_cross_as_their_text() {
        with_python(|gil| {
            comes_back_as(gil, "class S(str): __str__ = lambda self: 'x'\nS('abc')", "'abc'");
            comes_back_as(gil, "class S(str): isascii = lambda self: True\nS('é')", "'é'");
            comes_back_as(gil, "import enum\nclass E(str, enum.Enum): A = 'text'\nE.A", "'text'");
        });
    }

    #[test]
    fn a_string_that_lies_about_being_ascii_is_refused() {
        with_python(|gil| {
            let error = decode_error(gil, &payload![[tag::ASCII], 2u32.to_le_bytes(), [0xc3, 0xa9]]);
            assert!(error.starts_with("SystemError: malformed frame"), "{error}");
        });
    }

    #[test]
    fn reading_a_str_caches_nothing_in_it() {
        with_python(|gil| {
            let text = crate::py::testing::eval(gil, "''.join(chr(0x436) for _ in range(1000))");
            let size = |object: &Object| {
                let sys = gil.import(c"sys").expect("sys is there");
                sys.call_method(gil, c"getsizeof", &[object]).and_then(|size| size.to_long(gil)).expect("a size")
            };
            let before = size(&text);
            try_encode(gil, &text, &TestPeer::default()).expect("a str crosses");
            assert_eq!(size(&text), before);
        });
    }
}
