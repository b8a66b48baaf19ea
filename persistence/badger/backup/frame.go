package backup

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"

	"partyline/persistence/badger/layout"
)

// ErrBackup: what was given to Restore is not a whole backup.
var ErrBackup = errors.New("not a whole backup")

const (
	// backupMagic begins every backup; the digit is the version of the frames.
	backupMagic = "partyline backup 1\n"
	// frameBytes bounds a frame, and so what a damaged length can make us allocate.
	frameBytes = 64 << 10
	// frameHead is the length and the running checksum, 4 bytes each.
	frameHead = 8
)

// A backup is the magic and frames, each a length, a checksum and that many bytes.
// The checksum runs over everything before it, so that a frame that is missing,
// doubled or out of place shows in the next one. A frame without bytes is the end:
// without it the backup was cut off.

// frameWriter writes frames; finish writes the last.
type frameWriter struct {
	w   io.Writer
	sum uint32
}

func newFrameWriter(w io.Writer) (*frameWriter, error) {
	_, err := io.WriteString(w, backupMagic)
	return &frameWriter{w: w, sum: crc32.Checksum([]byte(backupMagic), layout.Castagnoli)}, err
}

func (f *frameWriter) Write(p []byte) (n int, err error) {
	for n < len(p) {
		part := p[n:min(len(p), n+frameBytes)]
		if err := f.frame(part); err != nil {
			return n, err
		}
		n += len(part)
	}
	return n, nil
}

func (f *frameWriter) finish() error { return f.frame(nil) }

func (f *frameWriter) frame(p []byte) error {
	length := binary.BigEndian.AppendUint32(make([]byte, 0, frameHead), uint32(len(p)))
	f.sum = frameSum(f.sum, length, p)
	if _, err := f.w.Write(binary.BigEndian.AppendUint32(length, f.sum)); err != nil {
		return err
	}
	_, err := f.w.Write(p)
	return err
}

// frameReader gives back the bytes of frames whose checksum fits, and io.EOF only
// after the last frame.
type frameReader struct {
	r    io.Reader
	sum  uint32
	rest []byte
	buf  [frameBytes]byte
	err  error
}

func newFrameReader(r io.Reader) (*frameReader, error) {
	magic := make([]byte, len(backupMagic))
	if _, err := io.ReadFull(r, magic); err != nil || string(magic) != backupMagic {
		return nil, fmt.Errorf("%w: it does not begin like one", ErrBackup)
	}
	return &frameReader{r: r, sum: crc32.Checksum(magic, layout.Castagnoli)}, nil
}

func (f *frameReader) Read(p []byte) (int, error) {
	if len(f.rest) == 0 && f.err == nil {
		f.rest, f.err = f.next()
	}
	if len(f.rest) == 0 {
		return 0, f.err
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	return n, nil
}

func (f *frameReader) next() ([]byte, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(f.r, head[:]); err != nil {
		return nil, truncated(err)
	}
	length := binary.BigEndian.Uint32(head[:])
	if length > frameBytes {
		return nil, fmt.Errorf("%w: frame of %d bytes", ErrBackup, length)
	}
	data := f.buf[:length]
	if _, err := io.ReadFull(f.r, data); err != nil {
		return nil, truncated(err)
	}
	f.sum = frameSum(f.sum, head[:4], data)
	if f.sum != binary.BigEndian.Uint32(head[4:]) {
		return nil, fmt.Errorf("%w: checksum", ErrBackup)
	}
	if length == 0 {
		return nil, io.EOF
	}
	return data, nil
}

func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it is cut off", ErrBackup)
	}
	return err
}

func frameSum(sum uint32, length, data []byte) uint32 {
	return crc32.Update(crc32.Update(sum, layout.Castagnoli, length), layout.Castagnoli, data)
}
