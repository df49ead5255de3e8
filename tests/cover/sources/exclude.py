import typing
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import a
else:
    import b

if typing.TYPE_CHECKING:
    import c


def plain():  # pragma: no cover
    x = 1

    # comment
    return x


@decorated  # pragma: no cover
@decorated_again
def decorated():
    x = 1


@decorated
@decorated_again(1,
                 2)  # pragma: no cover
class Decorated:
    def f(self):
        x = 1

    y = 1


def signature(a,
              b,  # pragma: no cover
              c):
    def nested(): return 1
    return nested


def body():
    "doc # pragma: no cover"
    x = 1  # pragma: no cover
    if x:  # pragma: no cover
        y = 1
    elif y:
        z = 1
    else:  # pragma: no cover
        z = 2
    for i in x:  # pragma: no branch
        y = 2
    while True:  # pragma: no branch
        y = 3
        if y: break
    try:
        x = 1
    except ValueError:  # pragma: no cover
        y = 1
    else:
        z = 1
    finally:  # pragma: no cover
        w = 1
    z = lambda: 1  # pragma: no cover
    z: int = 3  # pragma: no cover
    if x: y = 1  # pragma: no cover
    return (x,
            y,  # pragma: no cover
            z)


def ellipsis(a): ...


def ellipsis_body(a):
    ...


class Protocol:
    def f(self) -> int: ...  # comment

    def g(
        self,
    ) -> int: ...
    async def h(self): ...

    x = ...
    @overload
    def i(self): ...
    def i(self):
        return 1


if 1: # pragma: no cover
    # comment
    x = 1
    '''text
    more'''
    if x:

        y = 1
z = 1
with z:  # PRAGMA NO COVER
    with z:
        a = 1
    b = 1
a = '''
# pragma: no cover
'''
#    pragma    :    no cover
c = 1  # pragma:no cover
while 1:
    if c:
        break
if True:
    d = 1
if 0: d = 2
while (1): pass
