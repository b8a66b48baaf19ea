package api

import (
	"bytes"
	"context"
	"errors"
	"io"

	"partyline/protocol"
)

// File is an answer to be kept as a file. By REST it is an attachment that is sent while
// it is written; in a response by WebSocket it is a protocol.File, if it is small enough.
type File struct {
	// Name is letters, digits, minus and dot, because it is copied into a header.
	Name  string
	Media []string // its Content-Type
	// Write writes the whole file, or fails. Its memory must not grow with the file.
	Write func(ctx context.Context, w io.Writer) error
}

// errFileTooLarge ends the writing of a file that does not fit a response frame.
var errFileTooLarge = errors.New("file too large for a message")

// Inline makes a protocol.File of it, for a response by WebSocket.
func (f *File) Inline(ctx context.Context) (protocol.File, error) {
	var all limitedBuffer
	err := f.Write(ctx, &all)
	if errors.Is(err, errFileTooLarge) {
		return protocol.File{}, protocol.Errorf(protocol.CodeTooLarge, "The file is larger than %d bytes; use REST", protocol.MaxFileMessage)
	}
	return protocol.File{Filename: f.Name, ContentType: f.Media[0], Content: all.String()}, err
}

// limitedBuffer keeps what is written as long as it fits a response by WebSocket.
type limitedBuffer struct{ bytes.Buffer }

func (b *limitedBuffer) Write(p []byte) (int, error) {
	if b.Len()+len(p) > protocol.MaxFileMessage {
		return 0, errFileTooLarge
	}
	return b.Buffer.Write(p)
}
