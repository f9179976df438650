"""datastream.py OUT: the DataStream API with Python functions; OUT gets each job's results, or its error, as JSON."""

import sys
import time

import functions
from engine import engine
from pyflink.common import Row, Time, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import OutputTag, StreamExecutionEnvironment
from pyflink.datastream.functions import (
    AggregateFunction, BroadcastProcessFunction, CoMapFunction, KeyedBroadcastProcessFunction, KeyedProcessFunction,
    MapFunction, ProcessFunction, ProcessWindowFunction, ReduceFunction)
from pyflink.datastream.state import ListStateDescriptor, MapStateDescriptor, ReducingStateDescriptor, ValueStateDescriptor
from pyflink.datastream.window import EventTimeSessionWindows, SlidingEventTimeWindows, TumblingEventTimeWindows
from results import Results

PAIR = Types.TUPLE([Types.STRING(), Types.LONG()])
TEXTS = Types.STRING()


class Stamp(TimestampAssigner):
    def extract_timestamp(self, value, record_timestamp):
        return value[1]


class Opened(MapFunction):
    """Counts from open(), in itself and in a metric."""

    def open(self, context):
        self.seen = 100
        self.rows = context.get_metrics_group().counter("rows")

    def map(self, value):
        self.seen += 1
        self.rows.inc()
        return f"{value}:{self.seen}:{self.rows.get_count()}"


class Split(ProcessFunction):
    """Even numbers go to the side."""

    side = OutputTag("even", Types.LONG())

    def process_element(self, value, context):
        if value % 2 == 0:
            yield self.side, value
        else:
            yield value
            yield value * 10


class TenTimes(ProcessFunction):
    def process_element(self, value, context):
        yield value
        if value % 2 == 1:
            yield value * 10


class Bookkeeper(KeyedProcessFunction):
    """Each kind of state, and an event timer that tells what they hold."""

    def open(self, context):
        self.total = context.get_state(ValueStateDescriptor("total", Types.LONG()))
        self.all = context.get_list_state(ListStateDescriptor("all", Types.LONG()))
        self.by_parity = context.get_map_state(MapStateDescriptor("by parity", Types.STRING(), Types.LONG()))
        self.largest = context.get_reducing_state(ReducingStateDescriptor("largest", max, Types.LONG()))

    def process_element(self, value, context):
        key, number = value
        assert context.get_current_key() == key
        self.total.update((self.total.value() or 0) + number)
        self.all.add(number)
        parity = "even" if number % 2 == 0 else "odd"
        self.by_parity.put(parity, (self.by_parity.get(parity) or 0) + 1)
        self.largest.add(number)
        context.timer_service().register_event_time_timer(100_000)
        # One that is taken back must not fire.
        context.timer_service().register_event_time_timer(50_000)
        context.timer_service().delete_event_time_timer(50_000)

    def on_timer(self, timestamp, context):
        yield (f"{context.get_current_key()} at {timestamp}: total {self.total.value()}, all {sorted(self.all.get())}, "
               f"{sorted(self.by_parity.items())}, largest {self.largest.get()}")
        self.total.clear()
        self.all.clear()
        self.by_parity.clear()
        yield (f"{context.get_current_key()} cleared: {self.total.value()}, {list(self.all.get() or [])}, "
               f"{sorted(self.by_parity.items())}, empty {self.by_parity.is_empty()}")


class ProcessingTimer(KeyedProcessFunction):
    def process_element(self, value, context):
        now = context.timer_service().current_processing_time()
        context.timer_service().register_processing_time_timer(now + 50)

    def on_timer(self, timestamp, context):
        yield f"{context.get_current_key()} fired"


RULES = MapStateDescriptor("rules", Types.STRING(), Types.LONG())


class Scale(BroadcastProcessFunction):
    """Multiplies by the broadcast rule; values wait in a list until it is there."""

    def __init__(self):
        self.waiting = []

    def process_element(self, value, context):
        rules = context.get_broadcast_state(RULES)
        if rules.contains("scale"):
            yield value * rules.get("scale")
        else:
            self.waiting.append(value)

    def process_broadcast_element(self, value, context):
        context.get_broadcast_state(RULES).put(value[0], value[1])
        for waited in self.waiting:
            yield waited * value[1]
        self.waiting = []


class KeyedScale(KeyedBroadcastProcessFunction):
    def open(self, context):
        self.waiting = context.get_list_state(ListStateDescriptor("waiting", Types.LONG()))

    def process_element(self, value, context):
        rules = context.get_broadcast_state(RULES)
        if rules.contains("scale"):
            yield f"{value[0]} {value[1] * rules.get('scale')}"
        else:
            self.waiting.add(value[1])
            context.timer_service().register_event_time_timer(1_000_000)

    def process_broadcast_element(self, value, context):
        context.get_broadcast_state(RULES).put(value[0], value[1])

    def on_timer(self, timestamp, context):
        for waited in self.waiting.get() or []:
            yield f"{context.get_current_key()} {waited * context.get_broadcast_state(RULES).get('scale')}"


class Either(CoMapFunction):
    def map1(self, value):
        return f"number {value}"

    def map2(self, value):
        return f"text {value}"


class Sum(AggregateFunction):
    def create_accumulator(self):
        return 0

    def add(self, value, accumulator):
        return accumulator + value[1]

    def get_result(self, accumulator):
        return accumulator

    def merge(self, a, b):
        return a + b


class Describe(ProcessWindowFunction):
    def process(self, key, context, elements):
        window = context.window()
        yield f"{key} [{window.start}, {window.end}) {sorted(value for _, value in elements)}"


class Larger(ReduceFunction):
    def reduce(self, a, b):
        return a if a[1] >= b[1] else b


def slowly(value):
    time.sleep(0.01)
    return value


def main(out):
    results = Results(out)

    def job(name, build, finish=list):
        def run():
            env = StreamExecutionEnvironment.get_execution_environment()
            env.set_parallelism(1)
            with build(env).execute_and_collect(name) as found:
                return finish(found)
        results.add(name, run)

    def numbers(env, count=10):
        return env.from_collection(list(range(count)), Types.LONG())

    def pairs(env):
        stamped = WatermarkStrategy.for_monotonous_timestamps().with_timestamp_assigner(Stamp())
        return env.from_collection(functions.EVENTS, PAIR).assign_timestamps_and_watermarks(stamped)

    def keyed(env):
        return pairs(env).key_by(lambda pair: pair[0], Types.STRING())

    job("engine", lambda env: numbers(env, 3).map(lambda x: engine(), TEXTS))
    job("map", lambda env: numbers(env).map(functions.add_one, Types.LONG()).map(lambda x: x * 3, Types.LONG()))
    job("map with open", lambda env: numbers(env, 4).map(Opened(), TEXTS))
    job("filter and flat map", lambda env: numbers(env).filter(lambda x: x % 3 == 0)
        .flat_map(lambda x: [x] * x, Types.LONG()))
    job("rows", lambda env: env.from_collection(
        [Row(id=n, text=text) for n, text in functions.WORDS if text is not None],
        Types.ROW_NAMED(["id", "text"], [Types.LONG(), Types.STRING()]))
        .map(lambda row: f"{row.id} {row['text']} {len(row)}", TEXTS))
    job("pickled objects", lambda env: env.from_collection([{"n": n, "all": (n, [n])} for n in range(3)])
        .map(lambda x: {**x, "more": {x["n"]}}), lambda found: [sorted(x.items(), key=str) for x in found])
    job("process", lambda env: numbers(env).process(TenTimes(), Types.LONG()))
    job("side output", lambda env: numbers(env).process(Split(), Types.LONG()).get_side_output(Split.side))
    job("keyed process", lambda env: keyed(env).process(Bookkeeper(), TEXTS))
    # Timers that are still to come at the end of the input do not fire: it lasts longer than theirs.
    job("processing time timers", lambda env: numbers(env, 150).map(slowly, Types.LONG())
        .key_by(lambda n: "abc"[n % 3], Types.STRING()).process(ProcessingTimer(), TEXTS), set)
    job("reduce", lambda env: keyed(env).reduce(Larger()))
    job("broadcast", lambda env: numbers(env).connect(
        env.from_collection([("scale", 7)], PAIR).broadcast(RULES)).process(Scale(), Types.LONG()))
    job("keyed broadcast", lambda env: keyed(env).connect(
        env.from_collection([("scale", 7)], PAIR).assign_timestamps_and_watermarks(
            WatermarkStrategy.for_monotonous_timestamps().with_timestamp_assigner(Stamp())).broadcast(RULES))
        .process(KeyedScale(), TEXTS))
    job("connected streams", lambda env: numbers(env, 3).connect(env.from_collection(["a", "b"], TEXTS)).map(Either(), TEXTS))
    job("tumbling windows", lambda env: keyed(env).window(TumblingEventTimeWindows.of(Time.milliseconds(10)))
        .process(Describe(), TEXTS))
    job("sliding windows", lambda env: keyed(env).window(
        SlidingEventTimeWindows.of(Time.milliseconds(20), Time.milliseconds(10)))
        .aggregate(Sum(), accumulator_type=Types.LONG(), output_type=Types.LONG()))
    job("session windows", lambda env: keyed(env).window(EventTimeSessionWindows.with_gap(Time.milliseconds(10)))
        .reduce(Larger(), Describe(), output_type=TEXTS))
    results.write()


if __name__ == "__main__":
    main(sys.argv[1])
