package main

import (
	"os"

	"example.com/shop/cart"
)

func main() {
	println(cart.Total([]int{1, 2, 3000}, len(os.Args) > 1))
}
