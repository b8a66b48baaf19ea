package limit

import (
	"slices"
	"sync"

	"partyline/protocol"
)

// DeviceSockets are the open WebSockets of each phone. A guest's token is worth as many
// sockets as somebody opens with it, and each may have requests and answers under way. The
// zero value is ready.
type DeviceSockets[S comparable] struct {
	mu       sync.Mutex
	byDevice map[sessionDevice][]S // the oldest first
}

// sessionDevice is a device in a session.
type sessionDevice struct {
	session protocol.SessionID
	device  protocol.DeviceID
}

func deviceOf(who protocol.Principal) sessionDevice { return sessionDevice{who.Session, who.Device} }

// Add adds a guest's socket. When that is one too many it returns the oldest, which is to
// be closed: more likely than the newest it is one that nobody uses any more.
func (p *DeviceSockets[S]) Add(socket S, who protocol.Principal) (oldest S, tooMany bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byDevice == nil {
		p.byDevice = map[sessionDevice][]S{}
	}
	open := append(p.byDevice[deviceOf(who)], socket)
	if tooMany = len(open) > int(DeviceSocketsOpen.Most); tooMany {
		oldest = open[0]
		open = slices.Delete(open, 0, 1)
	}
	p.byDevice[deviceOf(who)] = open
	return oldest, tooMany
}

// Remove removes a socket, if it is still there.
func (p *DeviceSockets[S]) Remove(socket S, who protocol.Principal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	open := slices.DeleteFunc(p.byDevice[deviceOf(who)], func(other S) bool { return other == socket })
	if len(open) == 0 {
		delete(p.byDevice, deviceOf(who))
		return
	}
	p.byDevice[deviceOf(who)] = open
}
