//! How deep containers may stand in one another, and which of them contains itself.
#![forbid(unsafe_code)]

use super::{Context, MAX_DEPTH, Reader};
use crate::py::{Exception, Gil, Object, Result};

/// The containers around what is being written, or none.
pub(super) type Parent<'p> = Option<&'p Path<'p>>;

/// A container that is being written, and those around it.
pub(super) struct Path<'p> {
    address: usize,
    depth: u32,
    pub(super) parent: Parent<'p>,
}

impl<'p> Path<'p> {
    /// One container further in.
    #[inline]
    pub(super) fn enter(gil: Gil<'_>, object: &Object, parent: Parent<'p>) -> Result<Self> {
        let path = Path { address: object.as_ptr().addr(), depth: parent.map_or(1, |parent| parent.depth + 1), parent };
        if path.depth > MAX_DEPTH {
            return Err(path.too_deep(gil, object));
        }
        check_stack(gil, path.depth)?;
        Ok(path)
    }

    #[cold]
    fn too_deep(&self, gil: Gil<'_>, object: &Object) -> crate::py::Raised {
        let mut addresses = Vec::with_capacity(MAX_DEPTH as usize + 1);
        let mut next = Some(self);
        while let Some(path) = next {
            addresses.push(path.address);
            next = path.parent;
        }
        addresses.sort_unstable();
        let cyclic = addresses.windows(2).any(|pair| pair[0] == pair[1]);
        let class = object.class(gil).attr_str(gil, c"__name__").and_then(|name| name.to_string_lossy(gil));
        let class = match class {
            Ok(class) => class,
            Err(raised) => return raised,
        };
        gil.raise(
            Exception::Value,
            &if cyclic {
                format!("this {class} contains itself, so it cannot cross to Java as a value")
            } else {
                format!("this {class} is nested deeper than 1,000, the most that can cross to Java as a value")
            },
        )
    }
}

/// One container further in.
#[inline]
pub(super) fn deeper<P>(context: Context<'_, '_, P>, reader: &Reader<'_>, depth: u32) -> Result<u32> {
    if depth >= MAX_DEPTH {
        return Err(context.malformed(reader, "a value nested deeper than 1,000"));
    }
    check_stack(context.gil, depth + 1)?;
    Ok(depth + 1)
}

/// The levels between two looks take less of the stack than CPython keeps free.
#[inline]
fn check_stack(gil: Gil<'_>, depth: u32) -> Result<()> {
    if depth.is_multiple_of(16) { gil.check_stack(c" while a value crosses between Java and Python") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use crate::frame::tag;
    use crate::frame::testing::*;
    use crate::py::testing::{with_python, with_python_deep};

    fn nested(tag: u8, depth: u32) -> Vec<u8> {
        let mut payload = payload![[tag], 1u32.to_le_bytes()].repeat(depth as usize);
        payload.push(tag::NULL);
        payload
    }

    #[test]
    fn a_thousand_levels_cross_and_one_more_is_refused() {
        with_python_deep(|gil| {
            for tag in [tag::LIST, tag::TUPLE] {
                let peer = TestPeer::default();
                let payload = nested(tag, 1_000);
                let value = try_decode(gil, &payload, &peer).expect("1,000 levels are read");
                assert_eq!(try_encode(gil, &value, &peer).expect("1,000 levels are written"), payload);
                let error = decode_error(gil, &nested(tag, 1_001));
                assert!(error.contains("nested deeper than 1,000"), "{error}");
            }
            for (code, class) in
                [("[x]", "list"), ("(x,)", "tuple"), ("{1: x}", "dict"), ("frozenset([x])", "frozenset")]
            {
                let deep = |levels: u32| format!("x = 0\nfor _ in range({levels}): x = {code}\nx");
                assert!(!encoded(gil, &deep(1_000)).is_empty());
                assert_eq!(
                    encode_error(gil, &deep(1_001)),
                    format!(
                        "ValueError: this {class} is nested deeper than 1,000, \
                         the most that can cross to Java as a value"
                    )
                );
            }
            assert!(encode_error(gil, "x = 0\nfor _ in range(100_000): x = [x]\nx").contains("nested deeper"));
        });
    }

    #[test]
    fn a_container_that_contains_itself_is_told_from_one_that_is_deep() {
        with_python_deep(|gil| {
            let message = |class: &str| {
                format!("ValueError: this {class} contains itself, so it cannot cross to Java as a value")
            };
            assert_eq!(encode_error(gil, "x = []; x.append(x)\nx"), message("list"));
            assert_eq!(encode_error(gil, "x = {}; x[1] = x\nx"), message("dict"));
            assert_eq!(encode_error(gil, "x = []; y = (x,); x.append(y)\n[[[y]]]"), message("list"));
            assert_eq!(
                encode_error(
                    gil,
                    "import collections\nx = collections.OrderedDict(); x[1] = [[]]; x[1][0].append(x)\n[x]"
                ),
                message("OrderedDict")
            );
            // The level that is one too deep is not itself part of the cycle.
            assert_eq!(encode_error(gil, "x = []; x.append([[0]]); x.insert(0, x)\nx"), message("list"));
        });
    }

    #[test]
    fn the_same_list_twice_is_no_cycle() {
        with_python(|gil| comes_back_as(gil, "x = [1]\n[x, x, [x]]", "[[1], [1], [[1]]]"));
    }
}
