//go:build peers

package verify_test

import (
	"os"
	"testing"
)

func TestNodeVerifiesDeliveries(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("node")); err != nil {
		t.Fatal(err)
	}
	do(t, dir, "npm", "ci")
	judge(t, func(secret string) string { return start(t, dir, "node", "main.mjs", secret, "0") })
}

func TestPythonVerifiesDeliveries(t *testing.T) {
	t.Parallel()
	judge(t, func(secret string) string { return start(t, "python", "python3", "-B", "main.py", secret, "0") })
}
