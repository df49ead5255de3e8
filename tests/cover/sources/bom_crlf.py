import x
if x:
    y = """a
b"""

    z = 1  # pragma: no cover
else:
    w = (1,
         2)