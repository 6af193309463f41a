"""What the benches share: processes with their costs, and tables in a page."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time


def mebibytes(process, key):
    """A figure of /proc/PROCESS/status in MiB, 0 of a process that has ended."""
    try:
        status = pathlib.Path(f"/proc/{process}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(key + ":")), 0)


def cpu_seconds(usage):
    return usage.ru_utime + usage.ru_stime


def run(command, figure="VmHWM", **environment):
    """What a process says, and its wall seconds, CPU seconds and peak MiB; ends this one if it fails.

    The peak is of `figure` in /proc: the resident memory, or without mapped files `RssAnon`, as often as it is looked at.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        begun, peak, ended = time.perf_counter(), 0, 0
        whole = dict(os.environ, **environment)
        process = subprocess.Popen([str(part) for part in command], stdout=said, stderr=errors, env=whole)
        while ended == 0:
            time.sleep(0.01)
            # A child's ru_maxrss begins at its parent's, so the peak is read while it runs.
            peak = max(peak, mebibytes(process.pid, figure))
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        wall = time.perf_counter() - begun
        if status != 0:
            errors.seek(0)
            sys.exit(errors.read().decode())
        said.seek(0)
        return said.read().decode(), (wall, cpu_seconds(usage), peak)


def publish(page, bench, say, head, rows):
    """Prints a table, and puts it in place of the one of `bench` in a page if one is given."""
    say += f" Load at the end: {', '.join(f'{x:.1f}' for x in os.getloadavg())}."
    table = "\n".join([say, "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)] + rows)
    print(table)
    if page:
        begin, end = f"<!-- bench {bench} -->\n", "<!-- end -->"
        text = page.read_text()
        first = text.index(begin) + len(begin)
        page.write_text(text[:first] + table + "\n" + text[text.index(end, first) :])
