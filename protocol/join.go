package protocol

import "strings"

// JoinPolicy says what the second thumb of one device for one playing does.
type JoinPolicy string

// The policies.
const (
	// PolicyEvery counts each press, as the reference API does with names; two within
	// DuplicateWindow are one.
	PolicyEvery JoinPolicy = "every"
	// PolicyLatest has a device's newer thumb take back its older one.
	PolicyLatest JoinPolicy = "latest"
	// PolicyOnce refuses all but the first.
	PolicyOnce JoinPolicy = "once"
)

// JoinAlphabet is what codes are made of: the 20 characters of Open Location Codes,
// which were chosen so that no two look alike and hardly a word can be spelled.
const JoinAlphabet = "23456789CFGHJMPQRVWX"

// JoinCodeLength makes 64 million codes: whoever guesses once a second finds the one that
// is open after a year, on average.
const JoinCodeLength = 6

// NormalizeJoinCode is a code as it was typed, in the form in which it is stored. ok is
// false for what no code can be.
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

// JoinSecretLength is the length of the secret that the link of a QR code carries beside
// the code: 72 bits in base64url.
const JoinSecretLength = 12

// OpenJoin lets people join a session: sessions.join.open. What is open already stays
// as it is, but for the policy, unless Renew asks for another code.
type OpenJoin struct {
	ID SessionID `json:"id"`
	// Policy empty leaves what was set; at first that is PolicyLatest.
	Policy JoinPolicy `json:"policy"`
	Renew  bool       `json:"renew"`
	// Fresh is a code that no session has, drawn by the hub in case one is needed.
	NewCode string `json:"-"`
}

// Target is the session that decides.
func (c OpenJoin) Target() SessionID { return c.ID }

// Check implements Command.
func (c OpenJoin) Check() *Error {
	switch c.Policy {
	case "", PolicyEvery, PolicyLatest, PolicyOnce:
		return nil
	}
	return Invalid(`policy must be "every", "latest" or "once"`)
}

// CloseJoin ends that, and with it all rights of those who have joined:
// sessions.join.close.
type CloseJoin struct {
	ID SessionID `json:"id"`
}

// Target is the session that decides.
func (c CloseJoin) Target() SessionID { return c.ID }

// Check implements Command.
func (c CloseJoin) Check() *Error { return nil }

// Join is how to join a session: the data of session.join, and a part of SessionState. Code
// and Path are null while joining is closed.
type Join struct {
	SessionID SessionID  `json:"sessionId"`
	Code      *string    `json:"code"`
	Policy    JoinPolicy `json:"policy"`
	// Path is the page for phones, below the server's own address.
	Path *string `json:"path"`
}

// Links adds the links that carry the secret of the code, if there is a code.
func (j Join) Links(secret string) JoinLinks {
	l := JoinLinks{Join: j}
	if j.Path != nil {
		link, qr := *j.Path+"#s="+secret, *j.Path+"/qr.svg?s="+secret
		l.Link, l.QR = &link, &qr
	}
	return l
}

// NewJoin makes a Join; an empty code is none.
func NewJoin(s SessionID, code string, policy JoinPolicy) Join {
	j := Join{SessionID: s, Policy: policy}
	if code != "" {
		path := "/vote/" + code
		j.Code, j.Path = &code, &path
	}
	return j
}

// JoinLinks is a Join with what only the host and screens are told: the answer of
// sessions.join.get, sessions.join.open and sessions.join.close. Link is what a QR code is
// to say, a path below the server's own address with the secret in its fragment; QR is the
// path of that picture. Both are null while joining is closed.
type JoinLinks struct {
	Join
	Link *string `json:"link"`
	QR   *string `json:"qr"`
}

// NoSuchCode is what whoever comes with a code is told that opens nothing.
func NoSuchCode() *Error { return Errorf(CodeNotFound, "No game night has this code") }
