"""The functions as PyFlink's thread mode wraps them, in plain CPython: the time that no engine below PyFlink can take away, but
by calling less of PyFlink.

The operations are PyFlink's own, made of the same descriptions that its Java side sends.
"""

import sys
import types
from unittest.mock import MagicMock as Mock

import cloudpickle

# PyFlink's modules look Java classes up as they are imported; what is measured here uses none of them.
sys.modules.setdefault("pemja", types.SimpleNamespace(findClass=lambda name: Mock()))

from pyflink.datastream import ProcessFunction  # noqa: E402
from pyflink.fn_execution import flink_fn_execution_pb2 as proto  # noqa: E402
from pyflink.fn_execution.embedded import operation_utils  # noqa: E402
from pyflink.table import DataTypes  # noqa: E402
from pyflink.table.udf import udf, udtf  # noqa: E402

import functions  # noqa: E402


class Map(ProcessFunction):
    """As DataStream.map makes one."""

    def __init__(self, function):
        self._map_func = function

    def process_element(self, value, ctx):
        yield self._map_func(value)


def described(function):
    """A function of the value's first column."""
    described = proto.UserDefinedFunctions()
    one = described.udfs.add()
    one.payload = cloudpickle.dumps(function)
    one.inputs.add().inputOffset = 0
    return described.SerializeToString()


def column(type_name):
    coder = proto.CoderInfoDescriptor()
    coder.flatten_row_type.schema.fields.add().type.type_name = type_name
    return coder.SerializeToString()


def scalar(function, result_type, type_name):
    made = udf(function, result_type=result_type)
    operation = operation_utils.create_scalar_operation_from_proto(
        described(made._create_delegate_function()), column(type_name), column(type_name), True, True)
    return operation.process_element


def table(function):
    made = udtf(function, result_types=[DataTypes.BIGINT()])
    number = column(proto.Schema.BIGINT)
    process = operation_utils.create_table_operation_from_proto(
        described(made._create_delegate_function()), number, number).process_element

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
    return {"json": lambda: scalar(functions.json_value_lower, DataTypes.STRING(), proto.Schema.VARCHAR),
            "increment": lambda: scalar(functions.increment, DataTypes.BIGINT(), proto.Schema.BIGINT),
            "three": lambda: table(functions.three),
            "map": lambda: stream(functions.increment)}[name]()
