package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"

	"partyline/loadtest/program"
	"partyline/loadtest/siege"
)

func main() { program.Main("siege", run) }

// attack is the first argument of the process that attacks.
const attack = "attack"

func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) error {
	if len(args) == 1 && args[0] == attack {
		return siege.Attack(ctx, stdin, stdout)
	}
	o := siege.Options{Output: stderr, Progress: program.Progress(stderr)}
	f := program.Flags("siege", stderr)
	f.StringVar(&o.Binary, "binary", "", "attack this program instead of a built one")
	f.BoolVar(&o.Long, "long", false, "give each attack the time to meet every timeout")
	addresses := f.Bool("addresses", false, "attack from addresses of others instead, and print what honest votes take alone and during each attack")
	only := f.String("only", "", "names of attacks, with commas between them (default all)")
	file := f.String("json", "", "also write the report to this file as JSON")
	if err := program.Parse(f, args); err != nil {
		return err
	}
	if *only != "" {
		o.Only = strings.Split(*only, ",")
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	o.Attackers = []string{self, attack}
	folder, remove, err := program.Folder("siege")
	if err != nil {
		return err
	}
	defer func() { _ = remove() }()
	if o.Binary, err = program.Server(ctx, o.Binary, folder, stderr); err != nil {
		return err
	}
	if *addresses {
		o.Attackers = append([]string{"nice", "-n", "10"}, o.Attackers...)
		r, err := siege.RunAddresses(ctx, o)
		if r != nil {
			err = errors.Join(r.Write(stdout), program.Keep(*file, r), err)
		}
		return err
	}
	r, err := siege.Run(ctx, o)
	if r != nil {
		err = errors.Join(r.Write(stdout), program.Keep(*file, r), err, r.Err())
	}
	return err
}
