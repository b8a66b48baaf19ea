package main

import (
	"context"
	"fmt"
	"os"

	"partyline/persistence/badger"
)

// restoreCommand makes a data folder from a backup.
type restoreCommand struct {
	File string `arg:"" placeholder:"FILE" help:"Backup to read."`
	Data string `default:"./partyline-data" setting:"" placeholder:"DIR" help:"Data folder to fill; must be empty or missing (default ./partyline-data)."`

	Identity string `placeholder:"FILE" help:"File with the private key of age, for an encrypted backup."`

	KeepWebhooks bool `help:"Leave webhooks enabled. By default the restored hub disables them before it calls any: the hub that was backed up may still run, and its copy must not call them, too."`
}

// Run fills the folder completely or not at all.
func (c *restoreCommand) Run(ctx context.Context, t *terminal) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	defer f.Close()
	in, err := decryptBackup(f, c.Identity)
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if err := c.prepare(); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	o := journalOptions(c.Data)
	o.Quiet = !c.KeepWebhooks
	if err := badger.Restore(ctx, o, in); err != nil {
		if newer := newerError(c.File, err); newer != nil {
			return newer
		}
		return fmt.Errorf("restore: %w", err)
	}
	_, err = fmt.Fprintf(t.out, "%s is restored. Earlier tokens are not valid in it: log in again and create new ones. A backup contains no keys: copy %s here, or a new one is created.\n%s\n",
		c.Data, adminKeyFile, c.webhooks())
	return err
}

// webhooks tells what happens to webhooks at the first start.
func (c *restoreCommand) webhooks() string {
	if c.KeepWebhooks {
		return "Webhooks continue from the time of the backup: make sure that the original hub no longer calls them."
	}
	return "Webhooks are disabled at the first start, so that a copy calls none: enable those that this hub should call."
}

// prepare makes the folder. Existing files are not overwritten; only keys may be there, put
// there for the restored hub.
func (c *restoreCommand) prepare() error {
	if err := os.MkdirAll(c.Data, folderMode); err != nil {
		return err
	}
	entries, err := os.ReadDir(c.Data)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != adminKeyFile && e.Name() != jwtSecretFile {
			return fmt.Errorf("%s is not empty: choose another folder with --data", c.Data)
		}
	}
	return nil
}
