import x

def f():
    x = 1

    return x



class A:

    def g(self):
        pass
