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
	// backupPath is where a running hub serves its backup, to admins.
	backupPath = "/api/admin/backup"
	// backupTrailer follows a complete backup: without it, a response that ends early would
	// look like a short backup.
	backupTrailer  = "Partyline-Backup"
	backupComplete = "whole"
	// backupStall ends a backup whose client reads nothing for so long.
	backupStall = 30 * time.Second
)

// backupHandler streams a backup while the hub serves. The gateway has checked that the client
// is an admin.
type backupHandler struct {
	journal interface {
		Backup(context.Context, io.Writer) error
	}
	log zerolog.Logger
	// running allows one backup at a time: each reads the whole database.
	running sync.Mutex
}

func (h *backupHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodHead {
		return
	}
	if !h.running.TryLock() {
		replyBusy(w)
		return
	}
	defer h.running.Unlock()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="partyline.backup"`)
	w.Header().Set("Trailer", backupTrailer)
	start := time.Now()
	if err := h.journal.Backup(r.Context(), deadlineWriter{w, http.NewResponseController(w)}); err != nil {
		h.log.Error().Err(err).Msg("backup failed")
		panic(http.ErrAbortHandler) // the client must not take an incomplete backup for a whole one
	}
	w.Header().Set(backupTrailer, backupComplete)
	h.log.Info().Dur("took_ms", time.Since(start)).Msg("backup sent")
}

func replyBusy(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Retry-After", "5")
	w.WriteHeader(http.StatusServiceUnavailable)
	// a client that has disconnected needs no answer
	_ = json.NewEncoder(w).Encode(protocol.Errorf(protocol.CodeOverloaded, "Another backup is being made"))
}

// deadlineWriter gives each write a deadline of its own: the server's limit for a whole
// response is meant for small ones.
type deadlineWriter struct {
	io.Writer
	control *http.ResponseController
}

func (u deadlineWriter) Write(b []byte) (int, error) {
	if err := u.control.SetWriteDeadline(time.Now().Add(backupStall)); err != nil {
		return 0, err
	}
	return u.Writer.Write(b)
}
