package actors

import (
	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/runtime"
	"partyline/actors/session"
	"partyline/protocol"
)

// room is a session's side of the check that is running: its child, nil when there is
// none, and what that was sent to look at.
type monitorRef struct {
	pid   *actor.PID
	check session.RoomCheck
}

// look sees to it that exactly the room is checked that the state wants checked. It is
// called when facts about it are on disk, when the state has been read, and with each
// sweep.
func (a *sessionActor) ensureMonitor(c actor.Context) {
	if !a.checkDirty || a.MustReload() || a.stopped || a.observations.observer == nil {
		return
	}
	a.checkDirty = false
	want, running := a.State.RoomCheck()
	running = running && !a.draining
	if running && a.monitor.pid != nil && a.monitor.check == want {
		return
	}
	a.stopMonitor(c)
	if running {
		a.monitor = monitorRef{pid: c.Spawn(a.newMonitor(a.id, c.Self(), want)), check: want}
		a.monitors++
	}
}

// leaveRoom ends the check's actor; the check itself is the state's.
func (a *sessionActor) stopMonitor(c actor.Context) {
	if a.monitor.pid != nil {
		c.Stop(a.monitor.pid)
		a.monitor = monitorRef{}
	}
}

// roomLeft is told of the end of a check's actor. The session ends after them: ended by
// its own end, one that is just ending would be told twice.
func (a *sessionActor) monitorStopped(who *actor.PID) {
	a.monitors--
	if who.Equal(a.monitor.pid) {
		a.monitor = monitorRef{}
	}
}

// sweepRoom sees to it that the check that should be running is.
func (a *sessionActor) tickMonitor(c actor.Context) {
	a.checkDirty = true
	if a.monitor.pid != nil {
		c.Send(a.monitor.pid, runtime.Tick{})
	}
}

// newRoom is the check of a room for a session.
func (h *Hub) newMonitor(id protocol.SessionID, parent *actor.PID, check session.RoomCheck) *actor.Props {
	return h.system.Props(func() actor.Actor {
		return &monitor{Env: h.env, system: h.system, observations: h.observations, jitter: h.jitter, session: id, parent: parent, check: check}
	})
}
