package growth

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"partyline/loadtest/receiver"
	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
	"partyline/protocol/client"
)

const (
	// atOnce is how many evenings are held at the same time.
	atOnce = 8
	// busyShare is one of how many webhooks gets events: the starts and ends of sessions. The
	// others are for a session that is over, and for events that never happen here.
	busyShare = 20
	// settles is how long the server may go on working after the load, pause between two looks.
	settles, pause = 20 * time.Second, 250 * time.Millisecond
)

// hub is one server whose folder grows.
type hub struct {
	o         Options
	server    *target.Server
	client    *client.Client
	endpoints *receiver.Receiver
	games     []protocol.GameID
	evenings  []evening
	sessions  []protocol.SessionID // by evening, those that have been held
	webhook   protocol.WebhookID   // one that gets events
	live      int                  // votes cast while reads were measured
	slow      map[string]bool      // reads that took more than a second
	again     int                  // how often a slow read is measured again now
}

// open starts a server on an empty folder, with games and webhooks. Close it.
func open(ctx context.Context, o Options, binary, name string) (h *hub, err error) {
	h = &hub{o: o, evenings: plan(int(o.Votes), int(o.Sessions)), slow: map[string]bool{}}
	h.sessions = make([]protocol.SessionID, len(h.evenings))
	if err = h.setUp(ctx, binary, name); err != nil {
		return nil, errors.Join(err, h.close())
	}
	return h, nil
}

func (h *hub) setUp(ctx context.Context, binary, name string) (err error) {
	if h.endpoints, err = receiver.Start(receiver.Plan{Bare: true}); err != nil {
		return err
	}
	folder, err := os.MkdirTemp(h.o.Folder, "partyline-growth-"+name+"-")
	if err != nil {
		return err
	}
	if h.server, err = target.Open(ctx, target.Options{Binary: binary, Folder: folder, Output: h.o.Output, Flags: target.LoopbackWebhooks}); err != nil {
		return errors.Join(err, os.RemoveAll(folder))
	}
	if h.client, err = h.server.Login(ctx); err != nil {
		return err
	}
	for i := range catalogued + 1 {
		g, err := h.client.CreateGame(ctx, fmt.Sprintf("Pack %d", i%7), fmt.Sprintf("Game %d", i))
		if err != nil {
			return err
		}
		h.games = append(h.games, g.ID)
	}
	return h.addWebhooks(ctx)
}

func (h *hub) addWebhooks(ctx context.Context) error {
	for i := range h.o.Webhooks {
		w := protocol.CreateWebhook{Name: fmt.Sprintf("webhook %d", i+1), URL: h.endpoints.URL + receiver.Path(i+1), Secret: receiver.Secret(i + 1)}
		switch {
		case i%busyShare == 0:
			w.Events = protocol.NewEventList(protocol.EventSessionStarted, protocol.EventSessionEnded)
		case i%2 == 0:
			w.Events, w.Sessions = protocol.NewEventList(protocol.EventAny), []protocol.SessionID{1}
		default:
			w.Events = protocol.NewEventList(protocol.EventVotesVoided, protocol.EventPlayerCount)
		}
		saved, err := h.client.CreateWebhook(ctx, w)
		if err != nil {
			return err
		}
		if i == 0 {
			h.webhook = saved.ID
		}
	}
	return nil
}

// grow holds all evenings of a tenth, from 1.
func (h *hub) grow(ctx context.Context, tenth int) error {
	each := len(h.evenings) / Tenths
	return report.Spread(ctx, atOnce, each, func(ctx context.Context, i int) (err error) {
		e := h.evenings[(tenth-1)*each+i]
		h.sessions[e.index], err = h.play(ctx, e)
		return err
	})
}

// rest waits until the server has nothing to do any more.
func (h *hub) rest(ctx context.Context) error {
	before := time.Duration(-1)
	report.Until(ctx, settles, pause, func() bool {
		u, err := target.Measure(h.server.Pid())
		idle := err != nil || before >= 0 && u.CPU-before <= 10*time.Millisecond
		before = u.CPU
		return idle
	})
	return ctx.Err()
}

// folder is how many bytes the data take on the disk, and in how many files.
func (h *hub) folder(ctx context.Context) (bytes int64, files int, err error) {
	out, err := exec.CommandContext(ctx, "du", "-sk", h.server.Data).Output()
	if err != nil {
		return 0, 0, fmt.Errorf("du: %w", err)
	}
	kib, err := strconv.ParseInt(strings.Fields(string(out))[0], 10, 64)
	if err != nil {
		return 0, 0, err
	}
	err = filepath.WalkDir(h.server.Data, func(string, os.DirEntry, error) error {
		files++
		return nil
	})
	return kib << 10, files, err
}

// close ends the server and its endpoints, and removes the folder unless it is to be kept.
func (h *hub) close() (err error) {
	if h.client != nil {
		h.client.Close()
	}
	if h.server != nil {
		if err = h.server.Close(); h.o.Keep {
			h.o.Say("the folder is kept: %s", h.server.Folder)
		} else {
			err = errors.Join(err, os.RemoveAll(h.server.Folder))
		}
	}
	if h.endpoints != nil {
		err = errors.Join(err, h.endpoints.Close())
	}
	return err
}
