"""A Flink session cluster of real processes on loopback, started, used and stopped: for tests, demos and measurements.

As a program (with the python that venv.sh prints), it runs a command beside a cluster and stops the cluster whatever
becomes of the command, whose exit status it returns:

    python=$(tests/flink/venv.sh)
    $python tests/flink/cluster.py --engine thread-krait -- flink run -py job.py
    $python tests/flink/cluster.py --engine process --slots 1 --conf python.fn-execution.bundle.size=100000 -- ./measure.sh

The command finds FLINK_HOME, FLINK_CONF_DIR, FLINK_REST (http://127.0.0.1:port) and FLINK_PYTHON in its environment, and
`flink` and `python` on its PATH. As a module:

    with Cluster("thread-krait", slots=2) as cluster:
        done = cluster.run_python("jobs/table.py", "--out", folder)      # flink run -py, until the job has ended
        done = cluster.run_java("job.jar", "com.example.Job")            # flink run -c
        cluster.rest("/jobs/overview")

The engines:

    process        Python in a process of its own beside the TaskManager (Flink's default)
    thread-pemja   python.execution-mode: thread, on the PEMJA that Flink bundles
    thread-krait   the same, with krait-pemja.jar in lib/ and pemja. among the parent-first patterns

The distribution in the virtual environment is never changed: each cluster has a FLINK_HOME of its own below
build/flink/homes, made of links to it. Logs are in build/logs/flink/NAME.
"""

import argparse
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
ENGINES = ("process", "thread-pemja", "thread-krait")
VERSION = re.search(r"^version=(.+)$", (ROOT / "gradle.properties").read_text(), re.M).group(1)
KRAIT_PEMJA = Path(os.environ.get("KRAIT_PEMJA_JAR") or ROOT / f"java/krait-pemja/build/libs/krait-pemja-{VERSION}.jar")
KRAIT_FLINK = ROOT / f"java/krait-flink/build/libs/krait-flink-{VERSION}.jar"
KRAIT_FLINK_JOB = KRAIT_FLINK.with_name(f"{KRAIT_FLINK.stem}-job.jar")
PARENT_FIRST = "classloader.parent-first-patterns.additional"


class Failed(Exception):
    """The cluster did not do what was asked in time; the message has the end of its logs."""


def distribution():
    """The Flink that came with the PyFlink of this python."""
    import pyflink  # only here: the rest of this module needs the standard library alone
    return Path(pyflink.__file__).parent


def flink_version():
    """The version of that Flink: 2.3.0."""
    from pyflink.version import __version__
    return __version__


def make_home(home, engine, jars=None):
    """A FLINK_HOME of links to the distribution; `jars` go into its lib/ (krait-pemja for thread-krait if None)."""
    source = distribution()
    shutil.rmtree(home, ignore_errors=True)
    # The scripts find their FLINK_HOME through the links of a linked bin/, so they are copied.
    shutil.copytree(source / "bin", home / "bin")
    shutil.copytree(source / "conf", home / "conf")
    for folder in ("lib", "opt"):
        (home / folder).mkdir()
        for jar in (source / folder).glob("*.jar"):
            (home / folder / jar.name).symlink_to(jar)
    (home / "plugins").symlink_to(source / "plugins")
    if jars is None:
        jars = [KRAIT_PEMJA] if engine == "thread-krait" else []
    for jar in jars:
        shutil.copy(jar, home / "lib")
    return home


def default_conf(home, engine):
    """What a user writes into conf/config.yaml for that engine, and what keeps a cluster of a test on loopback."""
    original = (home / "conf/config.yaml").read_text()
    conf = {
        # What Flink itself needs of the JVM, as its distribution says it.
        "env.java.opts.all": re.search(r"^ +all: (--add-.*)$", original, re.M).group(1),
        "python.execution-mode": engine.split("-")[0],
        "python.executable": sys.executable,
        "python.client.executable": sys.executable,
        "jobmanager.memory.process.size": "1600m",
        "taskmanager.memory.process.size": "1728m",
        "jobmanager.bind-host": "127.0.0.1",
        "jobmanager.rpc.address": "127.0.0.1",
        "taskmanager.bind-host": "127.0.0.1",
        "taskmanager.host": "127.0.0.1",
        "rest.address": "127.0.0.1",
        "rest.bind-address": "127.0.0.1",
        # A killed TaskManager is noticed within seconds.
        "heartbeat.interval": "2 s",
        "heartbeat.timeout": "30 s",
        "rest.flamegraph.enabled": "false",
    }
    if engine == "thread-krait":
        conf[PARENT_FIRST] = "pemja."
    return conf


def free_ports(count):
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def has_ended(process):
    """Whether it has, without taking its number back."""
    return process.returncode is not None or os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def tail(path, lines=40):
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
    except OSError as error:
        return str(error)


class Cluster:
    """One JobManager and its TaskManagers. `conf` adds to default_conf or, with the value None, takes from it."""

    def __init__(self, engine, *, name=None, slots=2, task_managers=1, conf=None, jars=None, env=None):
        if engine not in ENGINES:
            raise ValueError(f"no engine {engine}: one of {', '.join(ENGINES)}")
        self.engine = engine
        self.name = name or engine
        folder = Path(flink_version(), self.name)
        self.home = make_home(BUILD / "flink/homes" / folder, engine, jars)
        self.work = BUILD / "flink/work" / folder
        self.logs = BUILD / "logs/flink" / folder
        for folder in (self.work, self.logs):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
        self.conf = default_conf(self.home, engine)
        self.conf["taskmanager.numberOfTaskSlots"] = slots
        self.conf["io.tmp.dirs"] = self.work / "tmp"
        rpc, rest = free_ports(2)
        self.conf |= {"jobmanager.rpc.port": rpc, "rest.port": rest, "rest.bind-port": rest}
        for key, value in (conf or {}).items():
            self.conf.pop(key, None) if value is None else self.conf.update({key: value})
        self.write_conf()
        self.url = f"http://127.0.0.1:{self.conf['rest.port']}"
        self.env = {key: value for key, value in os.environ.items() if not key.startswith(("FLINK_", "PYFLINK_", "_FLINK"))}
        self.env |= {
            "FLINK_HOME": str(self.home), "FLINK_CONF_DIR": str(self.home / "conf"), "FLINK_LOG_DIR": str(self.logs),
            "FLINK_PID_DIR": str(self.work), "FLINK_REST": self.url, "FLINK_PYTHON": sys.executable,
            "PATH": os.pathsep.join([str(self.home / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
        } | (env or {})
        self.wanted = task_managers
        self.processes = {}
        self.numbers = itertools.count()

    def write_conf(self):
        (self.home / "conf/config.yaml").write_text(
            "".join(f"{key}: {json.dumps(str(value))}\n" for key, value in self.conf.items()))

    # Starting and stopping

    def __enter__(self):
        try:
            self.start("jobmanager")
            for _ in range(self.wanted):
                self.start_task_manager()
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, what):
        """Starts bin/WHAT.sh in the foreground, so that the process is the JVM itself."""
        name = f"{what}-{next(self.numbers)}"
        with open(self.logs / f"{name}.out", "wb") as out:
            self.processes[name] = subprocess.Popen(
                [self.home / "bin" / f"{what}.sh", "start-foreground"], env=self.env, cwd=self.work,
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        return name

    def start_task_manager(self):
        return self.start("taskmanager")

    def replace_task_managers(self):
        """New processes for those that run, which go in peace; jobs go on if their restart strategy lets them."""
        old = {name: process for name, process in self.processes.items() if name.startswith("taskmanager")}
        self.end([*old.values()])
        for name in old:
            del self.processes[name]
        self.wait(lambda: self.rest("/overview")["taskmanagers"] == 0, 60, "the JobManager to miss the TaskManagers")
        for _ in range(self.wanted):
            self.start_task_manager()
        self.wait_ready()

    def wait_ready(self, timeout=120):
        """Until the REST interface answers and every TaskManager has offered its slots."""
        def ready():
            for name, process in self.processes.items():
                if process.poll() not in (None, -signal.SIGKILL):
                    raise Failed(f"{name} ended with {process.returncode}:\n{tail(self.logs / f'{name}.out')}")
            try:
                return self.rest("/overview")["taskmanagers"] >= self.wanted
            except (urllib.error.URLError, OSError):
                return False
        self.wait(ready, timeout, "the cluster")

    def wait(self, true, timeout, what):
        end = time.monotonic() + timeout
        while True:
            value = true()
            if value:
                return value
            if time.monotonic() > end:
                logs = "\n".join(f"== {path.name}\n{tail(path)}" for path in sorted(self.logs.glob("*.out")))
                raise Failed(f"{what}: not within {timeout} s\n{logs}")
            time.sleep(0.2)

    def kill_task_manager(self, name=None):
        """kill -9: as the machine's end, or the kernel's for want of memory."""
        name = name or next(key for key, process in self.processes.items()
                            if key.startswith("taskmanager") and process.poll() is None)
        os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait()
        return name

    def stop(self):
        """Ends every process."""
        self.end([*self.processes.values()])

    @staticmethod
    def end(processes):
        """Asks first, and kills after 20 s. Python workers are in the group of their TaskManager."""
        running = [process for process in processes if process.poll() is None]
        for process in running:
            process.terminate()
        end = time.monotonic() + 20
        while time.monotonic() < end and not all(map(has_ended, running)):
            time.sleep(0.1)
        for process in running:
            # A group's number may be another's as soon as its leader is reaped, which wait() and poll() do.
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    # Jobs

    def flink(self, *arguments, timeout=300, detached=False):
        """bin/flink with these arguments: its CompletedProcess with text, or the Popen if detached."""
        command = [self.home / "bin/flink", *map(str, arguments)]
        if detached:
            return subprocess.Popen(command, env=self.env, cwd=self.work, stdin=subprocess.DEVNULL,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
        return subprocess.run(command, env=self.env, cwd=self.work, stdin=subprocess.DEVNULL, timeout=timeout,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run_python(self, script, *arguments, options=(), **keywords):
        return self.flink("run", *options, "-py", Path(script).resolve(), *arguments, **keywords)

    def run_java(self, jar, main, *arguments, options=(), **keywords):
        return self.flink("run", *options, "-c", main, jar, *arguments, **keywords)

    def rest(self, path, method="GET", body=None):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def jobs(self):
        """The jobs' states by id, oldest first."""
        found = sorted(self.rest("/jobs/overview")["jobs"], key=lambda job: job["start-time"])
        return {job["jid"]: job["state"] for job in found}

    def wait_job(self, job, states=("FINISHED",), timeout=180):
        def reached():
            state = self.jobs().get(job)
            if state in ("FINISHED", "FAILED", "CANCELED") and state not in states:
                raise Failed(f"the job is {state}, not {' or '.join(states)}:\n{self.exception(job)}")
            return state in states and state
        return self.wait(reached, timeout, f"job {job} to be {states}")

    def exception(self, job):
        """What the job failed with, as the web interface shows it; empty if nothing."""
        entries = self.rest(f"/jobs/{job}/exceptions")["exceptionHistory"]["entries"]
        return "\n".join(entry["stacktrace"] for entry in entries)

    def cancel(self, job):
        self.rest(f"/jobs/{job}?mode=cancel", method="PATCH")

    def task_manager_log(self):
        """Everything that the TaskManagers of this cluster have logged or printed so far."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.logs.glob("taskmanager-*.out")))


def main():
    parser = argparse.ArgumentParser(description="Runs a command beside a Flink session cluster.")
    parser.add_argument("--engine", choices=ENGINES, required=True)
    parser.add_argument("--name", help="of its folders (default: the engine)")
    parser.add_argument("--slots", type=int, default=2, help="of each TaskManager")
    parser.add_argument("--task-managers", type=int, default=1)
    parser.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="for conf/config.yaml")
    parser.add_argument("--jar", action="append", metavar="JAR", help="for lib/, instead of the engine's")
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    conf = dict(pair.split("=", 1) for pair in options.conf)
    # Ctrl-C and kill end the cluster too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with Cluster(options.engine, name=options.name, slots=options.slots, task_managers=options.task_managers,
                 conf=conf, jars=options.jar) as cluster:
        return subprocess.run(options.command, env=cluster.env).returncode


if __name__ == "__main__":
    sys.exit(main())
