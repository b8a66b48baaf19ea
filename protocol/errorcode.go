package protocol

// Code is a kind of error. Clients may switch on it; messages may be reworded, codes never.
type Code string

// The codes. Each has one row in meanings.
const (
	CodeInvalid          Code = "invalid"            // invalid input; the message names the field
	CodeMalformed        Code = "malformed"          // not JSON at all, or not an object
	CodeUnauthenticated  Code = "unauthenticated"    // no token where one is required
	CodeBadKey           Code = "bad_key"            // the admin key is wrong
	CodeBadToken         Code = "bad_token"          // forged, expired or revoked
	CodeForbidden        Code = "forbidden"          // a valid token of a role that may not, or of another session
	CodeForeignOrigin    Code = "foreign_origin"     // a request of a browser page of another origin
	CodeForeignHost      Code = "foreign_host"       // a Host header that may belong to another site
	CodeNotFound         Code = "not_found"          // no such thing
	CodeMethod           Code = "method_not_allowed" // the path exists, the method does not
	CodeConflict         Code = "conflict"           // the current state does not allow it; the same request will not succeed later
	CodeDuplicateVote    Code = "duplicate_vote"     // within a second of a vote of the same name, or a device's second vote where only one counts
	CodeActiveSession    Code = "active_session"     // the maximum number of sessions is active
	CodeSessionActive    Code = "session_active"     // the session must be closed first
	CodeSessionClosed    Code = "session_closed"     // the session is closed
	CodeKeyReused        Code = "key_reused"         // the Idempotency-Key was used with another request
	CodeKeyInFlight      Code = "key_in_flight"      // the first request with this Idempotency-Key is not answered yet
	CodeTooLarge         Code = "too_large"          // a body or message above its limit
	CodeMediaType        Code = "media_type"         // a Content-Type that the operation does not accept
	CodeTooMany          Code = "too_many_requests"  // this client exceeds its rate limit
	CodeOverloaded       Code = "overloaded"         // too many requests of all clients are in flight
	CodeStorage          Code = "storage_failing"    // the disk is full or fails; the outcome of a write is unknown
	CodeStarting         Code = "starting"           // the server is opening its data folder, or building what is asked for
	CodeDraining         Code = "draining"           // the server is shutting down
	CodeTimeout          Code = "timeout"            // no answer in time; the outcome of a write is unknown, send it again with the same key
	CodeCorrupt          Code = "corrupt"            // the stored data fail their checksum and are not served
	CodeInternal         Code = "internal"           // a fault of the server
	CodeNotAuthenticated Code = "not_authenticated"  // a WebSocket message before auth
	CodeUnknownType      Code = "unknown_type"       // a WebSocket message of an unknown type
)

// Meaning returns the meaning of the code; an unknown code means internal.
func (c Code) Meaning() Meaning {
	if m, ok := meanings[c]; ok {
		return m
	}
	return meanings[CodeInternal]
}

// Meaning is how an error code is sent to a client.
type Meaning struct {
	// Status is the HTTP status of a REST answer and the status of a WebSocket response.
	Status int
	// Close is the WebSocket close code when the error ends the connection, else 0.
	Close CloseCode
	// Retry marks errors after which the same request may succeed later: the answer has Retry-After.
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

// The close codes that this server sends.
const (
	CloseNormal      CloseCode = 1000
	CloseGoingAway   CloseCode = 1001 // the server shuts down; reconnect after the announced wait
	CloseBadData     CloseCode = 1003 // a binary message
	CloseInvalidUTF8 CloseCode = 1007 // a text message that is not UTF-8
	CloseTooBig      CloseCode = 1009 // a message above MaxMessage
	CloseInternal    CloseCode = 1011 // a fault of the server
	CloseTryLater    CloseCode = 1013 // the session could not be read for half a minute because storage fails; connect again later
	CloseAuthTimeout CloseCode = 4001 // no valid auth within AuthTimeout
	CloseForbidden   CloseCode = 4003 // the token was revoked or has expired
	CloseTooSlow     CloseCode = 4008 // the client read nothing for StallTimeout, or had the most unread data when memory ran short
	CloseTooMany     CloseCode = 4009 // the client exceeds its message rate, or one device has too many connections
)
