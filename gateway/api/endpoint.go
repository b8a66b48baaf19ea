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
	// ReadVote reads the vote of an operation that casts one, else nil.
	ReadVote voteReader
	// Cost is what the operation's answers have cost lately.
	Cost limit.Cost
	// params are the names of the path's parameters, in order.
	params []string
}

var paramNames = regexp.MustCompile(`\{(\w+)\}`)

// endpoints is the table of operations with what serves it.
func (h *Handlers) Endpoints() (map[string]*Endpoint, error) {
	handlers, voteReaders := h.table(), h.voteReaders()
	for op, read := range voteReaders {
		handlers[op] = h.serveVote(read)
	}
	all, err := joinEndpoints(protocol.Operations(), handlers)
	if err != nil {
		return nil, err
	}
	for op, read := range voteReaders {
		all[op].ReadVote = read
	}
	all["sessions.list"].Cost.Expect(limit.ListBytes)
	return all, nil
}

// joinEndpoints joins the table of operations with the handlers. It fails for a row
// without a handler and a handler without a row, so that such a mistake does not wait for
// a client.
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

// Exempt says that no limit refuses the operation: a supervisor that is refused when it
// asks whether the process lives would end one that does.
func (e *Endpoint) Exempt() bool { return e.Op == "health.get" }

// Charged is what a request by REST is charged, nil for nothing.
func (e *Endpoint) Charged() *limit.Cost {
	if e.Exempt() {
		return nil
	}
	return &e.Cost
}

// ChargedBySocket is what a request by WebSocket is charged, nil for nothing. Guests'
// votes are not charged there: the device's limit and that of all votes of its address
// count them.
func (e *Endpoint) ChargedBySocket(who protocol.Principal) *limit.Cost {
	if who.Role == protocol.RoleGuest && e.ReadVote != nil {
		return nil
	}
	return e.Charged()
}

// Timeout bounds one request. A large body takes its time on a slow line, and the wait
// for the answer begins after it.
func (e *Endpoint) Timeout() time.Duration {
	if e.BodyLimit() > protocol.MaxBody {
		return ReadTimeout + RequestTimeout
	}
	return RequestTimeout
}

// RequestTimeout bounds the wait of one request. A commit takes milliseconds; what
// takes longer than this is a disk that hangs.
const RequestTimeout = 15 * time.Second

// ReadTimeout bounds the reading of a whole request; the largest import takes it on a slow
// line.
const ReadTimeout = 60 * time.Second
