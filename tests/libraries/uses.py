"""One use of each library, with what comes out of it. Libraries.java calls them all; those in ALONE run by themselves."""

import asyncio
import ctypes
import io
import multiprocessing
import sys
from concurrent import futures

ALONE = ["uses_joblib", "uses_matplotlib", "uses_multiprocessing"]


def check(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r} where {wanted!r} is right")


def uses_aiohttp():
    import aiohttp
    from aiohttp import web

    async def answer(request):
        return web.Response(text="hello")

    async def once():
        application = web.Application()
        application.router.add_get("/", answer)
        runner = web.AppRunner(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            async with aiohttp.ClientSession() as session:
                async with session.get("http://127.0.0.1:{1}/".format(*runner.addresses[0])) as response:
                    return await response.text()
        finally:
            await runner.cleanup()

    check(asyncio.run(once()), "hello")


def uses_boto3():
    import boto3
    client = boto3.session.Session().client("s3", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
    check(client.meta.region_name, "eu-west-1")


def uses_cffi():
    import cffi
    ffi = cffi.FFI()
    ffi.cdef("int abs(int);")
    callback = ffi.callback("int(int)", lambda x: x + 1)
    check(ffi.dlopen(None).abs(-3) + callback(1), 5)


def uses_confluent_kafka():
    import confluent_kafka
    producer = confluent_kafka.Producer({"bootstrap.servers": "127.0.0.1:1", "log_level": 0})
    # There may be events of its own: nobody answers it.
    check(producer.poll(0) >= 0, True)


def uses_cryptography():
    from cryptography.fernet import Fernet
    key = Fernet(Fernet.generate_key())
    check(key.decrypt(key.encrypt(b"secret")), b"secret")


def uses_ctypes_callbacks():
    pointer = ctypes.POINTER(ctypes.c_int)
    compare = ctypes.CFUNCTYPE(ctypes.c_int, pointer, pointer)(lambda a, b: a[0] - b[0])
    numbers = (ctypes.c_int * 5)(5, 1, 4, 2, 3)
    ctypes.CDLL(None).qsort(numbers, 5, ctypes.sizeof(ctypes.c_int), compare)
    check(list(numbers), [1, 2, 3, 4, 5])


def uses_duckdb():
    import duckdb
    with duckdb.connect() as connection:
        connection.create_function("f", lambda x: x + 1, ["BIGINT"], "BIGINT")
        check(connection.execute("select sum(f(range)) from range(1000)").fetchone(), (500_500,))


def uses_gevent():
    import gevent
    check(sum(job.get() for job in [gevent.spawn(lambda: 5), gevent.spawn(lambda: gevent.sleep(0.01) or 6)]), 11)


def uses_grpcio():
    import grpc

    class Reverse(grpc.GenericRpcHandler):
        def service(self, details):
            return grpc.unary_unary_rpc_method_handler(lambda request, context: request[::-1])

    server = grpc.server(futures.ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((Reverse(),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            check(channel.unary_unary("/a/b")(b"abc"), b"cba")
    finally:
        server.stop(None).wait()


def uses_h5py():
    import h5py
    with h5py.File(io.BytesIO(), "w") as file:
        file["numbers"] = [1, 2]
        check(int(file["numbers"][1]), 2)


def uses_joblib():
    import joblib
    check(joblib.Parallel(2)(joblib.delayed(abs)(i) for i in (-1, -2)), [1, 2])


def uses_lightgbm():
    import lightgbm
    import numpy
    x = numpy.random.default_rng(1).random((200, 3))
    check(lightgbm.LGBMRegressor(n_estimators=5, verbose=-1).fit(x, x[:, 0]).predict(x[:2]).shape, (2,))


def uses_lxml():
    from lxml import etree
    check(etree.tostring(etree.fromstring("<a><b/></a>")), b"<a><b/></a>")


def uses_matplotlib():
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib import pyplot
    figure, axes = pyplot.subplots()
    axes.plot([1, 2])
    picture = io.BytesIO()
    figure.savefig(picture)
    pyplot.close(figure)
    check(picture.getvalue()[1:4], b"PNG")


def uses_msgpack():
    import msgpack
    check(msgpack.unpackb(msgpack.packb({"a": [1, 2]})), {"a": [1, 2]})


def uses_multiprocessing():
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        check(pool.map(abs, [-1, -2]), [1, 2])


def uses_numba():
    import numba
    import numpy

    @numba.njit(parallel=True)
    def total(numbers):
        result = 0.0
        for i in numba.prange(len(numbers)):
            result += numbers[i]
        return result

    check(total(numpy.ones(100_000)), 100_000.0)


def uses_numpy():
    import numpy
    matrix = numpy.random.default_rng(1).random((200, 200))
    check(bool(numpy.allclose(numpy.linalg.inv(matrix) @ matrix, numpy.eye(200))), True)


def uses_onnxruntime():
    import onnxruntime
    check("CPUExecutionProvider" in onnxruntime.get_available_providers(), True)


def uses_opencv():
    import cv2
    import numpy
    check(cv2.GaussianBlur(numpy.ones((100, 100), numpy.uint8), (5, 5), 0).sum(), 10_000)


def uses_orjson():
    import orjson
    check(orjson.loads(orjson.dumps({"a": 1})), {"a": 1})


def uses_pandas():
    import pandas
    table = pandas.DataFrame({"a": range(1000), "b": list("ab") * 500})
    check(table.groupby("b").a.sum().to_dict(), {"a": 249_500, "b": 250_000})


def uses_pillow():
    from PIL import Image
    check(Image.new("RGB", (10, 10)).resize((5, 5)).size, (5, 5))


def uses_polars():
    import polars
    numbers = polars.DataFrame({"a": range(1000)}).lazy().select(polars.col("a").map_batches(lambda column: column + 1).sum())
    check(numbers.collect().item(), 500_500)


def uses_psycopg2():
    import psycopg2
    try:
        psycopg2.connect("host=127.0.0.1 port=1 connect_timeout=1")
    except psycopg2.OperationalError as error:
        check("refused" in str(error), True)
    else:
        raise AssertionError("a database at port 1")


def uses_pyarrow():
    import pyarrow
    import pyarrow.compute
    check(pyarrow.compute.sum(pyarrow.array(range(1000))).as_py(), 499_500)


def uses_pydantic():
    import pydantic

    class Point(pydantic.BaseModel):
        x: int

    check(Point(x="5").x, 5)


def uses_pymongo():
    import bson
    check(bson.decode(bson.encode({"a": 1})), {"a": 1})


def uses_pyyaml():
    import yaml
    check(yaml.load("a: [1, 2]", Loader=yaml.CSafeLoader), {"a": [1, 2]})


def uses_rapidfuzz():
    from rapidfuzz.distance import Levenshtein
    check(Levenshtein.distance("kitten", "sitting"), 3)


def uses_regex():
    import regex
    check(regex.sub(r"\p{L}", "x", "aä1"), "xx1")


def uses_requests():
    import requests
    try:
        requests.get("http://127.0.0.1:1/", timeout=5)
    except requests.ConnectionError as error:
        check("refused" in str(error), True)
    else:
        raise AssertionError("a server at port 1")


def uses_scikit_learn():
    from sklearn.datasets import make_classification
    from sklearn.ensemble import RandomForestClassifier
    x, y = make_classification(200, random_state=1)
    check(RandomForestClassifier(20, n_jobs=2, random_state=1).fit(x, y).score(x, y) > 0.8, True)


def uses_scipy():
    import scipy.optimize
    check(round(float(scipy.optimize.minimize(lambda x: (x[0] - 3) ** 2, [0]).x[0]), 2), 3.0)


def uses_shapely():
    import shapely
    check(round(shapely.Point(0, 0).buffer(1).area), 3)


def uses_spacy():
    import spacy
    check(len(spacy.blank("en")("Hello, world")), 3)


def uses_sqlalchemy():
    import sqlalchemy
    engine = sqlalchemy.create_engine("sqlite://")
    with engine.connect() as connection:
        check(connection.execute(sqlalchemy.text("select 5")).scalar(), 5)
    engine.dispose()


def uses_statsmodels():
    import numpy
    import statsmodels.api
    line = numpy.arange(10.0)
    fit = statsmodels.api.OLS(2 * line + 1, statsmodels.api.add_constant(line)).fit()
    check([round(float(x), 6) for x in fit.params], [1.0, 2.0])


def uses_tokenizers():
    from tokenizers import Tokenizer, models, pre_tokenizers
    tokenizer = Tokenizer(models.WordLevel({"a": 0, "b": 1, "?": 2}, unk_token="?"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    check(tokenizer.encode("b a c").ids, [1, 0, 2])


def uses_uvloop():
    import uvloop
    loop = uvloop.new_event_loop()
    try:
        check(loop.run_until_complete(asyncio.sleep(0.01, "slept")), "slept")
    finally:
        loop.close()


def uses_xgboost():
    import numpy
    import xgboost
    x = numpy.random.default_rng(1).random((200, 3))
    check(xgboost.XGBRegressor(n_estimators=5).fit(x, x[:, 0]).predict(x[:2]).shape, (2,))


def uses_zstandard():
    import zstandard
    check(zstandard.decompress(zstandard.compress(b"a" * 1000)), b"a" * 1000)


def names():
    return [name for name in globals() if name.startswith("uses_")]


if __name__ == "__main__":
    for each in sys.argv[1:] or names():
        globals()[each]()
