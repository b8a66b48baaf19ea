package receiver

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
)

// childCommand is the first argument of a program that is to be a receiver; a Plan as JSON
// is the second.
const childCommand = "receive-webhooks"

// Child makes this process a receiver, for as long as its stdin is open, and ends it, if it
// was started by Start; else it returns at once. A program that calls Start must call it
// first.
func Child() {
	if len(os.Args) != 3 || os.Args[1] != childCommand {
		return
	}
	var p Plan
	err := json.Unmarshal([]byte(os.Args[2]), &p)
	if err == nil {
		err = serve(context.Background(), p, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "receiver:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// serve runs a receiver on a free port of the loopback, writes its URL as the first
// line to stdout, and ends when stdin does: with the process that started this one,
// however that ends.
func serve(ctx context.Context, p Plan, stdin io.Reader, stdout io.Writer) error {
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
