package protocol

import "strings"

// JoinPolicy is what happens to a device's second vote for one play.
type JoinPolicy string

// The policies.
const (
	// PolicyEvery counts every vote, as the reference API does with names; two within
	// DuplicateWindow count as one.
	PolicyEvery JoinPolicy = "every"
	// PolicyLatest replaces a device's older vote with its newer one.
	PolicyLatest JoinPolicy = "latest"
	// PolicyOnce refuses all votes but the first.
	PolicyOnce JoinPolicy = "once"
)

// JoinAlphabet are the characters of join codes: the 20 characters of Open Location Codes,
// which were chosen so that no two look alike and hardly a word can be spelled.
const JoinAlphabet = "23456789CFGHJMPQRVWX"

// JoinCodeLength allows 64 million codes: with one guess a second the open one is found
// after a year, on average.
const JoinCodeLength = 6

// NormalizeJoinCode returns a code as typed in the form in which codes are stored. ok is
// false for a text that cannot be a code.
func NormalizeJoinCode(typed string) (code string, ok bool) {
	code = strings.ToUpper(strings.TrimSpace(typed))
	if len(code) != JoinCodeLength {
		return "", false
	}
	for i := range len(code) {
		if strings.IndexByte(JoinAlphabet, code[i]) < 0 {
			return "", false
		}
	}
	return code, true
}

// JoinSecretLength is the length of the secret that the link of a QR code contains in
// addition to the code: 72 bits in base64url.
const JoinSecretLength = 12

// OpenJoin opens a session for joining by code: sessions.join.open. If it is open already,
// only the policy changes, unless Renew asks for another code.
type OpenJoin struct {
	ID SessionID `json:"id"`
	// Policy empty leaves the policy unchanged; the first one is PolicyLatest.
	Policy JoinPolicy `json:"policy"`
	Renew  bool       `json:"renew"`
	// NewCode is a code that no session has, drawn by the hub in case one is needed.
	NewCode string `json:"-"`
}

// Target implements SessionCommand.
func (c OpenJoin) Target() SessionID { return c.ID }

// Check implements Command.
func (c OpenJoin) Check() *Error {
	switch c.Policy {
	case "", PolicyEvery, PolicyLatest, PolicyOnce:
		return nil
	}
	return Invalid(`policy must be "every", "latest" or "once"`)
}

// CloseJoin closes joining and ends the rights of all guests: sessions.join.close.
type CloseJoin struct {
	ID SessionID `json:"id"`
}

// Target implements SessionCommand.
func (c CloseJoin) Target() SessionID { return c.ID }

// Check implements Command.
func (c CloseJoin) Check() *Error { return nil }

// Join is how phones join a session: the data of session.join, and a part of SessionState.
// Code and Path are null while joining is closed.
type Join struct {
	SessionID SessionID  `json:"sessionId"`
	Code      *string    `json:"code"`
	Policy    JoinPolicy `json:"policy"`
	// Path is that of the page for phones, relative to the server's address.
	Path *string `json:"path"`
}

// Links adds the links that contain the secret of the code, if there is a code.
func (j Join) Links(secret string) JoinLinks {
	l := JoinLinks{Join: j}
	if j.Path != nil {
		link, qr := *j.Path+"#s="+secret, *j.Path+"/qr.svg?s="+secret
		l.Link, l.QR = &link, &qr
	}
	return l
}

// NewJoin returns a Join; with an empty code joining is closed.
func NewJoin(s SessionID, code string, policy JoinPolicy) Join {
	j := Join{SessionID: s, Policy: policy}
	if code != "" {
		path := "/vote/" + code
		j.Code, j.Path = &code, &path
	}
	return j
}

// JoinLinks is a Join with the links that only the host and screens get: the answer of
// sessions.join.get, sessions.join.open and sessions.join.close. Link is the text for a QR
// code, a path relative to the server's address with the secret in its fragment; QR is the
// path of the picture of that code. Both are null while joining is closed.
type JoinLinks struct {
	Join
	Link *string `json:"link"`
	QR   *string `json:"qr"`
}

// NoSuchCode is the error for a join code that belongs to no open session.
func NoSuchCode() *Error { return Errorf(CodeNotFound, "No session has this code") }
