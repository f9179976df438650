"""Runs the cases on PEMJA and on Krait's drop-in, and compares:

    compat.py JAVA PYTHON CLASSES LIBS PEMJA_JAR KRAIT_JAR DIFFERENCES OUT

PYTHON is one that has the package pemja. Each JVM runs all cases. Where one dies or hangs, the case that it was at runs once more
in a JVM of its own, since an earlier one may have left the memory broken, and another JVM goes on behind it. What differs must be
exactly what DIFFERENCES lists: lines of `case <TAB> PEMJA's outcome <TAB> Krait's outcome`, under a line `# reason` that holds for
all up to the next one. Prints `passed failed`.
"""

import os
import queue
import re
import subprocess
import sys
import tempfile
import threading

# No case takes longer on any machine.
PATIENCE = 90


def run_cases(java, python, class_path):
    """The outcomes by case, in order."""
    ask = [python, "-Ic", "import sysconfig; print(sysconfig.get_path('platlib'))"]
    packages = subprocess.check_output(ask, text=True).strip()
    outcomes = {}
    last = None
    with tempfile.TemporaryDirectory(prefix="krait-compat-") as folder:
        while True:
            at, ended = _run_jvm(java, python, packages, class_path, folder, last, outcomes)
            if ended is None:
                return outcomes
            if at is None:
                raise SystemExit(f"the JVM ended before any case: {ended}")
            last = at
            alone = {}
            again, ended = _run_jvm(java, python, packages, class_path, folder, "=" + at, alone)
            outcomes[at] = alone.get(at) if ended is None else ended


def _run_jvm(java, python, packages, class_path, folder, last, outcomes):
    """One JVM: (None, None) where it came to the end, else the case that it was at and how it ended."""
    command = [java, "-Xmx512m", "-XX:-CreateCoredumpOnCrash", f"-XX:ErrorFile={folder}/hs_err.log", "-Duser.timezone=UTC",
               "-cp", class_path, "compat.Main", python, packages, folder]
    if last is not None:
        command.append(last)
    named = ("VIRTUAL_ENV", "CONDA_PREFIX", "KRAIT_PYTHON")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON") and k not in named}
    with open(os.path.join(folder, "stderr.log"), "a") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, stdin=subprocess.DEVNULL, env=environment,
                                   cwd=folder)
        lines = queue.Queue()
        threading.Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
        at = None
        while True:
            try:
                line = lines.get(timeout=PATIENCE)
            except queue.Empty:
                process.kill()
                process.wait()
                return at, "hangs"
            if line is None:
                break
            kind, _, rest = line.partition("\t")
            if kind.endswith("@begin"):
                at = rest
            elif kind == "@end":
                name, _, outcome = rest.partition("\t")
                outcomes[name] = outcome
                at = None
            elif kind == "@done":
                process.wait()
                return None, None
        code = process.wait()
    if at is None and outcomes:
        # Between two cases: what the last one left behind.
        at = next(reversed(outcomes))
    return at, f"the JVM dies ({'signal' if code < 0 else 'exit code'} {abs(code)})"


def _read(stream, lines):
    for line in stream:
        lines.put(line.decode("utf-8", "replace").rstrip("\n"))
    lines.put(None)


def read_differences(path):
    listed, reason = {}, None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            line = line.rstrip("\n")
            if line.startswith("## "):
                continue
            if line.startswith("# "):
                reason = line[2:]
            elif line:
                parts = line.split("\t")
                if len(parts) != 3 or reason is None:
                    raise SystemExit(f"{path}:{number}: not `case<TAB>pemja<TAB>krait` under a reason")
                if parts[0] in listed:
                    raise SystemExit(f"{path}:{number}: listed twice: {parts[0]}")
                listed[parts[0]] = (parts[1], parts[2])
    return listed


def matches(pattern, outcome):
    """`*` in a listed outcome stands for anything: what changes from run to run."""
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), outcome) is not None


def main():
    java, python, classes, libs, pemja_jar, krait_jar, differences, out = sys.argv[1:]
    found = {}
    for name, jar in (("pemja", pemja_jar), ("krait", krait_jar)):
        parts = [classes, jar, *libs.split(os.pathsep)]
        found[name] = run_cases(java, python, os.pathsep.join(map(os.path.abspath, parts)))
        with open(os.path.join(out, f"{name}.tsv"), "w", encoding="utf-8") as file:
            file.writelines(f"{case}\t{outcome}\n" for case, outcome in found[name].items())
    pemja, krait = found["pemja"], found["krait"]
    listed = read_differences(differences)
    passed, failures = 0, []
    for case in krait:
        theirs, ours = pemja.get(case, "not run"), krait[case]
        if case in listed:
            if matches(listed[case][0], theirs) and matches(listed[case][1], ours) and theirs != ours:
                passed += 1
            else:
                failures.append(f"{case}\t{theirs}\t{ours}\t(listed: {listed[case]})")
        elif theirs == ours:
            passed += 1
        else:
            failures.append(f"{case}\t{theirs}\t{ours}")
    failures += [f"{case}\tis listed, and there is no such case" for case in listed if case not in krait]
    failures += [f"{case}\twas not run on Krait" for case in pemja if case not in krait]
    for failure in failures:
        print(failure, file=sys.stderr)
    print(passed, len(failures))


if __name__ == "__main__":
    main()
