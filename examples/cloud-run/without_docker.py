#!/usr/bin/env python3
"""Execute a Dockerfile where no Docker engine runs: instruction by instruction, each stage in a root of its own.

    sudo python examples/cloud-run/without_docker.py --work /tmp/steps \\
        --base rust:1-slim-bookworm=/bases/rust --base python:3.12-slim-bookworm=/bases/python

Base images are folders with the root of a system, given by --base, since images cannot be pulled here. A stage is an
overlay over its base, entered by chroot; the network is that of the machine. The context is what git has, less what the
ignore file beside the Dockerfile names. At the end the command of the image is started as its user, asked to speak, and
ended by SIGTERM. Linux, root.
"""

import argparse
import json
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

ROOT = pathlib.Path(__file__).parents[2]
DOCKERFILE = pathlib.Path(__file__).with_name("Dockerfile")
PATH = "/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Stage:
    """A root file system while it is made."""

    def __init__(self, work, name, lower):
        self.folder = work / name
        self.layers = [self.folder / "changes", *lower]
        self.root = self.folder / "root"
        for folder in (self.layers[0], self.folder / "work", self.root):
            folder.mkdir(parents=True)
        self.environment = {"PATH": PATH, "HOME": "/root"}
        self.arguments = {}
        self.directory = "/"
        self.user = "root"
        self.command = None
        options = f"lowerdir={':'.join(map(str, lower))},upperdir={self.layers[0]},workdir={self.folder / 'work'}"
        call("mount", "-t", "overlay", "overlay", "-o", options, self.root)
        call("mount", "--bind", "/dev", self.root / "dev")
        call("mount", "-t", "proc", "proc", self.root / "proc")

    def chroot(self, words, extra=None):
        """A command line and environment inside."""
        shell = f"cd {shlex.quote(self.directory)} && exec {shlex.join(words)}"
        command = ["chroot", f"--userspec={self.user}", str(self.root), "/bin/sh", "-c", shell]
        return command, {**self.environment, **self.arguments, **(extra or {})}

    def run(self, script, extra):
        command, environment = self.chroot(["/bin/sh", "-c", script], extra)
        subprocess.run(command, env=environment, check=True)

    def place(self, path):
        """A path of the stage as one of the machine."""
        return self.root / (pathlib.PurePosixPath(self.directory) / path).relative_to("/")


class Build:
    def __init__(self, arguments):
        self.work = arguments.work
        self.bases = dict(base.split("=", 1) for base in arguments.base)
        self.given = dict(pair.split("=", 1) for pair in arguments.build_arg)
        self.extra = dict(pair.split("=", 1) for pair in arguments.env)
        self.wheel = arguments.wheel
        self.context = self.work / "context"
        self.stages = {}
        self.stage = None

    def execute(self):
        make_context(self.context)
        for number, (name, rest) in enumerate(instructions(DOCKERFILE), 1):
            print(f"[{number}] {name} {rest}", flush=True)
            begin = time.monotonic()
            getattr(self, name.lower())(rest)
            print(f"[{number}] done in {time.monotonic() - begin:.1f} s", flush=True)
        return self.stage

    def from_(self, rest):
        words = rest.split()
        parent = self.stages.get(words[0])
        name = words[2] if len(words) == 3 else f"stage{len(self.stages)}"
        lower = parent.layers if parent else [pathlib.Path(self.bases[words[0]])]
        self.stage = self.stages[name] = Stage(self.work, name, lower)
        if parent:
            self.stage.environment = dict(parent.environment)

    def __getattr__(self, name):
        # `from` is a word of Python.
        if name == "from":
            return self.from_
        raise AttributeError(f"the instruction {name.upper()} is not known here")

    def run(self, rest):
        if self.wheel and "pip wheel" in rest:
            print(f"REPLACED by a copy of {self.wheel}", flush=True)
            self.stage.place("/wheels").mkdir()
            shutil.copy2(self.wheel, self.stage.place("/wheels"))
        else:
            self.stage.run(rest, self.extra)

    def arg(self, rest):
        name, _, default = rest.partition("=")
        self.stage.arguments[name] = self.given.get(name, default)

    def env(self, rest):
        for pair in shlex.split(rest):
            name, _, value = pair.partition("=")
            value = value.replace("$PATH", self.stage.environment["PATH"])
            self.stage.environment[name] = value

    def workdir(self, rest):
        self.stage.directory = str(pathlib.PurePosixPath(self.stage.directory) / rest)
        self.stage.place(".").mkdir(parents=True, exist_ok=True)

    def user(self, rest):
        self.stage.user = rest

    def expose(self, _rest):
        """Says something to people only."""

    def cmd(self, rest):
        self.stage.command = json.loads(rest)

    def copy(self, rest):
        words = rest.split()
        origin = self.context
        if words[0].startswith("--from="):
            origin = self.stages[words.pop(0).removeprefix("--from=")].root
        source, target = origin / words[0].lstrip("/"), self.stage.place(words[1])
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)


def instructions(path):
    """Names and arguments, comments taken out, continued lines joined."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, rest = line.split(None, 1)
        yield name, " ".join(rest.split()) if name != "RUN" else rest


def make_context(folder):
    """What Docker would be sent. Of the ignore file, `*` and lines `!NAME`: the others name what git does not have."""
    lines = DOCKERFILE.with_name("Dockerfile.dockerignore").read_text().splitlines()
    wanted = [line[1:] for line in lines if line.startswith("!")]
    folder.mkdir(parents=True)
    names = subprocess.run(["git", "-C", ROOT, "ls-files", "-z"], check=True, capture_output=True, text=True).stdout
    for name in filter(None, names.split("\0")):
        if any(pathlib.PurePath(pathlib.PurePath(name).parts[0]).match(pattern) for pattern in wanted):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name, follow_symlinks=False)


def speak(stage, port):
    """Starts the command of the image, and uses it."""
    command, environment = stage.chroot(stage.command, {"PORT": str(port)})
    print("CMD", shlex.join(stage.command), f"as {stage.user}", flush=True)
    begin = time.monotonic()
    with subprocess.Popen(command, env=environment) as process:
        base = f"http://127.0.0.1:{port}"
        while time.monotonic() - begin < 60:
            try:
                if urllib.request.urlopen(f"{base}/readyz").status == 200:
                    break
            except OSError:
                time.sleep(0.02)
        print(f"ready after {time.monotonic() - begin:.2f} s", flush=True)
        print(urllib.request.urlopen(f"{base}/greetings/Ada").read().decode(), flush=True)
        body = json.dumps({"input": "The bus stops in front of the school.", "response_format": "mp3"}).encode()
        request = urllib.request.Request(f"{base}/v1/audio/speech", body, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            print(answer.status, answer.headers["Content-Type"], len(answer.read()), "bytes", flush=True)
        process.send_signal(signal.SIGTERM)
        print("ended with", process.wait(30), flush=True)


def call(*words):
    subprocess.run([str(word) for word in words], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=pathlib.Path, required=True, help="folder for the roots; must not be there")
    parser.add_argument("--base", action="append", default=[], metavar="IMAGE=FOLDER")
    parser.add_argument("--build-arg", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="for RUN, such as a proxy")
    parser.add_argument("--wheel", type=pathlib.Path, help="in place of the one that is built, which takes minutes")
    parser.add_argument("--port", type=int, default=8099)
    arguments = parser.parse_args()
    if "KOKORO_STEPS" not in os.environ:
        # Mounts of a namespace of our own end with it.
        os.environ["KOKORO_STEPS"] = "1"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, *sys.argv])
    speak(Build(arguments).execute(), arguments.port)


if __name__ == "__main__":
    main()
