package sessions

import (
	"github.com/asynkron/protoactor-go/actor"

	"partyline/actors/rules/session"
	"partyline/actors/runtime"
)

// monitorRef is the room monitor that a session has running, and the check that it makes. pid
// is nil when none runs.
type monitorRef struct {
	pid   *actor.PID
	check session.RoomCheck
}

// ensureMonitor starts and stops room monitors so that exactly the room is monitored that the
// state wants checked. It acts after facts about checks became durable, after a load, and at
// every tick.
func (a *sessionActor) ensureMonitor(c actor.Context) {
	if !a.checkDirty || a.MustReload() || a.stopped || a.service.Observer == nil {
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
		a.monitor = monitorRef{pid: c.Spawn(a.service.newMonitor(a.id, c.Self(), want)), check: want}
		a.monitors++
	}
}

// stopMonitor stops the monitor's actor; the state of the check stays as it is.
func (a *sessionActor) stopMonitor(c actor.Context) {
	if a.monitor.pid != nil {
		c.Stop(a.monitor.pid)
		a.monitor = monitorRef{}
	}
}

// monitorStopped counts a monitor that has ended. The session ends only after its monitors: if
// the session's own end ended them, one that is just ending would be stopped twice.
func (a *sessionActor) monitorStopped(who *actor.PID) {
	a.monitors--
	if who.Equal(a.monitor.pid) {
		a.monitor = monitorRef{}
	}
}

// tickMonitor passes the tick on and has ensureMonitor run again.
func (a *sessionActor) tickMonitor(c actor.Context) {
	a.checkDirty = true
	if a.monitor.pid != nil {
		c.Send(a.monitor.pid, runtime.Tick{})
	}
}
