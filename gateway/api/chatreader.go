package api

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"partyline/gateway/decode"
	"partyline/protocol"
)

// readChat reads {"chatData":[…]} token by token: at no time is more of the log in
// memory than the line that is being read, and the votes of those before it. Like
// decode it ignores other fields, and of a field given twice the last one wins.
func readChat(body io.Reader, limit int64, tickers map[string]protocol.GameID) (*protocol.ChatScanner, *protocol.Error) {
	r := chatReader{Decoder: json.NewDecoder(body), limit: limit, tickers: tickers}
	if err := r.object(); err != nil {
		return nil, err
	}
	if r.scanner == nil {
		return nil, errNoChat()
	}
	return r.scanner, nil
}

func errNoChat() *protocol.Error { return protocol.Invalid("chatData must be an array") }

type chatReader struct {
	*json.Decoder
	limit   int64
	tickers map[string]protocol.GameID
	scanner *protocol.ChatScanner // nil until there was a list
	raw     json.RawMessage
}

// object reads all there is. Nothing and null count as {}.
func (r *chatReader) object() *protocol.Error {
	switch t, err := r.Token(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return r.failed(err)
	case t == nil:
		return r.end()
	case t != json.Delim('{'):
		return decode.Malformed("Expected a JSON object")
	}
	for r.More() {
		if err := r.field(); err != nil {
			return err
		}
	}
	if _, err := r.Token(); err != nil {
		return r.failed(err)
	}
	return r.end()
}

// end wants nothing more but space.
func (r *chatReader) end() *protocol.Error {
	_, err := r.Token()
	if errors.Is(err, io.EOF) {
		return nil
	}
	if err == nil {
		return decode.Malformed("Malformed JSON after byte %d", r.InputOffset())
	}
	return r.failed(err)
}

func (r *chatReader) field() *protocol.Error {
	name, err := r.Token()
	if err != nil {
		return r.failed(err)
	}
	if text, _ := name.(string); strings.EqualFold(text, "chatData") {
		return r.lines()
	}
	if err := r.Decode(&r.raw); err != nil {
		return r.failed(err)
	}
	switch {
	case !utf8.Valid(r.raw):
		return decode.Malformed("JSON must be valid UTF-8")
	case decode.Depth(r.raw) >= protocol.MaxJSONDepth:
		return decode.Malformed("JSON must not be nested deeper than %d levels", protocol.MaxJSONDepth)
	}
	return nil
}

func (r *chatReader) lines() *protocol.Error {
	r.scanner = &protocol.ChatScanner{Tickers: r.tickers}
	t, err := r.Token()
	if err != nil {
		return r.failed(err)
	}
	if t != json.Delim('[') {
		return errNoChat()
	}
	for n := 0; r.More(); n++ {
		if err := r.Decode(&r.raw); err != nil {
			return protocol.ChatLineError(n, r.failed(err))
		}
		var m protocol.ChatMessage
		if err := decode.Object(r.raw, &m); err != nil {
			return protocol.ChatLineError(n, err)
		}
		if err := r.scanner.Add(&m); err != nil {
			return err
		}
	}
	if _, err := r.Token(); err != nil {
		return r.failed(err)
	}
	return nil
}

// failed says why the log cannot be read on.
func (r *chatReader) failed(err error) *protocol.Error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return decode.Malformed("Malformed JSON after byte %d", r.InputOffset())
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return bodyError(err, r.limit)
}
