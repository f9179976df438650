"""Python functions in the Table API and in SQL, on the cluster; what is right comes from plain Python."""

import collections
import json
import unittest

from support import EXPECTED_ENGINE, DriverTest
import functions


class TableTest(DriverTest):
    driver = "table_api.py"

    def assert_rows(self, name, expected):
        found = self.result(name)
        self.assertEqual(collections.Counter(map(repr, found)), collections.Counter(repr(list(row)) for row in expected))

    def test_a_scalar_function_runs_on_the_engine_that_was_asked_for(self):
        self.assert_rows("engine of a scalar function", [[EXPECTED_ENGINE]] * len(functions.WORDS))

    def test_a_table_function_runs_on_the_engine_that_was_asked_for(self):
        self.assert_rows("engine of a table function", [[EXPECTED_ENGINE]] * len(functions.WORDS))

    @unittest.skipUnless(EXPECTED_ENGINE == "krait", "only krait-pemja leaves PyFlink's wrapping out")
    def test_a_function_of_one_column_is_called_without_pyflinks_wrapping(self):
        self.assert_rows("callers of a scalar function", [["<lambda>"]] * len(functions.WORDS))

    def test_select(self):
        self.assert_rows("select", [(n, functions.shout(text), n + 1) for n, text in functions.WORDS])

    def test_nested_calls(self):
        self.assert_rows("nested calls", [(n + 2, functions.shout(functions.shout(text))) for n, text in functions.WORDS])

    def test_where(self):
        self.assert_rows("where", [(n,) for n, text in functions.WORDS if functions.is_short(text)])

    def test_join_condition(self):
        self.assert_rows("join condition", [(n, n) for n in range(10) if functions.same_parity(n + 1, 0)])

    def test_join_condition_over_both_sides(self):
        pairs = [(a, b) for a in range(10) for b in range(10) if functions.same_parity(a, b) and a == b + 2]
        self.assert_rows("join condition over both sides", pairs)

    def test_inner_lateral_join(self):
        self.assert_rows("inner lateral join", [(n, *row) for n, text in functions.WORDS for row in functions.words(text)])

    def test_left_lateral_join(self):
        self.assert_rows("left lateral join", [(n, *row) for n, text in functions.WORDS
                                               for row in list(functions.words(text)) or [(None, None)]])

    def test_group_by_a_functions_result(self):
        groups = collections.defaultdict(list)
        for n in range(10):
            groups[functions.same_parity(n, 0)].append(n + 1)
        self.assert_rows("group by its result", [(key, len(rows), sum(rows)) for key, rows in groups.items()])

    def test_an_instance_keeps_its_state_between_rows(self):
        self.assert_rows("state of an instance", [(functions.MANY, functions.MANY)])

    def test_many_rows(self):
        self.assert_rows("many rows", [(sum(n + 1 for n in range(1, functions.MANY + 1)), functions.MANY, 2)])

    def test_json(self):
        self.assert_rows("json", [(functions.json_value_lower(json.dumps({"a": f"City {n} ÄÖ"})),) for n in range(10)])

    def test_a_row_out(self):
        self.assert_rows("a row out", functions.WORDS)

    def test_the_table_api_calls_functions_too(self):
        shouted = [functions.shout(text) for _, text in functions.WORDS if functions.is_short(text)]
        self.assert_rows("table api", [(text,) for text in shouted])

    def test_each_type_arrives_as_flink_promises(self):
        # Thread mode hands an ARRAY over as a tuple, a process has it as a list.
        array = list if EXPECTED_ENGINE == "process" else tuple
        expected = [[array(value) if isinstance(value, list) else value for value in row] for row in functions.TYPED]
        self.assert_rows("types that arrive", [(functions.types(*row),) for row in expected])

    def test_each_type_comes_back_as_it_went(self):
        self.assert_rows("round trip", functions.TYPED)
