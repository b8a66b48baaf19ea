package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"partyline/actors/codec"
	"partyline/persistence/badger"
)

// Every command that opens the folder refuses it with a sentence and a status that tells a
// supervisor not to retry, and never as damaged.
func TestFolderOfANewerVersionIsRefused(t *testing.T) {
	dir := t.TempDir()
	data, file := filepath.Join(dir, "night"), filepath.Join(dir, "night.backup")
	o := journalOptions(data)
	o.Schema, o.Writer = codec.Schema+1, "Partyline v99.0.0"
	j, err := badger.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := j.Backup(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"--addr", "127.0.0.1:0", "--data", data},
		{"verify", data},
		{"backup", "--data", data, filepath.Join(dir, "other.backup")},
		{"restore", "--data", filepath.Join(dir, "copy"), file},
	} {
		err := partyline(t.Context(), args...)
		if err == nil || exitStatus(err) != exitConfig {
			t.Errorf("%v: %v, status %d", args, err, exitStatus(err))
			continue
		}
		for _, words := range []string{"written by Partyline v99.0.0", "use a newer Partyline, or restore a backup"} {
			if !strings.Contains(err.Error(), words) {
				t.Errorf("%v: %q lacks %q", args, err, words)
			}
		}
		if strings.Contains(err.Error(), "damaged") || strings.Contains(err.Error(), "corrupt") {
			t.Errorf("%v: %q calls it damaged", args, err)
		}
	}
}
