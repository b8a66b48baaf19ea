package wire

import "errors"

// errLater is what a read from a polled connection says when nothing is there.
var errLater = errors.New("nothing to read yet")

// serve hands every message to f until the connection ends or, where reads do not
// wait, says errLater.
func (c *Conn) serve(f func(message []byte)) error {
	for {
		message, err := c.Next()
		if err != nil {
			return err
		}
		f(message)
	}
}
