//! The codec: a frame's bytes ↔ Python objects. It knows no JVM: what it needs of one comes through [`Peer`].
//!
//! The format is the table in `native/ARCHITECTURE.md`; one file per family of types has both directions and their
//! tests. No content of a frame makes the decoder crash or read outside; no state of a Python object, not even one
//! that changes meanwhile, makes the encoder write a malformed frame.

mod bytes_arrays;
mod containers;
mod cursor;
mod datetimes;
mod numbers;
mod numpy;
mod others;
#[cfg(test)]
mod properties;
mod skip;
pub mod tag;
#[cfg(test)]
mod testing;
mod text;
mod times;
mod types;

pub use cursor::{HEADER, Malformed, Reader, Writer, discard, take};
pub use types::Types;

use std::mem::MaybeUninit;

use crate::py::{BuiltIn, Exception, Family, Gil, Object, Owned, Positional, Raised, Result};

/// How many containers may stand in one another.
pub const MAX_DEPTH: u32 = 1_000;

/// Arrays of this many bytes and more cross by reference where the peer takes them.
pub const LARGE: usize = 8_192;

/// What the codec needs from outside.
///
/// [`Peer::handle`] and [`Peer::write_array`] have effects outside the frame. Who abandons a frame that was encoded in
/// part frees its handles (see [`Writer::handles_from`]) and drops the arrays.
pub trait Peer {
    /// PYOBJECT in: the object that a handle names. Raises where the handle is stale.
    fn object<'g>(&self, gil: Gil<'g>, handle: i64) -> Result<Owned<'g>>;

    /// PYOBJECT out: a handle for an object.
    fn handle<'g>(&self, gil: Gil<'g>, object: Owned<'g>) -> Result<i64>;

    /// JAVAOBJECT in: the Python object for a Java object of the class with this number, which is 0 where Python needs
    /// to know nothing of it.
    fn java_object<'g>(&self, gil: Gil<'g>, slot: i32, class: i32) -> Result<Owned<'g>>;

    /// JAVAOBJECT out: the slot of a Java object, or none where the object is not one of this peer.
    fn java_slot(&self, gil: Gil<'_>, object: &Object) -> Option<i32>;

    /// PYPROXY out: the slot of what the object's class says that it implements of Java, or none where it says nothing.
    fn proxy_slot(&self, gil: Gil<'_>, object: &Object) -> Option<i32>;

    /// `*_REF` in: copies an array's bytes. Raises where there is no such array or `into` has not its length.
    ///
    /// The type code is one of [`tag::type_code`].
    ///
    /// Gives the number of bytes that it has written, which is all of `into` or nothing.
    fn read_array(&self, gil: Gil<'_>, index: u32, type_code: u8, into: &mut [MaybeUninit<u8>]) -> Result<usize>;

    /// `*_REF` in: the bytes of an array, asked before memory for it is allocated. None where the peer cannot say.
    fn array_size(&self, _gil: Gil<'_>, _index: u32, _type_code: u8) -> Option<usize> {
        None
    }

    /// `*_REF` out: keeps an array and gives its index, or none where the peer takes none and it is written inline.
    fn write_array(&self, gil: Gil<'_>, type_code: u8, from: &[u8]) -> Result<Option<u32>>;
}

/// What every conversion gets.
struct Context<'c, 'g, P> {
    gil: Gil<'g>,
    types: &'c Types,
    peer: &'c P,
}

impl<P> Clone for Context<'_, '_, P> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<P> Copy for Context<'_, '_, P> {}

impl<P> Context<'_, '_, P> {
    /// Raises for malformed bytes.
    #[inline(always)]
    fn ok<T>(&self, read: std::result::Result<T, Malformed>) -> Result<T> {
        read.map_err(|malformed| malformed.raise(self.gil))
    }

    #[cold]
    fn malformed(&self, reader: &Reader<'_>, what: &'static str) -> Raised {
        reader.malformed(what).raise(self.gil)
    }
}

/// Reads one value.
#[inline]
pub fn decode<'g, P: Peer>(gil: Gil<'g>, reader: &mut Reader<'_>, types: &Types, peer: &P) -> Result<Owned<'g>> {
    decode_value(Context { gil, types, peer }, reader, 0)
}

/// The arguments of a call.
pub struct Arguments<'g> {
    /// The positional ones.
    pub positional: Positional<'g>,
    /// The keyword ones as a dict, if there are any.
    pub keywords: Option<Owned<'g>>,
}

/// Reads the arguments of a call. An error comes with the index of the argument that it is about; keyword arguments
/// count on from the positional ones.
pub fn decode_arguments<'g, P: Peer>(
    gil: Gil<'g>,
    reader: &mut Reader<'_>,
    types: &Types,
    peer: &P,
) -> std::result::Result<Arguments<'g>, (usize, Raised)> {
    let context = Context { gil, types, peer };
    let count = context.ok(reader.count(1)).map_err(|raised| (0, raised))?;
    let mut positional = Positional::with_capacity(count);
    for index in 0..count {
        positional.push(decode_value(context, reader, 0).map_err(|raised| (index, raised))?);
    }
    let keyword_count = context.ok(reader.count(2)).map_err(|raised| (count, raised))?;
    if keyword_count == 0 {
        return Ok(Arguments { positional, keywords: None });
    }
    let keywords = gil.dict().map_err(|raised| (count, raised))?;
    for index in count..count + keyword_count {
        keyword(context, reader, &keywords).map_err(|raised| (index, raised))?;
    }
    Ok(Arguments { positional, keywords: Some(keywords) })
}

fn keyword<P: Peer>(context: Context<'_, '_, P>, reader: &mut Reader<'_>, keywords: &Object) -> Result<()> {
    let name = decode_value(context, reader, 0)?;
    if !name.is_str() {
        return Err(context.malformed(reader, "the name of a keyword argument is no string"));
    }
    let value = decode_value(context, reader, 0)?;
    keywords.dict_set(context.gil, &name, &value)
}

#[inline]
fn decode_value<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>, depth: u32) -> Result<Owned<'g>> {
    let gil = context.gil;
    match context.ok(reader.u8())? {
        tag::NULL => Ok(gil.none()),
        tag::FALSE => Ok(gil.bool(false)),
        tag::TRUE => Ok(gil.bool(true)),
        tag::LONG => gil.long(context.ok(reader.i64())?),
        tag::DOUBLE => gil.double(context.ok(reader.f64())?),
        tag::ASCII => text::decode_ascii(context, reader),
        tag::UTF16 => text::decode_utf16(context, reader),
        tag::BYTES => gil.bytes(context.ok(reader.elements(1))?),
        tag::LIST => containers::decode_list(context, reader, depth),
        tag::TUPLE => containers::decode_tuple(context, reader, depth),
        tag::DICT => containers::decode_dict(context, reader, depth),
        tag::SET => containers::decode_set(context, reader, depth),
        tag::FROZENSET => containers::decode_frozenset(context, reader, depth),
        tag::ENTRY => containers::decode_entry(context, reader, depth),
        other => decode_rare(context, reader, other),
    }
}

/// Apart from the frequent values, so that their function needs little stack.
#[inline(never)]
fn decode_rare<'g, P: Peer>(context: Context<'_, 'g, P>, reader: &mut Reader<'_>, tag: u8) -> Result<Owned<'g>> {
    match tag {
        tag::BIG => numbers::decode_big(context, reader),
        tag::CHAR => text::decode_char(context, reader),
        tag::ARRAY => bytes_arrays::decode_array(context, reader),
        tag::BYTES_REF => bytes_arrays::decode_bytes_ref(context, reader),
        tag::ARRAY_REF => bytes_arrays::decode_array_ref(context, reader),
        tag::DECIMAL => numbers::decode_decimal(context, reader),
        tag::DATE => times::decode_date(context, reader),
        tag::TIME => times::decode_time(context, reader),
        tag::OFFSET_TIME => times::decode_offset_time(context, reader),
        tag::DATETIME => datetimes::decode_datetime(context, reader),
        tag::OFFSET_DATETIME => datetimes::decode_offset_datetime(context, reader),
        tag::ZONED_DATETIME => datetimes::decode_zoned_datetime(context, reader),
        tag::INSTANT => datetimes::decode_instant(context, reader),
        tag::DURATION => times::decode_duration(context, reader),
        tag::UUID => others::decode_uuid(context, reader),
        tag::RANGE => others::decode_range(context, reader),
        tag::PYOBJECT => {
            let handle = context.ok(reader.i64())?;
            context.peer.object(context.gil, handle)
        }
        tag::JAVAOBJECT => {
            let (slot, class) = (context.ok(reader.i32())?, context.ok(reader.i32())?);
            context.peer.java_object(context.gil, slot, class)
        }
        _ => Err(context.malformed(reader, "an unknown tag")),
    }
}

/// Writes one value.
///
/// After an error the writer is complete but for what this value wrote: the caller truncates it to where it was.
#[inline]
pub fn encode<P: Peer>(gil: Gil<'_>, writer: &mut Writer<'_>, object: &Object, types: &Types, peer: &P) -> Result<()> {
    encode_value(Context { gil, types, peer }, writer, object, None)?;
    check_memory(gil, writer)
}

/// Writes an object as PYOBJECT, whatever it is.
pub fn encode_handle<P: Peer>(gil: Gil<'_>, writer: &mut Writer<'_>, object: &Object, peer: &P) -> Result<()> {
    encode_tagged_handle(gil, writer, object, peer, tag::PYOBJECT)
}

fn encode_tagged_handle<P: Peer>(
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
    writer.tagged(tag, handle.to_le_bytes());
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
fn length(gil: Gil<'_>, length: usize, of: &str) -> Result<u32> {
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

type Parent<'p> = Option<&'p containers::Path<'p>>;

#[inline]
fn encode_value<P: Peer>(
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
fn encode_object<P: Peer>(context: Context<'_, '_, P>, writer: &mut Writer<'_>, object: &Object) -> Result<()> {
    let Context { gil, peer, .. } = context;
    let Some(slot) = peer.proxy_slot(gil, object) else {
        return encode_handle(gil, writer, object, peer);
    };
    if !writer.reserve(13) {
        return check_memory(gil, writer);
    }
    let handle = peer.handle(gil, object.own(gil))?;
    writer.tagged(tag::PYPROXY, handle.to_le_bytes());
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
    use super::testing::*;
    use super::*;
    use crate::py::testing::{describe, eval, repr, with_python};

    fn long(value: i64) -> Vec<u8> {
        payload![[tag::LONG], value.to_le_bytes()]
    }

    fn text(text: &str) -> Vec<u8> {
        payload![[tag::ASCII], (text.len() as u32).to_le_bytes(), *text.as_bytes()]
    }

    #[test]
    fn arguments_arrive_in_order_few_or_many() {
        with_python(|gil| {
            for count in 0..20i64 {
                let values: Vec<u8> = (0..count).flat_map(long).collect();
                let payload = payload![(count as u32).to_le_bytes(), values, 0u32.to_le_bytes()];
                let mut reader = Reader::new(&payload);
                let arguments = decode_arguments(gil, &mut reader, types(gil), &TestPeer::default());
                let arguments = arguments.map_err(|(_, raised)| describe(gil, raised)).expect("arguments");
                assert!(reader.at_end());
                assert!(arguments.keywords.is_none());
                let found: Vec<_> = arguments.positional.iter().map(|value| repr(gil, value)).collect();
                assert_eq!(found, (0..count).map(|value| value.to_string()).collect::<Vec<_>>());
            }
        });
    }

    #[test]
    fn keyword_arguments_arrive_by_name() {
        with_python(|gil| {
            let keywords = payload![2u32.to_le_bytes(), text("b"), long(2), text("a"), [tag::NULL]];
            let payload = payload![1u32.to_le_bytes(), long(1), keywords];
            let arguments = decode_arguments(gil, &mut Reader::new(&payload), types(gil), &TestPeer::default());
            let arguments = arguments.map_err(|(_, raised)| describe(gil, raised)).expect("arguments");
            assert_eq!(arguments.positional.len(), 1);
            assert_eq!(repr(gil, &arguments.keywords.expect("keywords")), "{'b': 2, 'a': None}");
        });
    }

    #[test]
    fn an_argument_that_cannot_be_read_is_named_by_its_index() {
        with_python(|gil| {
            let year_0 = payload![[tag::DATE], [0; 6]];
            let error = |payload: &[u8]| {
                let arguments = decode_arguments(gil, &mut Reader::new(payload), types(gil), &TestPeer::default());
                let (index, raised) = arguments.err().expect("an argument is refused");
                (index, describe(gil, raised).split(':').next().expect("a type").to_owned())
            };
            let (none, one, two) = (0u32.to_le_bytes(), 1u32.to_le_bytes(), 2u32.to_le_bytes());
            assert_eq!(error(&payload![two, long(1), year_0, none]), (1, "ValueError".to_owned()));
            assert_eq!(
                error(&payload![one, long(1), two, text("a"), long(1), text("b"), year_0]),
                (2, "ValueError".to_owned())
            );
            assert_eq!(error(&payload![none, one, long(1), long(1)]), (0, "SystemError".to_owned()));
            assert_eq!(error(&payload![one, long(1)]), (1, "SystemError".to_owned()));
            assert_eq!(error(&u32::MAX.to_le_bytes()), (0, "SystemError".to_owned()));
        });
    }

    #[test]
    fn an_unknown_tag_is_refused() {
        with_python(|gil| {
            for unknown in 32..=255 {
                let error = decode_error(gil, &payload![[unknown], [0; 16]]);
                assert!(error.starts_with("SystemError: malformed frame: an unknown tag"), "{error}");
            }
        });
    }

    #[test]
    fn any_object_can_be_sent_as_a_handle() {
        with_python(|gil| {
            let peer = TestPeer::default();
            let mut frame = [0; 64];
            let mut writer = Writer::new(&mut frame);
            encode_handle(gil, &mut writer, &eval(gil, "5"), &peer).expect("a handle");
            writer.finish(tag::status::OK, &[]);
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

    /// Rounds that leave fewer live blocks behind than one for each cannot leak any.
    #[test]
    fn values_leave_nothing_behind() {
        with_python(|gil| {
            let code = "import datetime, decimal, uuid, zoneinfo, array, krait._values\n\
                [None, True, 1000, 2**70, 1.5, 'a', 'жж', b'bb', array.array('i', [1]), \
                array.array('I', [1]), (1,), {2000}, {3000: 4000}, krait._values.Entry(1, 2), decimal.Decimal('1.5'), \
                datetime.date(2020, 1, 1), datetime.time(1), \
                datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))), \
                datetime.datetime(2020, 1, 1, fold=1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')), \
                datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc), datetime.timedelta(1, 2, 3), \
                uuid.UUID(int=1), range(3), memoryview(bytes(2)).cast('?'), bytes(9_000), object(), len]";
            let object = eval(gil, code);
            let sys = gil.import(c"sys").expect("sys is there");
            let blocks = || {
                let blocks = sys.call_method(gil, c"getallocatedblocks", &[]).expect("a count");
                blocks.to_long(gil).expect("an int").expect("it fits")
            };
            let rounds = 500;
            // Tests on other threads allocate meanwhile.
            let leaked = (0..20).map(|_| {
                let before = blocks();
                for _ in 0..rounds {
                    let peer = TestPeer::default();
                    let payload = try_encode(gil, &object, &peer).expect("every value crosses");
                    drop(try_decode(gil, &payload, &peer).expect("every value comes back"));
                    drop(try_decode(gil, &payload[..payload.len() - 1], &peer).map(drop).expect_err("it ends early"));
                    peer.clear(gil);
                }
                blocks() - before
            });
            assert!(leaked.into_iter().any(|leaked| leaked < rounds), "every round leaves something behind");
        });
    }
}
