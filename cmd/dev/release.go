package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"path/filepath"

	"partyline/cmd/dev/released"
)

// releasedFolders is where the folders of releases are kept for the tests.
const releasedFolders = "cmd/partyline/testdata/released"

// release records sessions with the program of a release and keeps its data.
func release(ctx context.Context, r *runner, args []string) error {
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	binary := flags.String("binary", "", "program of the release")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *binary == "" || flags.NArg() != 1 {
		return errors.New("usage: release -binary PROGRAM SCHEMA-NAME, such as 1-ffa9881")
	}
	program, err := filepath.Abs(*binary)
	if err != nil {
		return err
	}
	folder := filepath.Join(r.root, releasedFolders, flags.Arg(0))
	if err := released.Record(ctx, program, folder); err != nil {
		return err
	}
	_, err = fmt.Fprintln(r.out, folder)
	return err
}
