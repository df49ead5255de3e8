


x = 1
with a:
    global b

y = 1
