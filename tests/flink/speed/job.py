"""job.py JOBS.json: submits measured jobs with Python functions, each with its own engine; JavaJob.java is its twin."""

import json
import sys

from pyflink.common import Configuration, Types, WatermarkStrategy
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.datastream.connectors.base import Sink, Source
from pyflink.java_gateway import get_gateway
from pyflink.table import DataTypes, EnvironmentSettings, TableEnvironment
from pyflink.table.udf import udf, udtf

import functions


def table_job(job, conf):
    tables = TableEnvironment.create(EnvironmentSettings.new_instance().in_streaming_mode().with_configuration(conf).build())
    tables.create_temporary_system_function("f", {
        "json": lambda: udf(functions.json_value_lower, result_type=DataTypes.STRING()),
        "increment": lambda: udf(functions.increment, result_type=DataTypes.BIGINT()),
        "three": lambda: udtf(functions.three, result_types=[DataTypes.BIGINT()]),
    }[job["function"]]())
    for statement in job["sql"]:
        tables.execute_sql(statement)


def map_job(job, conf):
    env = StreamExecutionEnvironment.get_execution_environment(conf)
    java = get_gateway().jvm.dev.krait.bench.flink
    env.from_source(Source(java.MeterSource.numbers(job["meter"])), WatermarkStrategy.no_watermarks(), "meter", Types.LONG()) \
        .map(functions.increment, output_type=Types.LONG()) \
        .sink_to(Sink(java.MeterSink.numbers(job["meter"], job["out"], job["kept"])))
    env.execute_async(job["name"])


with open(sys.argv[1], encoding="utf-8") as file:
    jobs = json.load(file)
for job in jobs:
    conf = Configuration()
    for key, value in job["conf"].items():
        conf.set_string(key, value)
    conf.set_string("pipeline.name", job["name"])
    (map_job if job["function"] == "map" else table_job)(job, conf)
