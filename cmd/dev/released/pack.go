package released

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// Pack writes the files of a folder into a new archive. Logs are mostly zeros, which compress
// well.
func Pack(archive, folder string) error {
	f, err := os.OpenFile(archive, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	packed, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	out := tar.NewWriter(packed)
	return errors.Join(out.AddFS(os.DirFS(folder)), out.Close(), packed.Close(), f.Close())
}

// compress writes a compressed copy of a file.
func compress(packed, file string) error {
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	f, err := os.OpenFile(packed, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	out, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close(), f.Close())
}

// Decompress writes the file that a compressed one was made of.
func Decompress(packed, file string) error {
	f, err := os.Open(packed)
	if err != nil {
		return err
	}
	defer f.Close()
	in, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.LimitReader(in, maxUnpacked))
	return errors.Join(err, out.Close())
}

// maxUnpacked bounds the unpacked size of an archive.
const maxUnpacked = 256 << 20

// Unpack creates a folder from an archive.
func Unpack(archive, folder string) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	packed, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	in := tar.NewReader(io.LimitReader(packed, maxUnpacked))
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := unpackOne(in, h, folder); err != nil {
			return fmt.Errorf("%s: %w", h.Name, err)
		}
	}
}

func unpackOne(in io.Reader, h *tar.Header, folder string) error {
	if !filepath.IsLocal(h.Name) {
		return fs.ErrInvalid
	}
	name := filepath.Join(folder, h.Name)
	if h.FileInfo().IsDir() {
		return os.MkdirAll(name, 0o700)
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, h.FileInfo().Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(f, in)
	return errors.Join(err, f.Close())
}
