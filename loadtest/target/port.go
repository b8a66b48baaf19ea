package target

import (
	"errors"
	"math/rand/v2"
	"net"
	"strconv"
)

// Ports below those that the kernel gives to outgoing connections (32768 and up):
// a client that calls a port of that range while the server is down can be given
// that very port, connect to itself, and keep the server from coming back.
const (
	lowestPort  = 20_000
	highestPort = 32_000
	portTries   = 100
)

// FreeAddr finds a loopback address that nobody listens on.
func FreeAddr() (string, error) {
	for range portTries {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(lowestPort+rand.IntN(highestPort-lowestPort)))
		if l, err := net.Listen("tcp", addr); err == nil {
			return addr, l.Close()
		}
	}
	return "", errors.New("no free port found")
}
