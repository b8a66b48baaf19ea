package receiver

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
)

// Serve runs a receiver on a free port of the loopback, writes its URL as the first
// line to stdout, and ends when stdin does: with the process that started this one,
// however that ends.
func Serve(ctx context.Context, p Plan, stdin io.Reader, stdout io.Writer) error {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: New(p), ErrorLog: log.New(io.Discard, "", 0)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }() // ends with Close
	_, err = fmt.Fprintf(stdout, "http://%s\n", l.Addr())
	if err == nil {
		_, err = io.Copy(io.Discard, stdin)
	}
	_ = server.Close()
	<-served
	return err
}
