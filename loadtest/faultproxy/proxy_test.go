// Package faultproxy proves that the checks of a server find what is wrong with it: a proxy
// between clients and the real server breaks the contract in one way at a time. It loses,
// doubles, swaps or alters events, acknowledges votes that it does not pass on, passes some
// on twice, drops keys, counts wrong. The crowd and the crash test must find each of them.
package faultproxy_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"partyline/protocol"
	"partyline/protocol/client"
)

// Fault is one way to break the contract. The zero Fault passes everything on as it is.
type Fault struct {
	// Lose, Double and Swap concern the event of that seq on its way to every other
	// WebSocket: it is left out, sent twice, or sent after the next one.
	Lose, Double, Swap protocol.Seq
	// Alter sends another timestamp in that event to every other WebSocket.
	Alter protocol.Seq
	// Swallow acknowledges every so-manieth vote without passing it on, SwallowPolls every
	// so-manieth vote in a poll.
	Swallow, SwallowPolls int
	// Repeat passes every so-manieth vote on a second time, as one of two seconds later.
	Repeat int
	// Mute passes every so-manieth vote on and cuts the connection in place of the answer, as
	// a crash at the worst moment would. That is no fault.
	Mute int
	// Amnesia drops idempotency keys.
	Amnesia bool
	// Miscount adds one to what REST says of a session's upvotes, and to tallies.
	Miscount bool
	// Unlist leaves the newest vote out of votes.list.
	Unlist bool
	// WrongWinner says of every poll that the last candidate has won it.
	WrongWinner bool
}

// Proxy listens on a free port of the loopback. Close it.
type Proxy struct {
	// Addr is host:port.
	Addr string

	fault   Fault
	to      string
	server  *httptest.Server
	rest    *httputil.ReverseProxy
	votes   atomic.Int64
	polls   atomic.Int64
	sockets atomic.Int64
}

// Start makes a proxy before the server at host:port.
func Start(to string, f Fault) *Proxy {
	p := &Proxy{fault: f, to: to}
	p.rest = httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: to})
	p.rest.Transport = &http.Transport{DisableKeepAlives: true} // it outlives many servers
	p.rest.ModifyResponse = p.modify
	p.rest.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+client.WebSocketPath, p.live)
	mux.HandleFunc("POST /api/votes/live", func(w http.ResponseWriter, r *http.Request) { p.vote(w, r, &p.votes, f.Swallow) })
	mux.HandleFunc("POST /api/sessions/{id}/poll/votes", func(w http.ResponseWriter, r *http.Request) { p.vote(w, r, &p.polls, f.SwallowPolls) })
	mux.Handle("/", p.rest)
	p.server = httptest.NewServer(mux)
	p.Addr = p.server.Listener.Addr().String()
	return p
}

// Close ends all connections.
func (p *Proxy) Close() {
	p.server.CloseClientConnections()
	p.server.Close()
}

// every says whether the n-th is one of every so many; none is of every 0.
func every(n int64, of int) bool { return of > 0 && n%int64(of) == 0 }

// vote passes one vote on by REST, or not.
func (p *Proxy) vote(w http.ResponseWriter, r *http.Request, counter *atomic.Int64, swallow int) {
	n := counter.Add(1)
	if every(n, swallow) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write([]byte(accepted))
		return
	}
	if p.fault.Amnesia {
		r.Header.Del("Idempotency-Key")
	}
	if every(n, p.fault.Repeat) {
		p.repeat(r)
	}
	if every(n, p.fault.Mute) {
		p.rest.ServeHTTP(httptest.NewRecorder(), r)
		panic(http.ErrAbortHandler)
	}
	p.rest.ServeHTTP(w, r)
}

// accepted is the answer to a vote that is not passed on.
const accepted = `{"success":true}`

// repeat passes a vote on as one of two seconds later; the vote itself follows.
func (p *Proxy) repeat(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	second := r.Clone(r.Context())
	second.Header.Del("Idempotency-Key")
	later := later(body)
	second.Body, second.ContentLength = io.NopCloser(bytes.NewReader(later)), int64(len(later))
	p.rest.ServeHTTP(httptest.NewRecorder(), second)
}

// later is the body of the same vote, two seconds on.
func later(body []byte) []byte {
	var v protocol.CastVote
	if json.Unmarshal(body, &v) != nil || v.Timestamp == nil {
		return body
	}
	*v.Timestamp += protocol.VoteTimestamp(2 * time.Second / time.Millisecond)
	text, _ := json.Marshal(v) // a vote that was read can be written
	return text
}

// modify changes the answers of reads.
func (p *Proxy) modify(res *http.Response) error {
	path := res.Request.URL.Path
	switch {
	case res.StatusCode != http.StatusOK || res.Request.Method != http.MethodGet:
		return nil
	case p.fault.Miscount && strings.HasSuffix(path, "/votes") && path != "/api/votes":
		return change(res, func(v *protocol.SessionVotes) {
			for i := range v.Votes {
				v.Votes[i].Upvotes++
			}
		})
	case p.fault.Unlist && path == "/api/votes":
		return change(res, func(v *protocol.VotePage) {
			if v.Pagination.Page == 1 && len(v.Votes) > 0 {
				v.Votes = v.Votes[1:]
			}
		})
	case p.fault.WrongWinner && strings.HasSuffix(path, "/poll"):
		return change(res, func(v *protocol.Poll) {
			if v.Winner != nil {
				v.Winner = &v.Candidates[len(v.Candidates)-1]
			}
		})
	}
	return nil
}

// change rewrites the JSON of an answer.
func change[T any](res *http.Response, how func(*T)) error {
	var v T
	err := json.NewDecoder(res.Body).Decode(&v)
	_ = res.Body.Close()
	if err != nil {
		return err
	}
	how(&v)
	text, err := json.Marshal(v)
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	res.Header.Set("Content-Length", strconv.Itoa(len(text)))
	return err
}
