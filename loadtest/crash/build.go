package crash

import (
	"context"
	"io"
	"path/filepath"

	"partyline/loadtest/process"
)

// Real builds the program into the folder and makes it the host of the options, on
// a data folder beside it and a free loopback port. output gets what it writes.
func Real(ctx context.Context, o Options, folder string, output io.Writer) (Options, error) {
	binary, err := process.Build(ctx, folder)
	if err != nil {
		return o, err
	}
	if o.Addr, err = process.FreeAddr(); err != nil {
		return o, err
	}
	o.Key = "key-of-the-crash-test"
	o.Host = process.New(process.Options{
		Binary: binary, Data: filepath.Join(folder, "data"), Addr: o.Addr, AdminKey: o.Key,
		Secret: "secret-of-the-crash-test-and-nobody-else", Output: output,
	})
	return o, nil
}
