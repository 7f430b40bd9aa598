package shop

// discountRule takes a percentage off an order of many items. Its tiers are
// in ascending order.
type discountRule struct {
	Name     string         `json:"name"`
	MinItems int            `json:"min_items"`
	Tiers    []discountTier `json:"tiers"`
}

type discountTier struct {
	From    int   `json:"from"`    // items
	Percent int64 `json:"percent"` //
}

// percent is what the rule takes off an order of n items.
func (r discountRule) percent(n int) int64 {
	if n < r.MinItems {
		return 0
	}
	top := r.Tiers[len(r.Tiers)-1]
	if n >= top.From {
		return top.Percent
	}
	var reached int64
	for _, tier := range r.Tiers {
		if n >= tier.From {
			reached = tier.Percent
		}
	}
	return reached
}

// total is the price of an order after the best discount.
func total(items []Item, rules []discountRule) int64 {
	var sum int64
	count := 0
	for _, item := range items {
		sum += item.Price * int64(item.Quantity)
		count += item.Quantity
	}
	var best int64
	for _, rule := range rules {
		best = max(best, rule.percent(count))
	}
	return sum - sum*best/100
}
