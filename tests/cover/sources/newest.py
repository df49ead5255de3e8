# needs python 3.14
try:
    a = 1
except ValueError, TypeError:
    b = 1
t = t"{x["a"]} {f"{t'{y}'}"} {
    x:>{width}}"
c = 1
