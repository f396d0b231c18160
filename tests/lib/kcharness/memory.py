"""The most memory that a worker's tasks ever had, from /proc."""

import threading

SAMPLE_S = 0.05


def peak_kb(pid):
    """VmHWM of a process, the peak since its start; 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
            return next((int(line.split()[1]) for line in file if line.startswith("VmHWM:")), 0)
    except (FileNotFoundError, ProcessLookupError):
        return 0


class Peaks(threading.Thread):
    """
    Notes the peak of every task process of a worker, while used in a `with`. A peak never falls, so of a task that is
    killed only what it took in its last moment can be missed.
    """

    def __init__(self, worker):
        super().__init__(daemon=True)
        self.worker = worker
        self.done = threading.Event()
        self.kb = {}  # pid -> kB

    def run(self):
        while not self.done.wait(SAMPLE_S):
            self.sample()

    def sample(self):
        for pid in self.worker.task_pids():
            self.kb[pid] = max(self.kb.get(pid, 0), peak_kb(pid))

    @property
    def mb(self):
        """Of each task in the order of their starts, in MB."""
        return [round(self.kb[pid] / 1024, 1) for pid in sorted(self.kb)]

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join(10)
