package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"partyline/loadtest/report"
	"partyline/loadtest/target"
	"partyline/protocol"
	"partyline/protocol/client"
)

const (
	// bitrotSessions have bitrotVotes each, in batches.
	bitrotSessions, bitrotVotes = 3, 4000
	// flips are at so many places of each file.
	shortFlips, longFlips = 3, 12
	// endsWithin is how long a server may take to refuse its folder.
	endsWithin = 20 * time.Second
)

// bitrot flips bits in every file of a folder that a kill has left, and of one that was closed in
// order, and starts the server on it. It must refuse, naming the damage, or serve exactly what was
// there. Then bits are flipped under a running server.
func bitrot(ctx context.Context, o *faultRun) error {
	r := &bitrotRun{faultRun: o}
	stop := func(s *target.Server) error { return s.Stop(target.StopWithin) }
	for name, end := range map[string]func(*target.Server) error{"killed": (*target.Server).Kill, "closed": stop} {
		if err := r.fill(ctx, name, end); err != nil {
			return err
		}
		if err := r.starts(ctx, name); err != nil {
			return err
		}
	}
	if err := r.fill(ctx, "served", stop); err != nil {
		return err
	}
	return r.served(ctx, "served")
}

// bitrotRun is one run of flips.
type bitrotRun struct {
	*faultRun
	// want is the whole log of each session, as screens receive it.
	want map[protocol.SessionID][]byte
}

// start runs the server on a folder and logs in.
func (r *bitrotRun) start(ctx context.Context, data string) (*client.Client, error) {
	if err := r.launch(ctx, data); err != nil {
		return nil, err
	}
	if err := r.server.Ready(ctx); err != nil {
		return nil, err
	}
	return r.server.Login(ctx)
}

func (r *bitrotRun) launch(ctx context.Context, data string) error {
	if _, err := r.on(ctx, data); err != nil {
		return err
	}
	return r.server.Start()
}

// fill makes a folder with sessions and votes, and ends the server.
func (r *bitrotRun) fill(ctx context.Context, name string, end func(*target.Server) error) error {
	hub, err := r.start(ctx, r.path(name))
	if err != nil {
		return err
	}
	defer hub.Close()
	r.want = map[protocol.SessionID][]byte{}
	for range bitrotSessions {
		s, err := target.OpenSession(ctx, hub, "Game before the damage")
		if err != nil {
			return err
		}
		for from := 0; from < bitrotVotes; from += protocol.MaxBatchVotes {
			votes := target.Votes(s.SessionID, protocol.MaxBatchVotes, func(i int) string { return fmt.Sprintf("voter %d", from+i) })
			if err := hub.CastVotes(ctx, votes); err != nil {
				return err
			}
		}
		if r.want[s.SessionID], err = log(ctx, hub, s.SessionID); err != nil {
			return err
		}
	}
	return end(r.server)
}

// log is what a new screen receives of a session.
func log(ctx context.Context, hub *client.Client, id protocol.SessionID) (all []byte, err error) {
	return all, hub.Events(ctx, id, func(message []byte) error {
		all = append(append(all, message...), '\n')
		return nil
	})
}

func (r *bitrotRun) path(name string) string { return filepath.Join(r.folder, name) }

// flip is a byte of a file of the journal.
type flip struct {
	file string
	at   int
}

func (f flip) String() string { return fmt.Sprintf("byte %d of %s", f.at, f.file) }

// do flips one bit of the byte.
func (f flip) do(data string) error {
	file, err := os.OpenFile(filepath.Join(data, "journal", f.file), os.O_RDWR, 0)
	if err != nil {
		return err
	}
	var b [1]byte
	_, err = file.ReadAt(b[:], int64(f.at))
	b[0] ^= 1 << (f.at % 8)
	if err == nil {
		_, err = file.WriteAt(b[:], int64(f.at))
	}
	return errors.Join(err, file.Close())
}

// flips are places all over the files.
func (r *bitrotRun) flips(name string) (all []flip, err error) {
	each := shortFlips
	if r.Long {
		each = longFlips
	}
	files, err := filepath.Glob(filepath.Join(r.path(name), "journal", "*"))
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		used := len(bytes.TrimRight(b, "\x00")) // logs are made longer than they are
		for n := range each {
			if at := used * (2*n + 1) / (2 * each); at < used {
				all = append(all, flip{filepath.Base(file), at})
			}
		}
	}
	return all, err
}

// starts starts the server on a copy of the folder for each flip.
func (r *bitrotRun) starts(ctx context.Context, name string) error {
	flips, err := r.flips(name)
	if err != nil {
		return err
	}
	refused, whole, harmless := 0, 0, map[string]bool{}
	for _, f := range flips {
		data := r.path("flipped")
		err := errors.Join(os.RemoveAll(data), os.CopyFS(data, os.DirFS(r.path(name))), f.do(data))
		if err != nil {
			return err
		}
		no, err := r.judge(ctx, name, f, data)
		switch {
		case err != nil:
			return err
		case no:
			refused++
		default:
			whole++
			harmless[f.file] = true
		}
	}
	r.see("a folder %s, one bit flipped at the start: %d times refused and named, by verify as well; %d times all there and served (bits in %s); none wrong",
		name, refused, whole, strings.Join(slices.Sorted(maps.Keys(harmless)), ", "))
	if refused == 0 {
		r.findings.Add("no flip in a folder %s was noticed", name)
	}
	return nil
}

// judge returns whether the server refused the folder; if not, all of it must be there.
func (r *bitrotRun) judge(ctx context.Context, name string, f flip, data string) (refused bool, err error) {
	said, verified := exec.CommandContext(ctx, r.Binary, "verify", data).CombinedOutput()
	if err := r.launch(ctx, data); err != nil {
		return false, err
	}
	ended, err := r.ended(ctx)
	if err != nil {
		return false, err
	}
	if ended {
		if verified == nil || !bytes.Contains(said, []byte("damaged")) {
			r.findings.Add("%s, %v: the server refuses the folder, verify says %s", name, f, said)
		}
		return true, nil
	}
	return false, errors.Join(r.same(ctx, fmt.Sprintf("%s, %v", name, f)), r.server.Kill())
}

// ended waits until the server is ready, or has ended.
func (r *bitrotRun) ended(ctx context.Context) (ended bool, err error) {
	anybody := client.New(r.server.Base(), "")
	defer anybody.Close()
	if !report.Until(ctx, endsWithin, 5*time.Millisecond, func() bool {
		if _, err := target.Measure(r.server.Pid()); err != nil {
			ended = true
			return true
		}
		a, err := ask(ctx, anybody, "GET", "/ready", "")
		return err == nil && a.status == 200
	}) {
		return false, fmt.Errorf("the server neither serves nor ends within %v", endsWithin)
	}
	if ended {
		_ = r.server.Stop(0) // it has ended by itself
	}
	return ended, nil
}

// same checks every session against what was there.
func (r *bitrotRun) same(ctx context.Context, when string) error {
	hub, err := r.server.Login(ctx)
	if err != nil {
		return err
	}
	defer hub.Close()
	for id, want := range r.want {
		got, err := log(ctx, hub, id)
		if err != nil || !bytes.Equal(got, want) {
			r.findings.Add("%s: session %d is served with %d events, %v, and had %d", when, id, lines(got), err, lines(want))
		}
	}
	return nil
}

// newestVotes asks for the newest votes of a session.
func newestVotes(ctx context.Context, hub *client.Client, id protocol.SessionID) (answer, error) {
	return ask(ctx, hub, "GET", fmt.Sprintf("/api/votes?session_id=%d&limit=100", id), "")
}

func lines(log []byte) int { return bytes.Count(log, []byte("\n")) }

// every is the distance of flips in tables under a running server: every block gets one.
const every = 2 << 10

// served flips bits all over the tables while the server has them open, and reads as screens do:
// what comes is what was there, up to where the damage is reported.
func (r *bitrotRun) served(ctx context.Context, name string) error {
	hub, err := r.start(ctx, r.path(name))
	if err != nil {
		return err
	}
	defer hub.Close()
	pages := map[protocol.SessionID][]byte{}
	for id := range r.want {
		a, err := newestVotes(ctx, hub, id)
		if err != nil || a.status != 200 {
			return fmt.Errorf("votes of session %d: %v %w", id, a, err)
		}
		pages[id] = []byte(a.body)
	}
	flips, err := r.flipTables(name)
	if err != nil {
		return err
	}
	told, whole := 0, 0
	for id, want := range r.want {
		got, err := log(ctx, hub, id)
		switch {
		case err == nil && bytes.Equal(got, want):
			whole++
		case err != nil && bytes.HasPrefix(want, got):
			told++
		default:
			r.findings.Add("%d flips under a running server: session %d is served with %d events, %v, and had %d", flips, id, lines(got), err, lines(want))
		}
		// The index of the votes may be whole, or in memory, where the log is damaged.
		a, err := newestVotes(ctx, hub, id)
		same := err == nil && a.status == 200 && bytes.Equal(pages[id], []byte(a.body))
		if err != nil || !same && (a.status != 500 || a.code != protocol.CodeCorrupt) {
			r.findings.Add("%d flips under a running server: the votes of session %d are answered %v %v %.200s", flips, id, a, err, a.body)
		}
	}
	for _, path := range []string{"/health", "/api/games"} {
		if a, err := ask(ctx, hub, "GET", path, ""); err != nil || a.status != 200 {
			r.findings.Add("beside damaged sessions %s is answered %v, %v", path, a, err)
		}
	}
	r.see("%d bits flipped in tables under a running server: the logs of %d sessions end where the damage is, those of %d are whole; none wrong", flips, told, whole)
	if told == 0 {
		r.findings.Add("no session with flipped bits was noticed")
	}
	if err := r.server.Kill(); err != nil {
		return err
	}
	if said, err := exec.CommandContext(ctx, r.Binary, "verify", r.path(name)).CombinedOutput(); err == nil {
		r.findings.Add("verify finds nothing in tables with flipped bits: %s", said)
	}
	return nil
}

// flipTables flips bits all over the tables, and returns how many.
func (r *bitrotRun) flipTables(name string) (n int, err error) {
	files, err := filepath.Glob(filepath.Join(r.path(name), "journal", "*.sst"))
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			return n, err
		}
		for at := every / 2; at < int(info.Size()); at += every {
			if err := (flip{filepath.Base(file), at}).do(r.path(name)); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}
