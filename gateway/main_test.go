package gateway_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain sees that no goroutine of ours is left. net/http waits half a second before
// it lets go of a connection that it refused; no caller can wait for that.
func TestMain(m *testing.M) {
	if os.Getenv(clientsVariable) != "" {
		serveOrders()
		return
	}
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*conn).serve"))
}
