"""The engines that are measured beside one another, and one case running on several of them at once, each behind its gate."""

import contextlib
import itertools
import json
import reprlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from cluster import BUILD, KRAIT_FLINK, KRAIT_PEMJA, ROOT, VERSION, Cluster, Failed  # noqa: E402
from control import Control  # noqa: E402

JAR = ROOT / f"java/bench-flink/build/libs/bench-flink-{VERSION}.jar"

PROCESS = {"python.execution-mode": "process"}
THREAD = {"python.execution-mode": "thread"}

OURS = "dev.krait.bench.flink.Functions$"
IN_JAVA = {"json": (OURS + "JsonValueLower", "f(v)"), "increment": (OURS + "Increment", "f(v)"),
           "three": (OURS + "Three", "f(v)"), "map": ("", "")}
# What Flink itself does for each row of JSON. The Java functions of the other cases do next to nothing, so that they tell it there.
ALONE = {"json": (OURS + "Same", "f(v)")}
# What an asynchronous function costs that does nothing else: the limit of krait-flink's batches in SQL.
IN_JAVA_ASYNC = {"increment": (OURS + "IncrementAsync", "f(v)")}

# A row in a message: both its ends, of which the last tells what was cut off.
ROW = reprlib.Repr()
ROW.maxstring = 200

# Of the clusters. A client compiles one job and is gone, for which the JVM's first compiler is enough. A job goes on in new task
# managers. What the REST interface says of checkpoints is else three seconds old.
CONF = {"parallelism.default": 1, "env.java.opts.client": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "restart-strategy.type": "fixed-delay", "restart-strategy.fixed-delay.attempts": 100,
        "restart-strategy.fixed-delay.delay": "300 ms", "web.refresh-interval": "100 ms"}


def krait_flink(kind, function, result):
    return f"dev.krait.flink.Python{kind}Function", f"f('{HERE}/functions.py:{function} -> {result}', v)"


BY_ROW = {"json": krait_flink("Scalar", "json_value_lower", "STRING"), "increment": krait_flink("Scalar", "increment", "BIGINT"),
          "three": krait_flink("Table", "three", "BIGINT")}
IN_BATCHES = {"json": krait_flink("Vectorized", "json_value_lower_batch", "STRING"),
              "increment": krait_flink("Vectorized", "increment_columns", "BIGINT")}
# In a DataStream, where each row need not pass Flink's asynchronous operator; a table becomes one and the other way round.
IN_STREAM = {"json": ("PythonStream", "json_value_lower_batch"), "increment": ("PythonStream", "increment_columns"),
             "map": ("PythonStream", "increment_columns")}
# Flink lets 10 rows be on their way at once if it is not told, and has a timer and a trial more for each row, of which a
# function that computes needs neither.
ASYNC = {"table.exec.async-scalar.max-concurrent-operations": "4000",
         "table.exec.async-scalar.retry-strategy": "NO_RETRY", "table.exec.async-scalar.timeout": "0 s"}
# What the batches of a function are.
COLUMNS = {"increment": "numpy", "map": "numpy", "json": "lists"}


@dataclass(frozen=True)
class Engine:
    name: str
    title: str
    language: str                                # whose job: python, java, or plain for no Flink at all
    conf: dict = field(default_factory=dict)
    cluster: str = "process"                     # of cluster.py's engines: what its lib/ has
    library: str = ""                            # what the task manager must have mapped when it runs, or nothing
    needs: Path | None = None
    functions: dict = field(default_factory=dict)  # of a Java job, by the case's function: its class, and its call in SQL


ENGINES = {engine.name: engine for engine in (
    Engine("plain", "plain CPython, no Flink", "plain"),
    Engine("wrapped", "plain CPython in PyFlink's wrapping", "plain"),
    Engine("flink", "Flink alone: Java, the argument back", "java", functions=ALONE),
    Engine("java", "Java", "java", functions=IN_JAVA),
    Engine("process", "process", "python", PROCESS),
    Engine("process-100k", "process, bundles of 100,000", "python", PROCESS | {"python.fn-execution.bundle.size": "100000"}),
    Engine("thread-pemja", "thread on PEMJA", "python", THREAD, library="pemja_core"),
    Engine("thread-krait", "thread on Krait", "python", THREAD, "thread-krait", "krait", KRAIT_PEMJA),
    Engine("krait-flink", "krait-flink, row by row", "java", library="krait", needs=KRAIT_FLINK, functions=BY_ROW),
    Engine("java-async", "Java, asynchronous", "java", ASYNC, functions=IN_JAVA_ASYNC),
    Engine("krait-flink-batch", "krait-flink, vectorised in SQL", "java", ASYNC, library="krait", needs=KRAIT_FLINK,
           functions=IN_BATCHES),
    Engine("krait-flink-stream", "krait-flink, vectorised in a DataStream", "java", library="krait", needs=KRAIT_FLINK,
           functions=IN_STREAM),
)}


def available(engine):
    return engine.needs is None or engine.needs.exists()


def can(engine, case):
    return engine.language != "java" or case.function in engine.functions


class Running:
    """One case on several engines. Each job has a cluster's task manager, so a JVM, to itself; none runs until it is told to."""

    def __init__(self, case, engines, lines, kept=None, conf=None):
        self.case, self.engines, self.lines, self.kept, self.conf = case, engines, lines, kept or case.kept, conf or {}
        self.work = BUILD / "flink/speed" / case.name
        self.work.mkdir(parents=True, exist_ok=True)
        self.stack = contextlib.ExitStack()
        self.clusters = {}
        self.meters = {}
        self.plain = []

    def __enter__(self):
        with contextlib.ExitStack() as stack:
            self.control = stack.enter_context(Control())
            stack.callback(self.end_plain)
            for kind in dict.fromkeys(engine.cluster for engine in self.engines if engine.language != "plain"):
                jobs = sum(engine.cluster == kind and engine.language != "plain" for engine in self.engines)
                self.clusters[kind] = Cluster(kind, name=f"speed-{kind}", slots=1, task_managers=jobs, conf=CONF)
            # What takes time is CPU time of JVMs that warm up, and waiting in turns for two clusters would be added to it.
            with ThreadPoolExecutor() as pool:
                for entered in [pool.submit(stack.enter_context, cluster) for cluster in self.clusters.values()]:
                    entered.result()
            self.submit()
            self.begin()
            self.stack = stack.pop_all()
        return self

    def begin(self):
        """New processes of plain CPython, and then until every engine waits at its gate."""
        self.end_plain()
        for engine in self.engines:
            if engine.language == "plain":
                job = self.job(engine)
                self.plain.append(subprocess.Popen(
                    [sys.executable, HERE / "plain.py", job["meter"], job["function"], job["out"], str(self.kept),
                     *([self.lines] if self.case.length else [])]))
        self.meters = self.control.meters([engine.name for engine in self.engines], self.check_jobs)
        self.check_libraries()

    def end_plain(self):
        for process in self.plain:
            process.kill()
            process.wait()
        self.plain.clear()

    def start_again(self):
        """Every job in a new process, which is another throw of the dice for compilers, addresses and hash seeds: the clusters and
        what their clients have compiled stay, which takes most of the time of a start."""
        with ThreadPoolExecutor() as pool:
            for replaced in [pool.submit(cluster.replace_task_managers) for cluster in self.clusters.values()]:
                replaced.result()
        self.begin()

    def __exit__(self, *_):
        self.stack.close()

    def submit(self):
        with ThreadPoolExecutor() as pool:
            for done in [pool.submit(*submission) for submission in self.submissions()]:
                if done.result().returncode:
                    raise Failed(f"a job was not submitted:\n{done.result().stdout}")

    def submissions(self):
        """One for all jobs of a language and cluster: a client that compiles its first job takes most of its time to start."""
        for kind, cluster in self.clusters.items():
            for language in ("python", "java"):
                mine = [engine for engine in self.engines if (engine.cluster, engine.language) == (kind, language)]
                if mine:
                    jobs = self.work / f"jobs-{kind}-{language}.json"
                    jobs.write_text(json.dumps([self.job(engine) for engine in mine]))
                    libraries = {engine.needs.as_uri() for engine in mine if engine.needs}
                    yield (cluster.flink, "run", "-d", *(
                        ["-j", JAR, "-pyfs", HERE, "-py", HERE / "job.py"] if language == "python" else
                        [*(word for jar in libraries for word in ("-C", jar)), "-c", "dev.krait.bench.flink.JavaJob", JAR]), jobs)

    def job(self, engine):
        meter = f"{self.control.address}/{engine.name}"
        out = str(self.out(engine))
        java_class, call = engine.functions.get(self.case.function, ("", "f(v)"))
        columns = COLUMNS.get(self.case.function, "lists")
        return {"name": engine.name, "function": self.case.function, "class": java_class, "call": call, "columns": columns,
                "module": str(HERE / "functions.py"), "conf": engine.conf | self.conf | {"krait.batch.columns": columns}, "meter": meter, "out": out, "kept": self.kept,
                "sql": self.case.statements(meter, self.lines, out, self.kept, call)}

    def out(self, engine):
        return self.work / f"{engine.name}.out"

    def check_jobs(self):
        for cluster in self.clusters.values():
            for job, state in cluster.jobs().items():
                if state in ("FAILED", "FAILING"):
                    raise Failed(f"{cluster.name}: a job is {state}:\n{cluster.exception(job)}")

    def check_libraries(self):
        """Each engine is what it is called: its library is mapped by its task manager, and no other engine's."""
        libraries = {engine.library for engine in ENGINES.values()} - {""}
        for engine in self.engines:
            if engine.language != "plain":
                maps = Path(f"/proc/{self.meters[engine.name].pid}/maps").read_text()
                files = {Path(line.split(maxsplit=5)[5]).name for line in maps.splitlines() if len(line.split()) > 5}
                found = {library for library in libraries if any(library in file and ".so" in file for file in files)}
                if found != {engine.library} - {""}:
                    raise Failed(f"{engine.name}: its task manager has mapped {sorted(found) or 'no library'}")

    def check_results(self):
        """The rows that every engine has kept are those of plain CPython: to the letter, or in Java as JSON values."""
        plain = self.rows(ENGINES["plain"])
        for engine in self.engines:
            if engine.functions is ALONE:
                with open(self.lines, encoding="utf-8", newline="\n") as file:
                    lines = itertools.islice(itertools.cycle(file.read().removesuffix("\n").split("\n")), self.kept)
                if self.rows(engine) != [*lines]:
                    raise Failed(f"{engine.name}: not the rows that went in")
            elif engine.language != "plain":
                # Jackson leaves other characters and spaces where they are.
                read = json.loads if engine.name == "java" else str
                rows = [read(line) for line in self.rows(engine)]
                wanted = [read(line) for line in plain]
                for at, (row, right) in enumerate(zip(rows, wanted)):
                    if row != right:
                        raise Failed(f"{engine.name}: row {at} is {ROW.repr(row)}, in CPython {ROW.repr(right)}")
                if len(rows) != self.kept or len(wanted) != self.kept:
                    raise Failed(f"{engine.name}: {len(rows)} rows of {self.kept}, in CPython {len(wanted)}")

    def rows(self, engine):
        with open(self.out(engine), encoding="utf-8", newline="\n") as file:
            return file.read().removesuffix("\n").split("\n")

    def cluster_and_job(self, engine):
        cluster = self.clusters[engine.cluster]
        for job in cluster.rest("/jobs/overview")["jobs"]:
            if job["name"] == engine.name:
                return cluster, job["jid"]
        raise Failed(f"no job {engine.name}")
