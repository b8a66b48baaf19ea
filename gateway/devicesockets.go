package gateway

import (
	"slices"
	"sync"

	"partyline/protocol"
)

// maxPhoneSockets of one device may be open: a tab or two, and those that it has lost on
// the way through a bad network and the server has not missed yet.
const maxDeviceSockets = 4

// phoneSockets are the sockets of each device. A guest's token is worth as many sockets as
// somebody opens with it, and each may have requests and answers under way. The zero value
// is ready.
type deviceSockets struct {
	mu       sync.Mutex
	byDevice map[deviceKey][]*socket // the oldest first
}

// phone is a device in a session.
type deviceKey struct {
	session protocol.SessionID
	device  protocol.DeviceID
}

func deviceKeyOf(who protocol.Principal) deviceKey { return deviceKey{who.Session, who.Device} }

// join adds a guest's socket. When that is one too many it returns the oldest, which is to
// be closed: more likely than the newest it is one that nobody is at any more.
func (p *deviceSockets) add(k *socket, who protocol.Principal) (oldest *socket) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byDevice == nil {
		p.byDevice = map[deviceKey][]*socket{}
	}
	open := append(p.byDevice[deviceKeyOf(who)], k)
	if len(open) > maxDeviceSockets {
		oldest = open[0]
		open = slices.Delete(open, 0, 1)
	}
	p.byDevice[deviceKeyOf(who)] = open
	return oldest
}

// leave removes a socket, if it is still there.
func (p *deviceSockets) remove(k *socket, who protocol.Principal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	open := slices.DeleteFunc(p.byDevice[deviceKeyOf(who)], func(other *socket) bool { return other == k })
	if len(open) == 0 {
		delete(p.byDevice, deviceKeyOf(who))
		return
	}
	p.byDevice[deviceKeyOf(who)] = open
}
