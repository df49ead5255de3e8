"""What can be reached, and what cannot."""


def after_jumps(x):
    for i in x:
        if i:
            continue
            dead = 1
        else:
            break
            dead = 2
        dead = 3
    while True:
        if x:
            return 1
            dead = 4
        raise ValueError
        dead = 5
    dead = 6


def constants(x):
    if 0:
        dead = 1
    if 1:
        a = 1
    else:
        dead = 2
    if not __debug__:
        dead = 3
    if x and False:
        dead = 4
    elif x or 'text':
        b = 1
    else:
        dead = 5
    if None or () or '' or b"" or 0.0 or 0j or 0x0:
        dead = 6
    if (1, 2):
        c = 1
    else:
        dead = 7
    if 1 - 1:
        dead = 8
    if ~0:
        d = 1
    if -0:
        dead = 9
    if 2 ** 3 % 8:
        dead = 10
    if 1 if x else 2:
        e = 1
    else:
        dead = 11
    if (x := 0):
        f = 1
    if 1 < 2:
        g = 1
    else:
        h = 1
    if lambda: 0:
        i = 1
    if [] and x:
        j = 1
    if not (x and 0):
        k = 1
    else:
        dead = 12
    if ...:
        m = 1
    else:
        dead = 13
    if f'text':
        n = 1
    else:
        dead = 14
    if f'{x}':
        o = 1
    else:
        p = 1
    if 'a' 'b' == x or 0:
        q = 1
    if not not 'a':
        r = 1
    else:
        dead = 15
    if 7 // 8:
        dead = 16
    if 1 / 2:
        s = 1
    else:
        dead = 17
    if 0 or x.y[0](1, *x)[2:3]:
        t = 1
    while 0:
        dead = 18
    else:
        u = 1
    while 1:
        if x:
            break
    else:
        dead = 19
    while x or 1:
        v = 1
    dead = 20


def asserts(x):
    assert x
    assert (0, "always")
    assert x, "message"
    assert x or 1, "message"
    assert False, "never passes"
    dead = 1


def tries(x):
    try:
        return 1
    except ValueError:
        a = 1
    except (TypeError, KeyError) as e:
        raise
    else:
        dead = 1
    finally:
        b = 1
    c = 1
    try:
        raise x
    finally:
        d = 1
    dead = 2


def swallowed(x):
    while True:
        try:
            break
        finally:
            return 1
    dead = 1


def not_swallowed(x):
    while True:
        try:
            try:
                break
            finally:
                x()
        except ValueError:
            continue
        finally:
            if x:
                continue
    a = 1


def contexts(x):
    with x:
        return 1
    a = 1
    with x as y, \
            x as z:
        for i in y:
            with (
                a as b,
                c as d,
            ):
                e = 1
    with x: a = 2
    with x: return 2
    b = 1


def chained(x):
    with x:
        with x:
            with x:
                a = 1
    with x:
        if a:
            with x:
                b = 1
        else:
            with x:
                return
    while x:
        with x:
            with x:
                continue
    try:
        with x:
            raise ValueError
    finally:
        with x:
            c = 1


def loops(x):
    for i in ():
        a = 1
    else:
        return
    b = 1


def loops_with_else(x):
    for i in x:
        if i:
            break
    else:
        return
    b = 1
    while x:
        if b:
            break
        elif i: continue
        else: pass
        c = 1
    else:
        raise ValueError
    d = 1


def nothing(x):
    global g
    global h; i = 1
    y: int
    (z): int
    x.y: int
    x[0]: int = 3
    w: int = 3
    v: "a" = lambda a=3: a
    del ()
    del x
    ()
    5
    "text"
    ...
    return; unreached = 1


async def asynchronous(x):
    async for i in x:
        await i
    else:
        a = 1
    async with x as y:
        yield y
    return


def __annotate__(x):
    if x:
        return 1
    return 2


class Body:
    x: int
    y: int = 3
    if x:
        def m(self): return 1
    else:
        def m(self):
            nonlocal_ = 1
    for i in range(3): pass
    try: pass
    except: pass
    else: pass
    finally: pass


if __name__ == '__main__':
    nothing(1); constants(2)
else:
    pass
