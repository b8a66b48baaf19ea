package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"partyline/actors/catalogue"
	"partyline/gateway/decode"
	"partyline/protocol"
)

// exportGames is the catalogue as CSV.
func (h *handlers) exportGames(ctx context.Context, _ *request) (response, error) {
	games, err := h.hub.Games(ctx, protocol.GameFilter{})
	if err != nil {
		return response{}, err
	}
	return response{status: http.StatusOK, file: &file{name: "partyline-games.csv", media: typeCSV, write: func(_ context.Context, w io.Writer) error {
		return catalogue.WriteCSV(w, games)
	}}}, nil
}

// exportSession is a report for people, or everything for programs.
func (h *handlers) exportSession() handler {
	s := decode.ParamsOf[protocol.ExportSession]()
	return func(ctx context.Context, in *request) (response, error) {
		var q protocol.ExportSession
		if err := in.decode(&q, s); err != nil {
			return response{}, err
		}
		if err := q.Check(); err != nil {
			return response{}, err
		}
		e, err := h.hub.SessionExport(ctx, q.ID)
		if err != nil {
			return response{}, err
		}
		f := &file{name: fmt.Sprintf("partyline-session-%d.txt", q.ID), media: typeText, write: func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, sessionReport(e))
			return err
		}}
		if q.Format == protocol.ExportJSON {
			f = &file{name: fmt.Sprintf("partyline-session-%d.json", q.ID), media: typeJSON, write: func(ctx context.Context, w io.Writer) error {
				return h.writeSession(ctx, w, e)
			}}
		}
		return response{status: http.StatusOK, file: f}, nil
	}
}

// votesEnd is the end of an export that has no votes: what the votes are put into.
var votesEnd = []byte("]}")

// writeSession writes the votes, vote by vote, into the list that ends the JSON.
func (h *handlers) writeSession(ctx context.Context, w io.Writer, e *protocol.SessionExport) error {
	head, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("export of session %d: %w", e.Session.ID, err)
	}
	head, ok := bytes.CutSuffix(head, votesEnd)
	if !ok {
		return errors.New("export: votes are not its last field")
	}
	if _, err := w.Write(head); err != nil {
		return err
	}
	line, between := make([]byte, 0, 512), ""
	for v, err := range h.hub.ExportVotes(ctx, e) {
		if err != nil {
			return err
		}
		line = v.AppendJSON(append(line[:0], between...))
		if _, err := w.Write(line); err != nil {
			return err
		}
		between = ",\n"
	}
	_, err = w.Write(votesEnd)
	return err
}
