package main

import (
	"crypto"
	"io"
	"runtime"
)

// pacedSigner signs the handshakes of TLS, on half of the cores at a time. A signature of
// RSA takes a millisecond of a core: sixty that come at once would stand before every
// vote, which takes a fiftieth of that.
type pacedSigner struct {
	crypto.Signer
	slots chan struct{}
}

func newPacedSigner(key crypto.Signer) *pacedSigner {
	return &pacedSigner{Signer: key, slots: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2))}
}

// Sign implements crypto.Signer. It waits for its turn, which comes within milliseconds:
// whoever signs does nothing else.
func (s *pacedSigner) Sign(rand io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	s.slots <- struct{}{}
	defer func() { <-s.slots }()
	return s.Signer.Sign(rand, digest, opts)
}
