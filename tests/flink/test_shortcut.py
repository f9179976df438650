"""The shorter way to a function that krait-pemja gives PyFlink's operations, beside PyFlink's own: in plain Python, without a cluster."""

import collections
import datetime
import sys
import types
import unittest
from decimal import Decimal
from pathlib import Path
from unittest import mock

from pyflink_operations import S, scalar, table
from pyflink.common import Row
from pyflink.fn_execution.embedded import converters, operation_utils
from pyflink.fn_execution.table import operations
from pyflink.table.udf import ScalarFunction, TableFunction

sys.path.append(str(Path(__file__).resolve().parents[2] / "java/krait-pemja/src/main/python"))
from _pemja_shortcut import shorten  # noqa: E402

PLAIN = [None, True, 0, -1, 2**63, 2**200, 0.5, float("inf"), "", "text", "größe \U0001f600", "\udc00", b"", b"bytes", Decimal("1.50"),
         datetime.date(2020, 2, 29), datetime.time(1, 2, 3, 4000), datetime.datetime(2020, 2, 29, 1, 2, 3)]


def rows(process):
    """Calls for rows, which come to their end or to what is raised."""
    def read(value):
        found = []
        try:
            for row in process(value):
                found.append(row)
        except Exception as e:
            found.append((type(e), str(e)))
        return found
    return read


def outcome(function, *args):
    """What a call gives, with its type, or raises."""
    try:
        return known(function(*args))
    except Exception as e:
        return type(e), str(e)


def known(value):
    if isinstance(value, Row):
        return Row, known(tuple(value._values)), value.get_row_kind()
    if isinstance(value, (list, tuple)):
        return type(value), [known(item) for item in value]
    return type(value), repr(value)


def frames():
    """How many frames of Python's are above the test's own, where a function is called."""
    depth, frame = 0, sys._getframe(1)
    while frame.f_code.co_name != "outcome":
        depth, frame = depth + 1, frame.f_back
    return depth


class ShortcutTest(unittest.TestCase):
    def assert_shortened(self, make, values):
        """Both ways give the same for each value; the shorter one is another callable."""
        long, short = make(), make()
        self.assertTrue(shorten(short))
        self.assertIsNot(long.process_element.__code__, getattr(short.process_element, "__code__", None))
        for value in values:
            with self.subTest(value=value):
                self.assertEqual(outcome(short.process_element, value), outcome(long.process_element, value))
        return short

    def assert_left_alone(self, operation):
        before = operation.process_element
        self.assertFalse(shorten(operation))
        self.assertIs(operation.process_element, before)

    # ---- scalar functions

    def test_a_function_of_one_column_is_all_that_is_called(self):
        def same(value):
            return value

        for kind in (S.BIGINT, S.VARCHAR, S.DECIMAL, S.TIMESTAMP, S.BOOLEAN, S.VARBINARY):
            short = self.assert_shortened(lambda: scalar([(same, [0])], [kind], [kind]), PLAIN)
            self.assertEqual(short.process_element.__name__, "same")
        depth = scalar([(lambda value: frames(), [0])], [S.BIGINT], [S.BIGINT])
        self.assertEqual(outcome(depth.process_element, 1), known(4))
        shorten(depth)
        self.assertEqual(outcome(depth.process_element, 1), known(1))

    def test_an_instance_is_called_with_what_open_gave_it(self):
        class Added(ScalarFunction):
            def open(self, context):
                self.more = 10

            def eval(self, value):
                return value + self.more

        short = self.assert_shortened(lambda: scalar([(Added(), [0])], [S.BIGINT], [S.BIGINT]), [1, None, "x"])
        self.assertEqual(short.process_element(1), 11)

    def test_functions_of_several_columns_and_constants(self):
        def second(a, b):
            return b + a

        def all_of(*values):
            return repr(values)

        rows = [(1, 2), (None, 1), ("a", "b"), (1, "b"), (Decimal(1), Decimal("0.5")), None]
        self.assert_shortened(lambda: scalar([(second, [0, 1])], [S.BIGINT] * 2, [S.BIGINT]), rows)
        self.assert_shortened(lambda: scalar([(second, [1, 0])], [S.BIGINT] * 2, [S.BIGINT]), rows)
        self.assert_shortened(lambda: scalar([(all_of, [("constant", "c"), 0])], [S.BIGINT], [S.VARCHAR]), PLAIN)
        self.assert_shortened(lambda: scalar([(all_of, [("constant", None)])], [], [S.VARCHAR]), [None, ()])
        self.assert_shortened(lambda: scalar([(all_of, [0, 0])], [S.BIGINT], [S.VARCHAR]), PLAIN)

    def test_calls_in_calls(self):
        def twice(value):
            return value * 2

        def added(a, b):
            return a + b

        self.assert_shortened(lambda: scalar([(twice, [(twice, [0])])], [S.BIGINT], [S.BIGINT]), PLAIN)
        self.assert_shortened(lambda: scalar([(added, [(twice, [0]), (twice, [1])])], [S.BIGINT] * 2, [S.BIGINT]),
                              [(1, 2), ("a", "b"), (None, 1)])

    def test_several_functions_give_a_tuple(self):
        def one(value):
            return value

        def two(value):
            return [value]

        self.assert_shortened(lambda: scalar([(one, [0]), (two, [0])], [S.BIGINT], [S.BIGINT] * 2), PLAIN)
        self.assert_shortened(lambda: scalar([(one, [0]), (two, [1])], [S.BIGINT] * 2, [S.BIGINT] * 2), [(1, 2), ("a", None)])
        # One column out, as PyFlink has it without its own shortcuts.
        self.assert_shortened(lambda: scalar([(one, [0])], [S.BIGINT], [S.BIGINT], False, False), [(1,), ("a",), None])

    def test_types_that_pyflink_converts_are_converted(self):
        def same(value):
            return value

        array, mapped, row = ("ARRAY", S.INT), ("MAP", S.VARCHAR, S.INT), ("ROW", S.INT, S.VARCHAR)
        values = {array: [[1, 2], (), [None], None, 5], mapped: [{"a": 1}, {}, None, 5], row: [(0, (1, "a")), (1, (None, None)), None, 5]}
        for kind, some in values.items():
            self.assert_shortened(lambda: scalar([(same, [0])], [kind], [kind]), some)
            # Each side alone.
            self.assert_shortened(lambda: scalar([(repr, [0])], [kind], [S.VARCHAR]), some)
            self.assert_shortened(lambda: scalar([(eval, [0])], [S.VARCHAR], [kind]), map(repr, some))
            self.assert_shortened(lambda: scalar([(same, [0]), (same, [1])], [kind, S.INT], [kind, S.INT]), [(one, 1) for one in some])
        returned = scalar([(lambda n: Row(n, "a"), [0])], [S.INT], [row])
        self.assertTrue(shorten(returned))
        self.assertEqual(returned.process_element(1), (0, (1, "a")))

    def test_what_a_function_raises_comes_with_its_own_frames(self):
        def failing(value):
            raise ValueError(f"no {value}")

        short = self.assert_shortened(lambda: scalar([(failing, [0])], [S.BIGINT], [S.BIGINT]), PLAIN)
        try:
            short.process_element(1)
        except ValueError as e:
            found = []
            trace = e.__traceback__
            while trace:
                found.append(trace.tb_frame.f_code.co_name)
                trace = trace.tb_next
        self.assertEqual(found[-1], "failing")

    # ---- table functions

    def assert_rows(self, function, inputs, outputs, values):
        long, short = table(function, inputs, outputs), table(function, inputs, outputs)
        self.assertTrue(shorten(short))
        for value in values:
            with self.subTest(value=value):
                self.assertEqual(outcome(rows(short.process_element), value), outcome(rows(long.process_element), value))
        return short

    def test_rows_of_a_table_function(self):
        class Point(collections.namedtuple("Point", "x y")):
            pass

        def generator(count):
            for i in range(count):
                yield i, str(i)

        def plain(count):
            yield from range(count)

        def raising(count):
            yield from range(count)
            raise ValueError(f"after {count}")

        counts = [(n,) for n in (0, 1, 3, 100, None, "x")]
        self.assert_rows(plain, [S.BIGINT], [S.BIGINT], counts)
        self.assert_rows(generator, [S.BIGINT], [S.BIGINT, S.VARCHAR], counts)
        self.assert_rows(raising, [S.BIGINT], [S.BIGINT], counts)
        # More columns than were declared, and fewer.
        self.assert_rows(generator, [S.BIGINT], [S.BIGINT], counts)
        self.assert_rows(generator, [S.BIGINT], [S.BIGINT] * 3, counts)
        several = [(eval(text),) for text in (
            "None", "5", "'text'", "(1, 2)", "[]", "[1, 2]", "[(1, 2), (3, 4)]", "range(3)", "{1: 2}", "Row(1, 'a')", "[Row(1, 2), Row(3, 4)]",
            "[None, None]", "[[1, 2], [3]]", "b'ab'")] + [(Point(1, 2),), ([Point(1, 2)],)]
        self.assert_rows(lambda value: value, [S.BIGINT], [S.BIGINT, S.BIGINT], several)
        self.assert_rows(lambda a, b: [(a, b), (b, a)], [S.BIGINT] * 2, [S.BIGINT] * 2, [(1, 2), ("a", None), (1,)])

    def test_rows_of_a_table_function_whose_columns_are_converted(self):
        self.assert_rows(lambda value: [value, value], [("ARRAY", S.INT)], [S.BIGINT], [([1, 2],), ((),), (None,)])
        self.assert_rows(lambda value: [(value, 1)], [("ROW", S.INT, S.INT)], [S.BIGINT, S.INT], [((0, (1, 2)),), (None,)])
        converted = table(lambda value: [(value,)], [S.BIGINT], [("ARRAY", S.INT)])
        self.assert_left_alone(converted)

    def test_a_table_function_is_called_when_its_first_row_is_asked_for(self):
        seen = []

        class Told(TableFunction):
            def eval(self, count):
                seen.append("called")
                try:
                    for i in range(count):
                        seen.append(i)
                        yield i
                finally:
                    seen.append("closed")

        for ran in (False, True):
            operation = table(Told(), [S.BIGINT], [S.BIGINT])
            # Its list is another one once it was pickled.
            seen = operation.user_defined_funcs[0].eval.__func__.__closure__[0].cell_contents
            seen.clear()
            if ran:
                self.assertTrue(shorten(operation))
            found = operation.process_element((3,))
            self.assertEqual(seen, [])
            self.assertEqual(next(found), (0,))
            self.assertEqual(seen, ["called", 0])
            found.close()
            del found
            self.assertEqual(seen, ["called", 0, "closed"])

    # ---- what is left as it is

    def plain(self):
        return scalar([(lambda value: value, [0])], [S.BIGINT], [S.BIGINT])

    def test_another_closure_is_left_alone(self):
        operation = self.plain()
        inner = operation.process_element
        operation.process_element = lambda value: inner(value)
        self.assert_left_alone(operation)
        again = self.plain()
        self.assertTrue(shorten(again))
        self.assert_left_alone(again)

    def test_a_method_that_was_replaced_is_left_alone(self):
        with mock.patch.object(operations.BaseOperation, "process_element", lambda self, value: [self.func(value)]):
            self.assert_left_alone(self.plain())
        other = mock.patch.object(operations.ScalarFunctionOperation, "process_element", lambda self, value: "other", create=True)
        with other:
            self.assert_left_alone(self.plain())

    def test_a_function_that_is_no_lambda_of_pyflinks_is_left_alone(self):
        operation = self.plain()
        operation.func = mock.MagicMock()
        self.assert_left_alone(operation)

    def test_a_converter_that_was_replaced_is_called(self):
        def marked(self, value):
            return ("marked", value)

        for method in ("to_internal", "to_external"):
            with mock.patch.object(converters.IdentityDataConverter, method, marked):
                self.assert_shortened(self.plain, [1])
                made = self.plain()
                shorten(made)
                self.assertEqual(made.process_element(1), ("marked", 1))
                rows = scalar([(lambda a, b: (a, b), [0, 1])], [S.BIGINT] * 2, [S.BIGINT])
                plain = outcome(rows.process_element, (1, 2))
                self.assertTrue(shorten(rows))
                self.assertEqual(outcome(rows.process_element, (1, 2)), plain)

    def test_a_converter_of_its_own_kind_is_called(self):
        class Other(converters.IdentityDataConverter):
            def to_internal(self, value):
                return -value

        class Asked(converters.IdentityDataConverter):
            def __getattribute__(self, name):
                return (lambda value: -value) if name == "to_internal" else super().__getattribute__(name)

        own = converters.IdentityDataConverter()
        own.to_internal = lambda value: -value
        for converter in (Other(), Asked(), own):
            with mock.patch.object(operation_utils, "from_schema_proto", lambda *args: converter):
                operation = self.plain()
            shorten(operation)
            self.assertEqual(operation.process_element(5), -5)

    def test_anything_else_is_left_alone(self):
        class Operation:
            def open(self):
                pass

            def process_element(self, value):
                return value

        for other in (Operation(), None, 5, Operation, types):
            self.assertFalse(shorten(other))


if __name__ == "__main__":
    unittest.main()
