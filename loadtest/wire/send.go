package wire

import "time"

// Send writes one text message.
func (c *Conn) Send(payload []byte) error { return c.send(opText, payload) }

// Queue frames a text message to go out with the next Flush: many requests in one write.
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

// Write sends bytes as they are: frames that were made beforehand, or that no client
// should send.
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
