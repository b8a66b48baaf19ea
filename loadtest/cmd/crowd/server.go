package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"partyline/loadtest/api"
	"partyline/loadtest/process"
	"partyline/loadtest/program"
)

const (
	// readyWithin bounds the start on an empty folder.
	readyWithin = 20 * time.Second
	// stopWithin is longer than the server's own limit for draining.
	stopWithin = 15 * time.Second
)

// startServer builds the program, starts it on a temporary folder, and points the
// settings at it. The returned function stops it and removes the folder.
func startServer(ctx context.Context, s *settings, output io.Writer) (end func(), err error) {
	folder, remove, err := program.Folder("crowd")
	if err != nil {
		return nil, err
	}
	server, err := launch(ctx, s, folder, output)
	if err != nil {
		return nil, errors.Join(err, remove())
	}
	return func() {
		if err := server.Stop(stopWithin); err != nil {
			_, _ = fmt.Fprintln(output, "the server's end:", err)
		}
		_ = remove()
	}, nil
}

func launch(ctx context.Context, s *settings, folder string, output io.Writer) (*process.Server, error) {
	binary, err := program.Server(ctx, s.binary, folder, output)
	if err != nil {
		return nil, err
	}
	if s.Addr, err = process.FreeAddr(); err != nil {
		return nil, err
	}
	s.Key = "key-of-the-crowd-alone"
	server := process.New(process.Options{
		Binary: binary, Data: filepath.Join(folder, "data"), Addr: s.Addr, AdminKey: s.Key,
		Secret: "secret-of-the-crowd-that-nobody-else-uses", Output: output,
	})
	if err := server.Start(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if _, err := api.WaitReady(ctx, s.Addr); err != nil {
		_ = server.Kill()
		return nil, err
	}
	s.Pid = server.Pid()
	return server, nil
}
