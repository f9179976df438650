"""Functions that a Java or SQL job registers by name."""

import functions
from engine import engine
from pyflink.table import DataTypes
from pyflink.table.udf import udf, udtf

shout = udf(functions.shout, result_type=DataTypes.STRING())
words = udtf(functions.words, result_types=[DataTypes.STRING(), DataTypes.INT()])
which = udf(lambda x: engine(), input_types=[DataTypes.INT()], result_type=DataTypes.STRING())
