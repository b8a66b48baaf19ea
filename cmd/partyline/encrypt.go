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

// recipients are public keys, such as age1…, that a backup is encrypted for. They can be
// kept where backups are made: only who has one of the private keys can read them.
func recipients(keys []string) (all []age.Recipient, err error) {
	for _, key := range keys {
		found, err := age.ParseRecipients(strings.NewReader(key))
		if err != nil || len(found) != 1 {
			return nil, fmt.Errorf("%q is not a public key of age, such as age1…", key)
		}
		all = append(all, found...)
	}
	return all, nil
}

// encrypted hands fill a writer that encrypts for the recipients; without any it is w.
func encrypted(w io.Writer, keys []string, fill func(io.Writer) error) error {
	if len(keys) == 0 {
		return fill(w)
	}
	to, err := recipients(keys)
	if err != nil {
		return err
	}
	out, err := age.Encrypt(w, to...)
	if err != nil {
		return err
	}
	// Without its end the file cannot be decrypted to its end: it is no backup then.
	if err := fill(out); err != nil {
		return err
	}
	return out.Close()
}

// ageMagic begins every file of age.
const ageMagic = "age-encryption.org/"

// decrypted reads a backup that may be encrypted, with the private keys in a file. It
// decrypts as it is read; what has been tampered with ends it with an error.
func decrypted(r io.Reader, identity string) (io.Reader, error) {
	in := bufio.NewReader(r)
	head, err := in.Peek(len(ageMagic))
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	is := bytes.Equal(head, []byte(ageMagic))
	switch {
	case !is && identity == "":
		return in, nil
	case !is:
		return nil, errors.New("the backup is not encrypted: leave --identity out")
	case identity == "":
		return nil, errors.New("the backup is encrypted: name the file with the private key with --identity")
	}
	keys, err := identities(identity)
	if err != nil {
		return nil, err
	}
	out, err := age.Decrypt(in, keys...)
	if wrong := (*age.NoIdentityMatchError)(nil); errors.As(err, &wrong) {
		return nil, fmt.Errorf("no key in %s opens the backup", identity)
	}
	return out, err
}

func identities(file string) ([]age.Identity, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	keys, err := age.ParseIdentities(f)
	if err != nil {
		return nil, fmt.Errorf("%s holds no private keys of age: %w", file, err)
	}
	return keys, nil
}
