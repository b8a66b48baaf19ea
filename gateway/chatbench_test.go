package gateway_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"partyline/actors"
	"partyline/gateway"
	"partyline/gateway/fanout"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// BenchmarkChatImport imports a log over REST into a hub on a disk, while live votes
// come in for the same session and for another one. The last of the logs, of 16 MiB, is
// the one that leaves most behind.
func BenchmarkChatImport(b *testing.B) {
	talk := []string{"thisgame++", "what is this", "hahaha, who drew that", "again again again"}
	votes := []string{"thisgame++", "omg thisgame--", "(ThisGame++)", "thisgame—"}
	for _, c := range []benchLog{
		{"one in four votes", 100_000, 5_000, "", talk},
		{"all vote", 100_000, 5_000, "", votes},
		{"long names", 34_000, 34_000, strings.Repeat("😀", protocol.MaxUsername-12), votes[:1]},
	} {
		b.Run(c.name, func(b *testing.B) {
			o := newBenchOffice(b)
			var same, other waits
			var used time.Duration
			for b.Loop() {
				b.StopTimer()
				session := o.open()
				elsewhere := o.open()
				body := o.log(session, c)
				done := make(chan struct{})
				var voters sync.WaitGroup
				voters.Go(func() { o.vote(session, done, &same) })
				voters.Go(func() { o.vote(elsewhere, done, &other) })
				before := cpu()
				b.StartTimer()
				o.post(session, body, c.lines)
				b.StopTimer()
				used += cpu() - before
				close(done)
				voters.Wait()
				b.StartTimer()
			}
			b.ReportMetric(float64(used.Milliseconds())/float64(b.N), "cpu-ms/log")
			same.report(b, "same")
			other.report(b, "other")
		})
	}
}

// benchLog is a log of so many lines by so many people.
type benchLog struct {
	name          string
	lines, people int
	prefix        string // of the names
	messages      []string
}

// benchOffice is a gateway on a hub on a disk.
type benchOffice struct {
	b      *testing.B
	hub    *actors.Hub
	server *httptest.Server
	token  string
}

func newBenchOffice(b *testing.B) *benchOffice {
	b.Helper()
	j, err := badger.Open(badger.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	o := &benchOffice{b: b}
	if o.hub, err = actors.New(b.Context(), actors.Options{Journal: j}); err != nil {
		b.Fatal(err)
	}
	engine := fanout.New(fanout.Options{Hub: o.hub})
	g, err := gateway.New(gateway.Options{Hub: o.hub, Engine: engine, AdminKey: adminKey, JWTSecret: []byte(jwtSecret), Log: zerolog.Nop()})
	if err != nil {
		b.Fatal(err)
	}
	o.server = httptest.NewServer(g)
	b.Cleanup(func() {
		o.server.Close()
		engine.Close()
		g.Close()
		_ = o.hub.Close(b.Context())
		_ = j.Close()
	})
	o.token = (&testServer{t: b, url: o.server.URL, client: http.DefaultClient}).admin()
	return o
}

// open begins a session with a game.
func (o *benchOffice) open() protocol.SessionID {
	o.b.Helper()
	answer, err := o.hub.Do(o.b.Context(), actors.Call{Command: protocol.CreateSession{}})
	if err != nil {
		o.b.Fatal(err)
	}
	id := answer.(protocol.Session).ID
	if _, err := o.hub.Do(o.b.Context(), actors.Call{Command: protocol.AddGame{ID: id, GameID: 1}}); err != nil {
		o.b.Fatal(err)
	}
	return id
}

// log is a chat of fifty seconds.
func (o *benchOffice) log(id protocol.SessionID, c benchLog) []byte {
	o.b.Helper()
	games, err := o.hub.SessionGames(o.b.Context(), protocol.SessionPart{ID: id})
	if err != nil {
		o.b.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString(`{"chatData":[`)
	for i := range c.lines {
		if i > 0 {
			b.WriteByte(',')
		}
		at := games.Rows[0].PlayedAt + protocol.Timestamp(i/c.people*2500+i%c.people/2)
		fmt.Fprintf(&b, `{"username":"%sviewer_%d","message":"%s","timestamp":"%s"}`, c.prefix, i%c.people, c.messages[(i+i/c.people)%len(c.messages)], at)
	}
	b.WriteString("]}")
	return b.Bytes()
}

func (o *benchOffice) post(id protocol.SessionID, body []byte, lines int) {
	o.b.Helper()
	req, err := http.NewRequestWithContext(o.b.Context(), "POST", o.server.URL+"/api/sessions/"+id.String()+"/chat-import", bytes.NewReader(body))
	if err != nil {
		o.b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+o.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		o.b.Fatal(err)
	}
	answer, _ := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if res.StatusCode != 200 || !bytes.Contains(answer, fmt.Appendf(nil, `"messagesImported":%d,"duplicatesSkipped":0`, lines)) {
		o.b.Fatalf("%d %s", res.StatusCode, answer)
	}
}

// waits are how long votes waited for their answers.
type waits []time.Duration

// vote casts one vote after the other until done.
func (o *benchOffice) vote(id protocol.SessionID, done <-chan struct{}, w *waits) {
	for i := 0; ; i++ {
		select {
		case <-done:
			return
		default:
		}
		at, begun := protocol.TimestampOf(time.Now()), time.Now()
		c := &protocol.CastVote{SessionID: id, Username: fmt.Sprint("live ", i), Vote: protocol.VoteUp, Timestamp: at.VoteTimestamp()}
		if _, err := o.hub.Do(o.b.Context(), actors.Call{Command: c}); err != nil {
			o.b.Error(err)
			return
		}
		*w = append(*w, time.Since(begun))
	}
}

func (w waits) report(b *testing.B, where string) {
	if len(w) == 0 {
		return
	}
	slices.Sort(w)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(w[len(w)/2]), where+"-p50-ms")
	b.ReportMetric(ms(w[len(w)-1]), where+"-max-ms")
}
