package actors_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain sees to it that a closed hub leaves no goroutine behind. It is also the
// beginning of the processes that TestKillDuringChatLogImport and TestKillDuringFolding kill.
func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		importForever(dir)
		return
	}
	if dir := os.Getenv(foldDir); dir != "" {
		foldForever(dir)
		return
	}
	goleak.VerifyTestMain(m)
}
