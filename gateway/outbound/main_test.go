package outbound_test

import (
	"testing"

	"go.uber.org/goleak"
)

// Couriers, connections and servers of all tests must be gone at the end.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
