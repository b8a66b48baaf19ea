package backup

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"partyline/persistence/badger/layout"
)

// What restore reads: files that lay about for years, or that somebody else has made.

func framed(t testing.TB, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := newFrameWriter(&b)
	if err == nil {
		_, err = w.Write(data)
	}
	if err = errors.Join(err, w.finish()); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// unframed wants ErrBackup for an error.
func unframed(t *testing.T, backup []byte) (data []byte, err error) {
	t.Helper()
	r, err := newFrameReader(bytes.NewReader(backup))
	if err == nil {
		data, err = io.ReadAll(r)
	}
	if err != nil && !errors.Is(err, ErrBackup) {
		t.Fatalf("%v, want no whole backup", err)
	}
	return data, err
}

// FuzzFrames: of a backup that has rotted or is cut off nothing is read but what was
// written, and it is not taken for a whole one.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("entries"), uint16(0), uint(20), byte(1))
	f.Add([]byte{}, uint16(0), uint(0), byte(0x80))
	f.Add([]byte{1, 2}, uint16(frameBytes-1), uint(frameBytes+30), byte(2)) // two frames
	f.Fuzz(func(t *testing.T, data []byte, more uint16, at uint, flip byte) {
		data = append(data, make([]byte, more)...) // long inputs are slow to change
		backup := framed(t, data)
		if got, err := unframed(t, backup); err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%d bytes, %v, want %d", len(got), err, len(data))
		}
		at %= uint(len(backup))
		if got, err := unframed(t, backup[:at]); err == nil || !bytes.HasPrefix(data, got) {
			t.Fatalf("cut off at %d: %d bytes, %v", at, len(got), err)
		}
		backup[at] ^= flip | 1
		if got, err := unframed(t, backup); err == nil || !bytes.HasPrefix(data, got) {
			t.Fatalf("byte %d: %d bytes, %v", at, len(got), err)
		}
	})
}

// FuzzFrameReader are frames that somebody else has made.
func FuzzFrameReader(f *testing.F) {
	whole := framed(f, []byte("entries"))[len(backupMagic):]
	f.Add(whole)
	f.Add(whole[:len(whole)-frameHead])
	f.Add([]byte("\xff\xff\xff\xff\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, frames []byte) {
		data, err := unframed(t, append([]byte(backupMagic), frames...))
		if len(data) > len(frames) {
			t.Fatalf("%d bytes of %d", len(data), len(frames))
		}
		if err != nil {
			return
		}
		if again, err := unframed(t, framed(t, data)); err != nil || !bytes.Equal(again, data) {
			t.Fatalf("%q, %v, want %q", again, err, data)
		}
	})
}

// FuzzReadEntry: whatever follows, each entry is written as it was read, and the end is
// one only where an entry would begin.
func FuzzReadEntry(f *testing.F) {
	two := appendEntry(appendEntry(nil, []byte("f"), []byte("value"), 0), []byte("m/key"), nil, 1705320000)
	f.Add(two)
	f.Add(two[:len(two)-1])
	f.Add([]byte("\x00\x01k\xff\xff\xff\xff\xff\x01"))        // says that it is longer than any value
	f.Add(bytes.Repeat([]byte{0xff}, 11))                     // no number of 64 bits
	f.Add(binary.AppendUvarint([]byte{0}, maxEntryKey+1))     // nor such a key
	f.Add(append([]byte{0x80, 0x00, 1}, "k\x81\x00value"...)) // numbers that are longer than need be
	f.Fuzz(func(t *testing.T, data []byte) {
		in := bufio.NewReader(bytes.NewReader(data))
		for {
			e, err := readEntry(in)
			if errors.Is(err, io.EOF) && in.Buffered() == 0 {
				return
			}
			if err != nil {
				if !errors.Is(err, ErrBackup) {
					t.Fatalf("%v, want no whole backup", err)
				}
				return
			}
			if len(e.Key) > maxEntryKey || len(e.Value) > layout.MaxValueBytes || len(e.Key)+len(e.Value) > len(data) {
				t.Fatalf("key of %d, value of %d bytes", len(e.Key), len(e.Value))
			}
			again, err := readEntry(bufio.NewReader(bytes.NewReader(appendEntry(nil, e.Key, e.Value, e.ExpiresAt))))
			if err != nil || !bytes.Equal(again.Key, e.Key) || !bytes.Equal(again.Value, e.Value) || again.ExpiresAt != e.ExpiresAt {
				t.Fatalf("%+v, %v, want %+v", again, err, e)
			}
		}
	})
}
