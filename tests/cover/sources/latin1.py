# -*- coding: latin-1 -*-
def fé():
    return "é"


class À:
    def è(self): pass
