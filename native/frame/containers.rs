//! list, tuple, set, frozenset, dict, `krait.Entry`.
#![forbid(unsafe_code)]

use super::cursor::{Reader, Writer};
use super::nesting::{Path, deeper};
use super::{Context, Parent, Peer, decode_value, encode_handle, encode_value, length, numbers, tag};
use crate::py::{Exception, Family, Gil, ListBuilder, Object, Owned, Result, TupleBuilder};

#[inline(never)]
pub(super) fn decode_list<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
    depth: u32,
) -> Result<Owned<'g>> {
    let depth = deeper(context, reader, depth)?;
    let count = context.ok(reader.count(1))?;
    let mut list = ListBuilder::new(context.gil, count)?;
    for _ in 0..count {
        // Lists of numbers are what long lists mostly are: no dispatch for them.
        let item = match reader.long_if_next() {
            Some(value) => context.gil.long(value)?,
            None => decode_value(context, reader, depth)?,
        };
        list.push(item);
    }
    Ok(list.finish())
}

#[inline(never)]
pub(super) fn decode_tuple<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
    depth: u32,
) -> Result<Owned<'g>> {
    let depth = deeper(context, reader, depth)?;
    let count = context.ok(reader.count(1))?;
    let mut tuple = TupleBuilder::new(context.gil, count)?;
    for _ in 0..count {
        tuple.push(decode_value(context, reader, depth)?);
    }
    Ok(tuple.finish())
}

#[inline(never)]
pub(super) fn decode_set<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
    depth: u32,
) -> Result<Owned<'g>> {
    let depth = deeper(context, reader, depth)?;
    let count = context.ok(reader.count(1))?;
    let set = context.gil.set()?;
    for _ in 0..count {
        set.set_add(context.gil, &*decode_value(context, reader, depth)?)?;
    }
    all_apart(context.gil, set.len(context.gil)?, count, "members of a set")?;
    Ok(set)
}

pub(super) fn decode_frozenset<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
    depth: u32,
) -> Result<Owned<'g>> {
    let set = decode_set(context, reader, depth)?;
    context.gil.frozenset(&set)
}

#[inline(never)]
pub(super) fn decode_dict<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
    depth: u32,
) -> Result<Owned<'g>> {
    let depth = deeper(context, reader, depth)?;
    let count = context.ok(reader.count(2))?;
    let dict = context.gil.dict()?;
    for _ in 0..count {
        let key = decode_value(context, reader, depth)?;
        let value = decode_value(context, reader, depth)?;
        dict.dict_set(context.gil, &key, &value)?;
    }
    all_apart(context.gil, dict.dict_len(), count, "keys of a map")?;
    Ok(dict)
}

/// What differs in Java may be equal in Python (1 and 1.0, "a" and 'a'): nothing is lost without a word.
#[inline]
fn all_apart(gil: Gil<'_>, kept: usize, count: usize, what: &str) -> Result<()> {
    if kept == count {
        return Ok(());
    }
    Err(gil.raise(Exception::Value, &format!("{} of {count} {what} are equal to others in Python", count - kept)))
}

#[inline(never)]
pub(super) fn decode_entry<'g, P: Peer>(
    context: Context<'_, 'g, P>,
    reader: &mut Reader<'_>,
    depth: u32,
) -> Result<Owned<'g>> {
    let depth = deeper(context, reader, depth)?;
    let key = decode_value(context, reader, depth)?;
    let value = decode_value(context, reader, depth)?;
    context.types.entry.get(context.gil).call(context.gil, &[&key, &value])
}

/// Writes a container's head, and its count once the members are written: Python code that runs meanwhile may
/// change it.
struct Counted {
    at: usize,
    count: u32,
}

impl Counted {
    #[inline]
    fn start(writer: &mut Writer<'_>, tag: u8) -> Self {
        let at = writer.position() + 1;
        writer.counted(tag, 0);
        Counted { at, count: 0 }
    }

    #[inline]
    fn finish(self, writer: &mut Writer<'_>) {
        writer.patch_u32(self.at, self.count);
    }
}

#[inline(never)]
pub(super) fn encode_list<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    list: &Object,
    parent: Parent<'_>,
) -> Result<()> {
    let gil = context.gil;
    let path = Path::enter(gil, list, parent)?;
    let mut counted = Counted::start(writer, tag::LIST);
    // Not further than it was long at first: what grows while it is written would have no end.
    for index in 0..length(gil, list.list_len(), "a list")? {
        match list.list_number(gil, index as usize) {
            Some(number) => numbers::encode_number(writer, number),
            None => {
                let Some(item) = list.list_item(gil, index as usize) else { break };
                encode_value(context, writer, &item, Some(&path))?;
            }
        }
        counted.count += 1;
    }
    counted.finish(writer);
    Ok(())
}

#[inline(never)]
pub(super) fn encode_tuple<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    tuple: &Object,
    parent: Parent<'_>,
) -> Result<()> {
    let path = Path::enter(context.gil, tuple, parent)?;
    let mut counted = Counted::start(writer, tag::TUPLE);
    while let Some(item) = tuple.tuple_item(counted.count as usize) {
        encode_value(context, writer, item, Some(&path))?;
        counted.count = length(context.gil, counted.count as usize + 1, "a tuple")?;
    }
    counted.finish(writer);
    Ok(())
}

#[inline(never)]
pub(super) fn encode_dict<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    dict: &Object,
    parent: Parent<'_>,
) -> Result<()> {
    let gil = context.gil;
    let path = Path::enter(gil, dict, parent)?;
    let mut counted = Counted::start(writer, tag::DICT);
    let most = length(gil, dict.dict_len(), "a dict")?;
    for (key, value) in dict.dict_iter(gil).take(most as usize) {
        encode_value(context, writer, &key, Some(&path))?;
        encode_value(context, writer, &value, Some(&path))?;
        counted.count += 1;
    }
    counted.finish(writer);
    Ok(())
}

/// set and frozenset, by a copy: the stable ABI reads them only by an iterator, which fails when they change.
#[inline(never)]
pub(super) fn encode_set<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    set: &Object,
    parent: Parent<'_>,
) -> Result<()> {
    let gil = context.gil;
    let path = Path::enter(gil, set, parent)?;
    let members = set.to_list(gil)?;
    writer.counted(tag::SET, length(gil, members.list_len(), "a set")?);
    let mut index = 0;
    while let Some(member) = members.list_item(gil, index) {
        encode_value(context, writer, &member, Some(&path))?;
        index += 1;
    }
    Ok(())
}

/// Subclasses of list, tuple, dict and the sets: as what they extend, or as objects where they have fields.
#[inline(never)]
pub(super) fn encode_subclass<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    object: &Object,
    family: Family,
    parent: Parent<'_>,
) -> Result<()> {
    let Context { gil, types, peer } = context;
    let entry = object.is_exactly_or_below(types.entry.get(gil));
    if family == Family::Tuple
        && entry
        && let (Some(key), Some(value)) = (object.tuple_item(0), object.tuple_item(1))
    {
        let path = Path::enter(gil, object, parent)?;
        writer.u8(tag::ENTRY);
        encode_value(context, writer, key, Some(&path))?;
        return encode_value(context, writer, value, Some(&path));
    }
    let class = object.class(gil);
    let has_fields = class.has_attr(gil, types.names.dataclass_fields.get(gil))?
        || family == Family::Tuple && class.has_attr(gil, types.names.fields.get(gil))?;
    if has_fields {
        return encode_handle(gil, writer, object, peer);
    }
    match family {
        Family::List => encode_list(context, writer, object, parent),
        Family::Tuple => encode_tuple(context, writer, object, parent),
        Family::Dict if object.is_exactly_or_below(types.ordered_dict.get(gil)) => {
            encode_ordered_dict(context, writer, object, parent)
        }
        Family::Dict => encode_dict(context, writer, object, parent),
        // A plain copy: the subclass may iterate otherwise.
        _ => {
            let path = Path::enter(gil, object, parent)?;
            encode_set(context, writer, &*gil.frozenset(object)?, path.parent)
        }
    }
}

/// An OrderedDict keeps an order of its own beside the dict's.
fn encode_ordered_dict<P: Peer>(
    context: Context<'_, '_, P>,
    writer: &mut Writer<'_>,
    dict: &Object,
    parent: Parent<'_>,
) -> Result<()> {
    let gil = context.gil;
    let path = Path::enter(gil, dict, parent)?;
    let items = context.types.ordered_dict_items.get(gil).call(gil, &[dict])?.to_list(gil)?;
    let mut counted = Counted::start(writer, tag::DICT);
    while let Some(item) = items.list_item(gil, counted.count as usize) {
        if !item.is_tuple() {
            return Err(gil.raise(Exception::Type, "OrderedDict.items() gave something other than tuples"));
        }
        for index in 0..2 {
            let Some(part) = item.tuple_item(index) else {
                return Err(gil.raise(Exception::Value, "OrderedDict.items() gave something other than pairs"));
            };
            encode_value(context, writer, part, Some(&path))?;
        }
        counted.count = length(gil, counted.count as usize + 1, "a dict")?;
    }
    counted.finish(writer);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::testing::*;
    use crate::py::testing::{eval, with_python};

    #[test]
    fn containers_come_back_in_order() {
        with_python(|gil| {
            for code in [
                "[]",
                "[1, 'a', None, 2.5, [True, ()]]",
                "()",
                "(1,)",
                "(1, (2, (3,)))",
                "{}",
                "set()",
                "{1}",
                "{'b': 1, 'a': [2], (1, 2): {}}",
                "{1: {2: {3: {4: 5}}}}",
                "{None: None}",
                "list(range(1000))",
            ] {
                comes_back(gil, code);
            }
            comes_back_as(gil, "{1, 2, 3} == set([3, 2, 1])", "True");
            comes_back_as(gil, "frozenset([1])", "{1}");
            comes_back_as(gil, "[frozenset()]", "[set()]");
        });
    }

    #[test]
    fn sets_of_sets_and_lists_as_keys_arrive_hashable() {
        with_python(|gil| {
            let one = payload![[tag::LONG], 1i64.to_le_bytes()];
            let count = 1u32.to_le_bytes();
            assert_eq!(decoded(gil, &payload![[tag::SET], count, [tag::FROZENSET], count, one]), "{frozenset({1})}");
            assert_eq!(decoded(gil, &payload![[tag::DICT], count, [tag::TUPLE], count, one, one]), "{(1,): 1}");
            let error = decode_error(gil, &payload![[tag::SET], count, [tag::LIST], count, one]);
            assert!(error.starts_with("TypeError: unhashable type"), "{error}");
            let error = decode_error(gil, &payload![[tag::DICT], count, [tag::LIST], count, one, one]);
            assert!(error.starts_with("TypeError: unhashable type"), "{error}");
        });
    }

    #[test]
    fn an_entry_is_a_pair_that_stays_an_entry() {
        with_python(|gil| {
            comes_back(gil, "import krait._values\nkrait._values.Entry('k', [1])");
            comes_back_as(gil, "import krait._values\nkey, value = krait._values.Entry(1, 2)\n[key, value]", "[1, 2]");
        });
    }

    #[test]
    fn subclasses_cross_as_what_they_extend() {
        with_python(|gil| {
            comes_back_as(gil, "class L(list): __iter__ = __len__ = None\nL([1])", "[1]");
            comes_back_as(gil, "class T(tuple): __iter__ = None\nT([1])", "(1,)");
            comes_back_as(gil, "class S(set): __iter__ = __len__ = None\nS([1])", "{1}");
            comes_back_as(gil, "class S(frozenset): __iter__ = None\nS([1])", "{1}");
            comes_back_as(gil, "class D(dict): items = __iter__ = keys = None\nD(a=1)", "{'a': 1}");
            comes_back_as(gil, "import collections\ncollections.Counter('aab')", "{'a': 2, 'b': 1}");
            comes_back_as(gil, "import collections\ncollections.defaultdict(int, a=1)", "{'a': 1}");
            comes_back_as(gil, "import time\ntime.gmtime(0)", "(1970, 1, 1, 0, 0, 0, 3, 1, 0)");
        });
    }

    #[test]
    fn an_ordered_dict_keeps_the_order_it_shows() {
        with_python(|gil| {
            comes_back_as(
                gil,
                "import collections\nd = collections.OrderedDict(a=1, b=2, c=3)\nd.move_to_end('a')\nd",
                "{'b': 2, 'c': 3, 'a': 1}",
            );
        });
    }

    #[test]
    fn named_tuples_and_dataclasses_cross_as_objects() {
        with_python(|gil| {
            crosses_as_object(gil, "import collections\ncollections.namedtuple('P', 'x y')(1, 2)");
            crosses_as_object(gil, "import typing\nclass P(typing.NamedTuple):\n  x: int\nP(1)");
            crosses_as_object(gil, "import dataclasses\n@dataclasses.dataclass\nclass P:\n  x: int\nP(1)");
            crosses_as_object(gil, "import dataclasses\n@dataclasses.dataclass\nclass P(dict):\n  x: int\nP(1)");
        });
    }

    /// A zone whose `utcoffset` does something to `target`.
    fn meddling(target: &str, action: &str) -> String {
        format!(
            "import datetime\nclass Z(datetime.tzinfo):\n  def utcoffset(self, at):\n    \
             if 'target' in globals():\n      {action}\n    return None\n\
             meddler = datetime.datetime(2020, 1, 1, tzinfo=Z())\ntarget = {target}\ntarget"
        )
    }

    #[test]
    fn a_container_that_changes_while_it_is_written_does_no_harm() {
        with_python(|gil| {
            for (target, action) in [
                ("[meddler, 1, 2]", "target.clear()"),
                ("[1, meddler, 2, 3]", "del target[1:]"),
                ("[meddler, 1]", "target.extend([meddler] * 3)"),
                ("{meddler, 1, 2}", "target.clear()"),
                ("{1: meddler, 2: 3}", "target.clear()"),
                ("{1: meddler, 2: 3}", "target.update({i: i for i in range(100)})"),
                ("{i: meddler for i in range(50)}", "target.pop(next(iter(target)), None)"),
                ("[[meddler], {1: [meddler]}]", "target.clear()"),
                ("bytearray(b'x')", "pass"),
            ] {
                let object = eval(gil, &meddling(target, action));
                let peer = TestPeer::default();
                let payload = try_encode(gil, &object, &peer).expect("it crosses in some state");
                try_decode(gil, &payload, &peer).expect("the frame is whole");
            }
        });
    }
}
