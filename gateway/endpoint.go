package gateway

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
type handler func(ctx context.Context, in *request) (response, error)

// endpoint is a row of the operation table with what serves it.
type endpoint struct {
	protocol.Operation
	serve handler
	// ballot reads the vote of an operation that is one, else nil.
	readVote voteReader
	// price is what its answers have cost lately.
	cost limit.Cost
	// params are the names of the path's parameters, in order.
	params []string
}

var paramNames = regexp.MustCompile(`\{(\w+)\}`)

// endpoints is the table of operations with what serves it.
func (h *handlers) endpoints() (map[string]*endpoint, error) {
	handlers, ballots := h.table(), h.voteReaders()
	for op, read := range ballots {
		handlers[op] = h.serveVote(read)
	}
	all, err := joinEndpoints(protocol.Operations(), handlers)
	if err != nil {
		return nil, err
	}
	for op, read := range ballots {
		all[op].readVote = read
	}
	all["sessions.list"].cost.Expect(limit.ListBytes)
	return all, nil
}

// joinEndpoints joins the table with its handlers, by op. A row without a handler or a
// handler without a row is a mistake of ours that must not wait for a client.
func joinEndpoints(table []protocol.Operation, handlers map[string]handler) (map[string]*endpoint, error) {
	all := make(map[string]*endpoint, len(table))
	for _, row := range table {
		serve, ok := handlers[row.Op]
		if !ok {
			return nil, fmt.Errorf("operation %s has no handler", row.Op)
		}
		e := &endpoint{Operation: row, serve: serve}
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
func (e *endpoint) bodyLimit() int64 {
	if e.MaxBody > 0 {
		return e.MaxBody
	}
	return protocol.MaxBody
}

// free says that nobody pays for it: a supervisor that is refused when it asks whether
// the process lives would end one that does.
func (e *endpoint) exempt() bool { return e.Op == "health.get" }

// charged is what a request is charged, nil for nothing.
func (e *endpoint) charged() *limit.Cost {
	if e.exempt() {
		return nil
	}
	return &e.cost
}

// chargedBySocket is the same for a request by WebSocket. Guests' votes are not charged
// there: they have limits of their own, of the device and of all votes of its address.
func (e *endpoint) chargedBySocket(who protocol.Principal) *limit.Cost {
	if who.Role == protocol.RoleGuest && e.readVote != nil {
		return nil
	}
	return e.charged()
}

// patience is how long one request may take. A large body takes its time on a slow
// line, and the wait for the answer begins after it.
func (e *endpoint) timeout() time.Duration {
	if e.bodyLimit() > protocol.MaxBody {
		return readTimeout + requestTimeout
	}
	return requestTimeout
}
