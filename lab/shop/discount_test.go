package shop

import "testing"

func TestTheBestDiscountOfAnOrderCounts(t *testing.T) {
	t.Parallel()
	rules := []discountRule{
		{Name: "many", MinItems: 3, Tiers: []discountTier{{From: 3, Percent: 5}, {From: 6, Percent: 10}}},
		{Name: "a dozen", MinItems: 12, Tiers: []discountTier{{From: 12, Percent: 25}}},
	}
	for _, c := range []struct {
		items []Item
		want  int64
	}{
		{nil, 0},
		{[]Item{{Quantity: 2, Price: 100}}, 200},
		{[]Item{{Quantity: 2, Price: 100}, {Quantity: 1, Price: 1000}}, 1140},
		{[]Item{{Quantity: 5, Price: 100}}, 475},
		{[]Item{{Quantity: 6, Price: 100}}, 540},
		{[]Item{{Quantity: 12, Price: 100}}, 900},
	} {
		if got := total(c.items, rules); got != c.want {
			t.Errorf("total(%v) = %d, want %d", c.items, got, c.want)
		}
	}
}
