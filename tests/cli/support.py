"""Running the tool as a user does: a jar, a file with a function, an input."""

import os
import shutil
import signal
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JAR = Path(os.environ["KRAIT_JAR"])
JAVA = os.environ["KRAIT_JAVA"]

FUNCTIONS = '''
import os, sys, time
import helper

def upper(line):
    return line.upper()

def same(line):
    return line

def slow_when_even(line):
    if int(line) % 2 == 0:
        time.sleep(0.003)
    return line

def crawl(line):
    time.sleep(0.1)
    return line

def none(line):
    return None

def number(line):
    return 7

def two_lines(line):
    return line + "\\n" + line

def surrogate(line):
    return "\\ud800"

def picky(line):
    if line.startswith("bad"):
        raise ValueError("no " + line)
    return line + "!"

def throws(line):
    import java.lang
    raise java.lang.AssertionError("of Java")

def throws_checked(line):
    import java.nio.charset
    raise java.nio.charset.MalformedInputException(len(line))

def pickled(line):
    import pickle
    return str(pickle.loads(pickle.dumps(same)) is same) + " " + __name__

def chatty(line):
    print("printed", line)
    return line

def leave(line):
    sys.exit(3)

def where(line):
    return sys.prefix

def helped(line):
    return helper.help(line)
'''


class ToolTest(unittest.TestCase):
    """Each test has a folder of its own, with `udf.py` in it."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="krait-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "udf.py").write_text(FUNCTIONS, encoding="utf-8")
        (self.folder / "helper.py").write_text("def help(line):\n    return 'helped ' + line\n", encoding="utf-8")
        (self.folder / "work").mkdir()
        self.work = self.folder / "work"

    def command(self, *arguments):
        return [JAVA, "-jar", str(JAR), *map(str, arguments)]

    def function(self, name):
        return f"{self.folder}/udf.py:{name}"

    def run_tool(self, *arguments, rows=b"", timeout=120):
        return subprocess.run(self.command(*arguments), input=rows, capture_output=True, cwd=self.work, timeout=timeout)

    def map(self, name, *options, rows=b""):
        return self.run_tool("map", self.function(name), *options, rows=rows)

    def start(self, *arguments, **keywords):
        # Jobs in the background ignore interrupts, and so would all that they start.
        process = subprocess.Popen(self.command(*arguments), cwd=self.work, **keywords,
                                   preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        self.addCleanup(self.stop, process)
        return process

    @staticmethod
    def stop(process):
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream:
                stream.close()

    def assert_ok(self, done):
        self.assertEqual(done.returncode, 0, done.stderr.decode())

    def assert_leaves_nothing(self):
        self.assertEqual(sorted(os.listdir(self.work)), [])
