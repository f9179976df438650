//! Writing values: which file each type of Python is for.
#![forbid(unsafe_code)]

use super::{
    Context, Parent, Peer, Types, Writer, bytes_arrays, containers, datetimes, numbers, numpy, others, tag, text,
    times, types,
};
use crate::py::{BuiltIn, Exception, Family, Gil, Object, Raised, Result};

/// Writes one value.
///
/// After an error the writer is complete but for what this value wrote: the caller truncates it to where it was.
#[inline]
pub fn encode<P: Peer>(gil: Gil<'_>, writer: &mut Writer<'_>, object: &Object, types: &Types, peer: &P) -> Result<()> {
    match object.number(gil) {
        // Batches have them in thousands.
        Some(number) => numbers::encode_number(writer, number),
        None => encode_value(Context { gil, types, peer }, writer, object, None)?,
    }
    check_memory(gil, writer)
}

/// Writes an object as PYOBJECT, whatever it is.
pub fn encode_handle<P: Peer>(gil: Gil<'_>, writer: &mut Writer<'_>, object: &Object, peer: &P) -> Result<()> {
    encode_tagged_handle(gil, writer, object, peer, tag::PYOBJECT)
}

pub(super) fn encode_tagged_handle<P: Peer>(
    gil: Gil<'_>,
    writer: &mut Writer<'_>,
    object: &Object,
    peer: &P,
    tag: u8,
) -> Result<()> {
    // Room first: a handle that cannot be written would stay alive for ever.
    if !writer.reserve(9) {
        return check_memory(gil, writer);
    }
    let handle = peer.handle(gil, object.own(gil))?;
    writer.u8(tag);
    writer.handle(handle);
    Ok(())
}

#[inline]
fn check_memory(gil: Gil<'_>, writer: &Writer<'_>) -> Result<()> {
    if writer.is_out_of_memory() {
        return Err(gil.raise(Exception::Memory, "there is no memory for a frame that holds this value"));
    }
    Ok(())
}

/// A count that Java can hold.
#[inline(always)]
pub(super) fn length(gil: Gil<'_>, length: usize, of: &str) -> Result<u32> {
    if length > i32::MAX as usize {
        return Err(too_long(gil, length, of));
    }
    Ok(length as u32)
}

#[cold]
fn too_long(gil: Gil<'_>, length: usize, of: &str) -> Raised {
    let message = format!("{of} of length {length} does not fit into Java, where 2,147,483,647 is the most");
    gil.raise(Exception::Overflow, &message)
}

#[inline]
pub(super) fn encode_value<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
    parent: Parent<'_>,
) -> Result<()> {
    match object.built_in() {
        BuiltIn::Int => numbers::encode_int(context, writer, object),
        BuiltIn::Str => text::encode(context, writer, object),
        BuiltIn::Float => numbers::encode_float(context, writer, object),
        BuiltIn::None => {
            writer.u8(tag::NULL);
            Ok(())
        }
        BuiltIn::Bool => {
            writer.u8(if object.is_true() { tag::TRUE } else { tag::FALSE });
            Ok(())
        }
        BuiltIn::List => containers::encode_list(context, writer, object, parent),
        BuiltIn::Dict => containers::encode_dict(context, writer, object, parent),
        BuiltIn::Tuple => containers::encode_tuple(context, writer, object, parent),
        BuiltIn::AnySet => containers::encode_set(context, writer, object, parent),
        BuiltIn::Bytes => bytes_arrays::encode_bytes(context, writer, object),
        BuiltIn::ByteArray => bytes_arrays::encode_byte_array(context, writer, object),
        BuiltIn::MemoryView => bytes_arrays::encode_memory_view(context, writer, object, parent),
        BuiltIn::Range => others::encode_range(context, writer, object),
        BuiltIn::Other => encode_other(context, writer, object, parent),
    }
}

/// An object that is no value: as it is, or as what it implements of Java.
pub(super) fn encode_object<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
) -> Result<()> {
    let Context { gil, peer, .. } = context;
    let Some(slot) = peer.proxy_slot(gil, object) else {
        return encode_handle(gil, writer, object, peer);
    };
    if !writer.reserve(13) {
        return check_memory(gil, writer);
    }
    let handle = peer.handle(gil, object.own(gil))?;
    writer.u8(tag::PYPROXY);
    writer.handle(handle);
    writer.i32(slot);
    Ok(())
}

/// What is no exact built-in type.
#[inline(never)]
fn encode_other<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
    parent: Parent<'_>,
) -> Result<()> {
    let Context { gil, types, peer } = context;
    if let Some(slot) = peer.java_slot(gil, object) {
        writer.u8(tag::JAVAOBJECT);
        writer.i32(slot);
        writer.i32(0);
        return Ok(());
    }
    let exact = |class: &types::Held| object.is_of(class.get(gil));
    if exact(&types.generator) {
        return encode_tagged_handle(gil, writer, object, peer, tag::GENERATOR);
    }
    if exact(&types.datetime) {
        return datetimes::encode_datetime(context, writer, object);
    }
    if exact(&types.date) {
        return times::encode_date(context, writer, object);
    }
    if types.decimal.if_imported(gil).is_some_and(|decimal| object.is_of(decimal)) {
        return numbers::encode_decimal(context, writer, object);
    }
    let family = object.family();
    match family {
        // Also IntEnum, StrEnum and numpy's str_.
        Family::Int => return numbers::encode_int(context, writer, object),
        Family::Str => return text::encode(context, writer, object),
        _ => {}
    }
    let below = |class: &types::Held| object.is_exactly_or_below(class.get(gil));
    let below_later =
        |class: &types::Later| class.if_imported(gil).is_some_and(|class| object.is_exactly_or_below(class));
    if below(&types.enumeration) {
        return encode_handle(gil, writer, object, peer);
    }
    match family {
        Family::Bytes => bytes_arrays::encode_bytes(context, writer, object),
        Family::List | Family::Tuple | Family::Dict => {
            containers::encode_subclass(context, writer, object, family, parent)
        }
        _ if object.is_float() => numbers::encode_float(context, writer, object),
        _ if object.is_any_set() => containers::encode_subclass(context, writer, object, family, parent),
        _ if object.is_byte_array() => bytes_arrays::encode_byte_array(context, writer, object),
        _ if below(&types.datetime) => datetimes::encode_datetime(context, writer, object),
        _ if below(&types.date) => times::encode_date(context, writer, object),
        _ if below(&types.time) => times::encode_time(context, writer, object),
        _ if below(&types.timedelta) => times::encode_duration(context, writer, object),
        _ if below_later(&types.decimal) => numbers::encode_decimal(context, writer, object),
        _ if below_later(&types.uuid) => others::encode_uuid(context, writer, object),
        _ if below(&types.array) => bytes_arrays::encode_array(context, writer, object, parent),
        _ => numpy::encode(context, writer, object, parent),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::testing::*;
    use crate::frame::{HEADER, Nobody};
    use crate::py::testing::{describe, eval, with_python, with_python_deep};

    #[test]
    fn any_object_can_be_sent_as_a_handle() {
        with_python(|gil| {
            let peer = TestPeer::default();
            let mut frame = [0; 64];
            let mut writer = Writer::new(&mut frame);
            encode_handle(gil, &mut writer, &eval(gil, "5"), &peer).expect("a handle");
            writer.finish(tag::status::OK, Vec::new(), Nobody);
            assert_eq!(frame[HEADER..HEADER + 9], payload![[tag::PYOBJECT], 1i64.to_le_bytes()]);
            peer.clear(gil);
        });
    }

    #[test]
    fn without_memory_for_a_handle_none_is_made() {
        with_python(|gil| {
            let peer = TestPeer::default();
            let mut frame = [0; 64];
            let mut writer = Writer::new(&mut frame);
            assert!(writer.space(usize::MAX / 4).is_none());
            let error = encode_handle(gil, &mut writer, &gil.none(), &peer).expect_err("there is no memory");
            assert!(describe(gil, error).starts_with("MemoryError: "));
            assert_eq!(peer.live_handles(), 0);
        });
    }

    #[test]
    fn every_handle_in_a_retracted_frame_is_found() {
        with_python(|gil| {
            let code = "import datetime, decimal, uuid, zoneinfo, array, krait._values\no = object()\n\
                [o, None, True, 1, 2**70, 1.5, 'a', 'ж', b'b', array.array('i', [1]), (o,), {o}, {o: o, 1: 2}, \
                krait._values.Entry(o, o), decimal.Decimal('1.5'), datetime.date(2020, 1, 1), datetime.time(1), \
                datetime.time(1, tzinfo=datetime.timezone.utc), datetime.datetime(2020, 1, 1), \
                datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))), \
                datetime.datetime(2020, 1, 1, tzinfo=zoneinfo.ZoneInfo('UTC')), \
                datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), datetime.timedelta(1), uuid.UUID(int=1), \
                range(3), (i for i in [o]), memoryview(bytes(1)).cast('?'), bytes(9_000), array.array('q', [1] * 2_000), o]";
            for takes_arrays in [false, true] {
                for capacity in [64, 1 << 16] {
                    let peer = TestPeer { takes_arrays, ..TestPeer::default() };
                    let mut frame = vec![0; capacity];
                    let mut writer = Writer::new(&mut frame);
                    writer.i32(5);
                    let at = writer.position();
                    encode(gil, &mut writer, &eval(gil, code), types(gil), &peer).expect("every value crosses");
                    let handles = writer.truncate(at);
                    assert_eq!(handles.len(), 9);
                    peer.free(gil, &handles);
                    assert_eq!(peer.live_handles(), 0);
                }
            }
        });
    }

    #[test]
    fn an_error_in_the_middle_hides_no_handle_before_it() {
        with_python_deep(|gil| {
            let peer = TestPeer::default();
            let mut frame = [0; 256];
            let mut writer = Writer::new(&mut frame);
            let at = writer.position();
            let code = "x = []; x.append(x)\n[object(), {1: object(), 2: x}]";
            let error = encode(gil, &mut writer, &eval(gil, code), types(gil), &peer).expect_err("a cycle is refused");
            assert!(describe(gil, error).contains("contains itself"));
            let handles = writer.truncate(at);
            assert_eq!(handles.len(), 2);
            peer.free(gil, &handles);
            writer.u8(tag::NULL);
            assert_eq!(writer.len(), 1);
        });
    }
}
