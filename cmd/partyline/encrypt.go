package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"filippo.io/age"
)

// parseRecipients parses public keys, such as age1…, that a backup is encrypted for. They can
// be kept where backups are made: reading a backup takes one of the private keys.
func parseRecipients(keys []string) (all []age.Recipient, err error) {
	for _, key := range keys {
		found, err := age.ParseRecipients(strings.NewReader(key))
		if err != nil || len(found) != 1 {
			return nil, fmt.Errorf("%q is not a public key of age, such as age1…", key)
		}
		all = append(all, found...)
	}
	return all, nil
}

// withEncryption calls fill with a writer that encrypts for the recipients; without any it is
// w.
func withEncryption(w io.Writer, keys []string, fill func(io.Writer) error) error {
	if len(keys) == 0 {
		return fill(w)
	}
	to, err := parseRecipients(keys)
	if err != nil {
		return err
	}
	out, err := age.Encrypt(w, to...)
	if err != nil {
		return err
	}
	// Without Close the last chunk is missing, and the file cannot be decrypted to its end.
	if err := fill(out); err != nil {
		return err
	}
	return out.Close()
}

// ageMagic begins every file of age.
const ageMagic = "age-encryption.org/"

// decryptBackup reads a backup that may be encrypted, with the private keys in a file. It
// decrypts while it is read; a backup that was tampered with ends with an error.
func decryptBackup(r io.Reader, identity string) (io.Reader, error) {
	in := bufio.NewReader(r)
	head, err := in.Peek(len(ageMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	encrypted := bytes.Equal(head, []byte(ageMagic))
	switch {
	case !encrypted && identity == "":
		return in, nil
	case !encrypted:
		return nil, errors.New("the backup is not encrypted: leave --identity out")
	case identity == "":
		return nil, errors.New("the backup is encrypted: name the file with the private key with --identity")
	}
	keys, err := parseIdentities(identity)
	if err != nil {
		return nil, err
	}
	out, err := age.Decrypt(in, keys...)
	if wrong := (*age.NoIdentityMatchError)(nil); errors.As(err, &wrong) {
		return nil, fmt.Errorf("no key in %s decrypts the backup", identity)
	}
	return out, err
}

func parseIdentities(file string) ([]age.Identity, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	keys, err := age.ParseIdentities(f)
	if err != nil {
		return nil, fmt.Errorf("%s contains no private keys of age: %w", file, err)
	}
	return keys, nil
}
