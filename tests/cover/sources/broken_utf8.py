if x:
    y = "ÿþ"
