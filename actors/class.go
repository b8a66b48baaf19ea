package actors

import (
	"context"

	"partyline/protocol"
)

// Class is for whom the hub does something. Each has a share of the places at the door.
type Class uint8

const (
	// ClassHost is the host, and the hub itself.
	ClassHost Class = iota
	// ClassBot is whoever has a token that the host has made: bots, and screens that read.
	ClassBot
	// ClassGuest is a phone that comes in or votes.
	ClassGuest
	// ClassStranger is everybody else who reads, guests too.
	ClassStranger
)

type classKey struct{}

// WithClass is a context for what is asked for somebody of the class. Without it the hub
// takes the host for the one who asks. A vote is of its own kind's class in any case.
func WithClass(ctx context.Context, c Class) context.Context {
	if c == ClassHost {
		return ctx
	}
	return context.WithValue(ctx, classKey{}, c)
}

// classIn is the class that a context is of.
func classIn(ctx context.Context) Class {
	c, _ := ctx.Value(classKey{}).(Class)
	return c
}

// classOf is the class of whoever gives a command: votes are of bots or phones, everything
// else is the host's.
func classOf(c protocol.Command) Class {
	switch c := c.(type) {
	case *protocol.CastVote, *protocol.CastVotes:
		return ClassBot
	case *protocol.CastGuestVote:
		return ClassGuest
	case *protocol.CastPollVote:
		if c.Device != 0 {
			return ClassGuest
		}
		return ClassBot
	}
	return ClassHost
}
