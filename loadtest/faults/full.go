package faults

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"partyline/loadtest/crash"
	"partyline/loadtest/report"
	"partyline/protocol"
)

const (
	// diskBytes is the size of the disk, reserve what the server keeps free.
	diskBytes = 200 << 20
	reserve   = 64 << 20
	// fullFor is how long the disk stays full.
	fullFor = 2 * time.Second
	// noticedWithin is how soon the server has to refuse writes.
	noticedWithin = 5 * time.Second
)

// full fills the disk under load, first below the reserve and then to the last byte, and frees it;
// twice. Then it fills it once more and stops the server.
func full(ctx context.Context, o *faultRun) (err error) {
	disk := filepath.Join(o.folder, "disk")
	if err := os.MkdirAll(disk, 0o700); err != nil {
		return err
	}
	if err := mount(disk, diskBytes); err != nil {
		return err
	}
	defer func() {
		// The server may still run after an error; the disk goes with it.
		err = errors.Join(err, unmount(disk))
	}()
	c, err := o.on(ctx, filepath.Join(disk, "data"), "--reserve-bytes", strconv.Itoa(reserve))
	if err != nil {
		return err
	}
	return o.underLoad(ctx, c, func(ctx context.Context, l *crash.Load) error {
		for range 2 {
			l.AwaitVotes(ctx, enoughVotes, votesWithin)
			if err := o.fill(ctx, l, disk); err != nil {
				return err
			}
		}
		return o.endOnFull(ctx, l, disk)
	})
}

// fillDisk fills the disk to the last byte and returns the file that does, and how the server
// refuses writes.
func (o *faultRun) fillDisk(ctx context.Context, l *crash.Load, disk string) (ballast, refused string, err error) {
	ballast = filepath.Join(disk, "ballast")
	free, err := room(disk)
	if err != nil {
		return "", "", err
	}
	if err := grow(ballast, free-reserve+1<<20); err != nil {
		return "", "", err
	}
	if refused, err = o.refused(ctx, l); err != nil {
		return "", "", err
	}
	if err := report.Wait(ctx, fullFor); err != nil {
		return "", "", err
	}
	// Now the rest: whoever else writes to this disk keeps no reserve.
	if free, err = room(disk); err == nil {
		err = grow(ballast, free)
	}
	return ballast, refused, err
}

// endOnFull stops the server while there is no byte free, and starts it again when there is room.
func (o *faultRun) endOnFull(ctx context.Context, l *crash.Load, disk string) error {
	l.AwaitVotes(ctx, enoughVotes, votesWithin)
	ballast, _, err := o.fillDisk(ctx, l, disk)
	if err != nil {
		return err
	}
	return o.stopAndStart(ctx, l, "with no byte free", func() error { return os.Remove(ballast) })
}

func (o *faultRun) fill(ctx context.Context, l *crash.Load, disk string) error {
	ballast, refused, err := o.fillDisk(ctx, l, disk)
	if err != nil {
		return err
	}
	o.reads(ctx, l)
	if err := report.Wait(ctx, fullFor); err != nil {
		return err
	}
	o.reads(ctx, l)
	if err := os.Remove(ballast); err != nil {
		return err
	}
	took := l.AwaitVotes(ctx, enoughVotes, votesWithin)
	o.see("full: writes answered %s; reads went on, also with no byte free; %d votes acknowledged %v after room was made", refused, enoughVotes, took.Round(time.Millisecond))
	return nil
}

// grow makes a file longer by so many bytes, really written.
func grow(name string, bytes int64) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	page := make([]byte, 1<<12)
	for written := int64(0); written < bytes && err == nil; written += int64(len(page)) {
		_, err = f.Write(page)
	}
	return errors.Join(err, f.Close())
}

// refused writes until a write is refused, and returns how.
func (o *faultRun) refused(ctx context.Context, l *crash.Load) (said string, err error) {
	c := l.Client
	for n, end := 0, time.Now().Add(noticedWithin); time.Now().Before(end); n++ {
		body := fmt.Sprintf(`{"pack_name":"Fault test","title":"Game %d","min_players":1,"max_players":8}`, n)
		a, err := ask(ctx, c, http.MethodPost, "/api/games", body)
		if err != nil {
			return "", err
		}
		if a.status == http.StatusServiceUnavailable {
			if a.code != protocol.CodeStorage || a.retry == 0 {
				l.Findings.Add("on a full disk a write is answered %v", a)
			}
			return a.String(), nil
		}
		if err := report.Wait(ctx, 20*time.Millisecond); err != nil {
			return "", err
		}
	}
	l.Findings.Add("nothing is refused %v after the disk fell below the reserve", noticedWithin)
	return "not at all", nil
}

// reads checks that everything that only reads is answered.
func (o *faultRun) reads(ctx context.Context, l *crash.Load) {
	for path, want := range map[string]int{
		"/health": 200, "/ready": 503, "/api/stats": 200, "/api/games": 200,
		fmt.Sprintf("/api/sessions/%d/votes", l.IDs[0]): 200,
	} {
		a, err := ask(ctx, l.Client, http.MethodGet, path, "")
		if (err != nil || a.status != want) && ctx.Err() == nil {
			l.Findings.Add("on a full disk %s is answered %v, %v, want %d", path, a, err, want)
		}
	}
}
