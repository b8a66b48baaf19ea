// Package browser tests the pages in a real browser against the real program. Its tests
// need Chromium and the build tag browser; `go run ./cmd/dev browser` installs what they
// need from npm and runs them.
//
// A test fails on any console error, uncaught exception, request to another host or policy
// violation in its tabs. The package must not access the pages' modules, which have their
// own tests with Node.
//
// To save screenshots: go test -tags browser ./gateway/screen/browser -run Look -shots /tmp/shots
package browser
