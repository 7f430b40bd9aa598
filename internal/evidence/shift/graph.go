package shift

// Graph says which services each service calls: its dependencies.
type Graph map[string][]string

// reachable returns how many calls lie between a service and each of those
// that it depends on, itself included at 0. Circles are fine.
func (g Graph) reachable(from string) map[string]int {
	hops := map[string]int{from: 0}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		for _, next := range g[queue[0]] {
			if _, seen := hops[next]; !seen {
				hops[next] = hops[queue[0]] + 1
				queue = append(queue, next)
			}
		}
	}
	return hops
}
