"""What a program says of itself to the `fettle run` around it.

    import fettle

    with fettle.phase("db migrate"):
        ...

    @fettle.phase("load fixtures")
    def load():
        ...

    with fettle.container("db", image="postgres:16") as db:
        wait_for(db)
        db.ready()

    fettle.count("rows", 120)
    fettle.value("queue_bytes", 4096)

Outside of fettle all of it does nothing. This is one file for Python 3.9 and
later: copy it, install it, or just import it below `fettle run`, which puts it
on the path of the tests.

A begin, an end and a value are on their way when the call returns, so that a
process that is killed has said all that it did: some microseconds each. Counts
are added up first and go out with the next of these, after 0.1 s at the next
count, and at the end of the process; a kill loses what was added since.

Threads, asyncio tasks and forked children may mark at the same time; what is
nested in what follows them (contextvars). Nothing here raises, but for a wrong
use of it, and nothing prints.
"""

import functools
import os
import threading
from contextvars import ContextVar
from functools import partial
from json.encoder import encode_basestring_ascii as _quote
from time import CLOCK_MONOTONIC, clock_gettime_ns

__all__ = ["phase", "scenario", "container", "count", "value", "flush", "on"]

PASSED, FAILED, SKIPPED, ERROR = "passed", "failed", "skipped", "error"

_NAME_CHARACTERS = 1000
_COUNTS_NS = 100_000_000

# Held here: tests replace time functions and os.write.
_now = partial(clock_gettime_ns, CLOCK_MONOTONIC)
_write = os.write
_thread = threading.get_native_id

_around = ContextVar("fettle_around", default=None)


def _name(text):
    return _quote(text if type(text) is str and len(text) <= _NAME_CHARACTERS else str(text)[:_NAME_CHARACTERS])


class _Writer:
    """The file, and who we are. One for the process; a forked child makes itself new."""

    def __init__(self):
        self.path = os.environ.get("FETTLE_EVENTS")
        self.fd = -1
        if self.path:
            try:
                self.fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
                self.file = self.identity()
            except OSError:
                self.fd = -1
        inside = os.environ.get("FETTLE_INSIDE", "")
        self.inside = ',"inside":' + inside if inside.isascii() and inside.isdigit() and len(inside) < 20 else ""
        self.renew()

    def identity(self):
        st = os.fstat(self.fd)
        return st.st_dev, st.st_ino

    def renew(self):
        """A process of its own: nothing of the parent's is said again."""
        # Taken again by a signal handler that marks while its thread is marking.
        self.lock = threading.RLock()
        self.counts = {}
        self.counts_ns = 0
        self.last = 0
        self.pid = os.getpid()
        number = int.from_bytes(os.urandom(8), "little") >> 2 | 1
        self.who = ',"pid":%d,"proc":%d' % (self.pid, number)

    def id(self):
        with self.lock:
            self.last += 1
            return self.last

    def put(self, rows):
        """One write of whole lines, so that those of several processes do not mix."""
        if self.fd < 0:
            return
        with self.lock:
            data = (rows + self.counted() if self.counts else rows).encode("ascii")
            try:
                # The program may have closed all descriptors that it does not know, and use the number.
                if self.identity() != self.file:
                    raise OSError
                _write(self.fd, data)
            except OSError:
                self.fd = -1

    def counted(self):
        """Rows of what was counted; under the lock."""
        t = _now()
        rows = "".join(
            '{"ev":"value","what":"count","t":%d%s,"name":%s,"num":%s}\n' % (t, self.who, name, _number(n))
            for name, n in self.counts.items()
        )
        self.counts.clear()
        return rows

    def count(self, name, n):
        with self.lock:
            now = _now()
            if not self.counts:
                self.counts_ns = now
            self.counts[name] = self.counts.get(name, 0) + n
            due = now - self.counts_ns >= _COUNTS_NS
        if due:
            self.put("")


def _number(n):
    """A number as JSON has it; what is none of it is 0."""
    if isinstance(n, int):
        return "%d" % max(min(n, 2**63 - 1), -(2**63) + 1)
    n = float(n)
    return "%d" % n if n.is_integer() and abs(n) < 9e18 else repr(n) if abs(n) < 9e18 else "0"


class _Span:
    """Something that takes time: a context manager, a decorator, or begun and ended by hand."""

    kind = "phase"
    nests = True

    more = ""

    def __init__(self, name):
        self.name = name
        self.id = 0
        self.token = None

    def begin(self):
        w = _writer
        if w.fd < 0 or self.id:
            return self
        around = _around.get()
        place = w.inside
        if around is not None and around.who is w.who:
            place = ',"in":%d' % around.id
        self.who, self.id = w.who, w.id()
        w.put(
            '{"ev":"begin","kind":"%s","id":%d%s,"t":%d%s,"thread":%d,"name":%s%s}\n'
            % (self.kind, self.id, place if self.nests else "", _now(), w.who, _thread(), _name(self.name), self.more)
        )
        return self

    def end(self, status=PASSED, message=None):
        w, t = _writer, _now()
        # A forked child has not begun what its parent began.
        if not self.id or self.who is not w.who:
            return
        if status not in (PASSED, FAILED, SKIPPED, ERROR):
            status = ERROR
        more = ',"msg":%s' % _quote(str(message)[:4000]) if message else ""
        w.put('{"ev":"end","kind":"%s","id":%d,"t":%d%s,"st":"%s"%s}\n' % (self.kind, self.id, t, w.who, status, more))
        self.id = 0

    def __enter__(self):
        self.begin()
        if self.id and self.nests:
            self.token = _around.set(self)
        return self

    def __exit__(self, kind, error, trace):
        if self.token is not None:
            try:
                _around.reset(self.token)
            except ValueError:  # left in another context: of a generator that was closed elsewhere
                pass
            self.token = None
        self.end(PASSED if kind is None else FAILED, None if kind is None else kind.__name__)
        return False

    def fresh(self):
        span = type(self)(self.name)
        span.more = self.more
        return span

    def __call__(self, function):
        """As a decorator: each call is a span of its own."""
        import inspect

        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def wrapper(*args, **named):
                with self.fresh():
                    return await function(*args, **named)

        else:

            @functools.wraps(function)
            def wrapper(*args, **named):
                with self.fresh():
                    return function(*args, **named)

        return wrapper


class phase(_Span):
    """A part of the work that deserves a line in the report."""


class scenario(_Span):
    """A test, with a verdict: failed when its block raises."""

    kind = "test"


class container(_Span):
    """A container or service that this program starts."""

    kind = "container"
    nests = False

    def __init__(self, name, image=None):
        super().__init__(name)
        if image:
            self.more = ',"image":%s' % _name(image)

    def ready(self, success=True):
        """It serves now, or it will never."""
        w = _writer
        if self.id and self.who is w.who:
            w.put(
                '{"ev":"value","name":"ready","num":%d,"in":%d,"t":%d%s}\n' % (bool(success), self.id, _now(), w.who)
            )

    stopped = _Span.end


def count(name, n=1):
    """A number that adds up."""
    if _writer.fd >= 0:
        _writer.count(_name(name), n)


def value(name, n):
    """A number as it is now."""
    w = _writer
    if w.fd >= 0:
        w.put('{"ev":"value","what":"value","t":%d%s,"name":%s,"num":%s}\n' % (_now(), w.who, _name(name), _number(n)))


def flush():
    """What was counted goes out now."""
    if _writer.counts:
        _writer.put("")


def on():
    """Whether somebody listens."""
    return _writer.fd >= 0


_writer = _Writer()

if on():
    import atexit

    atexit.register(flush)
    # A child begins with nothing; a parent's counts are not said twice.
    os.register_at_fork(after_in_child=_writer.renew)
