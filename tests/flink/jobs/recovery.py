"""recovery.py FOLDER COUNT: a keyed stream with state and timers, checkpointed, into files that commit with the checkpoints.

Each line is `row KEY NUMBER SEEN TOTAL PID ENGINE` or `timer KEY TIME PID ENGINE`: SEEN and TOTAL come from the state,
PID is the process that ran it.
"""

import os
import sys
import time

from engine import engine
from pyflink.common import Encoder, Types, WatermarkStrategy
from pyflink.common.watermark_strategy import TimestampAssigner
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors.file_system import FileSink
from pyflink.datastream.connectors.number_seq import NumberSequenceSource
from pyflink.datastream.functions import KeyedProcessFunction
from pyflink.datastream.state import ListStateDescriptor, MapStateDescriptor, ValueStateDescriptor


class Stamp(TimestampAssigner):
    def extract_timestamp(self, value, record_timestamp):
        return value


class Account(KeyedProcessFunction):
    def open(self, context):
        self.total = context.get_state(ValueStateDescriptor("total", Types.LONG()))
        self.numbers = context.get_list_state(ListStateDescriptor("numbers", Types.LONG()))
        self.seen = context.get_map_state(MapStateDescriptor("seen", Types.STRING(), Types.LONG()))

    def process_element(self, value, context):
        total = (self.total.value() or 0) + value
        self.total.update(total)
        self.numbers.add(value)
        seen = (self.seen.get("rows") or 0) + 1
        self.seen.put("rows", seen)
        assert seen == len(list(self.numbers.get())), "list and map state differ"
        context.timer_service().register_event_time_timer(value // 100 * 100 + 99)
        yield f"row {context.get_current_key()} {value} {seen} {total} {os.getpid()} {engine()}"

    def on_timer(self, timestamp, context):
        yield f"timer {context.get_current_key()} {timestamp} {os.getpid()} {engine()}"


def slowly(value):
    """Holds the source back, so that a checkpoint's barrier has few rows before it."""
    time.sleep(0.004)
    return value


def main(folder, count):
    env = StreamExecutionEnvironment.get_execution_environment()
    env.set_parallelism(2)
    stamped = WatermarkStrategy.for_monotonous_timestamps().with_timestamp_assigner(Stamp())
    sink = FileSink.for_row_format(folder, Encoder.simple_string_encoder()).build()
    env.from_source(NumberSequenceSource(0, count - 1), WatermarkStrategy.no_watermarks(), "numbers", type_info=Types.LONG()) \
        .map(slowly, Types.LONG()) \
        .assign_timestamps_and_watermarks(stamped) \
        .key_by(lambda value: value % 7, Types.LONG()) \
        .process(Account(), Types.STRING()) \
        .sink_to(sink)
    env.execute("recovery")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
