"""A TaskManager is killed under a job with state: what its files hold in the end is what one run without failure gives."""

import collections
import re

from cluster import Cluster
from support import ENGINE, EXPECTED_ENGINE, JOBS, ClusterTest

COUNT = 4000


class RecoveryTest(ClusterTest):
    def setUp(self):
        self.own = Cluster(ENGINE, name=f"{ENGINE}-recovery", slots=2, conf={
            "execution.checkpointing.interval": "500 ms",
            "execution.checkpointing.min-pause": "100 ms",
            # Where Python is a process of its own, a barrier waits for the bundle.
            "python.fn-execution.bundle.size": "10",
            "restart-strategy.type": "fixed-delay",
            "restart-strategy.fixed-delay.attempts": "20",
            "restart-strategy.fixed-delay.delay": "1 s",
        })
        self.own.conf["execution.checkpointing.dir"] = f"file://{self.own.work}/checkpoints"
        self.own.write_conf()
        self.enterContext(self.own)

    def test_nothing_is_lost_or_doubled_when_a_task_manager_is_killed(self):
        cluster, out = self.own, self.own.work / "out"
        done = cluster.run_python(JOBS / "recovery.py", f"file://{out}", COUNT, options=["-d", "-pyfs", JOBS])
        self.assert_ok(done)
        job = re.search(r"JobID ([0-9a-f]{32})", done.stdout).group(1)
        for kill in range(2):
            before = self.checkpoints(job)["counts"]["completed"]
            cluster.wait(lambda: self.checkpoints(job)["counts"]["completed"] >= before + 2, 120, "checkpoints")
            self.assertEqual(cluster.jobs()[job], "RUNNING")
            cluster.kill_task_manager()
            cluster.start_task_manager()
            cluster.wait(lambda: self.checkpoints(job)["counts"]["restored"] == kill + 1, 120,
                         "the job's restart from a checkpoint")
        cluster.wait_job(job)

        rows, timers, pids = collections.defaultdict(list), collections.Counter(), set()
        for path in out.rglob("part-*"):
            for line in path.read_text().splitlines():
                kind, key, *fields = line.split()
                self.assertEqual(fields.pop(), EXPECTED_ENGINE)
                pids.add(fields.pop())
                if kind == "row":
                    rows[int(key)].append(tuple(map(int, fields)))
                else:
                    timers[int(key), int(fields[0])] += 1
        self.assertEqual(sorted(number for key in rows for number, _, _ in rows[key]), list(range(COUNT)))
        for key, found in rows.items():
            found.sort(key=lambda row: row[1])
            self.assertEqual([seen for _, seen, _ in found], list(range(1, len(found) + 1)))
            total = 0
            for number, _, told in found:
                self.assertEqual(number % 7, key)
                total += number
                self.assertEqual(told, total)
        self.assertEqual(timers, collections.Counter((key, time) for key in range(7) for time in range(99, COUNT, 100)))
        # What was committed before the kills is the work of other processes than what came after.
        self.assertGreaterEqual(len(pids), 3)

    def checkpoints(self, job):
        return self.own.rest(f"/jobs/{job}/checkpoints")
