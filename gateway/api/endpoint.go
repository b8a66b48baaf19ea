package api

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"partyline/gateway/limit"
	"partyline/protocol"
)

// handler serves one operation. Errors that are not *protocol.Error are our fault.
type handler func(ctx context.Context, in *Request) (Response, error)

// endpoint is a row of the operation table with what serves it.
type Endpoint struct {
	protocol.Operation
	Serve handler
	// ballot reads the vote of an operation that is one, else nil.
	ReadVote voteReader
	// price is what its answers have cost lately.
	Cost limit.Cost
	// params are the names of the path's parameters, in order.
	params []string
}

var paramNames = regexp.MustCompile(`\{(\w+)\}`)

// endpoints is the table of operations with what serves it.
func (h *Handlers) Endpoints() (map[string]*Endpoint, error) {
	handlers, ballots := h.table(), h.voteReaders()
	for op, read := range ballots {
		handlers[op] = h.serveVote(read)
	}
	all, err := joinEndpoints(protocol.Operations(), handlers)
	if err != nil {
		return nil, err
	}
	for op, read := range ballots {
		all[op].ReadVote = read
	}
	all["sessions.list"].Cost.Expect(limit.ListBytes)
	return all, nil
}

// joinEndpoints joins the table with its handlers, by op. A row without a handler or a
// handler without a row is a mistake of ours that must not wait for a client.
func joinEndpoints(table []protocol.Operation, handlers map[string]handler) (map[string]*Endpoint, error) {
	all := make(map[string]*Endpoint, len(table))
	for _, row := range table {
		serve, ok := handlers[row.Op]
		if !ok {
			return nil, fmt.Errorf("operation %s has no handler", row.Op)
		}
		e := &Endpoint{Operation: row, Serve: serve}
		for _, m := range paramNames.FindAllStringSubmatch(row.Path, -1) {
			e.params = append(e.params, m[1])
		}
		all[row.Op] = e
	}
	for _, op := range slices.Sorted(maps.Keys(handlers)) {
		if all[op] == nil {
			return nil, fmt.Errorf("handler %s has no operation", op)
		}
	}
	return all, nil
}

// bodyLimit is the largest body the operation takes, in bytes.
func (e *Endpoint) BodyLimit() int64 {
	if e.MaxBody > 0 {
		return e.MaxBody
	}
	return protocol.MaxBody
}

// free says that nobody pays for it: a supervisor that is refused when it asks whether
// the process lives would end one that does.
func (e *Endpoint) Exempt() bool { return e.Op == "health.get" }

// charged is what a request is charged, nil for nothing.
func (e *Endpoint) Charged() *limit.Cost {
	if e.Exempt() {
		return nil
	}
	return &e.Cost
}

// chargedBySocket is the same for a request by WebSocket. Guests' votes are not charged
// there: they have limits of their own, of the device and of all votes of its address.
func (e *Endpoint) ChargedBySocket(who protocol.Principal) *limit.Cost {
	if who.Role == protocol.RoleGuest && e.ReadVote != nil {
		return nil
	}
	return e.Charged()
}

// patience is how long one request may take. A large body takes its time on a slow
// line, and the wait for the answer begins after it.
func (e *Endpoint) Timeout() time.Duration {
	if e.BodyLimit() > protocol.MaxBody {
		return ReadTimeout + RequestTimeout
	}
	return RequestTimeout
}
