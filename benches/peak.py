"""Peak resident memory of a command.

A process that Python starts counts Python's own memory until it becomes the other program, so that the command is
started by a Python that holds nothing.
"""
import subprocess, sys

START = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, "
         "stderr=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")


def peak_mb(command):
    done = subprocess.run([sys.executable, "-c", START, *command], check=True, stdout=subprocess.PIPE)
    return int(done.stdout) / 1024
