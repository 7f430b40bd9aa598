package lab

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
)

// Ports are sought below those that the kernel gives to outgoing connections,
// so that none is taken while a process is down.
const (
	lowestPort  = 20_000
	highestPort = 32_000
)

// freePorts finds n loopback ports that nobody listens on.
func freePorts(ctx context.Context, n int) ([]int, error) {
	var config net.ListenConfig
	var ports []int
	for range 100 * n {
		port := lowestPort + rand.N(highestPort-lowestPort)
		listener, err := config.Listen(ctx, "tcp", address(port))
		if err != nil {
			continue
		}
		defer listener.Close() // all are held until all are found
		if ports = append(ports, port); len(ports) == n {
			return ports, nil
		}
	}
	return nil, fmt.Errorf("find %d free ports: the loopback is crowded", n)
}

func address(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
