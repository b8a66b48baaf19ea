package protocol

// Code names a kind of error for programs. Clients may switch on it; sentences may
// be reworded, codes never.
type Code string

// The codes. Each has one row in the table below.
const (
	CodeInvalid          Code = "invalid"            // input that does not fit; the sentence names the field
	CodeMalformed        Code = "malformed"          // not JSON at all, or not an object
	CodeUnauthenticated  Code = "unauthenticated"    // no token where one is needed
	CodeBadKey           Code = "bad_key"            // the admin key is wrong
	CodeBadToken         Code = "bad_token"          // forged, expired or revoked
	CodeForbidden        Code = "forbidden"          // a valid token of too low a role, or of another session
	CodeForeignOrigin    Code = "foreign_origin"     // a browser page of another host
	CodeForeignHost      Code = "foreign_host"       // asked by a name that may be somebody else's
	CodeNotFound         Code = "not_found"          // no such thing
	CodeMethod           Code = "method_not_allowed" // the path exists, the method does not
	CodeConflict         Code = "conflict"           // does not fit the state of things; asking again will not help
	CodeDuplicateVote    Code = "duplicate_vote"     // within a second of the same name's vote, or a device's second where one counts
	CodeActiveSession    Code = "active_session"     // as many sessions are active as may be
	CodeSessionActive    Code = "session_active"     // close it first
	CodeSessionClosed    Code = "session_closed"     // it is over
	CodeKeyReused        Code = "key_reused"         // the Idempotency-Key came with another request
	CodeKeyInFlight      Code = "key_in_flight"      // the first request with this key is not answered yet
	CodeTooLarge         Code = "too_large"          // body or message over its limit
	CodeMediaType        Code = "media_type"         // not application/json
	CodeTooMany          Code = "too_many_requests"  // this client asks faster than its limit
	CodeOverloaded       Code = "overloaded"         // all clients together ask more than can be done
	CodeStorage          Code = "storage_failing"    // the disk is full or refuses; outcome unknown for writes
	CodeStarting         Code = "starting"           // the server is opening its data folder
	CodeDraining         Code = "draining"           // the server is shutting down
	CodeTimeout          Code = "timeout"            // no answer in time; outcome unknown, send it again with the same key
	CodeCorrupt          Code = "corrupt"            // what is stored of this does not check; it is not served
	CodeInternal         Code = "internal"           // our fault
	CodeNotAuthenticated Code = "not_authenticated"  // a WebSocket message that needs auth first
	CodeUnknownType      Code = "unknown_type"       // a WebSocket message of a type nobody knows
)

// Meaning looks the code up; an unknown code means internal.
func (c Code) Meaning() Meaning {
	if m, ok := meanings[c]; ok {
		return m
	}
	return meanings[CodeInternal]
}

// Meaning is what a code stands for towards a client.
type Meaning struct {
	// Status is the HTTP status of a REST answer and of a WebSocket response.
	Status int
	// Close is the WebSocket close code where the error ends the connection, else 0.
	Close CloseCode
	// Retry says that the same request may succeed later: the answer has Retry-After.
	Retry bool
}

var meanings = map[Code]Meaning{
	CodeInvalid:          {Status: 400},
	CodeMalformed:        {Status: 400},
	CodeUnauthenticated:  {Status: 401},
	CodeBadKey:           {Status: 401},
	CodeBadToken:         {Status: 403},
	CodeForbidden:        {Status: 403},
	CodeForeignOrigin:    {Status: 403},
	CodeForeignHost:      {Status: 403},
	CodeNotFound:         {Status: 404},
	CodeMethod:           {Status: 405},
	CodeConflict:         {Status: 409},
	CodeDuplicateVote:    {Status: 409},
	CodeActiveSession:    {Status: 400},
	CodeSessionActive:    {Status: 400},
	CodeSessionClosed:    {Status: 400},
	CodeKeyReused:        {Status: 409},
	CodeKeyInFlight:      {Status: 409, Retry: true},
	CodeTooLarge:         {Status: 413, Close: CloseTooBig},
	CodeMediaType:        {Status: 415},
	CodeTooMany:          {Status: 429, Close: CloseTooMany, Retry: true},
	CodeOverloaded:       {Status: 503, Retry: true},
	CodeStorage:          {Status: 503, Retry: true},
	CodeStarting:         {Status: 503, Retry: true},
	CodeDraining:         {Status: 503, Close: CloseGoingAway, Retry: true},
	CodeTimeout:          {Status: 503, Retry: true},
	CodeCorrupt:          {Status: 500},
	CodeInternal:         {Status: 500, Close: CloseInternal},
	CodeNotAuthenticated: {Status: 401},
	CodeUnknownType:      {Status: 400},
}

// Codes returns all codes with their meanings.
func Codes() map[Code]Meaning {
	all := make(map[Code]Meaning, len(meanings))
	for c, m := range meanings {
		all[c] = m
	}
	return all
}

// CloseCode is a WebSocket close status (RFC 6455, section 7.4).
type CloseCode int

// The close codes a client can see from this server.
const (
	CloseNormal      CloseCode = 1000
	CloseGoingAway   CloseCode = 1001 // the server stops; reconnect after the announced wait
	CloseBadData     CloseCode = 1003 // a binary message
	CloseInvalidUTF8 CloseCode = 1007 // a text message that is not UTF-8
	CloseTooBig      CloseCode = 1009 // a message over MaxMessage
	CloseInternal    CloseCode = 1011 // our fault
	CloseTryLater    CloseCode = 1013 // the session could not be read for half a minute because storage fails; connect again later
	CloseAuthTimeout CloseCode = 4001 // no valid auth within AuthTimeout
	CloseForbidden   CloseCode = 4003 // the token was revoked or has expired
	CloseTooSlow     CloseCode = 4008 // accepted nothing for StallTimeout, or left the most unread
	CloseTooMany     CloseCode = 4009 // messages faster than the limit, or connections of one device beyond its own
)
