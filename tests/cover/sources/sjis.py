# coding=shift_jis
x = "ソ"  # ボ
y = "表表"
if x:
    z = 1
