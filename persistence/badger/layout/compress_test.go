package layout

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/s2"

	"partyline/persistence"
)

func TestCompressRoundTrip(t *testing.T) {
	noise := make([]byte, 4000)
	for i := range noise {
		noise[i] = byte(rand.Uint32())
	}
	for name, c := range map[string]struct {
		records []byte
		how     byte
	}{
		"empty": {nil, storedPlain},
		"short": {[]byte("a vote"), storedPlain},
		"noise": {noise, storedPlain},
		"alike": {bytes.Repeat([]byte(`{"type":"vote.received"}`), 1000), storedS2},
	} {
		how, stored := Compress(nil, c.records)
		if how != c.how {
			t.Errorf("%s: packed in way %d", name, how)
		}
		got, err := decompress(how, stored)
		if err != nil || !bytes.Equal(got, c.records) {
			t.Errorf("%s: %d bytes came back, %v", name, len(got), err)
		}
	}
}

func TestDecompressRefusesOtherBytes(t *testing.T) {
	bomb := s2.Encode(nil, make([]byte, maxDecompressedBytes+1))
	for name, stored := range map[string][]byte{"nothing": nil, "noise": []byte("\x05noise"), "a bomb": bomb} {
		if _, err := decompress(storedS2, stored); !errors.Is(err, persistence.ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := decompress(7, nil); !errors.Is(err, persistence.ErrCorrupt) {
		t.Error("another way:", err)
	}
}
