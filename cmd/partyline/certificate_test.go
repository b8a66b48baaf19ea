package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"
)

// installCertificate replaces the pair that the server reads, or only its chain, as renewals
// do: each file atomically.
func installCertificate(t *testing.T, dir, chain, key string, both bool) (leaf []byte) {
	t.Helper()
	fresh := t.TempDir()
	cert, secret, trust := certificateFiles(t, fresh)
	if err := os.Rename(cert, filepath.Join(dir, chain)); err != nil {
		t.Fatal(err)
	}
	if both {
		if err := os.Rename(secret, filepath.Join(dir, key)); err != nil {
			t.Fatal(err)
		}
	}
	return trust
}

func TestRenewedCertificateIsServedWithoutARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir, log := t.TempDir(), new(bytes.Buffer)
		first := installCertificate(t, dir, "cert.pem", "key.pem", true)
		c, err := newCertificate(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"), zerolog.New(log))
		if err != nil {
			t.Fatal(err)
		}
		serves := func(when string, want []byte) {
			t.Helper()
			pair, err := c.get(nil)
			if err != nil || !bytes.Equal(pair.Certificate[0], want) {
				t.Errorf("%s: another certificate is served, %v", when, err)
			}
		}
		complaints := func() int { return strings.Count(log.String(), "still served") }
		serves("at first", first)

		second := installCertificate(t, dir, "cert.pem", "key.pem", true)
		serves("right after it was renewed", first)
		time.Sleep(certificateCheckInterval)
		serves("when it was looked for", second)

		if err := os.WriteFile(filepath.Join(dir, "cert.pem"), []byte("half a fi"), 0o600); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			time.Sleep(certificateCheckInterval)
			serves("while the file is none", second)
		}
		if complaints() != 1 {
			t.Errorf("the log complains %d times of one bad file:\n%s", complaints(), log)
		}

		installCertificate(t, dir, "cert.pem", "", false)
		time.Sleep(certificateCheckInterval)
		serves("while the key is another's", second)
		third := installCertificate(t, dir, "cert.pem", "key.pem", true)
		time.Sleep(certificateCheckInterval)
		serves("when both fit again", third)

		if err := os.Remove(filepath.Join(dir, "key.pem")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(certificateCheckInterval)
		serves("without a key", third)
		if complaints() != 3 {
			t.Errorf("the log complains %d times:\n%s", complaints(), log)
		}
	})
}

func TestHandshakesAreBoundedOnlyWithACertificate(t *testing.T) {
	plain, tls := &Config{ConnectRate: 20}, &Config{ConnectRate: 20, TLSCert: "cert.pem"}
	if plain.handshakeRate() != 0 || tls.handshakeRate() != 80 {
		t.Errorf("%v without, %v with a certificate", plain.handshakeRate(), tls.handshakeRate())
	}
}
