//go:build browser

package browser_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"partyline/loadtest/target"
)

// shots is where pictures of the pages go, for people to look at.
var shots = flag.String("shots", "", "directory for screenshots; none are kept without")

// What all tests share: the program and one browser, in which each tab has a profile of
// its own.
var (
	binary  string
	chrome  context.Context
	folders string
)

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(all(m))
}

func all(m *testing.M) int {
	var err error
	if folders, err = os.MkdirTemp("", "partyline-browser-"); err != nil {
		return fail(err)
	}
	defer func() { _ = os.RemoveAll(folders) }() // the browser may still be writing
	if binary, err = target.Build(context.Background(), folders); err != nil {
		return fail(err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(filepath.Join(folders, "profile")),
		chromedp.NoSandbox, // as root there is none
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("hide-scrollbars", false), // an overlay must have none by itself
	)
	allocator, release := chromedp.NewExecAllocator(context.Background(), options...)
	defer release()
	var cancel context.CancelFunc
	chrome, cancel = chromedp.NewContext(allocator)
	defer cancel()
	if err := chromedp.Do(chrome); err != nil {
		return fail(fmt.Errorf("the browser does not start: %w", err))
	}
	return m.Run()
}

func fail(err error) int {
	fmt.Fprintln(os.Stderr, err)
	return 1
}
