package actors

// A message can find its actor ended: a timer that fires late, a doorbell during the
// shutdown. Those who wait for an answer get one and all are counted (newSystem);
// protoactor's own log of dead letters is left out, because it starts a goroutine
// with a timer for every burst, which outlives the hub.

// IgnoreDeadLetterLogging implements actor.IgnoreDeadLetterLogging.
func (*ticket) IgnoreDeadLetterLogging()   {}
func (wakeUp) IgnoreDeadLetterLogging()    {}
func (sweep) IgnoreDeadLetterLogging()     {}
func (lastCall) IgnoreDeadLetterLogging()  {}
func (*unwatch) IgnoreDeadLetterLogging()  {}
func (*retire) IgnoreDeadLetterLogging()   {}
func (*deliver) IgnoreDeadLetterLogging()  {}
func (*closeAll) IgnoreDeadLetterLogging() {}
func (*landed) IgnoreDeadLetterLogging()   {}
func (news) IgnoreDeadLetterLogging()      {}
func (onward) IgnoreDeadLetterLogging()    {}
func (openUp) IgnoreDeadLetterLogging()    {}
func (*tidy) IgnoreDeadLetterLogging()     {}
func (leave) IgnoreDeadLetterLogging()     {}
func (*sleeper) IgnoreDeadLetterLogging()  {}
