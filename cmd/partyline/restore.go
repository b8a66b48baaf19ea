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

	Identity string `placeholder:"FILE" help:"File with the private key of age, for a backup that is encrypted."`

	KeepWebhooks bool `help:"Leave webhooks enabled. Without it the restored hub disables them before it calls any: the hub that was backed up may go on, and a copy must not call for it."`
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
	_, err = fmt.Fprintf(t.out, "%s is filled. Tokens of before do not hold in it: log in again and make new ones. Keys are not in a backup: copy %s here, or a new one is made.\n%s\n",
		c.Data, adminKeyFile, c.webhooks())
	return err
}

// webhooks tells what happens to webhooks at the first start.
func (c *restoreCommand) webhooks() string {
	if c.KeepWebhooks {
		return "Webhooks go on from where the backup was made: see to it that the hub it was made of calls them no more."
	}
	return "Webhooks are disabled at the first start, so that a copy calls nobody: enable those that this hub is to call."
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
