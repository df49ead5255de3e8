package cart

import "testing"

func TestTotal(t *testing.T) {
	if Total([]int{1, -2, 3}, false) != 4 {
		t.Fatal("bad")
	}
}
