package main

import (
	"crypto"
	"crypto/tls"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
)

// certificateCheck is how often, at most, it is looked whether the certificate's files have
// changed. A handshake looks, so nobody does while nobody comes.
const certificateCheck = 10 * time.Second

// certificate is the chain and key that TLS is served with. It is read again when its
// files change, so that a renewed one needs no restart; a pair that cannot be read
// leaves the one before it in service.
type certificate struct {
	chain, key string // files
	log        zerolog.Logger

	serving atomic.Pointer[tls.Certificate]
	// mu is held by whoever looks at the files. Handshakes do not wait for it: a disk that
	// hangs holds one of them.
	mu     sync.Mutex
	looked time.Time
	read   [2]os.FileInfo // of the files when they were read last, well or not
}

// newCertificate reads the files. The error is a *configError.
func newCertificate(chain, key string, log zerolog.Logger) (*certificate, error) {
	c := &certificate{chain: chain, key: key, log: log, looked: time.Now()}
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
		if now := time.Now(); now.Sub(c.looked) >= certificateCheck {
			c.looked = now
			c.renew()
		}
		c.mu.Unlock()
	}
	return c.serving.Load(), nil
}

// renew reads the files if they are others than the last time. Whoever replaces them does
// so one after the other: a chain and a key that do not fit yet are tried again when
// either changes.
func (c *certificate) renew() {
	files, err := c.stat()
	if err == nil && same(files[0], c.read[0]) && same(files[1], c.read[1]) {
		return
	}
	if err == nil {
		err = c.load(files)
	}
	if err != nil {
		c.log.Error().Err(err).Msg("the certificate's files have changed and cannot be used: the one before is still served")
	}
}

func (c *certificate) load(files [2]os.FileInfo) error {
	c.read = files
	pair, err := tls.LoadX509KeyPair(c.chain, c.key)
	if err != nil {
		return err
	}
	if key, ok := pair.PrivateKey.(crypto.Signer); ok {
		pair.PrivateKey = newPacedSigner(key)
	}
	c.serving.Store(&pair)
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

// same says whether a file has not been replaced or written to.
func same(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
