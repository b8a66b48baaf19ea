package gateway_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"partyline/protocol"
)

// addresses are the rows of the list, as the host reads them.
func (p *party) addresses() []map[string]any {
	p.t.Helper()
	a := p.rest("sessions.join.addresses", p.admins, params{"id": p.session})
	a.want(p.t, 200, "", "")
	var rows []map[string]any
	for _, row := range a.object(p.t)["addresses"].([]any) {
		rows = append(rows, row.(map[string]any))
	}
	return rows
}

// phoneFrom is somebody who has come in from an address.
func (p *party) phoneFrom(from string) (token, device string) {
	p.t.Helper()
	a := p.enter(params{}, from)
	a.want(p.t, 200, "", "")
	return a.text(p.t, "token"), a.text(p.t, "device")
}

// TestVotesOfAnAddressAreVoided: an attacker has many devices in one address. The host sees it, and
// takes its votes back: in totals, history, exports, on screens, and for webhooks.
func TestVotesOfAnAddressAreVoided(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	k := p.dial()
	k.auth(p.scoped(protocol.RoleViewer, p.session))
	k.say(params{"type": "subscribe", "sessionId": p.session})
	k.hearType("subscribed")
	honest, _ := p.phoneFrom("198.51.100.1")
	p.press(honest, "up").want(t, 200, "", "")
	p.rest("votes.live", p.admins, params{"username": "in the chat", "vote": "up", "timestamp": now()}).want(t, 200, "", "")
	const attacker = "203.0.113.7"
	var tokens, devices []string
	for range 3 {
		token, device := p.phoneFrom(attacker)
		tokens, devices = append(tokens, token), append(devices, device)
	}
	for _, token := range tokens[:2] { // one is kept back
		p.press(token, "up").want(t, 200, "", "")
		p.press(token, "down").want(t, 200, "", "")
	}
	p.wantTally(2, 2)
	rows := p.addresses()
	if len(rows) != 2 || rows[0]["devices"] != 2.0 || rows[0]["votes"] != 2.0 || rows[1]["devices"] != 1.0 {
		t.Fatalf("%v", rows)
	}
	id := rows[0]["id"].(string)
	a := p.rest("sessions.join.void", p.admins, params{"id": p.session, "address": id})
	a.want(t, 200, "", "")
	if o := a.object(t); o["devices"] != 2.0 || o["votes"] != 2.0 {
		t.Errorf("%s", a.body)
	}
	p.wantTally(2, 0)
	// What else tells of votes.
	voided := k.hearType("votes.voided")["data"].(map[string]any)
	game := voided["games"].([]any)[0].(map[string]any)
	if voided["devices"] != 2.0 || game["downvotes"] != 2.0 || game["totals"].(map[string]any)["downvotes"] != 0.0 {
		t.Errorf("the screens hear %v", voided)
	}
	if n := p.rest("sessions.votes", "", params{"id": p.session}).object(t)["votes"].([]any)[0].(map[string]any)["downvotes"]; n != 0.0 {
		t.Errorf("%v votes down", n)
	}
	history := p.rest("votes.list", "", params{"session_id": p.session}).object(t)
	if votes := history["votes"].([]any); len(votes) != 2 || history["pagination"].(map[string]any)["total"] != 2.0 {
		t.Errorf("the history has %v", history)
	}
	var marks []bool
	for _, v := range p.rest("sessions.export", p.admins, params{"id": p.session, "format": "json"}).object(t)["votes"].([]any) {
		_, is := v.(map[string]any)["voided"]
		marks = append(marks, is)
	}
	if diff := cmp.Diff([]bool{false, false, true, true, true, true}, marks); diff != "" {
		t.Errorf("the export: %s", diff)
	}
	// And none of them votes again, whatever else the attacker has.
	const says = "The host has removed the votes of this device; it cannot vote in this session any more"
	for i, token := range tokens {
		p.press(token, "up").want(t, 403, "forbidden", says)
		again := p.enter(params{"device": devices[i]}, fmt.Sprintf("192.0.2.%d", i))
		again.want(t, 200, "", "")
		p.press(again.text(t, "token"), "up").want(t, 403, "forbidden", says)
	}
	p.press(honest, "down").want(t, 200, "", "")
	p.wantTally(1, 1)
	if rows := p.addresses(); rows[0]["voided"] != 2.0 || rows[0]["votes"] != 0.0 {
		t.Errorf("%v", rows)
	}
}

// TestVotesOfASiteAreVoided: whoever has an IPv6 /48 has an address for each device.
func TestVotesOfASiteAreVoided(t *testing.T) {
	t.Parallel()
	p := newParty(t, "once")
	for n := range 5 {
		token, _ := p.phoneFrom(fmt.Sprintf("2001:db8:7:%x::1", n))
		p.press(token, "up").want(t, 200, "", "")
	}
	honest, _ := p.phoneFrom("2001:db8:8::1")
	p.press(honest, "up").want(t, 200, "", "")
	networks := map[any]int{}
	for _, row := range p.addresses() {
		networks[row["network"]]++
	}
	for network, n := range networks {
		if n == 5 {
			p.rest("sessions.join.void", p.admins, params{"id": p.session, "address": network}).want(t, 200, "", "")
		}
	}
	p.wantTally(1, 0)
	late, _ := p.phoneFrom("2001:db8:7:ff::1") // who comes in later may be somebody else
	p.press(late, "up").want(t, 200, "", "")
	p.wantTally(2, 0)
}

// TestAddressIDsRevealNothing: not which they are, nor whether one is the same in two
// sessions; and nobody but the host is told even that.
func TestAddressIDsRevealNothing(t *testing.T) {
	t.Parallel()
	p := newParty(t, "latest")
	q := p.another("latest")
	ids := map[any]bool{}
	for _, p := range []*party{p, q} {
		for _, from := range []string{"203.0.113.7", "203.0.113.8"} {
			token, _ := p.phoneFrom(from)
			p.press(token, "up").want(t, 200, "", "")
		}
		for _, row := range p.addresses() {
			ids[row["id"]], ids[row["network"]] = true, true
			if text := fmt.Sprint(row); strings.Contains(text, "203.0.113") || strings.Contains(text, "cb0071") {
				t.Errorf("%s", text)
			}
		}
	}
	if len(ids) != 8 {
		t.Errorf("%d different ids and networks: %v", len(ids), ids)
	}
	guest, _ := p.phoneFrom("198.51.100.1")
	for token, status := range map[string]int{"": 401, guest: 403, p.scoped(protocol.RoleViewer, p.session): 403, p.scoped(protocol.RoleBot, 0): 403} {
		if a := p.rest("sessions.join.addresses", token, params{"id": p.session}); a.status != status {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := p.rest("sessions.join.void", token, params{"id": p.session, "address": "00000000"}); a.status != status {
			t.Errorf("%d %s", a.status, a.body)
		}
	}
}
