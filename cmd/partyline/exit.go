package main

import "errors"

// Exit statuses tell a supervisor what to start again. 2 is none of them: the Go runtime
// ends with it when the program crashes, which is exactly what has to be started again.
// The numbers that must not be are those of sysexits.h.
const (
	// exitFailed is work that failed; another try may succeed.
	exitFailed = 1
	// exitUsage is a command line or settings that cannot be understood (EX_USAGE).
	exitUsage = 64
	// exitConfig is a setting that was understood and names what is of no use (EX_CONFIG).
	exitConfig = 78
)

// configError is something that a setting names and that cannot be used until somebody
// changes it: a file that is no certificate, a folder that this user may not write.
type configError struct {
	cause error
}

func (e *configError) Error() string { return e.cause.Error() }
func (e *configError) Unwrap() error { return e.cause }

// exitStatus is what the process ends with after err.
func exitStatus(err error) int {
	if err == nil {
		return 0
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*configError](err); ok {
		return exitConfig
	}
	return exitFailed
}
