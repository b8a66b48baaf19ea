package main

import (
	"crypto"
	"crypto/tls"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// certificateCheckInterval is how often, at most, the certificate's files are checked for
// changes. A handshake checks, so there are no checks without clients.
const certificateCheckInterval = 10 * time.Second

// certificate is the chain and key that TLS is served with. They are read again when their
// files change, so that a renewed certificate needs no restart; files that cannot be read
// leave the previous certificate in use.
type certificate struct {
	chain, key string // files
	log        zerolog.Logger

	current atomic.Pointer[tls.Certificate]
	// mu is held while the files are checked. Handshakes do not wait for it: a disk that hangs
	// holds one of them.
	mu        sync.Mutex
	checkedAt time.Time
	readFiles [2]os.FileInfo // of the files when they were read last, successfully or not
}

// newCertificate reads the files. The error is a *configError.
func newCertificate(chain, key string, log zerolog.Logger) (*certificate, error) {
	c := &certificate{chain: chain, key: key, log: log, checkedAt: time.Now()}
	files, err := c.stat()
	if err == nil {
		err = c.load(files)
	}
	if err != nil {
		return nil, &configError{fmt.Errorf("certificate: %w", err)}
	}
	return c, nil
}

// get implements tls.Config.GetCertificate.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	if c.mu.TryLock() {
		if now := time.Now(); now.Sub(c.checkedAt) >= certificateCheckInterval {
			c.checkedAt = now
			c.reloadIfChanged()
		}
		c.mu.Unlock()
	}
	return c.current.Load(), nil
}

// reloadIfChanged reads the files if they have changed. They are replaced one after the other:
// a chain and a key that do not match yet are tried again when either changes.
func (c *certificate) reloadIfChanged() {
	files, err := c.stat()
	if err == nil && unchanged(files[0], c.readFiles[0]) && unchanged(files[1], c.readFiles[1]) {
		return
	}
	if err == nil {
		err = c.load(files)
	}
	if err != nil {
		c.log.Error().Err(err).Msg("the changed certificate files cannot be used: the previous certificate is still served")
	}
}

func (c *certificate) load(files [2]os.FileInfo) error {
	c.readFiles = files
	pair, err := tls.LoadX509KeyPair(c.chain, c.key)
	if err != nil {
		return err
	}
	if key, ok := pair.PrivateKey.(crypto.Signer); ok {
		pair.PrivateKey = newLimitedSigner(key)
	}
	c.current.Store(&pair)
	c.log.Info().Time("valid_until", pair.Leaf.NotAfter).Msg("certificate read")
	return nil
}

func (c *certificate) stat() (files [2]os.FileInfo, err error) {
	for i, name := range []string{c.chain, c.key} {
		if files[i], err = os.Stat(name); err != nil {
			return files, err
		}
	}
	return files, nil
}

// unchanged is true when a file was neither replaced nor written to.
func unchanged(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

// limitedSigner signs TLS handshakes on half of the CPUs at a time. An RSA signature takes a
// millisecond of CPU: sixty at once would delay every vote, which takes a fiftieth of that.
type limitedSigner struct {
	crypto.Signer
	slots chan struct{}
}

func newLimitedSigner(key crypto.Signer) *limitedSigner {
	return &limitedSigner{Signer: key, slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// Sign implements crypto.Signer. It waits for a slot, which is free within milliseconds:
// nothing but signing holds one.
func (s *limitedSigner) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	s.slots <- struct{}{}
	defer func() { <-s.slots }()
	return s.Signer.Sign(rand, digest, opts)
}
