package main

import (
	"crypto"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
)

// slowSigner signs when the test lets it.
type slowSigner struct {
	crypto.Signer
	let chan struct{}
	now atomic.Int32 // how many sign at this moment
}

func (s *slowSigner) Sign(io.Reader, []byte, crypto.SignerOpts) ([]byte, error) {
	s.now.Add(1)
	<-s.let
	s.now.Add(-1)
	return nil, nil
}

// Votes go on while many clients begin TLS handshakes at once.
func TestSignaturesLeaveCPUsForOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := &slowSigner{let: make(chan struct{})}
		paced := newLimitedSigner(slow)
		most := cap(paced.slots)
		var group sync.WaitGroup
		for range 3 * most {
			group.Go(func() {
				if _, err := paced.Sign(nil, nil, nil); err != nil {
					t.Error(err)
				}
			})
		}
		for range 3 * most {
			synctest.Wait()
			if n := int(slow.now.Load()); n > most {
				t.Errorf("%d sign at a time, at most %d should", n, most)
			}
			slow.let <- struct{}{}
		}
		group.Wait()
	})
}
