package layout

import (
	"encoding/binary"
	"fmt"

	"partyline/persistence"
)

// manifest says what a complete snapshot consists of. Parts without a manifest of
// their generation are the rest of a save that was cut off.
type Manifest struct {
	Generation uint64
	Seq        persistence.Seq
	Version    uint32
	Length     uint64
	Sum        uint32
}

// manifestSize is the length of a manifest between version byte and seal.
const manifestSize = 8 + 8 + 4 + 8 + 4

func (m *Manifest) Parts() int { return int((m.Length + PartBytes - 1) / PartBytes) }

func (m *Manifest) Encode(key []byte) []byte {
	b := []byte{ValueVersion}
	b = binary.BigEndian.AppendUint64(b, m.Generation)
	b = binary.BigEndian.AppendUint64(b, uint64(m.Seq))
	b = binary.BigEndian.AppendUint32(b, m.Version)
	b = binary.BigEndian.AppendUint64(b, m.Length)
	b = binary.BigEndian.AppendUint32(b, m.Sum)
	return AppendChecksum(b, 0, key)
}

func ParseManifest(key, value []byte) (Manifest, error) {
	b, err := verifyValue(key, value)
	if err != nil {
		return Manifest{}, err
	}
	if len(b) != manifestSize {
		return Manifest{}, fmt.Errorf("%w: key %q: not a manifest", persistence.ErrCorrupt, key)
	}
	m := Manifest{
		Generation: binary.BigEndian.Uint64(b),
		Seq:        persistence.Seq(binary.BigEndian.Uint64(b[8:])),
		Version:    binary.BigEndian.Uint32(b[16:]),
		Length:     binary.BigEndian.Uint64(b[20:]),
		Sum:        binary.BigEndian.Uint32(b[28:]),
	}
	if m.Length > persistence.MaxSnapshotBytes {
		return Manifest{}, fmt.Errorf("%w: key %q: length %d", persistence.ErrCorrupt, key, m.Length)
	}
	return m, nil
}

// partBytes bounds what one transaction of a snapshot writes: the committer may have to
// wait for it.
const PartBytes = 256 << 10

const MaxGeneration = 1<<64 - 1

// partNumberSize is the length of the part's number at the end of its key.
const PartNumberSize = 4

func GenerationOf(key []byte) uint64 {
	return binary.BigEndian.Uint64(key[len(key)-PartNumberSize-NumberSize:])
}
