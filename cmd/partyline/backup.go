package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"partyline/persistence/badger"
	"partyline/protocol/client"
)

// backupCommand saves a running hub through its API, or a stopped one from its folder.
type backupCommand struct {
	File     string `arg:"" placeholder:"FILE" help:"File to write; must not exist."`
	From     string `placeholder:"URL" help:"Address of a running hub, such as http://localhost:5000. Without it, the data folder of a stopped one is read."`
	AdminKey string `setting:"" placeholder:"KEY" help:"Its admin key; read from the data folder when not given."`
	Data     string `default:"./partyline-data" setting:"" placeholder:"DIR" help:"Data folder (default ./partyline-data)."`

	Encrypt []string `sep:"none" placeholder:"KEY" help:"Public key of age, such as age1…, whose owner can read the backup; repeatable. Without one the file is not encrypted."`
}

func (c *backupCommand) check() []string {
	var p problems
	_, err := parseRecipients(c.Encrypt)
	p.require(err == nil, "--encrypt: %v", err)
	p.require(c.From == "" || validURL(c.From), "--from: %q is not an http or https URL", c.From)
	return p
}

// Run writes the file completely or not at all.
func (c *backupCommand) Run(ctx context.Context, t *terminal) error {
	size, err := writeAtomically(c.File, func(w io.Writer) error {
		return withEncryption(w, c.Encrypt, func(w io.Writer) error {
			if c.From != "" {
				return c.download(ctx, w)
			}
			return c.readFolder(ctx, w)
		})
	})
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	_, err = fmt.Fprintf(t.out, "%s: %d bytes. %s\n", c.File, size, c.advice())
	return err
}

// advice tells what the file contains and what it does not.
func (c *backupCommand) advice() string {
	const keys = "It does not contain the keys of the hub: store them separately."
	if len(c.Encrypt) > 0 {
		return "It is encrypted. " + keys
	}
	return keys + " It contains the secrets of webhooks and the names of voters: keep it private, or use --encrypt."
}

func (c *backupCommand) download(ctx context.Context, w io.Writer) error {
	key, err := adminKey(c.AdminKey, c.Data)
	if err != nil {
		return err
	}
	hub, err := client.Login(ctx, c.From, key)
	if err != nil {
		return err
	}
	res, err := hub.Send(ctx, http.MethodGet, backupPath, nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(w, res.Body); err != nil {
		return err
	}
	if res.Trailer.Get(backupTrailer) != backupComplete {
		return errors.New("the hub ended the backup before it was complete")
	}
	return nil
}

func (c *backupCommand) readFolder(ctx context.Context, w io.Writer) error {
	o := journalOptions(c.Data)
	if _, err := os.Stat(o.Dir); err != nil {
		return err
	}
	j, err := badger.OpenReadOnly(o)
	if err != nil {
		return explainError(err, &Config{Data: c.Data})
	}
	return errors.Join(j.Backup(ctx, w), j.Close())
}

// writeAtomically fills a temporary file, renames it, and returns its size.
func writeAtomically(name string, fill func(io.Writer) error) (int64, error) {
	if _, err := os.Lstat(name); err == nil {
		return 0, fmt.Errorf("%s exists already", name)
	}
	f, err := os.CreateTemp(filepath.Dir(name), ".backup-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	err = fill(f)
	size, seekErr := f.Seek(0, io.SeekEnd)
	if err = errors.Join(err, seekErr, f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	return size, errors.Join(os.Rename(f.Name(), name), syncFolder(filepath.Dir(name)))
}
