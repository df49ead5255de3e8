"""What the agents share: rows for fettle, the socket, a clean environment.

Runs inside the user's Python (3.8 and later) and imports as little as it can.
Nothing here raises into the suite once take_over() has returned; nothing
prints. All times are nanoseconds of CLOCK_MONOTONIC.
"""

import os
import sys
from functools import partial
from time import CLOCK_MONOTONIC, clock_gettime_ns

try:
    from _json import encode_basestring_ascii as quote
except ImportError:
    from json.encoder import encode_basestring_ascii as quote

# Libraries that stop the clock for a test (freezegun, time-machine) replace
# time.monotonic_ns, in every module that holds it; this they leave alone.
now = partial(clock_gettime_ns, CLOCK_MONOTONIC)

# The second block of src/wire/env.h: never seen by what the tests start.
PRIVATE = (
    "FETTLE_AGENT",
    "FETTLE_AGENT_DIR",
    "FETTLE_SOCKET",
    "FETTLE_EVENTS_SPARE",
    "FETTLE_DUMP_SIGNAL",
    "FETTLE_DUMP_FILE",
    "FETTLE_FAILED",
    "FETTLE_NODES",
)

PASSED, SKIPPED, FAILED, ERROR = "passed", "skipped", "failed", "error"
BADNESS = {PASSED: 1, SKIPPED: 2, FAILED: 4, ERROR: 5}

# The module of fettle's tracer of coverage, where it is loaded.
TRACER = "fettle_cover"

NAME_BYTES = 4 << 10
# No name of so many characters has more bytes than that.
NAME_CHARS = NAME_BYTES // 4
MESSAGE_BYTES = 16 << 10
OUTPUT_BYTES = 64 << 10


def worse(a, b):
    return a if BADNESS[a] >= BADNESS[b] else b


def verdict(statuses):
    """Of a unit: the worst of its tests, except that skipped tests beside passed
    ones leave it passed."""
    found = set(statuses)
    if len(found) == 1:
        return found.pop()
    for status in (ERROR, FAILED, PASSED, SKIPPED):
        if status in found:
            return status
    return PASSED


def clip(text, limit):
    """Head and tail of a text, together at most limit bytes of UTF-8; a third
    of the room is the head's."""
    if len(text) * 4 <= limit:
        return text
    data = text.encode("utf-8", "replace")
    if len(data) <= limit:
        return text
    room = limit - 64
    head, tail = data[: room // 3], data[len(data) - (room - room // 3) :]
    gap = "\n[... %d bytes left out ...]\n" % (len(data) - len(head) - len(tail))
    return head.decode("utf-8", "ignore") + gap + tail.decode("utf-8", "ignore")


def flush(stream):
    try:
        stream.flush()
    except Exception:
        # There may be none, or it is closed.
        pass


def quiet(tell):
    """Of a method that only tells: what goes wrong in it is noted and not raised."""

    def wrapper(self, *args):
        try:
            tell(self, *args)
        except Exception as error:
            self.rows.broken("%s: %r" % (tell.__name__, error))

    return wrapper


def cover_context(name):
    """What is covered from here on is covered by the test of this name; "": by
    none. Without fettle's tracer in the process, or contexts wanted, nothing."""
    tracer = sys.modules.get(TRACER)
    if tracer:
        tracer.context(name)


def is_normal(path):
    """Of most paths: what normpath() leaves as they are. Of few of these it says no."""
    return path[:1] not in ("", ".") and path[-1] != "/" and "/." not in path and "//" not in path


class Rows:
    """Rows on their way to $FETTLE_EVENTS. put() only keeps; flush() writes all
    that is kept in one write. After a fork the child is mute; after a failed
    write (a test has filled the folder) all goes to the spare file, and where that
    cannot be written either, lost says why and nobody speaks any more."""

    # Held here, for a test may replace them in the os module.
    write = staticmethod(os.write)
    open = staticmethod(os.open)

    def __init__(self, path, with_pid, spare=None):
        self.kept = []
        self.spare = spare
        self.lost = None
        self.put = self.kept.append
        try:
            self.fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600) if path else -1
        except OSError:
            self.fd = -1
        self.last = 0
        self.is_broken = False
        # Where several processes write one file, an id needs its process.
        self.mark = '"src":"injected","pid":%d' % os.getpid() if with_pid else '"src":"injected"'

    def ids(self, n=1):
        """The first of n new ids."""
        first = self.last + 1
        self.last += n
        return first

    def flush(self):
        if not self.kept:
            return
        data = "".join(self.kept).encode("ascii", "replace")
        self.kept.clear()
        if self.fd < 0:
            return
        written = 0
        try:
            while written < len(data):
                written += self.write(self.fd, data[written:])
        except OSError as error:
            # Of a row that is not whole there is no end: it is said once more.
            self.elsewhere(data[data.rfind(b"\n", 0, written) + 1 :], error)

    def elsewhere(self, data, error):
        path, self.spare, self.fd = self.spare, None, -1
        try:
            if not path:
                raise error
            self.fd = self.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
            while data:
                data = data[self.write(self.fd, data) :]
        except OSError as error:
            self.lost, self.fd = error.strerror or "cannot write", -1

    def mute(self):
        self.kept.clear()
        self.fd, self.spare = -1, None

    def broken(self, message):
        """The agent broke: said once, and all goes on."""
        if not self.is_broken:
            self.is_broken = True
            self.note("agent-broken", message)

    # Of the ways to make a text, the one here takes the least time: these three are
    # called several times a test.

    def begin(self, kind, id, inside, t, name, more=""):
        if len(name) > NAME_CHARS:
            name = clip(name, NAME_BYTES)
        inside = f',"in":{inside}' if inside else ""
        self.put(
            f'{{"ev":"begin","kind":"{kind}",{self.mark},"id":{id}{inside},"t":{t},"name":{quote(name)}{more}}}\n'
        )

    def end(self, kind, id, t, status, message=None, more=""):
        if message:
            more += ',"msg":%s' % quote(clip(message, MESSAGE_BYTES))
        self.put(f'{{"ev":"end","kind":"{kind}",{self.mark},"id":{id},"t":{t},"st":"{status}"{more}}}\n')

    def span(self, kind, id, inside, t, d, status, name, more=""):
        if len(name) > NAME_CHARS:
            name = clip(name, NAME_BYTES)
        inside = f',"in":{inside}' if inside else ""
        self.put(
            f'{{"ev":"span","kind":"{kind}",{self.mark},"id":{id}{inside},"t":{t},"d":{d},"st":"{status}"'
            f',"name":{quote(name)}{more}}}\n'
        )

    def output(self, id, text):
        if text:
            size = len(text.encode("utf-8", "replace"))
            self.put(
                '{"ev":"output",%s,"id":%d,"t":%d,"size":%d,"text":%s}\n'
                % (self.mark, id, now(), size, quote(clip(text, OUTPUT_BYTES)))
            )

    def note(self, name, message, **fields):
        more = "".join(',"%s":%s' % (key, quote(text)) for key, text in fields.items())
        self.put(
            '{"ev":"note",%s,"t":%d,"name":%s,"msg":%s%s}\n' % (self.mark, now(), quote(name), quote(message), more)
        )
        self.flush()


class Link:
    """The socket to fettle: one JSON object a line, both ways."""

    def __init__(self, path):
        import json

        try:
            # The C module alone: a third of the time of the whole.
            import _socket as socket
        except ImportError:
            import socket
        self.encode, self.decode = json.dumps, json.loads
        self.got = b""
        self.dont_wait = socket.MSG_DONTWAIT
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(path)

    def say(self, what, **fields):
        fields["say"] = what
        if self.socket:
            try:
                self.socket.sendall(self.encode(fields).encode("ascii") + b"\n")
            except OSError:
                self.drop()

    def hear(self, wait=True):
        """The next object; None when there will be no more or, not waiting, when
        there is none yet."""
        while True:
            line, newline, rest = self.got.partition(b"\n")
            if newline:
                self.got = rest
                try:
                    message = self.decode(line)
                except ValueError:
                    continue
                if isinstance(message, dict):
                    return message
                continue
            try:
                data = self.socket.recv(65536, 0 if wait else self.dont_wait) if self.socket else b""
            except OSError:
                data = b""
            if not data:
                return None
            self.got += data

    def drop(self):
        if self.socket:
            self.socket.close()
            self.socket = None


class Agent:
    """State of the one agent of a process. link is None when observing."""

    def __init__(self, environment):
        get = environment.get
        self.pull = get("FETTLE_AGENT") in ("pull", "pull-bare")
        self.bare = get("FETTLE_AGENT") == "pull-bare"
        self.control = get("FETTLE_AGENT") == "control"
        self.close = get("FETTLE_AGENT") == "close"
        self.nodes = get("FETTLE_NODES")
        self.failed = bool(get("FETTLE_FAILED"))
        self.start_dir = os.getcwd()
        self.below = self.start_dir.rstrip("/") + "/"
        self.worker_dir = get("FETTLE_WORKER_DIR")
        self.run = get("FETTLE_RUN", "")
        self.worker = get("FETTLE_WORKER", "0")
        self.workers = get("FETTLE_WORKERS", "1")
        self.home = get("FETTLE_AGENT_DIR") or os.path.dirname(os.path.abspath(__file__))
        self.dump = get("FETTLE_DUMP_SIGNAL"), get("FETTLE_DUMP_FILE")
        self.rows = Rows(get("FETTLE_EVENTS"), not self.pull, get("FETTLE_EVENTS_SPARE"))
        self.link = None
        self.claim = None
        self.ready = False
        self.files = {}
        self.outfiles = set()

    def relative(self, path):
        """A path as rows name it: below the start directory relative to it."""
        known = self.files.get(path)
        if known is None:
            known = path if is_normal(path) else os.path.normpath(os.path.join(self.start_dir, path))
            if known.startswith(self.below):
                known = known[len(self.below) :]
            self.files[path] = known
        return known

    def size(self, file):
        """In bytes; None where that cannot be told."""
        try:
            return os.stat(file if file[:1] == "/" else self.below + file).st_size
        except OSError:
            return None

    def is_worker(self, path):
        """Whether this process is the one that takes units: the first below its
        fettle worker, as long as it lives. The lock goes with the process."""
        import fcntl

        try:
            self.claim = os.open(path + ".lock", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(self.claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except OSError:
            return False

    def outfile(self, wanted, want):
        """A place for a file that every worker would write: where it is, told to
        fettle, which brings the parts together. Without a worker's directory the
        wanted path itself."""
        if not self.worker_dir:
            return wanted
        folder = os.path.join(self.worker_dir, "out")
        name = os.path.basename(os.path.normpath(wanted))
        n = 1
        # A worker may have had a process before this one.
        while name in self.outfiles or os.path.exists(os.path.join(folder, name)):
            n += 1
            name = "%d-%s" % (n, os.path.basename(os.path.normpath(wanted)))
        self.outfiles.add(name)
        file = os.path.join(folder, name)
        os.makedirs(folder, exist_ok=True)
        self.rows.note(
            "outfile",
            "this worker's part of '%s'" % wanted,
            path=os.path.join(self.start_dir, wanted),
            file=file,
            want=want,
        )
        return file

    def clean_environment(self):
        for name in PRIVATE:
            os.environ.pop(name, None)
        entries = os.environ.get("PYTHONPATH", "").split(os.pathsep)
        # The tracer of coverage comes into all that the tests start, too.
        if self.home in entries and "FETTLE_COVER" not in os.environ:
            entries.remove(self.home)
            if any(entries):
                os.environ["PYTHONPATH"] = os.pathsep.join(entries)
            else:
                os.environ.pop("PYTHONPATH", None)

    def watch_hangs(self):
        number, path = self.dump
        if number and path:
            import faulthandler

            # A number, for a file object would be let go of too late at the end of
            # the interpreter: the fork handlers know this object.
            file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            faulthandler.register(int(number), file=file, all_threads=True)

    def in_child(self):
        self.rows.mute()
        if self.link:
            self.link.drop()

    def requests(self):
        """What fettle wants, until it wants no more. Says that the suite is ready
        when what was asked before that is answered: while listing, a fault is
        still one of the start."""
        early = self.link.hear(wait=False)
        while early and early.get("do") == "list":
            yield early
            early = self.link.hear(wait=False)
        self.ready = True
        self.link.say("ready")
        message = early or self.link.hear()
        while message and message.get("do") != "end":
            yield message
            message = self.link.hear()

    def fault(self, message, blame=""):
        """The suite cannot be loaded, for which the suite, the command or the agent is
        to blame; nothing where that is not known. Only the first is told."""
        if self.link and not self.ready:
            self.ready = True
            self.link.say("fault", msg=clip(message, MESSAGE_BYTES), blame=blame)

    def say_units(self, units):
        """units: dicts as the protocol has them."""
        while len(units) > 500:
            self.link.say("units", units=units[:500], more=True)
            units = units[500:]
        self.link.say("units", units=units, more=False)

    def begin_unit(self, number, name, attempt):
        """Its id; on disk at once, with the end of the unit before it."""
        id = self.rows.ids()
        self.rows.begin("unit", id, 0, now(), name, f',"unit":{number},"attempt":{attempt},"key":{quote(name)}')
        self.rows.flush()
        return id

    def end_unit(self, number, id, status, message=None):
        """On disk with what comes next: another unit, done() or stop()."""
        out, err = sys.__stdout__, sys.__stderr__
        flush(out)
        flush(err)
        if sys.stdout is not out:
            flush(sys.stdout)
        if sys.stderr is not err:
            flush(sys.stderr)
        self.rows.end("unit", id, now(), status, message, f',"unit":{number}')

    def done(self, number):
        """All units of a request have ended, this the last."""
        self.rows.flush()
        if self.rows.lost:
            self.link.say("done", unit=number, lost=self.rows.lost)
        else:
            self.link.say("done", unit=number)

    def stop(self, number, message):
        """The framework ends the run after this unit."""
        self.rows.flush()
        self.link.say("stop", unit=number, msg=clip(message, MESSAGE_BYTES))

    def at_exit(self):
        self.rows.flush()
        self.fault("the process ended before the suite was ready")
        if self.link:
            self.link.drop()


def take_over(framework, version):
    """Takes this process for fettle: an Agent, or None when another process is
    this worker already. From here on the environment has nothing private."""
    path = os.environ.get("FETTLE_SOCKET")
    agent = Agent(os.environ)
    agent.clean_environment()
    if agent.pull or agent.control:
        if not path or not agent.is_worker(path):
            return None
        agent.link = Link(path)
    agent.watch_hangs()
    os.register_at_fork(after_in_child=agent.in_child)
    import atexit

    atexit.register(agent.at_exit)
    if agent.link:
        language = "%s %d.%d.%d" % ((sys.implementation.name.replace("cpython", "python"),) + sys.version_info[:3])
        agent.link.say("hello", pid=os.getpid(), framework=framework, version=version, language=language)
    return agent


def names(message):
    """The units that a `list` request is about; None for all."""
    names = message.get("names")
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else None


def chosen(name):
    """What the name of a unit chooses: selectors, one a line, and behind "!" the
    keys of tests that are left out (they ran before their process died)."""
    lines = name.split("\n")
    return [line for line in lines if line[:1] != "!"], {line[1:] for line in lines if line[:1] == "!"}


def units(message):
    """The units of a `run` request: (number, name, attempt) each; what is not of
    that shape is left out."""
    units = message.get("units")
    for unit in units if isinstance(units, list) else ():
        if isinstance(unit, list) and len(unit) >= 2 and isinstance(unit[0], int) and isinstance(unit[1], str):
            attempt = unit[2] if len(unit) > 2 and isinstance(unit[2], int) else 1
            yield unit[0], unit[1], attempt
