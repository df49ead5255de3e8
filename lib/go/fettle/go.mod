module fettle

go 1.20
