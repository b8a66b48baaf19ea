package ecast_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain sees to it that nothing is left behind when an observation has ended.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
