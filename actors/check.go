package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/runtime"
	"partyline/actors/session"
	"partyline/protocol"
)

// room is a session's side of the check that is running: its child, nil when there is
// none, and what that was sent to look at.
type room struct {
	pid   *actor.PID
	check session.RoomCheck
}

// look sees to it that exactly the room is checked that the state wants checked. It is
// called when facts about it are on disk, when the state has been read, and with each
// sweep.
func (a *sessionActor) look(c actor.Context) {
	if !a.stirred || a.MustReload() || a.gone || a.lookouts.observer == nil {
		return
	}
	a.stirred = false
	want, running := a.State.RoomCheck()
	running = running && !a.ending
	if running && a.room.pid != nil && a.room.check == want {
		return
	}
	a.leaveRoom(c)
	if running {
		a.room = room{pid: c.Spawn(a.newRoom(a.id, c.Self(), want)), check: want}
		a.looking++
	}
}

// leaveRoom ends the check's actor; the check itself is the state's.
func (a *sessionActor) leaveRoom(c actor.Context) {
	if a.room.pid != nil {
		c.Stop(a.room.pid)
		a.room = room{}
	}
}

// roomLeft is told of the end of a check's actor. The session ends after them: ended by
// its own end, one that is just ending would be told twice.
func (a *sessionActor) roomLeft(who *actor.PID) {
	a.looking--
	if who.Equal(a.room.pid) {
		a.room = room{}
	}
}

// sweepRoom sees to it that the check that should be running is.
func (a *sessionActor) sweepRoom(c actor.Context) {
	a.stirred = true
	if a.room.pid != nil {
		c.Send(a.room.pid, runtime.Tick{})
	}
}

// newRoom is the check of a room for a session.
func (h *Hub) newRoom(id protocol.SessionID, parent *actor.PID, check session.RoomCheck) *actor.Props {
	return h.system.Props(func() actor.Actor {
		return &roomActor{Env: h.env, system: h.system, lookouts: h.lookouts, jitter: h.jitter, session: id, parent: parent, check: check}
	})
}
