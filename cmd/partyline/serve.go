package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"partyline/persistence"
)

// serveCommand runs the server.
type serveCommand struct {
	Config
}

// Run serves until ctx is done, drains, and returns nil when nothing was lost.
func (c *serveCommand) Run(ctx context.Context, t *terminal) error {
	c.Data = absolutePath(c.Data)
	log := newLogger(t.err, c.LogLevel, c.LogFormat)
	log.Info().Str("version", version()).EmbedObject(&c.Config).Msg("settings")
	s, err := open(ctx, &c.Config, log)
	switch {
	case err != nil && ctx.Err() != nil:
		log.Info().AnErr("cause", err).Msg("stopped before serving")
		return nil
	case err != nil:
		return err
	}
	banner{base: s.base(), metrics: s.metricsURL(), keys: s.keys}.print(t.out)
	return s.serve(ctx)
}

// startServing runs the HTTP server until it is shut down or closed.
func (s *server) startServing(l net.Listener) {
	go func() {
		defer close(s.served)
		s.served <- s.http.Serve(l)
	}()
}

// serve answers clients until ctx is done, then drains.
func (s *server) serve(ctx context.Context) error {
	rest, tick := newMemoryReleaser(), time.NewTicker(memoryCheckInterval)
	defer tick.Stop()
	for {
		select {
		case err := <-s.served:
			return errors.Join(fmt.Errorf("serve: %w", err), s.closeWithTimeout(context.WithoutCancel(ctx)))
		case <-ctx.Done():
			return s.drain(context.WithoutCancel(ctx))
		case <-tick.C:
			rest.sample(allocatedBytes())
		}
	}
}

// drain stops the server in the order that loses nothing: readiness and sockets, requests
// under way, what the hub has decided, the journal.
func (s *server) drain(ctx context.Context) error {
	s.log.Info().Stringer("within", s.config.DrainTimeout).Msg("draining")
	ctx, cancel := context.WithTimeout(ctx, s.config.DrainTimeout)
	defer cancel()
	if err := s.drainClients(ctx); err != nil {
		s.log.Warn().Err(err).Msg("clients were cut off")
	}
	if err := s.close(ctx); err != nil {
		return fmt.Errorf("drain: %w", err)
	}
	s.log.Info().Msg("stopped")
	return nil
}

// drainClients drains the clients. They get half of the time, so that the other half is left
// for what was promised to them. Sockets get half of that: one that never answers must not
// take it from requests under way, which are answered meanwhile.
func (s *server) drainClients(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.DrainTimeout/2)
	defer cancel()
	err := s.drainSockets(ctx)
	if shut := s.http.Shutdown(ctx); shut != nil {
		err = errors.Join(err, shut, s.http.Close())
	}
	return err
}

func (s *server) drainSockets(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.DrainTimeout/4)
	defer cancel()
	return s.gateway.Load().Drain(ctx)
}

// closeWithTimeout is close without draining clients.
func (s *server) closeWithTimeout(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.config.DrainTimeout)
	defer cancel()
	return s.close(ctx)
}

// close closes what is open, the last opened first. When ctx ends, writes that wait for a disk
// that hangs are abandoned.
func (s *server) close(ctx context.Context) error {
	var errs []error
	if s.http != nil {
		errs = append(errs, ignoreError(net.ErrClosed, s.http.Close()))
		<-s.served
	}
	if g := s.gateway.Load(); g != nil {
		g.Close()
	}
	if s.engine != nil {
		s.engine.Close()
	}
	if s.hub != nil {
		errs = append(errs, s.closeHub(ctx))
	}
	if s.sender != nil {
		s.sender.Close()
	}
	if s.journal != nil {
		errs = append(errs, s.closeJournal(ctx))
	}
	if s.metricsServer != nil {
		errs = append(errs, s.metricsServer.close())
	}
	if s.metrics != nil {
		errs = append(errs, s.metrics.close(ctx))
	}
	if s.listener != nil {
		errs = append(errs, ignoreError(net.ErrClosed, s.listener.Close()))
	}
	return errors.Join(errs...)
}

// closeHub leaves an eighth of the time to the journal. Writes that still wait for a disk that
// hangs were not answered, so nothing that was promised is lost.
func (s *server) closeHub(ctx context.Context) error {
	within, cancel := ctx, context.CancelFunc(func() {})
	if deadline, ok := ctx.Deadline(); ok {
		within, cancel = context.WithDeadline(ctx, deadline.Add(-s.config.DrainTimeout/8))
	}
	defer cancel()
	err := s.hub.Close(within)
	if errors.Is(err, context.DeadlineExceeded) && errors.Is(s.journal.Health(), persistence.ErrUnavailable) {
		s.log.Warn().Err(err).Msg("writes that waited for the disk were not answered")
		return nil
	}
	return err
}

// closeJournal closes the journal, unless the disk refuses writes: closing writes, which is a
// SIGBUS on a full disk and never ends on one that fails or hangs. What was acknowledged is in
// the log, and the next start reads it as after a kill. The folder stays locked until the
// process ends.
func (s *server) closeJournal(ctx context.Context) error {
	if err := s.journal.Health(); errors.Is(err, persistence.ErrUnavailable) {
		s.leaveJournal(err)
		return nil
	}
	closed := make(chan error, 1)
	go func() { closed <- s.journal.Close() }()
	select {
	case err := <-closed:
		return err
	case <-ctx.Done():
		s.leaveJournal(ctx.Err())
		return nil
	}
}

func (s *server) leaveJournal(cause error) {
	s.log.Warn().Err(cause).Msg("the journal is not closed, because the disk accepts no writes: nothing acknowledged is lost")
}

// ignoreError returns err unless it is the expected one.
func ignoreError(expected, err error) error {
	if errors.Is(err, expected) {
		return nil
	}
	return err
}
