package actors_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain sees to it that a closed hub leaves no goroutine behind. It is also the
// beginning of the process that TestKillDuringChatLogImport kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		importForever(dir)
		return
	}
	goleak.VerifyTestMain(m)
}
