//go:build !unix

package fanout

import "errors"

// canWriteRaw is false: the slow writer writes to every connection.
const canWriteRaw = false

func writeRaw(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }

func readRaw(uintptr, []byte) int { return 0 }
