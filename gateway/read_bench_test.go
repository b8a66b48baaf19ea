package gateway_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"partyline/actors"
	"partyline/persistence/badger"
	"partyline/protocol"
)

// storedVotes is how many votes are on disk while reads are measured.
const storedVotes = 1_000_000

// BenchmarkReadsOfAMillionVotes measures reads of a server on a real folder that holds a
// million votes, by one client on one connection that writes and reads bytes.
func BenchmarkReadsOfAMillionVotes(b *testing.B) {
	h, session := millionVotesServer(b)
	admin := h.admin()
	for _, path := range []string{"/api/games", "/api/stats", fmt.Sprintf("/api/sessions/%d/votes", session), fmt.Sprintf("/api/sessions/%d/export", session)} {
		b.Run("GET"+path, func(b *testing.B) { benchmarkRead(b, h, path, admin) })
	}
	b.Run("export", func(b *testing.B) { benchmarkExport(b, h, session, admin) })
}

// millionVotesServer is a testServer in whose only session five games have got the votes of as many
// voters.
func millionVotesServer(b *testing.B) (*testServer, protocol.SessionID) {
	b.Helper()
	j, err := badger.Open(badger.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	h := newTestServerOn(b, j)
	h.opened()
	for game := range 5 {
		benchDo(b, h, protocol.AddGame{ID: 1, GameID: protocol.GameID(game + 1)})
		for n := 0; n < storedVotes/5; n += protocol.MaxBatchVotes {
			at := protocol.TimestampOf(time.Now())
			batch := &protocol.CastVotes{SessionID: 1, Votes: make([]protocol.CastVote, protocol.MaxBatchVotes)}
			for i := range batch.Votes {
				thumb := []protocol.VoteType{protocol.VoteUp, protocol.VoteDown}[(n+i)%(game+2)/(game+1)]
				batch.Votes[i] = protocol.CastVote{SessionID: 1, Username: fmt.Sprintf("voter_%d_%d", game, n+i), Vote: thumb, Timestamp: at.VoteTimestamp()}
			}
			if r := benchDo(b, h, batch).(*protocol.BatchResult); r.Accepted != protocol.MaxBatchVotes {
				b.Fatalf("%+v", r)
			}
		}
	}
	return h, 1
}

func benchDo(b *testing.B, h *testServer, c protocol.Command) any {
	b.Helper()
	answer, err := h.hub.Do(b.Context(), actors.Call{Command: c})
	if err != nil {
		b.Fatal(err)
	}
	return answer
}

func benchmarkRead(b *testing.B, h *testServer, path, token string) {
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	r := bufio.NewReader(conn)
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", path, token)
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := io.WriteString(conn, request); err != nil {
			b.Fatal(err)
		}
		if !readOK(b, r) {
			b.FailNow()
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(took[len(took)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
}

// benchmarkExport downloads the whole session. That it is not held meanwhile is what
// TestExportIsStreamed is for.
func benchmarkExport(b *testing.B, h *testServer, session protocol.SessionID, token string) {
	var size int64
	for b.Loop() {
		req, err := http.NewRequestWithContext(b.Context(), "GET", fmt.Sprintf("%s/api/sessions/%d/export?format=json", h.url, session), nil)
		if err != nil {
			b.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := h.client.Do(req)
		if err != nil || res.StatusCode != http.StatusOK {
			b.Fatal(res, err)
		}
		if size, err = io.Copy(io.Discard, res.Body); err != nil {
			b.Fatal(err)
		}
		_ = res.Body.Close()
	}
	b.ReportMetric(float64(size)/1e6, "MB")
	b.ReportMetric(storedVotes*float64(b.N)/b.Elapsed().Seconds(), "votes/s")
}
