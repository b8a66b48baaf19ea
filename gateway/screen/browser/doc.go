// Package browser tests the pages in a real browser, against the real program: what
// people see, not what the code means. Its tests need Chromium and are behind the build
// tag browser; `go run ./cmd/dev browser` installs what they need from npm and runs them.
//
// Every tab is watched: an error in the console, an uncaught exception, a request to
// another host or a violation of the page's policy fails the test it belongs to. The
// package must not reach into the pages' modules: that is tested beside them, with Node.
//
// To look at the pages with one's own eyes: go test -tags browser ./gateway/screen/browser
// -run Look -shots /tmp/shots
package browser
