package attack

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"partyline/loadtest/oracle"
	"partyline/loadtest/report"
	"partyline/loadtest/wire"
	"partyline/protocol"
)

const (
	unreadSockets, unreadRequests = 800, 60
	// unreadPace is how often a socket reads one answer: one that reads nothing is closed after
	// ten seconds.
	unreadPace   = 4 * time.Second
	readSockets  = 200
	readsASecond = 10
	// admissionSockets, each with as many requests as a guest may have unanswered, want all places
	// of the hub's admission.
	admissionSockets, admissionRequests = 2000, 8
	// connectsAtOnce is how many WebSockets an address may open in one go.
	connectsAtOnce = 400
)

// guestSockets opens sockets with one guest's token, from as many addresses as that takes, and
// runs each until the attack ends.
func (t *attackers) guestSockets(ctx context.Context, n int, run func(ctx context.Context, c *wire.Conn) string) error {
	token, err := t.guest(ctx, attackerAddress)
	if err != nil {
		return err
	}
	report.InParallel(ctx, n, func(ctx context.Context, index int) {
		from := "198.51.100." + strconv.Itoa(66+index/connectsAtOnce)
		c, err := wire.Connect(ctx, t.Addr, token, forwardedFor+": "+from)
		if err != nil {
			t.count("not connected", 1)
			return
		}
		defer func() { _ = c.Close() }()
		t.count(run(ctx, c), 1)
	})
	return nil
}

// request is a request for an operation over WebSocket.
func request(id int, op, data string) []byte {
	return fmt.Appendf(nil, `{"type":"request","id":"%d","op":%q,"data":%s}`, id, op, data)
}

// answered counts an answer by its status.
func (t *attackers) answered(message []byte) {
	if r, ok := oracle.ReadResponse(message); ok {
		t.count(strconv.Itoa(r.Status), 1)
	}
}

// unreadAnswers has guests send requests and hardly read the answers, which the server has to
// hold.
func unreadAnswers(ctx context.Context, t *attackers) error {
	return t.guestSockets(ctx, unreadSockets, func(ctx context.Context, c *wire.Conn) string {
		for i := range unreadRequests {
			c.Queue(request(i, "games.list", "{}"))
		}
		if err := c.Flush(); err != nil {
			return "ended"
		}
		for report.Wait(ctx, unreadPace) == nil {
			_ = c.SetReadDeadline(time.Now().Add(lastWait))
			m, err := c.Next()
			if err != nil {
				return ending(err)
			}
			t.answered(m)
		}
		return "stayed"
	})
}

// guestReads has guests read the catalogue again and again.
func guestReads(ctx context.Context, t *attackers) error {
	return t.guestSockets(ctx, readSockets, func(ctx context.Context, c *wire.Conn) string {
		ended := make(chan string, 1)
		go func() { ended <- watch(ctx, c, t.answered) }() // ends with the connection, or with ctx
		for i := 0; report.Wait(ctx, time.Second/readsASecond) == nil; i++ {
			if err := c.Send(request(i, "games.list", "{}")); err != nil {
				break
			}
		}
		return <-ended
	})
}

// fillAdmission has guests of two addresses send requests that wait for commits, as many at a time
// as they may, on a slow disk.
func fillAdmission(ctx context.Context, t *attackers) error {
	read := fmt.Sprintf(`{"id":%d}`, t.Session)
	return t.guestSockets(ctx, admissionSockets, func(ctx context.Context, c *wire.Conn) string {
		for i := range admissionRequests {
			c.Queue(request(i, "sessions.votes", read))
		}
		if err := c.Flush(); err != nil {
			return "ended"
		}
		return watch(ctx, c, func(m []byte) {
			t.answered(m)
			_ = c.Send(request(0, "sessions.votes", read)) // the reader meets its end
		})
	})
}

// guessers try codes at the same time; guessesEach is how many come from one /64: one less than
// may be wrong in a minute.
const guessers, guessesEach = 16, 29

// guessCodes tries one code after the other from a /48, which every tunnel broker gives away.
func guessCodes(ctx context.Context, t *attackers) error {
	report.InParallel(ctx, guessers, func(ctx context.Context, index int) {
		v := t.visitor("", "", 1)
		defer v.close()
		for n := 0; ctx.Err() == nil; n++ {
			network := (n/guessesEach)*guessers + index
			v.from = fmt.Sprintf("2001:db8:7:%x::1", network&0xffff)
			t.count(v.get(ctx, http.MethodPost, "/api/join", `{"code":"`+codeNumber(n*guessers+index)+`"}`), 1)
		}
	})
	return nil
}

// codeNumber is the n-th code, of those that begin with a 2.
func codeNumber(n int) string {
	code := []byte("222222")
	for i := len(code) - 1; i > 0; i-- {
		code[i] = protocol.JoinAlphabet[n%len(protocol.JoinAlphabet)]
		n /= len(protocol.JoinAlphabet)
	}
	return string(code)
}

const (
	hoardAddresses = 5
	hoardEach      = 60
)

// hoardedDevices gets devices in one session, from several addresses, and votes with all of them
// in a session in which each device has one vote, from one address.
func hoardedDevices(ctx context.Context, t *attackers) error {
	devices, err := t.gather(ctx)
	if err != nil {
		return err
	}
	t.count("gathered", len(devices))
	return report.Spread(ctx, workers, len(devices), func(ctx context.Context, i int) error {
		v := t.visitor(attackerAddress, "", 1)
		defer v.close()
		e, status, err := enter(ctx, v, t.OnceCode, devices[i])
		if err != nil {
			return err
		}
		t.count("entered "+strconv.Itoa(status), 1)
		if status != http.StatusOK {
			return nil
		}
		v.token = e.Token
		t.count("voted "+v.get(ctx, http.MethodPost, "/api/join/vote", `{"vote":"up"}`), 1)
		return nil
	})
}

func (t *attackers) gather(ctx context.Context) ([]string, error) {
	devices := make([]string, hoardAddresses*hoardEach)
	err := report.Spread(ctx, workers, len(devices), func(ctx context.Context, i int) error {
		v := t.visitor("203.0.113."+strconv.Itoa(100+i%hoardAddresses), "", 1)
		defer v.close()
		e, status, err := enter(ctx, v, t.Code, "")
		if status == http.StatusOK {
			devices[i] = e.Device
		}
		return err
	})
	devices = slices.DeleteFunc(devices, func(d string) bool { return d == "" })
	if len(devices) == 0 {
		err = errors.Join(err, errors.New("no device could be gathered"))
	}
	return devices, err
}

// searchers search at the same time.
const searchers = 8

// searchNames searches, with a viewer's token, for a name that has no votes.
func searchNames(ctx context.Context, t *attackers) error {
	v := t.visitor(attackerAddress, t.Viewer, searchers)
	defer v.close()
	report.InParallel(ctx, searchers, func(ctx context.Context, index int) {
		for n := index; ctx.Err() == nil; n += searchers {
			t.count(v.get(ctx, http.MethodGet, "/api/votes?limit=10&username=nobody"+strconv.Itoa(n), ""), 1)
		}
	})
	return nil
}
