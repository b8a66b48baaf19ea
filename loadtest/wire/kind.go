package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"syscall"

	"partyline/protocol/client"
)

// Kind names an error of a connection for a report: few names, many errors.
func Kind(err error) string {
	var closed *client.CloseError
	switch {
	case err == nil:
		return "ended"
	case errors.As(err, &closed):
		return "closed " + strconv.Itoa(closed.Code) + " " + closed.Reason
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return "timeout"
	case errors.Is(err, syscall.ECONNREFUSED):
		return "connection refused"
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return "connection reset"
	case errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed):
		return "disconnected"
	}
	return err.Error()
}
