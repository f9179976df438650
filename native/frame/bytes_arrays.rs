//! bytes, bytearray, memoryview and `array.array`: BYTES, ARRAY, BYTES_REF and ARRAY_REF.
#![forbid(unsafe_code)]

use super::cursor::{Reader, Writer};
use super::tag::{self, type_code};
use super::{Context, LARGE, Parent, Peer, containers, encode_handle, length, numbers, text};
use crate::py::{Bytes, Exception, Object, Owned, Result, Text};

pub(super) fn decode_array<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let gil = context.gil;
    let (code, size) = element(context, reader)?;
    let bytes = context.ok(reader.elements(size))?;
    if code == type_code::BOOLEAN {
        if bytes.iter().any(|byte| *byte > 1) {
            return Err(context.malformed(reader, "an array of booleans with other bytes in it ends"));
        }
        return booleans(context, &*gil.bytes(bytes)?, bytes.len());
    }
    let code = gil.str_utf8(&[code])?;
    context.types.array.get(gil).call(gil, &[&code, &*gil.bytes(bytes)?])
}

/// The type code of an array and the size of its elements.
fn element<P: Peer>(context: Context<'_, '_, P>, reader: &mut Reader<'_>) -> Result<(u8, usize)> {
    let code = context.ok(reader.u8())?;
    match numbers::element_size(code) {
        Some(size) => Ok((code, size)),
        None => Err(context.malformed(reader, "an unknown type code")),
    }
}

/// A memoryview with the format `?`: `array` has no booleans.
fn booleans<'g, P: Peer>(context: Context<'_, 'g, P>, bytes: &Object, count: usize) -> Result<Owned<'g>> {
    let Context { gil, types, .. } = context;
    let view = |bytes: &Object| {
        let view = types.memory_view.get(gil).call(gil, &[bytes])?;
        view.attr(gil, types.names.cast.get(gil))?.call(gil, &[&*gil.str("?")?])
    };
    if count > 0 {
        return view(bytes);
    }
    // An empty memoryview cannot be cast, but part of another can be empty.
    view(&*gil.bytes(&[0])?)?.item(gil, types.constants.nothing.get(gil))
}

pub(super) fn decode_bytes_ref<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    bytes_of_array(context, reader, type_code::BYTE, 1)
}

pub(super) fn decode_array_ref<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>) -> Result<Owned<'g>> {
    let Context { gil, types, peer } = context;
    let (code, size) = element(context, reader)?;
    if code == type_code::BOOLEAN {
        let bytes = bytes_of_array(context, reader, code, size)?;
        let count = bytes.len(gil)?;
        return booleans(context, &bytes, count);
    }
    let (index, total) = reference(context, reader, code, size)?;
    // One element repeated is the one way to an array of a given length without a list or a copy.
    let element = types.array.get(gil).call(gil, &[&*gil.str_utf8(&[code])?, &*gil.bytes(&[0; 8][..size])?])?;
    let array = element.repeat(gil, total / size)?;
    array.fill_buffer(gil, |into| {
        if into.len() != total {
            return Err(gil.raise(Exception::System, "an array has another size than it was made with"));
        }
        peer.read_array(gil, index, code, into).map(|_| ())
    })?;
    Ok(array)
}

/// The index of an array among those of the call, and its size in bytes.
fn reference<P: Peer>(
    context: Context<'_, '_, P>,
    reader: &mut Reader<'_>,
    code: u8,
    size: usize,
) -> Result<(u32, usize)> {
    let index = context.ok(reader.u32())?;
    let count = context.ok(reader.u32())?;
    let total = (count as usize).checked_mul(size).filter(|_| count <= i32::MAX as u32);
    let known = context.peer.array_size(context.gil, index, code);
    match total {
        Some(total) if known.is_none_or(|known| known == total) => Ok((index, total)),
        _ => Err(context.malformed(reader, "a reference to an array of another length ends")),
    }
}

fn bytes_of_array<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
    code: u8,
    size: usize,
) -> Result<Owned<'g>> {
    let (index, total) = reference(context, reader, code, size)?;
    context.gil.bytes_filled(total, |into| context.peer.read_array(context.gil, index, code, into))
}

/// bytes and its subclasses.
#[inline]
pub(super) fn encode_bytes<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    put_bytes(context, writer, object.as_bytes(context.gil)?)
}

pub(super) fn encode_byte_array<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    object.buffer_bytes(context.gil)?.read(context.gil, |bytes| put_bytes(context, writer, bytes))
}

fn put_bytes<P: Peer>(context: Context<'_, '_, P>, writer: &mut Writer<'_>, bytes: &[u8]) -> Result<()> {
    let count = length(context.gil, bytes.len(), "bytes")?;
    if bytes.len() >= LARGE
        && let Some(index) = context.peer.write_array(context.gil, type_code::BYTE, bytes)?
    {
        writer.counted(tag::BYTES_REF, index);
        writer.u32(count);
        return Ok(());
    }
    writer.counted(tag::BYTES, count);
    writer.put(bytes);
    Ok(())
}

pub(super) fn encode_memory_view<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
    parent: Parent<'_>,
) -> Result<()> {
    let Context { gil, peer, .. } = context;
    let bytes = match object.buffer_bytes(gil) {
        Ok(bytes) => bytes,
        Err(raised) if gil.raised_is(&raised, Exception::Memory) => return Err(raised),
        // It is released, or its exporter gives no such view.
        Err(raised) => {
            gil.clear_raised(raised);
            return encode_handle(gil, writer, object, peer);
        }
    };
    // Native byte order is the frame's, with standard or native sizes: the element's size tells.
    let code = match bytes.view().format().trim_start_matches(['@', '=', '<']).as_bytes() {
        [code] if bytes.view().dimensions() == 1 => *code,
        _ => return encode_handle(gil, writer, object, peer),
    };
    encode_elements(context, writer, object, code, &bytes, parent)
}

/// `array.array` and its subclasses.
pub(super) fn encode_array<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
    parent: Parent<'_>,
) -> Result<()> {
    let Context { gil, types, peer } = context;
    let type_code = object.attr(gil, types.names.typecode.get(gil))?;
    let code = match type_code.text(gil)? {
        Text::Ascii([code]) => *code,
        _ => return encode_handle(gil, writer, object, peer),
    };
    if matches!(code, b'u' | b'w') {
        let characters = object.attr(gil, types.names.tounicode.get(gil))?.call(gil, &[])?;
        return text::encode(context, writer, &characters);
    }
    let bytes = object.buffer_bytes(gil)?;
    encode_elements(context, writer, object, code, &bytes, parent)
}

/// Elements of any format; `object` is what has them.
fn encode_elements<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
    code: u8,
    bytes: &Bytes<'_>,
    parent: Parent<'_>,
) -> Result<()> {
    let Context { gil, types, peer } = context;
    let size = bytes.view().item_size();
    let code = match (code, size) {
        (b'b' | b'B' | b'c', 1) => return bytes.read(gil, |bytes| put_bytes(context, writer, bytes)),
        (b'?', 1) => type_code::BOOLEAN,
        (b'h', 2) => type_code::SHORT,
        (b'H', 2) => type_code::CHAR,
        (b'i' | b'l', 4) => type_code::INT,
        (b'q' | b'l', 8) => type_code::LONG,
        (b'f', 4) => type_code::FLOAT,
        (b'd', 8) => type_code::DOUBLE,
        (b'I', 4) => {
            let wide = bytes.read(gil, |bytes| gil.bytes_with(bytes.len() * 2, |wide| widen(bytes, wide)))?;
            return put_array(context, writer, type_code::LONG, 8, wide.as_bytes(gil)?);
        }
        (b'L', 4 | 8) | (b'Q', 8) => {
            let list = object.attr(gil, types.names.tolist.get(gil))?.call(gil, &[])?;
            if list.is_list() {
                return containers::encode_list(context, writer, &list, parent);
            }
            return encode_handle(gil, writer, object, peer);
        }
        _ => return encode_handle(gil, writer, object, peer),
    };
    if code == type_code::BOOLEAN && bytes.read(gil, |bytes| Ok(bytes.iter().any(|byte| *byte > 1)))? {
        let clean = bytes.read(gil, |bytes| gil.bytes_with(bytes.len(), |clean| normalise(bytes, clean)))?;
        return put_array(context, writer, code, size, clean.as_bytes(gil)?);
    }
    bytes.read(gil, |bytes| put_array(context, writer, code, size, bytes))
}

/// Unsigned 32-bit elements as signed 64-bit ones.
fn widen(bytes: &[u8], wide: &mut [u8]) -> Result<()> {
    for (from, to) in bytes.chunks_exact(4).zip(wide.chunks_exact_mut(8)) {
        to[..4].copy_from_slice(from);
    }
    Ok(())
}

/// Any byte but 0 is true to C, and 1 is the only true to Java.
fn normalise(bytes: &[u8], clean: &mut [u8]) -> Result<()> {
    for (from, to) in bytes.iter().zip(clean) {
        *to = u8::from(*from != 0);
    }
    Ok(())
}

fn put_array<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    code: u8,
    size: usize,
    bytes: &[u8],
) -> Result<()> {
    let count = length(context.gil, bytes.len() / size, "an array")?;
    if bytes.len() >= LARGE
        && let Some(index) = context.peer.write_array(context.gil, code, bytes)?
    {
        writer.u8(tag::ARRAY_REF);
        writer.u8(code);
        writer.u32(index);
        writer.u32(count);
        return Ok(());
    }
    writer.u8(tag::ARRAY);
    writer.u8(code);
    writer.u32(count);
    writer.put(bytes);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::testing::*;
    use crate::py::testing::{eval, repr, with_python};

    fn array(code: u8, count: u32, bytes: &[u8]) -> Vec<u8> {
        payload![[tag::ARRAY, code], count.to_le_bytes(), *bytes]
    }

    #[test]
    fn bytes_come_back() {
        with_python(|gil| {
            comes_back(gil, "b''");
            comes_back(gil, "bytes(range(256))");
            comes_back(gil, "bytes(100_000)");
            comes_back_as(gil, "bytearray(b'abc')", "b'abc'");
            comes_back_as(gil, "bytearray()", "b''");
            comes_back_as(gil, "memoryview(b'abc')", "b'abc'");
            comes_back_as(gil, "memoryview(b'abcdef')[::2]", "b'ace'");
            comes_back_as(gil, "memoryview(b'abcdef')[::-1]", "b'fedcba'");
            comes_back_as(gil, "memoryview(b'abc').cast('c')", "b'abc'");
            comes_back_as(gil, "memoryview(b'abc').cast('b')", "b'abc'");
            comes_back_as(gil, "memoryview(b'abc')[:0]", "b''");
            comes_back_as(gil, "class B(bytes): __bytes__ = lambda self: b'x'\nB(b'abc')", "b'abc'");
            comes_back_as(gil, "class B(bytearray): pass\nB(b'abc')", "b'abc'");
            comes_back_as(gil, "import array\narray.array('B', b'abc')", "b'abc'");
            comes_back_as(gil, "import array\narray.array('b', b'abc')", "b'abc'");
        });
    }

    #[test]
    fn arrays_of_java_s_primitives_come_back() {
        with_python(|gil| {
            for code in ["h", "i", "q", "f", "d", "H"] {
                comes_back(gil, &format!("import array\narray.array('{code}')"));
                comes_back(gil, &format!("import array\narray.array('{code}', [1, 2, 100])"));
                comes_back(gil, &format!("import array\narray.array('{code}', [7]) * 5_000"));
                comes_back_as(
                    gil,
                    &format!("import array\nmemoryview(array.array('{code}', [1, 2, 3, 4]))[::2]"),
                    &repr(gil, &eval(gil, &format!("import array\narray.array('{code}', [1, 3])"))),
                );
            }
            comes_back(gil, "import array\narray.array('q', [-2**63, 2**63 - 1])");
            comes_back(gil, "import array\narray.array('d', [-0.0, float('inf')])");
            comes_back_as(gil, "import array\narray.array('l', [-1])", "array('q', [-1])");
            comes_back_as(gil, "import array\narray.array('I', [1, 2**32 - 1])", "array('q', [1, 4294967295])");
            comes_back_as(gil, "import array\narray.array('L', [2**64 - 1])", "[18446744073709551615]");
            comes_back_as(gil, "import array\narray.array('Q', [1, 2**63])", "[1, 9223372036854775808]");
            comes_back_as(
                gil,
                "import array\nmemoryview(array.array('Q', [1, 2**63]))[::-1]",
                "[9223372036854775808, 1]",
            );
            comes_back_as(gil, "import array\narray.array('u', 'aéж')", "'aéж'");
            comes_back_as(gil, "import array\nclass A(array.array): pass\nA('i', [1])", "array('i', [1])");
        });
    }

    #[test]
    fn elements_are_written_in_the_frame_s_byte_order() {
        with_python(|gil| {
            assert_eq!(
                encoded(gil, "import array\narray.array('i', [1, -2])"),
                array(b'i', 2, &[1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff])
            );
            assert_eq!(
                encoded(gil, "import ctypes\nmemoryview((ctypes.c_int * 2)(1, -2))"),
                array(b'i', 2, &[1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff])
            );
        });
    }

    #[test]
    fn booleans_come_back_as_a_memoryview() {
        with_python(|gil| {
            for (bytes, list) in [(&[][..], "[]"), (&[1], "[True]"), (&[1, 0, 1], "[True, False, True]")] {
                let payload = array(b'?', bytes.len() as u32, bytes);
                let peer = TestPeer::default();
                let view = try_decode(gil, &payload, &peer).expect("booleans");
                let format = view.attr_str(gil, c"format").expect("a memoryview has a format");
                assert_eq!(repr(gil, &format), "'?'");
                let members = view.call_method(gil, c"tolist", &[]).expect("a memoryview has tolist");
                assert_eq!(repr(gil, &members), list);
                assert_eq!(try_encode(gil, &view, &peer).expect("booleans cross back"), payload);
            }
            assert_eq!(encoded(gil, "memoryview(bytes([0, 1, 2, 255])).cast('?')"), array(b'?', 4, &[0, 1, 1, 1]));
            let error = decode_error(gil, &array(b'?', 2, &[1, 2]));
            assert!(error.starts_with("SystemError: malformed frame"), "{error}");
        });
    }

    #[test]
    fn other_buffers_cross_as_objects() {
        with_python(|gil| {
            crosses_as_object(gil, "memoryview(bytes(8)).cast('B', (2, 4))");
            crosses_as_object(gil, "memoryview(bytes(8)).cast('B', ())  if False else memoryview(bytes(8)).cast('N')");
            crosses_as_object(gil, "import ctypes\nmemoryview(ctypes.c_int(1))");
            crosses_as_object(gil, "import ctypes\nmemoryview((ctypes.c_int.__ctype_be__ * 2)(1, 2))");
            crosses_as_object(gil, "v = memoryview(b'abc'); v.release()\nv");
        });
    }

    #[test]
    fn large_arrays_cross_by_reference() {
        with_python(|gil| {
            let out = |code: &str| {
                let peer = TestPeer { takes_arrays: true, ..TestPeer::default() };
                let payload = try_encode(gil, &eval(gil, code), &peer).expect("an array crosses");
                (payload, peer.arrays_out.into_inner())
            };
            let (payload, arrays) = out("b'x' * 8191");
            assert_eq!((payload[0], arrays.len()), (tag::BYTES, 0));
            for code in ["b'x' * 8192", "bytearray(b'x' * 8192)", "memoryview(b'xy' * 8192)[::2]"] {
                let (payload, arrays) = out(code);
                assert_eq!(payload, payload![[tag::BYTES_REF], 0u32.to_le_bytes(), 8192u32.to_le_bytes()], "{code}");
                assert_eq!(arrays, [(b'b', vec![b'x'; 8192])], "{code}");
            }
            let (payload, arrays) = out("import array\narray.array('i', [7] * 2048)");
            assert_eq!(payload, payload![[tag::ARRAY_REF, b'i'], 0u32.to_le_bytes(), 2048u32.to_le_bytes()]);
            assert_eq!(arrays, [(b'i', [7, 0, 0, 0].repeat(2048))]);
            let (payload, arrays) = out("import array\narray.array('I', [2**32 - 1] * 1024)");
            assert_eq!(payload, payload![[tag::ARRAY_REF, b'q'], 0u32.to_le_bytes(), 1024u32.to_le_bytes()]);
            assert_eq!(arrays, [(b'q', [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0].repeat(1024))]);
            let (_, arrays) = out("memoryview(b'\\x02' * 8192).cast('?')");
            assert_eq!(arrays, [(b'?', vec![1; 8192])]);
        });
    }

    #[test]
    fn arrays_that_come_by_reference_are_read() {
        with_python(|gil| {
            let peer = TestPeer {
                arrays_in: vec![
                    (b'b', b"abc".to_vec()),
                    (b'i', vec![1, 0, 0, 0, 2, 0, 0, 0]),
                    (b'?', vec![1, 0]),
                    (b'd', vec![]),
                ],
                ..TestPeer::default()
            };
            let bytes = |index: u32, count: u32| payload![[tag::BYTES_REF], index.to_le_bytes(), count.to_le_bytes()];
            let array = |code: u8, index: u32, count: u32| {
                payload![[tag::ARRAY_REF, code], index.to_le_bytes(), count.to_le_bytes()]
            };
            for hidden in [false, true] {
                peer.hides_sizes.set(hidden);
                let read = |payload: &[u8]| try_decode(gil, payload, &peer).map(|value| repr(gil, &value));
                assert_eq!(read(&bytes(0, 3)).as_deref(), Ok("b'abc'"));
                assert_eq!(read(&array(b'i', 1, 2)).as_deref(), Ok("array('i', [1, 2])"));
                assert_eq!(read(&array(b'd', 3, 0)).as_deref(), Ok("array('d')"));
                let booleans = try_decode(gil, &array(b'?', 2, 2), &peer).expect("booleans");
                let list = booleans.call_method(gil, c"tolist", &[]).expect("a memoryview has tolist");
                assert_eq!(repr(gil, &list), "[True, False]");
                for wrong in [bytes(0, 4), bytes(9, 3), array(b'i', 1, 3), array(b'q', 1, 2), array(b'b', 0, 3)] {
                    let error = read(&wrong).expect_err("this names no array of the call");
                    assert!(error.starts_with("SystemError: "), "{error}");
                }
            }
            peer.hides_sizes.set(false);
            let error = try_decode(gil, &bytes(0, u32::MAX), &peer).map(drop).expect_err("longer than any array");
            assert!(error.starts_with("SystemError: malformed frame"), "{error}");
        });
    }

    #[test]
    fn a_count_that_overflows_is_refused() {
        with_python(|gil| {
            for payload in [
                array(b'q', u32::MAX, &[0; 8]),
                array(b'x', 1, &[0; 8]),
                array(b'b', 1, &[0]),
                payload![[tag::BYTES], u32::MAX.to_le_bytes(), [1, 2, 3]],
            ] {
                let error = decode_error(gil, &payload);
                assert!(error.starts_with("SystemError: malformed frame"), "{error}");
            }
        });
    }
}
