"""PyFlink's own operations in plain Python, without a cluster: made of the descriptions that its Java side sends."""

import sys
import types
from unittest import mock

import cloudpickle

# PyFlink's modules look Java classes up as they are imported; nothing here uses one.
sys.modules.setdefault("pemja", types.SimpleNamespace(findClass=lambda name: mock.MagicMock()))

from pyflink.fn_execution import flink_fn_execution_pb2 as proto  # noqa: E402
from pyflink.fn_execution.embedded import operation_utils  # noqa: E402
from pyflink.serializers import PickleSerializer  # noqa: E402
from pyflink.table import DataTypes  # noqa: E402
from pyflink.table.udf import ScalarFunction, TableFunction, udf, udtf  # noqa: E402

S = proto.Schema


def field(kind):
    """A column's type: its name, or ("ARRAY", …), ("MAP", …, …), ("ROW", …)."""
    made = S.FieldType()
    fill(made, kind)
    return made


def fill(made, kind):
    if not isinstance(kind, tuple):
        made.type_name = kind
        return
    name, *inner = kind
    if name == "ARRAY":
        made.type_name = S.BASIC_ARRAY
        fill(made.collection_element_type, inner[0])
    elif name == "MAP":
        made.type_name = S.MAP
        fill(made.map_info.key_type, inner[0])
        fill(made.map_info.value_type, inner[1])
    else:
        made.type_name = S.ROW
        for number, part in enumerate(inner):
            one = made.row_schema.fields.add()
            one.name = f"f{number}"
            fill(one.type, part)


def columns(kinds):
    coder = proto.CoderInfoDescriptor()
    for kind in kinds:
        coder.flatten_row_type.schema.fields.add().type.CopyFrom(field(kind))
    return coder.SerializeToString()


def describe(made, function, inputs):
    """Inputs are columns' numbers, constants as ("constant", value), and calls as (function, inputs)."""
    if not isinstance(function, (ScalarFunction, TableFunction)):
        function = udf(function, result_type=DataTypes.BIGINT())._create_delegate_function()
    made.payload = cloudpickle.dumps(function)
    for one in inputs:
        argument = made.inputs.add()
        if isinstance(one, int):
            argument.inputOffset = one
        elif one[0] == "constant":
            argument.inputConstant = b"\0" + PickleSerializer().dumps(one[1])
        else:
            describe(argument.udf, *one)


def scalar(calls, inputs, outputs, one_argument=None, one_result=None):
    """An operation as Flink makes it for these calls, each (function, its inputs)."""
    described = proto.UserDefinedFunctions()
    for call in calls:
        describe(described.udfs.add(), *call)
    operation = operation_utils.create_scalar_operation_from_proto(
        described.SerializeToString(), columns(inputs), columns(outputs),
        len(inputs) == 1 if one_argument is None else one_argument, len(outputs) == 1 if one_result is None else one_result)
    operation.open()
    return operation


def table(function, inputs, outputs):
    """An operation as Flink makes it for a table function of these columns."""
    if not isinstance(function, TableFunction):
        function = udtf(function, result_types=[DataTypes.BIGINT()] * len(outputs))._create_delegate_function()
    described = proto.UserDefinedFunctions()
    describe(described.udfs.add(), function, range(len(inputs)))
    operation = operation_utils.create_table_operation_from_proto(
        described.SerializeToString(), columns(inputs), columns(outputs))
    operation.open()
    return operation
