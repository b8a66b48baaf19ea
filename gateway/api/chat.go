package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"net/http"

	"partyline/gateway/decode"
	"partyline/protocol"
)

// importChat is sessions.chat_import. It reads the chat log as a stream and keeps only
// the votes in it, so that the session only has to match and count them.
func (h *Handlers) importChat() handler {
	s := decode.ParamsOf[byID[protocol.SessionID]]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var q byID[protocol.SessionID]
		if err := in.decode(&q, s); err != nil {
			return Response{}, err
		}
		tickers, failed := h.hub.Tickers(ctx)
		if failed != nil {
			return Response{}, failed
		}
		body := in.stream
		if body == nil {
			body = bytes.NewReader(in.Raw)
		}
		scanner, err := readChat(body, in.Endpoint.BodyLimit(), tickers)
		if err != nil {
			// A client that is still sending would see a closed connection, and not the answer.
			_, _ = io.Copy(io.Discard, body)
			return Response{}, err
		}
		c := scanner.Import(q.ID)
		key, err := in.callKey(chatFingerprintOf(c))
		if err != nil {
			return Response{}, err
		}
		ctx, cancel := context.WithTimeout(ctx, RequestTimeout)
		defer cancel()
		return send(ctx, h.hub, c, key, http.StatusOK)
	}
}

// chatFingerprint is what the fingerprint of an idempotency key covers of a chat log.
type chatFingerprint struct {
	ID       protocol.SessionID
	Messages int
	Votes    [sha256.Size]byte
}

// byTicker marks a vote by ticker in a fingerprint; the bits below are those of Thumbs.
const byTicker = 4

func chatFingerprintOf(c *protocol.ImportChat) chatFingerprint {
	sum := sha256.New()
	var line []byte
	for _, v := range c.Votes {
		line = binary.AppendVarint(line[:0], int64(v.Timestamp))
		line = append(line, byte(v.Thumbs))
		if v.Game != 0 {
			line[len(line)-1] |= byTicker
			line = binary.AppendVarint(line, int64(c.Games[v.Game-1].ID))
		}
		line = binary.AppendUvarint(line, uint64(len(c.Voters[v.Voter])))
		line = append(line, c.Voters[v.Voter]...)
		_, _ = sum.Write(line) // a hash never fails
	}
	p := chatFingerprint{ID: c.ID, Messages: c.Messages}
	sum.Sum(p.Votes[:0])
	return p
}
