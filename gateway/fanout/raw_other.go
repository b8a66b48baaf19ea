//go:build !unix

package fanout

import "errors"

// canWriteRaw: every connection is written by its pump.
const canWriteRaw = false

func writeRaw(uintptr, []byte) (int, error) { return 0, errors.ErrUnsupported }
