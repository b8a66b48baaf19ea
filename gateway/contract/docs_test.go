package contract_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"partyline/actors"
	"partyline/actors/rules/webhook"
	"partyline/gateway/contract"
	"partyline/protocol"
)

const docs = "../../docs"

// block is a fenced block of a page: its language, the words behind it, its text.
type block struct {
	line       int
	lang, mark string
	text       string
}

// page reads the blocks of a page.
func page(t *testing.T, path string) []block {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []block
	open := false
	for i, line := range strings.Split(string(b), "\n") {
		fence, is := strings.CutPrefix(line, "```")
		switch {
		case is && !open:
			lang, mark, _ := strings.Cut(fence, " ")
			all = append(all, block{line: i + 1, lang: lang, mark: mark})
			open = true
		case is:
			open = false
		case open:
			all[len(all)-1].text += line + "\n"
		}
	}
	if open {
		t.Errorf("%s: a block does not end", path)
	}
	return all
}

// pages are all that tell of the API.
func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"api/*.md", "api/*/*.md", "operations.md", "screens.md"} {
		found, err := filepath.Glob(filepath.Join(docs, pattern))
		if err != nil || len(found) == 0 {
			t.Fatalf("%s: no pages, %v", pattern, err)
		}
		all = append(all, found...)
	}
	return all
}

// TestJSONOfTheDocs: every JSON block is JSON. What is marked with an operation and
// request or a status is as described there, what is marked ws as a message, and what
// is marked with the name of a schema as that.
func TestJSONOfTheDocs(t *testing.T) {
	t.Parallel()
	schemas, said, marked := compiler(t), newMessages(t), 0
	for _, path := range pages(t) {
		for _, b := range page(t, path) {
			if b.lang != "json" {
				continue
			}
			var v any
			if err := json.Unmarshal([]byte(b.text), &v); err != nil {
				t.Errorf("%s:%d: %v", path, b.line, err)
				continue
			}
			if b.mark == "" {
				continue
			}
			marked++
			if b.mark == "ws" {
				said.check(t, []byte(b.text))
				continue
			}
			fits(t, schemas, pointer(t, b.mark), v)
		}
	}
	if marked < 100 {
		t.Errorf("only %d blocks are marked", marked)
	}
}

// pointer is where the schema is that a mark means.
func pointer(t *testing.T, mark string) string {
	t.Helper()
	op, what, ok := strings.Cut(mark, " ")
	if !ok {
		return "openapi.yaml#/components/schemas/" + mark
	}
	what, _, _ = strings.Cut(what, " ") // a further example has a name behind the status
	for _, o := range checker(t).Operations() {
		if o.ID != op {
			continue
		}
		at := "openapi.yaml#/paths/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(o.Path) + "/" + strings.ToLower(o.Method)
		if what == "request" {
			return at + "/requestBody/content/application~1json/schema"
		}
		return at + "/responses/" + what + "/content/application~1json/schema"
	}
	t.Fatalf("no operation %s", op)
	return ""
}

// TestShellOfTheDocs runs every bash block with curl against a real server. Each block of a
// reference page starts from the same data, the blocks of other pages follow each other. A
// status of 400 or above fails, and so does an invalid exchange. Blocks marked sh start
// programs and are tested elsewhere.
func TestShellOfTheDocs(t *testing.T) {
	t.Parallel()
	ran := 0
	for _, path := range pages(t) {
		reference := strings.Contains(path, "endpoints")
		name := strings.TrimPrefix(path, docs+"/")
		var s *shell
		for _, b := range page(t, path) {
			if b.lang != "bash" {
				continue
			}
			if s == nil || reference {
				s = newShell(t)
				s.set(name)
			}
			s.run(name+":"+strconv.Itoa(b.line), b.text)
			ran++
		}
	}
	if ran < 60 {
		t.Errorf("only %d blocks were run", ran)
	}
}

// shell runs the commands of a page against a testServer.
type shell struct {
	*testServer
	dir string
	env []string

	mu     sync.Mutex
	faults []string
}

func newShell(t *testing.T) *shell {
	t.Helper()
	s := &shell{dir: t.TempDir()}
	c := checker(t)
	s.testServer = newTestServer(t, c, options{
		// Two seconds behind: date tells whole seconds, and a vote from before its game is refused.
		hub: func(o *actors.Options) {
			o.Now = func() time.Time { return time.Now().Add(-2 * time.Second) }
			o.Sender = fastSender{}
		},
		wrap: func(next http.Handler) http.Handler { return c.Handler(next, s.fault) },
	})
	s.login()
	for name, text := range map[string]string{".curlrc": "silent\nshow-error\nfail-with-body\n", "partyline-data/admin-key": adminKey + "\n"} {
		file := filepath.Join(s.dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.dir, "CURL_HOME=" + s.dir, "TOKEN=" + s.token, "PARTYLINE_ADMIN_KEY=" + adminKey}
	return s
}

func (s *shell) fault(f string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, f)
}

// set prepares what a page needs.
func (s *shell) set(page string) {
	s.t.Helper()
	switch {
	case strings.Contains(page, "endpoints"):
		s.referenceData()
	case strings.HasSuffix(page, "voting.md"), strings.HasSuffix(page, "bots.md"), strings.HasSuffix(page, "screens.md"):
		s.ask("sessions.create", nil).want(201)
		s.ask("sessions.games.add", params{"id": 1, "game_id": 31}).want(201)
	}
}

// referenceData prepares the data of the reference pages: sessions 1 and 2 are closed, in
// session 3 the second game is playing, and there are tokens, webhooks, a vote and a guest.
func (s *shell) referenceData() {
	for id := 1; id <= 3; id++ {
		s.ask("sessions.create", params{"notes": "Friday game night"}).want(201)
		if id < 3 {
			s.ask("sessions.close", params{"id": id}).want(200)
		}
	}
	s.ask("tokens.create", params{"role": "bot", "name": "Twitch"}).want(201)
	for range 5 {
		s.ask("webhooks.create", hook("Discord Bot")).want(201)
	}
	for _, game := range []int{70, 31} {
		s.ask("sessions.games.add", params{"id": 3, "game_id": game, "room_code": "ABCD"}).want(201)
	}
	s.ask("votes.live", params{"username": "viewer_2", "vote": "up", "timestamp": now()}).want(200)
	s.env = append(s.env, "DELIVERY="+strconv.Itoa(s.delivered()), "CODE="+s.joins(3), "GUEST="+s.guest)
	s.ask("join.vote", params{"vote": "up"}, "Authorization", "Bearer "+s.guest).want(200)
	var list protocol.GuestAddresses
	if err := json.Unmarshal(s.ask("sessions.join.addresses", params{"id": 3}).body, &list); err != nil || len(list.Addresses) != 1 {
		s.t.Fatal(err, list)
	}
	s.env = append(s.env, "ADDRESS="+list.Addresses[0].ID)
}

// run runs a block and the exchanges it makes.
func (s *shell) run(name, script string) {
	s.t.Helper()
	if strings.Contains(name, "endpoints/sessions.md") && strings.Contains(script, `POST "http://localhost:5000/api/sessions" `) {
		s.ask("sessions.close", params{"id": 3}).want(200) // only one may be active
	}
	s.ready(name, script)
	ctx, cancel := context.WithTimeout(s.t.Context(), 30*time.Second)
	defer cancel()
	shell := exec.CommandContext(ctx, "bash", "-eu", "-o", "pipefail", "-c", strings.ReplaceAll(script, "http://localhost:5000", s.url)+"\ndeclare -p > "+filepath.Join(s.dir, "vars"))
	shell.Dir, shell.Env = s.dir, s.env
	out, err := shell.CombinedOutput()
	if err != nil && !isPending(s.checker, script) {
		s.t.Errorf("%s: %v\n%s\n%s", name, err, script, out)
	}
	s.keep()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if !isPending(s.checker, script) {
			s.t.Errorf("%s: %s", name, f)
		}
	}
	s.faults = nil
}

// ready prepares the poll for an example of the polls page: an open one, or an ended one
// for adding the winner; none for starting one.
func (s *shell) ready(name, script string) {
	s.t.Helper()
	if !strings.Contains(name, "endpoints/polls.md") || strings.Contains(script, `POST "http://localhost:5000/api/sessions/3/poll" `) {
		return
	}
	s.ask("sessions.poll.start", params{"id": 3, "game_ids": []int{31, 70}}).want(201)
	if strings.Contains(script, "/poll/add") {
		s.ask("sessions.poll.end", params{"id": 3}).want(200)
	}
}

var variable = regexp.MustCompile(`(?m)^declare -- ([A-Z]+)="(.*)"$`)

// keep passes the variables that a block has set to the next block.
func (s *shell) keep() {
	b, err := os.ReadFile(filepath.Join(s.dir, "vars"))
	if err != nil {
		return // the block has failed, and that was told
	}
	for _, m := range variable.FindAllSubmatch(b, -1) {
		s.env = append(s.env, string(bytes.Join(m[1:], []byte("="))))
	}
}

// isPending says whether the block asks for something that is not served yet.
func isPending(c *contract.Checker, script string) bool {
	for _, o := range c.Operations() {
		if pending[o.ID] == "" {
			continue
		}
		path := regexp.MustCompile(`\\\{\w+\\\}`).ReplaceAllString(regexp.QuoteMeta("http://localhost:5000"+o.Path), `[^/"]+`)
		if regexp.MustCompile(path + `["?]`).MatchString(script) {
			return true
		}
	}
	return false
}

// fastSender is a sender whose endpoints accept everything at once.
type fastSender struct{}

// Deliver implements delivery.Sender.
func (fastSender) Deliver(context.Context, webhook.Dispatch) webhook.Attempt {
	return webhook.Attempt{Status: 200, Excerpt: "ok"}
}

// Forget implements delivery.Sender.
func (fastSender) Forget(protocol.WebhookID) {}

// TestEveryOperationHasItsSection: the reference pages have one for each operation
// that is described, with an example.
func TestEveryOperationHasItsSection(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	found, err := filepath.Glob(filepath.Join(docs, "api", "endpoints", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range found {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		text.Write(b)
	}
	for _, o := range checker(t).Operations() {
		if listed := slices.ContainsFunc(protocol.Operations(), func(row protocol.Operation) bool { return row.Op == o.ID }); !listed && pending[o.ID] == "" {
			continue
		}
		for _, want := range []string{"\n## " + o.Method + " " + o.Path + "\n", "WebSocket op: `" + o.ID + "`.", "| " + o.Method + " | " + o.Path + " |"} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%s: %q is nowhere", o.ID, want)
			}
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#:]+)?(#[^)]+)?\)`)

// TestLinksOfTheDocs: files and headings that pages point at are there.
func TestLinksOfTheDocs(t *testing.T) {
	t.Parallel()
	for _, path := range pages(t) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(b), -1) {
			target := path
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(path), m[1])
			}
			text, err := os.ReadFile(target)
			if err != nil {
				t.Errorf("%s: %v", path, err)
				continue
			}
			if m[2] != "" && !slices.Contains(anchors(string(text)), m[2][1:]) {
				t.Errorf("%s: %s has no heading %s", path, target, m[2])
			}
		}
	}
}

// anchors are the headings of a page as links have them.
func anchors(text string) []string {
	var all []string
	for _, line := range strings.Split(text, "\n") {
		if heading := strings.TrimLeft(line, "#"); heading != line {
			words := regexp.MustCompile(`[^a-z0-9 _-]`).ReplaceAllString(strings.ToLower(strings.TrimSpace(heading)), "")
			all = append(all, strings.ReplaceAll(words, " ", "-"))
		}
	}
	return all
}
