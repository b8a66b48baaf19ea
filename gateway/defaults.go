package gateway

import "partyline/gateway/limit"

// What Options and ServerOptions mean by 0: the rows of the table of limits.
var (
	DefaultTokenRate      = limit.TokenRequests.PerSecond
	DefaultViewerRate     = limit.ViewerRequests.PerSecond
	DefaultAddressRate    = limit.AddressRequests.PerSecond
	DefaultConnectRate    = limit.NewSockets.PerSecond
	DefaultJoinRate       = limit.NewGuestDevices.PerSecond
	DefaultGuestRate      = limit.GuestVotes.PerSecond
	DefaultMaxConnections = int(limit.OpenConnections.Most)
	DefaultMaxPerAddress  = int(limit.AddressConnections.Most)
)
