# needs python 3.12
type Alias = int
type Generic[T: (int, str), *Ts, **P] = dict[
    T,
    int
]
type = 1
type (x)
type.y = 2


def generic[T: int](a: T) -> T:
    return a


class Box[T](
    Base[T]
):
    def get[U](self) -> U: ...

    def put(self): return 1


f = f"{x["a"]} {f"{f"{1 + 1}"}"} {'\n'.join(y)} {
    x  # comment }
    :>{width}} {x!r}"
f = f"{x:{"a"}}" f'{lambda_:{{1: 2}[1]}}'
f = f"""{f'''{
    f"{x}"}''':
    a}"""
g = f"{
    1
}"
try:
    a = 1
except* ValueError as e:
    b = 1
except* (TypeError, OSError): c = 1
else:
    d = 1
finally:
    e = 1
