package wire

import (
	"encoding/binary"
	"fmt"
	"time"
)

// frame is one frame of the server: size counts its header too.
type frame struct {
	fin          bool
	op           byte
	length, size int
	payload      []byte
}

// parse reads a header; ok is false when b does not hold all of it.
func parse(b []byte) (f frame, ok bool, err error) {
	if len(b) < 2 {
		return f, false, nil
	}
	const reserved, masked = 0x70, 0x80
	if b[0]&reserved != 0 || b[1]&masked != 0 {
		return f, false, fmt.Errorf("%w: reserved bits or a masked frame: % x", ErrProtocol, b[:2])
	}
	f.fin, f.op, f.length, f.size = b[0]&0x80 != 0, b[0]&0xf, int(b[1]), 2
	if f.op >= opClose && (!f.fin || f.length > maxControl) {
		return f, false, fmt.Errorf("%w: a control frame in pieces or over %d bytes", ErrProtocol, maxControl)
	}
	switch f.length {
	case 126:
		if len(b) < 4 {
			return f, false, nil
		}
		f.length, f.size = int(binary.BigEndian.Uint16(b[2:])), 4
	case 127:
		if len(b) < 10 {
			return f, false, nil
		}
		long := binary.BigEndian.Uint64(b[2:])
		if long > maxMessage {
			return f, false, fmt.Errorf("%w: a frame of %d bytes", ErrProtocol, long)
		}
		f.length, f.size = int(long), 10
	}
	f.size += f.length
	return f, true, nil
}

// appendMasked appends a final frame from a client, masked with key (section 5.3).
func appendMasked(dst []byte, op byte, payload []byte, key uint32) []byte {
	n := len(payload)
	switch {
	case n < 126:
		dst = append(dst, 0x80|op, 0x80|byte(n))
	case n <= 0xffff:
		dst = binary.BigEndian.AppendUint16(append(dst, 0x80|op, 0x80|126), uint16(n))
	default:
		dst = binary.BigEndian.AppendUint64(append(dst, 0x80|op, 0x80|127), uint64(n))
	}
	dst = binary.LittleEndian.AppendUint32(dst, key)
	start := len(dst)
	dst = append(dst, payload...)
	mask(dst[start:], key)
	return dst
}

// mask works on eight bytes at a time: tens of thousands of votes a second are masked.
func mask(b []byte, key uint32) {
	wide := uint64(key)<<32 | uint64(key)
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^wide)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(wide >> (8 * i))
	}
}

// Send writes one text message.
func (c *Conn) Send(payload []byte) error { return c.send(opText, payload) }

// Queue frames a text message for the next Flush: many requests in one write.
func (c *Conn) Queue(payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frame(opText, payload)
}

// Flush writes what is queued, if anything.
func (c *Conn) Flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.flush()
}

// Write sends bytes as they are: frames that were made before, or that no client should send.
func (c *Conn) Write(raw []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.out = append(c.out, raw...)
	return c.flush()
}

func (c *Conn) send(op byte, payload []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frame(op, payload)
	return c.flush()
}

func (c *Conn) frame(op byte, payload []byte) {
	c.out = appendMasked(c.out, op, payload, c.key)
	// Any key will do between two processes of one machine; a changing one keeps the
	// server's unmasking honest.
	c.key = c.key*1664525 + 1013904223
}

func (c *Conn) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	n := c.socket()
	if err := n.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := n.Write(c.out)
	c.out = c.out[:0]
	return err
}
