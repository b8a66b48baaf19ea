package released

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"partyline/loadtest/target"
)

// The files of a release within its folder.
const (
	FolderFile  = "folder.tar.gz"
	BackupFile  = "night.backup.gz"
	AnswersFile = "answers.json"
	// AdminKey and Secret are those of all recordings, and of nothing else.
	AdminKey = "the-key-of-a-fixture"
	Secret   = "the-secret-of-a-fixture-and-no-other"
)

// paths are all reads that return JSON, except those that depend on the present, such as
// health.
var paths = []string{
	"/api/games", "/api/games/packs", "/api/games/meta/packs", "/api/games/1", "/api/games/3", "/api/games/73", "/api/games/74", "/api/games/6",
	"/api/sessions", "/api/sessions/active", "/api/sessions/1", "/api/sessions/2", "/api/sessions/3",
	"/api/sessions/1/games", "/api/sessions/1/votes", "/api/sessions/1/poll", "/api/sessions/1/join",
	"/api/sessions/3/games", "/api/sessions/3/votes", "/api/sessions/3/poll", "/api/sessions/3/join",
	"/api/stats", "/api/votes?limit=20", "/api/votes?username=bea", "/api/votes?session_id=1&vote_type=down&page=2&limit=5", "/api/votes?game_id=31",
	"/api/webhooks", "/api/webhooks/1", "/api/webhooks/2", "/api/webhooks/3", "/api/webhooks/4",
	"/api/webhooks/1/health", "/api/webhooks/1/logs?limit=5", "/api/webhooks/1/deliveries?limit=5",
	"/api/webhooks/2/health", "/api/webhooks/2/logs", "/api/webhooks/3/health", "/api/webhooks/3/logs",
	"/api/auth/tokens",
}

// Record runs the sessions on the program and fills the folder, which must not exist.
func Record(ctx context.Context, binary, folder string) (err error) {
	if err := os.Mkdir(folder, 0o755); err != nil {
		return err
	}
	work, err := os.MkdirTemp("", "released-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	data := filepath.Join(work, "night")
	backup := filepath.Join(work, "night.backup")
	recording, err := recordSessions(ctx, binary, data, backup)
	if err != nil {
		return err
	}
	if err := compress(filepath.Join(folder, BackupFile), backup); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, binary, "version").Output()
	if err != nil {
		return fmt.Errorf("%s version: %w", binary, err)
	}
	recording.Version = strings.TrimSpace(string(out))
	b, err := json.MarshalIndent(recording, "", " ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(folder, AnswersFile), append(b, '\n'), 0o644); err != nil {
		return err
	}
	return Pack(filepath.Join(folder, FolderFile), data)
}

// recordSessions leaves the folder as a kill does, with tables from before and logs from after
// a restart.
func recordSessions(ctx context.Context, binary, data, backup string) (*Recording, error) {
	server, err := target.New(ctx, target.Options{
		Binary: binary, Folder: filepath.Dir(data), Data: data, AdminKey: AdminKey, Secret: Secret,
		Flags: append([]string{"--ecast-url", "http://127.0.0.1:1"}, target.LoopbackWebhooks...),
	})
	if err != nil {
		return nil, err
	}
	receiver := newReceiver()
	defer receiver.Close()
	r := &recorder{ctx: ctx, admin: &client{base: server.Base()}, receiverURL: receiver.URL}
	r.bot = r.admin
	recording := &Recording{}
	defer func() { _ = server.Kill() }() // does nothing after a success
	for i, part := range []func(*Recording){r.beforeRestart, r.afterRestart} {
		if err := r.startAndLogin(server); err != nil {
			return nil, err
		}
		if part(recording); r.err != nil {
			return nil, r.err
		}
		if i == 0 {
			if err := server.Stop(timeout); err != nil {
				return nil, err
			}
		}
	}
	recording.At = time.Now().UTC().Truncate(time.Second)
	recording.Expires = recording.At.Add(366 * 24 * time.Hour)
	if recording.Answers, err = r.answers(); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, binary, "backup", "--from", r.admin.base, "--admin-key", AdminKey, backup).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("backup: %w\n%s", err, out)
	}
	return recording, server.Kill()
}

// startAndLogin starts the program and logs in.
func (r *recorder) startAndLogin(server *target.Server) error {
	if _, err := server.Run(r.ctx); err != nil {
		return err
	}
	login, err := (&client{base: r.admin.base}).call(r.ctx, "POST", "/api/auth/login", body{"key": AdminKey})
	if err != nil {
		return err
	}
	r.admin.token, _ = login["token"].(string)
	return nil
}

func (r *recorder) answers() (all []Answer, err error) {
	for _, path := range paths {
		status, answer, err := r.admin.exchange(r.ctx, http.MethodGet, path, nil)
		if err != nil {
			return nil, err
		}
		all = append(all, Answer{path, status, answer})
	}
	return all, nil
}
