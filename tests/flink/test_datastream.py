"""Python functions in the DataStream API, on the cluster; what is right comes from plain Python."""

import collections

from support import EXPECTED_ENGINE, DriverTest
import functions

BY_KEY = collections.defaultdict(list)
for _key, _value in functions.EVENTS:
    BY_KEY[_key].append(_value)


class DataStreamTest(DriverTest):
    driver = "datastream.py"

    def assert_found(self, name, expected):
        self.assertEqual(sorted(self.result(name)), sorted(expected))

    def test_a_map_runs_on_the_engine_that_was_asked_for(self):
        self.assert_found("engine", [EXPECTED_ENGINE] * 3)

    def test_maps_in_a_chain_keep_the_order(self):
        self.assertEqual(self.result("map"), [(n + 1) * 3 for n in range(10)])

    def test_open_runs_once_before_the_rows(self):
        self.assertEqual(self.result("map with open"), [f"{n}:{101 + n}:{1 + n}" for n in range(4)])

    def test_filter_and_flat_map(self):
        self.assertEqual(self.result("filter and flat map"), [n for n in range(0, 10, 3) for _ in range(n)])

    def test_rows_with_names(self):
        self.assertEqual(self.result("rows"), [f"{n} {text} 2" for n, text in functions.WORDS if text is not None])

    def test_objects_that_only_python_knows(self):
        expected = [sorted({"n": n, "all": (n, [n]), "more": {n}}.items(), key=str) for n in range(3)]
        self.assertEqual(self.result("pickled objects"), expected)

    def test_process(self):
        self.assertEqual(self.result("process"), [y for n in range(10) for y in ([n, n * 10] if n % 2 == 1 else [n])])

    def test_side_output(self):
        self.assertEqual(self.result("side output"), list(range(0, 10, 2)))

    def test_keyed_process_with_timers_and_each_kind_of_state(self):
        expected = []
        for key, values in BY_KEY.items():
            parity = sorted(collections.Counter("even" if n % 2 == 0 else "odd" for n in values).items())
            expected.append(f"{key} at 100000: total {sum(values)}, all {sorted(values)}, {parity}, largest {max(values)}")
            expected.append(f"{key} cleared: None, [], [], empty True")
        self.assert_found("keyed process", expected)

    def test_processing_time_timers(self):
        self.assertEqual(self.result("processing time timers"), {f"{key} fired" for key in "abc"})

    def test_reduce_by_key(self):
        # Each row gives the largest so far, and the rows of a key come in their order.
        expected, largest = [], {}
        for key, value in functions.EVENTS:
            largest[key] = max(largest.get(key, value), value)
            expected.append((key, largest[key]))
        self.assert_found("reduce", expected)

    def test_broadcast(self):
        self.assert_found("broadcast", [n * 7 for n in range(10)])

    def test_keyed_broadcast(self):
        self.assert_found("keyed broadcast", [f"{key} {value * 7}" for key, value in functions.EVENTS])

    def test_connected_streams(self):
        self.assert_found("connected streams", ["number 0", "number 1", "number 2", "text a", "text b"])

    def test_tumbling_windows(self):
        windows = collections.defaultdict(list)
        for key, value in functions.EVENTS:
            windows[key, value // 10 * 10].append(value)
        self.assert_found("tumbling windows", [f"{key} [{start}, {start + 10}) {sorted(values)}"
                                               for (key, start), values in windows.items()])

    def test_sliding_windows(self):
        windows = collections.Counter()
        for key, value in functions.EVENTS:
            for start in (value // 10 * 10, value // 10 * 10 - 10):
                windows[key, start] += value
        self.assert_found("sliding windows", list(windows.values()))

    def test_session_windows(self):
        expected = []
        for key, values in BY_KEY.items():
            session = [values[0]]
            for value in values[1:] + [None]:
                if value is None or value - session[-1] > 10:
                    expected.append(f"{key} [{session[0]}, {session[-1] + 10}) [{max(session)}]")
                    session = []
                session.append(value)
        self.assert_found("session windows", expected)
