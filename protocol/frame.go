package protocol

import "encoding/binary"

// MaxFrameHeader is the largest header of an unmasked WebSocket frame, in bytes.
const MaxFrameHeader = 10

// AppendFrame appends payload to dst as one complete, final, unmasked text frame
// (RFC 6455, section 5.2), as a server sends it. The frame is the same for every client, so
// an event is framed once for all of them.
func AppendFrame(dst, payload []byte) []byte {
	dst = AppendFrameHeader(dst, len(payload))
	return append(dst, payload...)
}

// AppendFrameHeader appends the header of a text frame of n payload bytes.
func AppendFrameHeader(dst []byte, n int) []byte {
	const finalText = 0x81
	switch {
	case n < 126:
		return append(dst, finalText, byte(n))
	case n <= 0xffff:
		return binary.BigEndian.AppendUint16(append(dst, finalText, 126), uint16(n))
	default:
		return binary.BigEndian.AppendUint64(append(dst, finalText, 127), uint64(n))
	}
}
