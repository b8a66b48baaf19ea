package main

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Files of the data folder beside the journal.
const (
	adminKeyFile  = "admin-key"
	jwtSecretFile = "jwt-secret"
)

// The data folder and the keys are readable by their owner only.
const (
	folderMode = 0o700
	secretMode = 0o600
)

// secret is a key and its origin.
type secret struct {
	value string
	// file keeps the secret; empty when it was given.
	file string
	// created: it was created just now, the only time that it is shown.
	created bool
}

// keys are the two secrets of a hub.
type keys struct {
	admin, jwt secret
}

// loadKeys takes the given secrets, else those in the data folder, else creates them and
// stores them there. The caller holds the lock of the folder.
func loadKeys(c *Config) (keys, error) {
	admin, err := loadSecret(c.AdminKey, filepath.Join(c.Data, adminKeyFile), minAdminKey, newAdminKey)
	if err != nil {
		return keys{}, err
	}
	jwt, err := loadSecret(c.JWTSecret, filepath.Join(c.Data, jwtSecretFile), minJWTSecret, newJWTSecret)
	return keys{admin: admin, jwt: jwt}, err
}

// adminKey is the given key, else the one in a data folder on this machine.
func adminKey(given, data string) (string, error) {
	if given != "" {
		return given, nil
	}
	key, err := readSecret(filepath.Join(data, adminKeyFile), minAdminKey)
	if err != nil {
		return "", fmt.Errorf("no --admin-key given and none stored: %w", err)
	}
	return key, nil
}

func loadSecret(given, file string, least int, make func() string) (secret, error) {
	if given != "" {
		return secret{value: given}, nil
	}
	kept, err := readSecret(file, least)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret{value: kept, file: file}, err
	}
	made := make()
	return secret{value: made, file: file, created: true}, writeSecret(file, made)
}

// readSecret reads a stored secret; fs.ErrNotExist when there is none.
func readSecret(file string, least int) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read key: %w", err)
	}
	s := strings.TrimSpace(string(b))
	if len(s) < least {
		return "", &configError{fmt.Errorf("%s contains no key of at least %d bytes: delete it to create a new one", file, least)}
	}
	return s, nil
}

// writeSecret writes the file atomically and durably: after a crash a half-written key must
// not be read as the key, nor one that was shown be lost.
func writeSecret(file, value string) error {
	f, err := os.CreateTemp(filepath.Dir(file), ".new-key-*")
	if err != nil {
		return fmt.Errorf("store key: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.WriteString(value + "\n")
	err = errors.Join(err, f.Chmod(secretMode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(file))
	}
	if err != nil {
		return fmt.Errorf("store key: %w", err)
	}
	return nil
}

// newAdminKey makes 100 random bits that can be read aloud: four groups of five out of 32
// letters and digits that are not easily confused.
func newAdminKey() string {
	var random [13]byte
	rand.Read(random[:])
	letters := base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").EncodeToString(random[:])
	return letters[0:5] + "-" + letters[5:10] + "-" + letters[10:15] + "-" + letters[15:20]
}

// newJWTSecret makes 32 random bytes, in hex.
func newJWTSecret() string {
	var random [32]byte
	rand.Read(random[:])
	return hex.EncodeToString(random[:])
}
