package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func TestKeysAreCreatedOnceAndStored(t *testing.T) {
	c := &Config{Data: t.TempDir()}
	made, err := loadKeys(c)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^([a-km-np-z2-9]{5}-){3}[a-km-np-z2-9]{5}$`).MatchString(made.admin.value) || len(made.jwt.value) != 64 {
		t.Errorf("keys are %q and %q", made.admin.value, made.jwt.value)
	}
	kept, err := loadKeys(c)
	if err != nil {
		t.Fatal(err)
	}
	if !made.admin.created || kept.admin.created || kept.admin.value != made.admin.value || kept.jwt.value != made.jwt.value {
		t.Errorf("made %+v, then kept %+v", made, kept)
	}
	entries, err := os.ReadDir(c.Data)
	if err != nil || len(entries) != 2 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != secretMode {
			t.Errorf("%s: mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
}

func TestGivenKeysAreUsedAndNotStored(t *testing.T) {
	c := &Config{Data: t.TempDir(), AdminKey: "correct-horse-battery", JWTSecret: strings.Repeat("s", 32)}
	k, err := loadKeys(c)
	if err != nil {
		t.Fatal(err)
	}
	if k.admin.value != c.AdminKey || k.jwt.value != c.JWTSecret || k.admin.file != "" || k.admin.created {
		t.Errorf("keys are %+v", k)
	}
	if entries, err := os.ReadDir(c.Data); err != nil || len(entries) != 0 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
}

// A crash of the machine can leave an empty file where a key was being written by hand: an
// empty key must not make anybody admin.
func TestEmptyKeyFilesAreRefused(t *testing.T) {
	c := &Config{Data: t.TempDir()}
	for _, text := range []string{"", "\n", "short\n"} {
		if err := os.WriteFile(filepath.Join(c.Data, adminKeyFile), []byte(text), secretMode); err != nil {
			t.Fatal(err)
		}
		if k, err := loadKeys(c); err == nil {
			t.Errorf("%q is taken as %q", text, k.admin.value)
		}
	}
}

// A key that was shown must survive a power cut: its name is synced, too, and a failed sync is
// reported.
func TestFoldersOfKeysAreSynced(t *testing.T) {
	dir := t.TempDir()
	if err := syncFolder(dir); err != nil {
		t.Error(err)
	}
	if err := syncFolder(filepath.Join(dir, "missing")); err == nil {
		t.Error("a folder that is not there was synced")
	}
}

func TestAdminKeysDiffer(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		seen[newAdminKey()] = true
	}
	if len(seen) != 1000 {
		t.Errorf("only %d of 1000 keys differ", len(seen))
	}
}
