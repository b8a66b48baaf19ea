package crash

import (
	"context"
	"io"
	"path/filepath"

	"partyline/loadtest/process"
)

// Real makes the program the host of the options, on a data folder within folder and
// a free loopback port; without a binary it builds one beside it. output gets what
// it writes.
func Real(ctx context.Context, o Options, binary, folder string, output io.Writer) (Options, error) {
	var err error
	if binary == "" {
		if binary, err = process.Build(ctx, folder); err != nil {
			return o, err
		}
	}
	if o.Addr, err = process.FreeAddr(); err != nil {
		return o, err
	}
	o.Key = "key-of-the-crash-test"
	o.Host = process.New(process.Options{
		Binary: binary, Data: filepath.Join(folder, "data"), Addr: o.Addr, AdminKey: o.Key,
		Secret: "secret-of-the-crash-test-and-nobody-else", Output: output,
		// Companions listen on the loopback, which webhooks may not reach otherwise.
		Flags: []string{"--webhook-allow-cidr", "127.0.0.0/8"},
	})
	return o, nil
}
