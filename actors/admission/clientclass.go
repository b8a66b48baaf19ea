package admission

import (
	"context"

	"partyline/protocol"
)

// Class is the kind of client that a request comes from. Each has a share of the slots.
type Class uint8

const (
	// ClassHost is the host, and the hub itself.
	ClassHost Class = iota
	// ClassBot has a token that the host has issued: bots, and screens that read.
	ClassBot
	// ClassGuest is a phone that joins or votes.
	ClassGuest
	// ClassStranger is every other reader, phones included.
	ClassStranger
)

type classKey struct{}

// WithClass returns a context that carries the class of the client a query is made for.
// Without one a query counts as the host's. A command's class is its own (ClassOf).
func WithClass(ctx context.Context, c Class) context.Context {
	if c == ClassHost {
		return ctx
	}
	return context.WithValue(ctx, classKey{}, c)
}

// ClassFrom is the class that a context carries.
func ClassFrom(ctx context.Context) Class {
	c, _ := ctx.Value(classKey{}).(Class)
	return c
}

// ClassOf is the class that a command counts for: votes are those of bots or phones,
// everything else is the host's.
func ClassOf(c protocol.Command) Class {
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
