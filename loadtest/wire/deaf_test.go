package wire

import (
	"net"
	"time"
)

// deaf is a connection that swallows what is written to it.
type deaf struct{ net.Conn }

func (d *deaf) Write(b []byte) (int, error)      { return len(b), nil }
func (d *deaf) SetWriteDeadline(time.Time) error { return nil }
