#!/usr/bin/env python3
# -*- coding: utf-8 -*-
'''A docstring
over lines.
'''; behind = 1
\
joined = 1
x = (1,  # comment (
     # another ]

     2) \
  , 3; y = """
text with : and # and '
""" + '''a\
\'''' ; z = 1
if x: y = \
    2
elif z: # comment
    # comment

        y = 3 ; \
    z = 4
else: y = [
    1]
a = {1: 2, **{}} if x else lambda: {3: lambda a, b=1: 4}
f = f"{x!r:>{len('a')}} {{}} {{{x}}} {'#'} \N{BULLET} \{x}"
f = rf'\{x:\d}' f"""
{x:
>3}
{
x
}
"""
r = r"\"" + rb'\'' + Rb"a\
b" + u'c'
async_ = match = case = type = 1
match[x] = 3
match (x)
match, case = 1, 2
match: int = 3
print(match, case)
lambda: 0
lambda a: lambda b: a
if (lambda: 1)(): pass
if lambda: 1: pass
while lambda: y: break
for i in lambda: 1, 2: pass


def one(): "doc"


def two(): """doc
more"""; x = 1


def three(a=1,
          b=2): "doc"


def four(a,
         b):
    r'''raw doc'''
    return a


def five():
    ("doc"
     "more")
    return


def six():
    "doc" % 3
    return


def seven():
    f"doc"


def eight():
    b"doc"


def nine(
    a: int = 1,
    *b: "text",
    **c: {1: 2}
) -> {3: 4}: return \
    1


class Ten: """doc"""


class Eleven(object,
             metaclass=type):
    "doc" "more"
    "not doc"

    @property
    # comment
    @staticmethod

    def method(self): pass

    @(
        property
    )
    async def other(self,
                    a): # comment
        pass
  # comment that is not indented as the rest
    class Inner:
        @property
        class Innermost(object):
            def f(self):
                def g():
                    class Local:
                        def h(self):
                            return 1

                        i = 2

                        def j(self): return 2
                    return Local
                return g

        def k(self):
            return 3
	# a tab in front of a comment


if x:
	tabs = 1
	if y:
	        tabs_and_spaces = 2
	        more = 3


def joined():
    return 1 \
        # comment


def joined_with_nothing():
    return 1 \

    # comment
def last():
    pass
    # comment


# end
