package layout

import (
	"encoding/binary"
	"fmt"

	"partyline/persistence"
)

// Manifest describes a complete snapshot. Parts without a manifest of their generation
// were left by a save that was cut off.
type Manifest struct {
	Generation uint64
	Seq        persistence.Seq
	Version    uint32
	Length     uint64
	Sum        uint32
}

// manifestSize is the length of a manifest between version byte and checksum.
const manifestSize = 8 + 8 + 4 + 8 + 4

// Parts is how many parts the snapshot has.
func (m *Manifest) Parts() int { return int((m.Length + PartBytes - 1) / PartBytes) }

// Encode is the value of the manifest key.
func (m *Manifest) Encode(key []byte) []byte {
	b := []byte{ValueVersion}
	b = binary.BigEndian.AppendUint64(b, m.Generation)
	b = binary.BigEndian.AppendUint64(b, uint64(m.Seq))
	b = binary.BigEndian.AppendUint32(b, m.Version)
	b = binary.BigEndian.AppendUint64(b, m.Length)
	b = binary.BigEndian.AppendUint32(b, m.Sum)
	return AppendChecksum(b, 0, key)
}

// ParseManifest parses the value of a manifest key.
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

// PartBytes bounds a part of a snapshot or a large record, and with it one transaction:
// the committer may have to wait for it.
const PartBytes = 256 << 10

// MaxGeneration is the highest generation of parts.
const MaxGeneration = 1<<64 - 1

// PartNumberSize is the length of the part's number at the end of its key.
const PartNumberSize = 4

// GenerationOf is the generation in the key of a part.
func GenerationOf(key []byte) uint64 {
	return binary.BigEndian.Uint64(key[len(key)-PartNumberSize-NumberSize:])
}
