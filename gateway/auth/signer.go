package auth

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"partyline/protocol"
)

// claims is what a token of ours says. A token given for the admin key has no id; a
// scoped one has the id under which it can be revoked; a guest's has the device as its
// subject, and ends with the generation of joining that it was given in. Ids and
// generations are counted within a timeline, whose epoch stands in all of them but those
// of versions that had none.
type claims struct {
	Role       protocol.Role           `json:"role"`
	Name       string                  `json:"name,omitempty"`
	Session    protocol.SessionID      `json:"sessionId,omitempty"`
	Generation protocol.JoinGeneration `json:"generation,omitempty"`
	Epoch      protocol.Epoch          `json:"epoch,omitempty"`
	// Address is where a guest came in from, as AddressID.String has it; tokens of ffa9881
	// say none.
	Address string `json:"address,omitempty"`
	// Voids is how often votes had been voided in the session when the guest came in.
	Voids uint32 `json:"voids,omitempty"`
	jwt.RegisteredClaims
}

// signer signs tokens and parses them: HS256 and nothing else, so that neither "none" nor
// a public key taken for a secret gets anybody in. A secret may outlive the data folder;
// tokens of another timeline are refused.
type signer struct {
	secret   []byte
	timeline protocol.Timeline
	parser   *jwt.Parser
}

func newSigner(secret []byte, now protocol.Timeline, more ...jwt.ParserOption) *signer {
	options := append([]jwt.ParserOption{jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired()}, more...)
	return &signer{secret: secret, timeline: now, parser: jwt.NewParser(options...)}
}

// SignAdmin signs a token for whoever gave the admin key at that second.
func (m *signer) SignAdmin(iat int64) (string, error) {
	at := time.Unix(iat, 0)
	return m.sign(claims{Role: protocol.RoleAdmin, RegisteredClaims: jwt.RegisteredClaims{
		IssuedAt: jwt.NewNumericDate(at), ExpiresAt: jwt.NewNumericDate(at.Add(protocol.AdminTokenTTL))}})
}

// SignScoped signs a token that the hub issued. The same token always gives the same
// text, so that an idempotent answer can be given again without storing a secret.
func (m *signer) SignScoped(t protocol.Token) (string, error) {
	c := claims{Role: t.Role, Name: t.Name, RegisteredClaims: jwt.RegisteredClaims{
		ID: t.ID.String(), IssuedAt: jwt.NewNumericDate(t.CreatedAt.Time()), ExpiresAt: jwt.NewNumericDate(t.ExpiresAt.Time())}}
	if t.SessionID != nil {
		c.Session = *t.SessionID
	}
	return m.sign(c)
}

// Guest is what a guest's token says: who came into which session, and when.
type Guest struct {
	Session    protocol.SessionID
	Generation protocol.JoinGeneration
	Device     protocol.DeviceID
	Address    protocol.AddressID
	Voids      uint32
	Name       string
	At         time.Time
}

// SignGuest signs a token for a device that joined; it holds for protocol.GuestTokenTTL.
func (m *signer) SignGuest(g Guest) (string, error) {
	return m.sign(claims{Role: protocol.RoleGuest, Name: g.Name, Session: g.Session, Generation: g.Generation, Address: g.Address.String(), Voids: g.Voids,
		RegisteredClaims: jwt.RegisteredClaims{Subject: g.Device.String(), IssuedAt: jwt.NewNumericDate(g.At), ExpiresAt: jwt.NewNumericDate(g.At.Add(protocol.GuestTokenTTL))}})
}

func (m *signer) sign(c claims) (string, error) {
	c.Epoch = m.timeline.Epoch
	return jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(m.secret)
}

// Identity is whose a valid token is and when it was made (seconds since 1970).
type Identity struct {
	protocol.Principal
	IssuedAt int64
	// deadline is when the token will have expired, on the monotonic clock; set by
	// Verify.
	deadline time.Time
}

// matches says whether a token is the one that was issued under its id: same role,
// session, name and times. Times in a token are whole seconds.
func (h *Identity) matches(t *protocol.Token) bool {
	session := protocol.SessionID(0)
	if t.SessionID != nil {
		session = *t.SessionID
	}
	return h.Role == t.Role && h.Session == session && h.Name == t.Name &&
		h.IssuedAt == t.CreatedAt.Time().Unix() && h.Expires.Time().Unix() == t.ExpiresAt.Time().Unix()
}

var (
	errClaims = errors.New("claims do not fit")
	errEpoch  = errors.New("of another timeline")
)

// parse verifies a token's signature, time and claims. Whether it was revoked is not
// written in a token.
func (m *signer) parse(token string) (Identity, error) {
	var c claims
	if _, err := m.parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return m.secret, nil }); err != nil {
		return Identity{}, fmt.Errorf("token: %w", err)
	}
	if !m.timeline.Accepts(c.Epoch) {
		return Identity{}, errEpoch
	}
	h := Identity{Principal: protocol.Principal{Role: c.Role, Session: c.Session, Name: c.Name, Expires: protocol.TimestampOf(c.ExpiresAt.Time)}}
	if c.IssuedAt != nil {
		h.IssuedAt = c.IssuedAt.Unix()
	}
	switch {
	case c.Role == protocol.RoleAdmin && c.ID == "":
		return h, nil
	case c.Role == protocol.RoleGuest:
		err := c.guest(&h)
		return h, err
	}
	id, err := strconv.ParseInt(c.ID, 10, 64)
	if err != nil || id < 1 || (c.Role != protocol.RoleBot && c.Role != protocol.RoleViewer) {
		return Identity{}, errClaims
	}
	h.Token = protocol.TokenID(id)
	return h, nil
}

// guest reads the claims that only a guest's token has. A token that lacks any of them is
// refused: the rules for guests could not be applied to it.
func (c *claims) guest(h *Identity) error {
	device, ok := protocol.ParseDeviceID(c.Subject)
	if !ok || c.Session < 1 || c.Generation == 0 || c.Name == "" || c.ID != "" {
		return errClaims
	}
	h.Device, h.Generation, h.VoidCount = device, c.Generation, c.Voids
	if c.Address != "" {
		if h.Address, ok = protocol.ParseAddressID(c.Address); !ok {
			return errClaims
		}
	}
	// Versions before put names into tokens that are refused now.
	h.Name = GuestName(strings.Join(strings.Fields(protocol.NormalizeVoterName(c.Name)), " "), device)
	return nil
}

// guestName is the name that a guest gave, or one made from its device: always the same,
// and friendlier than none.
func GuestName(given string, device protocol.DeviceID) string {
	if given != "" {
		return given
	}
	return fmt.Sprintf("Guest %04X", uint16(device))
}
