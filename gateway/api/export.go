package api

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"partyline/actors/rules/catalogue"
	"partyline/gateway/decode"
	"partyline/protocol"
)

// exportGames is the catalogue as CSV.
func (h *Handlers) exportGames(ctx context.Context, _ *Request) (Response, error) {
	games, err := h.hub.Games(ctx, protocol.GameFilter{})
	if err != nil {
		return Response{}, err
	}
	return Response{Status: http.StatusOK, File: &File{Name: "partyline-games.csv", Media: typeCSV, Write: func(_ context.Context, w io.Writer) error {
		return catalogue.WriteCSV(w, games)
	}}}, nil
}

// exportSession is a report for people, or everything for programs.
func (h *Handlers) exportSession() handler {
	s := decode.ParamsOf[protocol.ExportSession]()
	return func(ctx context.Context, in *Request) (Response, error) {
		var q protocol.ExportSession
		if err := in.decode(&q, s); err != nil {
			return Response{}, err
		}
		if err := q.Check(); err != nil {
			return Response{}, err
		}
		e, err := h.hub.SessionExport(ctx, q.ID)
		if err != nil {
			return Response{}, err
		}
		f := &File{Name: fmt.Sprintf("partyline-session-%d.txt", q.ID), Media: TypeText, Write: func(_ context.Context, w io.Writer) error {
			_, err := io.WriteString(w, sessionReport(e))
			return err
		}}
		if q.Format == protocol.ExportJSON {
			f = &File{Name: fmt.Sprintf("partyline-session-%d.json", q.ID), Media: TypeJSON, Write: func(ctx context.Context, w io.Writer) error {
				return protocol.WriteExport(w, e, h.hub.ExportVotes(ctx, e))
			}}
		}
		return Response{Status: http.StatusOK, File: f}, nil
	}
}
