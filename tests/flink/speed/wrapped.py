"""The functions as PyFlink's thread mode wraps them, in plain CPython: the time that no engine below PyFlink can take away, but
by calling less of PyFlink.
"""

import sys
from pathlib import Path

import cloudpickle

sys.path.append(str(Path(__file__).resolve().parents[1]))
from pyflink_operations import S, operation_utils, proto, scalar, table  # noqa: E402
from pyflink.datastream import ProcessFunction  # noqa: E402

import functions  # noqa: E402


class Map(ProcessFunction):
    """As DataStream.map makes one."""

    def __init__(self, function):
        self._map_func = function

    def process_element(self, value, ctx):
        yield self._map_func(value)


def one_column(function, kind):
    return scalar([(function, [0])], [kind], [kind]).process_element


def one_row(function):
    process = table(function, [S.BIGINT], [S.BIGINT]).process_element

    def process_row(value):
        for _ in process((value,)):
            pass
    return process_row


def stream(function):
    described = proto.UserDefinedDataStreamFunction()
    described.function_type = proto.UserDefinedDataStreamFunction.PROCESS
    described.payload = cloudpickle.dumps(Map(function))
    number = proto.CoderInfoDescriptor()
    number.raw_type.type_info.type_name = proto.TypeInfo.LONG
    number = number.SerializeToString()
    process = operation_utils.create_one_input_user_defined_data_stream_function_from_protos(
        [described.SerializeToString()], number, number, None, None, None, None, {}, None, None).process_element

    def process_row(value):
        for _ in process(value):
            pass
    return process_row


def wrapped(name):
    return {"json": lambda: one_column(functions.json_value_lower, S.VARCHAR),
            "increment": lambda: one_column(functions.increment, S.BIGINT),
            "three": lambda: one_row(functions.three),
            "map": lambda: stream(functions.increment)}[name]()
