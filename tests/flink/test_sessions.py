"""Several jobs on one TaskManager, each in a class loader of its own; jobs that are cancelled."""

import json
import time

from support import EXPECTED_ENGINE, JOBS, ClusterTest, value_of


class SessionTest(ClusterTest):
    def start(self, name, count, seconds):
        out = self.cluster.work / f"{name}.json"
        out.unlink(missing_ok=True)
        client = self.cluster.run_python(JOBS / "session.py", out, count, seconds, name, options=["-pyfs", JOBS], detached=True)
        self.addCleanup(client.stdout.close)
        self.addCleanup(client.wait)
        self.addCleanup(client.kill)
        return client, out

    def finish(self, started, count):
        """Checks the rows, and returns the ids of the processes that made them."""
        client, out = started
        said, _ = client.communicate(timeout=180)
        self.assertEqual(client.returncode, 0, said[-3000:])
        rows = [row.split() for row in value_of(json.loads(out.read_text())["rows"]["value"])]
        self.assertEqual([int(row[0]) for row in rows], [n * n for n in range(count)])
        self.assertEqual({row[2] for row in rows}, {EXPECTED_ENGINE})
        return {row[1] for row in rows}

    def job(self, name, state="RUNNING"):
        """The id of the newest job with that name, once it is in that state."""
        def found():
            jobs = [job for job in self.cluster.rest("/jobs/overview")["jobs"] if job["name"] == name]
            newest = max(jobs, key=lambda job: job["start-time"], default=None)
            if newest and newest["state"] == "FAILED":
                self.fail(self.cluster.exception(newest["jid"]))
            return newest and newest["state"] == state and newest["jid"]
        return self.cluster.wait(found, 120, f"the job {name} to be {state}")

    def wait_all_running(self, job):
        def running():
            tasks = self.cluster.rest(f"/jobs/{job}")["vertices"]
            return all(task["status"] == "RUNNING" for task in tasks)
        self.cluster.wait(running, 120, "all tasks to run")

    def test_two_jobs_one_after_the_other(self):
        first = self.finish(self.start("first", 5, 0), 5)
        second = self.finish(self.start("second", 5, 0), 5)
        if EXPECTED_ENGINE != "process":
            self.assertEqual(first, second)

    def test_two_jobs_at_once(self):
        started = [self.start(name, 200, 0.1) for name in ("one", "two")]
        jobs = [self.job(name) for name in ("one", "two")]
        for job in jobs:
            self.wait_all_running(job)
        states = self.cluster.jobs()
        self.assertEqual([states[job] for job in jobs], ["RUNNING", "RUNNING"])
        processes = [self.finish(one, 200) for one in started]
        if EXPECTED_ENGINE != "process":
            self.assertEqual(processes[0], processes[1])
            self.assertEqual(len(processes[0]), 1)

    def test_a_job_that_is_deployed_anew_runs_its_new_code(self):
        for version in ("old", "new"):
            folder = self.cluster.work / version
            folder.mkdir()
            (folder / "redeployed.py").write_text(f"VERSION = {version!r}\n")
            out = folder / "out.json"
            done = self.cluster.run_python(JOBS / "redeployed_job.py", out, options=["-pyfs", f"{JOBS},{folder / 'redeployed.py'}"])
            self.assert_ok(done)
            self.assertEqual(value_of(json.loads(out.read_text())["rows"]["value"]), [version] * 3)

    def check_cancel(self, name, seconds, within):
        before = [one["id"] for one in self.cluster.rest("/taskmanagers")["taskmanagers"]]
        self.start(name, 5, seconds)
        job = self.job(name)
        self.wait_all_running(job)
        time.sleep(2)
        began = time.monotonic()
        self.cluster.cancel(job)
        self.cluster.wait_job(job, ("CANCELED",), within)
        took = time.monotonic() - began
        # The TaskManager is the one it was, and works.
        self.finish(self.start(f"after {name}", 3, 0), 3)
        self.assertEqual(before, [one["id"] for one in self.cluster.rest("/taskmanagers")["taskmanagers"]])
        return took

    def test_a_job_is_cancelled_while_python_waits(self):
        self.check_cancel("cancelled while it sleeps", 10, 40)

    def test_a_job_is_cancelled_while_python_loops(self):
        self.check_cancel("cancelled in a loop", -1, 40)
