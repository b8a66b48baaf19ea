package attack

import (
	"bytes"
	"encoding/binary"
)

// The opcodes of RFC 6455, section 5.2, that attackers use.
const (
	opContinuation = 0x0
	opText         = 0x1
	opPing         = 0x9
)

// frame is a client's frame, which may be a part of a message. Its mask is zero, so
// that the payload stands in it as it is. The payload has less than 64 KiB.
func frame(fin bool, op byte, payload []byte) []byte {
	if fin {
		op |= 0x80
	}
	f := []byte{op, 0x80 | byte(len(payload))}
	if len(payload) > 125 {
		f = binary.BigEndian.AppendUint16([]byte{op, 0x80 | 126}, uint16(len(payload)))
	}
	return append(append(f, 0, 0, 0, 0), payload...)
}

func repeat(f []byte, n int) []byte { return bytes.Repeat(f, n) }
