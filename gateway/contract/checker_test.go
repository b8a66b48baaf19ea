package contract_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"partyline/gateway/contract"
)

// exchangeOf is an exchange with the headers that every one needs.
func exchangeOf(method, path, sent string, status int, answered string) contract.Exchange {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Authorization", "Bearer token")
	if sent != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	header := http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"0123456789abcdef"}}
	return contract.Exchange{Request: r, RequestBody: []byte(sent), Status: status, Header: header, ResponseBody: []byte(answered)}
}

const (
	webhookSent     = `{"name":"b","url":"https://example.com/","secret":"0123456789abcdef","events":["game.added"]}`
	webhookAnswered = `{"id":1,"name":"b","url":"https://example.com/","events":["game.added"],"enabled":true,"sessionId":null,"rateLimit":null,` +
		`"created_at":"2024-01-15T12:00:00.000Z","message":"Webhook created successfully"}`
	login = `{"token":"t","message":"Authentication successful","expiresIn":"24h"}`
)

// TestCheckerReportsViolations: each exchange breaks one promise of the
// description, and the checker names it. The sound ones around them pass, so that it is
// the promise that is noticed and nothing else.
func TestCheckerReportsViolations(t *testing.T) {
	t.Parallel()
	c, err := contract.New() // not the shared one: what is seen here was made up
	if err != nil {
		t.Fatal(err)
	}
	key := `{"key":"k"}`
	verified := `{"valid":true,"user":{"role":"admin","iat":1,"exp":2}}`
	without := func(x contract.Exchange, change func(contract.Exchange)) contract.Exchange { change(x); return x }
	for name, tt := range map[string]struct {
		exchange contract.Exchange
		fault    string // "" is a sound exchange
	}{
		"sound":                        {exchangeOf("POST", "/api/auth/login", key, 200, login), ""},
		"a refused bad request":        {exchangeOf("POST", "/api/auth/login", `{"key":1}`, 400, `{"error":"key","code":"invalid"}`), ""},
		"sound with a token":           {exchangeOf("POST", "/api/auth/verify", "", 200, verified), ""},
		"a field is missing":           {exchangeOf("POST", "/api/auth/login", key, 200, `{"message":"Authentication successful","expiresIn":"24h"}`), "token"},
		"a field too many":             {exchangeOf("POST", "/api/auth/login", key, 200, strings.Replace(login, "{", `{"extra":1,`, 1)), "extra"},
		"a wrong type":                 {exchangeOf("POST", "/api/auth/login", key, 200, strings.Replace(login, `"t"`, `7`, 1)), "token"},
		"no JSON":                      {exchangeOf("POST", "/api/auth/login", key, 200, login[1:]), "response"},
		"null for a list":              {exchangeOf("GET", "/api/sessions", "", 200, `null`), "null"},
		"another value of an enum":     {exchangeOf("POST", "/api/auth/login", key, 400, `{"error":"e","code":"no_such_code"}`), "code"},
		"a status not described":       {exchangeOf("POST", "/api/auth/login", key, 418, `{"error":"e","code":"invalid"}`), "418"},
		"a request not as described":   {exchangeOf("POST", "/api/auth/login", `{"key":1}`, 200, login), "key"},
		"a request without its body":   {exchangeOf("POST", "/api/auth/login", "", 200, login), "request"},
		"a body that is not described": {exchangeOf("POST", "/api/auth/verify", `{"a":1}`, 200, verified), "request"},
		"a parameter out of range":     {exchangeOf("GET", "/api/games?playerCount=0", "", 200, `[]`), "playerCount"},
		"a parameter of a wrong type":  {exchangeOf("GET", "/api/games?enabled=maybe", "", 200, `[]`), "enabled"},
		"a parameter of the path":      {exchangeOf("GET", "/api/sessions/x/games", "", 200, `[]`), "id"},
		"a date that is none": {exchangeOf("POST", "/api/webhooks", webhookSent, 201,
			strings.Replace(webhookAnswered, "2024-01-15T12:00:00.000Z", "yesterday", 1)), "date-time"},
		"an address that is none": {exchangeOf("POST", "/api/webhooks", strings.Replace(webhookSent, "https://example.com/", "nowhere", 1), 201, webhookAnswered), "uri"},
		"another medium": {without(exchangeOf("POST", "/api/auth/login", key, 200, login),
			func(x contract.Exchange) { x.Header.Set("Content-Type", "text/plain") }), "Content-Type"},
		"a header is missing": {without(exchangeOf("POST", "/api/auth/login", key, 200, login),
			func(x contract.Exchange) { x.Header.Del("X-Request-Id") }), "X-Request-Id"},
		"served without a token": {without(exchangeOf("POST", "/api/auth/verify", "", 200, verified),
			func(x contract.Exchange) { x.Request.Header.Del("Authorization") }), "token"},
	} {
		t.Run(name, func(t *testing.T) {
			faults := strings.Join(c.Check(tt.exchange), "\n")
			if (tt.fault == "") != (faults == "") || !strings.Contains(faults, tt.fault) {
				t.Errorf("want a fault with %q, got:\n%s", tt.fault, faults)
			}
		})
	}
}
