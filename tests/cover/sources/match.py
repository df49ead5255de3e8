# needs python 3.10
def f(x):
    match x:
        case 1:
            return 1
        case 2 | _:
            return 2
    dead = 1


def g(x):
    match x, 1:
        case [a, b] if a: y = 1
        case (a as b): y = 2
    match (x):
        case _ if True:
            return 1
        case _:
            return 2
    reached = 1


def h(x):
    match x:
        # comment
        case {"a": 1, **rest}: pass
        case Point(x=0, y=[_, *_]) | Other(): a = 1
        case -1 | 1+2j | "a" "b" | None: a = 2
        case a.b:
            a = 3
        case (1 |
              2):
            a = 4
        case [*_]:
            a = 5
    match x:
        case 1:
            return
        case other:
            raise ValueError
    dead = 2


def wild(x):
    match x:
        case 1:
            a = 1
        case _:  # pragma: no cover
            a = 2
    match x:
        case 1:
            a = 1
        case _:
            a = 2  # pragma: no cover
    match x:
        case 1:
            a = 1
        case _:
            raise ValueError(  # pragma: no cover
                "a",
            )
    match x:
        case 1:
            a = 1
        case _:
            if a:  # pragma: no cover
                a = 1
                a = 2
    match x:
        case 1: # pragma: no cover
            a = 1
        case (
            _
        ):
            ...
    match x:
        case 1:  # pragma: no cover
            a = 1
        case y if a:
            b = 1 # pragma: no cover
        case y:
            b = 1
            b = 2 # pragma: no cover


def soft(match, case, _):
    match.case = 1
    match = {match: case}
    match * a, b
    match -1:
        case 1: pass
    match [a, b]:
        case _: pass
    match match:
        case case:
            case = 1
            case
            case(1)
    match lambda: 1:
        case 1 if lambda: 1: pass
    while x:
        match x:
            case 1:
                break
            case 2: continue
            case _: return
        dead = 1
