package cart

// Total of the items, with a discount.
func Total(items []int, discount bool) int {
	sum := 0
	for _, v := range items {
		if v < 0 {
			continue
		} else if v > 1000 {
			sum += 1000
		} else {
			sum += v
		}
	}
	if discount {
		f := func(x int) int {
			return x * 9 / 10
		}
		return f(sum)
	}
	return sum
}

func Unused() {
	println("never")
}

func Empty() {}
