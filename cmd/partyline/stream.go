package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"partyline/protocol"
)

const (
	// backupPath is where a running hub hands out its backup, to admins.
	backupPath = "/api/admin/backup"
	// backupTrailer comes after a whole backup and says so: an answer that ends
	// early would look like a short backup otherwise.
	backupTrailer = "Partyline-Backup"
	backupWhole   = "whole"
	// backupStall ends a backup whose reader takes nothing for so long.
	backupStall = 30 * time.Second
)

// backupHandler streams a backup while the hub serves. The gateway has made sure
// that an admin asks.
type backupHandler struct {
	journal interface {
		Backup(context.Context, io.Writer) error
	}
	log zerolog.Logger
	// one backup at a time: each reads the whole database.
	one sync.Mutex
}

func (h *backupHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		return
	}
	if !h.one.TryLock() {
		tellBusy(w)
		return
	}
	defer h.one.Unlock()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="partyline.backup"`)
	w.Header().Set("Trailer", backupTrailer)
	start := time.Now()
	if err := h.journal.Backup(r.Context(), unhurried{w, http.NewResponseController(w)}); err != nil {
		h.log.Error().Err(err).Msg("backup failed")
		panic(http.ErrAbortHandler) // the client must not take what it has for the whole
	}
	w.Header().Set(backupTrailer, backupWhole)
	h.log.Info().Dur("took_ms", time.Since(start)).Msg("backup made")
}

func tellBusy(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Retry-After", "5")
	w.WriteHeader(http.StatusServiceUnavailable)
	// a client that is gone needs no answer
	_ = json.NewEncoder(w).Encode(protocol.Errorf(protocol.CodeOverloaded, "Another backup is being made"))
}

// unhurried gives each write time of its own: the server's limit for a whole answer
// is made for small ones.
type unhurried struct {
	io.Writer
	control *http.ResponseController
}

func (u unhurried) Write(b []byte) (int, error) {
	if err := u.control.SetWriteDeadline(time.Now().Add(backupStall)); err != nil {
		return 0, err
	}
	return u.Writer.Write(b)
}
