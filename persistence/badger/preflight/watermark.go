package preflight

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"partyline/persistence"
	"partyline/persistence/badger/layout"
)

// watermarkFile stands beside Badger's files.
const watermarkFile = "head"

// slotSize is the length of a slot: a position and its checksum.
const slotSize = layout.NumberSize + layout.ChecksumSize

const slotCount = 2

// Watermark records in a file of its own how far the journal was written: after each
// commit, and after that commit's sync. So it is never ahead of what is on disk, and need
// not be synced itself: after a kill the operating system has it, after a power cut it may
// be old and then says less. What is missing below it at the next start was there, and has
// been damaged.
//
// Two slots are written in turn: whatever happens to one, the other holds the commit
// before.
type Watermark struct {
	file *os.File
	slot int64
	buf  [slotSize]byte
	// Position is what was read when the file was opened.
	Position persistence.Position
}

// OpenWatermark opens the watermark of a folder, making it when it is missing.
func OpenWatermark(dir string) (*Watermark, error) {
	f, err := os.OpenFile(filepath.Join(dir, watermarkFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	w := &Watermark{file: f}
	if err := w.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("watermark %s: %w", watermarkFile, err), f.Close())
	}
	return w, nil
}

// ReadWatermark reads the watermark of a folder that is not written to. A missing file is
// a watermark of 0.
func ReadWatermark(dir string) (*Watermark, error) {
	b, err := os.ReadFile(filepath.Join(dir, watermarkFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	w := &Watermark{}
	if err := w.parse(b[:min(len(b), slotCount*slotSize)]); err != nil {
		return nil, fmt.Errorf("watermark %s: %w", watermarkFile, err)
	}
	return w, nil
}

// read takes the higher of the slots whose checksum fits. A file of zeros is one that a
// power cut has left: its position is 0. What follows the slots is not ours, and is
// neither read nor written.
func (w *Watermark) read() error {
	b, err := io.ReadAll(io.LimitReader(w.file, slotCount*slotSize))
	if err != nil {
		return err
	}
	return w.parse(b)
}

func (w *Watermark) parse(b []byte) error {
	good, empty := 0, true
	for _, c := range b {
		empty = empty && c == 0
	}
	for slot := int64(0); int(slot+1)*slotSize <= len(b); slot++ {
		at, ok := readSlot(b[slot*slotSize:][:slotSize])
		if !ok {
			continue
		}
		if good++; at >= w.Position {
			w.Position, w.slot = at, 1-slot
		}
	}
	if good == 0 && !empty {
		return fmt.Errorf("%w: checksum", persistence.ErrCorrupt)
	}
	return nil
}

func readSlot(b []byte) (at persistence.Position, ok bool) {
	sum := binary.BigEndian.Uint32(b[layout.NumberSize:])
	return persistence.Position(binary.BigEndian.Uint64(b)), sum != 0 && sum == crc32.Checksum(b[:layout.NumberSize], layout.Castagnoli)
}

// Advance moves the watermark. The position must be on disk.
func (w *Watermark) Advance(at persistence.Position) error {
	w.encode(at)
	_, err := w.file.WriteAt(w.buf[:], w.slot*slotSize)
	w.slot = 1 - w.slot
	return err
}

func (w *Watermark) encode(at persistence.Position) {
	binary.BigEndian.PutUint64(w.buf[:], uint64(at))
	binary.BigEndian.PutUint32(w.buf[layout.NumberSize:], crc32.Checksum(w.buf[:layout.NumberSize], layout.Castagnoli))
}

// Close syncs and closes the file.
func (w *Watermark) Close() error { return errors.Join(w.file.Sync(), w.file.Close()) }
