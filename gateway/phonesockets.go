package gateway

import (
	"slices"
	"sync"

	"partyline/protocol"
)

// maxPhoneSockets of one device may be open: a tab or two, and those that it has lost on
// the way through a bad network and the server has not missed yet.
const maxPhoneSockets = 4

// phoneSockets are the sockets of each device. A guest's token is worth as many sockets as
// somebody opens with it, and each may have requests and answers under way. The zero value
// is ready.
type phoneSockets struct {
	mu sync.Mutex
	of map[phone][]*socket // the oldest first
}

// phone is a device in a session.
type phone struct {
	session protocol.SessionID
	device  protocol.DeviceID
}

func phoneOf(who protocol.Principal) phone { return phone{who.Session, who.Device} }

// join adds a guest's socket. When that is one too many it returns the oldest, which is to
// be closed: more likely than the newest it is one that nobody is at any more.
func (p *phoneSockets) join(k *socket, who protocol.Principal) (oldest *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of == nil {
		p.of = map[phone][]*socket{}
	}
	open := append(p.of[phoneOf(who)], k)
	if len(open) > maxPhoneSockets {
		oldest = open[0]
		open = slices.Delete(open, 0, 1)
	}
	p.of[phoneOf(who)] = open
	return oldest
}

// leave removes a socket, if it is still there.
func (p *phoneSockets) leave(k *socket, who protocol.Principal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	open := slices.DeleteFunc(p.of[phoneOf(who)], func(other *socket) bool { return other == k })
	if len(open) == 0 {
		delete(p.of, phoneOf(who))
		return
	}
	p.of[phoneOf(who)] = open
}
